#include "session/criu/ProcessTable.h"

#include "session/base/Printable.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <optional>
#include <unordered_map>

namespace entracte {
namespace {

constexpr std::size_t kMaxFds = 65536; // looked at, of one process
constexpr std::size_t kStatusBytes = 4096;

using Directory = std::unique_ptr<DIR, int (*)(DIR*)>;

Directory openDirectory(int at, const char* name) {
    const int fd = ::openat(at, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR* stream = fd >= 0 ? ::fdopendir(fd) : nullptr;
    if (fd >= 0 && !stream)
        ::close(fd);
    return {stream, ::closedir};
}

// proc(5), /proc/PID/stat: the name in parentheses may hold anything; the numbers follow the last.
void readStat(SessionProcess& process) {
    const auto stat = textAt(process.directory.get(), "stat", kStatusBytes);
    const auto end = stat.rfind(')');
    if (end == std::string::npos)
        return;
    std::string_view rest = std::string_view(stat).substr(end + 1);
    for (int field = 3; field <= 7 && !rest.empty(); ++field) {
        rest.remove_prefix(std::min(rest.find_first_not_of(' '), rest.size()));
        if (field == 5)
            process.group = leadingNumber<pid_t>(rest);
        else if (field == 6)
            process.leader = leadingNumber<pid_t>(rest);
        else if (field == 7)
            process.terminal = leadingNumber<int>(rest) != 0;
        rest.remove_prefix(std::min(rest.find(' '), rest.size()));
    }
}

std::optional<SessionProcess> readProcess(pid_t pid) {
    SessionProcess process;
    process.pid = pid;
    process.directory = UniqueFd(
        ::open(("/proc/" + std::to_string(pid)).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!process.directory)
        return std::nullopt;
    const auto status = textAt(process.directory.get(), "status", kStatusBytes);
    if (status.empty())
        return std::nullopt;
    // The kernel escapes line ends in the name (proc(5)), so each line is what it says.
    forEachLine(status, [&](std::string_view line) {
        const auto colon = line.find(':');
        if (colon == std::string_view::npos)
            return;
        const auto key = line.substr(0, colon);
        const auto value = line.substr(colon + 1);
        if (key == "Name")
            process.name = printable(value.substr(std::min<std::size_t>(1, value.size())), 32);
        else if (key == "PPid")
            process.parent = leadingNumber<pid_t>(value);
        else if (key == "TracerPid")
            process.tracer = leadingNumber<pid_t>(value);
    });
    readStat(process);
    return process;
}

} // namespace

std::string linkAt(int at, const char* name) {
    std::array<char, 512> text{};
    const ssize_t got = ::readlinkat(at, name, text.data(), text.size());
    return {text.data(), got > 0 ? static_cast<std::size_t>(got) : 0};
}

std::string textAt(int at, const char* name, std::size_t limit) {
    const UniqueFd file(::openat(at, name, O_RDONLY | O_CLOEXEC));
    std::string text;
    std::array<char, 16384> buffer{};
    while (file && text.size() < limit) {
        const ssize_t got = ::read(file.get(), buffer.data(), buffer.size());
        if (got <= 0)
            break;
        text.append(buffer.data(), static_cast<std::size_t>(got));
    }
    return text;
}

std::vector<SessionProcess> sessionProcesses(pid_t init) {
    const auto pidNamespace =
        linkAt(AT_FDCWD, ("/proc/" + std::to_string(init) + "/ns/pid").c_str());
    if (pidNamespace.empty())
        return {};
    std::unordered_map<pid_t, SessionProcess> all;
    const auto proc = openDirectory(AT_FDCWD, "/proc");
    while (const dirent* entry = proc ? ::readdir(proc.get()) : nullptr)
        if (const auto pid = leadingNumber<pid_t>(entry->d_name); pid > 0)
            if (auto process = readProcess(pid))
                all.emplace(pid, std::move(*process));

    std::unordered_map<pid_t, bool> belongs = {{init, true}};
    for (const auto& [pid, process] : all)
        if (linkAt(process.directory.get(), "ns/pid") == pidNamespace)
            belongs[pid] = true;
    for (bool grew = true; grew;) { // generations of nested namespaces: few
        grew = false;
        for (const auto& [pid, process] : all)
            if (!belongs[pid] && belongs[process.parent])
                grew = belongs[pid] = true;
    }
    std::vector<SessionProcess> members;
    for (auto& [pid, process] : all)
        if (belongs[pid])
            members.push_back(std::move(process));
    std::ranges::sort(members, {}, &SessionProcess::pid);
    return members;
}

void forEachDescriptor(const SessionProcess& process, const DescriptorVisitor& visit) {
    const auto fds = openDirectory(process.directory.get(), "fd");
    std::size_t count = 0;
    while (const dirent* entry = fds ? ::readdir(fds.get()) : nullptr)
        if (entry->d_name[0] != '.' && ++count <= kMaxFds)
            visit(::dirfd(fds.get()), entry->d_name, linkAt(::dirfd(fds.get()), entry->d_name));
}

} // namespace entracte
