// Pixmaps, graphics contexts, fonts, cursors, colormaps, and core drawing.

#include "tests/programs/XScript.h"

#include <cstdlib>
#include <iterator>
#include <string_view>

namespace script {
namespace {

constexpr std::size_t kMost = 10; // of each kind

void createPixmap(World& w, Transcript&, Connection& c) {
    if (c.pixmaps.size() >= kMost)
        return;
    constexpr std::uint8_t kDepths[] = {24, 24, 1, 8, 32};
    Pixmap pixmap{w.freshId(c), kDepths[w.draw(std::size(kDepths))], w.extent(1, 150),
                  w.extent(1, 120)};
    xcb_create_pixmap(c.xcb, pixmap.depth, pixmap.id, w.frame, pixmap.width, pixmap.height);
    // What is in a new one is not defined.
    const xcb_gcontext_t gc = w.freshId(c);
    const std::uint32_t foreground = w.draw(0x1000000);
    xcb_create_gc(c.xcb, gc, pixmap.id, XCB_GC_FOREGROUND, &foreground);
    const xcb_rectangle_t all{0, 0, pixmap.width, pixmap.height};
    xcb_poly_fill_rectangle(c.xcb, pixmap.id, gc, 1, &all);
    xcb_free_gc(c.xcb, gc);
    c.freedIds.push_back(gc);
    c.pixmaps.push_back(pixmap);
}

void freePixmap(World& w, Transcript&, Connection& c) {
    if (c.pixmaps.size() < kMost / 2)
        return;
    const std::size_t at = 1 + w.draw(static_cast<std::uint32_t>(c.pixmaps.size()) - 1);
    xcb_free_pixmap(c.xcb, c.pixmaps[at].id);
    w.give(c, c.pixmaps, at);
}

void changeGc(World& w, Connection& c, const GContext& gc) {
    const auto set = [&](std::uint32_t bit, std::uint32_t value) {
        xcb_change_gc(c.xcb, gc.id, bit, &value);
    };
    for (int i = 0; i < 3; ++i) {
        switch (w.draw(16)) {
        case 0:
            set(XCB_GC_FUNCTION, w.draw(16));
            break;
        case 1:
            set(XCB_GC_PLANE_MASK, w.sometimes(2) ? ~0u : w.draw(0x1000000));
            break;
        case 2:
            set(XCB_GC_FOREGROUND, w.draw(0x1000000));
            break;
        case 3:
            set(XCB_GC_BACKGROUND, w.draw(0x1000000));
            break;
        case 4:
            set(XCB_GC_LINE_WIDTH, w.draw(5));
            break;
        case 5:
            set(XCB_GC_LINE_STYLE, w.draw(3));
            break;
        case 6:
            set(XCB_GC_CAP_STYLE, w.draw(4));
            set(XCB_GC_JOIN_STYLE, w.draw(3));
            break;
        case 7:
            set(XCB_GC_FILL_STYLE, w.draw(4));
            break;
        case 8:
            set(XCB_GC_FILL_RULE, w.draw(2));
            break;
        case 9:
            for (const auto& pixmap : c.pixmaps)
                if (pixmap.depth == gc.depth)
                    set(XCB_GC_TILE, pixmap.id);
            break;
        case 10:
            for (const auto& pixmap : c.pixmaps)
                if (pixmap.depth == 1)
                    set(XCB_GC_STIPPLE, pixmap.id);
            break;
        case 11:
            set(XCB_GC_TILE_STIPPLE_ORIGIN_X, w.draw(20));
            set(XCB_GC_TILE_STIPPLE_ORIGIN_Y, w.draw(20));
            break;
        case 12:
            if (const auto* font = w.any(c.fonts))
                set(XCB_GC_FONT, *font);
            break;
        case 13: {
            std::vector<xcb_rectangle_t> clip(w.draw(4));
            for (auto& one : clip)
                one = {w.place(0, 60), w.place(0, 60), w.extent(1, 90), w.extent(1, 90)};
            xcb_set_clip_rectangles(c.xcb, XCB_CLIP_ORDERING_UNSORTED, gc.id, w.place(-5, 9),
                                    w.place(-5, 9), static_cast<std::uint32_t>(clip.size()),
                                    clip.data());
            break;
        }
        case 14:
            if (const auto* pixmap = w.sometimes(2) ? w.any(c.pixmaps) : nullptr)
                set(XCB_GC_CLIP_MASK, pixmap->id); // an error for all but bitmaps
            else
                set(XCB_GC_CLIP_MASK, XCB_NONE);
            break;
        default: {
            const std::uint8_t dashes[] = {static_cast<std::uint8_t>(1 + w.draw(7)),
                                           static_cast<std::uint8_t>(1 + w.draw(7)),
                                           static_cast<std::uint8_t>(w.draw(7))};
            xcb_set_dashes(c.xcb, gc.id, static_cast<std::uint16_t>(w.draw(9)), 3, dashes);
            break;
        }
        }
    }
}

void createGc(World& w, Transcript&, Connection& c) {
    const auto* pixmap = w.any(c.pixmaps);
    if (c.gcontexts.size() >= kMost || !pixmap)
        return;
    const GContext gc{w.freshId(c), pixmap->depth};
    const std::uint32_t values[] = {w.draw(0x1000000), w.draw(0x1000000), w.draw(2)};
    xcb_create_gc(c.xcb, gc.id, pixmap->id,
                  XCB_GC_FOREGROUND | XCB_GC_BACKGROUND | XCB_GC_GRAPHICS_EXPOSURES, values);
    c.gcontexts.push_back(gc);
    changeGc(w, c, gc);
}

void changeAnyGc(World& w, Transcript&, Connection& c) {
    if (const auto* gc = w.any(c.gcontexts))
        changeGc(w, c, *gc);
}

void copyGc(World& w, Transcript&, Connection& c) {
    const auto* from = w.any(c.gcontexts);
    const auto* to = w.any(c.gcontexts);
    if (from && to)
        xcb_copy_gc(c.xcb, from->id, to->id, w.draw(1u << 23));
}

void freeGc(World& w, Transcript&, Connection& c) {
    if (c.gcontexts.size() < kMost / 2)
        return;
    const std::size_t at = w.draw(static_cast<std::uint32_t>(c.gcontexts.size()));
    xcb_free_gc(c.xcb, c.gcontexts[at].id);
    w.give(c, c.gcontexts, at);
}

void drawShapes(World& w, Transcript&, Connection& c) {
    const auto t = w.target(c);
    std::vector<xcb_rectangle_t> rectangles(1 + w.draw(5));
    for (auto& one : rectangles)
        one = {w.place(-9, 140), w.place(-9, 110), w.extent(1, 70), w.extent(1, 70)};
    const auto count = static_cast<std::uint32_t>(rectangles.size());
    std::vector<xcb_point_t> points(3 + w.draw(6));
    for (auto& one : points)
        one = {w.place(0, 150), w.place(0, 120)};
    std::vector<xcb_arc_t> arcs(1 + w.draw(3));
    for (auto& one : arcs)
        one = {w.place(0, 90),  w.place(0, 90),     w.extent(2, 60),
               w.extent(2, 60), w.place(0, 20'000), w.place(-9'000, 23'000)};
    const auto number = static_cast<std::uint32_t>(points.size());
    switch (w.draw(8)) {
    case 0:
        xcb_poly_fill_rectangle(c.xcb, t.drawable, t.gc, count, rectangles.data());
        break;
    case 1:
        xcb_poly_rectangle(c.xcb, t.drawable, t.gc, count, rectangles.data());
        break;
    case 2:
        xcb_poly_line(c.xcb, static_cast<std::uint8_t>(w.draw(2)), t.drawable, t.gc, number,
                      points.data());
        break;
    case 3:
        xcb_poly_segment(c.xcb, t.drawable, t.gc, number / 2,
                         reinterpret_cast<const xcb_segment_t*>(points.data()));
        break;
    case 4:
        xcb_poly_arc(c.xcb, t.drawable, t.gc, static_cast<std::uint32_t>(arcs.size()), arcs.data());
        break;
    case 5:
        xcb_poly_fill_arc(c.xcb, t.drawable, t.gc, static_cast<std::uint32_t>(arcs.size()),
                          arcs.data());
        break;
    case 6:
        xcb_fill_poly(c.xcb, t.drawable, t.gc, static_cast<std::uint8_t>(w.draw(3)), 0, number,
                      points.data());
        break;
    default:
        xcb_poly_point(c.xcb, 0, t.drawable, t.gc, number, points.data());
        break;
    }
}

void putImage(World& w, Transcript&, Connection& c) {
    const auto t = w.target(c);
    const auto width = w.extent(1, 60);
    const auto height = w.extent(1, 50);
    const std::size_t row = t.depth == 1   ? (width + 31u) / 32u * 4u
                            : t.depth == 8 ? (width + 3u) / 4u * 4u
                                           : width * 4u;
    std::vector<std::uint8_t> data(row * height);
    for (auto& byte : data)
        byte = static_cast<std::uint8_t>(w.draw(256));
    xcb_put_image(c.xcb, XCB_IMAGE_FORMAT_Z_PIXMAP, t.drawable, t.gc, width, height,
                  w.place(-5, 90), w.place(-5, 90), 0, t.depth,
                  static_cast<std::uint32_t>(data.size()), data.data());
}

void copyArea(World& w, Transcript&, Connection& c) {
    const auto t = w.target(c);
    const auto* from = w.any(c.pixmaps);
    if (!from)
        return;
    // A graphics exposure or none is an event.
    if (from->depth == t.depth || w.sometimes(20))
        xcb_copy_area(c.xcb, from->id, t.drawable, t.gc, w.place(-9, 60), w.place(-9, 60),
                      w.place(0, 60), w.place(0, 60), w.extent(1, 90), w.extent(1, 90));
    else
        xcb_copy_plane(c.xcb, from->id, t.drawable, t.gc, w.place(0, 60), w.place(0, 60),
                       w.place(0, 60), w.place(0, 60), w.extent(1, 90), w.extent(1, 90), 1);
}

void drawText(World& w, Transcript&, Connection& c) {
    const auto t = w.target(c);
    constexpr std::string_view kText = "Entracte";
    if (w.sometimes(2)) {
        xcb_image_text_8(c.xcb, static_cast<std::uint8_t>(kText.size()), t.drawable, t.gc,
                         w.place(0, 60), w.place(10, 90), kText.data());
        return;
    }
    // A change of font in the middle, its identifier in big-endian order whatever the rest is.
    std::vector<std::uint8_t> items;
    const auto text = [&](std::string_view part) {
        items.push_back(static_cast<std::uint8_t>(part.size()));
        items.push_back(3); // pixels to the right
        items.insert(items.end(), part.begin(), part.end());
    };
    text("one");
    if (const auto* font = w.any(c.fonts)) {
        items.push_back(255);
        for (const int shift : {24, 16, 8, 0})
            items.push_back(static_cast<std::uint8_t>(*font >> shift));
    }
    text("two");
    xcb_poly_text_8(c.xcb, t.drawable, t.gc, w.place(0, 60), w.place(10, 90),
                    static_cast<std::uint32_t>(items.size()), items.data());
}

void fonts(World& w, Transcript& t, Connection& c) {
    constexpr std::string_view kNames[] = {"fixed", "cursor", "6x13", "no-such-font"};
    if (c.fonts.size() > 3) {
        xcb_close_font(c.xcb, c.fonts.front());
        w.give(c, c.fonts, 0);
        return;
    }
    const auto name = kNames[w.draw(std::size(kNames))];
    const auto id = w.freshId(c);
    xcb_open_font(c.xcb, id, static_cast<std::uint16_t>(name.size()), name.data());
    if (name != "no-such-font")
        c.fonts.push_back(id);
    xcb_generic_error_t* error = nullptr;
    auto* got = xcb_query_font_reply(c.xcb, xcb_query_font(c.xcb, id), &error);
    t.reply(c, "QueryFont", got, error);
}

void cursors(World& w, Transcript&, Connection& c) {
    if (c.cursors.size() > 3) {
        xcb_free_cursor(c.xcb, c.cursors.front());
        w.give(c, c.cursors, 0);
        return;
    }
    for (const auto& pixmap : c.pixmaps)
        if (pixmap.depth == 1) {
            const auto id = w.freshId(c);
            xcb_create_cursor(c.xcb, id, pixmap.id, XCB_NONE, 1, 2, 3, 4, 5, 6, 0, 0);
            c.cursors.push_back(id);
            return;
        }
}

// Cells of a colormap whose visual has them: allocated, stored, freed, asked for.
void cells(World& w, Transcript& t, Connection& c) {
    xcb_generic_error_t* error = nullptr;
    const std::uint32_t map =
        c.colormaps.empty() || w.sometimes(2) ? c.screen->default_colormap : c.colormaps.back();
    const auto some = [&] { return static_cast<std::uint16_t>(w.draw(4) * 0x5555); };
    const auto keep = [&](std::uint32_t pixel) { w.cells.emplace_back(map, pixel); };
    const auto any = [&] { return w.draw(static_cast<std::uint32_t>(w.cells.size())); };
    const auto store = [&](std::uint32_t in, std::uint32_t pixel) {
        const xcb_coloritem_t item{pixel, some(), some(), some(), 7, 0};
        xcb_store_colors(c.xcb, in, 1, &item);
    };
    switch (w.draw(8)) {
    case 0:
        if (c.colormaps.size() < 3) {
            c.colormaps.push_back(w.freshId(c));
            xcb_create_colormap(c.xcb, XCB_COLORMAP_ALLOC_NONE, c.colormaps.back(), w.frame,
                                c.screen->root_visual);
        } else {
            c.colormaps.push_back(w.freshId(c));
            xcb_copy_colormap_and_free(c.xcb, c.colormaps.back(), map);
        }
        break;
    case 1:
    case 2: {
        auto* got = xcb_alloc_color_reply(
            c.xcb, xcb_alloc_color(c.xcb, map, some(), some(), some()), &error);
        if (got)
            keep(got->pixel);
        t.reply(c, "AllocColor", got, error);
        break;
    }
    case 3: {
        auto* got = xcb_alloc_color_cells_reply(
            c.xcb,
            xcb_alloc_color_cells(c.xcb, 0, map, static_cast<std::uint16_t>(w.extent(1, 4)),
                                  static_cast<std::uint16_t>(w.draw(3))),
            &error);
        std::vector<std::uint32_t> pixels;
        if (got) {
            const auto* first = xcb_alloc_color_cells_pixels(got);
            pixels.assign(first, first + got->pixels_len);
            for (std::uint16_t i = 0; i < got->masks_len; ++i)
                for (std::size_t k = 0, count = pixels.size(); k < count; ++k)
                    pixels.push_back(pixels[k] | xcb_alloc_color_cells_masks(got)[i]);
        }
        t.reply(c, "AllocColorCells", got, error);
        for (const std::uint32_t pixel : pixels) {
            keep(pixel);
            store(map, pixel);
        }
        break;
    }
    case 4:
        if (!w.cells.empty()) {
            const std::size_t at = any();
            const auto [in, pixel] = w.cells[at];
            w.cells.erase(w.cells.begin() + static_cast<std::ptrdiff_t>(at));
            xcb_free_colors(c.xcb, in, w.sometimes(3) ? 1u << w.draw(8) : 0, 1, &pixel);
        }
        break;
    case 5:
        if (!w.cells.empty()) {
            const auto [in, pixel] = w.cells[any()];
            store(in, pixel);
        }
        break;
    case 6:
        if (!w.cells.empty()) {
            constexpr std::string_view kName = "tomato";
            const auto [in, pixel] = w.cells[any()];
            xcb_store_named_color(c.xcb, 7, in, pixel, kName.size(), kName.data());
        }
        break;
    default: {
        constexpr std::string_view kName = "dark olive green";
        auto* got = xcb_alloc_named_color_reply(
            c.xcb, xcb_alloc_named_color(c.xcb, map, kName.size(), kName.data()), &error);
        if (got)
            keep(got->pixel);
        t.reply(c, "AllocNamedColor", got, error);
        break;
    }
    }
}

bool hasCells(const Connection& c) {
    for (auto depth = xcb_screen_allowed_depths_iterator(c.screen); depth.rem;
         xcb_depth_next(&depth))
        for (auto visual = xcb_depth_visuals_iterator(depth.data); visual.rem;
             xcb_visualtype_next(&visual))
            if (visual.data->visual_id == c.screen->root_visual)
                return visual.data->_class % 2 == 1; // X protocol: the dynamic ones are odd
    return false;
}

void colors(World& w, Transcript& t, Connection& c) {
    if (hasCells(c)) {
        cells(w, t, c);
        return;
    }
    xcb_generic_error_t* error = nullptr;
    const std::uint32_t map =
        c.colormaps.empty() || w.sometimes(2) ? c.screen->default_colormap : c.colormaps.back();
    switch (w.draw(4)) {
    case 0:
        if (c.colormaps.size() < 3) {
            c.colormaps.push_back(w.freshId(c));
            xcb_create_colormap(c.xcb, XCB_COLORMAP_ALLOC_NONE, c.colormaps.back(), w.frame,
                                c.screen->root_visual);
        }
        break;
    case 1: {
        auto* got = xcb_alloc_color_reply(
            c.xcb, xcb_alloc_color(c.xcb, map, w.extent(0, 65'535), 30'000, w.extent(0, 65'535)),
            &error);
        t.reply(c, "AllocColor", got, error);
        break;
    }
    case 2: {
        constexpr std::string_view kName = "dark olive green";
        auto* got = xcb_alloc_named_color_reply(
            c.xcb, xcb_alloc_named_color(c.xcb, map, kName.size(), kName.data()), &error);
        t.reply(c, "AllocNamedColor", got, error);
        break;
    }
    default: {
        const std::uint32_t pixels[] = {w.draw(0x1000000), w.draw(0x1000000)};
        auto* got = xcb_query_colors_reply(c.xcb, xcb_query_colors(c.xcb, map, 2, pixels), &error);
        t.reply(c, "QueryColors", got, error);
        break;
    }
    }
}

} // namespace

std::vector<Action> drawingActions() {
    return {createPixmap, createPixmap, freePixmap, createGc,   changeAnyGc, changeAnyGc, copyGc,
            freeGc,       drawShapes,   drawShapes, drawShapes, drawShapes,  putImage,    putImage,
            copyArea,     copyArea,     drawText,   drawText,   fonts,       cursors,     colors};
}

void prepareDrawing(World& w) {
    constexpr std::string_view kNames[] = {"_SCRIPT_ONE", "_SCRIPT_TWO", "WM_PROTOCOLS",
                                           "WM_DELETE_WINDOW", "_NET_WM_NAME"};
    Connection& c = w.connections[0];
    for (const auto name : kNames) {
        auto* atom = xcb_intern_atom_reply(
            c.xcb, xcb_intern_atom(c.xcb, 0, static_cast<std::uint16_t>(name.size()), name.data()),
            nullptr);
        w.atoms.push_back(atom ? atom->atom : XCB_NONE);
        std::free(atom);
    }
    for (auto depth = xcb_screen_allowed_depths_iterator(c.screen); depth.rem;
         xcb_depth_next(&depth))
        if (depth.data->depth == 32 && xcb_depth_visuals_length(depth.data) > 0)
            w.deepVisual = xcb_depth_visuals(depth.data)->visual_id;
    if (w.deepVisual) {
        w.deepColormap = w.freshId(c);
        xcb_create_colormap(c.xcb, XCB_COLORMAP_ALLOC_NONE, w.deepColormap, c.screen->root,
                            w.deepVisual);
    }
}

void lookAtDrawables(World& w, Transcript& t) {
    for (auto& c : w.connections)
        for (const auto& pixmap : c.pixmaps)
            t.image(c, "pixmap", pixmap.id, pixmap.width, pixmap.height);
    // What a context draws tells what is in it.
    for (auto& c : w.connections)
        for (const auto& gc : c.gcontexts) {
            const xcb_pixmap_t pixmap = w.freshId(c);
            xcb_create_pixmap(c.xcb, gc.depth, pixmap, w.frame, 100, 80);
            const xcb_gcontext_t plain = w.freshId(c);
            xcb_create_gc(c.xcb, plain, pixmap, 0, nullptr);
            const xcb_rectangle_t all{0, 0, 100, 80};
            xcb_poly_fill_rectangle(c.xcb, pixmap, plain, 1, &all);
            const xcb_rectangle_t some[] = {{5, 5, 60, 50}, {40, 30, 50, 45}};
            xcb_poly_fill_rectangle(c.xcb, pixmap, gc.id, 2, some);
            const xcb_point_t line[] = {{2, 70}, {30, 10}, {60, 75}, {98, 4}};
            xcb_poly_line(c.xcb, 0, pixmap, gc.id, 4, line);
            xcb_image_text_8(c.xcb, 4, pixmap, gc.id, 10, 40, "Text");
            t.line("with " + std::to_string(gc.id & 0x1fffff));
            t.image(c, "drawn", pixmap, 100, 80);
            xcb_free_gc(c.xcb, plain);
            xcb_free_pixmap(c.xcb, pixmap);
            c.freedIds.push_back(plain);
            c.freedIds.push_back(pixmap);
        }
    t.settle();
}

} // namespace script
