#include "session/engine/SoundLink.h"

#include "session/base/Companion.h"
#include "session/base/Printable.h"
#include "session/container/SoundFiles.h"

#include <fcntl.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

namespace entracte {

namespace {

using namespace std::chrono_literals;

constexpr int kFifoFd = 3;
constexpr int kHelperFd = 4;
constexpr int kMostTries = 10;

// No display: libpulse would look there for a server's address, which a program of the session may
// have written.
std::vector<std::string> environmentOf(const Person& person) {
    auto environment = cleanEnvironment();
    environment.push_back("HOME=" + person.home);
    environment.push_back("USER=" + person.name);
    environment.push_back("LOGNAME=" + person.name);
    environment.push_back("XDG_RUNTIME_DIR=/run/user/" + std::to_string(person.uid));
    return environment;
}

Result<SoundProcess> start(const SessionRecord& record, pid_t init) {
    ENTRACTE_ASSIGN(person, personOfUid(record.owner));
    ENTRACTE_ASSIGN(fifo, openFifoInSession(init, kSoundFifo));
    int pair[2];
    if (::pipe2(pair, O_CLOEXEC) != 0)
        return fail(Error::fromErrno("The session's loudspeaker could not be started"));
    const UniqueFd theirs(pair[0]);
    UniqueFd alive(pair[1]);
    SubprocessSpec process;
    process.command = {companionProgram("entracte-loudspeaker").string(),
                       "--fifo-fd=" + std::to_string(kFifoFd),
                       "--helper-fd=" + std::to_string(kHelperFd), "--session=" + record.spec.name};
    process.environment = environmentOf(person);
    process.credentials = Credentials{person.uid, person.gid, person.groups};
    process.fds = {{fifo.get(), kFifoFd}, {theirs.get(), kHelperFd}};
    ENTRACTE_ASSIGN(started, Subprocess::start(process));
    return SoundProcess{std::move(started), std::move(alive)};
}

void link(const EngineContext& context, Session& session) {
    const SessionRecord record = session.record();
    session.live->sound.reset();
    if (!context.options.proxyInSessions || record.spec.isPrivate)
        return;
    auto started = start(record, session.live->container.init);
    if (started)
        session.live->sound.emplace(std::move(*started));
    else
        spdlog::info("what session {} plays is not heard: {}", session.id(),
                     started.error().forLog());
}

} // namespace

void linkSound(const EngineContext& context, Session& session) {
    session.live->soundTries = 0;
    link(context, session);
}

void keepSound(const EngineContext& context, Session& session) {
    LiveSession& live = *session.live;
    if (!live.sound || live.sound->process.ended() || !live.sound->process.wait(0ms))
        return;
    spdlog::warn("what plays session {} ended: {}", session.id(),
                 printable(live.sound->process.errors(), 500));
    if (live.soundTries++ < kMostTries)
        link(context, session);
}

} // namespace entracte
