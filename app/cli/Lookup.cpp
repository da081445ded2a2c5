#include "app/cli/Lookup.h"

namespace entracte::cli {

Result<SessionView> findSession(const Overview& overview, const std::string& named) {
    const auto wanted = QString::fromStdString(named);
    QList<SessionView> byName;
    QList<SessionView> byId;
    for (const auto& session : overview.sessions) {
        if (session.id == wanted)
            return session;
        if (session.name == wanted)
            byName.append(session);
        if (!wanted.isEmpty() && session.id.startsWith(wanted))
            byId.append(session);
    }
    const auto& found = byName.isEmpty() ? byId : byName;
    if (found.isEmpty())
        return fail(ErrorCode::NotFound, "There is no session \"" + named + "\".", {},
                    "\"entracte list\" shows all.");
    if (found.size() > 1) {
        QStringList ids;
        for (const auto& session : found)
            ids.append(session.id);
        return fail(ErrorCode::InvalidArgument, "Several sessions are called \"" + named + "\".",
                    {}, "Name one by its id: " + ids.join(", ").toStdString() + ".");
    }
    return found.first();
}

Result<SnapshotView> findSnapshot(const Overview& overview, const SessionView& session,
                                  const std::string& named) {
    const auto wanted = QString::fromStdString(named);
    const auto all = overview.snapshotsOf(session);
    if (all.isEmpty() && (wanted == "newest" || wanted == "latest"))
        return fail(ErrorCode::NotFound, "The session has no snapshot yet.", {},
                    "Make one with \"entracte snapshot\", or \"entracte suspend\".");
    if (!all.isEmpty() && (wanted == "newest" || wanted == "latest"))
        return all.last();
    QList<SnapshotView> found;
    for (const auto& snapshot : all)
        if (!wanted.isEmpty() && snapshot.id.startsWith(wanted))
            found.append(snapshot);
    if (found.isEmpty())
        return fail(ErrorCode::NotFound, "The session has no snapshot \"" + named + "\".", {},
                    "\"entracte show SESSION\" lists them.");
    if (found.size() > 1)
        return fail(ErrorCode::InvalidArgument, "Several snapshots begin with \"" + named + "\".",
                    {}, "Write more of the id.");
    return found.first();
}

} // namespace entracte::cli
