#include "session/store/WorkCrew.h"

#include <algorithm>

namespace entracte {

namespace {
constexpr std::size_t kMost = 4;
}

WorkCrew::WorkCrew(std::size_t workers) {
    for (std::size_t i = 0; i < workers; ++i)
        m_threads.emplace_back([this, i] { work(i); });
}

WorkCrew::~WorkCrew() {
    {
        const std::lock_guard lock(m_mutex);
        m_ending = true;
        m_waiting.clear();
    }
    m_changed.notify_all();
    for (std::thread& thread : m_threads)
        thread.join();
}

std::size_t WorkCrew::usualSize() {
    return std::clamp<std::size_t>(std::thread::hardware_concurrency(), 1, kMost);
}

Status WorkCrew::outcome() const {
    return m_error ? Status(fail(*m_error)) : Status();
}

Status WorkCrew::submit(Piece piece) {
    std::unique_lock lock(m_mutex);
    m_changed.wait(lock, [this] { return m_waiting.size() < 2 * m_threads.size() || m_error; });
    if (m_error)
        return outcome();
    m_waiting.push_back(std::move(piece));
    lock.unlock();
    m_changed.notify_all();
    return {};
}

Status WorkCrew::finish() {
    std::unique_lock lock(m_mutex);
    m_changed.wait(lock, [this] { return m_waiting.empty() && m_busy == 0; });
    return outcome();
}

void WorkCrew::work(std::size_t worker) {
    std::unique_lock lock(m_mutex);
    for (;;) {
        m_changed.wait(lock, [this] { return m_ending || !m_waiting.empty(); });
        if (m_ending)
            return;
        const Piece piece = std::move(m_waiting.front());
        m_waiting.pop_front();
        ++m_busy;
        lock.unlock();
        auto done = piece(worker);
        lock.lock();
        --m_busy;
        if (!done && !m_error) {
            m_error = std::move(done).error();
            m_waiting.clear();
        }
        m_changed.notify_all();
    }
}

} // namespace entracte
