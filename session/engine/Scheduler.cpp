#include "session/engine/Scheduler.h"

#include "session/engine/Processes.h"

#include <algorithm>

namespace entracte {

namespace {

// A tenth of a second: what a program needs that really does something, and a blinking cursor does
// not in a minute.
constexpr std::uint64_t kSomethingRan = 10;   // clock ticks
constexpr std::int64_t kLongestRest = 60'000; // ms; the clock may be set meanwhile
constexpr std::int64_t kLookForQuiet = 1'000; // ms

// How long somebody who goes on typing can put it off, ms.
std::int64_t patience(std::int64_t interval) {
    return std::clamp<std::int64_t>(interval / 10, 5'000, 120'000);
}

} // namespace

Scheduler::Scheduler(SessionRegistry& registry, Due due, Now now)
    : m_registry(registry), m_due(std::move(due)), m_now(std::move(now)),
      m_thread([this] { run(); }) {}

Scheduler::~Scheduler() {
    {
        const std::lock_guard lock(m_mutex);
        m_ending = true;
    }
    m_changed.notify_all();
    m_thread.join();
}

void Scheduler::wake() {
    const std::lock_guard lock(m_mutex);
    m_woken = true;
    m_changed.notify_all();
}

void Scheduler::saved(const SessionId& session) {
    const std::lock_guard lock(m_mutex);
    m_plans.erase(session);
    m_woken = true;
    m_changed.notify_all();
}

void Scheduler::run() {
    std::unique_lock lock(m_mutex);
    while (!m_ending) {
        m_woken = false;
        std::vector<SessionInfo> due;
        const std::int64_t now = m_now();
        const std::int64_t next = lookAtAll(now, due);
        if (!due.empty()) {
            lock.unlock();
            for (const SessionInfo& session : due)
                m_due(session);
            lock.lock();
            continue;
        }
        const auto ready = [this] { return m_woken || m_ending; };
        if (next == 0)
            m_changed.wait(lock, ready);
        else
            m_changed.wait_for(
                lock,
                std::chrono::milliseconds(std::clamp<std::int64_t>(next - now, 1, kLongestRest)),
                ready);
    }
}

bool Scheduler::isDue(Session& session, const SessionRecord& record, Plan& plan, std::int64_t now) {
    const std::int64_t interval = plan.everySeconds * std::int64_t{1000};
    if (plan.nextUnixMs > now) { // perhaps it waited, and was paused
        plan.latestUnixMs = 0;
        session.quiet = Quiet::NotAsked;
        return false;
    }
    if (plan.latestUnixMs == 0) {
        const std::uint64_t ticks = processorTicks(record.init.pid);
        // Less than before: it was brought back meanwhile.
        if (ticks >= plan.cpuTicks && ticks < plan.cpuTicks + kSomethingRan) {
            plan.nextUnixMs = now + interval;
            return false;
        }
        plan.latestUnixMs = now + patience(interval);
        session.quiet = Quiet::Asked;
    }
    plan.latestUnixMs = std::min(plan.latestUnixMs, now + patience(interval)); // as above
    if (session.quiet != Quiet::Here && now < plan.latestUnixMs)
        return false;
    session.quiet = Quiet::NotAsked;
    plan.latestUnixMs = 0;
    plan.nextUnixMs = now + interval;
    return true;
}

std::int64_t Scheduler::lookAtAll(std::int64_t now, std::vector<SessionInfo>& due) {
    std::int64_t first = 0;
    std::map<SessionId, Plan> plans;
    for (const auto& session : m_registry.all()) {
        const SessionRecord record = session->record();
        const bool planned = record.schedule.everySeconds > 0 && isRunning(record.state) &&
                             record.state != SessionState::Starting && record.init.pid > 0;
        Plan plan;
        if (planned) {
            const std::int64_t interval = record.schedule.everySeconds * std::int64_t{1000};
            const auto known = m_plans.find(session->id());
            const bool fresh = known == m_plans.end() ||
                               known->second.everySeconds != record.schedule.everySeconds;
            if (fresh)
                plan = {record.schedule.everySeconds, now + interval,
                        processorTicks(record.init.pid), 0};
            else
                plan = known->second;
            plan.nextUnixMs = std::min(plan.nextUnixMs, now + interval); // the clock was set back
            const std::int64_t pausedUntil = record.schedule.pausedUntilUnixMs;
            plan.nextUnixMs = std::max(plan.nextUnixMs, pausedUntil);
            if (isDue(*session, record, plan, now))
                due.push_back(session->info());
            const std::int64_t next =
                plan.latestUnixMs != 0 ? now + kLookForQuiet : plan.nextUnixMs;
            first = first == 0 ? next : std::min(first, next);
            plans[session->id()] = plan;
        }
        if (session->nextSnapshotUnixMs.exchange(plan.nextUnixMs) != plan.nextUnixMs)
            m_registry.tell(*session);
    }
    m_plans = std::move(plans);
    return first;
}

} // namespace entracte
