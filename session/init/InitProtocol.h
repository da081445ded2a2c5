#pragma once

// How the helper talks to entracte-session (PID 1 of a session): SOCK_SEQPACKET on a listening unix
// socket.
//
// As with the X proxy, only the listening socket is there at a dump: the helper closes its
// connections before, and connects anew after. A request may be of any length up to kMaxRequest;
// everything that the helper reads back is of fixed size, because a program of the session could
// take PID 1's place.

#include <cstddef>
#include <cstdint>

namespace entracte::init {

inline constexpr std::uint32_t kMagic = 0x31494e45; // "ENI1"
inline constexpr const char* kContainerPath = "/run/entracte/init";
inline constexpr std::size_t kMaxRequest = 256 * 1024;

enum class Operation : std::uint32_t {
    Spawn = 1,     // payload: SpawnPayload strings; answered with the pid
    Terminate = 2, // SIGTERM to all, SIGKILL after `argument` ms, then exit; answered at once
    Events = 3, // answered with exits whose serial is greater than `argument`, at most kMaxEvents
    WaitEvents = 4 // the same, but waits up to 10 s for one
};

// Spawn's payload: NUL-terminated strings, in this order: working directory, argument count in
// decimal, the arguments, then the environment as NAME=VALUE up to the end. The environment
// comes on top of the session's own (DISPLAY, DBUS_SESSION_BUS_ADDRESS, XDG_RUNTIME_DIR, HOME, …).
struct Request {
    std::uint32_t magic;
    Operation operation;
    std::uint64_t argument;
    // payload follows
};
static_assert(sizeof(Request) == 16);

struct Exit {
    std::uint64_t serial; // 1, 2, …
    std::int32_t pid;     // in the session's pid namespace
    std::int32_t status;  // as waitpid(2) gives it
};
inline constexpr std::size_t kMaxEvents = 64;

struct Answer {
    std::uint32_t magic;
    Operation operation;
    std::int32_t errnoValue; // 0: done
    std::int32_t pid;        // Spawn
    std::uint32_t programs;  // running children that were started on request
    std::uint32_t exitCount; // Events: this many of `exits` are meant
    Exit exits[kMaxEvents];
};

} // namespace entracte::init
