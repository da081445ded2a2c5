// Runs in a session: tries what a session is not offered, one line each: "name: error".

#include <fcntl.h>
#include <linux/sched.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

namespace {

void tell(const char* name, long result) {
    std::printf("%s: %s\n", name, result < 0 ? strerrorname_np(errno) : "done");
}

long cloneWith(unsigned long flags) {
    const long pid =
        ::syscall(SYS_clone, flags | 17 /* SIGCHLD */, nullptr, nullptr, nullptr, nullptr);
    if (pid == 0)
        ::_exit(0);
    return pid;
}

} // namespace

int main() {
    tell("io_uring_setup", ::syscall(SYS_io_uring_setup, 8, nullptr));
    tell("userfaultfd", ::syscall(SYS_userfaultfd, O_CLOEXEC));
    tell("perf_event_open", ::syscall(SYS_perf_event_open, nullptr, 0, -1, -1, 0));
    tell("bpf", ::syscall(SYS_bpf, 0, nullptr, 0));
    tell("keyctl", ::syscall(SYS_keyctl, 0, 0, 0, 0, 0));
    tell("memfd_secret", ::syscall(447, 0));
    tell("mq_open", ::syscall(SYS_mq_open, "/x", O_CREAT | O_RDWR, 0600, nullptr));
    clone_args arguments{};
    tell("clone3", ::syscall(SYS_clone3, &arguments, sizeof arguments));
    tell("unshare user", ::unshare(CLONE_NEWUSER));
    tell("unshare ipc", ::unshare(CLONE_NEWIPC));
    tell("unshare time", ::unshare(0x80));
    tell("unshare files", ::unshare(CLONE_FILES));
    tell("clone user", cloneWith(CLONE_NEWUSER));
    tell("clone pid", cloneWith(CLONE_NEWPID));
    tell("clone", cloneWith(0));
    tell("setns", ::setns(0, 0));
    tell("mount", ::mount("none", "/tmp", "tmpfs", 0, nullptr));
    tell("fsopen", ::syscall(SYS_fsopen, "tmpfs", 0));
    tell("socket alg", ::socket(AF_ALG, SOCK_SEQPACKET, 0));
    tell("socket vsock", ::socket(AF_VSOCK, SOCK_STREAM, 0));
    tell("socket unix", ::socket(AF_UNIX, SOCK_STREAM, 0));
    tell("socket inet6", ::socket(AF_INET6, SOCK_STREAM, 0));
    tell("memfd_create", ::syscall(SYS_memfd_create, "x", 0));
}
