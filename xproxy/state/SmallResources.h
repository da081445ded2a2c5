#pragma once

// Resources of which there is little to know: XFIXES regions, SYNC counters, alarms and fences,
// DAMAGE objects and MIT-SHM segments.

#include "session/base/UniqueFd.h"
#include "xproxy/state/Resource.h"
#include "xproxy/state/ValueList.h"

#include <optional>

namespace entracte::xproxy {

// What a region was at a moment. The region's own goes on changing; a clip that was set from it
// keeps the one of that moment.
struct RegionShape {
    Bytes rectangles;  // as in the protocol, host order; of the last capture
    bool dirty = true; // changed since then
};
// A clip that XFIXES took from a region; no shape: none.
struct RegionClip {
    std::shared_ptr<RegionShape> shape;
    std::int16_t x = 0;
    std::int16_t y = 0;
};

struct Region : Resource {
    static constexpr ResourceKind kKind = ResourceKind::Region;
    Region(ClientXid id, ClientId owner) : Resource(kKind, id, owner) {}
    std::shared_ptr<RegionShape> shape = std::make_shared<RegionShape>();
};

struct Counter : Resource {
    static constexpr ResourceKind kKind = ResourceKind::Counter;
    Counter(ClientXid id, ClientId owner) : Resource(kKind, id, owner) {}
    std::int64_t value = 0;
};

struct Alarm : Resource {
    static constexpr ResourceKind kKind = ResourceKind::Alarm;
    Alarm(ClientXid id, ClientId owner) : Resource(kKind, id, owner) {}
    // SYNC's CA values: counter, value type, 64-bit value and delta, test, events.
    std::uint32_t mask = 0;
    ClientXid counter = ClientXid::None;
    std::uint32_t valueType = 0;
    std::int64_t value = 0;
    std::uint32_t testType = 0;
    std::int64_t delta = 1;
    std::uint32_t events = 1;
    // What the server has made of value and type, absolute, when it was last asked.
    std::optional<std::int64_t> waitsFor;
    // And of a system counter what it was then.
    std::optional<std::int64_t> counterWas;
    unsigned changes = 0;        // how often its program has changed it
    ClientId changedBy{};        // who did so last,
    std::uint64_t changedAt = 0; // and by which of its requests; 0: nobody
    bool inactive = false;       // it fired for the last time
    unsigned hushed = 0;         // events of a replay that its program must not see
};

struct Fence : Resource {
    static constexpr ResourceKind kKind = ResourceKind::Fence;
    Fence(ClientXid id, ClientId owner) : Resource(kKind, id, owner) {}
    ClientXid drawable = ClientXid::None;
    bool triggered = false;
};

struct Damage : Resource {
    static constexpr ResourceKind kKind = ResourceKind::Damage;
    Damage(ClientXid id, ClientId owner) : Resource(kKind, id, owner) {}
    ClientXid drawable = ClientXid::None;
    std::uint8_t level = 0;
};

// A GLX context, window, pixmap or pbuffer. Rendering is the program's own (direct contexts): to
// the server these are names.
struct GlxObject : Resource {
    static constexpr ResourceKind kKind = ResourceKind::GlxObject;
    GlxObject(ClientXid id, ClientId owner) : Resource(kKind, id, owner) {}
    Bytes request;            // that made it, whole, in the owner's byte order
    std::size_t share = 0;    // offset of the context that it shares with; 0: none is named
    std::size_t drawable = 0; // offset of the window or pixmap that it is of; 0: of none
};

struct ShmSegment : Resource {
    static constexpr ResourceKind kKind = ResourceKind::ShmSegment;
    ShmSegment(ClientXid id, ClientId owner) : Resource(kKind, id, owner) {}
    std::int32_t shmid = -1; // System V segment; -1: by descriptor
    UniqueFd memory;         // AttachFd, CreateSegment: our own descriptor of it
    bool readOnly = false;
};

} // namespace entracte::xproxy
