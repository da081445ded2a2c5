#pragma once

// The moment while everything is frozen, handed from CRIU to the engine.
//
// CRIU runs an action script when all is dumped and nothing goes on yet (criu(8), "post-dump").
// That is our program entracte-criu-hook: it connects to a unix socket in a directory only we can
// enter, and waits for one byte: go on, or fail the dump. Used by one thread, for one dump.

#include "session/base/Result.h"
#include "session/base/UniqueFd.h"

#include <functional>
#include <string>

namespace entracte {

inline constexpr const char* kHookEnvironment = "ENTRACTE_CRIU_HOOK";
inline constexpr char kHookGoOn = 'g';
inline constexpr char kHookFail = 'f';

class FreezeHook {
public:
    static Result<FreezeHook> create();

    FreezeHook(FreezeHook&&) noexcept;
    FreezeHook& operator=(FreezeHook&&) = delete;
    ~FreezeHook();

    const std::string& socketPath() const { return m_path; }
    // Serves until the process of `pidfd` has ended: calls `whileFrozen` (once) when the hook
    // connects, and tells CRIU to fail when that fails. Returns what whileFrozen returned, success
    // when it was never called.
    Status serve(int pidfd, const std::function<Status()>& whileFrozen);

private:
    FreezeHook() = default;

    std::string m_directory;
    std::string m_path;
    UniqueFd m_listener;
};

} // namespace entracte
