// What the colormaps of visuals with cells need besides.

#include "xproxy/proxy/RequestPath.h"

namespace entracte::xproxy {

namespace core = wire::core;

void RequestPath::lookUp(Client& client, const RequestEffects::NamedColor& wanted) {
    const ByteOrder order = client.order;
    injectAs(client,
             MessageBuilder::request(order, core::kLookupColor, 0)
                 .u32(raw(wanted.colormap->id))
                 .u16(static_cast<std::uint16_t>(wanted.name.size()))
                 .pad(2)
                 .bytes(bytesOf(wanted.name))
                 .finish(),
             false, [wanted, order](ByteView reply) {
                 using namespace core::LookupColorReply;
                 const MessageView view(reply, order);
                 ColorCells& cells = *wanted.colormap->cells;
                 // Unless something else was stored there meanwhile.
                 if (view.u8(0) == 1 && cells.stores(wanted.pixel) == wanted.stores)
                     cells.store(wanted.pixel,
                                 {view.get(exact_red), view.get(exact_green), view.get(exact_blue)},
                                 wanted.which);
             });
}

// Windows that take their parent's colormap take that of the screen, which the proxy has replaced.
Bytes RequestPath::colormapFor(const Client& client, const MessageView& view) const {
    constexpr std::size_t kWindowAt = 4;
    const bool isNew = view.u8(0) == core::kCreateWindow;
    if (!isNew && view.u8(0) != core::kChangeWindowAttributes)
        return {};
    const auto window = m_core.record.find<Window>(ClientXid{view.u32(kWindowAt)});
    if (!window || window->isInputOnly() || !window->attributes.has(core::CW::Colormap))
        return {};
    const std::uint32_t given = isNew ? view.get(core::CreateWindow::value_mask)
                                      : view.get(core::ChangeWindowAttributes::value_mask);
    const auto values = ValueList::parse(view, given,
                                         isNew ? core::CreateWindow::kFixedSize
                                               : core::ChangeWindowAttributes::kFixedSize);
    const bool isNamed = values.has(core::CW::Colormap) && values.at(core::CW::Colormap) != 0;
    const std::uint32_t taken = window->attributes.at(core::CW::Colormap);
    if (isNamed || (!isNew && !values.has(core::CW::Colormap)) ||
        taken != m_core.face->setup.screens.front().defaultColormap)
        return {};
    return MessageBuilder::request(client.order, core::kChangeWindowAttributes, 0)
        .u32(raw(window->id))
        .u32(core::CW::Colormap)
        .u32(taken)
        .finish();
}

} // namespace entracte::xproxy
