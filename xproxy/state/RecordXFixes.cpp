// XFIXES: regions, names of cursors, selections watched, barriers.

#include "xproxy/state/Recorder.h"

#include <optional>

namespace entracte::xproxy {

namespace xfixes = wire::xfixes;

namespace {

void createRegion(const RequestContext& c) {
    const ClientXid id = xidOf(c.view, xfixes::CreateRegion::region);
    if (!c.mayCreate(id))
        return;
    c.record.create<Region>(id, c.client);
    markRegion(c, id);
    c.effects.created = id;
}

void replaceCursor(const RequestContext& c, const CursorRef& from, const CursorRef& to) {
    if (!from || !to)
        return;
    for (const auto& window : c.record.all<Window>())
        if (window->cursor == to)
            window->cursor = from;
}

// The clip that a region gives; nothing when it is not known. None takes every clip away.
std::optional<RegionClip> clipFrom(const RequestContext& c, ClientXid region, std::int16_t x,
                                   std::int16_t y) {
    if (region == ClientXid::None)
        return RegionClip{nullptr, x, y};
    const auto known = c.record.find<Region>(region);
    if (!known)
        return {};
    return RegionClip{known->shape, x, y};
}

void setGcClip(const RequestContext& c) {
    using namespace xfixes::SetGCClipRegion;
    namespace GC = wire::core::GC;
    const auto of = c.record.find<GContext>(xidOf(c.view, gc));
    const auto clip =
        clipFrom(c, xidOf(c.view, region), c.view.get(x_origin), c.view.get(y_origin));
    if (!of || !clip)
        return;
    of->clipRegion = *clip;
    of->clip.reset();
    of->clipMask.reset();
    of->values.unset(GC::ClipMask);
    of->values.set(GC::ClipOriginX, static_cast<std::uint32_t>(std::int32_t{clip->x}));
    of->values.set(GC::ClipOriginY, static_cast<std::uint32_t>(std::int32_t{clip->y}));
}

void setPictureClip(const RequestContext& c) {
    using namespace xfixes::SetPictureClipRegion;
    namespace CP = wire::render::CP;
    const auto of = c.record.find<Picture>(xidOf(c.view, picture));
    const auto clip =
        clipFrom(c, xidOf(c.view, region), c.view.get(x_origin), c.view.get(y_origin));
    if (!of || !clip || of->drawable == ClientXid::None)
        return;
    of->clipRegion = *clip;
    of->clip = {};
    of->clipMask.reset();
    of->values.unset(CP::ClipMask);
    of->values.set(CP::ClipXOrigin, static_cast<std::uint32_t>(std::int32_t{clip->x}));
    of->values.set(CP::ClipYOrigin, static_cast<std::uint32_t>(std::int32_t{clip->y}));
}

} // namespace

void recordXFixesRequest(const RequestContext& c) {
    Record& record = c.record;
    const auto& v = c.view;
    switch (c.opcode) {
    case xfixes::kQueryVersion:
        c.stick(ClientXid::None);
        break;
    case xfixes::kChangeSaveSet: {
        auto& saveSet = record.clients[c.client].saveSet;
        const ClientXid window = xidOf(v, xfixes::ChangeSaveSet::window);
        const auto saved = record.find<Window>(window);
        if (!saved || saved->owner == c.client)
            break; // refused
        if (v.get(xfixes::ChangeSaveSet::mode) == wire::core::SetMode::Insert)
            saveSet.insert(window);
        else
            saveSet.erase(window);
        break;
    }
    case xfixes::kSelectSelectionInput:
        c.stick(xidOf(v, xfixes::SelectSelectionInput::window),
                v.get(xfixes::SelectSelectionInput::selection));
        break;
    case xfixes::kSelectCursorInput:
        c.stick(xidOf(v, xfixes::SelectCursorInput::window));
        break;
    case xfixes::kCreateRegion:
    case xfixes::kCreateRegionFromBitmap:
    case xfixes::kCreateRegionFromWindow:
    case xfixes::kCreateRegionFromGC:
    case xfixes::kCreateRegionFromPicture:
        createRegion(c);
        break;
    case xfixes::kDestroyRegion:
        markRegion(c, xidOf(v, xfixes::DestroyRegion::region), true);
        break;
    case xfixes::kSetRegion:
    case xfixes::kTranslateRegion:
        markRegion(c, xidOf(v, xfixes::SetRegion::region));
        break;
    case xfixes::kCopyRegion:
    case xfixes::kRegionExtents:
    case xfixes::kExpandRegion:
        markRegion(c, xidOf(v, xfixes::CopyRegion::destination));
        break;
    case xfixes::kUnionRegion:
    case xfixes::kIntersectRegion:
    case xfixes::kSubtractRegion:
        markRegion(c, xidOf(v, xfixes::UnionRegion::destination));
        break;
    case xfixes::kInvertRegion:
        markRegion(c, xidOf(v, xfixes::InvertRegion::destination));
        break;
    case xfixes::kSetWindowShapeRegion:
        if (const ClientXid region = xidOf(v, xfixes::SetWindowShapeRegion::region);
            region == ClientXid::None || record.find<Region>(region))
            reshape(record, xidOf(v, xfixes::SetWindowShapeRegion::dest),
                    v.get(xfixes::SetWindowShapeRegion::dest_kind), wire::shape::SO::Set,
                    region == ClientXid::None);
        break;
    case xfixes::kSetGCClipRegion:
        setGcClip(c);
        break;
    case xfixes::kSetPictureClipRegion:
        setPictureClip(c);
        break;
    case xfixes::kSetCursorName:
        if (const auto cursor = record.find<Cursor>(xidOf(v, xfixes::SetCursorName::cursor)))
            cursor->name = textOf(
                v.part(xfixes::SetCursorName::kFixedSize, v.get(xfixes::SetCursorName::nbytes)));
        break;
    case xfixes::kChangeCursor:
        replaceCursor(c, record.find<Cursor>(xidOf(v, xfixes::ChangeCursor::source)),
                      record.find<Cursor>(xidOf(v, xfixes::ChangeCursor::destination)));
        break;
    case xfixes::kHideCursor:
        c.stick(xidOf(v, xfixes::HideCursor::window));
        break;
    case xfixes::kShowCursor:
        c.unstick(xidOf(v, xfixes::ShowCursor::window), xfixes::kHideCursor);
        break;
    case xfixes::kSetClientDisconnectMode:
        c.stick(ClientXid::None);
        break;
    case xfixes::kCreatePointerBarrier:
        c.stick(xidOf(v, xfixes::CreatePointerBarrier::window),
                v.get(xfixes::CreatePointerBarrier::barrier));
        break;
    case xfixes::kDeletePointerBarrier:
        record.sticky.eraseIf([&](const StickyKey& key) {
            return key.client == c.client && key.ext == Ext::XFixes &&
                   key.opcode == xfixes::kCreatePointerBarrier &&
                   key.detail == v.get(xfixes::DeletePointerBarrier::barrier);
        });
        break;
    default:
        c.effects.unknown = true;
        break;
    }
}

} // namespace entracte::xproxy
