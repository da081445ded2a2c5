// A catalog that is made anew, while the store is open.

#include "session/store/CatalogRebuild.h"
#include "session/store/PackStore.h"

namespace entracte {

void PackStore::noteFindings(std::vector<std::string> findings) {
    const std::lock_guard lock(m_mutex);
    m_findings = std::move(findings);
}

std::vector<std::string> PackStore::notices() const {
    const std::lock_guard lock(m_mutex);
    return m_findings;
}

Status PackStore::findSealedSnapshots() {
    ENTRACTE_ASSIGN(vaults, m_catalog->vaults());
    const StoreGate::Pass pass = m_gate.enter(); // nothing is cleaned meanwhile
    Findings findings;
    for (const VaultRow& vault : vaults) {
        const auto keys = keysOf(vault.id);
        if (!vault.unread || !keys)
            continue;
        ENTRACTE_TRY(findSnapshots(*m_catalog, m_shelf, *keys, findings));
        ENTRACTE_TRY(m_catalog->setUnread(vault.id, false));
    }
    const std::lock_guard lock(m_mutex);
    m_findings.insert(m_findings.end(), findings.begin(), findings.end());
    return {};
}

Result<CheckReport> PackStore::repair() {
    CheckReport report;
    const auto tell = [&](const Findings& findings) {
        for (const std::string& sentence : findings)
            report.findings.push_back({{}, {}, sentence});
    };
    ENTRACTE_ASSIGN(wrong, m_catalog->check());
    if (!wrong.empty()) {
        {
            const auto alone = m_gate.enterAlone();
            if (!alone)
                return fail(ErrorCode::Busy, "Snapshots are being written or read.", {},
                            "Nothing was changed. Try again when the jobs under way are done.");
            Findings findings;
            m_shelf.openAnew(); // what is there now counts
            ENTRACTE_TRY(rebuildCatalog(m_folder, m_shelf, *m_catalog, findings));
            m_shelf.openAnew();
            report.rebuilt = true;
            noteFindings(std::move(findings));
        }
        ENTRACTE_TRY(findSealedSnapshots());
        const std::lock_guard lock(m_mutex);
        tell(m_findings);
    }
    // From here on nobody needs to be told any more.
    noteFindings({});
    if (report.findings.empty())
        removeDamagedCatalog(m_folder);
    ENTRACTE_ASSIGN(sessions, m_catalog->sessions());
    for (const SessionId& session : sessions)
        if (const auto rows = m_catalog->snapshots(session))
            report.snapshots += rows->size();
    return report;
}

} // namespace entracte
