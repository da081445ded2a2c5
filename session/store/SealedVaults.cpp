// Vaults whose chunks are encrypted: made, opened, closed, and chosen for a session.

#include "session/store/PackStore.h"

#include <algorithm>

namespace entracte {

Result<VaultRow> PackStore::sealedVault(VaultId id) const {
    ENTRACTE_ASSIGN(vaults, m_catalog->vaults());
    const auto vault = std::ranges::find(vaults, id, &VaultRow::id);
    if (vault == vaults.end() || !vault->sealed)
        return fail(ErrorCode::NotFound, "There is no such sealed vault.");
    return std::move(*vault);
}

Result<VaultId> PackStore::createVault(uid_t owner, const Secret& secret) {
    const SecretKey master = randomKey();
    ENTRACTE_ASSIGN(wrapped, wrapKey(master, secret));
    ENTRACTE_ASSIGN(id, m_catalog->addVault(owner, wrapped));
    ENTRACTE_ASSIGN(keys, VaultKeys::make(id, true, master));
    const std::lock_guard lock(m_mutex);
    m_keys.insert_or_assign(id, std::move(keys));
    return std::move(id);
}

Status PackStore::openVault(VaultId id, const Secret& secret) {
    ENTRACTE_ASSIGN(vault, sealedVault(id));
    ENTRACTE_ASSIGN(master, unwrapKey(vault.key, secret));
    ENTRACTE_ASSIGN(keys, VaultKeys::make(id, true, master));
    {
        const std::lock_guard lock(m_mutex);
        m_keys.insert_or_assign(id, std::move(keys));
    }
    const auto found = vault.unread ? findSealedSnapshots() : Status();
    if (!found) // nobody shall take it for one that has nothing in it
        static_cast<void>(closeVault(id));
    return found;
}

Result<bool> PackStore::knowsAllOf(const SessionId& session) const {
    ENTRACTE_ASSIGN(chosen, m_catalog->vaultOf(session));
    ENTRACTE_ASSIGN(vaults, m_catalog->vaults());
    const auto vault = std::ranges::find(vaults, chosen, &VaultRow::id);
    return vault == vaults.end() || !vault->unread;
}

Status PackStore::closeVault(VaultId id) {
    const std::lock_guard lock(m_mutex);
    const auto found = m_keys.find(id);
    if (found == m_keys.end() || !found->second->sealed())
        return fail(ErrorCode::NotFound, "There is no such sealed vault that is open.");
    m_keys.erase(found); // a job that reads or writes keeps its own until its end
    return {};
}

Status PackStore::changeSecret(VaultId id, const Secret& old, const Secret& fresh) {
    ENTRACTE_ASSIGN(vault, sealedVault(id));
    ENTRACTE_ASSIGN(master, unwrapKey(vault.key, old));
    ENTRACTE_ASSIGN(wrapped, wrapKey(master, fresh));
    ENTRACTE_TRY(unwrapKey(wrapped, fresh)); // before the old one is gone
    return m_catalog->changeVaultKey(id, wrapped);
}

Status PackStore::removeVault(VaultId id) {
    ENTRACTE_ASSIGN(vault, sealedVault(id));
    const auto alone = m_gate.enterAlone();
    if (!alone)
        return fail(ErrorCode::Busy, "Snapshots are being written or read.", {},
                    "Nothing was changed. Try again when the jobs under way are done.");
    ENTRACTE_TRY(m_catalog->removeVault(vault.id));
    {
        const std::lock_guard lock(m_mutex);
        m_keys.erase(id);
    }
    return removeOrphans();
}

Result<std::vector<SealedVault>> PackStore::vaults() const {
    ENTRACTE_ASSIGN(rows, m_catalog->vaults());
    const std::lock_guard lock(m_mutex);
    std::vector<SealedVault> sealed;
    for (const VaultRow& row : rows)
        if (row.sealed)
            sealed.push_back({row.id, row.owner, m_keys.contains(row.id)});
    return sealed;
}

Status PackStore::chooseVault(const SessionId& session, VaultId id) {
    ENTRACTE_TRY(parseId(session));
    ENTRACTE_ASSIGN(vaults, m_catalog->vaults());
    if (std::ranges::count(vaults, id, &VaultRow::id) == 0)
        return fail(ErrorCode::NotFound, "There is no such vault.");
    return m_catalog->setVault(session, id);
}

} // namespace entracte
