// Vaults whose chunks are encrypted: made, opened, closed, and chosen for a session.

#include "session/store/PackStore.h"

#include <algorithm>

namespace entracte {

Result<VaultId> PackStore::createVault(const Secret& secret) {
    const SecretKey master = randomKey();
    ENTRACTE_ASSIGN(wrapped, wrapKey(master, secret));
    ENTRACTE_ASSIGN(id, m_catalog->addVault(wrapped));
    ENTRACTE_ASSIGN(keys, VaultKeys::make(id, true, master));
    const std::lock_guard lock(m_mutex);
    m_keys.insert_or_assign(id, std::move(keys));
    return std::move(id);
}

Status PackStore::openVault(VaultId id, const Secret& secret) {
    ENTRACTE_ASSIGN(vaults, m_catalog->vaults());
    const auto vault = std::ranges::find(vaults, id, &VaultRow::id);
    if (vault == vaults.end() || !vault->sealed)
        return fail(ErrorCode::NotFound, "There is no such sealed vault.");
    ENTRACTE_ASSIGN(master, unwrapKey(vault->key, secret));
    ENTRACTE_ASSIGN(keys, VaultKeys::make(id, true, master));
    const std::lock_guard lock(m_mutex);
    m_keys.insert_or_assign(id, std::move(keys));
    return {};
}

Status PackStore::closeVault(VaultId id) {
    const std::lock_guard lock(m_mutex);
    const auto found = m_keys.find(id);
    if (found == m_keys.end() || !found->second->sealed())
        return fail(ErrorCode::NotFound, "There is no such sealed vault that is open.");
    m_keys.erase(found); // a job that reads or writes keeps its own until its end
    return {};
}

Status PackStore::chooseVault(const SessionId& session, VaultId id) {
    ENTRACTE_TRY(parseId(session));
    ENTRACTE_ASSIGN(vaults, m_catalog->vaults());
    if (std::ranges::count(vaults, id, &VaultRow::id) == 0)
        return fail(ErrorCode::NotFound, "There is no such vault.");
    return m_catalog->setVault(session, id);
}

} // namespace entracte
