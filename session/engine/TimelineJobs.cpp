#include "session/engine/TimelineJobs.h"

#include "session/base/WallClock.h"
#include "session/engine/ResumeJob.h"
#include "session/engine/SnapshotJob.h"

#include <spdlog/spdlog.h>

namespace entracte {

namespace {

constexpr const char* kBeforeRollback = "Before going back to an earlier snapshot";

// The earlier state could not be brought back: the present one, which was saved just before, on
// the screen that it had.
Error bringPresentBack(EngineContext& context, const JobUse& use, const SnapshotInfo& present,
                       const Error& cause) {
    JobControl unseen; // whoever cancelled the rollback wants the present back all the same
    const auto back = resumeFrom(context, use, {use.session().id(), present.id},
                                 {std::nullopt, FilesPolicy::Current}, unseen);
    if (!back)
        spdlog::error("session {}: {}", use.session().id(), back.error().forLog());
    return Error(cause.code(), cause.sentence(), cause.detail(),
                 back ? "The session is as it was before."
                      : "The session is saved as it was before, as snapshot " + present.id +
                            "; \"entracte resume\" brings it back.");
}

} // namespace

Result<SessionInfo> rollBack(EngineContext& context, const std::shared_ptr<Session>& session,
                             const SnapshotId& snapshot, const ResumeWishes& wishes,
                             JobControl& job) {
    const auto use = JobUse::begin(context, session);
    if (!use)
        return fail(use.error());
    const SnapshotSource earlier{session->id(), snapshot};
    if (!session->live)
        return resumeFrom(context, *use, earlier, wishes, job);
    job.enterPart(0, 0.1);
    ENTRACTE_TRY(
        checkResumable(context, *session, earlier, wishes.files, job)); // before anything is ended
    job.enterPart(0.1, 0.5);
    ENTRACTE_ASSIGN(present, takeSnapshot(context, *use, kBeforeRollback, SnapshotOrigin::Rollback,
                                          Afterwards::End, job));
    job.enterPart(0.5, 1);
    auto back = resumeFrom(context, *use, earlier, wishes, job);
    if (!back)
        return fail(bringPresentBack(context, *use, present, back.error()));
    return back;
}

Result<SessionInfo> cloneSession(EngineContext& context, const std::shared_ptr<Session>& source,
                                 const SnapshotId& snapshot, const std::string& name,
                                 const ResumeWishes& wishes, JobControl& job) {
    const SessionRecord original = source->record();
    SessionRecord record;
    record.id = newId();
    record.owner = original.owner;
    record.ownerName = original.ownerName;
    record.spec = original.spec;
    record.spec.name = name;
    record.createdUnixMs = nowUnixMs();
    ENTRACTE_TRY(checkSpec(record.spec));
    ENTRACTE_TRY(job.check());
    ENTRACTE_ASSIGN(session, context.registry.add(std::move(record)));
    const auto use = JobUse::begin(context, session);
    if (!use)
        return fail(use.error());
    auto begun = resumeFrom(context, *use, {source->id(), snapshot}, wishes, job);
    if (!begun) {
        if (const auto removed = context.registry.remove(session->id()); !removed)
            spdlog::error("session {}: {}", session->id(), removed.error().forLog());
        return fail(std::move(begun).error());
    }
    return begun;
}

} // namespace entracte
