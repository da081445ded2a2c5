#include "session/engine/StoreCareVerbs.h"

#include "session/engine/LiveSessions.h"
#include "session/engine/RetentionText.h"

#include <fmt/format.h>

namespace entracte {

namespace {
constexpr std::size_t kTold = 20; // findings; a message is no log
}

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
    ENTRACTE_ASSIGN(report, context.store->prune(session->id(), *rules, {}, dryRun,
                                                 {unseen, "removing", 0, 1}));
    if (!dryRun && context.observer)
        for (const SnapshotInfo& removed : report.removed)
            context.observer->snapshotRemoved(session->id(), removed.id);
    return std::move(report);
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
    std::string text = fmt::format("{} of the store {} not as {} written:", report.findings.size(),
                                   report.findings.size() == 1 ? "part is" : "parts are",
                                   report.findings.size() == 1 ? "it was" : "they were");
    for (std::size_t i = 0; i < report.findings.size() && i < kTold; ++i) {
        const StoreFinding& finding = report.findings[i];
        text += "\n  ";
        if (!finding.session.empty())
            text += fmt::format("session {}, snapshot {}: ", finding.session, finding.snapshot);
        text += finding.what;
    }
    if (report.findings.size() > kTold)
        text += "\n  …";
    return fail(ErrorCode::SnapshotDamaged, text, {},
                "Snapshots that are not named are whole. Delete those that are.");
}

} // namespace entracte
