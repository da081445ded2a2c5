// RENDER: pictures, gradients, transforms, filters, clips, glyphs, cursors.

#include "tests/programs/XScript.h"

#include <xcb/render.h>

#include <cstdlib>
#include <iterator>
#include <string_view>

namespace script {
namespace {

constexpr std::size_t kMostPictures = 12;
constexpr std::uint32_t kFirstGlyph = 65;
constexpr xcb_render_fixed_t kOne = 65'536;

xcb_render_color_t color(World& w) {
    const auto part = [&] { return static_cast<std::uint16_t>(w.draw(65'536)); };
    return {part(), part(), part(), part()};
}

std::uint32_t formatFor(const World& w, std::uint8_t depth) {
    return depth == 24 ? w.rgbFormat : depth == 32 ? w.argbFormat : depth == 8 ? w.alphaFormat : 0;
}

void createPicture(World& w, Transcript&, Connection& c) {
    if (c.pictures.size() >= kMostPictures)
        return;
    const Picture picture{w.freshId(c), false};
    const std::uint32_t values[] = {w.draw(4), w.draw(2)};
    std::uint32_t drawable = 0;
    std::uint8_t depth = 0;
    // Not of windows: what they show where they are hidden is not defined.
    if (const auto* pixmap = w.any(c.pixmaps)) {
        drawable = pixmap->id;
        depth = pixmap->depth;
    }
    if (formatFor(w, depth) == 0)
        return;
    xcb_render_create_picture(c.xcb, picture.id, drawable, formatFor(w, depth),
                              XCB_RENDER_CP_REPEAT | XCB_RENDER_CP_GRAPHICS_EXPOSURE, values);
    c.pictures.push_back(picture);
}

void createSource(World& w, Transcript&, Connection& c) {
    if (c.pictures.size() >= kMostPictures)
        return;
    const Picture picture{w.freshId(c), true};
    const xcb_render_fixed_t stops[] = {0, kOne / 3, kOne};
    const xcb_render_color_t colors[] = {color(w), color(w), color(w)};
    switch (w.draw(4)) {
    case 0:
        xcb_render_create_solid_fill(c.xcb, picture.id, color(w));
        break;
    case 1:
        xcb_render_create_linear_gradient(c.xcb, picture.id, {0, 0}, {100 * kOne, 70 * kOne}, 3,
                                          stops, colors);
        break;
    case 2:
        xcb_render_create_radial_gradient(c.xcb, picture.id, {40 * kOne, 40 * kOne},
                                          {40 * kOne, 40 * kOne}, 3 * kOne, 60 * kOne, 3, stops,
                                          colors);
        break;
    default:
        xcb_render_create_conical_gradient(c.xcb, picture.id, {30 * kOne, 20 * kOne}, 20 * kOne, 3,
                                           stops, colors);
        break;
    }
    c.pictures.push_back(picture);
}

void changePicture(World& w, Transcript&, Connection& c) {
    const auto* picture = w.any(c.pictures);
    if (!picture)
        return;
    switch (w.draw(6)) {
    case 0: {
        const xcb_render_transform_t transform = {kOne + w.place(-20'000, 20'000),
                                                  w.place(-9'000, 9'000),
                                                  w.place(0, 30) * kOne,
                                                  w.place(-9'000, 9'000),
                                                  kOne,
                                                  0,
                                                  0,
                                                  0,
                                                  kOne};
        xcb_render_set_picture_transform(c.xcb, picture->id, transform);
        break;
    }
    case 1: {
        constexpr std::string_view kFilters[] = {"nearest", "bilinear", "no-such-filter"};
        const auto name = kFilters[w.draw(w.sometimes(6) ? 3 : 2)];
        xcb_render_set_picture_filter(c.xcb, picture->id, static_cast<std::uint16_t>(name.size()),
                                      name.data(), 0, nullptr);
        break;
    }
    case 2: {
        const std::uint32_t repeat = w.draw(4);
        xcb_render_change_picture(c.xcb, picture->id, XCB_RENDER_CP_REPEAT, &repeat);
        break;
    }
    case 3: {
        const xcb_rectangle_t clip[] = {{3, 4, 60, 50}, {50, 40, 30, 30}};
        xcb_render_set_picture_clip_rectangles(c.xcb, picture->id, w.place(0, 9), 2, w.draw(3),
                                               clip);
        break;
    }
    case 4: {
        const std::uint32_t alpha = 1;
        xcb_render_change_picture(c.xcb, picture->id, XCB_RENDER_CP_COMPONENT_ALPHA, &alpha);
        break;
    }
    default: {
        std::uint32_t mask = XCB_NONE;
        for (const auto& pixmap : c.pixmaps)
            if (pixmap.depth == 1 && w.sometimes(2))
                mask = pixmap.id;
        xcb_render_change_picture(c.xcb, picture->id, XCB_RENDER_CP_CLIP_MASK, &mask);
        break;
    }
    }
}

void freePicture(World& w, Transcript&, Connection& c) {
    if (c.pictures.size() < kMostPictures / 2)
        return;
    const std::size_t at = w.draw(static_cast<std::uint32_t>(c.pictures.size()));
    xcb_render_free_picture(c.xcb, c.pictures[at].id);
    w.give(c, c.pictures, at);
}

const Picture* destination(World& w, Connection& c) {
    const auto* picture = w.any(c.pictures);
    return picture && (!picture->isSource || w.sometimes(12)) ? picture : nullptr;
}

void composite(World& w, Transcript&, Connection& c) {
    const auto* to = destination(w, c);
    const auto* from = w.any(c.pictures);
    const auto* mask = w.sometimes(3) ? w.any(c.pictures) : nullptr;
    if (!to || !from)
        return;
    xcb_render_composite(c.xcb, static_cast<std::uint8_t>(w.draw(13)), from->id,
                         mask ? mask->id : XCB_NONE, to->id, w.place(0, 30), w.place(0, 30),
                         w.place(0, 30), w.place(0, 30), w.place(0, 60), w.place(0, 60),
                         w.extent(1, 120), w.extent(1, 90));
}

void fill(World& w, Transcript&, Connection& c) {
    const auto* to = destination(w, c);
    if (!to)
        return;
    const xcb_rectangle_t some[] = {{w.place(0, 40), w.place(0, 40), 30, 20},
                                    {w.place(0, 90), w.place(0, 60), 22, 33}};
    xcb_render_fill_rectangles(c.xcb, static_cast<std::uint8_t>(w.draw(13)), to->id, color(w), 2,
                               some);
}

void trapezoids(World& w, Transcript&, Connection& c) {
    const auto* to = destination(w, c);
    const auto* from = w.any(c.pictures);
    if (!to || !from)
        return;
    const auto fixed = [&] { return w.place(0, 100) * kOne + static_cast<int>(w.draw(65'536)); };
    if (w.sometimes(2)) {
        const xcb_render_trapezoid_t one = {
            10 * kOne,
            80 * kOne,
            {{fixed(), 0}, {fixed(), 100 * kOne}},
            {{fixed() + 40 * kOne, 0}, {fixed() + 40 * kOne, 100 * kOne}}};
        xcb_render_trapezoids(c.xcb, 3, from->id, to->id, w.alphaFormat, 0, 0, 1, &one);
    } else {
        const xcb_render_triangle_t one = {
            {fixed(), fixed()}, {fixed(), fixed()}, {fixed(), fixed()}};
        xcb_render_triangles(c.xcb, 3, from->id, to->id, w.alphaFormat, 0, 0, 1, &one);
    }
}

void glyphSets(World& w, Transcript&, Connection& c) {
    if (c.glyphSets.size() > 2) {
        xcb_render_free_glyph_set(c.xcb, c.glyphSets.front());
        w.give(c, c.glyphSets, 0);
        return;
    }
    const auto id = w.freshId(c);
    if (!c.glyphSets.empty() && w.sometimes(2)) {
        xcb_render_reference_glyph_set(c.xcb, id, c.glyphSets.back());
        c.glyphSets.push_back(id);
        return;
    }
    xcb_render_create_glyph_set(c.xcb, id, w.alphaFormat);
    std::uint32_t ids[5];
    xcb_render_glyphinfo_t infos[5];
    std::vector<std::uint8_t> data;
    for (std::uint32_t i = 0; i < std::size(ids); ++i) {
        ids[i] = kFirstGlyph + i;
        infos[i] = {8, 10, 0, 9, 9, 0};
        for (int byte = 0; byte < 80; ++byte)
            data.push_back(static_cast<std::uint8_t>(w.draw(256)));
    }
    xcb_render_add_glyphs(c.xcb, id, std::size(ids), ids, infos,
                          static_cast<std::uint32_t>(data.size()), data.data());
    c.glyphSets.push_back(id);
}

void drawGlyphs(World& w, Transcript&, Connection& c) {
    const auto* to = destination(w, c);
    const auto* from = w.any(c.pictures);
    const auto* glyphs = w.any(c.glyphSets);
    if (!to || !from || !glyphs)
        return;
    // Three glyphs, another set by its identifier, two more.
    std::vector<std::uint8_t> commands = {3, 0, 0, 0, 5, 0, 20, 0, 65, 66, 67, 0};
    const auto* other = w.any(c.glyphSets);
    commands.insert(commands.end(), {255, 0, 0, 0, 0, 0, 0, 0});
    for (const int shift : {0, 8, 16, 24})
        commands.push_back(static_cast<std::uint8_t>(*other >> shift));
    commands.insert(commands.end(), {2, 0, 0, 0, 4, 0, 6, 0, 68, 69, 0, 0});
    xcb_render_composite_glyphs_8(c.xcb, 3, from->id, to->id, w.sometimes(2) ? w.alphaFormat : 0,
                                  *glyphs, 0, 0, static_cast<std::uint32_t>(commands.size()),
                                  commands.data());
    if (w.sometimes(5)) {
        const std::uint32_t gone = kFirstGlyph + 4;
        xcb_render_free_glyphs(c.xcb, *glyphs, 1, &gone);
    }
}

void renderCursor(World& w, Transcript&, Connection& c) {
    if (c.cursors.size() > 3)
        return;
    for (const auto& picture : c.pictures)
        if (!picture.isSource && w.sometimes(2)) {
            const auto id = w.freshId(c);
            xcb_render_create_cursor(c.xcb, id, picture.id, 1, 1); // an error for all but ARGB
            c.cursors.push_back(id);
            if (c.cursors.size() > 1 && w.sometimes(2)) {
                const xcb_render_animcursorelt_t elements[] = {{c.cursors[0], 100}, {id, 60}};
                const auto animated = w.freshId(c);
                xcb_render_create_anim_cursor(c.xcb, animated, 2, elements);
                c.cursors.push_back(animated);
            }
            return;
        }
}

} // namespace

std::vector<Action> renderActions() {
    return {createPicture, createPicture, createSource, changePicture, changePicture,
            freePicture,   composite,     composite,    composite,     fill,
            trapezoids,    glyphSets,     drawGlyphs,   drawGlyphs,    renderCursor};
}

void prepareRender(World& w) {
    for (auto& c : w.connections)
        std::free(
            xcb_render_query_version_reply(c.xcb, xcb_render_query_version(c.xcb, 0, 11), nullptr));
    Connection& c = w.connections[0];
    auto* formats =
        xcb_render_query_pict_formats_reply(c.xcb, xcb_render_query_pict_formats(c.xcb), nullptr);
    if (!formats)
        return;
    for (auto one = xcb_render_query_pict_formats_formats_iterator(formats); one.rem;
         xcb_render_pictforminfo_next(&one)) {
        const auto& format = *one.data;
        if (format.type != XCB_RENDER_PICT_TYPE_DIRECT)
            continue;
        const auto& direct = format.direct;
        if (format.depth == 8 && direct.alpha_mask == 0xff)
            w.alphaFormat = format.id;
        if (format.depth == 32 && direct.alpha_mask == 0xff && direct.alpha_shift == 24 &&
            direct.red_shift == 16)
            w.argbFormat = format.id;
        if (format.depth == 24 && direct.alpha_mask == 0 && direct.red_shift == 16)
            w.rgbFormat = format.id;
    }
    std::free(formats);
}

// What comes out when a picture is the source, and the glyphs of a set are drawn.
void lookAtPictures(World& w, Transcript& t) {
    for (auto& c : w.connections) {
        const auto pixmap = w.freshId(c);
        const auto destination_ = w.freshId(c);
        const auto black = w.freshId(c);
        xcb_create_pixmap(c.xcb, 32, pixmap, w.frame, 100, 80);
        xcb_render_create_picture(c.xcb, destination_, pixmap, w.argbFormat, 0, nullptr);
        xcb_render_create_solid_fill(c.xcb, black, {0, 0, 0, 0xffff});
        const auto clear = [&] {
            const xcb_rectangle_t all{0, 0, 100, 80};
            xcb_render_fill_rectangles(c.xcb, 1, destination_, {0x8000, 0x4000, 0, 0xffff}, 1,
                                       &all);
        };
        for (const auto& picture : c.pictures) {
            clear();
            xcb_render_composite(c.xcb, 3, picture.id, XCB_NONE, destination_, 0, 0, 0, 0, 0, 0,
                                 100, 80);
            t.line("with " + std::to_string(picture.id & 0x1fffff));
            t.image(c, "composed", pixmap, 100, 80);
        }
        for (const auto glyphs : c.glyphSets) {
            clear();
            const std::uint8_t commands[] = {5, 0, 0, 0, 5, 0, 20, 0, 65, 66, 67, 68, 69, 0, 0, 0};
            xcb_render_composite_glyphs_8(c.xcb, 3, black, destination_, 0, glyphs, 0, 0,
                                          sizeof commands, commands);
            t.image(c, "glyphs", pixmap, 100, 80);
        }
        for (const auto id : {destination_, black})
            xcb_render_free_picture(c.xcb, id);
        xcb_free_pixmap(c.xcb, pixmap);
    }
    t.settle();
}

} // namespace script
