#include "session/engine/DeskLink.h"

#include "session/base/BusAddress.h"
#include "session/base/Companion.h"
#include "session/base/Printable.h"
#include "session/criu/UnixPeers.h"
#include "session/desk/Frame.h"
#include "session/desk/Wish.h"

#include <fcntl.h>
#include <spdlog/spdlog.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

namespace entracte {

namespace {

using namespace std::chrono_literals;

constexpr int kLineFd = 3;
constexpr int kHelperFd = 4;
constexpr auto kTakenLimit = 2s;
constexpr auto kTakenLook = 10ms;
constexpr auto kEndLimit = 3s; // of a process of ours that has only a desktop to tell
constexpr int kMostTries = 10;

std::vector<std::string> environmentOf(const Person& person, const ScreenSpec& screen) {
    auto environment = cleanEnvironment();
    environment.push_back("HOME=" + person.home);
    environment.push_back("USER=" + person.name);
    environment.push_back("LOGNAME=" + person.name);
    environment.push_back("XDG_RUNTIME_DIR=/run/user/" + std::to_string(person.uid));
    if (isUnixBusAddress(screen.sessionBus))
        environment.push_back("DBUS_SESSION_BUS_ADDRESS=" + screen.sessionBus);
    if (!screen.display.empty())
        environment.push_back("DISPLAY=" + screen.display);
    if (!screen.xauthority.empty())
        environment.push_back("XAUTHORITY=" + screen.xauthority);
    return environment;
}

Result<DeskProcess> connect(const SessionRecord& record, pid_t init, bool spent, bool restored) {
    ENTRACTE_ASSIGN(person, personOfUid(record.owner));
    // When its queue is full, it is not waited for.
    ENTRACTE_ASSIGN(line, connectInSession(init, desk::kSocket, SOCK_STREAM | SOCK_NONBLOCK));
    struct stat status {};
    if (::fstat(line.get(), &status) != 0)
        return fail(Error::fromErrno("The link to the session could not be looked at"));
    int pair[2];
    if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair) != 0)
        return fail(Error::fromErrno("The desktop's process could not be started"));
    const UniqueFd theirs(pair[0]);
    UniqueFd alive(pair[1]);
    SubprocessSpec process;
    process.command = {companionProgram("entracte-desk").string(),
                       "--line-fd=" + std::to_string(kLineFd),
                       "--helper-fd=" + std::to_string(kHelperFd), "--session=" + record.spec.name};
    if (spent)
        process.command.emplace_back("--spent");
    if (restored)
        process.command.emplace_back("--restored");
    // Where a session is kept from the network, a link that opens by itself would be a way out.
    if (record.spec.network.kind != NetworkKind::Nat)
        process.command.emplace_back("--ask-links");
    process.environment = environmentOf(person, record.spec.screen);
    process.credentials = Credentials{person.uid, person.gid, person.groups};
    process.fds = {{line.get(), kLineFd}, {theirs.get(), kHelperFd}};
    ENTRACTE_ASSIGN(started, Subprocess::start(process));
    return DeskProcess{std::move(started), std::move(alive), status.st_ino};
}

void link(const EngineContext& context, Session& session, bool restored = false) {
    const SessionRecord record = session.record();
    endDesk(*session.live);
    if (!context.options.proxyInSessions || record.spec.isPrivate)
        return;
    auto connected =
        connect(record, session.live->container.init, session.live->deskSpent, restored);
    if (connected) {
        session.live->desk.emplace(std::move(*connected));
        session.live->deskSpent = true;
        return;
    }
    session.live->deskTries = std::max(session.live->deskTries, 1);
    spdlog::info("session {} is not linked to the desktop: {}", session.id(),
                 connected.error().forLog());
}

} // namespace

void linkToDesk(const EngineContext& context, Session& session, bool restored) {
    session.live->deskTries = 0;
    session.live->deskSpent = false;
    session.owedOutcome = 0; // of an earlier link
    link(context, session, restored);
}

void keepDesk(const EngineContext& context, Session& session) {
    LiveSession& live = *session.live;
    const bool ended = live.desk && !live.desk->process.ended() && live.desk->process.wait(0ms);
    if (ended)
        spdlog::warn("session {}: its link to the desktop ended: {}", session.id(),
                     printable(live.desk->process.errors(), 500));
    else if (live.desk || live.deskTries == 0)
        return;
    if (live.deskTries >= kMostTries)
        return;
    ++live.deskTries;
    link(context, session);
}

int deskWish(const Session& session) {
    return session.live && session.live->desk ? session.live->desk->alive.get() : -1;
}

void hearDesk(const EngineContext& context, Session& session) {
    const int socket = deskWish(session);
    auto wish = desk::Wish::Snapshot;
    const ssize_t got =
        socket < 0 ? -1 : ::recv(socket, &wish, sizeof wish, MSG_DONTWAIT | MSG_TRUNC);
    if (got == 0) // it has ended, which keepDesk() hears of
        session.live->desk->alive.reset();
    if (got == 1 && context.observer &&
        (wish == desk::Wish::Snapshot || wish == desk::Wish::Suspend))
        context.observer->saveAsked(session.info(), wish == desk::Wish::Suspend);
}

void tellDesk(Session& session) {
    const int socket = deskWish(session);
    const char outcome = session.owedOutcome.exchange(0);
    if (socket >= 0 && outcome != 0)
        ::send(socket, &outcome, sizeof outcome, MSG_DONTWAIT | MSG_NOSIGNAL);
}

void endDesk(LiveSession& live) {
    if (live.desk)
        live.desk->process.terminate(kEndLimit);
    live.desk.reset();
}

void settleDesk(LiveSession& live) {
    const auto until = std::chrono::steady_clock::now() + kTakenLimit;
    while (live.desk && deskSockets(live).empty()) {
        if (!live.desk->process.ended() && !live.desk->process.wait(kTakenLook) &&
            std::chrono::steady_clock::now() < until)
            continue;
        endDesk(live);
        live.deskTries = std::max(live.deskTries, 1);
    }
}

std::vector<std::uint64_t> deskSockets(const LiveSession& live) {
    if (!live.desk)
        return {};
    const auto connections = unixConnections(live.container.init);
    if (!connections)
        return {};
    const auto found = std::ranges::find(*connections, live.desk->outside, &UnixConnection::inode);
    if (found == connections->end())
        return {};
    return {found->peer};
}

} // namespace entracte
