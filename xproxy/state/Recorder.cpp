#include "xproxy/state/Recorder.h"

#include "xproxy/state/RequestTable.h"
#include "xproxy/state/WindowTree.h"

#include <utility>

namespace entracte::xproxy {

namespace core = wire::core;

RequestEffects Recorder::request(ClientId client, Ext ext, const MessageView& view) {
    RequestEffects effects;
    const std::uint8_t opcode = ext == Ext::Core ? view.u8(0) : view.u8(1);
    const RequestContext context{m_record, client, ext, opcode, view, effects};
    if (auto found = m_record.clients.find(client); found != m_record.clients.end() && opcode != 0)
        found->second.usedExtensions[static_cast<std::size_t>(ext)] = true;
    if (const RequestTrace& trace = traceOf(ext, opcode); trace.kind != RequestTrace::Kind::Full)
        markTrace(m_record, trace, view);
    else if (const RequestRule* rule = ruleOf(ext, opcode); rule && rule->record)
        rule->record(context);
    effects.createdSerial = m_record.serialOf(effects.created);
    return effects;
}

namespace {

// A window of the server's own, over all others, in which compositors make theirs.
void knowOverlay(Record& record, ClientXid id) {
    const auto root = record.roots.empty() ? nullptr : record.find<Window>(record.roots.front());
    if (!root || id == ClientXid::None || record.overlay == id || record.exists(id))
        return;
    const auto overlay = record.create<Window>(id, kNobody);
    overlay->width = root->width;
    overlay->height = root->height;
    overlay->depth = root->depth;
    overlay->visual = root->visual;
    overlay->attributes = root->attributes;
    overlay->mapped = true;
    record.overlay = id;
}

void knowSettingsManager(Record& record, ClientAtom selection, ClientXid owner) {
    for (std::size_t screen = 0; screen < record.roots.size(); ++screen) {
        if (record.atoms.nameOf(selection) != settingsSelection(screen))
            continue;
        auto& managers = record.settingsManagers;
        if (owner == ClientXid::None || record.isOfPrograms(owner))
            managers.erase(screen);
        else if (managers[screen].window != owner)
            managers[screen] = {owner, {}};
    }
}

} // namespace

void Recorder::reply(ClientId client, Ext ext, const MessageView& request,
                     const MessageView& reply) {
    constexpr std::uint8_t kSuccess = 0;
    if (ext == Ext::Core) {
        switch (request.u8(0)) {
        case core::kGetProperty:
            // Deleted with the reading, if nothing was left unread (X protocol, section 10).
            if (request.get(core::GetProperty::delete_) &&
                reply.get(core::GetPropertyReply::bytes_after) == 0)
                if (const auto window =
                        m_record.find<Window>(xidOf(request, core::GetProperty::window))) {
                    const auto found =
                        window->properties.find(atomOf(request, core::GetProperty::property));
                    if (found != window->properties.end() &&
                        raw(found->second.type) == reply.get(core::GetPropertyReply::type))
                        window->properties.erase(found);
                }
            break;
        case core::kAllocColor:
        case core::kAllocNamedColor:
        case core::kAllocColorCells:
        case core::kAllocColorPlanes:
            recordColorReply(m_record, client, request, reply);
            break;
        case core::kGrabPointer:
            if (reply.get(core::GrabPointerReply::status) == kSuccess)
                m_record.activeGrabs[0] = {client, ext, copyOf(request.bytes()),
                                           m_record.cursorOfGrab(ext, request.u8(0), request)};
            break;
        case core::kGrabKeyboard:
            if (reply.get(core::GrabKeyboardReply::status) == kSuccess)
                m_record.activeGrabs[1] = {client, ext, copyOf(request.bytes()), nullptr};
            break;
        case core::kGetSelectionOwner:
            knowSettingsManager(m_record, atomOf(request, core::GetSelectionOwner::selection),
                                xidOf(reply, core::GetSelectionOwnerReply::owner));
            break;
        default:
            break;
        }
    } else if (ext == Ext::Composite && request.u8(1) == wire::composite::kGetOverlayWindow) {
        knowOverlay(m_record, xidOf(reply, wire::composite::GetOverlayWindowReply::overlay_win));
    } else if (ext == Ext::XInput && request.u8(1) == wire::xinput::kXIPassiveGrabDevice) {
        passiveGrabRefused(m_record, client, request, &reply);
    } else if (ext == Ext::XInput && request.u8(1) == wire::xinput::kXIGrabDevice) {
        if (reply.get(wire::xinput::XIGrabDeviceReply::status) == kSuccess)
            m_record.activeGrabs[2u + request.get(wire::xinput::XIGrabDevice::deviceid)] = {
                client, ext, copyOf(request.bytes()),
                m_record.cursorOfGrab(ext, request.u8(1), request)};
    }
}

void recordClientRequest(const RequestContext& c) {
    constexpr std::uint8_t kRetainTemporary = 2;
    if (c.opcode == core::kSetCloseDownMode && c.view.u8(1) <= kRetainTemporary)
        c.record.clients[c.client].closeDown = c.view.u8(1);
    else if (c.opcode != core::kSetCloseDownMode)
        c.effects.unknown = true;
}

void Recorder::event(ClientId client, const MessageView& event) {
    recordWindowEvent(m_record, client, event);
}

void Recorder::failed(ClientXid created, std::uint64_t serial) {
    // The program may have let it go, and made something else by that id, before it knew.
    if (m_record.serialOf(created) != serial)
        return;
    if (m_record.find<Window>(created))
        windowtree::destroy(m_record, created);
    else
        m_record.forget(created);
}

void Recorder::refused(ClientId client, Ext ext, const MessageView& request) {
    if (ext == Ext::XInput && request.u8(1) == wire::xinput::kXIPassiveGrabDevice)
        passiveGrabRefused(m_record, client, request, nullptr);
}

bool RequestContext::mayCreate(ClientXid id) const {
    const auto owner = record.clients.find(client);
    if (owner == record.clients.end() || !owner->second.range.contains(raw(id)) ||
        record.exists(id))
        return false;
    if (!record.holds(id))
        return true;
    const ClientXid unused = record.renameFreed(id, owner->second.range);
    effects.givenWay = {id, unused};
    return unused != ClientXid::None;
}

void markTrace(Record& record, const RequestTrace& trace, const MessageView& view) {
    const ClientXid target{view.u32(trace.target)};
    if (trace.kind == RequestTrace::Kind::Draws)
        markDrawn(record, target);
    else if (trace.kind == RequestTrace::Kind::DrawsToPicture)
        if (const auto picture = record.find<Picture>(target); picture && picture->pixmap)
            markDrawn(record, *picture->pixmap);
}

void markDrawn(Record& record, Pixmap& pixmap) {
    if (!pixmap.hasOwnPixels())
        return;
    pixmap.dirty = true;
    pixmap.touched = std::chrono::steady_clock::now();
    record.capturesDue = true;
}

void markDrawn(Record& record, ClientXid drawable) {
    if (const auto pixmap = record.find<Pixmap>(drawable))
        markDrawn(record, *pixmap);
    else if (const auto buffer = record.find<BackBuffer>(drawable))
        markDrawn(record, *buffer->pixels);
}

void markReshaped(Record& record, ClientXid window) {
    if (const auto shaped = record.find<Window>(window)) {
        shaped->shapeDirty = true;
        record.capturesDue = true;
    }
}

void reshape(Record& record, ClientXid window, std::uint8_t kind, std::uint8_t operation,
             bool none) {
    markReshaped(record, window);
    const auto shaped = record.find<Window>(window);
    if (!shaped || kind != wire::shape::SK::Input)
        return;
    // What was never set is everything: united with something it stays so.
    if (none)
        shaped->inputShaped = false;
    else if (operation != wire::shape::SO::Union)
        shaped->inputShaped = true;
}

void markRegion(const RequestContext& c, ClientXid id, bool gone) {
    const auto region = c.record.find<Region>(id);
    if (!region)
        return;
    if (region->shape.use_count() > 1) {
        if (std::exchange(region->shape->dirty, false))
            c.effects.regionCaptures.push_back({id, region->shape});
        region->shape = std::make_shared<RegionShape>();
    }
    region->shape->dirty = true;
    c.record.capturesDue = true;
    if (gone)
        c.record.forget(id);
}

} // namespace entracte::xproxy
