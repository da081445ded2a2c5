#include "session/store/TreeSize.h"

#include "session/store/Directories.h"

#include <fcntl.h>
#include <sys/stat.h>

namespace entracte {

namespace {

constexpr int kMaxDepth = 400;         // one descriptor is open for each level
constexpr std::uint64_t kEntry = 1024; // bytes that a tar entry takes beside its contents
constexpr std::uint64_t kBlock = 512;  // of st_blocks, stat(2)

std::uint64_t sizeBeneath(int directory, int depth) {
    std::uint64_t total = 0;
    const auto names = namesIn(directory);
    for (const std::string& name : names ? *names : std::vector<std::string>()) {
        struct stat status {};
        if (::fstatat(directory, name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0)
            continue;
        total += kEntry;
        if (S_ISREG(status.st_mode))
            total += static_cast<std::uint64_t>(status.st_blocks) * kBlock;
        else if (S_ISDIR(status.st_mode) && depth < kMaxDepth)
            if (const auto child = openDirectoryAt(directory, name, false))
                total += sizeBeneath(child->get(), depth + 1);
    }
    return total;
}

} // namespace

std::uint64_t treeSize(const std::filesystem::path& directory) {
    const auto top = openDirectory(directory, false);
    return top ? sizeBeneath(top->get(), 0) : 0;
}

} // namespace entracte
