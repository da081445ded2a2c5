#pragma once

// Owners for what sd-bus hands out (sd-bus(3)).

#include <systemd/sd-bus.h>

#include <memory>

namespace entracte::desk {

struct BusClosed {
    void operator()(sd_bus* bus) const { sd_bus_flush_close_unref(bus); }
};
using Bus = std::unique_ptr<sd_bus, BusClosed>;

struct MessageDropped {
    void operator()(sd_bus_message* message) const { sd_bus_message_unref(message); }
};
using Message = std::unique_ptr<sd_bus_message, MessageDropped>;

// Dropped before its answer came: nobody is called any more.
struct SlotDropped {
    void operator()(sd_bus_slot* slot) const { sd_bus_slot_unref(slot); }
};
using Slot = std::unique_ptr<sd_bus_slot, SlotDropped>;

inline constexpr unsigned long kCallLimit = 5'000'000; // microseconds

} // namespace entracte::desk
