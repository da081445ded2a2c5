#include "session/container/SharedFolders.h"

#include "session/container/ForkedTask.h"
#include "session/container/LayerPaths.h"
#include "session/container/Mounting.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <linux/openat2.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <array>
#include <cerrno>

namespace entracte {
namespace {

// What the session has of its own: nothing of the host's may be mounted over it, above it or in it.
constexpr std::array kReserved = {"/proc", "/sys",     "/dev",           "/run",           "/usr",
                                  "/etc",  "/var/tmp", "/tmp/.X11-unix", "/tmp/.ICE-unix", "/bin",
                                  "/sbin", "/lib",     "/lib64",         "/boot"};

tl::unexpected<Error> mayNot(const std::string& path, const std::string& reason) {
    return fail(ErrorCode::InvalidArgument,
                "The folder \"" + path + "\" cannot be shared: " + reason + ".");
}

bool isKernelFileSystem(int fd) {
    struct statfs info {};
    if (::fstatfs(fd, &info) < 0)
        return true;
    const auto type = static_cast<unsigned long>(info.f_type);
    return type == PROC_SUPER_MAGIC || type == SYSFS_MAGIC || type == DEVPTS_SUPER_MAGIC ||
           type == CGROUP_SUPER_MAGIC || type == CGROUP2_SUPER_MAGIC || type == DEBUGFS_MAGIC ||
           type == TRACEFS_MAGIC || type == SECURITYFS_MAGIC;
}

// In the child: for good, with the system calls themselves (no other thread is there to be told).
int openWithCredentialsOf(const Person& person, const std::string& path) {
    if (::syscall(SYS_setgroups, person.groups.size(), person.groups.data()) < 0 ||
        ::syscall(SYS_setresgid, person.gid, person.gid, person.gid) < 0 ||
        ::syscall(SYS_setresuid, person.uid, person.uid, person.uid) < 0)
        return -1;
    open_how how{};
    how.flags = O_PATH | O_DIRECTORY | O_CLOEXEC;
    how.resolve = RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS;
    const int fd =
        static_cast<int>(::syscall(SYS_openat2, AT_FDCWD, path.c_str(), &how, sizeof how));
    if (fd < 0)
        return -1;
    // O_PATH asks for no permission on the folder itself; showing it does.
    if (::faccessat(fd, ".", R_OK | X_OK, AT_EACCESS) < 0)
        return -1;
    // Asked here, where a file system that never answers holds up nobody.
    if (isKernelFileSystem(fd)) {
        errno = ENOTSUP;
        return -1;
    }
    return fd;
}

} // namespace

Status checkSharedPath(const ContainerSpec& spec, const std::string& path) {
    if (path.size() < 2 || path[0] != '/' || path.size() >= 4096 ||
        path.find('\0') != std::string::npos)
        return mayNot(path.c_str(), "its path must be absolute");
    if (path.back() == '/' || std::filesystem::path(path).lexically_normal().string() != path)
        return mayNot(path, "its path must be written without \".\", \"..\" and doubled slashes");
    for (const char* reserved : kReserved)
        if (isWithin(path, reserved) || isWithin(reserved, path))
            return mayNot(path, std::string("a session has its own ") + reserved);
    const std::string layer = std::filesystem::path(spec.layer).lexically_normal();
    if (isWithin(layer, path) || isWithin(spec.mountPoint.lexically_normal(), path))
        return mayNot(path, "the sessions themselves are kept in it");
    return {};
}

Result<UniqueFd> openAsPerson(const Person& person, const std::string& path) {
    auto opened = openInChild("The folder \"" + path + "\" could not be opened",
                              [&](std::uint64_t&) { return openWithCredentialsOf(person, path); });
    if (!opened) {
        const auto& detail = opened.error().detail();
        if (detail == "errno " + std::to_string(ELOOP))
            return mayNot(path, "a symbolic link is on the way to it. Name the folder itself");
        if (detail == "errno " + std::to_string(EACCES))
            return mayNot(path, "you may not open it");
        if (detail == "errno " + std::to_string(ENOENT))
            return mayNot(path, "there is no such folder");
        if (detail == "errno " + std::to_string(ENOTDIR))
            return mayNot(path, "it is not a folder");
        if (detail == "errno " + std::to_string(ENOTSUP))
            return mayNot(path, "it is part of the kernel's own file systems");
        return fail(std::move(opened).error());
    }
    return std::move(opened->fd);
}

} // namespace entracte
