#pragma once

// A child's signals, as a program expects to find them.

namespace entracte {

// Every signal's default disposition, none blocked. Async-signal-safe: for use between fork and
// exec. Also the two that glibc keeps to itself (32 and 33) and that its sigaction(3) refuses to
// touch: some launchers (libuv's, and so ctest) hand them on ignored.
void resetSignals();

} // namespace entracte
