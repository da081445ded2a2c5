#include "app/desktop/model/Transfers.h"

#include "EntracteProxies.h" // generated
#include "app/common/TransferFiles.h"

#include <QDBusPendingCallWatcher>
#include <QDBusUnixFileDescriptor>
#include <QFile>
#include <QFileInfo>
#include <QPointer>

#include <chrono>
#include <condition_variable>
#include <csignal>
#include <mutex>
#include <thread>

namespace entracte::desktop {

namespace {

using ManagerProxy = OrgEntracteEntracte1ManagerInterface;
using SnapshotProxy = OrgEntracteEntracte1SnapshotInterface;
using JobProxy = OrgEntracteEntracte1JobInterface;

constexpr auto kPatience = std::chrono::seconds(3); // for threads, when the application ends

std::string pathOf(const QString& file) {
    return QFile::encodeName(file).toStdString();
}

QString nameOf(ErrorCode code) {
    const auto name = errorInfo(code).name;
    return QString::fromUtf8(name.data(), static_cast<qsizetype>(name.size()));
}

} // namespace

struct Transfers::Running {
    int id = 0;
    QString kind; // "export", "import"
    QString session;
    QString file;
    QString job;                // its path, once that is known
    std::optional<JobView> end; // the job's
    std::optional<Status> outcome;
    quint64 bytes = 0;
    std::promise<bool> verdict; // whether the job has ended well
};

// Where threads leave their outcome, whether or not there is still somebody to read it.
struct Transfers::Mailbox {
    std::mutex mutex;
    std::condition_variable change;
    Transfers* reader = nullptr;
    int threads = 0;

    void post(int id, const Status& outcome, quint64 bytes) {
        const std::lock_guard lock(mutex);
        if (reader)
            QMetaObject::invokeMethod(
                reader, [to = reader, id, outcome, bytes] { to->threadEnded(id, outcome, bytes); },
                Qt::QueuedConnection);
    }
    // Runs `work` in a thread of its own.
    static void run(const std::shared_ptr<Mailbox>& box, std::function<void()> work) {
        {
            const std::lock_guard lock(box->mutex);
            ++box->threads;
        }
        std::thread([box, work = std::move(work)] {
            work();
            const std::lock_guard lock(box->mutex);
            --box->threads;
            box->change.notify_all();
        }).detach();
    }
};

Transfers::Transfers(HelperLink& link, Catalog& catalog, QObject* parent)
    : QObject(parent), m_link(link), m_catalog(catalog), m_mailbox(std::make_shared<Mailbox>()) {
    m_mailbox->reader = this;
    std::signal(SIGPIPE, SIG_IGN); // a pipe that the helper closes is an error like others
}

Transfers::~Transfers() {
    {
        const std::lock_guard lock(m_mailbox->mutex);
        m_mailbox->reader = nullptr;
    }
    for (const auto& entry : m_running) {
        if (!entry->job.isEmpty() && !entry->end)
            m_link.client().proxy<JobProxy>(entry->job)->Cancel();
        if (!entry->end)
            entry->verdict.set_value(false);
    }
    if (m_running.isEmpty())
        return;
    // They hold ends of pipes; whoever reads would wait for them.
    qDeleteAll(findChildren<QDBusPendingCallWatcher*>());
    std::unique_lock lock(m_mailbox->mutex);
    if (m_mailbox->change.wait_for(lock, kPatience, [this] { return m_mailbox->threads == 0; }))
        return;
    for (const auto& entry : m_running) // its thread ends with the program
        if (entry->kind == "export")
            QFile::remove(QFile::decodeName(NewFile::partOf(pathOf(entry->file)).c_str()));
}

Transfers::Entry Transfers::begin(const QString& kind, const QString& session,
                                  const QString& file) {
    auto entry = std::make_shared<Running>();
    entry->id = ++m_last;
    entry->kind = kind;
    entry->session = session;
    entry->file = file;
    m_running.append(entry);
    return entry;
}

void Transfers::exportTo(const Export& wish) {
    auto pipe = makePipe();
    if (!pipe)
        return tell("export", wish.session, pipe.error());
    auto file = NewFile::create(pathOf(wish.file));
    if (!file)
        return tell("export", wish.session, file.error());
    const auto entry = begin("export", wish.session, wish.file);
    const QDBusPendingCall call =
        m_link.client()
            .proxy<SnapshotProxy>(wish.snapshot)
            ->Export(QDBusUnixFileDescriptor(pipe->write.get()), {{"compress", true}});
    pipe->write.reset();
    follow(call, entry);
    struct Ends {
        UniqueFd from;
        NewFile to;
        std::future<bool> verdict;
    };
    auto ends = std::make_shared<Ends>(
        Ends{std::move(pipe->read), std::move(*file), entry->verdict.get_future()});
    Mailbox::run(m_mailbox, [box = m_mailbox, ends, id = entry->id,
                             passphrase = wish.passphrase.toStdString()]() mutable {
        auto outcome = takeExport(ends->from.get(), ends->to.fd(), passphrase);
        ends->from.reset(); // on an error: the helper need not go on
        const quint64 bytes = ends->to.bytes();
        // Its end is no proof that it was all.
        if (const bool whole = ends->verdict.get(); outcome && whole)
            outcome = ends->to.finish();
        ends.reset(); // what is not whole is removed, before anybody hears
        box->post(id, outcome, bytes);
    });
}

void Transfers::importFrom(const Import& wish) {
    auto pipe = makePipe();
    if (!pipe)
        return tell("import", {}, pipe.error());
    auto stream = ExportedStream::open(pathOf(wish.file));
    if (!stream)
        return tell("import", {}, stream.error());
    const auto entry = begin("import", {}, wish.file);
    QVariantMap options;
    if (!wish.name.isEmpty())
        options.insert("name", wish.name);
    const QDBusPendingCall call = m_link.client()
                                      .proxy<ManagerProxy>(Client::kRoot)
                                      ->Import(QDBusUnixFileDescriptor(pipe->read.get()), options);
    pipe->read.reset();
    follow(call, entry);
    struct Ends {
        ExportedStream from;
        UniqueFd to;
    };
    auto ends = std::make_shared<Ends>(Ends{std::move(*stream), std::move(pipe->write)});
    Mailbox::run(m_mailbox, [box = m_mailbox, ends, id = entry->id,
                             passphrase = wish.passphrase.toStdString()]() mutable {
        const auto outcome = ends->from.give(ends->to.get(), passphrase);
        ends.reset();
        box->post(id, outcome, 0);
    });
}

void Transfers::follow(const QDBusPendingCall& call, const Entry& entry) {
    ++m_unanswered;
    auto* const watcher = new QDBusPendingCallWatcher(call, this);
    connect(watcher, &QDBusPendingCallWatcher::finished, this,
            [this, entry](QDBusPendingCallWatcher* answered) {
                answered->deleteLater();
                const QDBusPendingReply<QDBusObjectPath> reply = *answered;
                if (reply.isValid()) {
                    entry->job = reply.value().path();
                } else {
                    const auto error = errorOf(reply.error());
                    JobView refused;
                    refused.running = false;
                    refused.error = nameOf(error.code());
                    refused.message = QString::fromStdString(error.forPerson());
                    jobEnded(entry, refused);
                }
                --m_unanswered;
                const auto early = std::exchange(m_early, {});
                for (const auto& job : early)
                    if (!ended(job)) // somebody else's after all
                        emit failed(troubleOf(job.job.kind, {}, job.job.error, job.job.message),
                                    job.job.session);
            });
}

bool Transfers::ended(const JobState& job) {
    if (job.job.kind != "export" && job.job.kind != "import")
        return false;
    for (const auto& entry : std::as_const(m_running)) {
        if (entry->job != job.path)
            continue;
        jobEnded(Entry(entry), job.job);
        return true;
    }
    if (m_unanswered == 0)
        return false;
    m_early.append(job);
    return true;
}

QString Transfers::sessionOf(const QString& job) const {
    for (const auto& entry : m_running)
        if (entry->job == job)
            return entry->session;
    return {};
}

void Transfers::jobEnded(const Entry& entry, const JobView& job) {
    if (entry->end)
        return;
    entry->end = job;
    entry->verdict.set_value(job.error.isEmpty());
    conclude(entry);
}

void Transfers::threadEnded(int id, const Status& outcome, quint64 bytes) {
    for (const auto& entry : std::as_const(m_running)) {
        if (entry->id != id)
            continue;
        entry->outcome = outcome;
        entry->bytes = bytes;
        return conclude(Entry(entry));
    }
}

void Transfers::conclude(const Entry& entry) {
    if (!entry->end || !entry->outcome)
        return;
    m_running.removeOne(entry);
    const auto& end = *entry->end;
    const auto& outcome = *entry->outcome;
    if (end.error == "Cancelled")
        return;
    if (!outcome && !isClosedPipe(outcome.error()))
        return tell(entry->kind, entry->session, outcome.error());
    if (!end.error.isEmpty()) {
        const auto* const session = m_catalog.sessions.find(entry->session);
        emit failed(
            troubleOf(entry->kind, session ? session->name : QString(), end.error, end.message),
            entry->session);
        return;
    }
    if (entry->kind == "export")
        emit exported(entry->session, entry->file, entry->bytes);
    else
        emit imported(end.result);
}

void Transfers::tell(const QString& kind, const QString& session, const Error& error) {
    const auto* const found = m_catalog.sessions.find(session);
    emit failed(troubleOf(kind, found ? found->name : QString(), nameOf(error.code()),
                          QString::fromStdString(error.forPerson())),
                session);
}

Result<bool> Transfers::isSealed(const QString& file) {
    // A pipe or device would keep the window waiting.
    if (QFileInfo(file).exists() && !QFileInfo(file).isFile())
        return fail(ErrorCode::InvalidArgument, "This is no file.");
    const auto stream = ExportedStream::open(pathOf(file));
    if (!stream)
        return fail(stream.error());
    return stream->isSealed();
}

void Transfers::look(const QString& file, const QString& passphrase, QObject* receiver,
                     std::function<void(const Result<ExportPreview>&)> then) {
    // Told by way of this thread's mailbox, which knows whether the application is still there.
    const QPointer<QObject> to(receiver);
    Mailbox::run(m_mailbox, [box = m_mailbox, path = pathOf(file), to, then = std::move(then),
                             key = passphrase.toStdString()] {
        const auto seen = previewOfExport(path, key);
        const std::lock_guard lock(box->mutex);
        if (box->reader)
            QMetaObject::invokeMethod(
                box->reader,
                [to, then, seen] {
                    if (to)
                        then(seen);
                },
                Qt::QueuedConnection);
    });
}

} // namespace entracte::desktop
