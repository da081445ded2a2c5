// Pixmaps with contents, graphics contexts in every component, fonts, colormaps: what comes out
// when they are drawn with is compared, so that nothing is forgotten because it cannot be asked.

#include "tests/programs/XVictim.h"

#include <cstdlib>
#include <cstring>

namespace victim {
namespace {

constexpr std::uint16_t kSize = 96;

class DrawingVictim : public Victim {
public:
    void make(const Xcb& x) override {
        m_canvas = canvas(x);
        m_picture = canvas(x);
        m_bitmap = x.newId();
        xcb_create_pixmap(x.connection, 1, m_bitmap, x.screen->root, 16, 16);
        m_font = x.newId();
        xcb_open_font(x.connection, m_font, 5, "fixed");

        const std::uint32_t plain[] = {0x3366cc};
        m_plain = x.newId();
        xcb_create_gc(x.connection, m_plain, m_canvas, XCB_GC_FOREGROUND, plain);
        fillPicture(x);
        makeDashed(x);
        makeTiled(x);
        makeStippled(x);
        makeText(x);
        m_colormap = x.newId();
        xcb_create_colormap(x.connection, XCB_COLORMAP_ALLOC_NONE, m_colormap, x.screen->root,
                            x.screen->root_visual);
        auto* colour = xcb_alloc_color_reply(
            x.connection, xcb_alloc_color(x.connection, m_colormap, 0x1000, 0x8000, 0xffff),
            nullptr);
        m_pixel = colour ? colour->pixel : 0;
        std::free(colour);
        makeRamp(x);
    }

    void observe(const Xcb& x, Observation& seen) override {
        seen.noteBytes("pixmap contents", x.pixels(m_picture, kSize, kSize));
        drawn(x, seen, "plain", m_plain, [&] { lines(x, m_plain); });
        drawn(x, seen, "dashed", m_dashed, [&] { lines(x, m_dashed); });
        drawn(x, seen, "tiled", m_tiled, [&] { fill(x, m_tiled); });
        drawn(x, seen, "stippled", m_stippled, [&] { fill(x, m_stippled); });
        drawn(x, seen, "text", m_text,
              [&] { xcb_image_text_8(x.connection, 8, m_canvas, m_text, 4, 30, "Entracte"); });
        drawn(x, seen, "copied", m_plain, [&] {
            xcb_copy_area(x.connection, m_picture, m_canvas, m_plain, 0, 0, 10, 10, 60, 60);
        });
        auto* font =
            xcb_query_font_reply(x.connection, xcb_query_font(x.connection, m_font), nullptr);
        seen.note("font ascent", font ? font->font_ascent : -1);
        std::free(font);
        auto* colours = xcb_query_colors_reply(
            x.connection, xcb_query_colors(x.connection, m_colormap, 1, &m_pixel), nullptr);
        if (colours) {
            const auto* rgb = xcb_query_colors_colors(colours);
            seen.note("colormap cell", rgb ? rgb->green : -1);
        }
        std::free(colours);
        if (m_ramp)
            seen.note("stored colour", storedColour(x));
    }

private:
    // As video players do: all cells of a DirectColor visual, if the server has one, with colours
    // of their own.
    void makeRamp(const Xcb& x) {
        auto depths = xcb_screen_allowed_depths_iterator(x.screen);
        for (; depths.rem; xcb_depth_next(&depths)) {
            auto visuals = xcb_depth_visuals_iterator(depths.data);
            for (; visuals.rem && !m_ramp; xcb_visualtype_next(&visuals)) {
                if (visuals.data->_class != XCB_VISUAL_CLASS_DIRECT_COLOR)
                    continue;
                m_ramp = x.newId();
                xcb_create_colormap(x.connection, XCB_COLORMAP_ALLOC_ALL, m_ramp, x.screen->root,
                                    visuals.data->visual_id);
            }
        }
        if (!m_ramp)
            return;
        const xcb_coloritem_t items[] = {{0x000001, 0x1111, 0x2222, 0x3333, 7, 0},
                                         {0x000101, 0x4444, 0x5555, 0x6666, 2, 0},
                                         {0x000001, 0x7777, 0x8888, 0x9999, 1, 0}};
        xcb_store_colors(x.connection, m_ramp, std::size(items), items);
    }

    std::int64_t storedColour(const Xcb& x) const {
        const std::uint32_t pixel = 0x000101;
        auto* colours = xcb_query_colors_reply(
            x.connection, xcb_query_colors(x.connection, m_ramp, 1, &pixel), nullptr);
        const auto* rgb = colours ? xcb_query_colors_colors(colours) : nullptr;
        const std::int64_t value =
            rgb ? (std::int64_t{rgb->red} << 32 | std::int64_t{rgb->green} << 16 | rgb->blue) : -1;
        std::free(colours);
        return value;
    }

    static xcb_pixmap_t canvas(const Xcb& x) {
        const auto id = x.newId();
        xcb_create_pixmap(x.connection, x.screen->root_depth, id, x.screen->root, kSize, kSize);
        const auto gc = x.newId();
        const std::uint32_t white = 0xffffff;
        xcb_create_gc(x.connection, gc, id, XCB_GC_FOREGROUND, &white);
        const xcb_rectangle_t whole{0, 0, kSize, kSize};
        xcb_poly_fill_rectangle(x.connection, id, gc, 1, &whole);
        xcb_free_gc(x.connection, gc);
        return id;
    }

    void fillPicture(const Xcb& x) const {
        for (std::int16_t i = 0; i < 12; ++i) {
            const std::uint32_t colour = 0x10u * static_cast<std::uint32_t>(i * i) + 0x400000u;
            xcb_change_gc(x.connection, m_plain, XCB_GC_FOREGROUND, &colour);
            const xcb_arc_t arc{i,
                                i,
                                static_cast<std::uint16_t>(kSize - 7 * i),
                                static_cast<std::uint16_t>(kSize - 5 * i),
                                0,
                                300 * 64};
            xcb_poly_arc(x.connection, m_picture, m_plain, 1, &arc);
        }
    }

    void makeDashed(const Xcb& x) {
        m_dashed = x.newId();
        const std::uint32_t values[] = {XCB_GX_XOR,
                                        0x00ff7f,
                                        0x404040,
                                        3,
                                        XCB_LINE_STYLE_DOUBLE_DASH,
                                        XCB_CAP_STYLE_BUTT,
                                        XCB_JOIN_STYLE_BEVEL};
        xcb_create_gc(x.connection, m_dashed, m_canvas,
                      XCB_GC_FUNCTION | XCB_GC_FOREGROUND | XCB_GC_BACKGROUND | XCB_GC_LINE_WIDTH |
                          XCB_GC_LINE_STYLE | XCB_GC_CAP_STYLE | XCB_GC_JOIN_STYLE,
                      values);
        const std::uint8_t dashes[] = {7, 2, 1, 4, 3, 3};
        xcb_set_dashes(x.connection, m_dashed, 2, sizeof dashes, dashes);
        const xcb_rectangle_t clip[] = {{0, 0, 40, 96}, {50, 20, 30, 60}};
        xcb_set_clip_rectangles(x.connection, XCB_CLIP_ORDERING_UNSORTED, m_dashed, 1, 2, 2, clip);
    }

    void makeTiled(const Xcb& x) {
        const auto tile = canvas(x);
        xcb_copy_area(x.connection, m_picture, tile, m_plain, 0, 0, 0, 0, kSize, kSize);
        m_tiled = x.newId();
        const std::uint32_t values[] = {XCB_FILL_STYLE_TILED, tile, 5, 7};
        xcb_create_gc(x.connection, m_tiled, m_canvas,
                      XCB_GC_FILL_STYLE | XCB_GC_TILE | XCB_GC_TILE_STIPPLE_ORIGIN_X |
                          XCB_GC_TILE_STIPPLE_ORIGIN_Y,
                      values);
        xcb_free_pixmap(x.connection, tile);
    }

    void makeStippled(const Xcb& x) {
        const auto stipple = x.newId();
        xcb_create_pixmap(x.connection, 1, stipple, x.screen->root, 8, 8);
        const auto gc = x.newId();
        const std::uint32_t values[] = {0, 0};
        xcb_create_gc(x.connection, gc, stipple, XCB_GC_FOREGROUND | XCB_GC_GRAPHICS_EXPOSURES,
                      values);
        const xcb_rectangle_t all{0, 0, 8, 8};
        xcb_poly_fill_rectangle(x.connection, stipple, gc, 1, &all);
        const std::uint32_t one = 1;
        xcb_change_gc(x.connection, gc, XCB_GC_FOREGROUND, &one);
        const xcb_point_t dots[] = {{0, 0}, {3, 1}, {5, 5}, {7, 2}};
        xcb_poly_point(x.connection, XCB_COORD_MODE_ORIGIN, stipple, gc, 4, dots);
        m_stippled = x.newId();
        const std::uint32_t stippled[] = {0xaa0000, 0x00aa00, XCB_FILL_STYLE_OPAQUE_STIPPLED,
                                          stipple};
        xcb_create_gc(x.connection, m_stippled, m_canvas,
                      XCB_GC_FOREGROUND | XCB_GC_BACKGROUND | XCB_GC_FILL_STYLE | XCB_GC_STIPPLE,
                      stippled);
        xcb_free_pixmap(x.connection, stipple);
        xcb_free_gc(x.connection, gc);
    }

    void makeText(const Xcb& x) {
        m_text = x.newId();
        const auto font = x.newId();
        xcb_open_font(x.connection, font, 5, "fixed");
        const std::uint32_t values[] = {0x112233, 0xeeddcc, font};
        xcb_create_gc(x.connection, m_text, m_canvas,
                      XCB_GC_FOREGROUND | XCB_GC_BACKGROUND | XCB_GC_FONT, values);
        xcb_close_font(x.connection, font);
    }

    template <typename Draw>
    void drawn(const Xcb& x, Observation& seen, const std::string& name, xcb_gcontext_t,
               Draw draw) const {
        const auto gc = x.newId();
        const std::uint32_t white = 0xffffff;
        xcb_create_gc(x.connection, gc, m_canvas, XCB_GC_FOREGROUND, &white);
        const xcb_rectangle_t whole{0, 0, kSize, kSize};
        xcb_poly_fill_rectangle(x.connection, m_canvas, gc, 1, &whole);
        xcb_free_gc(x.connection, gc);
        draw();
        seen.noteBytes("drawn " + name, x.pixels(m_canvas, kSize, kSize));
    }

    void lines(const Xcb& x, xcb_gcontext_t gc) const {
        const xcb_point_t points[] = {{3, 3}, {90, 20}, {10, 60}, {80, 90}};
        xcb_poly_line(x.connection, XCB_COORD_MODE_ORIGIN, m_canvas, gc, 4, points);
    }
    void fill(const Xcb& x, xcb_gcontext_t gc) const {
        const xcb_rectangle_t whole{0, 0, kSize, kSize};
        xcb_poly_fill_rectangle(x.connection, m_canvas, gc, 1, &whole);
    }

    xcb_pixmap_t m_canvas = 0;
    xcb_pixmap_t m_picture = 0;
    xcb_pixmap_t m_bitmap = 0;
    xcb_font_t m_font = 0;
    xcb_gcontext_t m_plain = 0;
    xcb_gcontext_t m_dashed = 0;
    xcb_gcontext_t m_tiled = 0;
    xcb_gcontext_t m_stippled = 0;
    xcb_gcontext_t m_text = 0;
    xcb_colormap_t m_colormap = 0;
    xcb_colormap_t m_ramp = 0;
    std::uint32_t m_pixel = 0;
};

} // namespace

std::unique_ptr<Victim> drawingVictim() {
    return std::make_unique<DrawingVictim>();
}

} // namespace victim
