#include "session/engine/MoveMarks.h"

#include "session/base/Printable.h"
#include "session/engine/JobSlot.h"
#include "session/engine/LiveSessions.h"
#include "session/engine/StopJob.h"
#include "session/store/Directories.h"

#include <spdlog/spdlog.h>
#include <unistd.h>

#include <algorithm>

namespace entracte {

namespace {

constexpr std::size_t kMaxFate = 4096; // bytes of its file

struct Fate {
    uid_t owner = 0;
    SessionId session;
    MoveFate fate = MoveFate::Unknown;
};

Result<Fate> readFate(const EngineContext& context, const std::string& move) try {
    ENTRACTE_ASSIGN(folder, openDirectory(context.paths.moves(), false));
    ENTRACTE_ASSIGN(text, readFileAt(folder.get(), move, kMaxFate));
    const auto json = nlohmann::json::parse(text);
    return Fate{json.at("owner"), json.at("session"),
                json.at("taken").get<bool>() ? MoveFate::Taken : MoveFate::Dropped};
} catch (const nlohmann::json::exception& problem) {
    return fail(ErrorCode::Internal, "What became of a move cannot be read.", problem.what());
}

tl::unexpected<Error> notOfThisMove() {
    return fail(ErrorCode::InvalidArgument, "The session is not in this move, or no longer.");
}

Status give(EngineContext& context, Session& session, const std::string& move,
            const std::string& peer) {
    const SessionRecord record = session.record();
    if (session.live || record.state != SessionState::Suspended)
        return fail(ErrorCode::InvalidArgument, "Only a suspended session can be given away.");
    if (record.move.state != MoveState::None)
        return notOfThisMove();
    return context.registry.update(session, [&](SessionRecord& changed) {
        changed.move = {MoveState::Given, move, printable(peer, kMaxPeer)};
    });
}

// What came is removed; what was here before stays.
Status drop(EngineContext& context, const JobUse& use, const std::string& move) {
    Session& session = use.session();
    const SessionRecord record = session.record();
    ENTRACTE_TRY(noteFate(context, record, move, MoveFate::Dropped));
    context.staged.drop(session.id());
    for (const SnapshotId& snapshot : record.arrived) {
        const auto removed = context.store->remove(session.id(), snapshot);
        if (removed && context.observer)
            context.observer->snapshotRemoved(session.id(), snapshot);
        else if (!removed && removed.error().code() != ErrorCode::NotFound)
            return removed;
    }
    if (record.beforeArrival.state != MoveState::None)
        return context.registry.update(session, [](SessionRecord& changed) {
            changed.move = std::exchange(changed.beforeArrival, {});
            changed.arrived.clear();
        });
    clearRuntime(context, session);
    ENTRACTE_TRY(context.store->removeSession(session.id()));
    return context.registry.remove(session.id());
}

// It stays suspended, and whoever wants may resume it.
Status take(EngineContext& context, Session& session, const SessionRecord& record) {
    if (record.move.state == MoveState::Arriving)
        ENTRACTE_TRY(noteFate(context, record, record.move.id, MoveFate::Taken));
    context.staged.drop(session.id());
    return context.registry.update(session, [](SessionRecord& changed) { settleArrival(changed); });
}

} // namespace

Status mayResume(const SessionRecord& record, const std::string& move) {
    const std::string peer = printable(record.move.peer, kMaxPeer);
    const std::string ask = "\"entracte move " + record.id + "\" asks it and settles the matter; ";
    switch (record.move.state) {
    case MoveState::None:
        return move.empty() ? Status() : Status(notOfThisMove());
    case MoveState::Arriving:
        if (!move.empty() && move == record.move.id)
            return {};
        return fail(ErrorCode::HostMismatch,
                    "The session is about to arrive from " + peer + ", and still belongs there.",
                    {},
                    "Repeat the move there. If that machine is lost for good, \"entracte move "
                    "--take-back " +
                        record.id + "\" makes it this one's.");
    case MoveState::Given:
        return fail(ErrorCode::HostMismatch,
                    "The session was given to " + peer + ", and may run there.", {},
                    ask + "\"entracte move --take-back " + record.id +
                        "\" brings it back if you know that it does not run there.");
    case MoveState::Gone:
        return fail(ErrorCode::HostMismatch,
                    "The session moved to " + peer + "; only earlier snapshots of it are here.", {},
                    "\"entracte clone\" opens one beside. If the session is lost there, "
                    "\"entracte move --take-back " +
                        record.id + "\" makes it this machine's again.");
    }
    return {};
}

Status mayOpenBeside(const SessionRecord& record) {
    if (record.move.state == MoveState::None || record.move.state == MoveState::Gone)
        return {};
    return mayResume(record, {});
}

std::shared_ptr<Session> arrivesAt(EngineContext& context, const Person& person,
                                   const ImportWishes& wishes) {
    std::shared_ptr<Session> left;
    for (const auto& session : context.registry.all()) {
        const SessionRecord record = session->record();
        if (record.owner != person.uid)
            continue;
        if (record.move.state == MoveState::Arriving && record.move.id == wishes.move)
            return session;
        const SessionId& lineage = record.lineage.empty() ? record.id : record.lineage;
        if (record.move.state == MoveState::Gone && lineage == wishes.lineage)
            left = session;
    }
    return left;
}

Status beginArrival(EngineContext& context, Session& session, const ImportWishes& wishes) {
    const SessionRecord record = session.record();
    if (session.live)
        return fail(ErrorCode::Busy, "The session runs here.");
    if (record.move.state == MoveState::Arriving && record.move.id == wishes.move)
        return {};
    if (record.move.state != MoveState::Gone) // it was taken back meanwhile
        return notOfThisMove();
    return context.registry.update(session, [&](SessionRecord& changed) {
        changed.beforeArrival = changed.move;
        changed.move = {MoveState::Arriving, wishes.move, printable(wishes.peer, kMaxPeer)};
        changed.arrived.clear();
    });
}

void settleArrival(SessionRecord& record) {
    record.move = {};
    record.beforeArrival = {};
    record.arrived.clear();
}

Status takeMoveStep(EngineContext& context, const std::shared_ptr<Session>& session, MoveStep step,
                    const std::string& move, const std::string& peer) {
    const auto use = JobUse::begin(context, session);
    if (!use)
        return fail(use.error());
    const SessionRecord record = session->record();
    if (step == MoveStep::Give)
        return give(context, *session, move, peer);
    if (step == MoveStep::TakeBack)
        return record.move.state == MoveState::None ? Status() : take(context, *session, record);
    const auto wanted = step == MoveStep::Leave ? MoveState::Given : MoveState::Arriving;
    if (record.move.state != wanted || record.move.id != move || session->live)
        return notOfThisMove();
    if (step == MoveStep::Drop)
        return drop(context, *use, move);
    if (step == MoveStep::Take)
        return take(context, *session, record);
    return context.registry.update(
        *session, [](SessionRecord& changed) { changed.move.state = MoveState::Gone; });
}

Status noteFate(const EngineContext& context, const SessionRecord& record, const std::string& move,
                MoveFate fate) {
    const nlohmann::json json{
        {"owner", record.owner}, {"session", record.id}, {"taken", fate == MoveFate::Taken}};
    ENTRACTE_ASSIGN(folder, openDirectory(context.paths.moves(), true));
    return writeFileDurably(folder.get(), move, json.dump());
}

void forgetFate(const EngineContext& context, const std::string& move) {
    if (const auto folder = openDirectory(context.paths.moves(), false))
        if (::unlinkat(folder->get(), move.c_str(), 0) == 0)
            static_cast<void>(syncDirectory(folder->get()));
}

Result<MoveFate> fateOf(EngineContext& context, uid_t owner, const std::string& move) {
    // Who decides holds the session meanwhile.
    for (const auto& session : context.registry.all()) {
        const SessionRecord record = session->record();
        const auto fate = readFate(context, move);
        const bool here = (record.move.state == MoveState::Arriving && record.move.id == move) ||
                          (fate && fate->session == record.id);
        if (record.owner != owner || !here)
            continue;
        const auto use = BriefUse::beside(session->slot); // an open job has decided already
        if (!use)
            return fail(use.error());
        // What was decided counts, whatever the record says yet.
        if (const auto decided = readFate(context, move); decided && decided->owner == owner)
            return decided->fate;
        return session->record().move.state == MoveState::Arriving ? MoveFate::Arriving
                                                                   : MoveFate::Unknown;
    }
    const auto fate = readFate(context, move);
    return fate && fate->owner == owner ? fate->fate : MoveFate::Unknown;
}

void settleMoves(EngineContext& context) {
    for (const auto& session : context.registry.all()) {
        const SessionRecord record = session->record();
        if (record.move.state != MoveState::Arriving)
            continue;
        // Written and never said: who asks for it waits for the job that writes both, and that
        // ended with the helper before this one. What it had of the session in memory went, too.
        if (const auto fate = readFate(context, record.move.id);
            fate && fate->fate == MoveFate::Taken)
            forgetFate(context, record.move.id);
    }
}

} // namespace entracte
