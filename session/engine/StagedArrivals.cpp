#include "session/engine/StagedArrivals.h"

#include <spdlog/spdlog.h>

#include <algorithm>

namespace entracte {

namespace {
constexpr std::ptrdiff_t kMaxOfOne = 8; // of one person's; as many as they may have jobs
}

StagedArrivals::~StagedArrivals() {
    {
        const std::lock_guard lock(m_mutex);
        m_ending = true;
    }
    m_changed.notify_all();
    if (m_watch.joinable())
        m_watch.join();
}

Status StagedArrivals::put(const SessionId& session, StagedArrival arrival) {
    drop(session);
    const std::lock_guard lock(m_mutex);
    const auto ofOwner = std::ranges::count_if(
        m_waiting, [&](const auto& item) { return item.second.arrival.owner == arrival.owner; });
    if (ofOwner >= kMaxOfOne)
        return fail(ErrorCode::Busy, "Too many sessions of yours are just arriving there.", {},
                    "Try again in a minute.");
    m_waiting.emplace(session, Waiting{Clock::now() + m_limit, std::move(arrival)});
    if (!m_watch.joinable())
        m_watch = std::thread([this] { watch(); });
    m_changed.notify_all();
    return {};
}

std::optional<StagedArrival> StagedArrivals::take(const SessionId& session,
                                                  const std::string& move) {
    const std::lock_guard lock(m_mutex);
    const auto found = m_waiting.find(session);
    if (found == m_waiting.end() || found->second.arrival.move != move)
        return std::nullopt;
    auto node = m_waiting.extract(found);
    return std::move(node.mapped().arrival);
}

void StagedArrivals::drop(const SessionId& session) {
    decltype(m_waiting)::node_type gone; // its files are removed without the lock
    const std::lock_guard lock(m_mutex);
    gone = m_waiting.extract(session);
}

void StagedArrivals::dropOf(uid_t owner) {
    std::map<SessionId, Waiting> gone;
    const std::lock_guard lock(m_mutex);
    for (auto item = m_waiting.begin(); item != m_waiting.end();) {
        const auto next = std::next(item);
        if (item->second.arrival.owner == owner)
            gone.insert(m_waiting.extract(item));
        item = next;
    }
}

void StagedArrivals::watch() {
    std::unique_lock lock(m_mutex);
    while (!m_ending) {
        std::map<SessionId, Waiting> late;
        auto next = Clock::time_point::max();
        for (auto item = m_waiting.begin(); item != m_waiting.end();) {
            const auto after = std::next(item);
            if (item->second.until <= Clock::now())
                late.insert(m_waiting.extract(item));
            else
                next = std::min(next, item->second.until);
            item = after;
        }
        if (!late.empty()) {
            lock.unlock();
            for (const auto& [session, waiting] : late)
                spdlog::warn("session {} arrived, and nobody resumed it in time", session);
            late.clear();
            lock.lock();
        } else if (next == Clock::time_point::max()) {
            m_changed.wait(lock);
        } else {
            m_changed.wait_until(lock, next);
        }
    }
}

} // namespace entracte
