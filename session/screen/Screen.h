#pragma once

// The screen: serves display channels with connections to one X server, until nobody needs it any
// more.
//
// Runs as the person, outside the session, in one thread. It ends when its helper says so or, where
// no other helper can come, when its control connection or its only channel closes (relayed
// connections that still live keep it until they end), when its server is gone, or at SIGTERM; a
// server that it started ends with it. An idle connection of its
// own to the server tells when the server dies, and keeps a server that resets itself (Xserver(1),
// -noreset) from doing so between two sessions.

#include "session/base/Subprocess.h"
#include "session/screen/Connector.h"
#include "session/screen/Reactor.h"
#include "session/screen/Relay.h"
#include "session/screen/RuntimeDirectory.h"
#include "session/screen/ScreenProtocol.h"
#include "session/screen/ServerProcess.h"

#include <map>
#include <optional>
#include <string>

namespace entracte::screen {

enum class Kind : std::uint8_t { Host, Window, Headless };

struct ScreenOptions {
    Kind kind = Kind::Host;
    std::uint16_t width = 1280; // pixels
    std::uint16_t height = 800;
    std::string display;              // host, window
    std::filesystem::path cookieFile; // host, window; may be empty
    UniqueFd control;                 // steered by the helper (ScreenProtocol.h), or
    UniqueFd channel;                 // one display channel and nothing else
    UniqueFd helpers;                 // with control: where the next helper connects; may be empty
    bool clipboard = false;           // window: shared from the beginning
    std::filesystem::path directory;  // an empty one of the person's; made when not given
    std::string title = "Entracte";   // of a window
    bool fullScreen = false;          // window: of the display's size, whatever the numbers say
};

class Screen {
public:
    explicit Screen(ScreenOptions options);
    ~Screen();

    // Until the end. A failed start is told on the control connection too.
    Status run();

private:
    struct Channel {
        UniqueFd socket;
        Reactor::Id watch = 0;
    };

    Status openDisplay();
    void watchSignals();
    void watchServer();
    void openSentinel();
    void serverGone();

    void serveControl();
    void survey(UniqueFd to) const;
    void shareClipboard();
    void loseHelper();
    void takeHelper();
    void addChannel(UniqueFd socket);
    void serveChannel(std::size_t key);
    void closeChannel(std::size_t key);
    Connected<std::vector<std::byte>> answer(int passed, char byteOrder);
    Connected<std::vector<std::byte>> connectRelayed(int passed, char byteOrder);
    Status ensureDirectory();
    void tell(FromScreen event, ScreenFailure reason = ScreenFailure::None);
    void endWhenUnused();

    ScreenOptions m_options;
    std::optional<RuntimeDirectory> m_directory;
    std::optional<ServerProcess> m_server;
    std::optional<Subprocess> m_clipboard; // while it is shared; goes before the server
    std::optional<Connector> m_connector;
    Reactor m_reactor;
    Relay m_relay;
    UniqueFd m_signals;
    UniqueFd m_patience; // a timer: runs while there is neither a helper nor a channel
    Reactor::Id m_controlWatch = 0;
    UniqueFd m_sentinel; // the idle connection
    std::map<std::size_t, Channel> m_channels;
    std::size_t m_nextChannel = 0;
    Status m_outcome;
};

} // namespace entracte::screen
