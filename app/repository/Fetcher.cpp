#include "app/repository/Fetcher.h"

#include "session/store/WorkCrew.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>

namespace entracte::repository {

namespace {

constexpr std::size_t kReaders = 4;

// What is read of one pack at once.
struct Stretch {
    std::uint32_t pack = 0;
    std::uint64_t from = 0; // in the pack
    std::uint64_t to = 0;
    std::uint64_t offset = 0; // in the file
};

Status writeAt(int file, ByteView bytes, std::uint64_t offset) {
    while (!bytes.empty()) {
        const ssize_t wrote =
            ::pwrite(file, bytes.data(), bytes.size(), static_cast<off_t>(offset));
        if (wrote < 0 && errno == EINTR)
            continue;
        if (wrote < 0)
            return fail(Error::fromErrno("What was fetched could not be kept in the cache"));
        bytes = bytes.subspan(static_cast<std::size_t>(wrote));
        offset += static_cast<std::uint64_t>(wrote);
    }
    return {};
}

struct Wanted {
    ChunkId id{};
    Spot spot;
};

Result<std::vector<Wanted>> findAll(const Chunks& chunks, const std::vector<ChunkId>& ids) {
    std::vector<ChunkId> once = ids;
    std::ranges::sort(once);
    once.erase(std::unique(once.begin(), once.end()), once.end());
    std::vector<Wanted> found;
    found.reserve(once.size());
    for (const ChunkId& id : once) {
        const auto spot = chunks.spots.find(id);
        if (spot == chunks.spots.end())
            return fail(damagedRepository("a chunk that a snapshot needs is in no pack"));
        found.push_back({id, spot->second});
    }
    std::ranges::sort(found, [](const Wanted& one, const Wanted& other) {
        return std::pair(one.spot.pack, one.spot.offset) <
               std::pair(other.spot.pack, other.spot.offset);
    });
    return found;
}

} // namespace

Result<std::unique_ptr<Fetcher>> Fetcher::fetch(Repository& repository, const Chunks& chunks,
                                                const std::vector<ChunkId>& wanted,
                                                const FetchProgress& progress) {
    ENTRACTE_ASSIGN(found, findAll(chunks, wanted));
    std::unique_ptr<Fetcher> fetcher(new Fetcher);
    fetcher->m_file.reset(::open(repository.cache().c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600));
    if (!fetcher->m_file)
        return fail(Error::fromErrno("No file could be made in " + repository.cache().string()));

    std::vector<Stretch> stretches;
    std::uint64_t all = 0;
    for (const auto& [id, spot] : found) {
        const std::uint64_t end = std::uint64_t{spot.offset} + spot.bytes;
        if (stretches.empty() || stretches.back().pack != spot.pack ||
            spot.offset > stretches.back().to + repository.place().cheapGap())
            stretches.push_back({spot.pack, spot.offset, spot.offset, all});
        Stretch& stretch = stretches.back();
        fetcher->m_places.emplace(
            id, Place{stretch.offset + (spot.offset - stretch.from), spot.bytes, spot.length});
        if (end > stretch.to) {
            all += end - stretch.to;
            stretch.to = end;
        }
    }
    std::atomic<std::uint64_t> done = 0;
    WorkCrew readers(kReaders);
    for (const Stretch& stretch : stretches) {
        ENTRACTE_TRY(readers.submit([&, stretch](std::size_t) -> Status {
            const std::string path = pathOf(Kind::Pack, chunks.packs[stretch.pack]);
            const std::uint64_t size = stretch.to - stretch.from;
            ENTRACTE_ASSIGN(bytes, repository.place().readRange(path, stretch.from, size));
            if (bytes.size() != size)
                return fail(damagedRepository(path + " is shorter than its index says"));
            done += size;
            return writeAt(fetcher->m_file.get(), bytes, stretch.offset);
        }));
        if (progress)
            ENTRACTE_TRY(progress(done, all));
    }
    ENTRACTE_TRY(readers.finish());
    fetcher->m_bytes = all;
    return fetcher;
}

Result<ByteBuffer> Fetcher::open(Sealer& sealer, const ChunkId& id) const {
    const auto place = m_places.find(id);
    if (place == m_places.end())
        return fail(ErrorCode::Internal, "A chunk was not fetched.");
    ByteBuffer record(place->second.bytes);
    std::size_t done = 0;
    while (done < record.size()) {
        const ssize_t got = ::pread(m_file.get(), record.data() + done, record.size() - done,
                                    static_cast<off_t>(place->second.offset + done));
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return fail(Error::fromErrno("What was fetched could not be read"));
        done += static_cast<std::size_t>(got);
    }
    return sealer.openChunk(id, place->second.length, record);
}

Result<std::vector<ChunkId>> recipeOf(Sealer& sealer, const Fetcher& fetched,
                                      const Manifest& manifest) {
    ByteBuffer bytes;
    for (const ChunkId& id : manifest.recipe) {
        ENTRACTE_ASSIGN(piece, fetched.open(sealer, id));
        if (bytes.size() + piece.size() > manifest.recipeBytes)
            return fail(damagedRepository("a list of chunks is longer than it says"));
        bytes.insert(bytes.end(), piece.begin(), piece.end());
    }
    if (bytes.size() != manifest.recipeBytes)
        return fail(damagedRepository("a list of chunks is shorter than it says"));
    std::vector<ChunkId> ids(bytes.size() / sizeof(ChunkId));
    for (std::size_t i = 0; i < ids.size(); ++i)
        std::ranges::copy(ByteView(bytes).subspan(i * sizeof(ChunkId), sizeof(ChunkId)),
                          ids[i].begin());
    return ids;
}

Status pull(Repository& repository, const Manifest& manifest,
            const std::function<Status(ByteView)>& take, const FetchProgress& progress) {
    ENTRACTE_ASSIGN(indexes, repository.indexes());
    ENTRACTE_ASSIGN(packs, repository.packs());
    const Chunks chunks = chunksOf(indexes, packs, {});
    ENTRACTE_ASSIGN(lists, Fetcher::fetch(repository, chunks, manifest.recipe));
    ENTRACTE_ASSIGN(ids, recipeOf(repository.sealer(), *lists, manifest));
    // Nothing larger than what the manifest says is fetched, let alone uncompressed.
    std::uint64_t length = 0;
    for (const ChunkId& id : ids) {
        const auto spot = chunks.spots.find(id);
        length += spot == chunks.spots.end() ? 0 : spot->second.length;
    }
    if (length != manifest.streamBytes)
        return fail(damagedRepository("a snapshot's chunks are missing, or of another length"));
    ENTRACTE_ASSIGN(fetched, Fetcher::fetch(repository, chunks, ids, progress));
    for (const ChunkId& id : ids) {
        ENTRACTE_ASSIGN(content, fetched->open(repository.sealer(), id));
        ENTRACTE_TRY(take(content));
    }
    return {};
}

} // namespace entracte::repository
