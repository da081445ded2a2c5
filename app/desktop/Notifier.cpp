#include "app/desktop/Notifier.h"

#include <QDBusConnection>
#include <QDBusMessage>
#include <QDBusPendingCallWatcher>
#include <QDBusPendingReply>
#include <QStorageInfo>

namespace entracte::desktop {

namespace {
constexpr const char* kService = "org.freedesktop.Notifications";
constexpr const char* kPath = "/org/freedesktop/Notifications";
constexpr const char* kStore = "the store";  // in the place of a session
constexpr qint64 kLeastFree = 1'000'000'000; // bytes
constexpr qint64 kSnapshotsAhead = 3;        // as large as the last one
} // namespace

Notifier::Notifier(Desk& desk, QObject* parent)
    : QObject(parent), m_desk(desk), m_freeBytes([this] {
          const QStorageInfo store(m_folder);
          return store.isValid() ? store.bytesAvailable() : -1;
      }) {
    // It may have been moved while there was no helper.
    connect(&desk.link, &HelperLink::reachChanged, this, [this](HelperLink::Reach reach) {
        if (reach == HelperLink::Reach::Here)
            m_desk.actions.storage(this,
                                   [this](const auto& storage) { m_folder = storage.folder; });
    });
    auto bus = QDBusConnection::sessionBus();
    bus.connect(kService, kPath, kService, "ActionInvoked", this,
                SLOT(onActionInvoked(uint, QString)));
    bus.connect(kService, kPath, kService, "NotificationClosed", this, SLOT(onClosed(uint, uint)));
    connect(&desk.catalog.jobs, &JobModel::finished, this, &Notifier::onFinished);
    const auto remember = [this] {
        m_states.clear();
        const auto& sessions = m_desk.catalog.sessions;
        for (int row = 0; row < sessions.rowCount(); ++row)
            m_states.insert(sessions.at(row).path, sessions.at(row).state);
    };
    connect(&desk.catalog.sessions, &QAbstractItemModel::modelReset, this, remember);
    connect(&desk.catalog.sessions, &QAbstractItemModel::rowsInserted, this, remember);
    connect(&desk.catalog.sessions, &QAbstractItemModel::dataChanged, this,
            &Notifier::onStateChanged);
}

void Notifier::onStateChanged(const QModelIndex& index) {
    const auto& session = m_desk.catalog.sessions.at(index.row());
    const auto before = std::exchange(m_states[session.path], session.state);
    if (session.state != "interrupted" || before == "interrupted" || before.isEmpty() ||
        !m_desk.settings.notifies(Settings::kInterrupted))
        return;
    Message message{session.path,
                    {},
                    tr("“%1” was interrupted").arg(printable(session.name)),
                    tr("It ended without being asked."),
                    {},
                    true};
    const auto newest = m_desk.catalog.snapshots.newest(1, session.path);
    if (!newest.isEmpty()) {
        message.body = tr("Its newest snapshot of %1 brings it back.")
                           .arg(timeText(newest.first().takenUnixMs));
        message.actions = QStringList{"resume", tr("Resume")};
    }
    message.actions += QStringList{"default", tr("Show")};
    send(message);
}

// Looked at when something was stored: nothing else makes it less on our account.
void Notifier::warnOfLowSpace(const QString& session, const SnapshotView* taken) {
    const auto bytes = m_freeBytes();
    const auto wanted =
        std::max(kLeastFree, kSnapshotsAhead * static_cast<qint64>(taken ? taken->storedBytes : 0));
    const bool low = bytes >= 0 && bytes < wanted;
    if (!low || std::exchange(m_toldOfSpace, true) ||
        !m_desk.settings.notifies(Settings::kLowSpace)) {
        m_toldOfSpace = low;
        return;
    }
    send({kStore, // of the disk, not of the session's
          {},
          tr("Little room is left for snapshots"),
          tr("%1 are free. Delete snapshots that you no longer need, or let older ones be deleted "
             "by rules (session settings).")
              .arg(sizeText(static_cast<quint64>(bytes))),
          {"default", tr("Show")},
          true});
    m_spaceFor = session;
}

void Notifier::onFinished(const JobState& state) {
    const auto& job = state.job;
    if (m_desk.actions.returnOf(job) && m_looking())
        return; // it asks
    if (job.kind == "export" || job.kind == "import")
        return; // told by Transfers, when the file is closed
    if (job.error.isEmpty() && (job.kind == "snapshot" || job.kind == "suspend"))
        warnOfLowSpace(job.session, m_desk.catalog.snapshots.find(job.result));
    const auto name = m_desk.actions.subjectOf(job);
    if (!job.error.isEmpty()) {
        if (job.error == "Cancelled" || !m_desk.settings.notifies(Settings::kFailed) || m_looking())
            return;
        const auto trouble = troubleOf(job.kind, name, job.error, job.message);
        send({job.session,
              {},
              trouble.title,
              trouble.happened + ' ' + trouble.safe,
              {"why", tr("Why"), "default", tr("Show")},
              true});
        return;
    }
    const bool saved = job.kind == "snapshot" || job.kind == "suspend";
    if (!m_desk.settings.notifies(Settings::kDone) || (!saved && job.kind != "resume") ||
        m_looking())
        return;
    const auto* const taken = m_desk.catalog.snapshots.find(job.result);
    if (taken && taken->origin != "asked" && !taken->origin.isEmpty())
        return; // by itself, and often
    Message message{job.session, saved ? job.result : QString(), jobDone(job.kind, name), {}, {},
                    false};
    message.actions = QStringList{"show", tr("Show")};
    if (taken)
        message.body = tr("%1, programs stood still for %2.", "3 windows and 12 MB, 0.4 s")
                           .arg(snapshotFigures(*taken), frozenText(taken->frozenMicros));
    if (job.kind == "snapshot")
        message.actions += QStringList{"undo", tr("Undo")};
    message.actions += QStringList{"default", tr("Show")};
    send(message);
}

void Notifier::tellFailed(const Trouble& trouble, const QString& session) {
    if (m_desk.settings.notifies(Settings::kFailed) && !m_looking())
        send({session,
              {},
              trouble.title,
              trouble.happened + ' ' + trouble.safe,
              {"why", tr("Why"), "default", tr("Show")},
              true});
}

void Notifier::tellExported(const QString& session, const QString& file, quint64 bytes) {
    if (m_desk.settings.notifies(Settings::kDone))
        send({session,
              {},
              jobDone("export", m_desk.actions.nameOf(session)),
              tr("%1 (%2)", "a file, its size").arg(printable(file), sizeText(bytes)),
              {"default", tr("Show")},
              false});
}

void Notifier::tellErrandDone(const Errand& errand, const QJsonObject& result) {
    if (!m_desk.settings.notifies(Settings::kDone))
        return;
    const auto name = printable(errand.name);
    const auto place = printable(errand.place);
    QString summary = tr("“%1” is here, suspended").arg(name); // pulled, or taken back
    QString body;
    if (const auto moved = result.value("moved").toObject(); !moved.isEmpty()) {
        const auto still = moved.value("downtime_ms").toDouble();
        summary = tr("“%1” is at %2 now").arg(name, place);
        if (still > 0)
            body = tr("It stood still for %1.").arg(frozenText(static_cast<uint>(still * 1000)));
    } else if (result.contains("pushed")) {
        summary = tr("“%1” was sent to “%2”").arg(name, place);
        const auto added = result.value("pushed").toObject().value("added_bytes").toDouble();
        body = tr("The repository lacked %1 of it.").arg(sizeText(static_cast<quint64>(added)));
    }
    send({errand.session, {}, summary, body, {"default", tr("Show")}, false});
}

void Notifier::tellWaiting(const QList<SessionView>& sessions) {
    if (!m_desk.settings.notifies(Settings::kInterrupted))
        return;
    const auto& first = sessions.first();
    if (sessions.size() > 1) {
        QStringList names;
        for (const auto& session : sessions)
            names.append(printable(session.name));
        return send(
            {first.path,
             {},
             tr("%n session(s) can be brought back", nullptr, static_cast<int>(sessions.size())),
             names.join(QStringLiteral(", ")),
             {"default", tr("Show")},
             false});
    }
    Message message{first.path, {}, tr("“%1” can be resumed").arg(printable(first.name)),
                    {},         {}, false};
    message.actions = QStringList{"resume", tr("Resume"), "default", tr("Show")};
    if (first.state == "detached") {
        message.summary = tr("“%1” runs without a screen").arg(printable(first.name));
        message.body = tr("Its programs went on when you left. They can be shown here.");
        message.actions = QStringList{"attach", tr("Show here"), "default", tr("Show")};
    } else if (first.state == "suspended") {
        message.body = tr("It was saved when the computer went down.");
    } else {
        message.body =
            tr("It was interrupted. Its newest snapshot of %1 brings it back.")
                .arg(timeText(m_desk.catalog.snapshots.newest(1, first.path).first().takenUnixMs));
    }
    send(message);
}

void Notifier::send(const Message& message) {
    if (m_asked.contains(message.session)) { // its number is not known yet
        m_next.insert(message.session, message);
        return;
    }
    m_asked.insert(message.session);
    auto call = QDBusMessage::createMethodCall(kService, kPath, kService, "Notify");
    // Markup is ours alone: names and comments come from anywhere.
    call << tr("Entracte") << m_idOf.value(message.session, 0U)
         << QStringLiteral("org.entracte.Desktop") << message.summary
         << message.body.toHtmlEscaped() << message.actions
         << QVariantMap{{"desktop-entry", "org.entracte.Desktop"},
                        {"urgency", QVariant::fromValue<uchar>(message.urgent ? 2 : 1)},
                        {"category", message.urgent ? "device.error" : "transfer.complete"}}
         << -1;
    auto* const watcher =
        new QDBusPendingCallWatcher(QDBusConnection::sessionBus().asyncCall(call), this);
    connect(watcher, &QDBusPendingCallWatcher::finished, this,
            [this, message](QDBusPendingCallWatcher* answered) {
                answered->deleteLater();
                const QDBusPendingReply<uint> reply = *answered;
                if (reply.isValid()) { // else a desktop without any: the window tells it, too
                    m_idOf.insert(message.session, reply.value());
                    m_shown.insert(reply.value(), message);
                }
                m_asked.remove(message.session);
                if (const auto next = m_next.find(message.session); next != m_next.end()) {
                    const auto newest = *next;
                    m_next.erase(next);
                    send(newest);
                }
            });
}

void Notifier::onActionInvoked(uint id, const QString& action) {
    const auto found = m_shown.find(id); // the signal goes to everybody: most ids are others'
    if (found == m_shown.end())
        return;
    const auto message = *found;
    // Done with; not every desktop puts it away by itself.
    auto close = QDBusMessage::createMethodCall(kService, kPath, kService, "CloseNotification");
    close << id;
    QDBusConnection::sessionBus().asyncCall(close);
    if (action == "resume")
        m_desk.actions.resume(message.session);
    else if (action == "attach")
        m_desk.actions.attach(message.session);
    else if (action == "undo")
        m_desk.deletions.add({message.snapshot, message.summary, false});
    else if (action == "why")
        emit whyAsked();
    else if (message.session == kStore)
        emit sessionAsked(m_spaceFor);
    else if (!message.snapshot.isEmpty())
        emit snapshotAsked(message.session, message.snapshot);
    else
        emit sessionAsked(message.session);
}

void Notifier::onClosed(uint id, uint) {
    const auto found = m_shown.find(id);
    if (found == m_shown.end())
        return;
    m_idOf.remove(found->session);
    m_shown.erase(found);
}

} // namespace entracte::desktop
