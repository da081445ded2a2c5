#include "xproxy/proxy/UtilityPath.h"

namespace entracte::xproxy {

namespace core = wire::core;

namespace {
constexpr std::uint32_t kStructureNotify = 1u << 17;
constexpr std::uint32_t kSubstructureNotify = 1u << 19;
constexpr std::uint32_t kPropertyChange = 1u << 22;

Bytes selectEvents(ServerXid window, std::uint32_t mask) {
    return utilityRequest(core::kChangeWindowAttributes, 0)
        .u32(raw(window))
        .u32(core::CW::EventMask)
        .u32(mask)
        .finish();
}
} // namespace

MessageBuilder utilityRequest(std::uint8_t major, std::uint8_t second) {
    return MessageBuilder::request(wire::kHostOrder, major, second);
}

void UtilityPath::watchRoots() {
    for (const auto& screen : m_core.link->face.setup.screens)
        m_core.link->utility->inject(selectEvents(ServerXid{screen.root}, kSubstructureNotify));
}

void UtilityPath::watchWindow(ClientXid window) {
    m_core.link->utility->inject(selectEvents(m_core.link->translator->xids.toServer(window),
                                              kStructureNotify | kPropertyChange));
}

// Should the server die, the next one's manager is asked to make the same of the window.
void UtilityPath::heedManager(const MessageView& change) {
    const auto window =
        m_core.record.find<Window>(xidOf(change, core::PropertyNotifyEvent::window));
    const auto name = m_core.record.atoms.nameOf(atomOf(change, core::PropertyNotifyEvent::atom));
    if (!window || !window->foreignParent ||
        (name != "WM_STATE" && name != "_NET_WM_STATE" && name != "_NET_WM_DESKTOP"))
        return;
    window->managedDirty = true;
    m_core.record.capturesDue = true;
}

void UtilityPath::event(std::span<std::byte> message, std::uint64_t) {
    m_core.link->translator->event(message, wire::kHostOrder);
    const MessageView view(message, wire::kHostOrder);
    hearOfKeyboard(m_core, view);
    if (m_core.lastWords.keep(m_core.record, kNobody, view, 0))
        return;
    m_core.recorder.event(kNobody, view);
    if ((view.u8(0) & 0x7f) == core::kPropertyNotifyEvent)
        heedManager(view);
    // In a frame it is no child of the root any more: it has to be watched by itself.
    if ((view.u8(0) & 0x7f) == core::kReparentNotifyEvent) {
        const ClientXid window = xidOf(view, core::ReparentNotifyEvent::window);
        if (const auto ours = m_core.record.find<Window>(window); ours && ours->foreignParent) {
            watchWindow(window);
            // What it has written until then nobody heard.
            ours->managedDirty = true;
            m_core.record.capturesDue = true;
        }
    }
}

} // namespace entracte::xproxy
