// The session's files into one file, while the session is frozen: see SnapshotStore.h.

#include "session/base/UniqueFd.h"
#include "session/store/Directories.h"
#include "session/store/SnapshotStore.h"
#include "session/store/TreeArchiver.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

namespace entracte {

namespace {

class FileSink final : public ByteSink {
public:
    explicit FileSink(int file) : m_file(file) {}
    Status write(std::span<const std::byte> bytes) override {
        while (!bytes.empty()) {
            const ssize_t wrote = ::write(m_file, bytes.data(), bytes.size());
            if (wrote < 0 && errno == EINTR)
                continue;
            if (wrote < 0)
                return fail(diskError("The session's files could not be copied"));
            bytes = bytes.subspan(static_cast<std::size_t>(wrote));
        }
        return {};
    }

private:
    int m_file;
};

} // namespace

Result<std::uint64_t> stageLayer(const std::filesystem::path& layer,
                                 const std::set<std::string>& leaveOut,
                                 const std::filesystem::path& file, JobControl& job) {
    ENTRACTE_ASSIGN(directory, openDirectory(layer, false));
    UniqueFd out(::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
    if (!out)
        return fail(diskError("The copy of the session's files could not be made"));
    FileSink sink(out.get());
    ArchiveOptions options{leaveOut, [&](std::uint64_t) { return job.check(); }};
    ENTRACTE_ASSIGN(facts, archiveTree(directory.get(), sink, options));
    return facts.fileBytes;
}

} // namespace entracte
