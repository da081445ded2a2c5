#include "session/engine/Staging.h"

#include "session/base/UniqueFd.h"
#include "session/engine/HostFacts.h"
#include "session/store/Directories.h"
#include "session/store/RemoveTree.h"

#include <sys/mount.h>
#include <sys/stat.h>

#include <algorithm>
#include <utility>

namespace entracte {

namespace {

constexpr std::uint64_t kReserve = 256ull << 20; // bytes of memory or disk that are left to others

void removeDirectory(const std::filesystem::path& path) {
    if (const auto parent = openDirectory(path.parent_path(), false))
        static_cast<void>(removeTree(parent->get(), path.filename().string()));
}

} // namespace

Staging::Staging(std::filesystem::path directory, bool mounted)
    : m_directory(std::move(directory)), m_mounted(mounted) {}

Staging::Staging(Staging&& other) noexcept
    : m_directory(std::exchange(other.m_directory, {})), m_mounted(other.m_mounted) {}

Staging::~Staging() {
    if (m_directory.empty())
        return;
    if (m_mounted)
        ::umount2(m_directory.c_str(), MNT_DETACH | UMOUNT_NOFOLLOW);
    removeDirectory(m_directory);
}

void Staging::clear(const std::filesystem::path& place, const std::filesystem::path& fallback) {
    while (::umount2(place.c_str(), MNT_DETACH | UMOUNT_NOFOLLOW) == 0) {
    }
    removeDirectory(place);
    removeDirectory(fallback);
}

bool Staging::fitsInMemory(std::uint64_t bytes) {
    return bytes + kReserve <= availableMemory();
}

Status Staging::enlarge(std::uint64_t bytes, std::uint64_t held) {
    if (!m_mounted || !fitsInMemory(bytes - std::min(bytes, held)))
        return fail(ErrorCode::NoSpace, "There is not enough free memory for this session.");
    // Whatever else it was mounted with stays, "noswap" too.
    const auto options = "size=" + std::to_string(bytes + kReserve);
    if (::mount("entracte", m_directory.c_str(), "tmpfs",
                MS_REMOUNT | MS_NOSUID | MS_NODEV | MS_NOEXEC, options.c_str()) != 0)
        return fail(Error::fromErrno("Memory for the images could not be set aside"));
    return {};
}

Result<Staging> Staging::make(const std::filesystem::path& place,
                              const std::filesystem::path& fallback, std::uint64_t bytes,
                              Kind kind) {
    clear(place, fallback);
    const bool inMemory = fitsInMemory(bytes);
    if (!inMemory && kind == Kind::MemoryOnly)
        return fail(ErrorCode::NoSpace,
                    "There is not enough free memory for this session, and what is encrypted is "
                    "never written to the disk in clear.",
                    std::to_string(bytes) + " bytes are needed",
                    "Nothing was changed. Close programs, then try again.");
    if (!inMemory) {
        ENTRACTE_ASSIGN(disk, availableDisk(fallback.parent_path()));
        if (disk < bytes + kReserve)
            return fail(
                ErrorCode::NoSpace,
                "There is neither enough free memory nor enough free disk space for this session.",
                std::to_string(bytes) + " bytes are needed",
                "Nothing was changed. Close programs, or free some disk space.");
    }
    const auto& directory = inMemory ? place : fallback;
    ENTRACTE_ASSIGN(made, openDirectory(directory, true));
    made.reset();
    // Never more than was asked for, and a reserve for what grew meanwhile.
    const auto options = "mode=0700,size=" + std::to_string(bytes + kReserve);
    const auto mount = [&](const std::string& text) {
        return ::mount("entracte", directory.c_str(), "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC,
                       text.c_str()) == 0;
    };
    const bool unswapped = kind == Kind::MemoryOnly && mount(options + ",noswap");
    if (inMemory && !unswapped && !mount(options))
        return fail(Error::fromErrno("Memory for the images could not be set aside"));
    Staging staging(directory, inMemory);
    ENTRACTE_ASSIGN(images, openDirectory(staging.images(), true));
    images.reset();
    return staging;
}

} // namespace entracte
