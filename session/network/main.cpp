// entracte-network: a session's way to the network. Started by entracted as the person, outside of
// the session; ends with it. See UserNetwork.h.

#include "session/network/UserNetwork.h"

#include <CLI/CLI.hpp>
#include <fcntl.h>
#include <seccomp.h>
#include <signal.h>
#include <sys/prctl.h>

#include <cerrno>
#include <cstdio>

namespace {

using entracte::UniqueFd;

UniqueFd inherited(int number) {
    if (number < 3 || ::fcntl(number, F_SETFD, FD_CLOEXEC) != 0)
        return {};
    return UniqueFd(number);
}

// Packets are a stranger's bytes: whoever got the better of their reader could start nothing, look
// into no other process and write no file.
bool giveUpWhatIsNotNeeded() {
    if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0)
        return false;
    scmp_filter_ctx filter = ::seccomp_init(SCMP_ACT_ALLOW);
    if (!filter)
        return false;
    bool good = true;
    for (const char* name : {"execve",
                             "execveat",
                             "fork",
                             "vfork",
                             "clone",
                             "clone3",
                             "ptrace",
                             "process_vm_readv",
                             "process_vm_writev",
                             "pidfd_getfd",
                             "kill",
                             "tkill",
                             "tgkill",
                             "pidfd_send_signal",
                             "unlink",
                             "unlinkat",
                             "rename",
                             "renameat",
                             "renameat2",
                             "link",
                             "linkat",
                             "symlink",
                             "symlinkat",
                             "mkdir",
                             "mkdirat",
                             "mknod",
                             "mknodat",
                             "creat",
                             "chmod",
                             "fchmod",
                             "fchmodat",
                             "truncate",
                             "mount",
                             "unshare",
                             "setns",
                             "bpf",
                             "keyctl",
                             "userfaultfd",
                             "io_uring_setup",
                             "shmget",
                             "memfd_create"}) {
        const int number = ::seccomp_syscall_resolve_name(name);
        if (number != __NR_SCMP_ERROR)
            good = ::seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), number, 0) == 0 && good;
    }
    for (const scmp_datum_t flag : {O_WRONLY, O_RDWR}) {
        const auto mode = SCMP_CMP(2, SCMP_CMP_MASKED_EQ, O_ACCMODE, flag);
        const auto oldMode = SCMP_CMP(1, SCMP_CMP_MASKED_EQ, O_ACCMODE, flag);
        good = ::seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(openat), 1, mode) == 0 &&
               ::seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(open), 1, oldMode) == 0 &&
               good;
    }
    good = ::seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(openat2), 0) == 0 && good;
    good = good && ::seccomp_load(filter) == 0;
    ::seccomp_release(filter);
    return good;
}

} // namespace

int main(int argc, char** argv) {
    CLI::App app{"A session's way to the network; started by entracted."};
    int wire = -1;
    int session = -1;
    entracte::network::UserNetworkOptions options;
    app.add_option("--wire-fd", wire, "the packet socket")->required();
    app.add_option("--session-fd", session, "a pidfd of the session's first process")->required();
    app.add_flag("--host-only", options.hostOnly, "nothing but this computer's --port");
    app.add_option("--port", options.hostPorts, "a TCP port of this computer's loopback");
    CLI11_PARSE(app, argc, argv);
    options.wire = inherited(wire);
    options.session = inherited(session);
    if (!options.wire || !options.session) {
        std::fputs("entracte-network is started by entracted.\n", stderr);
        return 2;
    }
    ::signal(SIGPIPE, SIG_IGN);
    entracte::network::UserNetwork network(std::move(options));
    if (!giveUpWhatIsNotNeeded()) {
        std::perror("entracte-network: its rights could not be given up");
        return 1;
    }
    const auto ended = network.run();
    if (!ended)
        std::fprintf(stderr, "entracte-network: %s\n", ended.error().forLog().c_str());
    return ended ? 0 : 1;
}
