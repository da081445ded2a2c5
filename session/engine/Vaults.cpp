#include "session/engine/Vaults.h"

#include "session/engine/EngineContext.h"
#include "session/engine/LiveSessions.h"
#include "session/engine/SecretPipe.h"
#include "session/engine/SnapshotJob.h"

#include <algorithm>

namespace entracte {

namespace {

tl::unexpected<Error> noVault() {
    return fail(ErrorCode::NotFound, "There is no vault.", {},
                "\"entracte vault create\" makes one; snapshots are encrypted from then on.");
}

Result<std::optional<SealedVault>> find(const SnapshotStore& store, uid_t owner) {
    ENTRACTE_ASSIGN(vaults, store.vaults());
    const auto found = std::ranges::find(vaults, std::optional(owner), &SealedVault::owner);
    return found == vaults.end() ? std::nullopt : std::optional(*found);
}

Result<std::unique_lock<std::mutex>> turn(std::mutex& mutex) {
    std::unique_lock lock(mutex, std::try_to_lock);
    if (!lock)
        return fail(ErrorCode::Busy, "A passphrase is being looked at.", {}, "Try again.");
    return lock;
}

Secret secretOf(const SecretText& text) {
    return {Secret::Kind::Passphrase, text.view()};
}

} // namespace

Result<VaultInfo> Vaults::create(uid_t owner, int passphrase) {
    const auto alone = turn(m_oneAtATime);
    if (!alone)
        return fail(alone.error());
    ENTRACTE_ASSIGN(known, find(*m_context.store, owner));
    if (known)
        return fail(ErrorCode::InvalidArgument, "There is a vault already.", {},
                    "Unlock it, or change its passphrase.");
    ENTRACTE_ASSIGN(text, SecretText::readFrom(passphrase));
    ENTRACTE_TRY(m_context.store->createVault(owner, secretOf(text)));
    // What their programs were given at the start may be a secret, and lies beside the store.
    for (const auto& session : m_context.registry.all())
        if (session->record().owner == owner)
            ENTRACTE_TRY(m_context.registry.update(
                *session, [](SessionRecord& record) { record.spec.environment.clear(); }));
    const VaultInfo info{owner, false};
    if (m_context.observer)
        m_context.observer->vaultChanged(info);
    return info;
}

Status Vaults::unlock(uid_t owner, int passphrase) {
    const auto alone = turn(m_oneAtATime);
    if (!alone)
        return fail(alone.error());
    ENTRACTE_ASSIGN(vault, find(*m_context.store, owner));
    if (!vault)
        return noVault();
    ENTRACTE_ASSIGN(text, SecretText::readFrom(passphrase));
    const auto known = knownSnapshots(owner);
    ENTRACTE_TRY(m_context.store->openVault(vault->id, secretOf(text)));
    if (m_context.observer)
        m_context.observer->vaultChanged({owner, false});
    tellSnapshots(owner, known);
    for (const auto& session : m_context.registry.all()) {
        const SessionRecord record = session->record();
        if (record.owner != owner)
            continue;
        if (isRunning(record.state)) // its files could not be kept till now
            m_context.hostFiles.look(session->id());
        else if (record.state == SessionState::Ended && // its snapshots were not known till now
                 !m_context.store->list(session->id()).empty())
            static_cast<void>(m_context.registry.update(
                *session, [](SessionRecord& found) { found.state = SessionState::Suspended; }));
    }
    return {};
}

Status Vaults::lock(uid_t owner) {
    ENTRACTE_ASSIGN(vault, find(*m_context.store, owner));
    if (!vault)
        return noVault();
    if (!vault->open)
        return {};
    ENTRACTE_TRY(m_context.store->closeVault(vault->id));
    m_context.staged.dropOf(owner);
    if (m_context.observer)
        m_context.observer->vaultChanged({owner, true});
    tellSnapshots(owner, knownSnapshots(owner));
    return {};
}

Status Vaults::changePassphrase(uid_t owner, int old, int fresh) {
    const auto alone = turn(m_oneAtATime);
    if (!alone)
        return fail(alone.error());
    ENTRACTE_ASSIGN(vault, find(*m_context.store, owner));
    if (!vault)
        return noVault();
    ENTRACTE_ASSIGN(before, SecretText::readFrom(old));
    ENTRACTE_ASSIGN(after, SecretText::readFrom(fresh));
    return m_context.store->changeSecret(vault->id, secretOf(before), secretOf(after));
}

Status Vaults::remove(uid_t owner) {
    ENTRACTE_ASSIGN(vault, find(*m_context.store, owner));
    if (!vault)
        return noVault();
    const HostFileStock::Pause pause(m_context.hostFiles);
    ENTRACTE_TRY(m_context.store->removeVault(vault->id));
    if (m_context.observer)
        m_context.observer->vaultRemoved(owner);
    return {};
}

std::vector<VaultInfo> Vaults::all() const {
    std::vector<VaultInfo> infos;
    if (const auto vaults = m_context.store->vaults())
        for (const SealedVault& vault : *vaults)
            if (vault.owner)
                infos.push_back({*vault.owner, !vault.open});
    return infos;
}

Result<bool> Vaults::has(uid_t owner) const {
    ENTRACTE_ASSIGN(vault, find(*m_context.store, owner));
    return vault.has_value();
}

Status Vaults::requireUnlocked(uid_t owner) const {
    ENTRACTE_ASSIGN(vault, find(*m_context.store, owner));
    if (!vault || vault->open)
        return {};
    return fail(ErrorCode::VaultLocked,
                "Nothing was stored: the snapshots are to be encrypted, and the vault is locked.",
                {}, "Unlock it with its passphrase (\"entracte vault unlock\").");
}

Status Vaults::choose(const SessionId& session, uid_t owner) const {
    ENTRACTE_TRY(requireUnlocked(owner));
    ENTRACTE_ASSIGN(vault, find(*m_context.store, owner));
    return vault ? m_context.store->chooseVault(session, vault->id) : Status();
}

std::set<SnapshotId> Vaults::knownSnapshots(uid_t owner) const {
    std::set<SnapshotId> known;
    for (const auto& session : m_context.registry.all())
        if (session->record().owner == owner)
            for (const SnapshotInfo& info : m_context.store->list(session->id()))
                known.insert(info.id);
    return known;
}

void Vaults::tellSnapshots(uid_t owner, const std::set<SnapshotId>& known) const {
    if (!m_context.observer)
        return;
    for (const auto& session : m_context.registry.all())
        if (session->record().owner == owner)
            for (SnapshotInfo& info : m_context.store->list(session->id())) {
                if (!info.encrypted)
                    continue;
                const bool found = !known.contains(info.id);
                const auto told = withSpace(*m_context.store, std::move(info));
                found ? m_context.observer->snapshotAdded(told)
                      : m_context.observer->snapshotChanged(told);
            }
}

void forgetLayers(EngineContext& context, Session& session) {
    const auto sealed = context.vaults.has(session.record().owner);
    if (!sealed || !*sealed || session.live)
        return;
    static_cast<void>(context.registry.update(session, [](SessionRecord& record) {
        record.layer.clear();
        record.previousLayer.clear();
    }));
    removeOldLayers(context, session.record());
}

} // namespace entracte
