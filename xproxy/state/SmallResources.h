#pragma once

// Resources of which there is little to know: XFIXES regions, SYNC counters, alarms and fences,
// DAMAGE objects and MIT-SHM segments.

#include "session/base/UniqueFd.h"
#include "xproxy/state/Resource.h"
#include "xproxy/state/ValueList.h"

namespace entracte::xproxy {

struct Region : Resource {
    static constexpr ResourceKind kKind = ResourceKind::Region;
    Region(ClientXid id, ClientId owner) : Resource(kKind, id, owner) {}
    Bytes rectangles;  // as in the protocol, host order; of the last capture
    bool dirty = true; // changed since then
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
    bool inactive = false; // it fired for the last time
    unsigned hushed = 0;   // events of a replay that its program must not see
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

struct ShmSegment : Resource {
    static constexpr ResourceKind kKind = ResourceKind::ShmSegment;
    ShmSegment(ClientXid id, ClientId owner) : Resource(kKind, id, owner) {}
    std::int32_t shmid = -1; // System V segment; -1: by descriptor
    UniqueFd memory;         // AttachFd, CreateSegment: our own descriptor of it
    bool readOnly = false;
};

} // namespace entracte::xproxy
