#include "session/store/PackStoreWriter.h"

#include "session/store/Directories.h"
#include "session/store/HostFiles.h"
#include "session/store/PackStore.h"
#include "session/store/PageFiles.h"
#include "session/store/StagedLayer.h"
#include "session/store/StreamCutter.h"
#include "session/store/StretchMeter.h"
#include "session/store/VerifyChunks.h"

#include <fcntl.h>
#include <spdlog/spdlog.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <map>

namespace entracte {

namespace {

struct ImageNames {
    std::vector<std::string> pages; // stored by pages
    std::uint64_t bytes = 0;        // of all files directly in the folder
};

Result<ImageNames> sortImages(int directory) {
    ImageNames sorted;
    ENTRACTE_ASSIGN(names, namesIn(directory));
    for (const std::string& name : names) {
        struct stat status {};
        if (::fstatat(directory, name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0 ||
            !S_ISREG(status.st_mode))
            continue;
        const auto bytes = static_cast<std::uint64_t>(status.st_size);
        sorted.bytes += bytes;
        if (isPageFile(name, bytes))
            sorted.pages.push_back(name);
    }
    return sorted;
}

class PackStoreWriter final : public SnapshotWriter {
public:
    explicit PackStoreWriter(WriterParts parts)
        : m_parts(std::move(parts)), m_id(newId()),
          m_packs(m_parts.shelf, m_parts.keys->id(), m_parts.room),
          m_chunks(m_parts.catalog, m_packs) {}

    const SnapshotId& id() const override { return m_id; }

    Result<std::vector<std::optional<std::uint32_t>>>
    addHostFiles(const std::vector<FileFacts>& files, const FileOpener& opener,
                 JobStretch stretch) override {
        ENTRACTE_ASSIGN(stocked,
                        stockHostFiles({m_parts.catalog, m_parts.shelf, m_parts.keys, m_parts.room},
                                       files, opener, stretch));
        m_packs.spend(stocked.written);
        std::vector<std::optional<std::uint32_t>> numbers;
        for (const auto& file : stocked.files)
            numbers.push_back(file ? std::optional(count(*file)) : std::nullopt);
        return numbers;
    }

    Result<std::vector<std::uint32_t>>
    addHostFilesOf(const SnapshotId& earlier, const std::vector<std::uint32_t>& wanted) override {
        std::vector<std::uint32_t> numbers;
        if (wanted.empty())
            return numbers;
        ENTRACTE_ASSIGN(files, m_parts.filesOf(earlier));
        for (const std::uint32_t number : wanted) {
            if (number >= files.size())
                return fail(ErrorCode::SnapshotDamaged,
                            "The snapshot lacks a file that its programs use.");
            numbers.push_back(count(files[number]));
        }
        return numbers;
    }

    Result<std::uint64_t> addImages(const std::filesystem::path& directory,
                                    JobStretch stretch) override {
        ENTRACTE_ASSIGN(images, openDirectory(directory, false));
        ENTRACTE_ASSIGN(sorted, sortImages(images.get()));
        StretchMeter meter(stretch, sorted.bytes);
        const Progress progress = [&](std::uint64_t bytes) { return meter.add(bytes); };
        ENTRACTE_TRY(stretch.job.check());
        {
            const KnownPages known = knownPages();
            // Whoever told these has looked for all others in the same snapshot, in vain.
            ENTRACTE_ASSIGN(previous, known.empty() ? previousPages() : PreviousPages());
            ENTRACTE_ASSIGN(files, storePages(images.get(), sorted.pages, m_chunks, m_parts.shelf,
                                              m_parts.keys, previous, known, progress));
            m_recipe.pages = std::move(files);
        }
        StreamCutter cutter(m_chunks, m_parts.keys);
        ENTRACTE_TRY(archiveTree(images.get(), cutter,
                                 {{sorted.pages.begin(), sorted.pages.end()}, progress}));
        ENTRACTE_ASSIGN(stream, cutter.finish());
        m_recipe.images = std::move(stream);
        m_imageBytes = sorted.bytes;
        return m_imageBytes;
    }

    Result<std::uint64_t> addLayer(const std::filesystem::path& directory,
                                   const std::set<std::string>& leaveOut,
                                   JobStretch stretch) override {
        ENTRACTE_ASSIGN(layer, openDirectory(directory, false));
        // How much will come is known only after a walk; the middle is told until then.
        StretchMeter meter(stretch, 0);
        StreamCutter cutter(m_chunks, m_parts.keys);
        ENTRACTE_ASSIGN(facts, archiveTree(layer.get(), cutter, {leaveOut, [&](std::uint64_t n) {
                                                                     return meter.add(n);
                                                                 }}));
        ENTRACTE_ASSIGN(stream, cutter.finish());
        m_recipe.layer = std::move(stream);
        m_layerBytes = facts.fileBytes;
        return m_layerBytes;
    }

    Result<std::uint64_t> addStagedLayer(const StagedLayer& staged, JobStretch stretch) override {
        StretchMeter meter(stretch, staged.bytes());
        StreamCutter cutter(m_chunks, m_parts.keys);
        ENTRACTE_ASSIGN(facts,
                        staged.archive(cutter, [&](std::uint64_t n) { return meter.add(n); }));
        ENTRACTE_ASSIGN(stream, cutter.finish());
        m_recipe.layer = std::move(stream);
        m_layerBytes = facts.fileBytes;
        return m_layerBytes;
    }

    void countOnOld() override { m_countOnOld = true; }
    void countOnPages(SameFiles same) override { m_same = std::move(same); }

    Result<SnapshotInfo> commit(SnapshotRecord record,
                                std::chrono::steady_clock::time_point requested,
                                JobStretch stretch) override {
        const auto elapsed = [&] {
            return static_cast<std::uint32_t>(std::chrono::duration_cast<std::chrono::milliseconds>(
                                                  std::chrono::steady_clock::now() - requested)
                                                  .count());
        };
        record.info.id = m_id;
        record.info.session = m_parts.session;
        record.info.encrypted = m_parts.keys->sealed();
        record.info.imageBytes = m_imageBytes;
        record.info.layerBytes = m_layerBytes;
        record.info.hostFileBytes = m_fileBytes;
        record.info.hostFileStoredBytes = m_fileStored;
        record.info.storedBytes = m_chunks.bytes();
        record.info.totalMillis = elapsed();
        m_recipe.record = record;
        ENTRACTE_ASSIGN(manifest, addManifest());
        ENTRACTE_TRY(m_packs.finish());
        ENTRACTE_TRY(readBack(record.info.suspended, stretch));
        ENTRACTE_TRY(stretch.job.check());
        record.info.totalMillis = elapsed();
        record.info.storedBytes = m_chunks.bytes();
        const SnapshotRow row{0,
                              m_id,
                              m_parts.session,
                              m_parts.keys->id(),
                              record.info.takenUnixMs,
                              record.info.pinned,
                              record.info.storedBytes,
                              manifest,
                              infoForCatalog(record.info, *m_parts.keys)};
        ENTRACTE_TRY(m_packs.publish());
        if (auto added = m_parts.catalog.add(row, m_packs.packs(), m_chunks.fresh(), m_chunks.old(),
                                             m_fileRows);
            !added) {
            // It may yet be in the log, and come back after a crash. Only when something else was
            // committed over it are the packs removed; otherwise the next opening decides.
            if (!m_parts.catalog.settle())
                m_packs.keep();
            return fail(std::move(added).error());
        }
        m_packs.keep();
        return record.info;
    }

private:
    // This snapshot needs it; its number.
    std::uint32_t count(const FileRow& file) {
        const auto next = static_cast<std::uint32_t>(m_recipe.files.size());
        const auto [known, fresh] = m_fileNumbers.emplace(file.row, next);
        if (!fresh)
            return known->second;
        m_recipe.files.push_back(file.list);
        m_fileRows.push_back(file.row);
        m_fileBytes += file.bytes;
        m_fileStored += file.stored;
        return next;
    }

    KnownPages knownPages() const {
        if (m_same.files.empty())
            return {};
        auto earlier = m_parts.pagesOf(m_same.snapshot);
        if (earlier)
            return {std::move(*earlier), m_same};
        spdlog::info("session {}: {}", m_parts.session, earlier.error().forLog());
        return {};
    }

    Result<PreviousPages> previousPages() const {
        PreviousPages pages;
        if (!m_parts.previous)
            return pages;
        ENTRACTE_ASSIGN(chunks, m_parts.catalog.chunksOf(m_parts.previous->row));
        pages.chunks = std::move(chunks);
        pages.prints = PagePrints::of(pages.chunks, m_parts.shelf, m_parts.keys);
        return pages;
    }

    Result<Address> addManifest() {
        m_recipe.chunks = m_chunks.addresses();
        const ByteBuffer bytes = formatRecipe(m_recipe);
        ENTRACTE_TRY(parseRecipe(bytes)); // we could read it again
        if (bytes.size() > kMaxManifestContent)
            return fail(ErrorCode::NotCheckpointable, "The session is too large to be stored.");
        ChunkCodec codec(m_parts.keys);
        ENTRACTE_ASSIGN(chunk, codec.encode(ChunkKind::Manifest, bytes, {}));
        ENTRACTE_TRY(m_chunks.fill(m_chunks.reserve(), chunk));
        return chunk.header.address;
    }

    // What was written, from the disk. For a suspension, which ends the session, also what was
    // there before and is counted on.
    Status readBack(bool everything, const JobStretch& stretch) const {
        std::vector<ChunkRow> rows = m_chunks.fresh();
        if (everything && !m_countOnOld)
            for (const Address& address : m_chunks.old()) {
                ENTRACTE_ASSIGN(row, m_parts.catalog.chunk(address));
                if (row)
                    rows.push_back(*row);
            }
        for (const PackRow& pack : m_packs.packs())
            m_parts.shelf.dropCached(pack.id);
        return verifyChunks(rows, m_parts.shelf, m_parts.keys, stretch);
    }

    WriterParts m_parts;
    const SnapshotId m_id;
    PackAppender m_packs;
    SnapshotChunks m_chunks;
    Recipe m_recipe;
    std::uint64_t m_imageBytes = 0;
    std::uint64_t m_layerBytes = 0;
    std::vector<std::int64_t> m_fileRows;
    std::map<std::int64_t, std::uint32_t> m_fileNumbers; // by row
    std::uint64_t m_fileBytes = 0;
    std::uint64_t m_fileStored = 0;
    bool m_countOnOld = false;
    SameFiles m_same;
};

} // namespace

std::unique_ptr<SnapshotWriter> makePackStoreWriter(WriterParts parts) {
    return std::make_unique<PackStoreWriter>(std::move(parts));
}

} // namespace entracte
