#include "xproxy/proxy/RequestSplit.h"

#include <algorithm>

namespace entracte::xproxy {

namespace core = wire::core;
namespace render = wire::render;

namespace {

constexpr std::size_t kBigHeader = 4; // bytes that BIG-REQUESTS adds
constexpr std::size_t kPointSize = 4; // bytes

// Requests that end in a list whose items stand for themselves.
struct ListRequest {
    Ext ext;
    std::uint8_t opcode;
    std::size_t head; // bytes before the list
    std::size_t item; // bytes
};
constexpr ListRequest kLists[] = {
    {Ext::Core, core::kPolySegment, core::PolySegment::kFixedSize, 8},
    {Ext::Core, core::kPolyRectangle, core::PolyRectangle::kFixedSize, 8},
    {Ext::Core, core::kPolyArc, core::PolyArc::kFixedSize, 12},
    {Ext::Core, core::kPolyFillRectangle, core::PolyFillRectangle::kFixedSize, 8},
    {Ext::Core, core::kPolyFillArc, core::PolyFillArc::kFixedSize, 12},
    {Ext::Core, core::kFreeColors, core::FreeColors::kFixedSize, 4},
    {Ext::Core, core::kStoreColors, core::StoreColors::kFixedSize, 12},
    {Ext::Render, render::kTrapezoids, render::Trapezoids::kFixedSize, 40},
    {Ext::Render, render::kTriangles, render::Triangles::kFixedSize, 24},
    {Ext::Render, render::kFillRectangles, render::FillRectangles::kFixedSize, 8},
    {Ext::Render, render::kAddTraps, render::AddTraps::kFixedSize, 24},
    {Ext::Render, render::kFreeGlyphs, render::FreeGlyphs::kFixedSize, 4},
};

MessageBuilder beginLike(const MessageView& view, std::size_t head) {
    MessageBuilder piece = MessageBuilder::request(view.order(), view.u8(0), view.u8(1));
    piece.bytes(view.part(4, head - 4));
    return piece;
}

// How many items of `item` bytes fit beside a head.
std::size_t roomFor(std::size_t most, std::size_t head, std::size_t item) {
    return most > head + kBigHeader ? (most - head - kBigHeader) / item : 0;
}

std::vector<Bytes> splitList(const MessageView& view, const ListRequest& list, std::size_t most) {
    std::vector<Bytes> pieces;
    const auto items = view.tail(list.head);
    const std::size_t atOnce = roomFor(most, list.head, list.item) * list.item;
    if (atOnce == 0 || items.size() % list.item != 0)
        return {};
    for (std::size_t at = 0; at < items.size(); at += atOnce)
        pieces.push_back(beginLike(view, list.head)
                             .bytes(items.subspan(at, std::min(atOnce, items.size() - at)))
                             .finish());
    return pieces;
}

// A line goes on from the point where the piece before it ended. The points of a piece may be
// counted from one another, but for its first.
std::vector<Bytes> splitPoints(const MessageView& view, bool isLine, std::size_t most) {
    constexpr std::uint8_t kPrevious = 1;
    constexpr std::size_t kHead = core::PolyPoint::kFixedSize;
    const auto points = view.tail(kHead);
    const std::size_t count = points.size() / kPointSize;
    const std::size_t atOnce = roomFor(most, kHead, kPointSize);
    if (atOnce < 2 || points.size() % kPointSize != 0)
        return {};
    const bool relative = view.u8(1) == kPrevious;
    const auto pointAt = [&](std::size_t i) {
        const std::size_t at = kHead + i * kPointSize;
        return std::pair(view.u16(at), view.u16(at + 2));
    };
    std::vector<Bytes> pieces;
    std::uint16_t x = 0, y = 0; // of the piece's first point, as the protocol wraps them
    std::size_t summed = 0;     // points that these are the sum of
    for (std::size_t at = 0; at < count;) {
        const std::size_t last = std::min(at + atOnce, count);
        auto piece = beginLike(view, kHead);
        for (; summed <= at; ++summed) {
            const auto [dx, dy] = pointAt(summed);
            x = static_cast<std::uint16_t>(relative ? x + dx : dx);
            y = static_cast<std::uint16_t>(relative ? y + dy : dy);
        }
        piece.u16(x).u16(y);
        pieces.push_back(
            piece.bytes(points.subspan((at + 1) * kPointSize, (last - at - 1) * kPointSize))
                .finish());
        at = isLine && last < count ? last - 1 : last;
    }
    return pieces;
}

std::vector<Bytes> splitProperty(const MessageView& view, std::size_t most) {
    using namespace core::ChangeProperty;
    const std::size_t unit = view.get(format) / 8u;
    const std::size_t size = std::size_t{view.get(data_len)} * unit;
    const std::size_t atOnce = unit == 0 ? 0 : roomFor(most, kFixedSize, unit) * unit;
    if (atOnce == 0 || view.size() != kFixedSize + padded(size))
        return {};
    const auto data = view.part(kFixedSize, size);
    const std::uint8_t mode = view.u8(1);
    std::vector<Bytes> pieces;
    for (std::size_t at = 0; at < size; at += atOnce) {
        const auto some = data.subspan(at, std::min(atOnce, size - at));
        const bool takesPlace = mode == core::PropMode::Replace && at > 0;
        MessageBuilder piece = MessageBuilder::request(
            view.order(), view.u8(0),
            takesPlace ? static_cast<std::uint8_t>(core::PropMode::Append) : mode);
        piece.bytes(view.part(4, kFixedSize - 4));
        piece.set(data_len, static_cast<std::uint32_t>(some.size() / unit));
        pieces.push_back(piece.bytes(some).finish());
    }
    if (mode == core::PropMode::Prepend)
        std::ranges::reverse(pieces);
    return pieces;
}

std::vector<Bytes> splitImage(const MessageView& view, std::size_t most, const SetupInfo& setup) {
    using namespace core::PutImage;
    const bool isZ = view.get(format) == core::ImageFormat::ZPixmap;
    const PixmapFormat* known = setup.format(view.get(depth));
    // Of several planes, one comes after the other: rows of all cannot be sent together.
    if (!known || (!isZ && view.get(depth) != 1) || (isZ && view.get(left_pad) != 0))
        return {};
    const std::size_t pad = isZ ? known->scanlinePad : setup.bitmapScanlinePad;
    const std::size_t bits = isZ ? std::size_t{view.get(width)} * known->bitsPerPixel
                                 : std::size_t{view.get(width)} + view.get(left_pad);
    const std::size_t row = pad == 0 ? 0 : (bits + pad - 1) / pad * pad / 8;
    const std::size_t rows = view.get(height);
    const std::size_t atOnce = row == 0 ? 0 : roomFor(most, kFixedSize, row);
    if (atOnce == 0 || view.size() != kFixedSize + padded(row * rows))
        return {};
    std::vector<Bytes> pieces;
    for (std::size_t at = 0; at < rows; at += atOnce) {
        const std::size_t some = std::min(atOnce, rows - at);
        auto piece = beginLike(view, kFixedSize);
        piece.set(height, static_cast<std::uint16_t>(some));
        piece.set(dst_y, static_cast<std::int16_t>(view.get(dst_y) + static_cast<int>(at)));
        pieces.push_back(piece.bytes(view.part(kFixedSize + at * row, some * row)).finish());
    }
    return pieces;
}

} // namespace

std::vector<Bytes> splitRequest(Ext ext, std::uint8_t opcode, const MessageView& view,
                                std::size_t most, const SetupInfo& setup) {
    if (ext == Ext::Core)
        switch (opcode) {
        case core::kChangeProperty:
            return splitProperty(view, most);
        case core::kPutImage:
            return splitImage(view, most, setup);
        case core::kPolyPoint:
        case core::kPolyLine:
            return splitPoints(view, opcode == core::kPolyLine, most);
        default:
            break;
        }
    for (const ListRequest& list : kLists)
        if (list.ext == ext && list.opcode == opcode)
            return splitList(view, list, most);
    return {};
}

Bytes withShortHeader(const MessageView& view) {
    return beginLike(view, 4).bytes(view.tail(4)).finish();
}

} // namespace entracte::xproxy
