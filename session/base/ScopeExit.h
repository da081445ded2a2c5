#pragma once

// Runs a function when the scope is left, whichever way; dismiss() keeps what was done.

#include <utility>

namespace entracte {

template <typename Function>
class [[nodiscard]] ScopeExit {
public:
    explicit ScopeExit(Function function) : m_function(std::move(function)) {}
    ScopeExit(const ScopeExit&) = delete;
    ScopeExit& operator=(const ScopeExit&) = delete;
    ~ScopeExit() {
        if (m_armed)
            m_function();
    }
    void dismiss() { m_armed = false; }

private:
    Function m_function;
    bool m_armed = true;
};

} // namespace entracte
