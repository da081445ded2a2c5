#pragma once

// What every step of a replay works with.

#include "xproxy/proxy/Core.h"
#include "xproxy/proxy/Pump.h"
#include "xproxy/proxy/RequestPath.h"

#include <map>
#include <set>
#include <unordered_map>

namespace entracte::xproxy {

class ReplayContext {
public:
    ReplayContext(Core& core, RequestPath& requests, Pump& pump, Clock::time_point deadline)
        : core(core), record(core.record), m_requests(requests), m_pump(pump),
          m_deadline(deadline) {}

    Core& core;
    Record& record;
    const char* step = ""; // for the log
    std::size_t errors = 0;
    std::size_t requests = 0;
    std::set<unsigned> grabbed; // of the record's active grabs, those that the new server gave
    std::pair<std::int16_t, std::int16_t> pointer; // on the new server's root
    Keyboard keyboard;                             // of the new server
    // SERVERTIME, IDLETIME, … of the new server, in the programs' world, where alarms wait for
    // them; the alarms whose moment was between two servers, and what they waited for.
    std::map<ClientXid, std::int64_t> systemCounters;
    std::vector<std::pair<std::shared_ptr<Alarm>, std::int64_t>> passedAlarms;
    std::map<std::string, std::string> fontNames; // where another font has to be opened
    // By number of screen: the XSETTINGS managers of the new server that are strangers.
    std::map<std::size_t, ServerXid> settingsOwners;

    // The client, when it is connected to the new server.
    Client* client(ClientId id) const;
    // It, or when it is gone any other one: for what outlives its maker.
    Client* carrier(ClientId owner) const;

    // A request builder in the client's byte order; the major opcode is the programs'.
    static MessageBuilder as(const Client& client, std::uint8_t major, std::uint8_t second = 0) {
        return MessageBuilder::request(client.order, major, second);
    }
    MessageBuilder as(const Client& client, Ext ext, std::uint8_t minor) const {
        return as(client, core.face->extensions.of(ext).major, minor);
    }
    void send(Client& client, Bytes request, bool bigRequest = false);
    // The same; `answered` gets the server's reply as it is, or nothing. `mayFail`: an error is no
    // news.
    void ask(Client& client, Bytes request, std::function<void(const MessageView&)> answered,
             bool mayFail = false);
    void sendWithFd(Client& client, Bytes request, UniqueFd fd);

    // The same as the proxy itself, on the utility connection: in the programs' world, host byte
    // order.
    MessageBuilder asProxy(std::uint8_t major, std::uint8_t second = 0) const {
        return MessageBuilder::request(wire::kHostOrder, major, second);
    }
    MessageBuilder asProxy(Ext ext, std::uint8_t minor) const {
        return asProxy(core.face->extensions.of(ext).major, minor);
    }
    void sendAsProxy(Bytes request);
    // `answered` gets the server's reply or error as it is, or nothing; an error is told nowhere
    // else.
    void askAsProxy(Bytes request, std::function<void(const MessageView&)> answered = {});

    // Everything sent so far has been done, on every connection.
    Status barrier() { return m_pump.syncAll(m_deadline); }
    Clock::time_point deadline() const { return m_deadline; }

    // An id of the client's that nothing bears, for something that lives only during the replay.
    ClientXid temporaryId(const Client& client);

    // The id under which a font, cursor or pixmap can be named now: its own, or one made for the
    // replay when its program has freed it, or ended, meanwhile. None for a pixmap whose owner is
    // gone.
    ClientXid nameOf(const FontRef& font);
    ClientXid nameOf(const CursorRef& cursor);
    ClientXid nameOf(const PixmapRef& pixmap);
    ClientXid nameOf(const std::shared_ptr<ShmSegment>& segment);
    void openFont(Client& client, const Font& font, ClientXid id);
    // Frees what nameOf() made.
    void freeTemporaries();

    // A pixmap of this depth, of the client's, that lives during the replay.
    ClientXid pixmapOfDepth(Client& client, std::uint8_t depth);
    ClientXid rootOf(const Client&) const { return record.roots.front(); }

    // Makes a pixmap with these pixels, for the moment; None when there are none.
    ClientXid pixmapWith(Client& client, const ImageRef& image);
    void freePixmap(Client& client, ClientXid pixmap);

private:
    void inject(Bytes request, std::function<void(ByteView)> answered);
    std::function<void(ByteView)> reporter(ByteOrder order, ClientId who);
    void attach(Client& owner, const ShmSegment& segment, ClientXid id);
    void makeCursor(Client& client, const Cursor& cursor, ClientXid id);
    void makeEmptyCursor(Client& client, ClientXid id);

    RequestPath& m_requests;
    Pump& m_pump;
    Clock::time_point m_deadline;
    std::map<ClientId, std::vector<ClientXid>> m_freeIds;
    std::map<ClientId, std::size_t> m_drawnIds; // of the record's unused ones
    std::map<std::pair<ClientId, std::uint8_t>, ClientXid> m_pixmapsOfDepth;
    std::unordered_map<const Resource*, ClientXid> m_names;
    struct Temporary {
        ClientId client;
        std::uint8_t freeOpcode;
        ClientXid id;
    };
    std::vector<Temporary> m_temporaries;
    std::vector<Temporary> m_segments; // to be detached again
};

// Rows of an image in requests that every server takes, through a graphics context of the same
// depth. `emit` gets the request without its header's length being of concern.
void forEachStrip(
    const Image& image,
    const std::function<void(std::uint16_t firstRow, std::uint16_t rows, ByteView data)>& emit);

} // namespace entracte::xproxy
