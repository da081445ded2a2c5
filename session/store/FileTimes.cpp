#include "session/store/FileTimes.h"

#include <linux/magic.h>
#include <sys/vfs.h>

#include <algorithm>
#include <array>

namespace entracte {

namespace {
constexpr std::array<std::uint32_t, 8> kTrusted{
    EXT4_SUPER_MAGIC, 0x58465342 /* xfs */,  BTRFS_SUPER_MAGIC,    F2FS_SUPER_MAGIC,
    SQUASHFS_MAGIC,   OVERLAYFS_SUPER_MAGIC, 0x2fc12fc1 /* zfs */, 0xca451a4e /* bcachefs */};
}

std::int64_t nanoseconds(const timespec& time) {
    return time.tv_sec * std::int64_t{1'000'000'000} + time.tv_nsec;
}

bool timesTell(int file, const struct stat& info, std::chrono::seconds settle) {
    struct statfs system {};
    if (::fstatfs(file, &system) != 0 ||
        std::ranges::count(kTrusted, static_cast<std::uint32_t>(system.f_type)) == 0)
        return false;
    const auto now = std::chrono::duration_cast<std::chrono::nanoseconds>(
        std::chrono::system_clock::now().time_since_epoch() - settle);
    return std::max(nanoseconds(info.st_mtim), nanoseconds(info.st_ctim)) <= now.count();
}

} // namespace entracte
