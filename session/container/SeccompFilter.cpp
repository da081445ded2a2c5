#include "session/container/SeccompFilter.h"

#include "session/base/UniqueFd.h"

#include <sched.h>
#include <seccomp.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <memory>

namespace entracte {
namespace {

// "This kernel does not have it": what programs probe for and do without.
constexpr std::array kMissing = {
    SCMP_SYS(
        clone3), // its flags are in memory, where a filter cannot look; clone(2) is used instead
    SCMP_SYS(io_uring_setup),
    SCMP_SYS(io_uring_enter),
    SCMP_SYS(io_uring_register),
    SCMP_SYS(userfaultfd),
    SCMP_SYS(memfd_secret),
    SCMP_SYS(mq_open),
    SCMP_SYS(keyctl),
    SCMP_SYS(add_key),
    SCMP_SYS(request_key),
    SCMP_SYS(landlock_create_ruleset), // a domain would be lost by a restore, without a word
};

constexpr std::array kForbidden = {
    SCMP_SYS(perf_event_open), SCMP_SYS(bpf),           SCMP_SYS(fanotify_init),
    SCMP_SYS(setns),           SCMP_SYS(mount),         SCMP_SYS(umount2),
    SCMP_SYS(pivot_root),      SCMP_SYS(open_tree),     SCMP_SYS(move_mount),
    SCMP_SYS(fsopen),          SCMP_SYS(fsmount),       SCMP_SYS(fsconfig),
    SCMP_SYS(fspick),          SCMP_SYS(mount_setattr), SCMP_SYS(chroot),
};

constexpr std::array<unsigned, 7> kNamespaces = {CLONE_NEWUSER,  CLONE_NEWPID, CLONE_NEWNS,
                                                 CLONE_NEWIPC,   CLONE_NEWNET, CLONE_NEWUTS,
                                                 CLONE_NEWCGROUP};
constexpr unsigned kNewTime = 0x80; // CLONE_NEWTIME; in clone(2) these bits are the exit signal

// CRIU saves unix, internet and netlink sockets.
constexpr std::array kFamilies = {AF_UNIX, AF_INET, AF_INET6, AF_NETLINK};
constexpr int kHighestFamily = 16;
static_assert(AF_NETLINK == kHighestFamily);

class Filter {
public:
    Filter() : m_context(seccomp_init(SCMP_ACT_ALLOW), &seccomp_release) {}

    bool build() {
        if (!m_context)
            return false;
#if defined(__x86_64__)
        keep(seccomp_arch_add(m_context.get(), SCMP_ARCH_X86));
#elif defined(__aarch64__)
        keep(seccomp_arch_add(m_context.get(), SCMP_ARCH_ARM));
#endif
        keep(seccomp_attr_set(m_context.get(), SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_ERRNO(ENOSYS)));
        for (const int call : kMissing)
            answer(call, ENOSYS, {});
        // Restored mappings could not be sealed again. Known to libseccomp since 2.6.
        if (const int mseal = seccomp_syscall_resolve_name("mseal"); mseal != __NR_SCMP_ERROR)
            answer(mseal, ENOSYS, {});
        for (const int call : kForbidden)
            answer(call, EPERM, {});
        for (const unsigned flag : kNamespaces)
            for (const int call : {SCMP_SYS(clone), SCMP_SYS(unshare)})
                answer(call, EPERM, {{0, SCMP_CMP_MASKED_EQ, flag, flag}});
        answer(SCMP_SYS(unshare), EPERM, {{0, SCMP_CMP_MASKED_EQ, kNewTime, kNewTime}});
        for (int family = 0; family <= kHighestFamily; ++family)
            if (std::find(kFamilies.begin(), kFamilies.end(), family) == kFamilies.end())
                answer(SCMP_SYS(socket), EAFNOSUPPORT,
                       {{0, SCMP_CMP_EQ, static_cast<scmp_datum_t>(family), 0}});
        answer(SCMP_SYS(socket), EAFNOSUPPORT, {{0, SCMP_CMP_GT, kHighestFamily, 0}});
        return m_good;
    }

    // As the kernel takes it; through a file, since libseccomp 2.5 writes to nothing else.
    std::vector<sock_filter> program() const {
        const UniqueFd file(::memfd_create("filter", MFD_CLOEXEC));
        struct stat status {};
        if (!file || seccomp_export_bpf(m_context.get(), file.get()) < 0 ||
            ::fstat(file.get(), &status) < 0)
            return {};
        std::vector<sock_filter> program(static_cast<std::size_t>(status.st_size) /
                                         sizeof(sock_filter));
        const ssize_t size = static_cast<ssize_t>(program.size() * sizeof(sock_filter));
        if (::pread(file.get(), program.data(), static_cast<std::size_t>(size), 0) != size)
            return {};
        return program;
    }

private:
    void keep(int result) {
        m_good = m_good && (result == 0 || result == -EEXIST);
    }
    void answer(int call, int error, const std::vector<scmp_arg_cmp>& when) {
        keep(seccomp_rule_add_array(m_context.get(), SCMP_ACT_ERRNO(static_cast<unsigned>(error)),
                                    call, static_cast<unsigned>(when.size()), when.data()));
    }

    std::unique_ptr<void, decltype(&seccomp_release)> m_context;
    bool m_good = true;
};

} // namespace

Result<std::vector<sock_filter>> sessionFilter() {
    Filter filter;
    std::vector<sock_filter> program;
    if (filter.build())
        program = filter.program();
    if (program.empty())
        return fail(ErrorCode::Internal,
                    "The filter for a session's system calls could not be made.");
    return program;
}

} // namespace entracte
