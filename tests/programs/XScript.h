#pragma once

// x-script: a long run of X requests that is the same each time, drawn from a seed, and a
// transcript of everything that the server said: replies, errors and events byte by byte, numbers
// and identifiers included, pictures as hashes. Two runs of one seed on like servers print the
// same. What happens between two requests (a move to another server) must not be seen in it.
//
// Two connections take turns, so that one meets what the other has made.

#include <xcb/xcb.h>

#include <array>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

namespace script {

struct Window {
    xcb_window_t id = 0;
    std::uint8_t depth = 0;
};

struct Pixmap {
    xcb_pixmap_t id = 0;
    std::uint8_t depth = 0;
    std::uint16_t width = 0;
    std::uint16_t height = 0;
};

struct GContext {
    xcb_gcontext_t id = 0;
    std::uint8_t depth = 0;
};

struct Picture {
    std::uint32_t id = 0;
    bool isSource = false; // a fill or a gradient: nothing can be drawn into it
};

// One connection with all that it has made.
struct Connection {
    char name = '?';
    xcb_connection_t* xcb = nullptr;
    xcb_screen_t* screen = nullptr;
    std::uint32_t base = 0;
    std::uint32_t nextId = 1;
    std::vector<std::uint32_t> freedIds; // some are used again

    std::vector<Window> windows;
    std::vector<Pixmap> pixmaps;
    std::vector<GContext> gcontexts;
    std::vector<Picture> pictures;
    std::vector<std::uint32_t> regions;
    std::vector<std::uint32_t> cursors;
    std::vector<std::uint32_t> fonts;
    std::vector<std::uint32_t> glyphSets;
    std::vector<std::uint32_t> counters;
    std::vector<std::uint32_t> damages;
    std::vector<std::uint32_t> colormaps;
    struct BackBuffer {
        std::uint32_t id = 0;
        xcb_window_t window = 0;
    };
    std::vector<BackBuffer> backBuffers;
};

class World {
public:
    explicit World(std::uint32_t seed) : m_random(seed) {}

    std::array<Connection, 2> connections;
    xcb_window_t frame = 0; // of the first connection; every other window is somewhere below it
    std::vector<std::pair<std::uint32_t, std::uint32_t>> cells; // colormap and pixel
    xcb_colormap_t deepColormap = 0; // of deepVisual; 0: there is no visual of 32 bits
    xcb_visualid_t deepVisual = 0;
    std::uint32_t alphaFormat = 0; // RENDER's, of 8 bits
    std::uint32_t argbFormat = 0;
    std::uint32_t rgbFormat = 0;
    std::vector<xcb_atom_t> atoms;
    std::vector<xcb_window_t> redirected; // by Composite, at some time

    // 0 to below - 1.
    std::uint32_t draw(std::uint32_t below) {
        return below == 0 ? 0 : static_cast<std::uint32_t>(m_random() % below);
    }
    std::int16_t place(int from, int to) {
        return static_cast<std::int16_t>(from +
                                         static_cast<int>(draw(static_cast<unsigned>(to - from))));
    }
    std::uint16_t extent(unsigned from, unsigned to) {
        return static_cast<std::uint16_t>(from + draw(to - from));
    }
    bool sometimes(std::uint32_t oneIn) { return draw(oneIn) == 0; }
    // One of the list; nullptr when it is empty.
    template <typename T>
    T* any(std::vector<T>& list) {
        return list.empty() ? nullptr : &list[draw(static_cast<std::uint32_t>(list.size()))];
    }
    // Takes it out of the list, when there is one; its id may come again.
    template <typename T>
    void give(Connection& c, std::vector<T>& list, std::size_t at) {
        if constexpr (std::is_integral_v<T>)
            c.freedIds.push_back(list[at]);
        else
            c.freedIds.push_back(list[at].id);
        list.erase(list.begin() + static_cast<std::ptrdiff_t>(at));
    }
    std::uint32_t freshId(Connection& c);
    // An id of the connection's by which nothing is known.
    static std::uint32_t wrongId(const Connection& c) { return c.base | 0xffff0; }

    // A drawable of the connection's, mostly a pixmap, and a graphics context of its depth.
    struct Target {
        std::uint32_t drawable = 0;
        std::uint32_t gc = 0;
        std::uint8_t depth = 0;
    };
    Target target(Connection& c);

private:
    std::mt19937 m_random;
};

// Writes what the server says.
class Transcript {
public:
    explicit Transcript(World& world) : m_world(world) {}

    // Everything that was asked for so far has been done, and its errors and events are written.
    void settle();
    // The same, but nothing is written: what a move brings with it.
    void settleSilently();
    void line(const std::string& text);
    // A reply or the error in its place. `times`: places of times in it.
    void reply(Connection& c, const char* what, void* reply, xcb_generic_error_t* error,
               std::vector<std::size_t> times = {});
    void image(Connection& c, const char* what, std::uint32_t drawable, std::uint16_t width,
               std::uint16_t height);
    // An extension's event: places of times in it.
    void knowEvent(std::uint8_t code, std::vector<std::size_t> times);
    // The same: it tells of an area, which is of no account when it is empty. `telling`: then the
    // whole event is of no account.
    void knowArea(std::uint8_t code, std::size_t at, bool telling);

private:
    void event(Connection& c, xcb_generic_event_t* event, bool isWritten);
    std::uint32_t timeless(std::vector<std::uint8_t>& bytes, const std::vector<std::size_t>& at);

    World& m_world;
    struct Area {
        std::size_t at = 0; // x, y, width, height; 0: none
        bool telling = false;
    };
    std::array<std::vector<std::size_t>, 128> m_times{};
    std::array<Area, 128> m_areas{};
    std::array<std::uint32_t, 2> m_latest{}; // time on each connection, ms
};

using Action = void (*)(World&, Transcript&, Connection&);

// What can be done; each file has some of it.
std::vector<Action> windowActions();
std::vector<Action> drawingActions();
std::vector<Action> renderActions();
std::vector<Action> extensionActions();
std::vector<Action> inputActions();

void prepareDrawing(World& world);
void prepareRender(World& world);
void prepareExtensions(World& world, Transcript& transcript);

void forgetDamage(World& world);

// Asks for all that can be asked for.
void lookAtWindows(World& world, Transcript& transcript);
void lookAtDrawables(World& world, Transcript& transcript);
void lookAtPictures(World& world, Transcript& transcript);
void lookAtExtensions(World& world, Transcript& transcript);
void lookAtInput(World& world, Transcript& transcript);

} // namespace script
