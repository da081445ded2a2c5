#include "session/container/LaunchChild.h"

#include "session/base/Signals.h"
#include "session/base/UniqueFd.h"
#include "session/container/Mounting.h"

#include <fcntl.h>
#include <linux/capability.h>
#include <linux/close_range.h>
#include <linux/seccomp.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace entracte {
namespace {

constexpr std::uint64_t kQuiet = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC;

Status mountNew(int root, const char* place, const char* type, const MountOptions& options,
                std::uint64_t attributes) {
    ENTRACTE_ASSIGN(mount, newMount(type, options, attributes));
    ENTRACTE_ASSIGN(target, openBeneath(root, place, O_PATH | O_DIRECTORY));
    return attach(mount.get(), target.get());
}

Status bindExternal(int root, const ExternalMount& external) {
    const UniqueFd source(::open(external.outside.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC));
    if (!source)
        return fail(Error::fromErrno("\"" + external.outside + "\" could not be opened"));
    // A device node must stay one; whatever else is bound got its rules when it was mounted.
    struct stat status {};
    const bool node = ::fstat(source.get(), &status) == 0 && S_ISCHR(status.st_mode);
    ENTRACTE_ASSIGN(bind, bindOf(source.get(), node ? kQuiet : 0));
    ENTRACTE_ASSIGN(target, openBeneath(root, external.inside, O_PATH));
    return attach(bind.get(), target.get());
}

// A mount that was made outside is locked here, and pivot_root(2) refuses it: the session's root is
// a bind of it. The rest is put in place while the host's /proc is still seen, without which the
// kernel allows no new one. There is no tmpfs: CRIU would have tar and gzip pack it while
// everything is frozen. /dev/shm is a directory of the layer and saved with it.
Status assembleRoot(const LaunchPlan& plan) {
    if (::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) < 0)
        return fail(Error::fromErrno("The mount namespace could not be set apart"));
    const UniqueFd outside(::open(plan.mountPoint.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (!outside)
        return fail(Error::fromErrno("The session's root could not be opened"));
    ENTRACTE_ASSIGN(root, bindOf(outside.get(), 0));
    ENTRACTE_TRY(attach(root.get(), outside.get()));

    const int top = root.get();
    ENTRACTE_TRY(mountNew(top, "proc", "proc", {{"source", "proc"}}, kQuiet | MOUNT_ATTR_NODEV));
    for (const auto& external : plan.binds)
        ENTRACTE_TRY(bindExternal(top, external));
    ENTRACTE_TRY(mountNew(
        top, "dev/pts", "devpts",
        {{"source", "devpts"}, {"ptmxmode", "0666"}, {"mode", "0620"}, {"gid", "5"}}, kQuiet));

    if (::fchdir(top) < 0 || ::syscall(SYS_pivot_root, ".", ".") < 0 ||
        ::umount2(".", MNT_DETACH) < 0 || ::chdir("/") < 0)
        return fail(Error::fromErrno("The session's root could not be entered"));
    return {};
}

Status raiseLoopback() {
    const UniqueFd socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    ifreq request{};
    std::strcpy(request.ifr_name, "lo");
    if (!socket || ::ioctl(socket.get(), SIOCGIFFLAGS, &request) < 0)
        return fail(Error::fromErrno("The session's loopback network could not be found"));
    request.ifr_flags = static_cast<short>(request.ifr_flags | IFF_UP);
    if (::ioctl(socket.get(), SIOCSIFFLAGS, &request) < 0)
        return fail(Error::fromErrno("The session's loopback network could not be started"));
    return {};
}

// A second wall behind the system call filter: no user namespace within this one.
void forbidNestedNamespaces() {
    const UniqueFd limit(::open("/proc/sys/user/max_user_namespaces", O_WRONLY | O_CLOEXEC));
    if (limit) [[maybe_unused]]
        const ssize_t written = ::write(limit.get(), "0", 1);
}

// Descriptors 0-2 as the session itself has them, the report, and nothing from outside.
Status keepNothing(int report) {
    const UniqueFd null(::open("/dev/null", O_RDWR | O_CLOEXEC));
    const UniqueFd away(::fcntl(report, F_DUPFD_CLOEXEC, 10));
    if (!null || !away)
        return fail(Error::fromErrno("The session's /dev/null could not be opened"));
    for (int fd = 0; fd <= 2; ++fd)
        if (::dup2(null.get(), fd) < 0)
            return fail(Error::fromErrno("The session's standard input could not be set"));
    if (::close_range(kReportFd, ~0U, CLOSE_RANGE_CLOEXEC) < 0 || ::dup2(away.get(), kReportFd) < 0)
        return fail(Error::fromErrno("The helper's descriptors could not be closed"));
    return {};
}

bool hasNoCapabilities() {
    __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
    __user_cap_data_struct data[2]{};
    if (::syscall(SYS_capget, &header, data) < 0)
        return false;
    for (const auto& part : data)
        if (part.effective != 0 || part.permitted != 0 || part.inheritable != 0)
            return false;
    return true;
}

// For good. The system calls themselves: glibc's functions would look for the helper's threads.
Status becomePerson(const Person& person) {
    for (unsigned long capability = 0;; ++capability)
        if (::prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) < 0) {
            if (errno == EINVAL)
                break; // past the last one of this kernel
            return fail(Error::fromErrno("The session's capabilities could not be dropped"));
        }
    __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
    __user_cap_data_struct nothing[2]{};
    if (::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) < 0 ||
        ::syscall(SYS_setgroups, person.groups.size(), person.groups.data()) < 0 ||
        ::syscall(SYS_setresgid, person.gid, person.gid, person.gid) < 0 ||
        ::syscall(SYS_setresuid, person.uid, person.uid, person.uid) < 0 ||
        ::syscall(SYS_capset, &header, nothing) < 0)
        return fail(Error::fromErrno("The session could not be given to its owner"));
    if (!hasNoCapabilities() || ::getuid() != person.uid || ::geteuid() != person.uid)
        return fail(ErrorCode::Internal, "The session's rights could not be dropped.");
    return {};
}

std::vector<char*> pointers(const std::vector<std::string>& strings) {
    std::vector<char*> result;
    for (const auto& string : strings)
        result.push_back(const_cast<char*>(string.c_str()));
    result.push_back(nullptr);
    return result;
}

Status prepare(const LaunchPlan& plan) {
    // Root of this user namespace, so that what is made here belongs to it.
    if (::syscall(SYS_setresgid, 0, 0, 0) < 0 || ::syscall(SYS_setresuid, 0, 0, 0) < 0)
        return fail(Error::fromErrno("The user namespace could not be entered"));
    ::umask(022);
    resetSignals();
    ENTRACTE_TRY(assembleRoot(plan));
    ENTRACTE_TRY(raiseLoopback());
    forbidNestedNamespaces();
    if (::setsid() < 0)
        return fail(Error::fromErrno("The session's first process could not lead it"));
    ENTRACTE_TRY(keepNothing(plan.report));
    if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
        return fail(Error::fromErrno("New privileges could not be forbidden"));
    ENTRACTE_TRY(becomePerson(plan.person));
    const sock_fprog program{static_cast<unsigned short>(plan.filter.size()),
                             const_cast<sock_filter*>(plan.filter.data())};
    if (::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0) < 0)
        return fail(Error::fromErrno("The filter of system calls could not be set"));
    return {};
}

} // namespace

Error becomeSession(const LaunchPlan& plan) {
    const auto arguments = pointers(plan.arguments);
    const auto environment = pointers(plan.environment);
    if (auto prepared = prepare(plan); !prepared)
        return std::move(prepared).error();
    ::execve(arguments[0], arguments.data(), environment.data());
    return Error::fromErrno("The session's first process could not be started");
}

} // namespace entracte
