#pragma once

// A few threads that do pieces of one job at the same time. The first piece that fails ends it:
// what is waiting is left undone, and everybody who asks hears of it. Used by one thread.

#include "session/base/Result.h"

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

namespace entracte {

class WorkCrew {
public:
    using Piece = std::function<Status(std::size_t worker)>;

    explicit WorkCrew(std::size_t workers);
    WorkCrew(const WorkCrew&) = delete;
    WorkCrew& operator=(const WorkCrew&) = delete;
    ~WorkCrew();

    // As many as there are processors, within what the helper's memory allows.
    static std::size_t usualSize();

    std::size_t size() const { return m_threads.size(); }
    // Waits while several wait already; the error of an earlier piece is returned here.
    Status submit(Piece piece);
    // All pieces are done.
    Status finish();

private:
    void work(std::size_t worker);
    Status outcome() const;

    std::mutex m_mutex;
    std::condition_variable m_changed;
    std::deque<Piece> m_waiting;
    std::optional<Error> m_error;
    std::size_t m_busy = 0;
    bool m_ending = false;
    std::vector<std::thread> m_threads;
};

} // namespace entracte
