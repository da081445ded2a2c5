#pragma once

// Tables of the X protocol, generated at build time from xcb-proto's XML by wire/generate.py, and
// the walker that finds every identifier in a message by them. No state: bytes in, places out.
//
// The generator knows, for every request, reply, event and error of the extensions that we offer,
// where each field sits, through lists, switches (value masks), padding and strings, in both byte
// orders. What xcb-proto types wrongly or not at all is corrected in one place, wire/overrides.py.

#include "xproxy/wire/ByteOrder.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace entracte::wire {

// What a field means to a translator. Resource kinds are kept apart for the record's sake; all of
// Window…XFixesBarrier are XIDs.
enum class FieldKind : std::uint8_t {
    None,
    Window,
    Pixmap,
    Drawable, // window or pixmap
    GContext,
    Font,
    Fontable, // font or graphics context
    Cursor,
    Colormap,
    Picture,
    PictFormat, // RENDER's formats: the server's numbers, like visuals
    GlyphSet,
    Region,
    Barrier,
    Counter, // SYNC
    Alarm,
    Fence,
    ShmSegment,
    Damage,
    Xid, // any resource (KillClient, generic)
    Atom,
    Timestamp, // 0 is CurrentTime
    Visual,
    Keycode,
    Keysym,
    Device, // XI1's: bit 7 in an event means "more follows"; XI2's: 0 and 1 all; XKB's: 0x100 up
            // special
    Crtc,   // RANDR: the server's numbers
    Output,
    Mode,
    Provider,
    FbConfig,    // GLX: the server's numbers, like visuals
    Descriptor,  // a passed file descriptor; no bytes of its own, only in descriptions
    MajorOpcode, // the code of a request or of an extension inside an event or error
    EventCode,   // an event's code inside a request or reply: XInput OpenDevice, XTEST FakeInput
    EventClass,  // XI1: device id in bits 8 to 15, event code in bits 0 to 7
};

struct FieldRef {
    std::uint32_t offset; // bytes from the start of the message
    std::uint8_t size;    // 1, 2 or 4 bytes
    FieldKind kind;
    bool isList; // an element of a list
    // Most significant byte first whatever the connection's order: the fonts of PolyText.
    bool bigEndian = false;
};

struct FieldDescription { // fixed-position or not, for decoding by name and for documentation
    std::string_view name;
    std::string_view type;
    FieldKind kind;
    std::int32_t offset; // bytes, or -1 when it depends on what comes before
    std::uint8_t size;
};

enum class Direction : std::uint8_t { Request, Reply, Event, GenericEvent, Error };

struct MessageSchema {
    std::string_view extension; // "core", "RENDER", … (the name that QueryExtension knows)
    std::string_view name;      // "CreateWindow"
    Direction direction;
    std::uint8_t
        number; // request: major (core) or minor opcode; event, error: offset from the base
    std::uint16_t geType; // generic event: evtype
    bool hasReply;        // request
    bool hasFields;       // at least one field whose kind is not None: translation has work to do
    std::uint8_t descriptors; // passed with it, 0xff: as many as a list says
    std::span<const FieldDescription> fields;
    std::uint32_t program;      // index of its walker program
    const MessageSchema* reply; // request: the schema of its reply
};

struct ExtensionSchema {
    std::string_view name;    // as QueryExtension spells it: "MIT-SHM"
    std::string_view xmlName; // xcb-proto's file: "shm"
    std::uint16_t majorVersion;
    std::uint16_t minorVersion;
    std::span<const MessageSchema* const> requests; // by minor opcode; null where there is none
    std::span<const MessageSchema* const> events;   // by offset from the base; XKB's: by subtype
    std::span<const MessageSchema* const> genericEvents; // by evtype
    std::span<const MessageSchema* const> errors;
    std::uint8_t eventCodes; // how many codes its events take; XKB has one for all of its events
    std::uint8_t errorCodes;
};

// The core protocol first, then the extensions that we offer.
std::span<const ExtensionSchema> extensions();
const ExtensionSchema* extensionByName(std::string_view queryExtensionName);
const MessageSchema* coreRequest(std::uint8_t majorOpcode);
const MessageSchema* requestByName(std::string_view extension, std::string_view request);

// The schema of an event by its code's offset from the extension's base (core: the code itself,
// without SendEvent's 0x80): looks at byte 1 for XKB. Null when there is none.
const MessageSchema* eventSchema(const ExtensionSchema& extension, std::uint8_t offset,
                                 std::span<const std::byte> event);
// The schema of a generic event (code 35) of the extension that its byte 1 names.
const MessageSchema* genericEventSchema(const ExtensionSchema& extension, std::uint16_t evtype);

// Calls `visit(FieldRef)` for every field of `message` whose kind is not None, in the order of the
// wire. `message` is whole: for a request with its 4-byte header (8 with BIG-REQUESTS:
// `bigRequest`), for a reply and an event from byte 0. Returns false when the message is shorter
// than its own counts say, as far as the last field to be visited; nothing is ever read beyond the
// span. What was visited before is still true. Nothing is allocated.
//
// Opaque, so never visited: property contents, ClientMessage data, selections, images, XKB's
// geometry, and events inside of requests (SendEvent, XInput's SendExtensionEvent): for those see
// walkFieldsAt.
class FieldVisitor {
public:
    virtual void visit(const FieldRef& field) = 0;

protected:
    ~FieldVisitor() = default;
};
bool walkFields(const MessageSchema& schema, std::span<const std::byte> message, ByteOrder order,
                bool bigRequest, FieldVisitor& visitor);

// The same for a message that lies inside of another one, from `at` for `size` bytes: the 32 bytes
// of SendEvent's event. Offsets are those of the outer message. False also when it does not lie
// inside.
bool walkFieldsAt(const MessageSchema& schema, std::span<const std::byte> outer, std::size_t at,
                  std::size_t size, ByteOrder order, FieldVisitor& visitor);

} // namespace entracte::wire
