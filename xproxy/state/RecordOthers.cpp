// The extensions of which there is little to remember: SHAPE, RANDR, XKB, DAMAGE, Composite,
// MIT-SCREEN-SAVER, XTEST, BIG-REQUESTS, Generic Event Extension.

#include "xproxy/state/Recorder.h"

namespace entracte::xproxy {

namespace {

// Whether there is what a shape is to be made of. A window may be a stranger's.
bool isShapeSource(const RequestContext& c) {
    namespace shape = wire::shape;
    if (c.opcode == shape::kMask) {
        const auto bitmap = c.record.find<Pixmap>(xidOf(c.view, shape::Mask::source_bitmap));
        return bitmap && bitmap->depth == 1;
    }
    if (c.opcode != shape::kCombine)
        return true;
    const ClientXid window = xidOf(c.view, shape::Combine::source_window);
    return c.record.find<Window>(window) || !c.record.isOfPrograms(window);
}

void recordShape(const RequestContext& c) {
    namespace shape = wire::shape;
    switch (c.opcode) {
    // Operation, kind and window are in the same places of all three.
    case shape::kRectangles:
    case shape::kMask:
    case shape::kCombine: {
        using namespace shape::Mask;
        const bool none = c.opcode == shape::kMask && c.view.get(source_bitmap) == 0;
        if (!isShapeSource(c) && !none)
            break;
        reshape(c.record, xidOf(c.view, destination_window), c.view.get(destination_kind),
                c.view.get(operation), none);
        break;
    }
    case shape::kOffset:
        markReshaped(c.record, xidOf(c.view, shape::Rectangles::destination_window));
        break;
    case shape::kSelectInput:
        c.stick(xidOf(c.view, shape::SelectInput::destination_window));
        break;
    default:
        c.effects.unknown = true;
        break;
    }
}

void recordComposite(const RequestContext& c) {
    namespace composite = wire::composite;
    switch (c.opcode) {
    case composite::kQueryVersion:
        c.stick(ClientXid::None);
        break;
    case composite::kGetOverlayWindow:
        c.stick(ClientXid::None);
        break;
    case composite::kReleaseOverlayWindow:
        c.unstick(ClientXid::None, composite::kGetOverlayWindow);
        break;
    case composite::kRedirectWindow:
    case composite::kRedirectSubwindows:
        c.stick(xidOf(c.view, composite::RedirectWindow::window),
                c.view.get(composite::RedirectWindow::update));
        break;
    case composite::kUnredirectWindow:
    case composite::kUnredirectSubwindows: {
        const std::uint8_t opcode = c.opcode == composite::kUnredirectWindow
                                        ? composite::kRedirectWindow
                                        : composite::kRedirectSubwindows;
        c.unstick(xidOf(c.view, composite::RedirectWindow::window), opcode,
                  c.view.get(composite::RedirectWindow::update));
        break;
    }
    case composite::kNameWindowPixmap: {
        using namespace composite::NameWindowPixmap;
        const ClientXid id = xidOf(c.view, pixmap);
        const auto of = c.record.find<Window>(xidOf(c.view, window));
        if (!c.mayCreate(id) || !of)
            break;
        const auto made = c.record.create<Pixmap>(id, c.client);
        made->width = of->width;
        made->height = of->height;
        made->depth = of->depth;
        made->ofWindow = of->id;
        c.effects.created = id;
        break;
    }
    case composite::kCreateRegionFromBorderClip: {
        const ClientXid id = xidOf(c.view, composite::CreateRegionFromBorderClip::region);
        if (!c.mayCreate(id))
            break;
        c.record.create<Region>(id, c.client);
        c.effects.created = id;
        break;
    }
    default:
        c.effects.unknown = true;
        break;
    }
}

void recordDamage(const RequestContext& c) {
    namespace damage = wire::damage;
    switch (c.opcode) {
    case damage::kQueryVersion:
        c.stick(ClientXid::None);
        break;
    case damage::kCreate: {
        using namespace damage::Create;
        const ClientXid id = xidOf(c.view, damage::Create::damage);
        if (!c.mayCreate(id))
            break;
        const auto made = c.record.create<Damage>(id, c.client);
        made->drawable = xidOf(c.view, drawable);
        made->level = c.view.get(level);
        c.effects.created = id;
        break;
    }
    case damage::kDestroy:
        c.record.forget<Damage>(xidOf(c.view, damage::Destroy::damage));
        break;
    case damage::kSubtract:
        markRegion(c, xidOf(c.view, damage::Subtract::parts));
        break;
    default:
        c.effects.unknown = true;
        break;
    }
}

void recordXkb(const RequestContext& c) {
    namespace xkb = wire::xkb;
    switch (c.opcode) {
    case xkb::kUseExtension:
        c.stick(ClientXid::None);
        break;
    case xkb::kSelectEvents: // each may speak of other events: all that differ are kept
        c.stick(ClientXid::None, digest(c.view.tail(4)));
        break;
    case xkb::kPerClientFlags:
        c.stick(ClientXid::None, c.view.get(xkb::PerClientFlags::change));
        break;
    default:
        c.effects.unknown = true;
        break;
    }
}

} // namespace

void recordOtherRequest(const RequestContext& c) {
    switch (c.ext) {
    case Ext::Shape:
        recordShape(c);
        break;
    case Ext::Composite:
        recordComposite(c);
        break;
    case Ext::Damage:
        recordDamage(c);
        break;
    case Ext::Xkb:
        recordXkb(c);
        break;
    case Ext::RandR:
        if (c.opcode == wire::randr::kQueryVersion)
            c.stick(ClientXid::None);
        else if (c.opcode == wire::randr::kSelectInput)
            c.stick(xidOf(c.view, wire::randr::SelectInput::window));
        else
            c.effects.unknown = true;
        break;
    case Ext::ScreenSaver:
        if (c.opcode == wire::screensaver::kSelectInput)
            c.stick(xidOf(c.view, wire::screensaver::SelectInput::drawable));
        else if (c.opcode == wire::screensaver::kSuspend)
            c.stick(ClientXid::None);
        else
            c.effects.unknown = true;
        break;
    case Ext::XTest:
        if (c.opcode == wire::xtest::kGrabControl)
            c.stick(ClientXid::None);
        else
            c.effects.unknown = true;
        break;
    case Ext::BigRequests:
    case Ext::GenericEvent:
        c.stick(ClientXid::None);
        break;
    default:
        c.effects.unknown = true;
        break;
    }
}

} // namespace entracte::xproxy
