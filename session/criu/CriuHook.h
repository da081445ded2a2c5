#pragma once

// Two moments, handed from CRIU to the engine: while all is dumped and nothing goes on yet
// (criu(8), "post-dump"), and when a restored session has its namespaces and nothing in them
// ("setup-namespaces").
//
// CRIU then runs an action script. That is our program entracte-criu-hook: it connects to a unix
// socket in the images' directory, which only we can enter, says the host's number of the session's
// PID 1, and waits for one byte: go on, or fail. Used by one thread, for one dump or restore. What
// a helper that was killed leaves goes with the images.

#include "session/base/Result.h"
#include "session/base/UniqueFd.h"

#include <sys/socket.h>
#include <sys/un.h>

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <optional>

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

class CriuHook {
public:
    static Result<CriuHook> create(const std::filesystem::path& directory);

    CriuHook(CriuHook&&) noexcept;
    CriuHook& operator=(CriuHook&&) = delete;
    ~CriuHook();

    // Serves until the process of `pidfd` has ended, or until `deadline`: calls `inTheMoment`
    // (once) when the hook connects, and tells CRIU to fail when that fails. Returns what
    // inTheMoment returned, success when it was never called.
    using Deadline = std::optional<std::chrono::steady_clock::time_point>;
    Status serve(int pidfd, const std::function<Status(pid_t init)>& inTheMoment,
                 Deadline deadline = {});

private:
    CriuHook() = default;

    std::filesystem::path m_path;
    UniqueFd m_listener;
};

} // namespace entracte
