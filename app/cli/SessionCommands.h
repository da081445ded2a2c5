#pragma once

// What is asked of a session or of one of its snapshots, a function a command; check, gc and prune
// are in StoreCommands.h, and what takes more than a few lines has files of its own.

#include "EntracteProxies.h" // generated
#include "app/cli/Arguments.h"
#include "app/cli/Output.h"
#include "dbus/client/Client.h"

#include <iostream>

namespace entracte::cli {

using ManagerProxy = OrgEntracteEntracte1ManagerInterface;
using SessionProxy = OrgEntracteEntracte1SessionInterface;
using SnapshotProxy = OrgEntracteEntracte1SnapshotInterface;

// One invocation: the helper's client and what was asked.
class SessionCommands {
public:
    SessionCommands(const Client& client, const Arguments& arguments)
        : m_client(client), m_arguments(arguments) {}

    Result<Json> start();
    Result<Json> exec();
    Result<Json> list();
    Result<Json> show();
    Result<Json> save(bool suspend);
    Result<Json> resume();
    Result<Json> rollback();
    Result<Json> clone();
    Result<Json> rename();
    Result<Json> comment();
    Result<Json> pin(bool pinned);
    Result<Json> schedule();
    Result<Json> limits();
    Result<Json> clipboard();
    Result<Json> windows();
    Result<Json> picture();
    Result<Json> attach();
    Result<Json> detach();
    Result<Json> stop();
    Result<Json> remove();

private:
    // The session that was named.
    Result<SessionView> session();
    std::unique_ptr<SessionProxy> proxyOf(const SessionView& session) {
        return m_client.proxy<SessionProxy>(session.path);
    }
    // The snapshot that was named, the newest when none was.
    Result<SnapshotView> snapshotOf(const Overview& overview, const SessionView& session);
    // The screen of `session`, here where one sits now.
    QVariantMap screenHere(const SessionView& session);
    // Names the documents when they are what `outcome` failed at.
    template <typename T>
    Result<T> tellingChanges(const SessionView& session, const QDBusObjectPath& snapshot,
                             Result<T> outcome);
    // start --from: warm, from a snapshot of another session.
    Result<Json> startFrom();
    Result<int> execIn(const SessionView& session);
    // A second session from a snapshot of the first.
    Result<SessionView> cloneOf(const std::string& first, const std::string& name);
    // Calls `change` of the snapshot that was named, then says `sentence` and gives it as it is
    // now.
    template <typename Change>
    Result<Json> edit(Change change, const std::string& sentence);
    // Which of the snapshots that are there the session's rules remove at the next one.
    void tellWhatGoes(const SessionView& session);
    // Waits for the job that a call started; the path of its result.
    Result<QString> finish(QDBusPendingReply<QDBusObjectPath> reply);
    // The same for a job on `session`, then says `sentence` and gives the session as it is now.
    Result<Json> finishOn(const SessionView& session, QDBusPendingReply<QDBusObjectPath> reply,
                          const std::string& sentence);
    Result<SessionView> sessionAt(const QString& path);
    // The command, screen and name of the desktop that was asked for; its variables on top.
    Status takeDesktop(QMap<QString, QString>& environment);
    void say(const std::string& sentence) {
        if (!m_arguments.json)
            std::cout << sentence << '\n';
    }

    const Client& m_client;
    Arguments m_arguments;
};

// Its name, in quotation marks.
std::string nameOf(const SessionView& session);
// Rules of keeping as the helper takes them.
QString keptRules(const std::string& typed);
bool runs(const SessionView& session);

} // namespace entracte::cli
