#pragma once

// A window: its place in the tree, its attributes, and the properties that programs of the session
// gave it. Roots are windows too, owned by nobody.

#include "xproxy/state/Cursor.h"
#include "xproxy/state/Pixmap.h"
#include "xproxy/state/ValueList.h"

#include <map>
#include <optional>
#include <set>
#include <vector>

namespace entracte::xproxy {

struct PropertyValue {
    ClientAtom type = ClientAtom::None;
    std::uint8_t format = 8; // bits of a unit
    Bytes data;              // host order
    ClientId setter = kNobody;
    std::uint64_t serial = 0; // servers list the one that came last first
};

struct Window : Resource {
    static constexpr ResourceKind kKind = ResourceKind::Window;
    Window(ClientXid id, ClientId owner) : Resource(kKind, id, owner) {}

    ClientXid parent = ClientXid::None;
    std::vector<ClientXid> children; // bottom to top; programs' windows only
    bool orderDirty = false;         // restacked by who hides whom, which shapes decide
    std::int16_t x = 0;              // outer upper left corner, in the parent
    std::int16_t y = 0;
    std::uint16_t width = 1; // pixels, without border
    std::uint16_t height = 1;
    std::uint16_t borderWidth = 0;
    std::uint8_t depth = 0; // 0 for InputOnly
    std::uint16_t windowClass = 1;
    std::uint32_t visual = 0;
    bool mapped = false;

    // Attributes by CW bit, but for the event mask, which each client has its own of.
    ValueList attributes;
    PixmapRef background;
    PixmapRef border;
    CursorRef cursor;
    std::map<ClientId, std::uint32_t> eventMasks;

    std::map<ClientAtom, PropertyValue> properties;

    // A window manager that is no program of the session has put it into a frame of its own; x and
    // y are then relative to the root, as that manager last told.
    bool foreignParent = false;
    bool iconic = false;       // that manager took it off the screen, the program did not
    bool managedDirty = false; // it wrote what it made of the window: asked of the server

    // Made by the id of one that was destroyed: DestroyNotify may speak of that one.
    bool idUsedAgain = false;

    // Programs that know it to be mapped and must not be told again when a new server maps it.
    std::set<ClientId> hushedMap;

    // SHAPE: bounding, clip, input; rectangles as in the protocol, host order. Asked of the server
    // when `shapeDirty`.
    std::optional<Bytes> shapes[3];
    bool shapeDirty = false;
    bool inputShaped = false; // servers do not tell whether an input shape was ever set

    std::vector<ClientXid> backBuffers; // ids of its DOUBLE-BUFFER buffer

    bool isInputOnly() const { return windowClass == 2; }
    bool overrideRedirect() const;
};
using WindowRef = std::shared_ptr<Window>;

} // namespace entracte::xproxy
