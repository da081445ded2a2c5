#pragma once

// Threads for what blocks (every verb of the engine). `work` runs in a thread of its own, `done`
// gets its result in the bus thread. The destructor waits for all that still runs; their `done` is
// dropped.

#include "dbus/service/BusLoop.h"

#include <list>
#include <thread>

namespace entracte::service {

class Workers {
public:
    explicit Workers(BusLoop& loop) : m_loop(loop) {}
    Workers(const Workers&) = delete;
    Workers& operator=(const Workers&) = delete;

    ~Workers() {
        for (auto& thread : m_threads)
            thread.join();
    }

    // Bus thread only. `work` returns a Result; an exception that leaves it becomes Internal.
    template <typename T>
    void run(std::function<Result<T>()> work, std::function<void(Result<T>)> done) {
        const auto place = m_threads.emplace(m_threads.end());
        *place = std::thread([this, place, work = std::move(work), done = std::move(done)] {
            auto result = std::make_shared<Result<T>>(guarded<T>(work));
            m_loop.post([this, place, done, result] {
                place->join();
                m_threads.erase(place);
                done(std::move(*result));
            });
        });
    }

    std::size_t running() const { return m_threads.size(); }

private:
    template <typename T>
    static Result<T> guarded(const std::function<Result<T>()>& work) {
        try {
            return work();
        } catch (const std::exception& exception) {
            return fail(ErrorCode::Internal, "The helper made a mistake.", exception.what(),
                        "Please report it with the helper's log.");
        }
    }

    BusLoop& m_loop;
    std::list<std::thread> m_threads;
};

} // namespace entracte::service
