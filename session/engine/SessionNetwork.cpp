#include "session/engine/SessionNetwork.h"

#include "session/base/Companion.h"

namespace entracte {

namespace {

constexpr int kWireFd = 3;
constexpr int kSessionFd = 4;

} // namespace

Result<Subprocess> connectNetwork(const EngineContext& context, const Person& person,
                                  const NetworkSpec& network, const UniqueFd& outside,
                                  const RunningContainer& container) {
    ENTRACTE_TRY(plugCable(outside, container.init, network.kind == NetworkKind::Nat));
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

} // namespace entracte
