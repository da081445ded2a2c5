#pragma once

// Ctrl+C, and a terminal that is closed, while a session moves: not the end of the program, but a
// wish that it hears between its steps. One at a time.

namespace entracte::cli {

class StopWish {
public:
    StopWish();
    StopWish(const StopWish&) = delete;
    StopWish& operator=(const StopWish&) = delete;
    ~StopWish();

    int fd() const; // readable once there was a wish
    bool made() const;
    // Waits; false when the wish came before.
    bool sleep(int milliseconds) const;
};

} // namespace entracte::cli
