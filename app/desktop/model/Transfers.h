#pragma once

// Sessions written into files and made of files again. The helper works at one end of a pipe, and
// shows that as a job; the file, and the passphrase that it is sealed with, are at the other end,
// in a thread of this program. A transfer ends when both have, and is told of once.

#include "app/common/ExportPreview.h"
#include "app/desktop/model/Models.h"
#include "app/desktop/model/Wording.h"

#include <QDBusPendingCall>
#include <QObject>

#include <functional>
#include <future>
#include <memory>
#include <optional>

namespace entracte::desktop {

class Transfers : public QObject {
    Q_OBJECT
public:
    Transfers(HelperLink& link, Catalog& catalog, QObject* parent = nullptr);
    // What is under way is cancelled; of a file that is not whole nothing stays.
    ~Transfers() override;

    struct Export {
        QString session;
        QString snapshot;
        QString file;       // replaced when it is there
        QString passphrase; // not sealed when empty
    };
    void exportTo(const Export& wish);

    struct Import {
        QString file;
        QString passphrase;
        QString name; // of the new session; as the file says when empty
    };
    void importFrom(const Import& wish);

    // What is in a file, from another thread; not told when `receiver` is gone by then.
    void look(const QString& file, const QString& passphrase, QObject* receiver,
              std::function<void(const Result<ExportPreview>&)> then);
    // Whether a file has to be opened with a passphrase.
    static Result<bool> isSealed(const QString& file);

    // True when this end of a job is one of ours, which will be told when the file is closed.
    bool ended(const JobState& job);
    // Which one an export of ours is about; empty for other jobs.
    QString sessionOf(const QString& job) const;
    int underWay() const { return static_cast<int>(m_running.size()); }

signals:
    void exported(const QString& session, const QString& file, quint64 bytes);
    void imported(const QString& session);
    void failed(const entracte::desktop::Trouble& trouble, const QString& session);

private:
    struct Running;
    struct Mailbox;
    using Entry = std::shared_ptr<Running>;

    void follow(const QDBusPendingCall& call, const Entry& entry);
    void threadEnded(int id, const Status& outcome, quint64 bytes);
    void conclude(const Entry& entry);
    void jobEnded(const Entry& entry, const JobView& job);
    void tell(const QString& kind, const QString& session, const Error& error);
    Entry begin(const QString& kind, const QString& session, const QString& file);

    HelperLink& m_link;
    Catalog& m_catalog;
    std::shared_ptr<Mailbox> m_mailbox; // outlives this while threads do
    QList<Entry> m_running;
    int m_last = 0;
    int m_unanswered = 0;
    // A quick job may be told to have ended before the call that began it is told to have been
    // answered.
    QList<JobState> m_early;
};

} // namespace entracte::desktop
