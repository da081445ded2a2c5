#include "session/engine/HostFileStock.h"

#include "session/engine/EngineContext.h"
#include "session/engine/HostFiles.h"
#include "session/engine/LiveSessions.h"
#include "session/engine/Processes.h"

#include <spdlog/spdlog.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <vector>

namespace entracte {

namespace {

using namespace std::chrono_literals;
constexpr std::array kRounds{700ms, 3000ms, 15000ms}; // after something new runs
constexpr int kNiceness = 10; // not idle: what waits for us must not wait for everybody

// ioprio_set(2); linux/ioprio.h of Debian 12's newer kernels is not C++ (it names an argument
// `class`).
constexpr int kProcess = 1;               // IOPRIO_WHO_PROCESS
constexpr int kLowestOfAll = 2 << 13 | 7; // IOPRIO_PRIO_VALUE(IOPRIO_CLASS_BE, 7)

void leaveTheMachineToOthers() {
    const auto self = static_cast<id_t>(::gettid());
    static_cast<void>(::setpriority(PRIO_PROCESS, self, kNiceness));
    static_cast<void>(::syscall(SYS_ioprio_set, kProcess, 0, kLowestOfAll));
}

} // namespace

HostFileStock::HostFileStock(EngineContext& context)
    : m_context(context), m_thread([this] { run(); }) {}

HostFileStock::~HostFileStock() {
    {
        const std::lock_guard lock(m_mutex);
        m_ending = true;
        if (m_job)
            m_job->cancel();
    }
    m_changed.notify_all();
    m_thread.join();
}

void HostFileStock::look(const SessionId& session) {
    const std::lock_guard lock(m_mutex);
    m_plans[session] = {0, Clock::now() + kRounds[0]};
    m_changed.notify_all();
}

HostFileStock::Pause::Pause(HostFileStock& stock) : m_stock(stock) {
    std::unique_lock lock(m_stock.m_mutex);
    ++m_stock.m_pauses;
    if (m_stock.m_job)
        m_stock.m_job->cancel();
    m_stock.m_changed.wait(lock, [this] { return !m_stock.m_job; });
}

HostFileStock::Pause::~Pause() {
    const std::lock_guard lock(m_stock.m_mutex);
    --m_stock.m_pauses;
    m_stock.m_changed.notify_all();
}

void HostFileStock::run() {
    leaveTheMachineToOthers();
    std::unique_lock lock(m_mutex);
    while (!m_ending) {
        const auto due = std::ranges::min_element(
            m_plans, {}, [](const auto& plan) { return plan.second.next; });
        if (m_pauses > 0 || due == m_plans.end()) {
            m_changed.wait(lock);
            continue;
        }
        if (due->second.next > Clock::now()) {
            m_changed.wait_until(lock, Clock::time_point(due->second.next));
            continue;
        }
        const SessionId session = due->first;
        if (++due->second.round < kRounds.size())
            due->second.next = Clock::now() + kRounds.at(due->second.round);
        else
            m_plans.erase(due);
        JobControl job;
        m_job = &job;
        lock.unlock();
        stock(session, job);
        lock.lock();
        m_job = nullptr;
        m_changed.notify_all();
    }
}

void HostFileStock::stock(const SessionId& id, JobControl& job) {
    const auto session = m_context.registry.find(id);
    if (!session)
        return;
    const SessionRecord record = (*session)->record();
    const auto running = openIdentity(record.init);
    if (!running)
        return;
    if (!m_context.vaults.choose(id, record.owner))
        return; // they are looked at again when the vault is unlocked
    Person person;
    person.uid = record.owner;
    person.name = record.ownerName;
    const auto read = stockMappedFiles(
        *m_context.store, containerSpec(m_context, id, record.spec, person, record.layer),
        record.init.pid, m_context.options.filesSettle, {job, "storing", 0, 1});
    if (!read)
        spdlog::debug("session {}: {}", id, read.error().forLog());
    else if (*read > 0)
        spdlog::info("session {}: {} MB of the host's files are kept for its snapshots", id,
                     *read / 1'000'000);
}

} // namespace entracte
