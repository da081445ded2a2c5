#include "xproxy/proxy/OwedEvents.h"

#include "xproxy/state/Record.h"

#include <algorithm>

namespace entracte::xproxy {

namespace core = wire::core;
namespace shm = wire::shm;

bool OwedEvents::isOwed(Ext ext, const MessageView& request) {
    std::size_t size = 0;
    if (ext == Ext::Shm && request.u8(1) == shm::kPutImage &&
        request.get(shm::PutImage::send_event) != 0)
        size = shm::PutImage::kFixedSize;
    else if (ext == Ext::Core && request.u8(0) == core::kCopyArea)
        size = core::CopyArea::kFixedSize;
    else if (ext == Ext::Core && request.u8(0) == core::kCopyPlane)
        size = core::CopyPlane::kFixedSize;
    // By its own header, too: one with a long header has none there.
    return size != 0 && request.bytes().size() == size &&
           request.u16(wire::header::requestLength.offset) == size / 4;
}

void OwedEvents::note(Ext ext, ByteView request, std::uint64_t server, std::uint64_t client) {
    if (m_requests.size() < kMost)
        m_requests.resize(m_requests.size() + 1);
    m_next = m_next < m_requests.size() ? m_next : 0;
    Request& noted = m_requests[m_next++];
    noted.server = server;
    noted.client = client;
    noted.ext = ext;
    noted.size = static_cast<std::uint8_t>(std::min(request.size(), noted.bytes.size()));
    std::copy_n(request.begin(), noted.size, noted.bytes.begin());
}

std::vector<OwedEvents::Request> OwedEvents::take(std::uint64_t seen) {
    std::vector<Request> owed;
    std::ranges::copy_if(m_requests, std::back_inserter(owed),
                         [seen](const Request& one) { return one.server > seen; });
    std::ranges::sort(owed, {}, &Request::server);
    m_requests.clear();
    m_next = 0;
    return owed;
}

Bytes eventOwed(const OwedEvents::Request& request, ByteOrder order, const Record& record,
                const ExtensionTable& extensions) {
    const MessageView view(request.message(), order);
    Bytes event(32);
    const auto set = [&](auto field, auto value) { wire::setField(event, order, field, value); };
    if (request.ext == Ext::Shm) {
        event[0] = std::byte{extensions.of(Ext::Shm).firstEvent};
        set(shm::CompletionEvent::drawable, view.get(shm::PutImage::drawable));
        set(shm::CompletionEvent::minor_event, shm::kPutImage);
        set(shm::CompletionEvent::major_event, extensions.of(Ext::Shm).major);
        set(shm::CompletionEvent::shmseg, view.get(shm::PutImage::shmseg));
        set(shm::CompletionEvent::offset, view.get(shm::PutImage::offset));
        return event;
    }
    // Both copies begin alike. Whether something was hidden does not matter: all is exposed.
    const auto gc = record.find<GContext>(xidOf(view, core::CopyArea::gc));
    if (gc && gc->values.has(core::GC::GraphicsExposures) &&
        gc->values.at(core::GC::GraphicsExposures) == 0)
        return {};
    event[0] = std::byte{core::kNoExposureEvent};
    set(core::NoExposureEvent::drawable, view.get(core::CopyArea::dst_drawable));
    set(core::NoExposureEvent::major_opcode, view.u8(0));
    return event;
}

} // namespace entracte::xproxy
