#pragma once

// Somebody's vault on the bus (org.entracte.Entracte1.Vault). Passphrases pass through here as
// pipes, unread.

#include "EntracteAdaptor.h" // generated
#include "dbus/service/Context.h"
#include "dbus/service/Names.h"

namespace entracte::service {

class VaultObject : public BusObject,
                    public sdbus::AdaptorInterfaces<org::entracte::Entracte1::Vault_adaptor> {
public:
    VaultObject(Context& context, VaultInfo info);
    ~VaultObject() override;

    std::optional<uid_t> owner() const override { return m_info.owner; }
    std::string interface() const override { return INTERFACE_NAME; }
    PropertyMap properties() override { return {{"Owner", Owner()}, {"Locked", Locked()}}; }
    void update(const VaultInfo& info);

private:
    void Unlock(sdbus::Result<>&& result, sdbus::UnixFd passphrase) override;
    void Lock(sdbus::Result<>&& result) override;
    void ChangePassphrase(sdbus::Result<>&& result, sdbus::UnixFd old,
                          sdbus::UnixFd fresh) override;
    void Delete(sdbus::Result<>&& result) override;
    std::uint32_t Owner() override { return m_info.owner; }
    bool Locked() override { return m_info.locked; }

    // Asks polkit, then runs `verb(engine, owner)` in a thread.
    template <typename Verb>
    void settle(sdbus::Result<>&& result, Verb verb);

    Context& m_context;
    VaultInfo m_info;
};

} // namespace entracte::service
