#include "session/store/HostFiles.h"

#include "session/store/ChunkLoader.h"
#include "session/store/Directories.h"
#include "session/store/FileTimes.h"
#include "session/store/Recipe.h"
#include "session/store/SnapshotChunks.h"
#include "session/store/StretchMeter.h"
#include "session/store/VerifyChunks.h"
#include "session/store/WorkCrew.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <string_view>

namespace entracte {

namespace {

constexpr std::uint64_t kTogether = 64ull << 20; // bytes of files that one transaction adds
constexpr std::string_view kContext = "a file of the host";

std::int64_t nowUnixMs() {
    return std::chrono::duration_cast<std::chrono::milliseconds>(
               std::chrono::system_clock::now().time_since_epoch())
        .count();
}

Address identityOf(const FileFacts& facts, const VaultKeys& keys) {
    ByteWriter out;
    out.text(facts.path);
    out.fixed(facts.inode);
    out.fixed(facts.size);
    out.fixed(facts.modifiedNs);
    out.fixed(facts.changedNs);
    return keys.addressOf(std::as_bytes(std::span(kContext)), out.bytes());
}

bool isAsSaid(int file, const FileFacts& facts) {
    struct stat info {};
    return ::fstat(file, &info) == 0 && S_ISREG(info.st_mode) && factsOf(facts.path, info) == facts;
}

// Files on their way into the store, until enough are together for a transaction.
class Batch {
public:
    explicit Batch(const StockParts& parts)
        : m_parts(parts), m_packs(parts.shelf, parts.keys->id(), parts.room),
          m_chunks(parts.catalog, m_packs), m_crew(WorkCrew::usualSize()) {
        for (std::size_t i = 0; i < m_crew.size(); ++i)
            m_codecs.push_back(std::make_unique<ChunkCodec>(parts.keys));
    }

    // Not among what is committed when it changes meanwhile.
    Status add(std::size_t place, const FileFacts& facts, int file, StretchMeter& meter) {
        Entry* const entry = m_entries.emplace_back(std::make_unique<Entry>()).get();
        entry->place = place;
        entry->identity = identityOf(facts, *m_parts.keys);
        entry->bytes = facts.size;
        entry->pieces.resize((facts.size + kMaxChunkContent - 1) / kMaxChunkContent);
        for (std::size_t at = 0; at < entry->pieces.size(); ++at) {
            const std::uint64_t from = at * kMaxChunkContent;
            auto piece = std::make_shared<ByteBuffer>(
                std::min<std::uint64_t>(kMaxChunkContent, facts.size - from));
            ENTRACTE_ASSIGN(whole, readPiece(file, from, *piece));
            if (!whole)
                return {};
            ENTRACTE_TRY(meter.add(piece->size()));
            ENTRACTE_TRY(m_crew.submit([this, piece, &to = entry->pieces[at]](std::size_t worker) {
                return store(ChunkKind::Stream, *piece, *m_codecs[worker], to);
            }));
        }
        entry->whole = isAsSaid(file, facts);
        m_bytes += facts.size;
        return {};
    }
    std::uint64_t bytes() const { return m_bytes; }
    std::uint64_t written() const { return m_written; }

    // Makes them exist; `places` gets where they are in the list that was asked for.
    Result<std::vector<Address>> commit(std::vector<std::size_t>& places, const JobStretch& quiet) {
        std::vector<NewFile> files;
        std::vector<Address> identities;
        ENTRACTE_TRY(m_crew.finish());
        for (const auto& entry : m_entries) {
            if (!entry->whole)
                continue;
            places.push_back(entry->place);
            identities.push_back(entry->identity);
            ENTRACTE_ASSIGN(file, describe(*entry));
            files.push_back(std::move(file));
        }
        if (files.empty())
            return identities;
        ENTRACTE_TRY(m_packs.finish());
        for (const PackRow& pack : m_packs.packs())
            m_parts.shelf.dropCached(pack.id);
        ENTRACTE_TRY(verifyChunks(m_chunks.fresh(), m_parts.shelf, m_parts.keys, quiet));
        for (const ChunkRow& row : m_chunks.fresh())
            m_written += row.bytes;
        ENTRACTE_TRY(m_packs.publish());
        if (auto added = m_parts.catalog.addFiles(m_parts.keys->id(), m_packs.packs(),
                                                  m_chunks.fresh(), files, nowUnixMs());
            !added) {
            if (!m_parts.catalog.settle()) // as in a commit: it may yet come back
                m_packs.keep();
            return fail(std::move(added).error());
        }
        m_packs.keep();
        return identities;
    }

private:
    struct Piece {
        Address address{};
        std::uint64_t stored = 0;
    };
    struct Entry {
        std::size_t place = 0;
        Address identity{};
        std::uint64_t bytes = 0;
        bool whole = false;
        std::vector<Piece> pieces; // filled by the crew
    };

    static Result<bool> readPiece(int file, std::uint64_t from, ByteBuffer& piece) {
        for (std::size_t done = 0; done < piece.size();) {
            const ssize_t got = ::pread(file, piece.data() + done, piece.size() - done,
                                        static_cast<off_t>(from + done));
            if (got < 0 && errno == EINTR)
                continue;
            if (got < 0)
                return fail(Error::fromErrno("A file that the session uses could not be read"));
            if (got == 0)
                return false; // shorter than it was
            done += static_cast<std::size_t>(got);
        }
        return true;
    }

    Status store(ChunkKind kind, ByteView content, ChunkCodec& codec, Piece& piece) {
        ENTRACTE_ASSIGN(chunk, codec.encode(kind, content, {}));
        ENTRACTE_TRY(m_chunks.fill(m_chunks.reserve(), chunk));
        piece = {chunk.header.address, kRecordHeaderSize + chunk.body.size()};
        return {};
    }

    Result<NewFile> describe(const Entry& entry) {
        FileRecipe recipe{entry.bytes, {}};
        NewFile file{entry.identity, {0, {}, entry.bytes, 0}, {}};
        std::set<Address> once;
        const auto count = [&](const Piece& piece) {
            if (!once.insert(piece.address).second)
                return;
            file.file.stored += piece.stored;
            file.chunks.push_back(piece.address);
        };
        for (const Piece& piece : entry.pieces) {
            recipe.chunks.push_back(piece.address);
            count(piece);
        }
        Piece list;
        ENTRACTE_TRY(store(ChunkKind::File, formatFileRecipe(recipe), *m_codecs.front(), list));
        file.file.list = list.address;
        count(list);
        return file;
    }

    const StockParts& m_parts;
    PackAppender m_packs;
    SnapshotChunks m_chunks;
    std::vector<std::unique_ptr<ChunkCodec>> m_codecs; // one for each worker
    std::vector<std::unique_ptr<Entry>> m_entries;
    std::uint64_t m_bytes = 0;
    std::uint64_t m_written = 0;
    WorkCrew m_crew; // last: ends before what it works with
};

class Stocking {
public:
    Stocking(const StockParts& parts, const std::vector<FileFacts>& wanted,
             const FileOpener& opener)
        : m_parts(parts), m_wanted(wanted), m_opener(opener) {}

    Result<StockedFiles> run(const JobStretch& stretch) {
        std::vector<Address> identities;
        for (const FileFacts& facts : m_wanted)
            identities.push_back(identityOf(facts, *m_parts.keys));
        ENTRACTE_ASSIGN(known, m_parts.catalog.files(m_parts.keys->id(), identities));
        m_stocked.files = std::move(known);
        std::vector<std::size_t> missing;
        std::uint64_t expected = 0;
        for (std::size_t i = 0; i < m_wanted.size(); ++i)
            if (!m_stocked.files[i]) {
                missing.push_back(i);
                expected += m_wanted[i].size;
            }
        StretchMeter meter(stretch, expected);
        for (const std::size_t place : missing) {
            ENTRACTE_TRY(stretch.job.check());
            const UniqueFd file = m_opener(place);
            if (!file || !isAsSaid(file.get(), m_wanted[place]))
                continue;
            if (!m_batch)
                m_batch.emplace(m_parts);
            ENTRACTE_TRY(m_batch->add(place, m_wanted[place], file.get(), meter));
            if (m_batch->bytes() >= kTogether)
                ENTRACTE_TRY(commit());
        }
        ENTRACTE_TRY(commit());
        return std::move(m_stocked);
    }

private:
    Status commit() {
        if (!m_batch)
            return {};
        JobControl unseen;
        std::vector<std::size_t> places;
        ENTRACTE_ASSIGN(identities, m_batch->commit(places, {unseen, "", 0, 1}));
        ENTRACTE_ASSIGN(rows, m_parts.catalog.files(m_parts.keys->id(), identities));
        for (std::size_t i = 0; i < places.size(); ++i)
            m_stocked.files[places[i]] = rows[i];
        m_stocked.read += m_batch->bytes();
        m_stocked.written += m_batch->written();
        m_parts.room -= std::min(m_parts.room, m_batch->written());
        m_batch.reset();
        return {};
    }

    StockParts m_parts;
    const std::vector<FileFacts>& m_wanted;
    const FileOpener& m_opener;
    std::optional<Batch> m_batch;
    StockedFiles m_stocked;
};

Result<std::vector<ChunkRow>> placesOf(const std::vector<Address>& addresses,
                                       const Catalog& catalog) {
    std::vector<ChunkRow> rows;
    for (const Address& address : addresses) {
        ENTRACTE_ASSIGN(row, catalog.chunk(address));
        if (!row)
            return fail(Error(ErrorCode::SnapshotDamaged,
                              "The snapshot is damaged: the catalog does not know a part of a file "
                              "that its programs use.")
                            .withHint("Nothing was changed. Resume from another snapshot."));
        rows.push_back(*row);
    }
    return rows;
}

} // namespace

FileFacts factsOf(std::string path, const struct stat& info) {
    return {std::move(path), info.st_ino, static_cast<std::uint64_t>(info.st_size),
            nanoseconds(info.st_mtim), nanoseconds(info.st_ctim)};
}

Result<StockedFiles> stockHostFiles(const StockParts& parts, const std::vector<FileFacts>& wanted,
                                    const FileOpener& opener, const JobStretch& stretch) {
    return Stocking(parts, wanted, opener).run(stretch);
}

Status writeHostFile(const Address& list, const Catalog& catalog, const PackShelf& shelf,
                     const std::shared_ptr<const VaultKeys>& keys, int to) {
    ENTRACTE_ASSIGN(place, placesOf({list}, catalog));
    ChunkLoader lists(shelf, keys, place);
    ENTRACTE_ASSIGN(content, lists.load(0));
    ENTRACTE_ASSIGN(recipe, parseFileRecipe(content));
    ENTRACTE_ASSIGN(places, placesOf(recipe.chunks, catalog));
    ChunkLoader loader(shelf, keys, places);
    std::uint64_t written = 0;
    for (std::uint32_t i = 0; i < places.size(); ++i) {
        ENTRACTE_ASSIGN(piece, loader.load(i));
        for (ByteView left = piece; !left.empty();) {
            const ssize_t put = ::write(to, left.data(), left.size());
            if (put < 0 && errno == EINTR)
                continue;
            if (put < 0)
                return fail(diskError("A file that the session uses could not be written"));
            written += static_cast<std::uint64_t>(put);
            left = left.subspan(static_cast<std::size_t>(put));
        }
    }
    if (written != recipe.bytes)
        return fail(ErrorCode::SnapshotDamaged,
                    "The snapshot is damaged: a file that its programs use has another length.");
    return {};
}

} // namespace entracte
