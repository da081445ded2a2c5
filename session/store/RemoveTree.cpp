#include "session/store/RemoveTree.h"

#include "session/base/UniqueFd.h"
#include "session/store/Directories.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <vector>

namespace entracte {

namespace {

// One descriptor is open for each level; what lies deeper is first moved up to the top.
constexpr int kMaxDepth = 64;

// NO_XDEV: a mount that is still there is somebody else's folder.
int openBeneath(int parent, const char* name) {
    open_how how{};
    how.flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
    how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_XDEV;
    return static_cast<int>(::syscall(SYS_openat2, parent, name, &how, sizeof how));
}

class TreeRemover {
public:
    explicit TreeRemover(int top) : m_top(top) {}

    Status empty(int directory, int depth) {
        ENTRACTE_ASSIGN(names, namesIn(directory));
        for (const std::string& name : names) {
            if (::unlinkat(directory, name.c_str(), 0) == 0 || errno == ENOENT)
                continue;
            if (errno != EISDIR && errno != EPERM)
                return fail(Error::fromErrno("An old file could not be removed"));
            if (depth >= kMaxDepth) {
                const std::string moved = ".deep-" + std::to_string(m_moved++);
                if (::renameat2(directory, name.c_str(), m_top, moved.c_str(), RENAME_NOREPLACE) !=
                        0 &&
                    errno != EEXIST)
                    return fail(Error::fromErrno("An old folder could not be removed"));
                continue;
            }
            UniqueFd child(openBeneath(directory, name.c_str()));
            if (!child)
                return fail(Error::fromErrno("An old folder could not be opened"));
            ENTRACTE_TRY(empty(child.get(), depth + 1));
            // Still full when something below was moved up and met a name that was taken: next
            // round.
            if (::unlinkat(directory, name.c_str(), AT_REMOVEDIR) != 0 && errno != ENOTEMPTY)
                return fail(Error::fromErrno("An old folder could not be removed"));
        }
        return {};
    }

private:
    int m_top;
    std::uint64_t m_moved = 0;
};

} // namespace

Status removeTree(int parent, std::string_view name) {
    const std::string single(name);
    if (::unlinkat(parent, single.c_str(), 0) == 0 || errno == ENOENT)
        return {};
    UniqueFd top(openBeneath(parent, single.c_str()));
    if (!top)
        return fail(Error::fromErrno("The folder " + single + " could not be opened"));
    TreeRemover remover(top.get());
    for (;;) {
        ENTRACTE_TRY(remover.empty(top.get(), 0));
        if (::unlinkat(parent, single.c_str(), AT_REMOVEDIR) == 0 || errno == ENOENT)
            return {};
        if (errno != ENOTEMPTY)
            return fail(Error::fromErrno("The folder " + single + " could not be removed"));
    }
}

} // namespace entracte
