#include "session/store/TreeWalk.h"

#include "session/base/UniqueFd.h"
#include "session/store/Directories.h"
#include "session/store/LayerAttributes.h"

#include <fcntl.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <cerrno>

namespace entracte {

namespace {

constexpr int kMaxDepth = 400;         // one descriptor is open for each level
constexpr std::size_t kMaxPath = 4000; // bytes; below PATH_MAX

std::vector<Extent> dataExtents(int file, std::int64_t size) {
    std::vector<Extent> extents;
    std::int64_t position = 0;
    while (position < size) {
        const off_t data = ::lseek(file, position, SEEK_DATA);
        if (data < 0)
            break; // ENXIO: a hole up to the end
        off_t hole = ::lseek(file, data, SEEK_HOLE);
        if (hole < 0 || hole > size)
            hole = size;
        if (data >= hole)
            break;
        extents.push_back({data, hole});
        position = hole;
    }
    return extents;
}

class TreeWalk {
public:
    TreeWalk(const WalkOptions& options, const TakeEntry& take)
        : m_options(options), m_take(take) {}

    Status contents(int directory, const std::string& prefix, int depth) {
        if (depth > kMaxDepth || prefix.size() > kMaxPath)
            return fail(ErrorCode::NotCheckpointable,
                        "The session holds folders that are nested too deeply to be saved.", {},
                        "Remove them, then try again.");
        ENTRACTE_ASSIGN(names, namesIn(directory));
        for (const std::string& name : names)
            if (depth > 0 || !m_options.leaveOut.contains(name))
                ENTRACTE_TRY(add(directory, name, prefix + name, depth));
        return {};
    }

private:
    // The error, or nothing for what may be gone.
    Status gone(const char* sentence) const {
        if (m_options.mayChange && (errno == ENOENT || errno == ENOTDIR || errno == ELOOP))
            return {};
        return fail(Error::fromErrno(sentence));
    }

    Status add(int directory, const std::string& name, const std::string& path, int depth) {
        TreeEntry entry;
        entry.path = path;
        struct stat& status = entry.status;
        if (::fstatat(directory, name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0)
            return gone("A file of the session could not be examined");
        if (m_options.check)
            ENTRACTE_TRY(m_options.check());
        const bool whiteout = S_ISCHR(status.st_mode) && status.st_rdev == makedev(0, 0);
        if (S_ISSOCK(status.st_mode) || S_ISBLK(status.st_mode) ||
            (S_ISCHR(status.st_mode) && !whiteout))
            return {};
        if (path.size() > kMaxPath)
            return fail(ErrorCode::NotCheckpointable,
                        "The session holds files whose paths are too long to be saved.", {},
                        "Remove them, then try again.");
        if (!S_ISDIR(status.st_mode) && status.st_nlink > 1) {
            const auto [known, isNew] = m_links.try_emplace({status.st_dev, status.st_ino}, path);
            if (!isNew) {
                entry.hardLink = known->second;
                return m_take(std::move(entry), -1);
            }
        }
        auto attributes = readAttributes(directory, name);
        if (!attributes)
            return m_options.mayChange ? Status() : fail(std::move(attributes).error());
        entry.attributes = std::move(*attributes);
        if (S_ISREG(status.st_mode))
            return addFile(directory, name, std::move(entry));
        if (S_ISLNK(status.st_mode)) {
            entry.target.resize(kMaxPath + 96);
            const ssize_t size =
                ::readlinkat(directory, name.c_str(), entry.target.data(), entry.target.size());
            if (size < 0)
                return gone("A link of the session could not be read");
            entry.target.resize(static_cast<std::size_t>(size));
        }
        const bool folder = S_ISDIR(status.st_mode);
        ENTRACTE_TRY(m_take(std::move(entry), -1));
        if (!folder)
            return {};
        UniqueFd child(
            ::openat(directory, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
        if (!child)
            return gone("A folder of the session could not be opened");
        return contents(child.get(), path + '/', depth + 1);
    }

    Status addFile(int directory, const std::string& name, TreeEntry&& entry) {
        const UniqueFd file(
            ::openat(directory, name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
        if (!file)
            return gone("A file of the session could not be opened");
        entry.extents = dataExtents(file.get(), entry.status.st_size);
        return m_take(std::move(entry), file.get());
    }

    const WalkOptions& m_options;
    const TakeEntry& m_take;
    std::map<std::pair<dev_t, ino_t>, std::string> m_links; // first path of each file with several
};

} // namespace

Status walkTree(int directory, const WalkOptions& options, const TakeEntry& take) {
    return TreeWalk(options, take).contents(directory, "", 0);
}

} // namespace entracte
