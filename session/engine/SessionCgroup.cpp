#include "session/engine/SessionCgroup.h"

#include "session/engine/Processes.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <set>
#include <sstream>

namespace entracte {

namespace {

namespace fs = std::filesystem;

const std::vector<std::string> kControllers{"memory", "cpu", "cpuacct", "pids"};
constexpr std::uint64_t kPeriod = 100'000; // microseconds; the kernel's own default
constexpr int kRounds = 20;                // a program may start others while it is moved

std::string readText(const fs::path& path) {
    std::ifstream in(path);
    std::ostringstream text;
    text << in.rdbuf();
    return text.str();
}

// The kernel says in the write itself what it thinks of it.
bool writeText(const fs::path& path, const std::string& text) {
    std::ofstream out(path);
    out << text;
    out.flush();
    return static_cast<bool>(out);
}

std::set<std::string> words(std::string text) {
    std::ranges::replace(text, ',', ' ');
    std::istringstream in(text);
    std::set<std::string> found;
    for (std::string word; in >> word;)
        found.insert(word);
    return found;
}

struct Hierarchy {
    fs::path mount;
    std::set<std::string> controllers; // of version 1; empty: version 2
};

// Where groups are mounted (proc(5), mountinfo: after " - " the type, the source and the options).
std::vector<Hierarchy> hierarchies(const std::string& mounts) {
    std::vector<Hierarchy> found;
    std::istringstream in(mounts);
    for (std::string line; std::getline(in, line);) {
        const auto dash = line.find(" - ");
        if (dash == std::string::npos)
            continue;
        std::istringstream before(line.substr(0, dash));
        std::istringstream after(line.substr(dash + 3));
        std::string skipped, point, type, source, options;
        before >> skipped >> skipped >> skipped >> skipped >> point;
        after >> type >> source >> options;
        if (type == "cgroup2")
            found.push_back({point, {}});
        else if (type == "cgroup")
            found.push_back({point, words(options)});
    }
    return found;
}

// The helper's own group in each hierarchy (cgroups(7), /proc/PID/cgroup).
fs::path ownGroup(const std::string& own, const std::string& controller) {
    std::istringstream in(own);
    for (std::string line; std::getline(in, line);) {
        const auto first = line.find(':');
        const auto second = line.find(':', first + 1);
        if (second == std::string::npos)
            continue;
        const std::string names = line.substr(first + 1, second - first - 1);
        if (controller.empty() ? names.empty() : words(names).contains(controller))
            return fs::path(line.substr(second + 1)).relative_path();
    }
    return {};
}

std::uint64_t numberIn(const fs::path& path) {
    return std::strtoull(readText(path).c_str(), nullptr, 10);
}

} // namespace

SessionCgroup::SessionCgroup(const SessionId& id, const std::string& own,
                             const std::string& mounts) {
    const std::string groups = own.empty() ? readText("/proc/self/cgroup") : own;
    const auto all = hierarchies(mounts.empty() ? readText("/proc/self/mountinfo") : mounts);
    const std::string name = "entracte-" + id;
    for (const std::string& controller : kControllers) {
        for (const Hierarchy& hierarchy : all) {
            const fs::path base =
                hierarchy.mount / ownGroup(groups, hierarchy.controllers.empty() ? "" : controller);
            if (hierarchy.controllers.contains(controller)) {
                m_folders[controller] = {base / name, 1};
            } else if (hierarchy.controllers.empty() && !m_folders.contains(controller)) {
                // Version 2 counts processor time without a controller's help.
                const auto there = words(readText(base / "cgroup.controllers"));
                if (there.contains(controller) || controller == "cpuacct")
                    m_folders[controller] = {base / name, 2};
            }
        }
    }
}

std::set<fs::path> SessionCgroup::paths() const {
    std::set<fs::path> all;
    for (const auto& [controller, folder] : m_folders)
        all.insert(folder.path);
    return all;
}

Status SessionCgroup::make() const {
    for (const auto& [controller, folder] : m_folders) {
        if (folder.version == 2) {
            // Groups with groups in them hold no processes of their own: the helper makes room.
            const fs::path base = folder.path.parent_path();
            const fs::path helper = base / "entracte-helper";
            if (!writeText(base / "cgroup.subtree_control", "+memory +cpu +pids") &&
                (::mkdir(helper.c_str(), 0755) == 0 || errno == EEXIST) &&
                writeText(helper / "cgroup.procs", std::to_string(::getpid())))
                writeText(base / "cgroup.subtree_control", "+memory +cpu +pids");
        }
        if (::mkdir(folder.path.c_str(), 0755) != 0 && errno != EEXIST)
            return fail(Error::fromErrno("A control group for the session could not be made"));
    }
    return {};
}

Status SessionCgroup::enter(pid_t init) const {
    ENTRACTE_TRY(make());
    for (const fs::path& path : paths()) {
        std::set<pid_t> moved;
        for (int round = 0; round < kRounds; ++round) {
            bool news = false;
            for (const pid_t pid : processesBeneath(init))
                if (moved.insert(pid).second) {
                    news = true;
                    writeText(path / "cgroup.procs", std::to_string(pid));
                }
            if (!news)
                break;
        }
    }
    return {};
}

Result<std::vector<UniqueFd>> SessionCgroup::doors() const {
    std::vector<UniqueFd> open;
    for (const fs::path& path : paths()) {
        UniqueFd door(::open((path / "cgroup.procs").c_str(), O_WRONLY | O_CLOEXEC));
        if (!door)
            return fail(Error::fromErrno("The session's control group could not be opened"));
        open.push_back(std::move(door));
    }
    return open;
}

fs::path SessionCgroup::file(const std::string& controller, const char* v1, const char* v2) const {
    const auto found = m_folders.find(controller);
    if (found == m_folders.end())
        return {};
    return found->second.path / (found->second.version == 1 ? v1 : v2);
}

Status SessionCgroup::limit(const SessionLimits& limits) const {
    const auto set = [](const fs::path& path, std::uint64_t wanted, const std::string& text,
                        const char* what) -> Status {
        if ((path.empty() || !fs::exists(path)) && wanted == 0)
            return {};
        if (path.empty() || !writeText(path, text))
            return fail(ErrorCode::KernelUnsuitable,
                        std::string("This machine cannot limit a session's ") + what + ".",
                        path.string(), "Its control groups lack the controller.");
        return {};
    };
    const auto v1 = [this](const char* controller) {
        const auto found = m_folders.find(controller);
        return found != m_folders.end() && found->second.version == 1;
    };
    ENTRACTE_TRY(set(file("memory", "memory.limit_in_bytes", "memory.max"), limits.memoryBytes,
                     limits.memoryBytes > 0 ? std::to_string(limits.memoryBytes)
                     : v1("memory")         ? "-1"
                                            : "max",
                     "memory"));
    const std::uint64_t quota = limits.cpuPercent * kPeriod / 100;
    ENTRACTE_TRY(
        set(file("cpu", "cpu.cfs_quota_us", "cpu.max"), limits.cpuPercent,
            v1("cpu") ? (quota > 0 ? std::to_string(quota) : "-1")
                      : (quota > 0 ? std::to_string(quota) : "max") + " " + std::to_string(kPeriod),
            "processor time"));
    return set(file("pids", "pids.max", "pids.max"), limits.processes,
               limits.processes > 0 ? std::to_string(limits.processes) : "max", "processes");
}

SessionUsage SessionCgroup::usage() const {
    SessionUsage usage;
    usage.memoryBytes = numberIn(file("memory", "memory.usage_in_bytes", "memory.current"));
    usage.processes =
        static_cast<std::uint32_t>(numberIn(file("pids", "pids.current", "pids.current")));
    const fs::path cpu = file("cpuacct", "cpuacct.usage", "cpu.stat");
    if (cpu.filename() == "cpuacct.usage") {
        usage.cpuMicros = numberIn(cpu) / 1000; // nanoseconds
    } else {
        std::istringstream in(readText(cpu));
        for (std::string name; in >> name;)
            if (name == "usage_usec")
                in >> usage.cpuMicros;
    }
    return usage;
}

void SessionCgroup::remove() const {
    for (const auto& [controller, folder] : m_folders)
        for (int round = 0; round < 50 && ::rmdir(folder.path.c_str()) != 0 && errno == EBUSY;
             ++round)
            ::usleep(20'000); // its last process is just being reaped
}

} // namespace entracte
