// mountRoot, unmountRoot, externalMounts: everything of a session that is mounted on the host.

#include "session/base/ScopeExit.h"
#include "session/container/Container.h"
#include "session/container/LayerPaths.h"
#include "session/container/Mounting.h"
#include "session/container/SharedFolders.h"

#include <fcntl.h>
#include <libmount/libmount.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <memory>
#include <sstream>
#include <system_error>
#include <thread>

namespace entracte {
namespace {

using namespace std::chrono_literals;

constexpr std::array kNodes = {"null", "zero", "full", "random", "urandom", "tty"};
constexpr std::uint64_t kAttributes = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV;
// How long an upper directory may still be in use by a session that has just ended.
constexpr auto kReleaseLimit = 3s;

Result<UniqueFd> openForMount(const std::filesystem::path& path) {
    std::error_code error;
    std::filesystem::create_directories(path, error);
    UniqueFd fd(::open(path.c_str(), O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (!fd)
        return fail(Error::fromErrno("The directory for a session's root could not be made")
                        .withDetail(path.string()));
    return fd;
}

// What an overlay lies over: the host's directory, or an empty one where that is gone (a stick was
// pulled out meanwhile, or this is another computer). The session keeps what it changed there.
Result<std::string> lowerOf(const ContainerSpec& spec, const Overlay& overlay) {
    std::error_code error;
    if (std::filesystem::is_directory(std::filesystem::symlink_status(overlay.target, error)))
        return overlay.target;
    const auto nothing = spec.layer / "nothing"; // beside "upper", so in no snapshot
    ENTRACTE_TRY(openForMount(nothing));
    return nothing.string();
}

Result<UniqueFd> mountOverlay(const ContainerSpec& spec, const Overlay& overlay) {
    const auto upper = spec.layer / "upper" / overlay.name;
    const auto work = spec.layer / "work" / overlay.name;
    std::error_code error;
    for (const auto& directory : {upper, work})
        if (std::filesystem::create_directories(directory, error); error)
            return fail(Error::fromErrno("The session's layer could not be made", error.value()));
    ENTRACTE_ASSIGN(lower, lowerOf(spec, overlay));
    const auto deadline = std::chrono::steady_clock::now() + kReleaseLimit;
    for (;;) {
        auto mount = newMount("overlay",
                              {{"source", "entracte"},
                               {"lowerdir", lower},
                               {"upperdir", upper},
                               {"workdir", work},
                               {"index", "on"},
                               {"nfs_export", "on"},
                               {"redirect_dir", "on"}, // so that a folder can be renamed
                               {"metacopy", "off"}},   // cannot be had with nfs_export
                              kAttributes);
        if (mount)
            return mount;
        const std::string& detail = mount.error().detail();
        if (detail.starts_with("errno " + std::to_string(EBUSY))) {
            if (std::chrono::steady_clock::now() < deadline) {
                std::this_thread::sleep_for(20ms);
                continue;
            }
            return fail(Error(ErrorCode::Busy,
                              "The session's files are still in use by another mount.", detail)
                            .causedBy(std::move(mount).error()));
        }
        if (detail.starts_with("errno " + std::to_string(EINVAL)))
            return fail(Error(ErrorCode::KernelUnsuitable,
                              "The session's files cannot be layered over \"" + overlay.target +
                                  "\": the file system of \"" + spec.layer.string() +
                                  "\" cannot hold the changed files of an overlay.",
                              detail,
                              "Use a state directory on ext4, xfs or btrfs; inside another "
                              "container, on a volume.")
                            .causedBy(std::move(mount).error()));
        return mount;
    }
}

// The directory that something is to be mounted on, made when absent, seen through the overlay
// that holds it: the layer is the session's and may have been given links in place of directories.
Status makeTarget(int overlayRoot, const std::string& within) {
    if (openBeneath(overlayRoot, within, O_PATH | O_DIRECTORY))
        return {};
    ENTRACTE_ASSIGN(top, openBeneath(overlayRoot, ".", O_PATH | O_DIRECTORY));
    UniqueFd current = std::move(top);
    std::istringstream parts(within);
    for (std::string part; std::getline(parts, part, '/');) {
        if (::mkdirat(current.get(), part.c_str(), 0755) < 0 && errno != EEXIST)
            return fail(Error::fromErrno("A place in the session's root could not be made"));
        ENTRACTE_ASSIGN(next, openBeneath(current.get(), part, O_PATH | O_DIRECTORY));
        current = std::move(next);
    }
    return {};
}

Status bindShared(const ContainerSpec& spec, const SharedFolder& folder,
                  const std::filesystem::path& place) {
    ENTRACTE_TRY(checkSharedPath(spec, folder.path));
    ENTRACTE_ASSIGN(source, openAsPerson(spec.person, folder.path));
    const std::uint64_t readOnly = folder.readOnly ? MOUNT_ATTR_RDONLY : 0;
    ENTRACTE_ASSIGN(bind, bindOf(source.get(), kAttributes | readOnly));
    ENTRACTE_ASSIGN(target, openForMount(place));
    return attach(bind.get(), target.get());
}

// Shared folders, an outer one before what lies within it: the order of their numbers.
std::vector<SharedFolder> ordered(std::vector<SharedFolder> folders) {
    std::sort(folders.begin(), folders.end(),
              [](const SharedFolder& a, const SharedFolder& b) { return a.path < b.path; });
    return folders;
}

std::string number(std::size_t n) {
    return std::to_string(n);
}

} // namespace

Status mountRoot(const ContainerSpec& spec) {
    const auto binds = bindsDirectory(spec.mountPoint);
    const auto overlays = overlaysOfLayer(spec.layer);
    const auto folders = ordered(spec.sharedFolders);
    for (std::size_t i = 1; i < folders.size(); ++i)
        if (folders[i].path == folders[i - 1].path)
            return fail(ErrorCode::InvalidArgument,
                        "The folder \"" + folders[i].path + "\" is named twice.");
    ScopeExit undo([&spec] { (void)unmountRoot(spec.mountPoint); });

    std::vector<UniqueFd> roots;
    for (std::size_t i = 0; i < overlays.size(); ++i) {
        ENTRACTE_ASSIGN(mount, mountOverlay(spec, overlays[i]));
        ENTRACTE_ASSIGN(target,
                        openForMount(i == 0 ? spec.mountPoint : binds / ("overlay" + number(i))));
        ENTRACTE_TRY(attach(mount.get(), target.get()));
        if (i > 0) {
            const std::string above = std::filesystem::path(overlays[i].target).parent_path();
            const Overlay& outer = overlayHolding(overlays, above);
            ENTRACTE_TRY(makeTarget(roots[static_cast<std::size_t>(&outer - overlays.data())].get(),
                                    pathWithin(outer, overlays[i].target)));
        }
        roots.push_back(std::move(mount));
    }
    for (std::size_t i = 0; i < folders.size(); ++i) {
        ENTRACTE_TRY(bindShared(spec, folders[i], binds / ("share" + number(i))));
        const bool nested =
            std::any_of(folders.begin(), folders.begin() + static_cast<std::ptrdiff_t>(i),
                        [&](const auto& outer) { return isWithin(folders[i].path, outer.path); });
        const Overlay& overlay = overlayHolding(overlays, folders[i].path);
        const auto index = static_cast<std::size_t>(&overlay - overlays.data());
        if (const std::string within = pathWithin(overlay, folders[i].path);
            !nested && !within.empty())
            ENTRACTE_TRY(makeTarget(roots[index].get(), within));
    }
    undo.dismiss();
    return {};
}

std::vector<ExternalMount> externalMounts(const ContainerSpec& spec) {
    const auto binds = bindsDirectory(spec.mountPoint);
    std::vector<ExternalMount> mounts;
    const auto overlays = overlaysOfLayer(spec.layer);
    for (std::size_t i = 1; i < overlays.size(); ++i)
        mounts.push_back(
            {overlays[i].target, "overlay" + number(i), binds / ("overlay" + number(i))});
    const auto folders = ordered(spec.sharedFolders);
    for (std::size_t i = 0; i < folders.size(); ++i)
        mounts.push_back({folders[i].path, "share" + number(i), binds / ("share" + number(i))});
    for (const char* node : kNodes)
        mounts.push_back(
            {std::string("/dev/") + node, std::string("dev_") + node, std::string("/dev/") + node});
    return mounts;
}

Status unmountRoot(const std::filesystem::path& mountPoint) {
    const std::string root = mountPoint.lexically_normal();
    const std::string binds = bindsDirectory(root);
    const std::unique_ptr<libmnt_table, decltype(&mnt_unref_table)> table(
        mnt_new_table_from_file("/proc/self/mountinfo"), &mnt_unref_table);
    const std::unique_ptr<libmnt_iter, decltype(&mnt_free_iter)> iterator(
        mnt_new_iter(MNT_ITER_BACKWARD), &mnt_free_iter);
    if (!table || !iterator)
        return fail(ErrorCode::System, "The list of mounted file systems could not be read.");
    libmnt_fs* fs = nullptr;
    const auto deadline = std::chrono::steady_clock::now() + kReleaseLimit;
    while (mnt_table_next_fs(table.get(), iterator.get(), &fs) == 0) {
        const std::string target = mnt_fs_get_target(fs) ? mnt_fs_get_target(fs) : "";
        if (!isWithin(target, root) && !isWithin(target, binds))
            continue;
        // At once when possible, so that the layer is free when this returns; a mount that
        // something still uses is taken out of sight.
        int result = 0;
        while ((result = ::umount2(target.c_str(), UMOUNT_NOFOLLOW)) < 0 && errno == EBUSY &&
               std::chrono::steady_clock::now() < deadline)
            std::this_thread::sleep_for(20ms);
        if (result < 0 && ::umount2(target.c_str(), UMOUNT_NOFOLLOW | MNT_DETACH) < 0 &&
            errno != EINVAL)
            return fail(
                Error::fromErrno("A session's root could not be unmounted").withDetail(target));
    }
    std::error_code ignored;
    for (const auto& entry : std::filesystem::directory_iterator(binds, ignored))
        std::filesystem::remove(entry.path(), ignored); // empty directories only
    std::filesystem::remove(binds, ignored);
    return {};
}

} // namespace entracte
