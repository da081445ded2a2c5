// RENDER: pictures with clip, transform and filter, pictures of freed pixmaps, gradients, glyph
// sets.

#include "tests/programs/XVictim.h"

#include <xcb/render.h>

#include <cstdlib>
#include <cstring>

namespace victim {
namespace {

constexpr std::uint16_t kSize = 80;

class RenderVictim : public Victim {
public:
    void make(const Xcb& x) override {
        findFormats(x);
        m_canvasPixmap = x.newId();
        xcb_create_pixmap(x.connection, x.screen->root_depth, m_canvasPixmap, x.screen->root, kSize,
                          kSize);
        m_canvas = x.newId();
        xcb_render_create_picture(x.connection, m_canvas, m_canvasPixmap, m_rootFormat, 0, nullptr);
        makeSource(x);
        makeGradients(x);
        makeGlyphs(x);
        m_clipped = x.newId();
        const std::uint32_t repeat = XCB_RENDER_REPEAT_REFLECT;
        xcb_render_create_picture(x.connection, m_clipped, m_canvasPixmap, m_rootFormat,
                                  XCB_RENDER_CP_REPEAT, &repeat);
        const xcb_rectangle_t clip[] = {{5, 5, 20, 60}, {40, 10, 30, 30}};
        xcb_render_set_picture_clip_rectangles(x.connection, m_clipped, 3, 4, 2, clip);
    }

    void observe(const Xcb& x, Observation& seen) override {
        composited(x, seen, "transformed source", m_source, m_canvas);
        composited(x, seen, "linear gradient", m_linear, m_canvas);
        composited(x, seen, "radial gradient", m_radial, m_canvas);
        composited(x, seen, "solid", m_solid, m_canvas);
        composited(x, seen, "clipped target", m_solid, m_clipped);
        clear(x);
        const std::uint8_t text[] = {2, 0, 0, 0, 10, 0, 20, 0, 'a', 'b', 0, 0};
        xcb_render_composite_glyphs_8(x.connection, XCB_RENDER_PICT_OP_OVER, m_solid, m_canvas, 0,
                                      m_glyphs, 0, 0, sizeof text, text);
        seen.noteBytes("render glyphs", x.pixels(m_canvasPixmap, kSize, kSize));
        clear(x);
        xcb_render_composite_glyphs_8(x.connection, XCB_RENDER_PICT_OP_OVER, m_solid, m_canvas, 0,
                                      m_sharedGlyphs, 0, 0, sizeof text, text);
        seen.noteBytes("render glyphs by reference", x.pixels(m_canvasPixmap, kSize, kSize));
    }

private:
    void findFormats(const Xcb& x) {
        auto* formats = xcb_render_query_pict_formats_reply(
            x.connection, xcb_render_query_pict_formats(x.connection), nullptr);
        if (!formats)
            return;
        for (auto i = xcb_render_query_pict_formats_formats_iterator(formats); i.rem;
             xcb_render_pictforminfo_next(&i)) {
            const auto& direct = i.data->direct;
            if (i.data->depth == 8 && direct.alpha_mask == 0xff && !direct.red_mask)
                m_alphaFormat = i.data->id;
            if (i.data->depth == 32 && direct.alpha_shift == 24 && direct.red_shift == 16)
                m_argbFormat = i.data->id;
            if (i.data->depth == x.screen->root_depth && direct.red_shift == 16 &&
                direct.red_mask == 0xff)
                m_rootFormat = i.data->id;
        }
        std::free(formats);
    }

    // A picture of a pixmap that was freed at once, drawn on afterwards, rotated and filtered.
    void makeSource(const Xcb& x) {
        const auto pixmap = x.newId();
        xcb_create_pixmap(x.connection, 32, pixmap, x.screen->root, 32, 32);
        m_source = x.newId();
        const std::uint32_t repeat = XCB_RENDER_REPEAT_NORMAL;
        xcb_render_create_picture(x.connection, m_source, pixmap, m_argbFormat,
                                  XCB_RENDER_CP_REPEAT, &repeat);
        xcb_free_pixmap(x.connection, pixmap);
        const xcb_rectangle_t whole{0, 0, 32, 32};
        xcb_render_fill_rectangles(x.connection, XCB_RENDER_PICT_OP_SRC, m_source,
                                   {0x2000, 0x4000, 0x6000, 0x8000}, 1, &whole);
        const xcb_rectangle_t part{4, 4, 12, 20};
        xcb_render_fill_rectangles(x.connection, XCB_RENDER_PICT_OP_SRC, m_source,
                                   {0xffff, 0x8000, 0, 0xffff}, 1, &part);
        const xcb_render_transform_t turn{0x0b504, -0x0b504, 0x50000, 0x0b504, 0x0b504,
                                          0,       0,        0,       0x10000};
        xcb_render_set_picture_transform(x.connection, m_source, turn);
        xcb_render_set_picture_filter(x.connection, m_source, 8, "bilinear", 0, nullptr);
    }

    void makeGradients(const Xcb& x) {
        const xcb_render_fixed_t stops[] = {0, 0x8000, 0x10000};
        const xcb_render_color_t colours[] = {
            {0xffff, 0, 0, 0xffff}, {0, 0xffff, 0, 0x8000}, {0, 0, 0xffff, 0xffff}};
        m_linear = x.newId();
        xcb_render_create_linear_gradient(x.connection, m_linear, {0, 0},
                                          {kSize << 16, kSize << 15}, 3, stops, colours);
        m_radial = x.newId();
        xcb_render_create_radial_gradient(x.connection, m_radial, {40 << 16, 40 << 16},
                                          {40 << 16, 40 << 16}, 0, 40 << 16, 3, stops, colours);
        m_solid = x.newId();
        xcb_render_create_solid_fill(x.connection, m_solid, {0x1111, 0x7777, 0xaaaa, 0xcccc});
    }

    void makeGlyphs(const Xcb& x) {
        m_glyphs = x.newId();
        xcb_render_create_glyph_set(x.connection, m_glyphs, m_alphaFormat);
        const std::uint32_t ids[] = {'a', 'b'};
        const xcb_render_glyphinfo_t infos[] = {{8, 8, 0, 8, 9, 0}, {4, 12, 0, 10, 6, 0}};
        std::vector<std::uint8_t> bits(8 * 8 + 4 * 12);
        for (std::size_t i = 0; i < bits.size(); ++i)
            bits[i] = static_cast<std::uint8_t>(i * 37);
        xcb_render_add_glyphs(x.connection, m_glyphs, 2, ids, infos,
                              static_cast<std::uint32_t>(bits.size()), bits.data());
        // A second name for the same set, whose first name is given up by another set's life.
        const auto temporary = x.newId();
        xcb_render_create_glyph_set(x.connection, temporary, m_alphaFormat);
        xcb_render_add_glyphs(x.connection, temporary, 2, ids, infos,
                              static_cast<std::uint32_t>(bits.size()), bits.data());
        m_sharedGlyphs = x.newId();
        xcb_render_reference_glyph_set(x.connection, m_sharedGlyphs, temporary);
        xcb_render_free_glyph_set(x.connection, temporary);
    }

    void clear(const Xcb& x) const {
        const xcb_rectangle_t whole{0, 0, kSize, kSize};
        xcb_render_fill_rectangles(x.connection, XCB_RENDER_PICT_OP_SRC, m_canvas,
                                   {0xffff, 0xffff, 0xffff, 0xffff}, 1, &whole);
    }

    void composited(const Xcb& x, Observation& seen, const std::string& name,
                    xcb_render_picture_t source, xcb_render_picture_t target) const {
        clear(x);
        xcb_render_composite(x.connection, XCB_RENDER_PICT_OP_OVER, source, 0, target, 0, 0, 0, 0,
                             0, 0, kSize, kSize);
        seen.noteBytes("render " + name, x.pixels(m_canvasPixmap, kSize, kSize));
    }

    xcb_render_pictformat_t m_rootFormat = 0;
    xcb_render_pictformat_t m_argbFormat = 0;
    xcb_render_pictformat_t m_alphaFormat = 0;
    xcb_pixmap_t m_canvasPixmap = 0;
    xcb_render_picture_t m_canvas = 0;
    xcb_render_picture_t m_clipped = 0;
    xcb_render_picture_t m_source = 0;
    xcb_render_picture_t m_linear = 0;
    xcb_render_picture_t m_radial = 0;
    xcb_render_picture_t m_solid = 0;
    xcb_render_glyphset_t m_glyphs = 0;
    xcb_render_glyphset_t m_sharedGlyphs = 0;
};

} // namespace

std::unique_ptr<Victim> renderVictim() {
    return std::make_unique<RenderVictim>();
}

} // namespace victim
