#include "xproxy/state/Accepted.h"

#include <algorithm>

namespace entracte::xproxy {

namespace {

namespace CP = wire::render::CP;
namespace CW = wire::core::CW;
namespace GC = wire::core::GC;

// What is below the first bit that `isWrong`.
template <typename IsWrong>
ValueList untilWrong(const ValueList& values, IsWrong isWrong) {
    ValueList taken = values;
    for (unsigned bit = 0; bit < 32; ++bit) {
        const std::uint32_t flag = 1u << bit;
        if (values.has(flag) && isWrong(flag, values.at(flag))) {
            taken.mask &= flag - 1;
            break;
        }
    }
    return taken;
}

bool isPixmapOfDepth(const Record& record, std::uint32_t id, unsigned depth) {
    const auto pixmap = record.find<Pixmap>(ClientXid{id});
    return pixmap && pixmap->depth == depth;
}

// The largest value of the components that are numbers of a kind; none for others.
std::uint32_t highestOfGc(std::uint32_t flag) {
    switch (flag) {
    case GC::Function:
        return 15;
    case GC::LineStyle:
    case GC::JoinStyle:
        return 2;
    case GC::CapStyle:
    case GC::FillStyle:
        return 3;
    case GC::FillRule:
    case GC::SubwindowMode:
    case GC::GraphicsExposures:
    case GC::ArcMode:
        return 1;
    default:
        return ~0u;
    }
}

// Of the bits that another client must not have, too.
bool isTakenByOther(const Window& window, ClientId client, std::uint32_t wanted) {
    constexpr std::uint32_t kExclusive =
        1u << 20 | 1u << 18 | 1u << 2; // SubstructureRedirect, ResizeRedirect, ButtonPress
    return std::ranges::any_of(window.eventMasks, [&](const auto& entry) {
        return entry.first != client && (entry.second & wanted & kExclusive) != 0;
    });
}

} // namespace

ValueList acceptedByGContext(const Record& record, const GContext& gc, const ValueList& values) {
    const auto unknown = [&](std::uint32_t flag, auto find, bool noneAllowed) {
        return values.has(flag) && !(noneAllowed && values.at(flag) == 0) &&
               !find(ClientXid{values.at(flag)});
    };
    const auto pixmap = [&](ClientXid id) { return record.find<Pixmap>(id) != nullptr; };
    const auto font = [&](ClientXid id) { return record.find<Font>(id) != nullptr; };
    if (unknown(GC::Tile, pixmap, false) || unknown(GC::Stipple, pixmap, false) ||
        unknown(GC::Font, font, false) || unknown(GC::ClipMask, pixmap, true)) {
        return {};
    }
    return untilWrong(values, [&](std::uint32_t flag, std::uint32_t value) {
        switch (flag) {
        case GC::Tile:
            return !isPixmapOfDepth(record, value, gc.depth);
        case GC::Stipple:
            return !isPixmapOfDepth(record, value, 1);
        case GC::ClipMask:
            return value != 0 && !isPixmapOfDepth(record, value, 1);
        case GC::DashList:
            return (value & 0xff) == 0;
        default:
            return value > highestOfGc(flag);
        }
    });
}

ValueList acceptedByWindow(const Record& record, const Window& window, ClientId client,
                           const ValueList& values) {
    constexpr std::uint32_t kParentRelative = 1;
    constexpr std::uint32_t kHighestGravity = 10;
    constexpr std::uint32_t kAllEvents = (1u << 25) - 1;
    constexpr std::uint32_t kPropagated = 0x3f4f; // keys, buttons, motion
    constexpr std::uint32_t kOfInputOnly =
        CW::WinGravity | CW::EventMask | CW::DontPropagate | CW::OverrideRedirect | CW::Cursor;
    if (window.isInputOnly() && (values.mask & ~kOfInputOnly) != 0)
        return {};
    const auto parent = record.find<Window>(window.parent);
    const bool likeParent = !parent || parent->depth == window.depth;
    return untilWrong(values, [&](std::uint32_t flag, std::uint32_t value) {
        switch (flag) {
        case CW::BackPixmap:
            return value == kParentRelative
                       ? !likeParent
                       : value != 0 && !isPixmapOfDepth(record, value, window.depth);
        case CW::BorderPixmap:
            return value == 0 ? !likeParent : !isPixmapOfDepth(record, value, window.depth);
        case CW::BitGravity:
        case CW::WinGravity:
            return value > kHighestGravity;
        case CW::BackingStore:
            return value > 2;
        case CW::OverrideRedirect:
        case CW::SaveUnder:
            return value > 1;
        case CW::EventMask:
            return (value & ~kAllEvents) != 0 || isTakenByOther(window, client, value);
        case CW::DontPropagate:
            return (value & ~kPropagated) != 0;
        case CW::Cursor:
            return value != 0 && !record.find<Cursor>(ClientXid{value});
        default:
            return false;
        }
    });
}

ValueList acceptedByPicture(const Record& record, const Picture& picture, const ValueList& values) {
    constexpr std::uint32_t kYesOrNo =
        CP::GraphicsExposure | CP::SubwindowMode | CP::PolyEdge | CP::PolyMode | CP::ComponentAlpha;
    constexpr std::uint32_t kHighestRepeat = 3;
    return untilWrong(values, [&](std::uint32_t flag, std::uint32_t value) {
        if (flag == CP::Repeat)
            return value > kHighestRepeat;
        if (flag == CP::AlphaMap && value != 0) {
            const auto map = record.find<Picture>(ClientXid{value});
            return !map || !map->pixmap;
        }
        if (flag == CP::ClipMask)
            return picture.drawable == ClientXid::None ||
                   (value != 0 && !isPixmapOfDepth(record, value, 1));
        return (flag & kYesOrNo) != 0 && value > 1;
    });
}

} // namespace entracte::xproxy
