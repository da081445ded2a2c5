#include "session/engine/Processes.h"

#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <charconv>
#include <fstream>
#include <memory>
#include <sstream>

namespace entracte {

namespace {

constexpr const char* kBootId = "/proc/sys/kernel/random/boot_id";

std::string readText(const std::string& path) {
    std::ifstream in(path);
    std::ostringstream text;
    text << in.rdbuf();
    return text.str();
}

std::string proc(pid_t pid, const char* file) {
    return "/proc/" + std::to_string(pid) + "/" + file;
}

std::vector<std::string> entriesOf(const std::string& path) {
    const std::unique_ptr<DIR, int (*)(DIR*)> stream(::opendir(path.c_str()), ::closedir);
    std::vector<std::string> names;
    while (const dirent* entry = stream ? ::readdir(stream.get()) : nullptr)
        if (entry->d_name[0] != '.')
            names.emplace_back(entry->d_name);
    return names;
}

std::vector<pid_t> childrenOf(pid_t pid) {
    std::vector<pid_t> children;
    for (const std::string& thread : entriesOf(proc(pid, "task"))) {
        std::ifstream in(proc(pid, "task") + "/" + thread + "/children");
        for (pid_t child = 0; in >> child;)
            children.push_back(child);
    }
    return children;
}

std::string nameOf(pid_t pid) {
    std::string name = readText(proc(pid, "comm"));
    while (!name.empty() && name.back() == '\n')
        name.pop_back();
    return name;
}

// The kernel cuts names at 15 bytes.
bool isProxy(const std::string& name) {
    return std::string_view("entracte-xproxy").starts_with(name) && name.size() >= 15;
}

} // namespace

std::vector<pid_t> processesBeneath(pid_t init) {
    std::vector<pid_t> found{init};
    for (std::size_t next = 0; next < found.size(); ++next)
        for (const pid_t child : childrenOf(found[next]))
            found.push_back(child);
    return found;
}

std::uint32_t countPrograms(pid_t init) {
    std::uint32_t own = 1;
    for (const pid_t child : childrenOf(init))
        if (const std::string name = nameOf(child); name == "dbus-daemon" || isProxy(name))
            ++own;
    const auto all = static_cast<std::uint32_t>(processesBeneath(init).size());
    return all > own ? all - own : 0;
}

std::uint64_t memoryOf(const std::vector<pid_t>& processes) {
    std::uint64_t kibibytes = 0;
    for (const pid_t pid : processes) {
        std::istringstream status(readText(proc(pid, "status")));
        for (std::string line; std::getline(status, line);)
            for (const std::string_view key : {"RssAnon:", "RssShmem:", "VmSwap:"})
                if (line.starts_with(key)) {
                    std::istringstream value(line.substr(key.size()));
                    std::uint64_t amount = 0;
                    if (value >> amount)
                        kibibytes += amount;
                }
    }
    return kibibytes * 1024;
}

std::uint64_t processorTicks(pid_t init) {
    std::uint64_t ticks = 0;
    for (const pid_t pid : processesBeneath(init)) {
        const std::string stat = readText(proc(pid, "stat"));
        const auto nameEnd = stat.rfind(')'); // a name may hold anything
        if (nameEnd == std::string::npos)
            continue;
        std::istringstream fields(stat.substr(nameEnd + 1));
        std::string skipped;
        for (int field = 3; field <= 13; ++field) // proc(5): utime is the 14th
            fields >> skipped;
        for (std::uint64_t value = 0, left = 4; left > 0 && fields >> value; --left)
            ticks += value; // utime, stime, cutime, cstime
    }
    return ticks;
}

std::vector<std::uint64_t> ownSockets(pid_t init) {
    constexpr std::string_view label = "socket:[";
    std::vector<std::uint64_t> inodes;
    std::vector<pid_t> holders{init}; // it talks with the helper itself
    for (const pid_t child : childrenOf(init))
        if (isProxy(nameOf(child)))
            holders.push_back(child);
    for (const pid_t holder : holders) {
        const std::string folder = proc(holder, "fd");
        for (const std::string& name : entriesOf(folder)) {
            char target[64] = {};
            const ssize_t size =
                ::readlink((folder + "/" + name).c_str(), target, sizeof target - 1);
            std::uint64_t inode = 0;
            if (size > 0 && std::string_view(target).starts_with(label) &&
                std::from_chars(target + label.size(), target + size, inode).ec == std::errc())
                inodes.push_back(inode);
        }
    }
    return inodes;
}

void endProcessesOn(const std::filesystem::path& mountPoint) {
    struct stat root {};
    struct stat around {};
    if (::stat(mountPoint.c_str(), &root) != 0 ||
        ::stat(mountPoint.parent_path().c_str(), &around) != 0 || root.st_dev == around.st_dev)
        return; // nothing is mounted there
    for (int round = 0; round < 100; ++round) {
        bool found = false;
        for (const std::string& name : entriesOf("/proc")) {
            pid_t pid = 0;
            struct stat theirs {};
            if (std::from_chars(name.data(), name.data() + name.size(), pid).ec != std::errc() ||
                ::stat(proc(pid, "root").c_str(), &theirs) != 0 || theirs.st_dev != root.st_dev)
                continue;
            found = true;
            const UniqueFd pidfd(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
            // Looked at again: the number may have become another's before it was held.
            if (pidfd && ::stat(proc(pid, "root").c_str(), &theirs) == 0 &&
                theirs.st_dev == root.st_dev)
                ::syscall(SYS_pidfd_send_signal, pidfd.get(), SIGKILL, nullptr, 0);
        }
        if (!found)
            return;
        ::usleep(20'000);
    }
}

Result<InitIdentity> identityOf(pid_t pid) {
    const std::string stat = readText(proc(pid, "stat"));
    // proc(5): the name in parentheses may hold anything; the numbers follow the last one.
    // Field 22.
    const std::size_t end = stat.rfind(')');
    std::istringstream rest(end == std::string::npos ? "" : stat.substr(end + 1));
    std::string field;
    for (int number = 3; number <= 22; ++number)
        rest >> field;
    InitIdentity identity;
    identity.pid = pid;
    identity.bootId = readText(kBootId);
    const auto parsed =
        std::from_chars(field.data(), field.data() + field.size(), identity.startTicks);
    if (!rest || parsed.ec != std::errc() || identity.bootId.empty())
        return fail(ErrorCode::SessionEnded, "The session has ended.");
    return identity;
}

Result<UniqueFd> openIdentity(const InitIdentity& identity) {
    const auto gone = [] { return fail(ErrorCode::NotFound, "The session no longer runs."); };
    if (identity.pid <= 1)
        return gone();
    UniqueFd pidfd(static_cast<int>(::syscall(SYS_pidfd_open, identity.pid, 0)));
    if (!pidfd)
        return gone();
    pollfd ended{pidfd.get(), POLLIN, 0}; // one that nobody has reaped yet
    if (::poll(&ended, 1, 0) != 0)
        return gone();
    // Asked after the pidfd holds the process: what is read now is its own.
    const auto now = identityOf(identity.pid);
    if (!now || now->startTicks != identity.startTicks || now->bootId != identity.bootId)
        return gone();
    return pidfd;
}

} // namespace entracte
