#pragma once

// Writes the record from the traffic. Everything here is in the programs' world: requests before
// they are translated, replies and events after. A request is recorded when it is passed on, before
// the server has judged it; what creates something is forgotten again when the server refuses.

#include "xproxy/state/Record.h"
#include "xproxy/state/RequestTrace.h"

namespace entracte::xproxy {

// What has to be done around a request that was recorded.
struct RequestEffects {
    // The server must not see it (a NoOperation takes its place).
    bool withhold = false;
    // Does not exist if the server answers with an error.
    ClientXid created = ClientXid::None;
    std::uint64_t createdSerial = 0; // tells it from what bears the same id later
    // A setting that is as before if the server answers with an error.
    std::optional<StickyRequests::Unjudged> unjudged;
    // Pixels to be taken on the same connection just before the request is passed on.
    struct Capture {
        ClientXid drawable;
        std::uint16_t width;
        std::uint16_t height;
        ImageRef into;
    };
    std::vector<Capture> captures;
    // The same, of what a region is before it becomes something else.
    struct RegionCapture {
        ClientXid region;
        std::shared_ptr<RegionShape> into;
    };
    std::vector<RegionCapture> regionCaptures;
    // A colour by name was stored: which one that is has to be asked just before.
    struct NamedColor {
        std::shared_ptr<Colormap> colormap; // null: none was
        std::uint32_t pixel = 0;
        std::uint8_t which = 0; // of red, green, blue
        std::uint32_t stores = 0;
        std::string name;
    };
    NamedColor namedColor;
    // A freed pixmap that is still used gives its id to what the request creates, and has got an
    // unused one.
    struct GivenWay {
        ClientXid freed = ClientXid::None;
        ClientXid unused = ClientXid::None;
    };
    GivenWay givenWay;
    // The recording function that RequestTable names does not know the request: never, a test sees
    // to it.
    bool unknown = false;
};

// One request with all that a recording function needs. `ext` and `opcode` (major of the core
// protocol, else minor) say which it is.
struct RequestContext {
    Record& record;
    ClientId client;
    Ext ext;
    std::uint8_t opcode;
    const MessageView& view;
    RequestEffects& effects;

    // Whether the client may create something by this id: the server refuses all others. The id may
    // be that of a freed pixmap which the server still has: that gets another.
    bool mayCreate(ClientXid id) const;

    void stick(ClientXid object, std::uint64_t detail = 0) const {
        // Nothing has that id: an error, and no setting of what gets it later.
        if (object != ClientXid::None && !record.exists(object) && record.isOfPrograms(object))
            return;
        effects.unjudged = record.sticky.set({object, client, ext, opcode, detail}, view);
        effects.unjudged->request->cursor = record.cursorOfGrab(ext, opcode, view);
    }
    void unstick(ClientXid object, std::uint8_t opcodeOfSetting, std::uint64_t detail = 0) const {
        record.sticky.erase({object, client, ext, opcodeOfSetting, detail});
    }
};

class Recorder {
public:
    explicit Recorder(Record& record) : m_record(record) {}

    RequestEffects request(ClientId client, Ext ext, const MessageView& view);
    void reply(ClientId client, Ext ext, const MessageView& request, const MessageView& reply);
    // An event on its way to a program, or one that the proxy itself asked for (kNobody). XI2's
    // and other extensions' events change nothing in the record.
    void event(ClientId client, const MessageView& event);
    // The server refused to create it.
    void failed(ClientXid created, std::uint64_t serial);
    // The server answered a request that has a reply with an error.
    void refused(ClientId client, Ext ext, const MessageView& request);

private:
    Record& m_record;
};

// One function for each part of the protocol; each knows the opcodes that it is for.
void recordWindowRequest(const RequestContext& context);
void recordPropertyRequest(const RequestContext& context);
void recordGraphicsRequest(const RequestContext& context);
void recordColormapRequest(const RequestContext& context);
void recordCursorRequest(const RequestContext& context);
void recordInputRequest(const RequestContext& context);
void recordDeviceRequest(const RequestContext& context);
void recordRenderRequest(const RequestContext& context);
void recordShmRequest(const RequestContext& context);
void recordXFixesRequest(const RequestContext& context);
void recordSyncRequest(const RequestContext& context);
// `event`: the server's AlarmNotify, in the programs' world.
void alarmFired(Alarm& alarm, const MessageView& event);
void recordXInputRequest(const RequestContext& context);
void recordGlxRequest(const RequestContext& context);
void recordBackBufferRequest(const RequestContext& context);
void recordOtherRequest(const RequestContext& context);
void recordClientRequest(const RequestContext& context);

void recordWindowEvent(Record& record, ClientId client, const MessageView& event);

// What the server granted of a colormap's cells.
void recordColorReply(Record& record, ClientId client, const MessageView& request,
                      const MessageView& reply);
// A XIPassiveGrabDevice that the server did not grant for the modifiers that its reply names; all
// of them when it answered with an error.
void passiveGrabRefused(Record& record, ClientId client, const MessageView& request,
                        const MessageView* reply);

// What a request leaves that is not Full.
void markTrace(Record& record, const RequestTrace& trace, const MessageView& view);
// A drawing request aims at it: when it is a pixmap, its captured pixels are out of date.
void markDrawn(Record& record, ClientXid drawable);
void markDrawn(Record& record, Pixmap& pixmap);
void markReshaped(Record& record, ClientXid window);
// A shape of the window is combined with something (a region or bitmap), or `none` takes its place.
void reshape(Record& record, ClientXid window, std::uint8_t kind, std::uint8_t operation,
             bool none);
// It changes, or (`gone`) its program has destroyed it: whoever took a clip from it keeps what it
// was.
void markRegion(const RequestContext& context, ClientXid region, bool gone = false);

} // namespace entracte::xproxy
