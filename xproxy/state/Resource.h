#pragma once

// The common part of everything that a program made on the server and that has an XID.

#include "xproxy/state/Ids.h"

#include <memory>

namespace entracte::xproxy {

enum class ResourceKind : std::uint8_t {
    Window,
    Pixmap,
    GContext,
    Font,
    Cursor,
    Colormap,
    Picture,
    GlyphSet,
    Region,
    Counter,
    Alarm,
    Fence,
    ShmSegment,
    Damage,
    GlxObject,
    BackBuffer,
};

struct Resource {
    Resource(ResourceKind kind, ClientXid id, ClientId owner) : kind(kind), id(id), owner(owner) {}
    virtual ~Resource() = default;
    Resource(const Resource&) = delete;
    Resource& operator=(const Resource&) = delete;

    const ResourceKind kind;
    ClientXid id; // of a freed pixmap, another when its program wants the id for something new
    const ClientId owner;     // whose connection made it; it dies with that connection
    std::uint64_t serial = 0; // order of creation
    // Whether programs still know it by its id. What was freed but is still used by something
    // else lives on without a name.
    bool named = true;
};

} // namespace entracte::xproxy
