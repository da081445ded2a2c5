// RENDER: pictures, glyph sets, cursors.

#include "xproxy/state/Accepted.h"
#include "xproxy/state/Recorder.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace entracte::xproxy {

namespace render = wire::render;

namespace {

constexpr std::size_t kGlyphInfoSize = 12; // bytes
constexpr std::uint32_t kMaxGlyphs = 1u << 20;

void applyValues(Record& record, Picture& picture, const ValueList& given) {
    const ValueList changes = acceptedByPicture(record, picture, given);
    if (changes.has(render::CP::AlphaMap)) {
        auto map = record.find<Picture>(ClientXid{changes.at(render::CP::AlphaMap)});
        const bool simple = map && map.get() != &picture && !map->alphaMap;
        picture.alphaMap = simple ? std::move(map) : nullptr;
    }
    if (changes.has(render::CP::ClipMask)) {
        picture.clipMask = record.find<Pixmap>(ClientXid{changes.at(render::CP::ClipMask)});
        picture.clip = {};
        picture.clipRegion = {};
    }
    picture.values.merge(changes);
}

void createPicture(const RequestContext& c) {
    using namespace render::CreatePicture;
    const ClientXid id = xidOf(c.view, pid);
    if (!c.mayCreate(id))
        return;
    const auto picture = c.record.create<Picture>(id, c.client);
    picture->drawable = xidOf(c.view, drawable);
    picture->pixmap = c.record.find<Pixmap>(picture->drawable);
    if (const auto buffer = c.record.find<BackBuffer>(picture->drawable))
        picture->pixmap = buffer->pixels;
    picture->format = c.view.get(format);
    applyValues(c.record, *picture, ValueList::parse(c.view, c.view.get(value_mask), kFixedSize));
    c.effects.created = id;
}

void createSource(const RequestContext& c) {
    const ClientXid id = xidOf(c.view, render::CreateSolidFill::picture);
    if (!c.mayCreate(id))
        return;
    c.record.create<Picture>(id, c.client)->sourceRequest = copyOf(c.view.bytes());
    c.effects.created = id;
}

std::size_t glyphImageSize(std::uint8_t bitsPerPixel, std::size_t width, std::size_t height) {
    return (width * bitsPerPixel + 31) / 32 * 4 * height;
}

void addGlyphs(const RequestContext& c) {
    using namespace render::AddGlyphs;
    const auto set = c.record.find<GlyphSet>(xidOf(c.view, glyphset));
    const std::uint32_t count = c.view.get(glyphs_len);
    if (!set || count > kMaxGlyphs)
        return;
    std::map<std::uint32_t, Glyph> added;
    const std::size_t infos = kFixedSize + 4 * std::size_t{count};
    std::size_t image = infos + kGlyphInfoSize * count;
    for (std::uint32_t i = 0; i < count; ++i) {
        Glyph glyph;
        for (std::size_t f = 0; f < glyph.info.size(); ++f)
            glyph.info[f] = c.view.u16(infos + kGlyphInfoSize * i + 2 * f);
        const std::size_t size =
            glyphImageSize(set->store->bitsPerPixel, glyph.info[0], glyph.info[1]);
        if (image > c.view.size() || size > c.view.size() - image)
            return;
        glyph.image = copyOf(c.view.part(image, size));
        image += size;
        added.insert_or_assign(c.view.u32(kFixedSize + 4 * std::size_t{i}), std::move(glyph));
    }
    for (auto& [id, glyph] : added)
        set->store->glyphs.insert_or_assign(id, std::move(glyph));
}

void createCursor(const RequestContext& c) {
    using namespace render::CreateCursor;
    const ClientXid id = xidOf(c.view, cid);
    const auto picture = c.record.find<Picture>(xidOf(c.view, source));
    if (!c.mayCreate(id) || !picture || picture->drawable == ClientXid::None)
        return;
    const auto cursor = c.record.create<Cursor>(id, c.client);
    auto image = std::make_shared<Image>();
    if (const auto& pixmap = picture->pixmap; pixmap && !pixmap->named && !pixmap->withheld)
        image = pixmap->image; // a back buffer that is gone: nobody can be asked
    else if (pixmap)
        c.effects.captures.push_back({pixmap->id, pixmap->width, pixmap->height, image});
    else if (const auto window = c.record.find<Window>(picture->drawable))
        c.effects.captures.push_back({window->id, window->width, window->height, image});
    cursor->source = PictureCursor{image, picture->format, c.view.get(x), c.view.get(y)};
    c.effects.created = id;
}

void createAnimCursor(const RequestContext& c) {
    using namespace render::CreateAnimCursor;
    const ClientXid id = xidOf(c.view, cid);
    if (!c.mayCreate(id))
        return;
    AnimatedCursor animation;
    for (std::size_t at = kFixedSize; at + 8 <= c.view.size(); at += 8)
        if (auto frame = c.record.find<Cursor>(ClientXid{c.view.u32(at)}))
            animation.frames.push_back({std::move(frame), c.view.u32(at + 4)});
    c.record.create<Cursor>(id, c.client)->source = std::move(animation);
    c.effects.created = id;
}

// Whether the server knows a filter by this name and takes it with so many parameters.
bool isFilter(const MessageView& v) {
    using namespace render::SetPictureFilter;
    constexpr std::array<std::string_view, 5> kPlain = {"nearest", "bilinear", "fast", "good",
                                                        "best"};
    const std::string name = textOf(v.part(kFixedSize, v.get(filter_len)));
    if (name == "convolution")
        return true;
    return std::ranges::find(kPlain, name) != kPlain.end() &&
           v.size() <= kFixedSize + padded(v.get(filter_len));
}

void setClipRectangles(const RequestContext& c) {
    using namespace render::SetPictureClipRectangles;
    const auto of = c.record.find<Picture>(xidOf(c.view, picture));
    if (!of || of->drawable == ClientXid::None)
        return;
    of->clip = {c.client, copyOf(c.view.bytes())};
    of->clipRegion = {};
    of->clipMask.reset();
    of->values.unset(render::CP::ClipMask);
    const auto place = [](std::int16_t at) { return static_cast<std::uint32_t>(std::int32_t{at}); };
    of->values.set(render::CP::ClipXOrigin, place(c.view.get(clip_x_origin)));
    of->values.set(render::CP::ClipYOrigin, place(c.view.get(clip_y_origin)));
}

void setLatest(const RequestContext& c, Picture::Latest Picture::*which) {
    // All of them name the picture in the same place.
    if (const auto picture =
            c.record.find<Picture>(xidOf(c.view, render::SetPictureTransform::picture)))
        (*picture).*which = {c.client, copyOf(c.view.bytes())};
}

} // namespace

void recordRenderRequest(const RequestContext& c) {
    Record& record = c.record;
    switch (c.opcode) {
    case render::kQueryVersion:
        c.stick(ClientXid::None);
        break;
    case render::kCreatePicture:
        createPicture(c);
        break;
    case render::kChangePicture:
        if (const auto picture =
                record.find<Picture>(xidOf(c.view, render::ChangePicture::picture)))
            applyValues(record, *picture,
                        ValueList::parse(c.view, c.view.get(render::ChangePicture::value_mask),
                                         render::ChangePicture::kFixedSize));
        break;
    case render::kSetPictureClipRectangles:
        setClipRectangles(c);
        break;
    case render::kSetPictureTransform:
        setLatest(c, &Picture::transform);
        break;
    case render::kSetPictureFilter:
        if (isFilter(c.view))
            setLatest(c, &Picture::filter);
        break;
    case render::kFreePicture:
        record.forget<Picture>(xidOf(c.view, render::FreePicture::picture));
        break;
    case render::kCreateSolidFill:
    case render::kCreateLinearGradient:
    case render::kCreateRadialGradient:
    case render::kCreateConicalGradient:
        createSource(c);
        break;
    case render::kCreateGlyphSet: {
        using namespace render::CreateGlyphSet;
        const ClientXid id = xidOf(c.view, gsid);
        if (!c.mayCreate(id))
            break;
        const auto set = record.create<GlyphSet>(id, c.client);
        set->store = std::make_shared<GlyphStore>();
        set->store->format = c.view.get(format);
        const auto known = record.pictFormats.find(set->store->format);
        const std::uint8_t depth = known == record.pictFormats.end() ? 0 : known->second.depth;
        set->store->bitsPerPixel = depth > 8 ? 32 : depth;
        c.effects.created = id;
        break;
    }
    case render::kReferenceGlyphSet: {
        using namespace render::ReferenceGlyphSet;
        const ClientXid id = xidOf(c.view, gsid);
        const auto from = record.find<GlyphSet>(xidOf(c.view, existing));
        if (!c.mayCreate(id) || !from)
            break;
        record.create<GlyphSet>(id, c.client)->store = from->store;
        c.effects.created = id;
        break;
    }
    case render::kFreeGlyphSet:
        record.forget<GlyphSet>(xidOf(c.view, render::FreeGlyphSet::glyphset));
        break;
    case render::kAddGlyphs:
        addGlyphs(c);
        break;
    case render::kFreeGlyphs:
        if (const auto set = record.find<GlyphSet>(xidOf(c.view, render::FreeGlyphs::glyphset)))
            for (std::size_t at = render::FreeGlyphs::kFixedSize; at + 4 <= c.view.size(); at += 4)
                set->store->glyphs.erase(c.view.u32(at));
        break;
    case render::kCreateCursor:
        createCursor(c);
        break;
    case render::kCreateAnimCursor:
        createAnimCursor(c);
        break;
    default:
        c.effects.unknown = true;
        break;
    }
}

} // namespace entracte::xproxy
