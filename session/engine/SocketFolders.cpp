#include "session/engine/SocketFolders.h"

#include "session/base/UniqueFd.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <set>

namespace entracte {

namespace {

constexpr std::size_t kMaxPaths = 10000;

UniqueFd openInRoot(int root, const std::string& path) {
    open_how how{};
    how.flags = O_PATH | O_DIRECTORY | O_CLOEXEC;
    how.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS;
    return UniqueFd(static_cast<int>(::syscall(SYS_openat2, root, path.c_str(), &how, sizeof how)));
}

// Makes what is missing of `folder` ("a/b/c", without "." and ".."), step by step.
void makeFolders(int root, const std::string& folder, const Person& person) {
    UniqueFd parent = openInRoot(root, ".");
    for (std::size_t start = 0; parent && start < folder.size();) {
        const std::size_t end = std::min(folder.find('/', start), folder.size());
        const std::string name = folder.substr(start, end - start);
        const std::string prefix = folder.substr(0, end);
        start = end + 1;
        UniqueFd next = openInRoot(root, prefix);
        if (!next && errno == ENOENT) {
            if (::mkdirat(parent.get(), name.c_str(), 0700) != 0 ||
                ::fchownat(parent.get(), name.c_str(), person.uid, person.gid,
                           AT_SYMLINK_NOFOLLOW) != 0)
                return;
            next = openInRoot(root, prefix);
        }
        parent = std::move(next);
    }
}

// The path's folder as "a/b", or nothing when it holds steps that no bound socket needs.
std::string folderOf(const std::string& path) {
    if (path.empty() || path.front() != '/' || path.size() >= 4096)
        return {};
    std::string folder;
    std::size_t start = 1;
    for (std::size_t slash = 0; (slash = path.find('/', start)) != std::string::npos;
         start = slash + 1) {
        const std::string step = path.substr(start, slash - start);
        if (step.empty() || step == ".")
            continue;
        if (step == "..")
            return {};
        folder += (folder.empty() ? "" : "/") + step;
    }
    return folder;
}

} // namespace

void makeSocketFolders(const std::filesystem::path& root, const std::vector<ExternalMount>& mounts,
                       const Person& person, const std::vector<std::string>& socketPaths) {
    std::set<std::string> folders;
    for (const std::string& path : socketPaths)
        if (std::string folder = folderOf(path); !folder.empty() && folders.size() < kMaxPaths)
            folders.insert(std::move(folder));
    for (const std::string& folder : folders) {
        // The mount that holds it: on the host the others lie elsewhere.
        std::filesystem::path top = root;
        std::string within = folder;
        std::size_t depth = 0;
        for (const ExternalMount& mount : mounts)
            if (const std::string inside = mount.inside.substr(1) + "/";
                (folder + "/").starts_with(inside) && inside.size() > depth) {
                depth = inside.size();
                top = mount.outside;
                within = folder.substr(std::min(inside.size(), folder.size()));
            }
        if (within.empty())
            continue;
        const UniqueFd opened(::open(top.c_str(), O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
        if (opened) // else a device node, or a folder that is no longer shared
            makeFolders(opened.get(), within, person);
    }
}

} // namespace entracte
