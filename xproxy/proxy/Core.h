#pragma once

// What the parts of the proxy share: the loop, the record, the programs, and the server of the
// moment.

#include "xproxy/proxy/Client.h"
#include "xproxy/proxy/DisplayConnector.h"
#include "xproxy/proxy/Keyboard.h"
#include "xproxy/proxy/LastWords.h"
#include "xproxy/proxy/Session.h"
#include "xproxy/proxy/Translator.h"
#include "xproxy/state/Recorder.h"

#include <memory>
#include <optional>

namespace entracte::xproxy {

// Everything that belongs to one X server. Programs' own connections to it are in Client::upstream.
struct ServerLink {
    ServerFace face;
    std::unique_ptr<Translator> translator;
    std::unique_ptr<Upstream> utility; // the proxy's own connection, host byte order
    std::unique_ptr<DisplayConnector> connector;
    std::uint32_t nextUtilityId = 1;    // low bits
    ServerXid window = ServerXid::None; // the proxy's own, unmapped
    Bytes token;                        // a property of it, to know the server again by
    // In the place of the screen's default colormap, where that has not the cells that programs
    // know (state/ColorCells.h).
    ServerXid screenColormap = ServerXid::None;
    Watcher fromServer;
    bool own = false; // nobody but the session is on it
    bool lost = false;
    bool asksKeyboard = false;      // it is on its way
    bool asksKeyboardAgain = false; // it has changed since it was asked for
    bool watchesKeyboard = false;
    SharedImages images;

    ServerXid freshUtilityId() { return ServerXid{utility->range.base | nextUtilityId++}; }
};

// Asks outside for the memory behind a System V segment (control/): the answer comes later.
class SegmentSource {
public:
    // Invalid: not to be had. `retry`: nobody could be asked, later somebody may.
    using Done = std::function<void(UniqueFd memory, bool retry)>;
    // False: there is nobody to ask.
    virtual bool request(std::int32_t shmid, Done done) = 0;
    // Waits for the answer.
    virtual UniqueFd requestNow(std::int32_t shmid, Clock::time_point deadline) = 0;

protected:
    ~SegmentSource() = default;
};

struct Core {
    EventLoop loop;
    Record record;
    Recorder recorder{record};
    std::map<ClientId, std::unique_ptr<Client>> clients;
    std::optional<ServerFace> face;   // what programs see; none before the first server
    std::unique_ptr<ServerLink> link; // null: no server
    std::optional<Keyboard> keyboard; // as programs were last told
    // In a session the server is in another ipc namespace: segments are attached by descriptor.
    bool segmentsByDescriptor = false;
    SegmentSource* segments = nullptr;
    // What they waited for outside has come: served at the end of this turn of the loop.
    std::vector<ClientId> unheld;
    LastWords lastWords;
    std::optional<Clock::time_point> lastInput; // of the person's, to any program

    Client* client(ClientId id) {
        const auto found = clients.find(id);
        return found == clients.end() ? nullptr : found->second.get();
    }
};

} // namespace entracte::xproxy
