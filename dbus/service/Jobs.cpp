#include "dbus/service/Jobs.h"

#include "dbus/service/JobLog.h"
#include "dbus/service/JobObject.h"
#include "dbus/service/Names.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <mutex>

namespace entracte::service {

namespace {

// At most so often is a job's progress told (an eye sees no more, and the bus has others to serve).
constexpr std::chrono::milliseconds kTellEvery{50};

// Progress on its way from the job's thread to the bus thread: only the newest matters.
class ProgressRelay : public std::enable_shared_from_this<ProgressRelay> {
public:
    ProgressRelay(Context& context, std::string path)
        : m_context(context), m_path(std::move(path)) {}

    void push(const JobControl::Progress& progress) {
        {
            const std::lock_guard lock(m_mutex);
            m_newest = progress;
            if (std::exchange(m_underWay, true))
                return;
        }
        m_context.loop.post([self = shared_from_this()] { self->deliver(); });
    }

private:
    void deliver() {
        const auto now = std::chrono::steady_clock::now();
        if (now - m_told < kTellEvery) {
            m_context.loop.after(kTellEvery, [self = shared_from_this()] { self->deliver(); });
            return;
        }
        m_told = now;
        JobControl::Progress newest;
        {
            const std::lock_guard lock(m_mutex);
            newest = m_newest;
            m_underWay = false;
        }
        if (auto* const job = dynamic_cast<JobObject*>(m_context.tree.find(m_path)))
            job->setProgress(newest);
    }

    Context& m_context;
    std::string m_path;
    std::chrono::steady_clock::time_point m_told; // bus thread only
    std::mutex m_mutex;                           // guards the two below
    JobControl::Progress m_newest;
    bool m_underWay = false;
};

} // namespace

Status Jobs::checkIdle(const SessionId& session) const {
    for (const auto& [number, job] : m_running)
        if (!session.empty() && job.session == session)
            return fail(ErrorCode::Busy,
                        "The session is busy: another job (" + job.kind + ") is under way.",
                        jobPath(number), "Wait for its end, or cancel it.");
    return {};
}

Result<std::string> Jobs::start(const std::string& kind, const SessionId& session, uid_t owner,
                                Work work) {
    ENTRACTE_TRY(checkIdle(session));
    const auto ofOwner =
        std::count_if(m_running.begin(), m_running.end(),
                      [owner](const auto& item) { return item.second.owner == owner; });
    if (static_cast<std::size_t>(ofOwner) >= kMaxForOne)
        return fail(ErrorCode::Busy, "Eight jobs are under way already.", {},
                    "Wait for the end of one.");

    const auto number = ++m_last;
    const auto path = jobPath(number);
    auto control = std::make_shared<JobControl>();
    control->observe([relay = std::make_shared<ProgressRelay>(m_context, path)](
                         const JobControl::Progress& progress) { relay->push(progress); });
    m_context.tree.add(path, std::make_unique<JobObject>(
                                 m_context, path, kind,
                                 session.empty() ? "/" : sessionPath(session), owner, control));
    m_running.emplace(number, Running{kind, session, owner, control});
    spdlog::info("{}: {} of {} for uid {}", path, kind, session.empty() ? "a new session" : session,
                 owner);
    m_context.workers.run<std::string>(
        [work = std::move(work), control, path] {
            const JobInLog named(path);
            return work(*control);
        },
        [this, number](Result<std::string> outcome) { finish(number, outcome); });
    return path;
}

void Jobs::finish(std::uint64_t number, const Result<std::string>& outcome) {
    m_running.erase(number);
    const auto path = jobPath(number);
    if (outcome)
        spdlog::info("{}: done: {}", path, *outcome);
    else
        spdlog::warn("{}: {}", path, outcome.error().forLog());
    if (auto* const job = dynamic_cast<JobObject*>(m_context.tree.find(path)))
        job->setOutcome(outcome);
    m_context.loop.after(kKept, [this, path] { m_context.tree.remove(path); });
}

void Jobs::cancelAll(const std::string& butKind) {
    for (const auto& [number, job] : m_running)
        if (job.kind != butKind)
            job.control->cancel();
}

} // namespace entracte::service
