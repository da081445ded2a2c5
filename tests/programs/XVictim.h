#pragma once

// An X program that makes one of everything a server holds for a client, and can tell what it sees
// of it.
//
// make…() creates; observe…() asks the server (attributes, trees, properties, pictures of what
// comes out when an object is drawn with) and writes down the answers. A kind is a pair of both,
// one file each group.

#include "tests/programs/Observation.h"

#include <xcb/xcb.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace victim {

struct Xcb {
    xcb_connection_t* connection = nullptr;
    xcb_screen_t* screen = nullptr;

    std::uint32_t newId() const { return xcb_generate_id(connection); }
    xcb_atom_t atom(const std::string& name) const;
    // Pixels of a drawable of the root's depth, by GetImage.
    std::vector<std::uint8_t> pixels(xcb_drawable_t drawable, std::uint16_t width,
                                     std::uint16_t height) const;
    // Number of the error that a checked request got, 0 for none.
    int errorOf(xcb_void_cookie_t cookie) const;
};

// A replaceable group of resources of one kind.
class Victim {
public:
    virtual ~Victim() = default;
    virtual void make(const Xcb& x) = 0;
    virtual void observe(const Xcb& x, Observation& seen) = 0;
};

std::unique_ptr<Victim> windowVictim();
std::unique_ptr<Victim> propertyVictim();
std::unique_ptr<Victim> drawingVictim();
std::unique_ptr<Victim> renderVictim();
std::unique_ptr<Victim> inputVictim();
std::unique_ptr<Victim> extensionVictim();
std::unique_ptr<Victim> bufferVictim();

} // namespace victim
