#include "session/store/PageFiles.h"

#include "session/store/Directories.h"
#include "session/store/WorkCrew.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace entracte {

namespace {

constexpr std::size_t kPiecePages = 512; // 2 MiB: what a worker takes at a time

using Page = std::span<const std::byte, kPageSize>;

// Progress, told by workers one after the other.
class SharedProgress {
public:
    explicit SharedProgress(const Progress& progress) : m_progress(progress) {}
    Status add(std::uint64_t bytes) {
        const std::lock_guard lock(m_mutex);
        return m_progress(bytes);
    }

private:
    std::mutex m_mutex;
    const Progress& m_progress;
};

// One worker's way from pages to runs. Its open chunk may hold pages of several pieces.
class PageStorer {
public:
    PageStorer(SnapshotChunks& chunks, const PackShelf& shelf,
               const std::shared_ptr<const VaultKeys>& keys, const PreviousPages& previous,
               const KnownPages& known)
        : m_chunks(chunks), m_codec(keys), m_previous(previous), m_known(known),
          m_loader(shelf, keys, previous.chunks) {}

    // Of the file that is called so, `count` pages from `first` on.
    Status store(int file, const std::string& name, std::uint64_t first, std::uint64_t count,
                 std::vector<PageRun>& runs) {
        for (const KnownRun& run : m_known.of(name, first, count)) {
            if (run.chunk)
                addRun(runs, {m_chunks.numberOf(*run.chunk), run.first, run.count});
            else if (run.zeros)
                addRun(runs, {kZeros, 0, run.count});
            else
                ENTRACTE_TRY(storePages(file, first, run.count, runs));
            first += run.count;
        }
        // A chunk that is as good as full is not kept waiting.
        return m_prints.size() > kMaxChunkPages / 2 ? flush() : Status();
    }

    Status flush() {
        if (m_prints.empty())
            return {};
        ENTRACTE_ASSIGN(chunk, m_codec.encode(ChunkKind::Pages, m_open, m_prints));
        m_open.clear();
        m_prints.clear();
        return m_chunks.fill(m_number, chunk);
    }

private:
    Status storePages(int file, std::uint64_t first, std::size_t count,
                      std::vector<PageRun>& runs) {
        m_piece.resize(count * kPageSize);
        ENTRACTE_TRY(readPiece(file, first * kPageSize));
        for (std::size_t i = 0; i < count; ++i)
            ENTRACTE_TRY(storePage(Page(m_piece.data() + i * kPageSize, kPageSize), runs));
        return {};
    }

    Status readPiece(int file, std::uint64_t offset) {
        for (std::size_t done = 0; done < m_piece.size();) {
            const ssize_t got = ::pread(file, m_piece.data() + done, m_piece.size() - done,
                                        static_cast<off_t>(offset + done));
            if (got < 0 && errno == EINTR)
                continue;
            if (got < 0)
                return fail(Error::fromErrno("An image of the session could not be read"));
            if (got == 0)
                return fail(ErrorCode::Internal, "An image of the session became shorter.");
            done += static_cast<std::size_t>(got);
        }
        return {};
    }

    Status storePage(Page page, std::vector<PageRun>& runs) {
        if (isZeros(page)) {
            addRun(runs, {kZeros, 0, 1});
            return {};
        }
        const std::uint64_t print = printOf(page, m_codec.keys().printSeed());
        if (const auto same = m_previous.prints.find(print)) {
            // A previous chunk that is damaged is as good as none: the page is written anew.
            const auto content = m_loader.load(same->chunk);
            if (content && content->size() >= (same->page + 1) * kPageSize &&
                std::memcmp(content->data() + same->page * kPageSize, page.data(), kPageSize) ==
                    0) {
                addRun(runs, {m_chunks.numberOf(m_previous.chunks[same->chunk]), same->page, 1});
                return {};
            }
        }
        if (m_prints.empty())
            m_number = m_chunks.reserve();
        addRun(runs, {m_number, static_cast<std::uint32_t>(m_prints.size()), 1});
        m_open.insert(m_open.end(), page.begin(), page.end());
        m_prints.push_back(print);
        return m_prints.size() == kMaxChunkPages ? flush() : Status();
    }

    SnapshotChunks& m_chunks;
    ChunkCodec m_codec;
    const PreviousPages& m_previous;
    const KnownPages& m_known;
    ChunkLoader m_loader;
    ByteBuffer m_piece;
    ByteBuffer m_open; // pages of the chunk that is not full yet
    std::vector<std::uint64_t> m_prints;
    std::uint32_t m_number = 0;
};

// A stretch of a file: whole runs, and how much of the last one.
struct RestorePiece {
    int file;
    std::uint64_t offset;
    std::vector<PageRun> runs;
};

class PageRestorer {
public:
    PageRestorer(const PackShelf& shelf, const std::shared_ptr<const VaultKeys>& keys,
                 const std::vector<ChunkRow>& chunks)
        : m_loader(shelf, keys, chunks) {}

    Status restore(const RestorePiece& piece) {
        std::uint64_t offset = piece.offset;
        m_bytes.clear();
        for (const PageRun& run : piece.runs) {
            const std::uint64_t size = run.count * kPageSize;
            if (run.chunk == kZeros) {
                ENTRACTE_TRY(write(piece.file, offset));
                offset += size;
                continue;
            }
            ENTRACTE_ASSIGN(content, m_loader.load(run.chunk));
            if (content.size() < (run.first + run.count) * kPageSize)
                return fail(Error(ErrorCode::SnapshotDamaged,
                                  "The snapshot is damaged: its manifest is not as it was written.")
                                .withDetail("it means pages that their chunk does not have"));
            const ByteView pages = content.subspan(run.first * kPageSize, size);
            m_bytes.insert(m_bytes.end(), pages.begin(), pages.end());
            offset += size;
        }
        return write(piece.file, offset);
    }

private:
    // What was gathered ends at `end`.
    Status write(int file, std::uint64_t end) {
        std::uint64_t offset = end - m_bytes.size();
        for (ByteView left = m_bytes; !left.empty();) {
            const ssize_t wrote =
                ::pwrite(file, left.data(), left.size(), static_cast<off_t>(offset));
            if (wrote < 0 && errno == EINTR)
                continue;
            if (wrote < 0)
                return fail(diskError("An image of the session could not be written"));
            offset += static_cast<std::uint64_t>(wrote);
            left = left.subspan(static_cast<std::size_t>(wrote));
        }
        m_bytes.clear();
        return {};
    }

    ChunkLoader m_loader;
    ByteBuffer m_bytes;
};

} // namespace

bool isPageFile(const std::string& name, std::uint64_t bytes) {
    return name.starts_with("pages-") && name.ends_with(".img") && bytes > 0 &&
           bytes % kPageSize == 0;
}

Result<std::vector<PageFile>> storePages(int directory, const std::vector<std::string>& names,
                                         SnapshotChunks& chunks, const PackShelf& shelf,
                                         const std::shared_ptr<const VaultKeys>& keys,
                                         const PreviousPages& previous, const KnownPages& known,
                                         const Progress& progress) {
    std::vector<PageFile> files;
    std::vector<UniqueFd> opened;
    std::vector<std::vector<std::vector<PageRun>>> pieces; // of each file
    std::vector<std::unique_ptr<PageStorer>> storers;
    SharedProgress shared(progress);
    for (const std::string& name : names) {
        UniqueFd file(::openat(directory, name.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
        struct stat status {};
        if (!file || ::fstat(file.get(), &status) != 0)
            return fail(Error::fromErrno("An image of the session could not be opened"));
        const auto bytes = static_cast<std::uint64_t>(status.st_size);
        files.push_back({name, bytes, {}});
        opened.push_back(std::move(file));
        pieces.emplace_back((bytes / kPageSize + kPiecePages - 1) / kPiecePages);
    }
    WorkCrew crew(WorkCrew::usualSize());
    for (std::size_t i = 0; i < crew.size(); ++i)
        storers.push_back(std::make_unique<PageStorer>(chunks, shelf, keys, previous, known));
    for (std::size_t at = 0; at < files.size(); ++at)
        for (std::size_t piece = 0; piece < pieces[at].size(); ++piece) {
            const std::uint64_t first = piece * kPiecePages;
            const std::size_t count =
                std::min<std::uint64_t>(kPiecePages, files[at].bytes / kPageSize - first);
            ENTRACTE_TRY(crew.submit([&, at, piece, first, count](std::size_t worker) -> Status {
                ENTRACTE_TRY(storers[worker]->store(opened[at].get(), files[at].name, first, count,
                                                    pieces[at][piece]));
                return shared.add(count * kPageSize);
            }));
        }
    ENTRACTE_TRY(crew.finish());
    for (const auto& storer : storers)
        ENTRACTE_TRY(storer->flush());
    for (std::size_t at = 0; at < files.size(); ++at)
        for (const auto& runs : pieces[at])
            for (const PageRun& run : runs)
                addRun(files[at].runs, run);
    return files;
}

Status restorePages(int directory, const std::vector<PageFile>& files,
                    const std::vector<ChunkRow>& chunks, const PackShelf& shelf,
                    const std::shared_ptr<const VaultKeys>& keys, const Progress& progress) {
    std::vector<UniqueFd> opened;
    std::vector<std::unique_ptr<PageRestorer>> restorers;
    SharedProgress shared(progress);
    WorkCrew crew(WorkCrew::usualSize());
    for (std::size_t i = 0; i < crew.size(); ++i)
        restorers.push_back(std::make_unique<PageRestorer>(shelf, keys, chunks));
    const auto submit = [&](RestorePiece&& piece, std::uint64_t pages) {
        return crew.submit([&, piece = std::move(piece), pages](std::size_t worker) -> Status {
            ENTRACTE_TRY(restorers[worker]->restore(piece));
            return shared.add(pages * kPageSize);
        });
    };
    for (const PageFile& file : files) {
        UniqueFd made(::openat(directory, file.name.c_str(),
                               O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
        if (!made || ::ftruncate(made.get(), static_cast<off_t>(file.bytes)) != 0)
            return fail(diskError("An image of the session could not be made"));
        opened.push_back(std::move(made));
        RestorePiece piece{opened.back().get(), 0, {}};
        std::uint64_t offset = 0;
        std::uint64_t pages = 0;
        for (const PageRun& run : file.runs) {
            piece.runs.push_back(run);
            offset += run.count * kPageSize;
            pages += run.count;
            if (pages < kPiecePages)
                continue;
            ENTRACTE_TRY(submit(std::move(piece), std::exchange(pages, 0)));
            piece = {opened.back().get(), offset, {}};
        }
        if (!piece.runs.empty())
            ENTRACTE_TRY(submit(std::move(piece), pages));
    }
    return crew.finish();
}

} // namespace entracte
