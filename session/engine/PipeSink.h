#pragma once

// Bytes into the writing end of a pipe of the person's. Whoever reads may stop reading, or go: that
// ends the writing, and nothing else.

#include "session/base/UniqueFd.h"
#include "session/store/TreeArchiver.h"

#include <chrono>
#include <functional>
#include <optional>

namespace entracte {

// InvalidArgument when it is not an end of a pipe, opened with `access` (O_RDONLY, O_WRONLY).
Status requirePipe(int fd, int access);

struct PipeLimits {
    // Nobody has taken a byte for so long: TimedOut. nullopt: whoever reads has all the time.
    std::optional<std::chrono::milliseconds> idle{};
    std::optional<std::chrono::steady_clock::time_point> end{}; // of it all
};

// Whether its end blocks is whoever gave it to decide; this is the same pipe opened anew, which
// does not.
class PipeSink final : public ByteSink {
public:
    // `check` is asked now and then; its error ends the writing.
    static Result<PipeSink> open(int pipe, std::function<Status()> check, PipeLimits limits = {});
    Status write(std::span<const std::byte> bytes) override;

private:
    PipeSink(UniqueFd pipe, std::function<Status()> check, PipeLimits limits)
        : m_pipe(std::move(pipe)), m_check(std::move(check)), m_limits(limits) {}

    UniqueFd m_pipe;
    std::function<Status()> m_check;
    PipeLimits m_limits;
};

} // namespace entracte
