#include "session/store/StagedLayer.h"

#include "session/store/Directories.h"
#include "session/store/EntryArchive.h"
#include "session/store/FileTimes.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace entracte {

namespace {
constexpr std::size_t kStep = 1 << 20; // bytes
}

Result<StagedLayer> StagedLayer::begin(const std::filesystem::path& layer,
                                       std::set<std::string> leaveOut,
                                       const std::filesystem::path& contents,
                                       std::chrono::seconds settle) {
    StagedLayer staged;
    ENTRACTE_ASSIGN(directory, openDirectory(layer, false));
    staged.m_layer = std::move(directory);
    staged.m_contents.reset(
        ::open(contents.c_str(), O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
    if (!staged.m_contents)
        return fail(diskError("The copy of the session's files could not be made"));
    staged.m_leaveOut = std::move(leaveOut);
    staged.m_settle = settle;
    return staged;
}

Status StagedLayer::copyAhead(const JobControl& job) {
    const WalkOptions options{m_leaveOut, true, [&] { return job.check(); }};
    return walkTree(m_layer.get(), options, [&](TreeEntry&& entry, int file) -> Status {
        struct stat now {};
        if (file < 0 || ::fstat(file, &now) != 0 || !timesTell(file, now, m_settle))
            return {};
        // A page that a program has mapped and made dirty before tells nothing of further writes
        // until it is written back (mmap(2) on st_mtime).
        if (::sync_file_range(file, 0, 0,
                              SYNC_FILE_RANGE_WAIT_BEFORE | SYNC_FILE_RANGE_WRITE |
                                  SYNC_FILE_RANGE_WAIT_AFTER) != 0)
            return {};
        ENTRACTE_ASSIGN(at, copy(file, entry.extents));
        m_ahead[{now.st_dev, now.st_ino}] = {at, now.st_size, nanoseconds(now.st_mtim),
                                             nanoseconds(now.st_ctim), std::move(entry.extents)};
        m_endAhead = m_end;
        return {};
    });
}

Status StagedLayer::copyRest(const JobControl& job) {
    // What was read in a moment that came to nothing takes no space beside this one's.
    m_entries.clear();
    m_rest = 0;
    m_end = m_endAhead;
    if (::ftruncate(m_contents.get(), m_end) != 0)
        return fail(diskError("The session's files could not be copied"));
    const WalkOptions options{m_leaveOut, false, [&] { return job.check(); }};
    return walkTree(m_layer.get(), options, [&](TreeEntry&& entry, int file) -> Status {
        std::int64_t at = 0;
        if (file >= 0) {
            const struct stat& now = entry.status;
            const auto ahead = m_ahead.find({now.st_dev, now.st_ino});
            if (ahead != m_ahead.end() && ahead->second.size == now.st_size &&
                ahead->second.modifiedNs == nanoseconds(now.st_mtim) &&
                ahead->second.changedNs == nanoseconds(now.st_ctim)) {
                at = ahead->second.at;
                entry.extents = ahead->second.extents; // holes may be told otherwise by now
            } else {
                const std::int64_t before = m_end;
                ENTRACTE_ASSIGN(copied, copy(file, entry.extents));
                at = copied;
                m_rest += static_cast<std::uint64_t>(m_end - before);
            }
        }
        m_entries.push_back({std::move(entry), at});
        return {};
    });
}

Result<std::int64_t> StagedLayer::copy(int file, const std::vector<Extent>& extents) {
    const std::int64_t at = m_end;
    std::vector<std::byte> buffer;
    for (const Extent& extent : extents) {
        for (std::int64_t from = extent.from; from < extent.to;) {
            buffer.resize(std::min<std::size_t>(kStep, static_cast<std::size_t>(extent.to - from)));
            const ssize_t got = ::pread(file, buffer.data(), buffer.size(), from);
            if (got < 0 && errno == EINTR)
                continue;
            if (got < 0)
                return fail(Error::fromErrno("A file of the session could not be read"));
            if (got == 0) // shorter than a moment ago: zeros, as the contents' file has them
                break;
            for (ssize_t done = 0; done < got;) {
                const ssize_t put = ::pwrite(m_contents.get(), buffer.data() + done,
                                             static_cast<std::size_t>(got - done),
                                             m_end + from - extent.from + done);
                if (put < 0 && errno == EINTR)
                    continue;
                if (put < 0)
                    return fail(diskError("The session's files could not be copied"));
                done += put;
            }
            from += got;
        }
        m_end += extent.to - extent.from;
    }
    return at;
}

Result<ArchiveFacts>
StagedLayer::archive(ByteSink& sink, const std::function<Status(std::uint64_t)>& progress) const {
    if (::ftruncate(m_contents.get(), m_end) != 0)
        return fail(diskError("The session's files could not be copied"));
    ENTRACTE_ASSIGN(archive, EntryArchive::begin(sink, progress));
    for (const Recorded& recorded : m_entries)
        ENTRACTE_TRY(archive->add(recorded.entry, {m_contents.get(), recorded.at}));
    return archive->finish();
}

} // namespace entracte
