#pragma once

// Who reads or writes snapshots keeps the store from being cleaned meanwhile, and the other way
// round: a cleaning moves chunks to other packs. Any thread; a pass may be let go by another one.

#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>

namespace entracte {

class StoreGate {
public:
    class Pass {
    public:
        Pass(Pass&&) noexcept = default;
        Pass& operator=(Pass&&) noexcept = default;
        ~Pass() = default;

    private:
        friend class StoreGate;
        struct Leave {
            bool alone;
            void operator()(StoreGate* gate) const { gate->leave(alone); }
        };
        Pass(StoreGate* gate, bool alone) : m_gate(gate, Leave{alone}) {}
        std::unique_ptr<StoreGate, Leave> m_gate;
    };

    // Waits while somebody is alone in it.
    Pass enter() {
        std::unique_lock lock(m_mutex);
        m_changed.wait(lock, [this] { return !m_alone; });
        ++m_users;
        return Pass(this, false);
    }
    // Nothing when anybody is in it.
    std::optional<Pass> enterAlone() {
        const std::lock_guard lock(m_mutex);
        if (m_alone || m_users > 0)
            return std::nullopt;
        m_alone = true;
        return Pass(this, true);
    }

private:
    void leave(bool alone) {
        const std::lock_guard lock(m_mutex);
        if (alone)
            m_alone = false;
        else
            --m_users;
        m_changed.notify_all();
    }
    std::mutex m_mutex;
    std::condition_variable m_changed;
    std::size_t m_users = 0;
    bool m_alone = false;
};

} // namespace entracte
