#include "dbus/service/SnapshotObject.h"

#include "dbus/service/Jobs.h"

namespace entracte::service {

SnapshotObject::SnapshotObject(Context& context, SnapshotInfo info, uid_t owner)
    : AdaptorInterfaces(context.loop.connection(),
                        sdbus::ObjectPath(snapshotPath(info.session, info.id))),
      m_context(context), m_info(std::move(info)), m_owner(owner) {
    registerAdaptor();
}

SnapshotObject::~SnapshotObject() {
    unregisterAdaptor();
}

PropertyMap SnapshotObject::properties() {
    return {{"Id", Id()},
            {"Session", Session()},
            {"Comment", Comment()},
            {"TakenUnixMs", TakenUnixMs()},
            {"ImageBytes", ImageBytes()},
            {"LayerBytes", LayerBytes()},
            {"StoredBytes", StoredBytes()},
            {"FrozenMicros", FrozenMicros()},
            {"TotalMillis", TotalMillis()},
            {"Windows", Windows()},
            {"Programs", Programs()},
            {"Suspended", Suspended()}};
}

void SnapshotObject::Delete(sdbus::Result<>&& result) {
    whenAllowed(m_context, m_owner, std::move(result),
                [&context = m_context, info = m_info](const Pending<>& pending) {
                    if (const auto idle = context.jobs.checkIdle(info.session); !idle)
                        return answer(pending, idle);
                    context.workers.run<void>(
                        [engine = context.engine, info] {
                            return engine->removeSnapshot(info.session, info.id);
                        },
                        [pending](const Status& status) { answer(pending, status); });
                });
}

} // namespace entracte::service
