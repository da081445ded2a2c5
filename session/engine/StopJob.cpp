#include "session/engine/StopJob.h"

#include "session/engine/MoveMarks.h"
#include "session/engine/Vaults.h"

#include <poll.h>
#include <spdlog/spdlog.h>

namespace entracte {

namespace {

using namespace std::chrono_literals;
constexpr auto kGrace = 5s; // from SIGTERM to SIGKILL
constexpr auto kEnd = 2s;   // for PID 1 itself after that

// What does not end by itself is killed by endLive.
void askToEnd(const LiveSession& live, const SessionId& id) {
    auto init = InitClient::connect(live.container.init);
    const auto asked = init ? init->terminate(kGrace) : Status(fail(init.error()));
    if (!asked) {
        spdlog::warn("session {}: {}", id, asked.error().forLog());
        return;
    }
    pollfd polled{live.container.initPidfd.get(), POLLIN, 0};
    ::poll(&polled, 1, static_cast<int>(std::chrono::milliseconds(kGrace + kEnd).count()));
}

} // namespace

Status stopSession(EngineContext& context, const std::shared_ptr<Session>& session,
                   JobControl& job) {
    const auto use = JobUse::begin(context, session);
    if (!use)
        return fail(use.error());
    ENTRACTE_TRY(requireLive(*session));
    job.report("ending", 0);
    askToEnd(*session->live, session->id());
    endLive(context, *session);
    const auto state = restingState(context, session->id(), SessionState::Suspended);
    ENTRACTE_TRY(context.reserve.spend([&] {
        return context.registry.update(*session, [&](SessionRecord& record) {
            record.state = state;
            record.comeback = Return::None;
            record.shownOn = {};
            record.init = {};
        });
    }));
    forgetLayers(context, *session);
    job.report("ending", 1);
    return {};
}

Status removeSession(EngineContext& context, const std::shared_ptr<Session>& session) {
    const auto use = JobUse::begin(context, session);
    if (!use)
        return fail(use.error());
    if (session->live)
        return fail(ErrorCode::InvalidArgument, "The session still runs.", {},
                    "Stop it first (\"entracte stop\").");
    ENTRACTE_ASSIGN(all, context.store->knowsAllOf(session->id()));
    if (!all)
        return fail(ErrorCode::VaultLocked,
                    "The session may have snapshots in the locked vault that are not known yet.",
                    {}, "Nothing was changed. Unlock the vault first (\"entracte vault unlock\").");
    if (const auto record = session->record(); record.move.state == MoveState::Arriving)
        ENTRACTE_TRY(noteFate(context, record, record.move.id, MoveFate::Dropped));
    context.staged.drop(session->id());
    clearRuntime(context, *session);
    ENTRACTE_TRY(context.store->removeSession(session->id()));
    return context.registry.remove(session->id());
}

} // namespace entracte
