#include "session/engine/Session.h"

namespace entracte {

SessionInfo Session::info() const {
    const SessionRecord now = record();
    SessionInfo info;
    info.id = now.id;
    info.name = now.spec.name;
    info.owner = now.owner;
    info.state = now.state;
    info.network = now.spec.network;
    info.sharedFolders = now.spec.sharedFolders;
    info.clipboard = now.spec.screen.clipboard;
    info.isPrivate = now.spec.isPrivate;
    info.screenKind = now.spec.screen.kind;
    info.screenDisplay = now.shownOn.display;
    info.screenCookieFile = now.shownOn.cookieFile;
    info.command = now.spec.command;
    info.createdUnixMs = now.createdUnixMs;
    info.schedule = now.schedule;
    info.retention = now.retention;
    info.limits = now.limits;
    info.resumeAutomatically = now.resumeAutomatically;
    info.returnDue =
        now.comeback == Return::Due && now.move.state == MoveState::None &&
        (now.state == SessionState::Suspended || now.state == SessionState::Interrupted);
    info.move = now.move;
    info.lineage = now.lineage.empty() ? now.id : now.lineage;
    if (isRunning(now.state)) {
        info.nextSnapshotUnixMs = nextSnapshotUnixMs;
        info.programs = programs;
        info.windows = windows;
        info.blockers = blockers;
    }
    return info;
}

bool isRunning(SessionState state) {
    return state == SessionState::Starting || state == SessionState::Running ||
           state == SessionState::Detached;
}

} // namespace entracte
