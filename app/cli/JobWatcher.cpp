#include "app/cli/JobWatcher.h"

#include "EntracteProxies.h" // generated
#include "app/cli/Output.h"
#include "session/base/UniqueFd.h"

#include <QDBusServiceWatcher>
#include <QSocketNotifier>

#include <atomic>
#include <csignal>
#include <iostream>
#include <sys/eventfd.h>

namespace entracte::cli {

namespace {

constexpr const char* kJob = "org.entracte.Entracte1.Job";
std::atomic<int> interruptFd{-1};

void onSigint(int) {
    const std::uint64_t one = 1;
    [[maybe_unused]] const auto ignored = ::write(interruptFd, &one, sizeof one);
}

} // namespace

JobWatcher::JobWatcher(const Client& client, QString path, bool showProgress)
    : m_client(client), m_path(std::move(path)), m_showProgress(showProgress && ::isatty(2)) {
    // First the signals, then a look: so nothing is missed in between.
    auto bus = client.bus();
    bus.connect(Client::kService, m_path, kJob, "Completed", this,
                SLOT(onCompleted(bool, QString, QString, QDBusObjectPath)));
    bus.connect(Client::kService, m_path, "org.freedesktop.DBus.Properties", "PropertiesChanged",
                this, SLOT(onPropertiesChanged(QString, QVariantMap, QStringList)));
    auto* const watcher = new QDBusServiceWatcher(
        Client::kService, bus, QDBusServiceWatcher::WatchForUnregistration, this);
    connect(watcher, &QDBusServiceWatcher::serviceUnregistered, this, &JobWatcher::onHelperGone);

    interruptFd = eventfd(0, EFD_CLOEXEC);
    auto* const notifier = new QSocketNotifier(interruptFd, QSocketNotifier::Read, this);
    connect(notifier, &QSocketNotifier::activated, this, &JobWatcher::onInterrupt);
    struct sigaction action {};
    action.sa_handler = onSigint;
    sigaction(SIGINT, &action, &m_before);
}

JobWatcher::~JobWatcher() {
    sigaction(SIGINT, &m_before, nullptr);
    ::close(interruptFd.exchange(-1));
}

Result<QString> JobWatcher::wait() {
    const auto now = m_client.properties(m_path, kJob);
    if (!now)
        return fail(now.error());
    onPropertiesChanged(kJob, *now, {});
    if (!m_outcome)
        m_loop.exec();
    if (m_showProgress)
        clearProgress();
    return *m_outcome;
}

void JobWatcher::finish(Result<QString> outcome) {
    if (!m_outcome)
        m_outcome = std::move(outcome);
    m_loop.quit();
}

void JobWatcher::onCompleted(bool success, const QString& error, const QString& message,
                             const QDBusObjectPath& result) {
    if (success)
        finish(result.path());
    else
        finish(fail(errorCodeFromName(error.toStdString()), message.toStdString()));
}

void JobWatcher::onPropertiesChanged(const QString& interface, const QVariantMap& changed,
                                     const QStringList&) {
    if (interface != kJob)
        return;
    m_properties.insert(changed);
    const auto job = jobView(m_properties);
    if (m_hear)
        m_hear(job);
    if (!job.running)
        onCompleted(job.error.isEmpty(), job.error, job.message, QDBusObjectPath(job.result));
    else
        show();
}

void JobWatcher::onHelperGone() {
    finish(fail(ErrorCode::System, "Entracte's helper ended while it worked.", {},
                "Stored snapshots are whole. Try again; its log may say why it ended."));
}

void JobWatcher::onInterrupt() {
    std::uint64_t count = 0;
    [[maybe_unused]] const auto ignored = ::read(interruptFd, &count, sizeof count);
    if (std::exchange(m_cancelling, true)) { // pressed again: not waited for any longer
        finish(fail(ErrorCode::Cancelled, "Not waited for. The job ends by itself.", {},
                    "\"entracte list\" shows what became of it."));
        return;
    }
    m_client.proxy<OrgEntracteEntracte1JobInterface>(m_path)->Cancel();
    show();
}

void JobWatcher::show() {
    if (m_showProgress)
        showProgress(jobView(m_properties), m_cancelling);
}

} // namespace entracte::cli
