#pragma once

// What the person asks of the helper, asked without waiting. What is a job shows itself in the
// JobModel; what fails before it becomes one, or is none, is told by failed().

#include "app/desktop/model/Models.h"
#include "app/desktop/model/Wording.h"

#include <QDBusPendingCall>
#include <QObject>

#include <functional>
#include <memory>
#include <optional>

namespace entracte::desktop {

struct StartRequest {
    QStringList command;
    QString name;
    QString screen = "host"; // host, window, headless
    ushort width = 1280;     // pixels; window and headless
    ushort height = 800;
    bool fullScreen = false; // window: of the display's size, whatever the numbers say
    uint everySeconds = 0;   // saved by itself; 0: never
    QString keep;            // which of its snapshots are kept; empty: all
    bool clipboard = false;  // shared with the desktop; window only
    QString network;         // "nat", "none", "host-limited:PORT,PORT"; empty: not said
    QStringList share;
    QStringList shareReadOnly;
    QString from;            // a session whose newest snapshot it begins as, instead of `command`
    quint64 memoryBytes = 0; // what it may use at most; 0: no limit
    uint cpuPercent = 0;     // 100: one processor
    uint processes = 0;

    bool isLimited() const { return memoryBytes > 0 || cpuPercent > 0 || processes > 0; }
};

// Something that brings a session back from a snapshot, to be asked for once more with a decision.
struct Return {
    QString kind; // "resume", "rollback", "clone"
    QString session;
    QString snapshot; // "/" for the newest
    QString name;     // clone: the second one's
};

class Actions : public QObject {
    Q_OBJECT
public:
    Actions(HelperLink& link, Catalog& catalog, QObject* parent = nullptr);

    void start(const StartRequest& request);
    void snapshot(const QString& session, const QString& comment = {});
    // Every session that can be; their number. Done later where it is not known yet which there
    // are.
    int snapshotAll();
    void suspend(const QString& session);
    // The newest snapshot when none is named.
    void resume(const QString& session, const QString& snapshot = {});
    // Onto the screen where the person sits now.
    // What failed with FilesChanged, if it was asked for here.
    std::optional<Return> returnOf(const JobView& job) const;
    // Once more: which documents count, "current", "saved" or "both".
    void again(const Return& what, const QString& files);
    void changedFiles(const Return& what, QObject* receiver,
                      std::function<void(const EntracteChangedFiles&)> then);
    void attach(const QString& session);
    // Another program, in a session that runs.
    void exec(const QString& session, const QStringList& command);
    void detach(const QString& session);
    void stop(const QString& session);
    // Back to an earlier snapshot; the helper saves what runs first.
    void rollback(const QString& session, const QString& snapshot);
    // A second session from a snapshot, beside the first.
    void clone(const QString& session, const QString& snapshot, const QString& name);
    void rename(const QString& session, const QString& name);
    void setComment(const QString& snapshot, const QString& comment);
    void setPinned(const QString& snapshot, bool pinned);
    // 0: never.
    void setSchedule(const QString& session, uint seconds);
    // Every session's; 0: go on now.
    void pauseSchedules(qint64 untilUnixMs);
    void setRetention(const QString& session, const QString& keep);
    // Ids of the snapshots that these rules would delete now, and the bytes that would be free.
    void previewRetention(const QString& session, const QString& keep, QObject* receiver,
                          std::function<void(const QStringList&, quint64)> then);
    void setLimits(const QString& session, const StartRequest& limits);
    // Looks whether every byte of every snapshot is as it was written.
    void verify();
    // Where everybody's snapshots lie, and how much room they have; bytes.
    struct Storage {
        QString folder;
        quint64 used = 0;
        quint64 available = 0;
        quint64 limit = 0; // 0: none
        quint64 keepFree = 0;
    };
    void storage(QObject* receiver, std::function<void(const Storage&)> then);
    // Frees what no snapshot needs; whoever looks after the computer is asked.
    void collectGarbage();
    void verifySnapshot(const QString& snapshot);
    // What a job is about, in words: its session, or the snapshot that it verifies.
    QString subjectOf(const JobView& job) const;
    // Of a session in a window: whether it shares the clipboard of the display.
    void setClipboard(const QString& session, bool shared);
    void setResumeAutomatically(const QString& session, bool automatic);
    void cancel(const QString& job);
    void remove(const QString& path, bool isSession);
    // While it does, who leaves the bus is not known any more, and nothing is removed.
    bool isRemoving() const { return m_removing > 0; }

    void preflight(const QString& session, QObject* receiver,
                   std::function<void(const EntracteFindings&)> then);
    void doctor(QObject* receiver,
                std::function<void(std::optional<EntracteDoctorFindings>, QString why)> then);

    QString nameOf(const QString& session) const;

signals:
    // A session that was asked for here is on its way.
    void startBegun(const QString& job);
    void failed(const entracte::desktop::Trouble& trouble);
    // What could not be deleted.
    void notRemoved(const QString& path);
    // Every remove() was answered, one way or the other.
    void allRemoved();

private:
    template <typename Proxy>
    std::unique_ptr<Proxy> proxy(const QString& path) const;
    void watch(const QDBusPendingCall& call, const QString& kind, const QString& session);
    // Tells of the job that a new session comes from.
    void announce(const QDBusPendingCall& call);
    void bringBack(const Return& what, const QString& files);
    void limitWhenStarted(const QDBusPendingCall& call, const StartRequest& request);
    void limitStarted(const JobState& job, const StartRequest& request);
    QVariantMap screenOf(const QString& session) const;

    HelperLink& m_link;
    Catalog& m_catalog;
    bool m_saveWhenTold = false;
    QString m_verified;                     // what the last snapshot to be verified is called
    QHash<QString, Return> m_returns;       // kind and session: the last that was asked for
    QHash<QString, StartRequest> m_limited; // jobs whose session gets limits
    // A quick job may be told to have ended before the call that began it is told to have been
    // answered.
    int m_unanswered = 0;
    int m_removing = 0; // questions that are not answered yet
    QHash<QString, JobState> m_endedUnanswered;
};

} // namespace entracte::desktop
