#pragma once

// The moment while everything is frozen, handed from CRIU to the engine.
//
// CRIU runs an action script when all is dumped and nothing goes on yet (criu(8), "post-dump").
// That is our program entracte-criu-hook: it connects to a unix socket in the images' directory,
// which only we can enter, and waits for one byte: go on, or fail the dump. Used by one thread, for
// one dump. What a helper that was killed leaves goes with the images.

#include "session/base/Result.h"
#include "session/base/UniqueFd.h"

#include <sys/socket.h>
#include <sys/un.h>

#include <cstdio>
#include <filesystem>
#include <functional>

namespace entracte {

inline constexpr const char* kHookEnvironment = "ENTRACTE_CRIU_HOOK"; // the directory
inline constexpr const char* kHookName = "entracte-hook";
inline constexpr char kHookGoOn = 'g';
inline constexpr char kHookFail = 'f';

// The socket in this directory, by its descriptor: a path may be longer than an address can hold.
inline sockaddr_un hookAddress(int directory) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::snprintf(address.sun_path, sizeof address.sun_path, "/proc/self/fd/%d/%s", directory,
                  kHookName);
    return address;
}

class FreezeHook {
public:
    static Result<FreezeHook> create(const std::filesystem::path& directory);

    FreezeHook(FreezeHook&&) noexcept;
    FreezeHook& operator=(FreezeHook&&) = delete;
    ~FreezeHook();

    // Serves until the process of `pidfd` has ended: calls `whileFrozen` (once) when the hook
    // connects, and tells CRIU to fail when that fails. Returns what whileFrozen returned, success
    // when it was never called.
    Status serve(int pidfd, const std::function<Status()>& whileFrozen);

private:
    FreezeHook() = default;

    std::filesystem::path m_path;
    UniqueFd m_listener;
};

} // namespace entracte
