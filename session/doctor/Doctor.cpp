#include "session/doctor/Doctor.h"

#include "session/base/DirtyMemory.h"
#include "session/doctor/Trials.h"

#include <sys/statvfs.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string_view>
#include <system_error>

namespace entracte {

namespace {

// A small desktop's snapshot, twice: staged in memory and stored.
constexpr std::uint64_t kRoomOnDisk = 2'000'000'000;
constexpr std::uint64_t kRoomInMemory = 1'000'000'000;

DoctorFinding ok(std::string check, std::string sentence) {
    return {std::move(check), DoctorState::Ok, std::move(sentence), {}};
}
DoctorFinding warning(std::string check, std::string sentence, std::string remedy) {
    return {std::move(check), DoctorState::Warning, std::move(sentence), std::move(remedy)};
}
DoctorFinding missing(std::string check, std::string sentence, std::string remedy) {
    return {std::move(check), DoctorState::Missing, std::move(sentence), std::move(remedy)};
}

std::string contentsOf(const std::string& path) {
    std::ifstream file(path);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

bool isThere(const std::filesystem::path& path) {
    std::error_code ignored;
    return std::filesystem::exists(path, ignored);
}

// As execvp(3) would find it, and where Debian keeps what administrators run.
bool isInstalled(std::string_view program) {
    const char* const path = std::getenv("PATH");
    std::istringstream folders(std::string(path ? path : "") +
                               ":/usr/local/sbin:/usr/sbin:/usr/bin");
    for (std::string folder; std::getline(folders, folder, ':');)
        if (!folder.empty() && ::access((folder + "/" + std::string(program)).c_str(), X_OK) == 0)
            return true;
    return false;
}

std::string gigabytes(std::uint64_t bytes) {
    std::ostringstream text;
    text.precision(1);
    text << std::fixed << static_cast<double>(bytes) / 1e9 << " GB";
    return text.str();
}

DoctorFinding namespaces() {
    const std::string remedy =
        "Use a kernel with user, pid, network and time namespaces (5.6 or newer), "
        "and let user.max_user_namespaces be more than 0.";
    for (const char* kind : {"user", "pid", "mnt", "ipc", "uts", "net", "time"})
        if (!isThere(std::string("/proc/self/ns/") + kind))
            return missing("namespaces", std::string("The kernel has no ") + kind + " namespaces.",
                           remedy);
    if (std::atol(contentsOf("/proc/sys/user/max_user_namespaces").c_str()) <= 0)
        return missing("namespaces", "User namespaces are switched off.", remedy);
    if (::geteuid() == 0)
        if (const auto status = tryNamespaces(); !status)
            return missing("namespaces", status.error().sentence(), remedy);
    return ok("namespaces", "All namespaces that a session needs are there.");
}

DoctorFinding overlay(const DoctorOptions& options) {
    if (::geteuid() == 0) {
        const auto status = tryOverlay(options.stateDirectory);
        return status
                   ? ok("overlayfs", "Overlays can be mounted over the host's files.")
                   : missing(
                         "overlayfs", status.error().sentence(),
                         "Keep " + options.stateDirectory.string() +
                             " on a file system that can be an overlay's upper directory, such as "
                             "ext4, xfs or btrfs, with a kernel that has overlayfs.");
    }
    utsname system{};
    ::uname(&system);
    if (contentsOf("/proc/filesystems").find("\toverlay\n") != std::string::npos ||
        contentsOf(std::string("/lib/modules/") + system.release + "/modules.dep")
                .find("/overlay.ko") != std::string::npos)
        return ok("overlayfs", "The kernel has overlayfs.");
    return missing("overlayfs", "The kernel has no overlayfs.", "Use a kernel that has it.");
}

DoctorFinding seccomp() {
    // The kernel refuses PTRACE_O_SUSPEND_SECCOMP to whoever has a filter. That counts for the
    // helper, which is root; a person who asks may well have one.
    const auto status = contentsOf("/proc/self/status");
    if (::geteuid() == 0 && status.find("\nSeccomp:\t") != std::string::npos &&
        status.find("\nSeccomp:\t0\n") == std::string::npos)
        return missing("seccomp",
                       "Under the filter of system calls that is on this process CRIU can save "
                       "nothing.",
                       "Take from the helper's systemd unit what makes one, such as "
                       "RestrictAddressFamilies; in a container, give it no seccomp profile.");
    if (contentsOf("/proc/sys/kernel/seccomp/actions_avail").find("errno") != std::string::npos)
        return ok("seccomp", "System calls that cannot be saved can be kept from programs.");
    return missing("seccomp", "The kernel has no system call filters.",
                   "Use a kernel with CONFIG_SECCOMP_FILTER.");
}

DoctorFinding criu(const DoctorOptions& options) {
    if (options.findCriu) {
        const auto found = options.findCriu();
        return found ? ok("criu", "CRIU " + *found + " saves and restores on this kernel.")
                     : missing("criu", found.error().sentence(),
                               found.error().hint().empty()
                                   ? "Install a newer CRIU, or give the helper one with --criu."
                                   : found.error().hint());
    }
    if (isInstalled("criu"))
        return warning("criu",
                       "A CRIU is installed; whether it works here only the helper can try.",
                       "Start the helper, and ask again.");
    return warning("criu", "No CRIU is installed in the usual places.",
                   "Install criu; the helper also finds those that its set-up unpacked.");
}

DoctorFinding program(const std::string& check, const char* name, const std::string& purpose,
                      const char* package, bool needed) {
    if (isInstalled(name))
        return ok(check, std::string(name) + " is installed.");
    const std::string sentence = std::string(name) + " is not installed: " + purpose + ".";
    const std::string remedy = std::string("Install ") + package + ".";
    return needed ? missing(check, sentence, remedy) : warning(check, sentence, remedy);
}

DoctorFinding disk(const DoctorOptions& options) {
    auto place = options.stateDirectory;
    while (!isThere(place) && place.has_relative_path())
        place = place.parent_path();
    struct statvfs room {};
    if (::statvfs(place.c_str(), &room) < 0)
        return warning("disk", "How much room " + place.string() + " has is not known.",
                       "Look yourself.");
    const std::uint64_t bytes = std::uint64_t{room.f_bavail} * room.f_frsize;
    const std::string sentence = gigabytes(bytes) + " are free for snapshots.";
    if (bytes < kRoomOnDisk)
        return warning("disk", "Only " + sentence, "Make room, or delete snapshots.");
    return ok("disk", sentence);
}

DoctorFinding memory() {
    std::istringstream lines(contentsOf("/proc/meminfo"));
    for (std::string line; std::getline(lines, line);)
        if (line.starts_with("MemAvailable:")) {
            const auto bytes = std::strtoull(line.c_str() + 13, nullptr, 10) * 1024;
            const std::string sentence =
                gigabytes(bytes) + " of memory are free; a snapshot is staged there.";
            if (bytes < kRoomInMemory)
                return warning("memory", "Only " + sentence, "Close something before a snapshot.");
            return ok("memory", sentence);
        }
    return warning("memory", "How much memory is free is not known.", "Look yourself.");
}

// Either is well: it is told since the same session stands still for longer on another kernel.
DoctorFinding dirtyMemory() {
    return ok("dirty-memory",
              dirtyMemoryIsTracked()
                  ? "The kernel marks written memory: while a session stands still for a snapshot, "
                    "only what was just written is copied."
                  : "The kernel does not mark written memory: a session stands still until all of "
                    "its memory is copied.");
}

} // namespace

std::string doctorStateName(DoctorState state) {
    switch (state) {
    case DoctorState::Ok:
        return "ok";
    case DoctorState::Warning:
        return "warning";
    case DoctorState::Missing:
        break;
    }
    return "missing";
}

std::vector<DoctorFinding> examineMachine(const DoctorOptions& options) {
    return {
        namespaces(),
        overlay(options),
        seccomp(),
        criu(options),
        program("dbus-daemon", "dbus-daemon", "sessions have a bus of their own", "dbus-daemon",
                true),
        program("xvfb", "Xvfb", "no headless screens", "xvfb", false),
        program("xephyr", "Xephyr", "no screens of the kind \"window\"", "xserver-xephyr", false),
        disk(options),
        memory(),
        dirtyMemory()};
}

} // namespace entracte
