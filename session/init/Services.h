#pragma once

// What every session has before its first program: its own message bus and its X display. Both are
// started once and by name (never autolaunched: field notes). One that ends is reported, not
// started again: its clients have lost it already.

#include "session/init/Programs.h"

#include <chrono>
#include <string>
#include <vector>

namespace entracte::init {

class Services {
public:
    explicit Services(Programs& programs) : m_programs(programs) {}

    // Sets the environment that finds them, and starts them.
    void start(bool display);
    // Whether each of them takes connections, has failed, or has had its time.
    bool settled();
    // The person's input method, once the others are there. Programs find it when it comes.
    void startInputMethod();

private:
    struct Service {
        std::string name;
        pid_t pid;
        std::string socket;
    };
    void add(std::vector<std::string> command, std::string socket);

    Programs& m_programs;
    std::vector<Service> m_waiting;
    std::chrono::steady_clock::time_point m_deadline;
};

} // namespace entracte::init
