// Windows: tree, stacking, attributes, backgrounds and borders whose pixmap was freed, shapes,
// mapping.

#include "tests/programs/XVictim.h"

#include <xcb/shape.h>

#include <cstdlib>

namespace victim {
namespace {

constexpr std::uint16_t kWidth = 300;
constexpr std::uint16_t kHeight = 200;

class WindowVictim : public Victim {
public:
    void make(const Xcb& x) override {
        // Override-redirect: no window manager moves or dresses it, so that what we see is the
        // server's.
        m_top = window(x, x.screen->root, 40, 50, kWidth, kHeight, true);
        for (std::uint32_t i = 0; i < 4; ++i)
            m_children.push_back(window(x, m_top, static_cast<std::int16_t>(10 + 30 * i),
                                        static_cast<std::int16_t>(10 + 20 * i), 80, 60, false));
        tileFreedPixmap(x, m_children[0]);
        borderFreedPixmap(x, m_children[3]);
        shapeWithRectangles(x, m_children[1]);
        const std::uint32_t below[] = {m_children[3], XCB_STACK_MODE_BELOW};
        xcb_configure_window(x.connection, m_children[0],
                             XCB_CONFIG_WINDOW_SIBLING | XCB_CONFIG_WINDOW_STACK_MODE, below);
        const std::uint32_t up = XCB_STACK_MODE_ABOVE;
        xcb_configure_window(x.connection, m_children[1], XCB_CONFIG_WINDOW_STACK_MODE, &up);
        m_grandchild = window(x, m_children[2], 5, 5, 20, 20, false);
        m_inputOnly = x.newId();
        xcb_create_window(x.connection, 0, m_inputOnly, m_top, 200, 100, 50, 50, 0,
                          XCB_WINDOW_CLASS_INPUT_ONLY, XCB_COPY_FROM_PARENT, 0, nullptr);
        xcb_map_subwindows(x.connection, m_top);
        xcb_unmap_window(x.connection, m_children[2]);
        xcb_map_window(x.connection, m_grandchild);
        xcb_map_window(x.connection, m_top);
    }

    void observe(const Xcb& x, Observation& seen) override {
        std::vector<xcb_window_t> all{m_top, m_grandchild, m_inputOnly};
        all.insert(all.end(), m_children.begin(), m_children.end());
        for (const auto id : all)
            observeWindow(x, id, seen);
        for (const auto id : {m_children[0], m_children[1], m_children[3]})
            xcb_clear_area(x.connection, 0, id, 0, 0, 0, 0);
        seen.noteBytes("window pixels", x.pixels(m_top, kWidth, kHeight));
        auto* shape = xcb_shape_get_rectangles_reply(
            x.connection,
            xcb_shape_get_rectangles(x.connection, m_children[1], XCB_SHAPE_SK_BOUNDING), nullptr);
        seen.note("shape rectangles", shape ? shape->rectangles_len : -1);
        std::free(shape);
    }

private:
    static xcb_window_t window(const Xcb& x, xcb_window_t parent, std::int16_t left,
                               std::int16_t top, std::uint16_t width, std::uint16_t height,
                               bool overrideRedirect) {
        const auto id = x.newId();
        const std::uint32_t values[] = {0x204060u + id % 7 * 0x101010u,
                                        0xffcc00,
                                        XCB_GRAVITY_SOUTH_EAST,
                                        XCB_GRAVITY_CENTER,
                                        overrideRedirect,
                                        XCB_EVENT_MASK_EXPOSURE | XCB_EVENT_MASK_STRUCTURE_NOTIFY |
                                            XCB_EVENT_MASK_PROPERTY_CHANGE,
                                        XCB_EVENT_MASK_KEY_PRESS};
        xcb_create_window(x.connection, XCB_COPY_FROM_PARENT, id, parent, left, top, width, height,
                          2, XCB_WINDOW_CLASS_INPUT_OUTPUT, XCB_COPY_FROM_PARENT,
                          XCB_CW_BACK_PIXEL | XCB_CW_BORDER_PIXEL | XCB_CW_BIT_GRAVITY |
                              XCB_CW_WIN_GRAVITY | XCB_CW_OVERRIDE_REDIRECT | XCB_CW_EVENT_MASK |
                              XCB_CW_DONT_PROPAGATE,
                          values);
        return id;
    }

    // A pixmap with a diagonal pattern; the caller frees it.
    static xcb_pixmap_t pattern(const Xcb& x, std::uint32_t colour) {
        const auto pixmap = x.newId();
        xcb_create_pixmap(x.connection, x.screen->root_depth, pixmap, x.screen->root, 16, 16);
        const auto gc = x.newId();
        const std::uint32_t black = 0;
        xcb_create_gc(x.connection, gc, pixmap, XCB_GC_FOREGROUND, &black);
        const xcb_rectangle_t whole{0, 0, 16, 16};
        xcb_poly_fill_rectangle(x.connection, pixmap, gc, 1, &whole);
        xcb_change_gc(x.connection, gc, XCB_GC_FOREGROUND, &colour);
        const xcb_point_t line[] = {{0, 0}, {15, 15}};
        xcb_poly_line(x.connection, XCB_COORD_MODE_ORIGIN, pixmap, gc, 2, line);
        xcb_free_gc(x.connection, gc);
        return pixmap;
    }

    static void tileFreedPixmap(const Xcb& x, xcb_window_t id) {
        const auto pixmap = pattern(x, 0x00ff00);
        xcb_change_window_attributes(x.connection, id, XCB_CW_BACK_PIXMAP, &pixmap);
        xcb_free_pixmap(x.connection, pixmap);
    }

    static void borderFreedPixmap(const Xcb& x, xcb_window_t id) {
        const auto pixmap = pattern(x, 0xff00ff);
        xcb_change_window_attributes(x.connection, id, XCB_CW_BORDER_PIXMAP, &pixmap);
        xcb_free_pixmap(x.connection, pixmap);
    }

    static void shapeWithRectangles(const Xcb& x, xcb_window_t id) {
        const xcb_rectangle_t parts[] = {{0, 0, 30, 60}, {50, 10, 20, 20}};
        xcb_shape_rectangles(x.connection, XCB_SHAPE_SO_SET, XCB_SHAPE_SK_BOUNDING,
                             XCB_CLIP_ORDERING_UNSORTED, id, 0, 0, 2, parts);
    }

    void observeWindow(const Xcb& x, xcb_window_t id, Observation& seen) const {
        const auto name = "window " + std::to_string(id) + " ";
        if (auto* a = xcb_get_window_attributes_reply(
                x.connection, xcb_get_window_attributes(x.connection, id), nullptr)) {
            seen.note(name + "map state", a->map_state);
            seen.note(name + "gravity", a->bit_gravity * 16 + a->win_gravity);
            seen.note(name + "override", a->override_redirect);
            seen.note(name + "my events", a->your_event_mask);
            seen.note(name + "do not propagate", a->do_not_propagate_mask);
            seen.note(name + "class", a->_class);
            seen.note(name + "visual", a->visual);
            seen.note(name + "colormap", a->colormap);
            std::free(a);
        }
        if (auto* g =
                xcb_get_geometry_reply(x.connection, xcb_get_geometry(x.connection, id), nullptr)) {
            seen.note(name + "geometry",
                      std::to_string(g->x) + "," + std::to_string(g->y) + " " +
                          std::to_string(g->width) + "x" + std::to_string(g->height) + " border " +
                          std::to_string(g->border_width) + " depth " + std::to_string(g->depth));
            std::free(g);
        }
        if (auto* t =
                xcb_query_tree_reply(x.connection, xcb_query_tree(x.connection, id), nullptr)) {
            std::string text = "parent " + std::to_string(t->parent) + " root " +
                               std::to_string(t->root) + " children";
            const auto* children = xcb_query_tree_children(t);
            for (int i = 0; i < xcb_query_tree_children_length(t); ++i)
                text += " " + std::to_string(children[i]);
            seen.note(name + "tree", text);
            std::free(t);
        }
    }

    xcb_window_t m_top = 0;
    xcb_window_t m_grandchild = 0;
    xcb_window_t m_inputOnly = 0;
    std::vector<xcb_window_t> m_children;
};

} // namespace

std::unique_ptr<Victim> windowVictim() {
    return std::make_unique<WindowVictim>();
}

} // namespace victim
