#pragma once

// Notifications over the desktop's notification service (Desktop Notifications Specification 1.2,
// what libnotify speaks), asked without waiting. One for each job at most; a later one about the
// same session takes the place of the earlier.

#include "app/desktop/Desk.h"

#include <QHash>
#include <QObject>
#include <QSet>

#include <functional>

namespace entracte::desktop {

class Notifier : public QObject {
    Q_OBJECT
public:
    explicit Notifier(Desk& desk, QObject* parent = nullptr);

    // While the window is before the person's eyes, it says what work has come to by itself.
    // Bytes that are free where snapshots are kept; for tests. Negative: not known.
    void setFreeBytes(std::function<qint64()> bytes) { m_freeBytes = std::move(bytes); }
    void setQuietWhile(std::function<bool()> looking) { m_looking = std::move(looking); }

    // A transfer's end, which is later than its job's.
    void tellFailed(const Trouble& trouble, const QString& session);
    // A move, a push or a pull, with what the command line says of it.
    void tellErrandDone(const Errand& errand, const QJsonObject& result);
    void tellExported(const QString& session, const QString& file, quint64 bytes);
    // Sessions that ended with the computer.
    void tellWaiting(const QList<SessionView>& sessions);

signals:
    void sessionAsked(const QString& session);
    void snapshotAsked(const QString& session, const QString& snapshot);
    void whyAsked();

private slots:
    void onActionInvoked(uint id, const QString& action);
    void onClosed(uint id, uint reason);

private:
    struct Message {
        QString session;  // object path; one notification for each
        QString snapshot; // likewise
        QString summary;
        QString body;
        QStringList actions; // key, text, …
        bool urgent = false;
    };
    void send(const Message& message);
    void onFinished(const JobState& state);
    void onStateChanged(const QModelIndex& index);
    void warnOfLowSpace(const QString& session, const SnapshotView* taken);

    Desk& m_desk;
    std::function<bool()> m_looking = [] { return false; };
    QString m_folder; // where snapshots lie; empty: not told yet
    std::function<qint64()> m_freeBytes;
    QString m_spaceFor;             // the session that was saved last then
    bool m_toldOfSpace = false;     // once, until there is room again
    QHash<QString, uint> m_idOf;    // session: its notification
    QSet<QString> m_asked;          // sessions of which one is being shown just now
    QHash<QString, Message> m_next; // what takes its place as soon as it is
    QHash<uint, Message> m_shown;
    QHash<QString, QString> m_states; // session: its state before
};

} // namespace entracte::desktop
