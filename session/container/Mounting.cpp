#include "session/container/Mounting.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>

namespace entracte {
namespace {

// What the kernel says about a mount that it refused: lines on the file system context (fsopen(2)).
std::string kernelWords(int context) {
    std::string words;
    std::array<char, 512> line{};
    for (;;) {
        const ssize_t got = ::read(context, line.data(), line.size());
        if (got <= 0)
            return words;
        if (!words.empty())
            words += "; ";
        words.append(line.data(), static_cast<std::size_t>(got));
        while (!words.empty() && words.back() == '\n')
            words.pop_back();
    }
}

tl::unexpected<Error> refused(const std::string& what, int context) {
    const int error = errno;
    const std::string words = kernelWords(context);
    return fail(Error::fromErrno(what, error)
                    .withDetail("errno " + std::to_string(error) +
                                (words.empty() ? "" : "; kernel: " + words)));
}

} // namespace

Result<UniqueFd> openBeneath(int root, const std::string& path, int flags) {
    open_how how{};
    how.flags = static_cast<std::uint64_t>(flags | O_CLOEXEC);
    how.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS;
    const long fd = ::syscall(SYS_openat2, root, path.c_str(), &how, sizeof how);
    if (fd < 0)
        return fail(Error::fromErrno("\"" + path + "\" in the session could not be opened"));
    return UniqueFd(static_cast<int>(fd));
}

Result<UniqueFd> newMount(const std::string& type, const MountOptions& options,
                          std::uint64_t attributes) {
    const std::string what = "A file system of type " + type + " could not be mounted";
    const UniqueFd context(::fsopen(type.c_str(), FSOPEN_CLOEXEC));
    if (!context)
        return fail(Error::fromErrno(what));
    for (const auto& [key, value] : options) {
        const int result =
            value.empty()
                ? ::fsconfig(context.get(), FSCONFIG_SET_FLAG, key.c_str(), nullptr, 0)
                : ::fsconfig(context.get(), FSCONFIG_SET_STRING, key.c_str(), value.c_str(), 0);
        if (result < 0)
            return refused(what + " with " + key + (value.empty() ? "" : "=" + value),
                           context.get());
    }
    if (::fsconfig(context.get(), FSCONFIG_CMD_CREATE, nullptr, nullptr, 0) < 0)
        return refused(what, context.get());
    UniqueFd mount(
        ::fsmount(context.get(), FSMOUNT_CLOEXEC, static_cast<unsigned int>(attributes)));
    if (!mount)
        return refused(what, context.get());
    return mount;
}

Result<UniqueFd> bindOf(int source, std::uint64_t attributes) {
    UniqueFd mount(::open_tree(source, "", OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_EMPTY_PATH));
    if (!mount)
        return fail(Error::fromErrno("A directory could not be bound"));
    mount_attr change{};
    change.attr_set = attributes;
    if (::mount_setattr(mount.get(), "", AT_EMPTY_PATH, &change, sizeof change) < 0)
        return fail(Error::fromErrno("The rules of a bound directory could not be set"));
    return mount;
}

Status attach(int mount, int target) {
    if (::move_mount(mount, "", target, "", MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH) < 0)
        return fail(Error::fromErrno("A mount could not be put in its place"));
    return {};
}

} // namespace entracte
