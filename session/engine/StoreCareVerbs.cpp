#include "session/engine/StoreCareVerbs.h"

#include "session/engine/LiveSessions.h"
#include "session/engine/RetentionText.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

namespace entracte {

namespace {
constexpr std::size_t kTold = 20; // findings; a message is no log

std::string linesOf(const std::vector<StoreFinding>& findings) {
    std::string text;
    for (std::size_t i = 0; i < findings.size() && i < kTold; ++i) {
        const StoreFinding& finding = findings[i];
        text += "\n  ";
        if (!finding.session.empty())
            text += fmt::format("session {}, snapshot {}: ", finding.session, finding.snapshot);
        text += finding.what;
    }
    return text + (findings.size() > kTold ? "\n  …" : "");
}
} // namespace

Result<PruneReport> pruneSession(EngineContext& context, const std::shared_ptr<Session>& session,
                                 const std::string& keep, bool dryRun) {
    const auto use = JobUse::begin(context, session);
    if (!use)
        return fail(use.error());
    ENTRACTE_ASSIGN(rules, parseRetention(keep.empty() ? session->record().retention : keep));
    if (!rules)
        return fail(ErrorCode::InvalidArgument, "The session keeps all its snapshots.", {},
                    "Name what is to stay, such as \"hourly=24 daily=7\".");
    JobControl unseen;
    PruneReport report;
    const Status done = context.reserve.spend([&] {
        return context.store->prune(session->id(), *rules, {}, dryRun, {unseen, "removing", 0, 1},
                                    report);
    });
    if (!dryRun && context.observer)
        for (const SnapshotInfo& removed : report.removed)
            context.observer->snapshotRemoved(session->id(), removed.id);
    if (done)
        return report;
    if (dryRun || report.removed.empty())
        return fail(done.error());
    return fail(
        Error(done.error().code(),
              fmt::format("{} of the snapshots that the rules do not keep {} removed, the "
                          "others were not: {}",
                          report.removed.size(), report.removed.size() == 1 ? "was" : "were",
                          done.error().sentence()),
              done.error().detail(), done.error().hint()));
}

Status checkStore(EngineContext& context, std::optional<uid_t> owner, bool readData,
                  JobControl& job) {
    std::optional<std::set<SessionId>> only;
    if (owner) {
        only.emplace();
        for (const auto& session : context.registry.all())
            if (session->record().owner == *owner)
                only->insert(session->id());
    }
    ENTRACTE_ASSIGN(report, context.store->check(only, readData, {job, "verifying", 0, 1}));
    if (report.findings.empty())
        return {};
    return fail(ErrorCode::SnapshotDamaged,
                fmt::format("{} of the store {} not as {} written:{}", report.findings.size(),
                            report.findings.size() == 1 ? "part is" : "parts are",
                            report.findings.size() == 1 ? "it was" : "they were",
                            linesOf(report.findings)),
                {},
                "Snapshots that are not named are whole. Delete those that are; \"entracte check "
                "--repair\" makes a damaged catalog anew.");
}

Status repairStore(EngineContext& context, JobControl& job) {
    job.report("verifying", 0);
    ENTRACTE_ASSIGN(report, context.store->repair());
    if (!report.rebuilt)
        return {};
    spdlog::warn("store: the catalog was made anew from the packs: {} snapshots", report.snapshots);
    if (report.findings.empty())
        return {};
    return fail(ErrorCode::SnapshotDamaged,
                fmt::format("The catalog was made anew from the packs, but not everything could be "
                            "brought back:{}",
                            linesOf(report.findings)),
                {}, "Snapshots that are not named are as they were.");
}

Status verifySnapshot(EngineContext& context, const SessionId& session, const SnapshotId& snapshot,
                      JobControl& job) {
    ENTRACTE_ASSIGN(report, context.store->checkOne(session, snapshot, {job, "verifying", 0, 1}));
    if (report.findings.empty())
        return {};
    return fail(ErrorCode::SnapshotDamaged,
                "The snapshot is not as it was written:" + linesOf(report.findings), {},
                "It cannot be resumed as a whole. Resume another one, and delete this one.");
}

} // namespace entracte
