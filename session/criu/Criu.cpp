#include "session/criu/Criu.h"

#include "session/base/Companion.h"
#include "session/base/ScopeExit.h"
#include "session/base/Subprocess.h"
#include "session/container/Cable.h"
#include "session/criu/CriuCommand.h"
#include "session/criu/CriuHook.h"
#include "session/criu/CriuLog.h"
#include "session/criu/ImageReader.h"
#include "session/criu/MemoryAhead.h"
#include "session/criu/MendImages.h"
#include "session/criu/TcpTable.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdio>

namespace entracte {
namespace {

constexpr std::chrono::minutes kRestoreLimit{5};

// CRIU makes its log and pid file anew in the images directory; nothing that lies there under
// their names (a link from a strange snapshot) may lead it elsewhere.
void removeLeftovers(const std::filesystem::path& images) {
    for (const char* name : {kDumpLog, kRestoreLog, kRestoredPid, "stats-dump", "stats-restore"})
        ::unlink((images / name).c_str());
}

// What a try before left.
void clearImages(const std::filesystem::path& images) {
    std::error_code error;
    for (const auto& image : std::filesystem::directory_iterator(images, error))
        std::filesystem::remove(image.path(), error);
}

std::uint64_t imageBytes(const std::filesystem::path& images) {
    std::uint64_t total = 0;
    std::error_code ignored;
    for (const auto& entry : std::filesystem::directory_iterator(images, ignored))
        if (entry.path().extension() == ".img" && entry.is_regular_file(ignored))
            total += entry.file_size(ignored);
    return total;
}

Result<pid_t> restoredPid(const std::filesystem::path& images) {
    const UniqueFd file(::open((images / kRestoredPid).c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
    char text[16] = {};
    const ssize_t got = file ? ::read(file.get(), text, sizeof text) : -1;
    pid_t pid = 0;
    if (got > 0)
        std::from_chars(text, text + got, pid);
    if (pid <= 1)
        return fail(ErrorCode::RestoreFailed, "CRIU did not say which process it brought back.");
    return pid;
}

// CRIU's own words for failures before its log exists go to the standard error.
CriuFailure explain(CriuVerb verb, const std::filesystem::path& log, const Subprocess& criu,
                    const ExitStatus& status) {
    std::error_code ignored;
    auto failure = std::filesystem::exists(log, ignored) ? diagnoseLogFile(verb, log)
                                                         : diagnoseLog(verb, criu.errors());
    auto detail = failure.detail() + "; criu " + status.inWords();
    return {std::move(failure).withDetail(std::move(detail)), failure.passes};
}

} // namespace

Result<std::string> Criu::version() const {
    SubprocessSpec spec;
    spec.command = {m_program.string(), "--version"};
    ENTRACTE_ASSIGN(done, runToEnd(spec, std::chrono::seconds(5)));
    constexpr std::string_view label = "Version: ";
    const auto start = done.output.find(label);
    if (!done.status.success() || start == std::string::npos)
        return fail(ErrorCode::CriuMissing, m_program.string() + " is not a CRIU that works.",
                    done.status.inWords());
    const auto from = start + label.size();
    return done.output.substr(from, done.output.find('\n', from) - from);
}

// CRIU has "--network-lock skip" since 3.18.
bool Criu::canDoWithoutLock() const {
    const auto text = version();
    int major = 0;
    int minor = 0;
    return text && std::sscanf(text->c_str(), "%d.%d", &major, &minor) == 2 &&
           std::pair(major, minor) >= std::pair(3, 18);
}

Criu::DumpOutcome Criu::dump(const DumpOptions& options) const {
    DumpOptions with = options;
    with.lockNetwork = true;
    if (options.ahead)
        with.aheadImages = options.ahead->directory();
    if (!options.whileFrozen ||
        (options.lockNetwork && (hasTcpConnections(options.root) || !canDoWithoutLock())))
        return dumpOnce(with);
    // Rules in the kernel that hold packets back, and their removal, take some ten milliseconds. A
    // program may connect in the last moment before it is frozen: then all goes on, and once more.
    bool connected = false;
    DumpOptions without = with;
    without.lockNetwork = false;
    without.whileFrozen = [&]() -> Status {
        connected = hasTcpConnections(options.root);
        if (connected)
            return fail(ErrorCode::NotCheckpointable, "A program was just making a connection.");
        return options.whileFrozen();
    };
    auto dumped = dumpOnce(without);
    if (connected && options.ahead) // it has served
        return tl::unexpected(CriuFailure(
            Error(ErrorCode::NotCheckpointable, "A program was just making a connection."), true));
    return connected ? dumpOnce(with) : dumped;
}

Criu::DumpOutcome Criu::dumpOnce(const DumpOptions& options) const {
    clearImages(options.images);
    std::optional<CriuHook> hook;
    std::string hookProgram;
    if (options.whileFrozen) {
        ENTRACTE_ASSIGN(created, CriuHook::create(options.images));
        hook.emplace(std::move(created));
        hookProgram = companionProgram("entracte-criu-hook").string();
    }
    ENTRACTE_ASSIGN(command, dumpCommand(m_program.string(), options, hookProgram));
    SubprocessSpec spec;
    spec.command = std::move(command);
    spec.environment = criuEnvironment(hook ? options.images.string() : std::string());
    ENTRACTE_ASSIGN(criu, Subprocess::start(spec));

    Status frozen;
    if (hook)
        frozen = hook->serve(criu.pidfd(), [&](pid_t) {
            if (options.ahead)
                options.ahead->lookAgain(criu.pid());
            return options.whileFrozen();
        });
    // No limit here: a CRIU killed in the middle leaves the programs broken, one that is slow does
    // not.
    ENTRACTE_ASSIGN(status, criu.wait(std::chrono::milliseconds(-1)));
    ENTRACTE_TRY(frozen);
    if (!status.success())
        return tl::unexpected(explain(CriuVerb::Dump, options.images / kDumpLog, criu, status));

    DumpResult result;
    ENTRACTE_ASSIGN(times, readDumpTimes(options.images / "stats-dump"));
    result.frozenMicros = times.freezingMicros + times.frozenMicros;
    result.imageBytes = imageBytes(options.images);
    return result;
}

Result<pid_t> Criu::restore(RestoreOptions options) const {
    removeLeftovers(options.images);
    ENTRACTE_TRY(mendImages(options.images));
    std::optional<CriuHook> hook;
    std::string hookProgram;
    if (options.network) {
        ENTRACTE_ASSIGN(created, CriuHook::create(options.images));
        hook.emplace(std::move(created));
        hookProgram = companionProgram("entracte-criu-hook").string();
    }
    ENTRACTE_ASSIGN(command, restoreCommand(m_program.string(), options, hookProgram));
    SubprocessSpec spec;
    spec.command = std::move(command);
    spec.environment = criuEnvironment(hook ? options.images.string() : std::string());
    spec.groups = options.groups;
    int number = kFirstInheritedFd;
    for (const auto& socket : options.sockets)
        spec.fds.push_back({socket.fd.get(), number++});
    if (options.outsideNetwork >= 0) {
        spec.command.insert(spec.command.begin(), {kNsenter, enterNetwork(number)});
        spec.fds.push_back({options.outsideNetwork, number});
    }
    ENTRACTE_ASSIGN(criu, Subprocess::start(spec));
    Status networked;
    const auto deadline = std::chrono::steady_clock::now() + kRestoreLimit;
    if (hook)
        networked = hook->serve(criu.pidfd(), options.network, deadline);
    // Killed when it takes too long; half restored processes go with it.
    auto status = criu.wait(std::max(std::chrono::milliseconds(0),
                                     std::chrono::duration_cast<std::chrono::milliseconds>(
                                         deadline - std::chrono::steady_clock::now())));
    if (!status) {
        criu.terminate(std::chrono::seconds(5));
        return fail(
            Error(ErrorCode::TimedOut,
                  "The session could not be brought back in time; its snapshot is untouched.")
                .causedBy(std::move(status).error()));
    }
    ENTRACTE_TRY(networked);
    if (!status->success())
        return fail(explain(CriuVerb::Restore, options.images / kRestoreLog, criu, *status));
    return restoredPid(options.images);
}

} // namespace entracte
