// MIT-SHM: segments and pixmaps in them. The descriptors of segments are
// not in the bytes; proxy/ puts them into the record.

#include "xproxy/state/Recorder.h"

namespace entracte::xproxy {

namespace shm = wire::shm;

void recordShmRequest(const RequestContext& c) {
    Record& record = c.record;
    const auto segment = [&](ClientXid id) -> std::shared_ptr<ShmSegment> {
        if (!c.mayCreate(id))
            return nullptr;
        c.effects.created = id;
        return record.create<ShmSegment>(id, c.client);
    };
    switch (c.opcode) {
    case shm::kQueryVersion:
        c.stick(ClientXid::None);
        break;
    case shm::kAttach:
        if (const auto made = segment(xidOf(c.view, shm::Attach::shmseg))) {
            made->shmid = static_cast<std::int32_t>(c.view.get(shm::Attach::shmid));
            made->readOnly = c.view.get(shm::Attach::read_only) != 0;
        }
        break;
    case shm::kAttachFd:
        if (const auto made = segment(xidOf(c.view, shm::AttachFd::shmseg)))
            made->readOnly = c.view.get(shm::AttachFd::read_only) != 0;
        break;
    case shm::kCreateSegment:
        if (const auto made = segment(xidOf(c.view, shm::CreateSegment::shmseg)))
            made->readOnly = c.view.get(shm::CreateSegment::read_only) != 0;
        break;
    case shm::kDetach:
        record.forget<ShmSegment>(xidOf(c.view, shm::Detach::shmseg));
        break;
    case shm::kCreatePixmap: {
        using namespace shm::CreatePixmap;
        const ClientXid id = xidOf(c.view, pid);
        auto from = record.find<ShmSegment>(xidOf(c.view, shmseg));
        if (!c.mayCreate(id) || !from)
            break;
        const auto pixmap = record.create<Pixmap>(id, c.client);
        pixmap->width = c.view.get(width);
        pixmap->height = c.view.get(height);
        pixmap->depth = c.view.get(depth);
        pixmap->segment = std::move(from);
        pixmap->segmentOffset = c.view.get(offset);
        c.effects.created = id;
        break;
    }
    default:
        c.effects.unknown = true;
        break;
    }
}

} // namespace entracte::xproxy
