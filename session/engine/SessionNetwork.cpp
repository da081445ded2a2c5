#include "session/engine/SessionNetwork.h"

#include "session/base/Companion.h"
#include "session/base/Printable.h"

#include <spdlog/spdlog.h>

namespace entracte {

namespace {

using namespace std::chrono_literals;

constexpr int kWireFd = 3;
constexpr int kSessionFd = 4;

constexpr int kMostRestarts = 10;

Result<Subprocess> serve(const EngineContext& context, const Person& person,
                         const NetworkSpec& network, const UniqueFd& outside,
                         const RunningContainer& container) {
    ENTRACTE_ASSIGN(wire, openWire(outside, container.init));
    SubprocessSpec process;
    const auto& program = context.options.networkProgram;
    process.command = {(program.empty() ? companionProgram("entracte-network") : program).string(),
                       "--wire-fd=" + std::to_string(kWireFd),
                       "--session-fd=" + std::to_string(kSessionFd)};
    if (network.kind == NetworkKind::HostLimited)
        process.command.emplace_back("--host-only");
    for (const auto port : network.hostPorts)
        process.command.push_back("--port=" + std::to_string(port));
    process.credentials = Credentials{person.uid, person.gid, person.groups};
    process.fds = {{wire.get(), kWireFd}, {container.initPidfd.get(), kSessionFd}};
    return Subprocess::start(process);
}

} // namespace

Result<ServedNetwork> connectNetwork(const EngineContext& context, const Person& person,
                                     const NetworkSpec& network, UniqueFd outside,
                                     const RunningContainer& container) {
    ENTRACTE_TRY(plugCable(outside, container.init, network.kind == NetworkKind::Nat));
    if (computerHasIpv6())
        addIpv6(network, container.init);
    ENTRACTE_ASSIGN(process, serve(context, person, network, outside, container));
    return ServedNetwork{std::move(outside), std::move(process)};
}

void addIpv6(const NetworkSpec& network, pid_t init) {
    if (hasIpv6(init))
        return;
    if (const auto given = giveIpv6(init, network.kind == NetworkKind::Nat); !given)
        spdlog::warn("a session has no IPv6: {}", given.error().forLog());
}

void keepNetwork(const EngineContext& context, Session& session) {
    auto& network = session.live->network;
    if (network && !network->triedIpv6 && computerHasIpv6()) {
        network->triedIpv6 = true;
        addIpv6(session.record().spec.network, session.live->container.init);
    }
    if (!network || network->process.ended() || !network->process.wait(0ms))
        return;
    spdlog::warn("session {}: its network ended: {}", session.id(),
                 printable(network->process.errors(), 500));
    if (network->restarts == kMostRestarts)
        return spdlog::error("session {} has no network any more", session.id());
    const auto again = [&]() -> Status {
        const SessionRecord record = session.record();
        ENTRACTE_ASSIGN(person, personOfUid(record.owner));
        ENTRACTE_ASSIGN(process, serve(context, person, record.spec.network, network->outside,
                                       session.live->container));
        network->process = std::move(process);
        return {};
    }();
    ++network->restarts;
    if (!again)
        spdlog::error("session {} has no network any more: {}", session.id(),
                      again.error().forLog());
}

} // namespace entracte
