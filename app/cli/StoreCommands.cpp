#include "app/cli/StoreCommands.h"

#include "EntracteProxies.h" // generated
#include "app/cli/JobWatcher.h"
#include "app/cli/Lookup.h"

#include <iostream>

namespace entracte::cli {

namespace {

using ManagerProxy = OrgEntracteEntracte1ManagerInterface;
using SessionProxy = OrgEntracteEntracte1SessionInterface;
using SnapshotProxy = OrgEntracteEntracte1SnapshotInterface;

std::string nameOf(const SessionView& session) {
    return "\"" + printable(session.name) + "\"";
}

void say(const Arguments& arguments, const std::string& sentence) {
    if (!arguments.json)
        std::cout << sentence << '\n';
}

Status finish(const Client& client, const Arguments& arguments,
              QDBusPendingReply<QDBusObjectPath> reply) {
    ENTRACTE_ASSIGN(job, valueOf(std::move(reply)));
    ENTRACTE_TRY(JobWatcher(client, job.path(), !arguments.quiet).wait());
    return {};
}

Result<Json> checkSnapshot(const Client& client, const Arguments& arguments) {
    ENTRACTE_ASSIGN(overview, client.overview());
    ENTRACTE_ASSIGN(session, findSession(overview, arguments.session));
    ENTRACTE_ASSIGN(snapshot,
                    findSnapshot(overview, session,
                                 arguments.snapshot.empty() ? "newest" : arguments.snapshot));
    ENTRACTE_TRY(finish(client, arguments, client.proxy<SnapshotProxy>(snapshot.path)->Verify()));
    say(arguments, "Snapshot " + snapshot.id.toStdString() + " of " + nameOf(session) +
                       " is as it was written.");
    return Json{{"check", "whole"}, {"snapshot", snapshot.id.toStdString()}};
}

} // namespace

Result<Json> checkStore(const Client& client, const Arguments& arguments) {
    if (!arguments.session.empty())
        return checkSnapshot(client, arguments);
    if (!arguments.snapshot.empty())
        return fail(ErrorCode::InvalidArgument, "A snapshot is one of a session.", {},
                    "Name the session, too.");
    if (arguments.repair)
        ENTRACTE_TRY(
            finish(client, arguments, client.proxy<ManagerProxy>(Client::kRoot)->RepairStore()));
    ENTRACTE_TRY(finish(client, arguments,
                        client.proxy<ManagerProxy>(Client::kRoot)->CheckStore(arguments.readData)));
    say(arguments, "Everything is as it was written.");
    return Json{{"check", "whole"}};
}

Result<Json> collectGarbage(const Client& client, const Arguments& arguments) {
    ENTRACTE_TRY(
        finish(client, arguments, client.proxy<ManagerProxy>(Client::kRoot)->CollectGarbage()));
    say(arguments, "What no snapshot needs is gone.");
    return Json{{"gc", "done"}};
}

Result<Json> pruneSession(const Client& client, const Arguments& arguments) {
    ENTRACTE_ASSIGN(overview, client.overview());
    ENTRACTE_ASSIGN(found, findSession(overview, arguments.session));
    auto reply = client.proxy<SessionProxy>(found.path)
                     ->Prune(QString::fromStdString(arguments.keep.value_or("")), arguments.dryRun);
    reply.waitForFinished();
    if (reply.isError())
        return fail(errorOf(reply.error()));
    const QStringList removed = reply.argumentAt<0>();
    const qulonglong freed = reply.argumentAt<1>();
    Json ids = Json::array();
    for (const QString& id : removed) {
        ids.push_back(id.toStdString());
        say(arguments, (arguments.dryRun ? "Would remove " : "Removed ") + id.toStdString() + ".");
    }
    if (removed.isEmpty())
        say(arguments,
            "Nothing to remove: the rules keep all snapshots of " + nameOf(found) +
                ". Pinned ones, the newest and that of the last suspend stay in any case.");
    else
        say(arguments, std::to_string(removed.size()) +
                           (removed.size() == 1 ? " snapshot of " : " snapshots of ") +
                           nameOf(found) + ", " + bytesText(freed) + ".");
    return Json{{"removed", std::move(ids)}, {"freedBytes", freed}};
}

} // namespace entracte::cli
