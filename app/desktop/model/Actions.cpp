#include "app/desktop/model/Actions.h"

#include "EntracteProxies.h" // generated
#include "app/common/CallerEnvironment.h"
#include "app/desktop/model/Wording.h"

#include <QDBusPendingCallWatcher>
#include <QDir>
#include <QPointer>

extern char** environ;

namespace entracte::desktop {

namespace {
using ManagerProxy = OrgEntracteEntracte1ManagerInterface;
using SessionProxy = OrgEntracteEntracte1SessionInterface;
using SnapshotProxy = OrgEntracteEntracte1SnapshotInterface;
using JobProxy = OrgEntracteEntracte1JobInterface;
} // namespace

Actions::Actions(HelperLink& link, Catalog& catalog, QObject* parent)
    : QObject(parent), m_link(link), m_catalog(catalog) {
    connect(&catalog, &Catalog::loaded, this, [this] {
        if (std::exchange(m_saveWhenTold, false))
            snapshotAll();
    });
    connect(&catalog.jobs, &JobModel::finished, this, [this](const JobState& job) {
        if (m_limited.contains(job.path))
            limitStarted(job, m_limited.take(job.path));
        else if (m_unanswered > 0)
            m_endedUnanswered.insert(job.path, job);
    });
    // A wish is not carried out hours later.
    connect(&link, &HelperLink::reachChanged, this, [this](HelperLink::Reach reach) {
        if (reach == HelperLink::Reach::Missing || reach == HelperLink::Reach::Refused)
            m_saveWhenTold = false;
    });
}

template <typename Proxy>
std::unique_ptr<Proxy> Actions::proxy(const QString& path) const {
    return m_link.client().proxy<Proxy>(path);
}

void Actions::watch(const QDBusPendingCall& call, const QString& kind, const QString& session) {
    auto* const watcher = new QDBusPendingCallWatcher(call, this);
    connect(watcher, &QDBusPendingCallWatcher::finished, this,
            [this, kind, session, name = nameOf(session)](QDBusPendingCallWatcher* answered) {
                answered->deleteLater();
                if (!answered->isError())
                    return;
                const auto error = errorOf(answered->error());
                const auto code = errorInfo(error.code()).name;
                auto trouble = troubleOf(
                    kind, name, QString::fromUtf8(code.data(), static_cast<qsizetype>(code.size())),
                    QString::fromStdString(error.forPerson()));
                trouble.session = session;
                emit failed(trouble);
            });
}

QString Actions::nameOf(const QString& session) const {
    const auto* const found = m_catalog.sessions.find(session);
    return found ? found->name : QString();
}

void Actions::start(const StartRequest& request) {
    auto options = screenOptions(request.screen);
    if (request.fullScreen) {
        options.insert("fullScreen", true);
    } else if (request.screen != "host") {
        options.insert("width", QVariant::fromValue<ushort>(request.width));
        options.insert("height", QVariant::fromValue<ushort>(request.height));
    }
    if (!request.network.isEmpty())
        options.insert("network", request.network);
    if (!request.from.isEmpty()) {
        options.insert("files", "current"); // they are the other session's, which goes on with them
        const QDBusPendingReply<QDBusObjectPath> call =
            proxy<SessionProxy>(request.from)->Clone(QDBusObjectPath("/"), request.name, options);
        watch(call, "start", {});
        announce(call);
        return limitWhenStarted(call, request);
    }
    options.insert("name", request.name);
    if (request.clipboard)
        options.insert("clipboard", true);
    options.insert("workingDirectory", QDir::homePath());
    if (const auto environment = passedEnvironment(environ, {}))
        options.insert("environment", QVariant::fromValue<EntracteEnvironment>(*environment));
    if (request.everySeconds > 0)
        options.insert("everySeconds", request.everySeconds);
    if (!request.keep.isEmpty())
        options.insert("keep", request.keep);
    if (!request.share.isEmpty())
        options.insert("share", request.share);
    if (!request.shareReadOnly.isEmpty())
        options.insert("shareReadOnly", request.shareReadOnly);
    const QDBusPendingReply<QDBusObjectPath> call =
        proxy<ManagerProxy>(Client::kRoot)->StartSession(request.command, options);
    watch(call, "start", {});
    announce(call);
    limitWhenStarted(call, request);
}

void Actions::limitWhenStarted(const QDBusPendingCall& call, const StartRequest& request) {
    if (!request.isLimited() && request.from.isEmpty())
        return;
    ++m_unanswered;
    auto* const watcher = new QDBusPendingCallWatcher(call, this);
    connect(watcher, &QDBusPendingCallWatcher::finished, this,
            [this, request](QDBusPendingCallWatcher* answered) {
                answered->deleteLater();
                const auto ended = m_endedUnanswered;
                if (--m_unanswered == 0)
                    m_endedUnanswered.clear();
                const QDBusPendingReply<QDBusObjectPath> reply = *answered;
                if (!reply.isValid())
                    return;
                const QString job = reply.value().path();
                if (const auto found = ended.find(job); found != ended.end())
                    limitStarted(*found, request);
                else
                    m_limited.insert(job, request);
            });
}

void Actions::limitStarted(const JobState& job, const StartRequest& request) {
    if (!job.job.error.isEmpty())
        return;
    if (request.isLimited())
        setLimits(job.job.result, request);
    if (request.from.isEmpty())
        return; // it was started with the rest
    // Whatever the one has that it was made from: also never, and all.
    setSchedule(job.job.result, request.everySeconds);
    setRetention(job.job.result, request.keep);
}

void Actions::setLimits(const QString& session, const StartRequest& limits) {
    QVariantMap wishes;
    if (limits.memoryBytes > 0)
        wishes.insert("memoryBytes", limits.memoryBytes);
    if (limits.cpuPercent > 0)
        wishes.insert("cpuPercent", limits.cpuPercent);
    if (limits.processes > 0)
        wishes.insert("processes", limits.processes);
    watch(proxy<SessionProxy>(session)->SetLimits(wishes), "settings", session);
}

void Actions::verify() {
    watch(proxy<ManagerProxy>(Client::kRoot)->CheckStore(true), "check", {});
}

void Actions::storage(QObject* receiver, std::function<void(const Storage&)> then) {
    auto* const watcher =
        new QDBusPendingCallWatcher(proxy<ManagerProxy>(Client::kRoot)->Storage(), receiver);
    connect(watcher, &QDBusPendingCallWatcher::finished, receiver,
            [then = std::move(then)](QDBusPendingCallWatcher* answered) {
                answered->deleteLater();
                const QDBusPendingReply<QString, qulonglong, qulonglong, qulonglong, qulonglong,
                                        qulonglong>
                    reply = *answered;
                if (reply.isValid())
                    then({reply.argumentAt<0>(), reply.argumentAt<1>(), reply.argumentAt<3>(),
                          reply.argumentAt<4>(), reply.argumentAt<5>()});
            });
}

void Actions::collectGarbage() {
    watch(proxy<ManagerProxy>(Client::kRoot)->CollectGarbage(), "gc", {});
}

void Actions::verifySnapshot(const QString& snapshot) {
    const auto* const found = m_catalog.snapshots.find(snapshot);
    if (!found)
        return;
    m_verified = tr("%1, %2", "a snapshot, its time")
                     .arg(snapshotTitle(*found), timeText(found->takenUnixMs));
    watch(proxy<SnapshotProxy>(snapshot)->Verify(), "verify", found->session);
}

QString Actions::subjectOf(const JobView& job) const {
    return job.kind == "verify" ? m_verified : nameOf(job.session);
}

void Actions::announce(const QDBusPendingCall& call) {
    auto* const watcher = new QDBusPendingCallWatcher(call, this);
    connect(watcher, &QDBusPendingCallWatcher::finished, this,
            [this](QDBusPendingCallWatcher* answered) {
                answered->deleteLater();
                const QDBusPendingReply<QDBusObjectPath> reply = *answered;
                if (reply.isValid())
                    emit startBegun(reply.value().path());
            });
}

void Actions::snapshot(const QString& session, const QString& comment) {
    watch(proxy<SessionProxy>(session)->Snapshot(comment), "snapshot", session);
}

int Actions::snapshotAll() {
    if (m_link.reach() != HelperLink::Reach::Here) { // just started, or the helper has
        m_saveWhenTold = true;
        m_link.look();
        return 0;
    }
    int count = 0;
    for (int row = 0; row < m_catalog.sessions.rowCount(); ++row) {
        const auto& session = m_catalog.sessions.at(row);
        if (!canSnapshot(session) || m_catalog.jobs.runningFor(session.path))
            continue;
        snapshot(session.path);
        ++count;
    }
    return count;
}

void Actions::suspend(const QString& session) {
    watch(proxy<SessionProxy>(session)->Suspend(QString()), "suspend", session);
}

// The kind of screen that it had, here where the person sits now.
QVariantMap Actions::screenOf(const QString& session) const {
    const auto* const found = m_catalog.sessions.find(session);
    return screenOptions(found && !found->screen.isEmpty() ? found->screen : QString("host"));
}

void Actions::resume(const QString& session, const QString& snapshot) {
    bringBack({"resume", session, snapshot.isEmpty() ? QString("/") : snapshot, {}}, "ask");
}

void Actions::rollback(const QString& session, const QString& snapshot) {
    bringBack({"rollback", session, snapshot, {}}, "ask");
}

void Actions::clone(const QString& session, const QString& snapshot, const QString& name) {
    bringBack({"clone", session, snapshot.isEmpty() ? QString("/") : snapshot, name}, "ask");
}

// With "ask", documents in shared folders that were changed meanwhile end the job (FilesChanged),
// and the person decides.
void Actions::bringBack(const Return& what, const QString& files) {
    auto options = screenOf(what.session);
    options.insert("files", files);
    const QDBusObjectPath snapshot(what.snapshot);
    const auto session = proxy<SessionProxy>(what.session);
    m_returns.insert(what.kind + what.session, what);
    if (what.kind == "clone") {
        const QDBusPendingReply<QDBusObjectPath> call =
            session->Clone(snapshot, what.name, options);
        watch(call, what.kind, what.session);
        announce(call);
        return;
    }
    watch(what.kind == "resume" ? session->Resume(snapshot, options)
                                : session->Rollback(snapshot, options),
          what.kind, what.session);
}

std::optional<Return> Actions::returnOf(const JobView& job) const {
    const auto found = m_returns.constFind(job.kind + job.session);
    return job.error == "FilesChanged" && found != m_returns.constEnd() ? std::optional(*found)
                                                                        : std::nullopt;
}

void Actions::again(const Return& what, const QString& files) {
    bringBack(what, files);
}

void Actions::changedFiles(const Return& what, QObject* receiver,
                           std::function<void(const EntracteChangedFiles&)> then) {
    auto* const watcher = new QDBusPendingCallWatcher(
        proxy<SessionProxy>(what.session)->ChangedFiles(QDBusObjectPath(what.snapshot)), receiver);
    connect(watcher, &QDBusPendingCallWatcher::finished, receiver,
            [then = std::move(then)](QDBusPendingCallWatcher* answered) {
                answered->deleteLater();
                const QDBusPendingReply<EntracteChangedFiles> reply = *answered;
                then(reply.isValid() ? reply.value() : EntracteChangedFiles());
            });
}

void Actions::exec(const QString& session, const QStringList& command) {
    // The session has an environment of its own.
    watch(proxy<SessionProxy>(session)->Exec(command, {}, QDir::homePath()), "exec", session);
}

void Actions::attach(const QString& session) {
    watch(proxy<SessionProxy>(session)->Attach(screenOf(session)), "attach", session);
}

void Actions::detach(const QString& session) {
    watch(proxy<SessionProxy>(session)->Detach(), "detach", session);
}

void Actions::stop(const QString& session) {
    watch(proxy<SessionProxy>(session)->Stop(), "stop", session);
}

void Actions::rename(const QString& session, const QString& name) {
    watch(proxy<SessionProxy>(session)->Rename(name), "rename", session);
}

void Actions::setComment(const QString& snapshot, const QString& comment) {
    watch(proxy<SnapshotProxy>(snapshot)->SetComment(comment), "comment", {});
}

void Actions::setPinned(const QString& snapshot, bool pinned) {
    watch(proxy<SnapshotProxy>(snapshot)->SetPinned(pinned), "pin", {});
}

void Actions::setSchedule(const QString& session, uint seconds) {
    watch(proxy<SessionProxy>(session)->SetSchedule(seconds), "settings", session);
}

void Actions::pauseSchedules(qint64 untilUnixMs) {
    for (int row = 0; row < m_catalog.sessions.rowCount(); ++row) {
        const auto& session = m_catalog.sessions.at(row);
        if (session.scheduleSeconds > 0)
            watch(proxy<SessionProxy>(session.path)->PauseSchedule(untilUnixMs), "settings",
                  session.path);
    }
}

void Actions::setRetention(const QString& session, const QString& keep) {
    watch(proxy<SessionProxy>(session)->SetRetention(keep), "settings", session);
}

void Actions::previewRetention(const QString& session, const QString& keep, QObject* receiver,
                               std::function<void(const QStringList&, quint64)> then) {
    auto* const watcher =
        new QDBusPendingCallWatcher(proxy<SessionProxy>(session)->Prune(keep, true), receiver);
    connect(watcher, &QDBusPendingCallWatcher::finished, receiver,
            [then = std::move(then)](QDBusPendingCallWatcher* answered) {
                answered->deleteLater();
                const QDBusPendingReply<QStringList, quint64> reply = *answered;
                if (reply.isValid())
                    then(reply.argumentAt<0>(), reply.argumentAt<1>());
            });
}

void Actions::setClipboard(const QString& session, bool shared) {
    watch(proxy<SessionProxy>(session)->SetClipboard(shared), "settings", session);
}

void Actions::setResumeAutomatically(const QString& session, bool automatic) {
    watch(proxy<SessionProxy>(session)->SetResumeAutomatically(automatic), "settings", session);
}

void Actions::cancel(const QString& job) {
    m_catalog.jobs.cancelling(job);
    watch(proxy<JobProxy>(job)->Cancel(), "cancel", {});
}

void Actions::remove(const QString& path, bool isSession) {
    const QDBusPendingCall call = isSession
                                      ? QDBusPendingCall(proxy<SessionProxy>(path)->Delete())
                                      : QDBusPendingCall(proxy<SnapshotProxy>(path)->Delete());
    watch(call, "delete", isSession ? path : QString());
    ++m_removing;
    auto* const watcher = new QDBusPendingCallWatcher(call, this);
    connect(watcher, &QDBusPendingCallWatcher::finished, this,
            [this, path](QDBusPendingCallWatcher* answered) {
                answered->deleteLater();
                if (answered->isError())
                    emit notRemoved(path);
                if (--m_removing == 0)
                    emit allRemoved();
            });
}

void Actions::preflight(const QString& session, QObject* receiver,
                        std::function<void(const EntracteFindings&)> then) {
    auto* const watcher =
        new QDBusPendingCallWatcher(proxy<SessionProxy>(session)->Preflight(), receiver);
    connect(watcher, &QDBusPendingCallWatcher::finished, receiver,
            [then = std::move(then)](QDBusPendingCallWatcher* answered) {
                answered->deleteLater();
                const QDBusPendingReply<EntracteFindings> reply = *answered;
                if (reply.isValid())
                    then(reply.value());
            });
}

void Actions::doctor(QObject* receiver,
                     std::function<void(std::optional<EntracteDoctorFindings>, QString)> then) {
    auto* const watcher =
        new QDBusPendingCallWatcher(proxy<ManagerProxy>(Client::kRoot)->Doctor(), receiver);
    connect(watcher, &QDBusPendingCallWatcher::finished, receiver,
            [then = std::move(then)](QDBusPendingCallWatcher* answered) {
                answered->deleteLater();
                const QDBusPendingReply<EntracteDoctorFindings> reply = *answered;
                if (reply.isValid())
                    then(reply.value(), {});
                else
                    then(std::nullopt, QString::fromStdString(errorOf(reply.error()).sentence()));
            });
}

} // namespace entracte::desktop
