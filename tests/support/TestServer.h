#pragma once

// An Xvfb of a test's own, with a cookie, ended with the test.

#include "session/base/UniqueFd.h"

#include <sys/types.h>

#include <filesystem>
#include <string>
#include <vector>

namespace entracte::test {

class TestServer {
public:
    // `options` on top of the size and the cookie. `clockAhead`: seconds that its clock is ahead of
    // others', where this process may make a time namespace (hasOwnClock()).
    explicit TestServer(const std::vector<std::string>& options = {"-nolisten", "tcp"},
                        int clockAhead = 0);
    ~TestServer();

    std::string display() const { return ":" + std::to_string(m_number); }
    int number() const { return m_number; }
    const std::filesystem::path& cookieFile() const { return m_cookieFile; }
    const std::filesystem::path& directory() const { return m_directory; }
    bool hasOwnClock() const;
    // It takes nothing more, and answers nothing.
    void freeze();
    // As a crash would.
    void kill();

private:
    // False when the server ended before it listened: two that start at once may want the same
    // number.
    bool start(const std::vector<std::string>& options);

    std::filesystem::path m_directory;
    std::filesystem::path m_cookieFile;
    int m_clockAhead = 0;
    pid_t m_pid = -1;
    int m_number = -1;
};

} // namespace entracte::test
