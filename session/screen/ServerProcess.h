#pragma once

// An X server of the screen's own: Xephyr in a window on the person's display, or Xvfb. It has its
// own cookie and listens on no network; it ends when this object goes and, by the kernel's hand
// (PR_SET_PDEATHSIG), when the screen dies.

#include "session/base/Result.h"
#include "session/base/UniqueFd.h"
#include "session/screen/ScreenProtocol.h"

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <string>

namespace entracte::screen {

struct ServerSpec {
    bool window = false;        // Xephyr, otherwise Xvfb
    std::uint16_t width = 1280; // pixels
    std::uint16_t height = 800;
    std::string parentDisplay; // of a window
    std::filesystem::path parentCookieFile;
    std::filesystem::path directory; // for the server's own cookie file
    std::string title;               // of a window
    bool fullScreen = false;         // of a window: width and height are the display's
};

struct ServerStartFailure {
    ScreenFailure reason;
    Error error;
};

class ServerProcess {
public:
    // Waits until the server takes connections, at most 20 s. One that ends at once is started
    // again a few times: two servers that start together may want the same display number.
    static tl::expected<ServerProcess, ServerStartFailure> start(const ServerSpec& spec);

    ServerProcess(ServerProcess&& other) noexcept
        : m_pid(std::exchange(other.m_pid, -1)), m_pidfd(std::move(other.m_pidfd)),
          m_displayNumber(other.m_displayNumber), m_cookieFile(std::move(other.m_cookieFile)) {}
    ServerProcess& operator=(ServerProcess&&) = delete;
    ~ServerProcess();

    int pidfd() const { return m_pidfd.get(); } // readable when the server has ended
    std::uint16_t displayNumber() const { return m_displayNumber; }
    const std::filesystem::path& cookieFile() const { return m_cookieFile; }

private:
    ServerProcess() = default;
    static tl::expected<ServerProcess, ServerStartFailure>
    startOnce(const ServerSpec& spec, const std::filesystem::path& cookieFile);

    pid_t m_pid = -1;
    UniqueFd m_pidfd;
    std::uint16_t m_displayNumber = 0;
    std::filesystem::path m_cookieFile;
};

} // namespace entracte::screen
