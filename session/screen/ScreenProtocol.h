#pragma once

// How the helper talks to entracte-screen: SOCK_SEQPACKET, created by socketpair(2) before the
// screen is started (its end is the descriptor named by --control-fd). Fixed-size messages.
//
// A screen outlives its helper: when the control connection ends without Quit, it goes on serving
// its channels and takes the next helper on the socket of --helper-fd (bound by the helper where
// only root can reach it; the screen listens). To that one it says Ready, as at its start. Without
// a helper and without a channel it ends soon.

#include <cstdint>

namespace entracte::screen {

inline constexpr std::uint32_t kMagic = 0x31435345; // "ESC1"

// In the screen's directory: the cookie of a server that it started.
inline constexpr const char* kCookieFileName = "Xauthority";

enum class ToScreen : std::uint32_t {
    ServeChannel = 1,   // with one descriptor: a display channel (session/base/DisplayChannel.h)
    Quit = 2,           // end; a server that the screen started ends with it
    ShareClipboard = 4, // a window's selections with the person's desktop (session/clipboard)
    KeepClipboard = 5,  // not any more
    Survey = 3,         // with one stream socket: write what SurveyProtocol.h says to it
};
struct ScreenRequest {
    std::uint32_t magic;
    ToScreen operation;
};

enum class FromScreen : std::uint32_t {
    Ready = 1,      // the server answers; `displayNumber` is its number (-1 when it is remote)
    Failed = 2,     // no server: `reason`
    ServerGone = 3, // the server died or was closed by the person
};
enum class ScreenFailure : std::uint32_t {
    None = 0,
    Unreachable = 1,
    Refused = 2,        // cookie
    ProgramMissing = 3, // Xvfb or Xephyr is not installed
    ServerFailed = 4,   // Xvfb or Xephyr ended at once
};
struct ScreenEvent {
    std::uint32_t magic;
    FromScreen event;
    ScreenFailure reason;
    std::int32_t displayNumber;
};

} // namespace entracte::screen
