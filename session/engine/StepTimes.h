#pragma once

// Where a job's time went: a line in the log at its end, "took (ms): dump 210, commit 40". Used by
// one thread.

#include <spdlog/spdlog.h>

#include <chrono>
#include <string>
#include <string_view>

namespace entracte {

class StepTimes {
public:
    StepTimes() = default;
    StepTimes(const StepTimes&) = delete;
    StepTimes& operator=(const StepTimes&) = delete;
    ~StepTimes() {
        if (!m_steps.empty())
            spdlog::info("took (ms): {}", m_steps);
    }
    // A step has ended that began where the one before it ended.
    void did(std::string_view step) {
        const auto now = std::chrono::steady_clock::now();
        const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(now - m_began);
        m_steps.append(m_steps.empty() ? "" : ", ").append(step);
        m_steps += " " + std::to_string(took.count());
        m_began = now;
    }

private:
    std::chrono::steady_clock::time_point m_began = std::chrono::steady_clock::now();
    std::string m_steps;
};

} // namespace entracte
