#include "session/store/PackStore.h"

#include "session/store/CatalogRebuild.h"
#include "session/store/ChunkLoader.h"
#include "session/store/Directories.h"
#include "session/store/PackStoreWriter.h"
#include "session/store/PageFiles.h"
#include "session/store/StreamCutter.h"
#include "session/store/StretchMeter.h"
#include "session/store/VerifyChunks.h"

#include <fcntl.h>
#include <sodium.h>
#include <sys/file.h>

#include <algorithm>
#include <cerrno>
#include <unordered_map>

namespace entracte {

namespace {

constexpr const char* kStoreFolder = "store";
constexpr const char* kPacksFolder = "packs";

Error noSuchSnapshot() {
    return Error(ErrorCode::NotFound, "This session has no such snapshot.")
        .withHint("\"entracte show\" lists the snapshots of a session.");
}

Error damagedManifest(std::string detail) {
    return Error(ErrorCode::SnapshotDamaged,
                 "The snapshot is damaged: its manifest is not as it was written.")
        .withDetail(std::move(detail))
        .withHint("Nothing was changed. Resume from another snapshot of this session.");
}

Error sealedSnapshot() {
    return Error(ErrorCode::VaultLocked,
                 "The snapshots are encrypted, and the vault that they are kept in is locked.")
        .withHint(
            "Nothing was changed. Unlock it with its passphrase (\"entracte vault unlock\").");
}

} // namespace

ByteBuffer infoForCatalog(const SnapshotInfo& info, const VaultKeys& keys) {
    const std::string text = infoToText(info);
    const ByteView bytes = std::as_bytes(std::span(text));
    if (!keys.sealed())
        return {bytes.begin(), bytes.end()};
    return keys.seal(bytes, std::as_bytes(std::span(info.id)));
}

Status PackStore::settleAfterOpening() {
    Findings findings;
    ENTRACTE_ASSIGN(catalog, openCatalog(m_folder, m_shelf, findings));
    m_catalog = std::move(catalog);
    if (findings.empty() && hasDamagedCatalog(m_folder))
        findings.emplace_back(
            "The store's catalog was damaged once and has been made anew from the packs.");
    noteFindings(std::move(findings));
    ENTRACTE_ASSIGN(vaults, m_catalog->vaults());
    for (const VaultRow& vault : vaults) {
        if (vault.sealed)
            continue;
        SecretKey master;
        if (vault.key.size() != SecretKey::kSize || !master.data())
            return fail(ErrorCode::SnapshotDamaged, "The store's key is damaged.");
        std::ranges::copy(vault.key, reinterpret_cast<std::byte*>(master.data()));
        ENTRACTE_ASSIGN(keys, VaultKeys::make(vault.id, false, master));
        m_keys.emplace(vault.id, std::move(keys));
    }
    return m_old.removeLeftovers();
}

Result<std::shared_ptr<const VaultKeys>> PackStore::keysOf(VaultId vault) const {
    const std::lock_guard lock(m_mutex);
    const auto found = m_keys.find(vault);
    if (found == m_keys.end())
        return fail(sealedSnapshot());
    return found->second;
}

Result<std::optional<SnapshotRow>> PackStore::find(const SessionId& session,
                                                   const SnapshotId& id) const {
    ENTRACTE_TRY(parseId(session));
    ENTRACTE_TRY(parseId(id));
    ENTRACTE_ASSIGN(row, m_catalog->snapshot(session, id));
    if (!row && !m_old.has(session, id))
        return fail(noSuchSnapshot());
    return std::move(row);
}

Result<std::uint64_t> PackStore::room() const {
    StoreLimits limits;
    {
        const std::lock_guard lock(m_mutex);
        limits = m_limits;
    }
    std::uint64_t room = UINT64_MAX;
    if (limits.minFree > 0) {
        const std::uint64_t available = m_shelf.available();
        room = available - std::min(available, limits.minFree);
    }
    if (limits.maxBytes > 0) {
        ENTRACTE_ASSIGN(now, space());
        room = std::min(room, limits.maxBytes - std::min(limits.maxBytes, now.used));
    }
    return room;
}

Result<std::unique_ptr<SnapshotWriter>> PackStore::begin(const SessionId& session) {
    ENTRACTE_TRY(parseId(session));
    StoreGate::Pass pass = m_gate.enter();
    ENTRACTE_ASSIGN(vault, m_catalog->vaultOf(session));
    ENTRACTE_ASSIGN(keys, keysOf(vault));
    ENTRACTE_ASSIGN(left, room());
    ENTRACTE_ASSIGN(rows, m_catalog->snapshots(session));
    std::optional<SnapshotRow> previous;
    for (SnapshotRow& row : rows)
        if (row.vault == vault)
            previous = std::move(row);
    return makePackStoreWriter(
        {std::move(pass), *m_catalog, m_shelf, keys, session, std::move(previous), left,
         [this, session, vault](const SnapshotId& id) { return hostFilesOf(session, id, vault); },
         [this, session, vault](const SnapshotId& id) { return pagesOf(session, id, vault); }});
}

Result<SnapshotInfo> PackStore::infoOf(const SnapshotRow& row) const {
    SnapshotInfo info;
    info.id = row.id;
    info.session = row.session;
    const auto keys = keysOf(row.vault);
    std::optional<ByteBuffer> bytes = row.info;
    if (keys && (*keys)->sealed())
        bytes = (*keys)->unseal(row.info, std::as_bytes(std::span(row.id)));
    if (keys) {
        if (!bytes)
            return fail(ErrorCode::SnapshotDamaged,
                        "The catalog's entry of the snapshot " + row.id + " is damaged.");
        ENTRACTE_ASSIGN(
            told, infoFromText({reinterpret_cast<const char*>(bytes->data()), bytes->size()}));
        if (told.id != row.id || told.session != row.session)
            return fail(ErrorCode::SnapshotDamaged,
                        "The catalog's entry of the snapshot " + row.id + " is damaged.");
        info = std::move(told);
    }
    info.encrypted = row.vault != kClearVault;
    info.locked = !keys;
    info.takenUnixMs = row.takenUnixMs;
    info.pinned = row.pinned;
    info.storedBytes = row.storedBytes;
    return info;
}

std::vector<std::uint64_t> PackStore::damagedPacks() const {
    std::vector<std::uint64_t> damaged;
    const auto packs = m_catalog->packSizes();
    for (const PackRow& pack : packs ? *packs : std::vector<PackRow>())
        if (m_shelf.sizeOf(pack.id) != pack.bytes)
            damaged.push_back(pack.id);
    return damaged;
}

std::vector<SnapshotInfo> PackStore::list(const SessionId& session) const {
    auto whole = m_old.list(session);
    const StoreGate::Pass pass = m_gate.enter();
    const auto rows = m_catalog->snapshots(session);
    if (rows && !rows->empty()) {
        const auto broken = m_catalog->needing(damagedPacks());
        for (const SnapshotRow& row : *rows)
            if (auto info = infoOf(row); info && broken && !broken->contains(row.row))
                whole.push_back(std::move(*info));
    }
    std::ranges::sort(
        whole, {}, [](const SnapshotInfo& info) { return std::pair(info.takenUnixMs, info.id); });
    return whole;
}

SnapshotId PackStore::newest(const SessionId& session) const {
    auto best = m_old.newest(session);
    if (const auto rows = m_catalog->snapshots(session); rows && !rows->empty())
        best = std::max(best, std::pair(rows->back().takenUnixMs, rows->back().id));
    return best.second;
}

Result<Recipe> PackStore::recipeOf(const SnapshotRow& row, const VaultKeys&,
                                   const std::vector<ChunkRow>& chunks) const {
    const auto place = std::ranges::find(chunks, row.manifest, &ChunkRow::address);
    if (place == chunks.end())
        return fail(damagedManifest("the catalog does not know where it is"));
    ENTRACTE_ASSIGN(keys, keysOf(row.vault));
    ENTRACTE_ASSIGN(record, m_shelf.read(*place));
    if (record.header.kind != ChunkKind::Manifest)
        return fail(damagedManifest("what the catalog means is none"));
    ByteBuffer bytes;
    if (const auto decoded = ChunkCodec(keys).decode(record.header, record.body, bytes); !decoded)
        return fail(inPack(*place, decoded.error()));
    ENTRACTE_ASSIGN(recipe, parseRecipe(bytes));
    if (recipe.record.info.id != row.id || recipe.record.info.session != row.session)
        return fail(damagedManifest("it belongs to another snapshot"));
    return std::move(recipe);
}

Result<PackStore::Opened> PackStore::openSnapshot(const SnapshotRow& row) const {
    Opened opened{m_gate.enter(), row, nullptr, {}, {}};
    m_shelf.openAnew();
    ENTRACTE_ASSIGN(keys, keysOf(row.vault));
    opened.keys = keys;
    ENTRACTE_ASSIGN(chunks, m_catalog->chunksOf(row.row));
    ENTRACTE_ASSIGN(recipe, recipeOf(row, *keys, chunks));
    opened.recipe = std::move(recipe);
    std::unordered_map<Address, const ChunkRow*, AddressHash> places;
    for (const ChunkRow& chunk : chunks)
        places.emplace(chunk.address, &chunk);
    for (const Address& address : opened.recipe.chunks) {
        const auto place = places.find(address);
        if (place == places.end())
            return fail(damagedManifest("the catalog does not know a chunk of it"));
        opened.chunks.push_back(*place->second);
    }
    return opened;
}

Result<SnapshotRecord> PackStore::read(const SessionId& session, const SnapshotId& id) const {
    ENTRACTE_ASSIGN(row, find(session, id));
    if (!row)
        return m_old.read(session, id);
    ENTRACTE_ASSIGN(opened, openSnapshot(*row));
    ENTRACTE_ASSIGN(info, infoOf(*row)); // as it is now
    return SnapshotRecord{std::move(info), std::move(opened.recipe.record.restore)};
}

Status PackStore::verify(const SessionId& session, const SnapshotId& id, JobStretch stretch) const {
    ENTRACTE_ASSIGN(row, find(session, id));
    if (!row)
        return m_old.verify(session, id, stretch);
    ENTRACTE_ASSIGN(opened, openSnapshot(*row));
    ENTRACTE_ASSIGN(chunks, m_catalog->chunksOf(row->row));
    return verifyChunks(chunks, m_shelf, opened.keys, stretch);
}

Status PackStore::extractImages(const SessionId& session, const SnapshotId& id,
                                const std::filesystem::path& directory, JobStretch stretch) const {
    ENTRACTE_ASSIGN(row, find(session, id));
    if (!row)
        return m_old.extract(session, id, FolderSnapshots::Part::Images, directory, stretch);
    ENTRACTE_ASSIGN(opened, openSnapshot(*row));
    ENTRACTE_ASSIGN(target, openDirectory(directory, false));
    StretchMeter meter(stretch, opened.recipe.record.info.imageBytes);
    const auto progress = [&](std::uint64_t bytes) { return meter.add(bytes); };
    ChunkLoader loader(m_shelf, opened.keys, opened.chunks);
    StreamJoiner stream(loader, opened.recipe.images);
    ENTRACTE_TRY(extractTree(stream, target.get(), progress));
    ENTRACTE_TRY(stream.finish());
    return restorePages(target.get(), opened.recipe.pages, opened.chunks, m_shelf, opened.keys,
                        progress);
}

Status PackStore::extractLayer(const SessionId& session, const SnapshotId& id,
                               const std::filesystem::path& directory, JobStretch stretch) const {
    ENTRACTE_ASSIGN(row, find(session, id));
    if (!row)
        return m_old.extract(session, id, FolderSnapshots::Part::Layer, directory, stretch);
    ENTRACTE_ASSIGN(opened, openSnapshot(*row));
    ENTRACTE_ASSIGN(target, openDirectory(directory, false));
    StretchMeter meter(stretch, opened.recipe.layer.bytes);
    ChunkLoader loader(m_shelf, opened.keys, opened.chunks);
    StreamJoiner stream(loader, opened.recipe.layer);
    ENTRACTE_TRY(
        extractTree(stream, target.get(), [&](std::uint64_t bytes) { return meter.add(bytes); }));
    return stream.finish();
}

Status PackStore::remove(const SessionId& session, const SnapshotId& id) {
    ENTRACTE_ASSIGN(row, find(session, id));
    if (!row)
        return m_old.remove(session, id);
    ENTRACTE_TRY(m_catalog->remove(row->row));
    static_cast<void>(
        sweep(Thoroughness::WorthIt, aDayAgo(), nullptr)); // else the next one does it
    return {};
}

Status PackStore::removeSession(const SessionId& session) {
    ENTRACTE_TRY(parseId(session));
    for (const SnapshotId& id : m_old.ids(session))
        ENTRACTE_TRY(m_old.remove(session, id));
    ENTRACTE_TRY(m_catalog->removeSession(session));
    static_cast<void>(sweep(Thoroughness::WorthIt, kNoneWaits, nullptr));
    return {};
}

Result<SnapshotInfo> PackStore::edit(const SessionId& session, const SnapshotId& id,
                                     const SnapshotEdit& change) {
    ENTRACTE_ASSIGN(row, find(session, id));
    if (!row)
        return m_old.edit(session, id, change);
    ENTRACTE_ASSIGN(keys, keysOf(row->vault));
    ENTRACTE_ASSIGN(info, infoOf(*row));
    info.comment = change.comment.value_or(info.comment);
    info.pinned = change.pinned.value_or(info.pinned);
    ENTRACTE_TRY(m_catalog->change(row->row, info.pinned, infoForCatalog(info, *keys)));
    return std::move(info);
}

Result<SnapshotSpace> PackStore::space(const SessionId& session, const SnapshotId& id) const {
    ENTRACTE_ASSIGN(row, find(session, id));
    if (!row) {
        ENTRACTE_ASSIGN(record, m_old.read(session, id));
        return SnapshotSpace{record.info.storedBytes, record.info.storedBytes};
    }
    ENTRACTE_ASSIGN(total, m_catalog->totalBytes(row->row));
    ENTRACTE_ASSIGN(unique, m_catalog->uniqueBytes(row->row));
    return SnapshotSpace{total, unique};
}

Result<StoreSpace> PackStore::space() const {
    StoreSpace space;
    ENTRACTE_ASSIGN(packs, m_catalog->packs());
    for (const PackRow& pack : packs) {
        space.used += pack.bytes;
        space.unreferenced += pack.bytes - std::min(pack.bytes, pack.used + kPackHeaderSize);
    }
    for (const SessionId& session : m_old.sessions())
        for (const SnapshotInfo& info : m_old.list(session))
            space.used += info.storedBytes;
    ENTRACTE_ASSIGN(catalog, m_catalog->bytes());
    space.used += catalog;
    ENTRACTE_ASSIGN(unused, m_catalog->unusedFileBytes());
    space.unreferenced += unused;
    space.available = m_shelf.available();
    return space;
}

void PackStore::setLimits(const StoreLimits& limits) {
    const std::lock_guard lock(m_mutex);
    m_limits = limits;
}

Result<std::unique_ptr<SnapshotStore>>
SnapshotStore::open(const std::filesystem::path& stateDirectory) {
    if (::sodium_init() < 0)
        return fail(ErrorCode::Internal, "The library for hashes could not be prepared.");
    ENTRACTE_ASSIGN(state, openDirectory(stateDirectory, true));
    ENTRACTE_ASSIGN(exposed, isExposed(state.get()));
    if (exposed)
        return fail(
            ErrorCode::NotAuthorized,
            "The folder " + stateDirectory.string() + " is open to other users.", {},
            "It holds the memory of programs: give it to root and take away the rights of all "
            "others (chmod 700).");
    UniqueFd lock(::openat(state.get(), "lock", O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600));
    if (!lock)
        return fail(diskError("The store could not be locked"));
    if (::flock(lock.get(), LOCK_EX | LOCK_NB) != 0)
        return fail(ErrorCode::Busy,
                    "Another Entracte uses the folder " + stateDirectory.string() + ".", {},
                    "End it first, or use another folder.");
    ENTRACTE_ASSIGN(sessions, openDirectoryAt(state.get(), "sessions", true));
    ENTRACTE_ASSIGN(folder, openDirectoryAt(state.get(), kStoreFolder, true));
    ENTRACTE_ASSIGN(packs, openDirectoryAt(folder.get(), kPacksFolder, true));
    ENTRACTE_TRY(syncDirectory(folder.get()));
    ENTRACTE_TRY(syncDirectory(state.get()));
    auto store = std::make_unique<PackStore>(std::move(lock), FolderSnapshots(std::move(sessions)),
                                             stateDirectory / kStoreFolder, std::move(packs));
    ENTRACTE_TRY(store->settleAfterOpening());
    return store;
}

} // namespace entracte
