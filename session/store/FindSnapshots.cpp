// The snapshots of a vault, from the manifests in its packs.

#include "session/store/CatalogRebuild.h"
#include "session/store/ChunkLoader.h"
#include "session/store/PackStore.h"
#include "session/store/SnapshotChunks.h"

#include <fmt/format.h>

#include <map>
#include <unordered_map>
#include <unordered_set>

namespace entracte {

namespace {

class Finder {
public:
    Finder(Catalog& catalog, const PackShelf& shelf, std::shared_ptr<const VaultKeys> keys,
           Findings& findings)
        : m_catalog(catalog), m_shelf(shelf), m_keys(std::move(keys)), m_codec(m_keys),
          m_findings(findings) {}

    Status run() {
        ENTRACTE_ASSIGN(essentials, m_catalog.essentials());
        const std::unordered_set<Address, AddressHash> removed(essentials.removed.begin(),
                                                               essentials.removed.end());
        for (EditedSnapshot& edited : essentials.edited) {
            auto key = std::pair(edited.session, edited.id);
            m_edited.insert_or_assign(std::move(key), std::move(edited));
        }
        ENTRACTE_ASSIGN(packs, m_catalog.packSizes());
        for (const PackRow& pack : packs) {
            if (pack.vault != m_keys->id())
                continue;
            ENTRACTE_ASSIGN(chunks, m_catalog.chunksIn(pack.id));
            for (const ChunkRow& chunk : chunks) {
                const auto record = m_shelf.read(chunk, 0); // the header
                if (!record && mayChange(record.error()))
                    return fail(record.error());
                if (!record || record->header.kind != ChunkKind::Manifest ||
                    removed.contains(chunk.address))
                    continue;
                if (const auto added = add(chunk); !added) {
                    if (mayChange(added.error()))
                        return added;
                    m_findings.push_back(added.error().sentence() +
                                         (added.error().detail().empty()
                                              ? ""
                                              : " (" + added.error().detail() + ")"));
                }
            }
        }
        return {};
    }

private:
    // What is not so because of damage may be otherwise next time.
    static bool mayChange(const Error& error) {
        return error.code() != ErrorCode::SnapshotDamaged || isReadError(error);
    }

    Status add(const ChunkRow& manifest) {
        ENTRACTE_ASSIGN(bytes, load(manifest));
        ENTRACTE_ASSIGN(recipe, parseRecipe(bytes));
        SnapshotInfo info = recipe.record.info;
        if (!parseId(info.session) || !parseId(info.id))
            return lacks(info, "it has no proper name");
        ENTRACTE_ASSIGN(known, m_catalog.snapshot(info.session, info.id));
        if (known)
            return {};
        info.storedBytes = manifest.bytes;
        std::unordered_set<Address, AddressHash> once;
        for (const Address& address : recipe.chunks) {
            ENTRACTE_ASSIGN(place, m_catalog.chunk(address));
            if (!place)
                return lacks(info, "a part of its memory or files is in no pack");
            if (once.insert(address).second)
                info.storedBytes += place->bytes;
        }
        std::vector<std::int64_t> files;
        for (const Address& list : recipe.files) {
            ENTRACTE_ASSIGN(file, fileOf(list, info));
            files.push_back(file);
        }
        std::vector<Address> needs = std::move(recipe.chunks);
        needs.push_back(manifest.address);
        SnapshotRow row{0,
                        info.id,
                        info.session,
                        m_keys->id(),
                        info.takenUnixMs,
                        info.pinned,
                        info.storedBytes,
                        manifest.address,
                        infoForCatalog(info, *m_keys)};
        if (const auto edited = m_edited.find({info.session, info.id}); edited != m_edited.end()) {
            row.pinned = edited->second.pinned;
            row.info = edited->second.info;
        }
        return m_catalog.add(row, {}, {}, needs, files);
    }

    // What told it from other files is not known any more: it is told by its contents.
    Result<std::int64_t> fileOf(const Address& list, const SnapshotInfo& info) {
        if (const auto known = m_files.find(list); known != m_files.end())
            return known->second;
        ENTRACTE_ASSIGN(place, m_catalog.chunk(list));
        if (!place)
            return lacks(info, "a file that its programs use is in no pack");
        ENTRACTE_ASSIGN(bytes, load(*place));
        ENTRACTE_ASSIGN(recipe, parseFileRecipe(bytes));
        NewFile file{list, {0, list, recipe.bytes, place->bytes}, {list}};
        std::unordered_set<Address, AddressHash> once;
        for (const Address& address : recipe.chunks) {
            ENTRACTE_ASSIGN(piece, m_catalog.chunk(address));
            if (!piece)
                return lacks(info, "a part of a file that its programs use is in no pack");
            if (!once.insert(address).second)
                continue;
            file.file.stored += piece->bytes;
            file.chunks.push_back(address);
        }
        ENTRACTE_TRY(m_catalog.addFiles(m_keys->id(), {}, {}, {file}, 0));
        ENTRACTE_ASSIGN(rows, m_catalog.files(m_keys->id(), {list}));
        if (!rows.front())
            return fail(ErrorCode::Internal, "A file in the store's catalog is not there.");
        return m_files.emplace(list, rows.front()->row).first->second;
    }

    Result<ByteBuffer> load(const ChunkRow& place) {
        ENTRACTE_ASSIGN(record, m_shelf.read(place));
        ByteBuffer bytes;
        if (const auto decoded = m_codec.decode(record.header, record.body, bytes); !decoded)
            return fail(inPack(place, decoded.error()));
        return bytes;
    }

    static tl::unexpected<Error> lacks(const SnapshotInfo& info, const char* what) {
        return fail(ErrorCode::SnapshotDamaged,
                    fmt::format("The snapshot {} of the session {} could not be brought back: {}.",
                                info.id, info.session, what));
    }

    Catalog& m_catalog;
    const PackShelf& m_shelf;
    const std::shared_ptr<const VaultKeys> m_keys;
    ChunkCodec m_codec;
    Findings& m_findings;
    std::map<std::pair<SessionId, SnapshotId>, EditedSnapshot> m_edited;
    std::unordered_map<Address, std::int64_t, AddressHash> m_files; // rows, by list
};

} // namespace

Status findSnapshots(Catalog& catalog, const PackShelf& shelf,
                     const std::shared_ptr<const VaultKeys>& keys, Findings& findings) {
    return Finder(catalog, shelf, keys, findings).run();
}

} // namespace entracte
