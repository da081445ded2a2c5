#pragma once

// One stored snapshot on the bus (org.entracte.Entracte1.Snapshot).

#include "EntracteAdaptor.h" // generated
#include "dbus/service/Context.h"
#include "dbus/service/Names.h"

namespace entracte::service {

class SnapshotObject : public BusObject,
                       public sdbus::AdaptorInterfaces<org::entracte::Entracte1::Snapshot_adaptor> {
public:
    SnapshotObject(Context& context, SnapshotInfo info, uid_t owner);
    ~SnapshotObject() override;

    std::optional<uid_t> owner() const override { return m_owner; }
    std::string interface() const override { return INTERFACE_NAME; }
    PropertyMap properties() override;
    void update(const SnapshotInfo& info);

private:
    void SetComment(sdbus::Result<>&& result, std::string comment) override;
    void SetPinned(sdbus::Result<>&& result, bool pinned) override;
    void ListWindows(sdbus::Result<entracte::service::Windows>&& result) override;
    void Thumbnail(sdbus::Result<sdbus::UnixFd>&& result) override;
    void Export(sdbus::Result<sdbus::ObjectPath>&& result, sdbus::UnixFd file,
                std::map<std::string, sdbus::Variant> options) override;
    void Verify(sdbus::Result<sdbus::ObjectPath>&& result) override;
    void Delete(sdbus::Result<>&& result) override;

    std::string Id() override { return m_info.id; }
    sdbus::ObjectPath Session() override { return sdbus::ObjectPath(sessionPath(m_info.session)); }
    std::string Comment() override { return m_info.comment; }
    std::int64_t TakenUnixMs() override { return m_info.takenUnixMs; }
    std::uint64_t ImageBytes() override { return m_info.imageBytes; }
    std::uint64_t LayerBytes() override { return m_info.layerBytes; }
    std::uint64_t StoredBytes() override { return m_info.storedBytes; }
    std::uint64_t HostFileBytes() override { return m_info.hostFileBytes; }
    std::uint64_t HostFileStoredBytes() override { return m_info.hostFileStoredBytes; }
    std::uint32_t FrozenMicros() override { return m_info.frozenMicros; }
    std::uint32_t TotalMillis() override { return m_info.totalMillis; }
    std::uint32_t Windows() override { return m_info.windows; }
    std::uint32_t Programs() override { return m_info.programs; }
    bool Suspended() override { return m_info.suspended; }
    std::string Origin() override { return originName(m_info.origin); }
    bool Pinned() override { return m_info.pinned; }
    bool Encrypted() override { return m_info.encrypted; }
    bool Locked() override { return m_info.locked; }
    std::uint64_t UniqueBytes() override { return m_info.uniqueBytes; }

    // Asks polkit, then runs `verb(engine, session, id)`, which is short.
    template <typename Verb>
    void settle(sdbus::Result<>&& result, Verb verb);

    Context& m_context;
    SnapshotInfo m_info;
    uid_t m_owner;
};

} // namespace entracte::service
