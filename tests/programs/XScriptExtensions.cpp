// SHAPE, XFIXES, DAMAGE, SYNC, Composite, DOUBLE-BUFFER.

#include "tests/programs/DoubleBuffer.h"
#include "tests/programs/XScript.h"

#include <xcb/composite.h>
#include <xcb/damage.h>
#include <xcb/shape.h>
#include <xcb/sync.h>
#include <xcb/xfixes.h>
#include <xcb/xtest.h>

#include <cstdlib>
#include <iterator>
#include <string_view>

namespace script {
namespace {

constexpr std::size_t kMost = 6;

void shape(World& w, Transcript&, Connection& c) {
    const auto* window = w.any(c.windows);
    if (!window)
        return;
    const auto kind = static_cast<std::uint8_t>(w.draw(3));
    const auto operation = static_cast<std::uint8_t>(w.draw(5));
    switch (w.draw(5)) {
    case 0: {
        const xcb_rectangle_t some[] = {{0, 0, w.extent(1, 90), 40}, {20, 30, 60, w.extent(1, 70)}};
        xcb_shape_rectangles(c.xcb, operation, kind, 0, window->id, w.place(0, 9), 2, 2, some);
        break;
    }
    case 1: {
        xcb_pixmap_t mask = XCB_NONE;
        for (const auto& pixmap : c.pixmaps)
            if (pixmap.depth == 1 && w.sometimes(2))
                mask = pixmap.id;
        xcb_shape_mask(c.xcb, mask == XCB_NONE ? std::uint8_t{0} : operation, kind, window->id, 3,
                       3, mask);
        break;
    }
    case 2:
        xcb_shape_offset(c.xcb, kind, window->id, w.place(-4, 5), w.place(-4, 5));
        break;
    case 3:
        xcb_shape_combine(c.xcb, operation, kind, static_cast<std::uint8_t>(w.draw(3)), window->id,
                          2, 2, w.any(c.windows)->id);
        break;
    default:
        xcb_shape_select_input(c.xcb, window->id, w.sometimes(2));
        break;
    }
}

void makeRegion(World& w, Transcript&, Connection& c) {
    if (c.regions.size() > kMost) {
        xcb_xfixes_destroy_region(c.xcb, c.regions.front());
        w.give(c, c.regions, 0);
        return;
    }
    const auto id = w.freshId(c);
    const auto* window = w.sometimes(3) ? w.any(c.windows) : nullptr;
    if (window) {
        xcb_xfixes_create_region_from_window(c.xcb, id, window->id,
                                             static_cast<std::uint8_t>(w.draw(2)));
    } else {
        const xcb_rectangle_t some[] = {{w.place(0, 40), 2, w.extent(1, 60), 30},
                                        {w.place(0, 90), 25, 30, w.extent(1, 60)}};
        xcb_xfixes_create_region(c.xcb, id, 2, some);
    }
    c.regions.push_back(id);
}

void useRegion(World& w, Transcript&, Connection& c) {
    const auto* a = w.any(c.regions);
    const auto* b = w.any(c.regions);
    if (!a)
        return;
    switch (w.draw(8)) {
    case 0:
        xcb_xfixes_union_region(c.xcb, *a, *b, *w.any(c.regions));
        break;
    case 1:
        xcb_xfixes_subtract_region(c.xcb, *a, *b, *w.any(c.regions));
        break;
    case 2:
        xcb_xfixes_translate_region(c.xcb, *a, w.place(-9, 9), w.place(-9, 9));
        break;
    case 3:
        xcb_xfixes_expand_region(c.xcb, *a, *b, 1, 2, 3, 4);
        break;
    case 4:
        if (const auto* gc = w.any(c.gcontexts))
            xcb_xfixes_set_gc_clip_region(c.xcb, gc->id, *a, 2, 2);
        break;
    case 5:
        if (const auto* picture = w.any(c.pictures))
            xcb_xfixes_set_picture_clip_region(c.xcb, picture->id, *a, 1, 1);
        break;
    case 6:
        if (const auto* window = w.any(c.windows))
            xcb_xfixes_set_window_shape_region(c.xcb, window->id,
                                               static_cast<xcb_shape_kind_t>(w.draw(3)), 0, 0, *a);
        break;
    default:
        xcb_xfixes_invert_region(c.xcb, *a, {0, 0, 200, 150}, *b);
        break;
    }
}

void watchSelections(World& w, Transcript&, Connection& c) {
    xcb_xfixes_select_selection_input(c.xcb, w.frame, *w.any(w.atoms), w.draw(8));
}

void nameCursor(World& w, Transcript&, Connection& c) {
    if (const auto* cursor = w.any(c.cursors))
        xcb_xfixes_set_cursor_name(c.xcb, *cursor, 6, "script");
}

void damage(World& w, Transcript&, Connection& c) {
    if (c.damages.size() > 3) {
        xcb_damage_destroy(c.xcb, c.damages.front());
        w.give(c, c.damages, 0);
        return;
    }
    if (!c.damages.empty() && w.sometimes(2)) {
        const auto* region = w.any(c.regions);
        xcb_damage_subtract(c.xcb, c.damages.back(), XCB_NONE, region ? *region : XCB_NONE);
        return;
    }
    // Of a pixmap that is never freed: a window's is told about a move as about anything that
    // redraws it.
    if (!c.pixmaps.empty()) {
        c.damages.push_back(w.freshId(c));
        xcb_damage_create(c.xcb, c.damages.back(), c.pixmaps.front().id,
                          static_cast<std::uint8_t>(w.draw(4)));
    }
}

void counters(World& w, Transcript&, Connection& c) {
    const auto* counter = w.any(c.counters);
    switch (w.draw(4)) {
    case 0:
        if (c.counters.size() < 4) {
            c.counters.push_back(w.freshId(c));
            xcb_sync_create_counter(c.xcb, c.counters.back(), {0, w.draw(100)});
        }
        break;
    case 1:
        if (counter)
            xcb_sync_change_counter(c.xcb, *counter, {0, w.draw(9)});
        break;
    case 2:
        if (counter)
            xcb_sync_set_counter(c.xcb, *counter, {0, w.draw(300)});
        break;
    default:
        if (c.counters.size() > 2) {
            xcb_sync_destroy_counter(c.xcb, c.counters.front());
            w.give(c, c.counters, 0);
        }
        break;
    }
}

void allocateBuffer(World& w, Transcript&, Connection& c) {
    const auto* window = w.any(c.windows);
    if (!window || c.backBuffers.size() > 4)
        return;
    c.backBuffers.push_back({w.freshId(c), window->id});
    doublebuffer::allocate(c.xcb, window->id, c.backBuffers.back().id, doublebuffer::Copied);
}

// Its window may be gone, and the buffer with it; of another depth; InputOnly.
void drawToBuffer(World& w, Transcript&, Connection& c) {
    const auto* buffer = w.any(c.backBuffers);
    const auto* gc = w.any(c.gcontexts);
    if (!buffer || !gc)
        return;
    const xcb_rectangle_t parts[] = {
        {w.place(0, 60), w.place(0, 60), w.extent(1, 90), w.extent(1, 90)},
        {w.place(0, 60), w.place(0, 60), w.extent(1, 90), w.extent(1, 90)}};
    xcb_poly_fill_rectangle(c.xcb, buffer->id, gc->id, 2, parts);
}

// A window's own pixels are not carried to another server: they are cleared at once.
void swapBuffer(World& w, Transcript&, Connection& c) {
    const auto* buffer = w.any(c.backBuffers);
    if (!buffer)
        return;
    constexpr doublebuffer::SwapAction kActions[] = {
        doublebuffer::Undefined, doublebuffer::Background, doublebuffer::Copied};
    doublebuffer::swap(c.xcb, buffer->window, kActions[w.draw(3)]);
    xcb_clear_area(c.xcb, 0, buffer->window, 0, 0, 0, 0);
}

void freeBuffer(World& w, Transcript&, Connection& c) {
    if (c.backBuffers.empty())
        return;
    const std::size_t at = w.draw(static_cast<std::uint32_t>(c.backBuffers.size()));
    doublebuffer::deallocate(c.xcb, c.backBuffers[at].id);
    w.give(c, c.backBuffers, at);
}

// Servers whose screen's pixels are indices lack it.
bool hasComposite(const Connection& c) {
    return xcb_get_extension_data(c.xcb, &xcb_composite_id)->present;
}

void redirect(World& w, Transcript&, Connection& c) {
    const auto* window = w.any(c.windows);
    if (!window || !hasComposite(c))
        return;
    xcb_composite_redirect_window(c.xcb, window->id, XCB_COMPOSITE_REDIRECT_AUTOMATIC);
    w.redirected.push_back(window->id);
}

} // namespace

std::vector<Action> extensionActions() {
    return {shape,           shape,          makeRegion,   makeRegion,   useRegion,  useRegion,
            watchSelections, damage,         nameCursor,   damage,       counters,   counters,
            redirect,        allocateBuffer, drawToBuffer, drawToBuffer, swapBuffer, freeBuffer};
}

void prepareExtensions(World& w, Transcript& t) {
    for (auto& c : w.connections) {
        std::free(
            xcb_xfixes_query_version_reply(c.xcb, xcb_xfixes_query_version(c.xcb, 5, 0), nullptr));
        std::free(
            xcb_damage_query_version_reply(c.xcb, xcb_damage_query_version(c.xcb, 1, 1), nullptr));
        std::free(xcb_sync_initialize_reply(c.xcb, xcb_sync_initialize(c.xcb, 3, 1), nullptr));
        if (hasComposite(c))
            std::free(xcb_composite_query_version_reply(
                c.xcb, xcb_composite_query_version(c.xcb, 0, 4), nullptr));
        std::free(xcb_test_get_version_reply(c.xcb, xcb_test_get_version(c.xcb, 2, 2), nullptr));
        doublebuffer::start(c.xcb);
        std::free(xcb_shape_query_version_reply(c.xcb, xcb_shape_query_version(c.xcb), nullptr));
    }
    Connection& c = w.connections[0];
    const auto first = [&](xcb_extension_t* extension) {
        return xcb_get_extension_data(c.xcb, extension)->first_event;
    };
    t.knowEvent(static_cast<std::uint8_t>(first(&xcb_shape_id) + XCB_SHAPE_NOTIFY), {16});
    t.knowEvent(static_cast<std::uint8_t>(first(&xcb_xfixes_id) + XCB_XFIXES_SELECTION_NOTIFY),
                {16, 20});
    t.knowEvent(static_cast<std::uint8_t>(first(&xcb_damage_id) + XCB_DAMAGE_NOTIFY), {12});
    t.knowArea(static_cast<std::uint8_t>(first(&xcb_shape_id) + XCB_SHAPE_NOTIFY), 8, false);
    // Servers tell of empty damage when the place of an empty region has changed.
    t.knowArea(static_cast<std::uint8_t>(first(&xcb_damage_id) + XCB_DAMAGE_NOTIFY), 16, true);
    t.knowEvent(static_cast<std::uint8_t>(first(&xcb_sync_id) + XCB_SYNC_COUNTER_NOTIFY), {24});
    t.knowEvent(static_cast<std::uint8_t>(first(&xcb_sync_id) + XCB_SYNC_ALARM_NOTIFY), {24});
}

// What a damage object holds already is the one thing that a move does not carry: whatever is drawn
// on the new server is told again.
void forgetDamage(World& w) {
    for (auto& c : w.connections)
        for (const auto damage : c.damages)
            xcb_damage_subtract(c.xcb, damage, XCB_NONE, XCB_NONE);
}

void lookAtExtensions(World& w, Transcript& t) {
    xcb_generic_error_t* error = nullptr;
    for (auto& c : w.connections) {
        for (const auto region : c.regions) {
            auto* got = xcb_xfixes_fetch_region_reply(c.xcb, xcb_xfixes_fetch_region(c.xcb, region),
                                                      &error);
            t.reply(c, "FetchRegion", got, error);
        }
        for (const auto counter : c.counters) {
            auto* got =
                xcb_sync_query_counter_reply(c.xcb, xcb_sync_query_counter(c.xcb, counter), &error);
            t.reply(c, "QueryCounter", got, error);
        }
        for (const auto& buffer : c.backBuffers) {
            auto* got = xcb_get_geometry_reply(c.xcb, xcb_get_geometry(c.xcb, buffer.id), &error);
            const std::uint16_t width = got ? got->width : 1;
            const std::uint16_t height = got ? got->height : 1;
            t.reply(c, "back buffer", got, error);
            t.image(c, "back buffer", buffer.id, width, height);
            t.line("of " + std::to_string(doublebuffer::windowOf(c.xcb, buffer.id)));
        }
        for (const auto& window : c.windows)
            for (std::uint8_t kind = 0; kind < 3; ++kind) {
                auto* got = xcb_shape_get_rectangles_reply(
                    c.xcb, xcb_shape_get_rectangles(c.xcb, window.id, kind), &error);
                t.reply(c, "GetRectangles", got, error);
            }
    }
}

} // namespace script
