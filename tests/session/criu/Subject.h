#pragma once

// Starts SubjectMain in session-like namespaces, for tests that need something real to save.

#include "session/base/Subprocess.h"

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace entracte::test {

// Puts this process into a mount namespace of its own, once; what is mounted then ends with it.
// False when that is not allowed (no root).
bool ownMountNamespace();

class Subject {
public:
    // `mode`: as SubjectMain documents. Throws std::runtime_error when it cannot be started.
    explicit Subject(const std::string& mode);
    ~Subject(); // kills what was started and restored
    Subject(const Subject&) = delete;
    Subject& operator=(const Subject&) = delete;

    pid_t init() const { return m_init; }
    std::filesystem::path root() const { return m_base / "root"; }
    std::filesystem::path images() const { return m_base / "images"; }
    // The end of the connection that mode "connect" makes.
    int connection() const { return m_connection.get(); }
    // Inodes of the sockets that PID 1 has open.
    std::vector<std::uint64_t> sockets() const;

    std::uint64_t count() const { return countOf(m_init); }
    // Whether the count grows within two seconds.
    bool counts() const;
    void kill();
    void takeRestored(pid_t init) { m_init = init; }

    static std::uint64_t countOf(pid_t init);

private:
    std::filesystem::path m_base;
    UniqueFd m_listener;
    UniqueFd m_connection;
    std::optional<Subprocess> m_outside;
    pid_t m_init = 0;
};

} // namespace entracte::test
