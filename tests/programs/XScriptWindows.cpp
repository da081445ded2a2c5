// The window tree: making, moving, stacking, mapping, attributes; properties.

#include "tests/programs/XScript.h"

#include <xcb/shape.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>

namespace script {
namespace {

constexpr std::size_t kMostWindows = 14; // of each connection

xcb_window_t anyWindow(World& w, Connection& c) {
    if (w.sometimes(60))
        return World::wrongId(c);
    auto& owner = w.sometimes(5) ? w.connections[w.draw(2)] : c;
    const auto* window = w.any(owner.windows);
    return window ? window->id : w.frame;
}

xcb_pixmap_t pixmapOfDepth(World& w, Connection& c, std::uint8_t depth) {
    xcb_pixmap_t found = XCB_NONE;
    for (const auto& pixmap : c.pixmaps)
        if (pixmap.depth == depth && (found == XCB_NONE || w.sometimes(2)))
            found = pixmap.id;
    return found;
}

// Freed as soon as it is a border. Of one that is drawn to later it is open what the border shows.
void giveBorder(World& w, Connection& c, const Window& window) {
    const auto tile = w.freshId(c);
    const auto gc = w.freshId(c);
    xcb_create_pixmap(c.xcb, window.depth, tile, w.frame, 4, 4);
    xcb_create_gc(c.xcb, gc, tile, 0, nullptr);
    const xcb_rectangle_t parts[] = {{0, 0, 4, 4}, {0, 0, 2, 2}, {2, 2, 2, 2}};
    for (const auto& part : parts) {
        const std::uint32_t color = w.draw(0x1000000) | 0xff000000u;
        xcb_change_gc(c.xcb, gc, XCB_GC_FOREGROUND, &color);
        xcb_poly_fill_rectangle(c.xcb, tile, gc, 1, &part);
    }
    xcb_change_window_attributes(c.xcb, window.id, XCB_CW_BORDER_PIXMAP, &tile);
    xcb_free_gc(c.xcb, gc);
    xcb_free_pixmap(c.xcb, tile);
    c.freedIds.push_back(gc);
    c.freedIds.push_back(tile);
}

// Whom the server tells by itself is asked for by nobody here: pointer motion over windows that
// were moved under it comes with no request of ours.
constexpr std::uint32_t kEvents[] = {
    0,
    XCB_EVENT_MASK_EXPOSURE,
    XCB_EVENT_MASK_STRUCTURE_NOTIFY,
    XCB_EVENT_MASK_SUBSTRUCTURE_NOTIFY | XCB_EVENT_MASK_PROPERTY_CHANGE,
    XCB_EVENT_MASK_PROPERTY_CHANGE | XCB_EVENT_MASK_FOCUS_CHANGE,
    XCB_EVENT_MASK_VISIBILITY_CHANGE | XCB_EVENT_MASK_COLOR_MAP_CHANGE,
    XCB_EVENT_MASK_BUTTON_PRESS | XCB_EVENT_MASK_KEY_PRESS,
    XCB_EVENT_MASK_KEY_RELEASE | XCB_EVENT_MASK_BUTTON_RELEASE | XCB_EVENT_MASK_EXPOSURE,
};

void createWindow(World& w, Transcript&, Connection& c) {
    if (c.windows.size() >= kMostWindows)
        return;
    const bool deep = w.deepColormap != 0 && w.sometimes(4);
    const bool inputOnly = !deep && w.sometimes(8);
    const xcb_window_t parent = w.sometimes(3) ? w.frame : anyWindow(w, c);
    const std::uint8_t depth = deep ? 32 : c.screen->root_depth;
    const auto id = w.freshId(c);
    std::vector<std::uint32_t> values;
    std::uint32_t mask = 0;
    const auto set = [&](xcb_cw_t bit, std::uint32_t value) {
        mask |= bit;
        values.push_back(value);
    };
    if (!inputOnly) {
        if (const auto tile = w.sometimes(3) ? pixmapOfDepth(w, c, depth) : xcb_pixmap_t{0})
            set(XCB_CW_BACK_PIXMAP, tile);
        else
            set(XCB_CW_BACK_PIXEL, w.draw(0x1000000) | 0xff000000u);
        set(XCB_CW_BORDER_PIXEL, w.draw(0x1000000) | 0xff000000u);
        set(XCB_CW_BIT_GRAVITY, w.draw(11));
    }
    set(XCB_CW_WIN_GRAVITY, w.draw(11));
    if (!inputOnly && w.sometimes(4))
        set(XCB_CW_SAVE_UNDER, w.draw(2));
    set(XCB_CW_EVENT_MASK, kEvents[w.draw(std::size(kEvents))]);
    if (w.sometimes(4))
        set(XCB_CW_DONT_PROPAGATE, XCB_EVENT_MASK_KEY_PRESS);
    if (deep)
        set(XCB_CW_COLORMAP, w.deepColormap);
    if (!c.cursors.empty() && w.sometimes(3))
        set(XCB_CW_CURSOR, c.cursors[w.draw(static_cast<std::uint32_t>(c.cursors.size()))]);
    const auto width = w.extent(8, 200);
    const auto height = w.extent(8, 160);
    const auto border = static_cast<std::uint16_t>(inputOnly ? 0 : w.draw(5));
    xcb_create_window(c.xcb, inputOnly ? 0 : depth, id, parent, w.place(-20, 300),
                      w.place(-20, 200), width, height, border,
                      inputOnly ? XCB_WINDOW_CLASS_INPUT_ONLY : XCB_WINDOW_CLASS_INPUT_OUTPUT,
                      deep ? w.deepVisual : XCB_COPY_FROM_PARENT, mask, values.data());
    if (!inputOnly)
        c.windows.push_back({id, depth});
    if (!w.sometimes(4))
        xcb_map_window(c.xcb, id);
}

void destroyWindow(World& w, Transcript&, Connection& c) {
    if (c.windows.size() < kMostWindows / 2)
        return;
    // Its inner windows go with it, in whatever list they are: what is done with them then is an
    // error, as it is with a program's.
    const std::size_t at = w.draw(static_cast<std::uint32_t>(c.windows.size()));
    xcb_destroy_window(c.xcb, c.windows[at].id);
    c.windows.erase(c.windows.begin() + static_cast<std::ptrdiff_t>(at));
}

void configureWindow(World& w, Transcript&, Connection& c) {
    std::vector<std::uint32_t> values;
    std::uint16_t mask = 0;
    if (w.sometimes(2)) {
        mask |= XCB_CONFIG_WINDOW_X | XCB_CONFIG_WINDOW_Y;
        values.push_back(static_cast<std::uint32_t>(w.place(-20, 300)));
        values.push_back(static_cast<std::uint32_t>(w.place(-20, 200)));
    }
    if (w.sometimes(2)) {
        mask |= XCB_CONFIG_WINDOW_WIDTH | XCB_CONFIG_WINDOW_HEIGHT;
        values.push_back(w.extent(1, 220));
        values.push_back(w.extent(w.sometimes(50) ? 0 : 1, 180));
    }
    if (w.sometimes(5)) {
        mask |= XCB_CONFIG_WINDOW_BORDER_WIDTH;
        values.push_back(w.draw(6));
    }
    const bool sibling = w.sometimes(6);
    if (sibling) {
        mask |= XCB_CONFIG_WINDOW_SIBLING;
        values.push_back(anyWindow(w, c));
    }
    if (sibling || w.sometimes(2)) {
        mask |= XCB_CONFIG_WINDOW_STACK_MODE;
        values.push_back(w.draw(5));
    }
    xcb_configure_window(c.xcb, anyWindow(w, c), mask, values.data());
}

void changeAttributes(World& w, Transcript&, Connection& c) {
    const auto* window = w.any(c.windows);
    if (!window)
        return;
    switch (w.draw(6)) {
    case 0: {
        const std::uint32_t tile = pixmapOfDepth(w, c, window->depth);
        xcb_change_window_attributes(c.xcb, window->id,
                                     tile ? XCB_CW_BACK_PIXMAP : XCB_CW_BACK_PIXEL, &tile);
        break;
    }
    case 1: {
        const std::uint32_t pixel = w.draw(0x1000000) | 0xff000000u;
        xcb_change_window_attributes(c.xcb, window->id, XCB_CW_BACK_PIXEL, &pixel);
        break;
    }
    case 2: {
        const std::uint32_t gravities[] = {w.draw(11), w.draw(11)};
        xcb_change_window_attributes(c.xcb, window->id, XCB_CW_BIT_GRAVITY | XCB_CW_WIN_GRAVITY,
                                     gravities);
        break;
    }
    case 3: {
        const std::uint32_t events = kEvents[w.draw(std::size(kEvents))];
        xcb_change_window_attributes(c.xcb, anyWindow(w, c), XCB_CW_EVENT_MASK, &events);
        break;
    }
    case 4: {
        const std::uint32_t pixel = w.draw(0x1000000) | 0xff000000u;
        if (w.sometimes(2))
            giveBorder(w, c, *window);
        else
            xcb_change_window_attributes(c.xcb, window->id, XCB_CW_BORDER_PIXEL, &pixel);
        break;
    }
    default: {
        const auto* cursor = w.any(c.cursors);
        const std::uint32_t value = cursor ? *cursor : 0u;
        xcb_change_window_attributes(c.xcb, window->id, XCB_CW_CURSOR, &value);
        break;
    }
    }
}

void mapping(World& w, Transcript&, Connection& c) {
    switch (w.draw(6)) {
    case 0:
        xcb_unmap_window(c.xcb, anyWindow(w, c));
        break;
    case 1:
        xcb_map_subwindows(c.xcb, anyWindow(w, c));
        break;
    case 2:
        if (const auto* window = w.any(c.windows))
            xcb_unmap_subwindows(c.xcb, window->id);
        break;
    default:
        xcb_map_window(c.xcb, anyWindow(w, c));
        break;
    }
}

void reparent(World& w, Transcript&, Connection& c) {
    const auto* window = w.any(c.windows);
    if (!window)
        return;
    const xcb_window_t to = w.sometimes(2) ? w.frame : anyWindow(w, c);
    xcb_reparent_window(c.xcb, window->id, to, w.place(0, 200), w.place(0, 150));
}

void circulate(World& w, Transcript&, Connection& c) {
    xcb_circulate_window(c.xcb, static_cast<std::uint8_t>(w.draw(2)), w.frame);
}

void changeProperty(World& w, Transcript&, Connection& c) {
    const xcb_window_t window = anyWindow(w, c);
    const auto* name = w.any(w.atoms);
    const auto mode = static_cast<std::uint8_t>(w.draw(3));
    std::vector<std::uint32_t> data;
    switch (w.draw(6)) {
    case 0: // of atoms
        for (std::uint32_t i = 0; i < w.draw(8); ++i)
            data.push_back(*w.any(w.atoms));
        xcb_change_property(c.xcb, mode, window, *name, XCB_ATOM_ATOM, 32,
                            static_cast<std::uint32_t>(data.size()), data.data());
        break;
    case 1: // of windows
        for (std::uint32_t i = 0; i < w.draw(8); ++i)
            data.push_back(anyWindow(w, c));
        xcb_change_property(c.xcb, mode, window, *name, XCB_ATOM_WINDOW, 32,
                            static_cast<std::uint32_t>(data.size()), data.data());
        break;
    case 2: { // hints: flags, input, state, icon pixmap, icon window, x, y, mask, group
        const auto* pixmap = w.any(c.pixmaps);
        data = {0x7f, 1, 1, pixmap ? pixmap->id : 0, anyWindow(w, c), 3, 4, 0, w.frame};
        xcb_change_property(c.xcb, XCB_PROP_MODE_REPLACE, window, XCB_ATOM_WM_HINTS,
                            XCB_ATOM_WM_HINTS, 32, static_cast<std::uint32_t>(data.size()),
                            data.data());
        break;
    }
    case 3: { // text, now and then long
        const std::string text(w.sometimes(6) ? 60'000 + w.draw(9'000) : w.draw(40), 'x');
        xcb_change_property(c.xcb, mode, window, *name, XCB_ATOM_STRING, 8,
                            static_cast<std::uint32_t>(text.size()), text.data());
        break;
    }
    case 4: {
        std::vector<std::uint16_t> shorts(w.draw(9), static_cast<std::uint16_t>(w.draw(65536)));
        xcb_change_property(c.xcb, mode, window, *name, XCB_ATOM_INTEGER, 16,
                            static_cast<std::uint32_t>(shorts.size()), shorts.data());
        break;
    }
    default:
        xcb_delete_property(c.xcb, window, *name);
        break;
    }
}

void getProperty(World& w, Transcript& t, Connection& c) {
    const xcb_window_t window = anyWindow(w, c);
    xcb_generic_error_t* error = nullptr;
    if (w.sometimes(3)) {
        auto* list = xcb_list_properties_reply(c.xcb, xcb_list_properties(c.xcb, window), &error);
        t.reply(c, "ListProperties", list, error);
        return;
    }
    auto* got =
        xcb_get_property_reply(c.xcb,
                               xcb_get_property(c.xcb, w.sometimes(8), window, *w.any(w.atoms),
                                                XCB_ATOM_ANY, w.draw(3), w.draw(30'000)),
                               &error);
    t.reply(c, "GetProperty", got, error);
}

void rotateProperties(World& w, Transcript&, Connection& c) {
    const xcb_atom_t names[] = {w.atoms[0], w.atoms[1]};
    xcb_rotate_properties(c.xcb, anyWindow(w, c), 2, 1, names);
}

void saveSet(World& w, Transcript&, Connection& c) {
    xcb_change_save_set(c.xcb, static_cast<std::uint8_t>(w.draw(2)), anyWindow(w, c));
}

void sendEvent(World& w, Transcript&, Connection& c) {
    xcb_client_message_event_t message{};
    message.response_type = XCB_CLIENT_MESSAGE;
    message.format = 32;
    message.window = anyWindow(w, c);
    message.type = *w.any(w.atoms);
    message.data.data32[0] = *w.any(w.atoms);
    message.data.data32[2] = 7;
    xcb_send_event(c.xcb, 0, anyWindow(w, c), XCB_EVENT_MASK_PROPERTY_CHANGE,
                   reinterpret_cast<const char*>(&message));
    // To whoever has made it.
    if (const auto* window = w.any(c.windows))
        xcb_send_event(c.xcb, 0, window->id, 0, reinterpret_cast<const char*>(&message));
}

// Everything below the frame, from the server's own mouth.
void lookAtTree(World& w, Transcript& t, Connection& c, xcb_window_t window, int depth) {
    xcb_generic_error_t* error = nullptr;
    // The masks of others and of its own: by both connections.
    for (auto& other : w.connections) {
        auto* attributes = xcb_get_window_attributes_reply(
            other.xcb, xcb_get_window_attributes(other.xcb, window), &error);
        t.reply(other, "GetWindowAttributes", attributes, error);
    }
    auto* geometry = xcb_get_geometry_reply(c.xcb, xcb_get_geometry(c.xcb, window), &error);
    t.reply(c, "GetGeometry", geometry, error);
    auto* extents =
        xcb_shape_query_extents_reply(c.xcb, xcb_shape_query_extents(c.xcb, window), &error);
    t.reply(c, "QueryExtents", extents, error);
    auto* names = xcb_list_properties_reply(c.xcb, xcb_list_properties(c.xcb, window), &error);
    for (int i = 0; names && i < xcb_list_properties_atoms_length(names); ++i) {
        const xcb_atom_t name = xcb_list_properties_atoms(names)[i];
        auto* value = xcb_get_property_reply(
            c.xcb, xcb_get_property(c.xcb, 0, window, name, XCB_ATOM_ANY, 0, 1'000'000), &error);
        t.line("property " + std::to_string(name));
        t.reply(c, "value", value, error);
    }
    t.reply(c, "ListProperties", names, error);
    auto* tree = xcb_query_tree_reply(c.xcb, xcb_query_tree(c.xcb, window), &error);
    std::vector<xcb_window_t> children;
    if (tree && depth < 30)
        children.assign(xcb_query_tree_children(tree),
                        xcb_query_tree_children(tree) + xcb_query_tree_children_length(tree));
    t.reply(c, "QueryTree", tree, error);
    for (const auto child : children)
        lookAtTree(w, t, c, child, depth + 1);
}

void clearTree(Connection& c, xcb_window_t window) {
    xcb_clear_area(c.xcb, 0, window, 0, 0, 0, 0);
    auto* tree = xcb_query_tree_reply(c.xcb, xcb_query_tree(c.xcb, window), nullptr);
    for (int i = 0; tree && i < xcb_query_tree_children_length(tree); ++i)
        clearTree(c, xcb_query_tree_children(tree)[i]);
    std::free(tree);
}

// What lies under a window that goes is painted anew. A server that changes the width of a border
// may leave some of what was there before, which no move can bring back.
void repaintBorders(World& w, Connection& c) {
    const xcb_window_t cover = World::wrongId(c) + 1;
    const std::uint32_t values[] = {0, 1};
    const auto* place = xcb_get_geometry_reply(c.xcb, xcb_get_geometry(c.xcb, w.frame), nullptr);
    if (!place)
        return;
    xcb_create_window(c.xcb, XCB_COPY_FROM_PARENT, cover, c.screen->root, place->x, place->y,
                      place->width, place->height, 0, XCB_WINDOW_CLASS_INPUT_OUTPUT,
                      XCB_COPY_FROM_PARENT, XCB_CW_BACK_PIXEL | XCB_CW_OVERRIDE_REDIRECT, values);
    xcb_map_window(c.xcb, cover);
    xcb_destroy_window(c.xcb, cover);
    std::free(const_cast<xcb_get_geometry_reply_t*>(place));
}

// Windows that were redirected keep their pixels, and those of all within, when something covers
// them: what a server left in a border stays there. There it is given a colour.
void paintRedirectedBorders(World& w, Connection& c, xcb_window_t window, bool within) {
    within =
        within || std::find(w.redirected.begin(), w.redirected.end(), window) != w.redirected.end();
    const std::uint32_t colour = 0xff5a3cb4;
    if (within)
        xcb_change_window_attributes(c.xcb, window, XCB_CW_BORDER_PIXEL, &colour);
    auto* tree = xcb_query_tree_reply(c.xcb, xcb_query_tree(c.xcb, window), nullptr);
    for (int i = 0; tree && i < xcb_query_tree_children_length(tree); ++i)
        paintRedirectedBorders(w, c, xcb_query_tree_children(tree)[i], within);
    std::free(tree);
}

} // namespace

std::vector<Action> windowActions() {
    return {createWindow,    createWindow,     createWindow,     destroyWindow,
            configureWindow, configureWindow,  changeAttributes, mapping,
            reparent,        circulate,        changeProperty,   changeProperty,
            getProperty,     rotateProperties, saveSet,          sendEvent};
}

void lookAtWindows(World& w, Transcript& t) {
    Connection& c = w.connections[0];
    lookAtTree(w, t, c, w.frame, 0);
    t.settle(); // an InputOnly window's pixels are an error
    repaintBorders(w, c);
    paintRedirectedBorders(w, c, w.frame, false);
    clearTree(c, w.frame);
    t.settle();
    t.image(c, "frame", w.frame, 480, 320);
}

} // namespace script
