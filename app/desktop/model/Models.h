#pragma once

// Sessions (oldest first), snapshots (newest first) and jobs (as they began) of the helper, and the
// catalog that feeds all three.

#include "app/desktop/model/HelperLink.h"
#include "app/desktop/model/ObjectModel.h"

#include <QElapsedTimer>

#include <array>
#include <optional>

namespace entracte::desktop {

// Words for what can be done with a session in a state.
bool isAlive(const SessionView& session); // its programs run (or start)
bool canSnapshot(const SessionView& session);
bool canResume(const SessionView& session); // ended in some way; a snapshot brings it back

class SnapshotModel;

class SessionModel : public ObjectModel<SessionView> {
    Q_OBJECT
public:
    using ObjectModel::ObjectModel;
    const char* interfaceName() const override { return "org.entracte.Entracte1.Session"; }
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    // What is said of a session depends on its newest snapshot.
    void speakOf(const SnapshotModel& snapshots);

protected:
    SessionView viewOf(const QString& path, const QVariantMap& properties) const override;
    bool comesBefore(const SessionView& a, const SessionView& b) const override;

private:
    const SnapshotModel* m_snapshots = nullptr;
};

class SnapshotModel : public ObjectModel<SnapshotView> {
    Q_OBJECT
public:
    explicit SnapshotModel(QObject* parent = nullptr);
    const char* interfaceName() const override { return "org.entracte.Entracte1.Snapshot"; }
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    // The newest first; all sessions' when none is named.
    QList<SnapshotView> newest(int count, const QString& session = {}) const;
    // nullptr: it has none.
    const SnapshotView* newestOf(const QString& session) const;
    // How many a session has, and what they take on the disk.
    struct Kept {
        int count = 0;
        quint64 bytes = 0;
    };
    Kept keptOf(const QString& session) const;
    // The same session's snapshot just before that one; nullptr for the first.
    const SnapshotView* before(const QString& path) const;

protected:
    SnapshotView viewOf(const QString& path, const QVariantMap& properties) const override;
    bool comesBefore(const SnapshotView& a, const SnapshotView& b) const override;

private:
    mutable QHash<QString, Kept> m_kept; // counted when it is asked for
};

// A job, its path, and what its progress so far says of its end.
struct JobState {
    QString path;
    JobView job;
    bool cancelling = false;
    double bytesPerSecond = 0; // 0: not known
    std::optional<double> secondsLeft;
};

// Work under way. What has ended is told once by finished(), and no longer in the list.
class JobModel : public ObjectModel<JobState> {
    Q_OBJECT
public:
    using ObjectModel::ObjectModel;
    const char* interfaceName() const override { return "org.entracte.Entracte1.Job"; }
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;

    void replaceAll(const QList<std::pair<QString, QVariantMap>>& objects) override;
    void appeared(const QString& path, const QVariantMap& properties) override;
    void changed(const QString& path, const QVariantMap& changed) override;
    void vanished(const QString& path) override;

    // The helper ended: so did its work.
    void helperGone();
    void cancelling(const QString& path);
    const JobState* runningFor(const QString& session) const;
    int running() const;
    // 0..1 over all that runs.
    double fraction() const;

signals:
    // Once for each job that was seen running, whatever its end.
    void finished(const JobState& job);
    void activityChanged();

protected:
    JobState viewOf(const QString& path, const QVariantMap& properties) const override;
    bool comesBefore(const JobState& a, const JobState& b) const override;

private:
    struct Pace {
        QElapsedTimer since;
        QElapsedTimer moving; // since the first bytes
        double fractionAtStart = 0;
        double fraction = 0;
        quint64 bytesBefore = 0; // of stretches that are done
        quint64 bytes = 0;       // of the one under way
        QString phase;           // whose bytes these are
        bool cancelling = false;
    };
    void beginPace(const QString& path, const QVariantMap& properties);
    void keepPace(const QString& path, const QVariantMap& told);
    void afterChange(const QString& path, bool wasRunning);

    QHash<QString, Pace> m_paces;
};

class Catalog : public QObject {
    Q_OBJECT
public:
    explicit Catalog(QObject* parent = nullptr);
    // The models follow the helper from now on.
    void follow(HelperLink& link);

    SessionModel sessions;
    SnapshotModel snapshots;
    JobModel jobs;

    void allTold(const EntracteObjects& objects);
    void appeared(const QString& path, const EntracteInterfaces& interfaces);
    void changed(const QString& path, const QString& interface, const QVariantMap& changed);
    void vanished(const QString& path);

signals:
    // Everything was told: from now on an empty list means that there is nothing.
    void loaded();

private:
    std::array<ObjectList*, 3> m_lists{&sessions, &snapshots, &jobs};
};

} // namespace entracte::desktop
