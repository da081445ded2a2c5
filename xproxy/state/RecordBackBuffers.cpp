// DOUBLE-BUFFER: windows' back buffers.

#include "xproxy/state/Recorder.h"

namespace entracte::xproxy {

namespace dbe = wire::dbe;

namespace {

void allocate(const RequestContext& c) {
    using namespace dbe::AllocateBackBuffer;
    const ClientXid id = xidOf(c.view, buffer);
    const auto of = c.record.find<Window>(xidOf(c.view, window));
    if (!c.mayCreate(id) || !of || of->isInputOnly())
        return;
    const auto made = c.record.create<BackBuffer>(id, c.client);
    made->window = of->id;
    c.effects.created = id;
    const auto other =
        of->backBuffers.empty() ? nullptr : c.record.find<BackBuffer>(of->backBuffers.front());
    of->backBuffers.push_back(id);
    if (other) {
        made->pixels = other->pixels;
        return;
    }
    made->swapAction = c.view.get(swap_action);
    made->pixels->backBufferOf = of->id;
    made->pixels->width = of->width;
    made->pixels->height = of->height;
    made->pixels->depth = of->depth;
}

// What a back buffer holds afterwards is the window's, its background, or what it was: the server
// knows.
void swap(const RequestContext& c) {
    constexpr std::size_t kSwapInfo = 8; // bytes: window, action, padding
    for (std::size_t at = dbe::SwapBuffers::kFixedSize; at + 4 <= c.view.size(); at += kSwapInfo)
        if (const auto window = c.record.find<Window>(ClientXid{c.view.u32(at)});
            window && !window->backBuffers.empty())
            markDrawn(c.record, window->backBuffers.front());
}

} // namespace

void recordBackBufferRequest(const RequestContext& c) {
    switch (c.opcode) {
    case dbe::kQueryVersion:
        c.stick(ClientXid::None);
        break;
    case dbe::kAllocateBackBuffer:
        allocate(c);
        break;
    case dbe::kDeallocateBackBuffer:
        c.record.forget<BackBuffer>(xidOf(c.view, dbe::DeallocateBackBuffer::buffer));
        break;
    case dbe::kSwapBuffers:
        swap(c);
        break;
    default:
        c.effects.unknown = true;
        break;
    }
}

} // namespace entracte::xproxy
