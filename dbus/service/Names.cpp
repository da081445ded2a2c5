#include "dbus/service/Names.h"

#include "dbus/service/ObjectTree.h"

namespace entracte::service {

std::string sessionPath(const SessionId& session) {
    return std::string(kRootPath) + "/session/" + session;
}

std::string snapshotPath(const SessionId& session, const SnapshotId& snapshot) {
    return sessionPath(session) + "/snapshot/" + snapshot;
}

std::string vaultPath(uid_t owner) {
    return std::string(kRootPath) + "/vault/" + std::to_string(owner);
}

std::string jobPath(std::uint64_t number) {
    return std::string(kRootPath) + "/job/" + std::to_string(number);
}

std::optional<SnapshotId> snapshotOfPath(const SessionId& session, const std::string& path) {
    const auto prefix = snapshotPath(session, "");
    if (!path.starts_with(prefix))
        return std::nullopt;
    auto id = parseId(std::string_view(path).substr(prefix.size()));
    return id ? std::optional(*id) : std::nullopt;
}

std::string stateName(SessionState state) {
    switch (state) {
    case SessionState::Starting:
        return "starting";
    case SessionState::Running:
        return "running";
    case SessionState::Detached:
        return "detached";
    case SessionState::Suspended:
        return "suspended";
    case SessionState::Interrupted:
        return "interrupted";
    case SessionState::Ended:
        break;
    }
    return "ended";
}

std::string screenName(ScreenKind kind) {
    switch (kind) {
    case ScreenKind::Host:
        return "host";
    case ScreenKind::Window:
        return "window";
    case ScreenKind::Headless:
        break;
    }
    return "headless";
}

std::string networkName(const NetworkSpec& network) {
    if (network.kind != NetworkKind::HostLimited)
        return network.kind == NetworkKind::Nat ? "nat" : "none";
    std::string name = "host-limited";
    for (std::size_t i = 0; i < network.hostPorts.size(); ++i)
        name += (i == 0 ? ":" : ",") + std::to_string(network.hostPorts[i]);
    return name;
}

std::string originName(SnapshotOrigin origin) {
    switch (origin) {
    case SnapshotOrigin::Scheduled:
        return "scheduled";
    case SnapshotOrigin::Rollback:
        return "rollback";
    case SnapshotOrigin::Shutdown:
        return "shutdown";
    case SnapshotOrigin::Program:
        return "program";
    case SnapshotOrigin::Asked:
        break;
    }
    return "asked";
}

std::string moveName(MoveState state) {
    switch (state) {
    case MoveState::Given:
        return "given";
    case MoveState::Gone:
        return "gone";
    case MoveState::Arriving:
        return "arriving";
    case MoveState::None:
        break;
    }
    return "";
}

std::string fateName(MoveFate fate) {
    switch (fate) {
    case MoveFate::Arriving:
        return "arriving";
    case MoveFate::Taken:
        return "taken";
    case MoveFate::Dropped:
        return "dropped";
    case MoveFate::Unknown:
        break;
    }
    return "unknown";
}

} // namespace entracte::service
