#include "session/criu/CriuCommand.h"

#include "session/container/Cable.h"
#include "session/criu/CriuHook.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

namespace entracte {
namespace {

// What the dump and the restore of one snapshot must agree on.
void addCommon(std::vector<std::string>& words, const std::filesystem::path& images,
               const char* logName, bool verbose, bool lockNetwork) {
    const std::string common[] = {
        "--no-default-config", // /etc/criu/ is for other users of CRIU
        "--images-dir", images.string(), "--log-file", logName,
        // Level 3 costs nothing that can be measured and tells which program was at work.
        verbose ? "-v4" : "-v3",
        // Established TCP connections inside the session are saved with the bytes in flight.
        "--tcp-established", "--file-locks",
        // The session is in the helper's cgroups or systemd's; a restored one stays where the
        // helper is.
        "--manage-cgroups=ignore",
        // Inside the process, where iptables would start two programs while all is frozen.
        "--network-lock", lockNetwork ? "nftables" : "skip"};
    words.insert(words.end(), std::begin(common), std::end(common));
}

Status addExternal(std::vector<std::string>& words, std::string_view key, std::string_view value) {
    // CRIU looks for the first "]:"; a newline would forge a line of its log.
    if (key.find("]:") != std::string_view::npos || key.find('\n') != std::string_view::npos)
        return fail(ErrorCode::InvalidArgument,
                    "A shared folder cannot be saved because of the characters in its name.",
                    std::string(key), "Rename the folder, or start the session without it.");
    words.emplace_back("--external");
    words.push_back("mnt[" + std::string(key) + "]:" + std::string(value));
    return {};
}

// What is outside, and more that all dumps of a session share.
Status addOutside(std::vector<std::string>& words, const DumpOptions& options) {
    // Deleted files that are still open: linked back when they have another name, else stored with
    // the images, up to this size (Chromium has one of 4 MB).
    words.insert(words.end(), {"--link-remap", "--ghost-limit", "1G"});
    // Devices, addresses and routes are the helper's to make, also at a restore: nothing in a
    // session may change them, and CRIU would start `ip` four times while all is frozen.
    words.insert(words.end(), {"--empty-ns", "net"});
    for (const auto& mount : options.mounts)
        ENTRACTE_TRY(addExternal(words, mount.inside, mount.key));
    // An open /dev/tty is told which terminal it is before the restore (TerminalImages.h).
    if (struct stat tty{}; ::stat("/dev/tty", &tty) == 0)
        words.insert(words.end(),
                     {"--external", fmt::format("tty[{:x}:{:x}]", tty.st_rdev, tty.st_dev)});
    for (const auto inode : options.externalUnix)
        words.insert(words.end(), {"--external", "unix[" + std::to_string(inode) + "]"});
    return {};
}

} // namespace

Result<std::vector<std::string>> dumpCommand(const std::string& program, const DumpOptions& options,
                                             const std::string& hookProgram) {
    std::vector<std::string> words = {program, "dump", "--tree", std::to_string(options.root)};
    addCommon(words, options.images, kDumpLog, options.verbose, options.lockNetwork);
    ENTRACTE_TRY(addOutside(words, options));
    if (options.leaveRunning)
        words.emplace_back("--leave-running");
    if (!options.aheadImages.empty()) // CRIU wants them relative to the images
        words.insert(words.end(),
                     {"--track-mem", "--prev-images-dir",
                      options.aheadImages.lexically_relative(options.images).string()});
    if (!hookProgram.empty())
        words.insert(words.end(), {"--action-script", hookProgram});
    return words;
}

Result<std::vector<std::string>> preDumpCommand(const std::string& program,
                                                const DumpOptions& options) {
    std::vector<std::string> words = {program, "pre-dump", "--tree", std::to_string(options.root)};
    addCommon(words, options.images, kDumpLog, options.verbose, options.lockNetwork);
    ENTRACTE_TRY(addOutside(words, options));
    words.emplace_back("--track-mem");
    return words;
}

Result<std::vector<std::string>> restoreCommand(const std::string& program,
                                                const RestoreOptions& options,
                                                const std::string& hookProgram) {
    std::vector<std::string> words = {program, "restore"};
    addCommon(words, options.images, kRestoreLog, options.verbose, true);
    words.insert(words.end(), {"--restore-detached", "--pidfile", kRestoredPid});
    if (!options.root.empty())
        words.insert(words.end(), {"--root", options.root.string()});
    for (const auto& mount : options.mounts)
        ENTRACTE_TRY(addExternal(words, mount.key, mount.outside));
    if (options.network)
        words.insert(words.end(), {"--empty-ns", "net", "--action-script", hookProgram});
    else if (options.outsideNetwork >= 0)
        words.insert(words.end(),
                     {"--external", fmt::format("netdev[{}]:{}", kCableDevice, kCableEnd)});
    int number = kFirstInheritedFd;
    for (const auto& socket : options.sockets) {
        words.emplace_back("--inherit-fd");
        words.push_back("fd[" + std::to_string(number++) + "]:socket:[" +
                        std::to_string(socket.inode) + "]");
    }
    return words;
}

std::vector<std::string> criuEnvironment(const std::string& hookDirectory) {
    // There is nothing that it would have to start; `ip` is for older images, which hold the
    // session's network.
    std::vector<std::string> environment = {"PATH=/nonexistent", "LANG=C.UTF-8"};
    for (const char* ip : {"/usr/sbin/ip", "/usr/bin/ip", "/sbin/ip", "/bin/ip"})
        if (::access(ip, X_OK) == 0) {
            environment.push_back(std::string("CR_IP_TOOL=") + ip);
            break;
        }
    if (!hookDirectory.empty())
        environment.push_back(std::string(kHookEnvironment) + "=" + hookDirectory);
    return environment;
}

} // namespace entracte
