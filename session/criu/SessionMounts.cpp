#include "session/criu/SessionMounts.h"

#include "session/criu/ProcessTable.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>

namespace entracte {
namespace {

constexpr std::size_t kMaxMountinfo = 4 << 20;

struct Handle {
    file_handle head;
    std::array<char, MAX_HANDLE_SZ> bytes;
};

} // namespace

SessionMounts::SessionMounts(pid_t init)
    : m_root(::open(("/proc/" + std::to_string(init) + "/root").c_str(),
                    O_PATH | O_DIRECTORY | O_CLOEXEC)) {
    const auto table =
        textAt(AT_FDCWD, ("/proc/" + std::to_string(init) + "/mountinfo").c_str(), kMaxMountinfo);
    // proc(5): "36 35 98:0 /root /place options…"; blanks in names are escaped.
    forEachLine(table, [&](std::string_view line) {
        std::array<std::string_view, 5> fields;
        for (auto& field : fields) {
            field = line.substr(0, line.find(' '));
            line.remove_prefix(std::min(field.size() + 1, line.size()));
        }
        m_ids.insert(leadingNumber<std::uint64_t>(fields[0]));
        const auto colon = fields[2].find(':');
        if (colon == std::string_view::npos)
            return;
        const auto major = leadingNumber<std::uint64_t>(fields[2]);
        const auto minor = leadingNumber<std::uint64_t>(fields[2].substr(colon + 1));
        m_places.emplace(major << 20 | minor, fields[4]);
    });
}

bool SessionMounts::isDeleted(std::uint64_t device, int handleType, std::string_view handle) const {
    const auto place = m_places.find(device);
    Handle request{};
    if (!m_root || place == m_places.end() || handle.size() > request.bytes.size())
        return false;
    open_how how{};
    how.flags = O_RDONLY | O_DIRECTORY | O_NONBLOCK | O_CLOEXEC;
    how.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS;
    const UniqueFd mount(static_cast<int>(
        ::syscall(SYS_openat2, m_root.get(), place->second.c_str(), &how, sizeof how)));
    if (!mount)
        return false;
    request.head.handle_bytes = static_cast<unsigned>(handle.size());
    request.head.handle_type = handleType;
    std::memcpy(request.head.f_handle, handle.data(), handle.size());
    const UniqueFd file(::open_by_handle_at(mount.get(), &request.head, O_PATH | O_CLOEXEC));
    struct stat info {};
    return file && ::fstat(file.get(), &info) == 0 && info.st_nlink == 0;
}

} // namespace entracte
