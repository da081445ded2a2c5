"""Every kind of state that state-victim (tests/programs/state) makes, in the words of docs/state-coverage.md."""

# Kind: (what it is, how it is saved). The first word of a kind chooses how when it is not said.
HOW = {
    "memory": "CRIU", "cpu": "CRIU", "threads": "CRIU", "files": "CRIU, and the files themselves in the session's layer",
    "pipe": "CRIU", "tty": "CRIU", "event": "CRIU", "sysv": "CRIU, in the session's ipc namespace",
    "posix": "the session's /dev/shm, in its layer", "devices": "CRIU, nodes bound from the host", "process": "CRIU",
    "namespace": "CRIU", "signal": "CRIU", "timer": "CRIU", "clock": "the session's time namespace",
    "unix": "CRIU", "tcp": "CRIU (TCP_REPAIR)", "udp": "CRIU", "net": "CRIU, in the session's network namespace",
}

KINDS = {
    "memory.private": "private memory, touched and not",
    "memory.shared": "memory shared with a child",
    "memory.file-shared": "a shared mapping of a file",
    "memory.file-private": "a private mapping of a file, partly changed",
    "memory.file-unlinked": "a mapping of a file without a name",
    "memory.locked": "locked memory",
    "memory.advice": "advice given for memory (madvise)",
    "memory.guard-pages": "protections, guard pages",
    "memory.grows-down": "memory that grows down",
    "memory.made-code": "machine code made at run time",
    "memory.memfd": "memfd with seals",
    "memory.huge-pages": "huge pages",
    "memory.heap": "the heap",
    "cpu.sse": "SSE registers",
    "cpu.avx": "AVX registers",
    "cpu.avx512": "AVX-512 and mask registers",
    "cpu.x87": "x87 stack",
    "threads.own-variables": "threads: numbers, names, own variables",
    "threads.robust-futex": "robust locks",
    "threads.waiting-futex": "threads that wait for a lock",
    "threads.rseq": "restartable sequences",
    "files.offset": "positions, close-on-exec",
    "files.append": "opened to append",
    "files.o-path": "opened as a path only",
    "files.shared-position": "positions shared by descriptors and processes",
    "files.unlinked": "a file without a name",
    "files.unlinked-linked": "a file that has lost one of its names",
    "files.renamed": "a renamed file",
    "files.replaced": "a file whose name another one has taken",
    "files.sparse": "a file with holes",
    "files.directory": "an open folder",
    "files.deleted-directory": "an open folder that was deleted",
    "files.working-directory": "the working directory",
    "files.deleted-working-directory": "a working directory that was deleted",
    "files.attributes": "permissions and times",
    "files.flock": "locks of open files (flock)",
    "files.posix-lock": "locks of processes (fcntl)",
    "files.ofd-lock": "locks of open file descriptions",
    "files.lease": "leases",
    "files.owner-signal": "owner and signal of a descriptor",
    "files.umask": "the file mode mask",
    "files.chroot": "chroot",
    "pipe.data": "pipes with data, their size and end",
    "pipe.fifo": "FIFOs with data",
    "tty.pty": "pseudo-terminals: settings, size, what was typed",
    "tty.controlling": ("controlling terminals, an open /dev/tty, Ctrl+C", "CRIU, and TerminalImages.h for /dev/tty"),
    "event.eventfd": "eventfd",
    "event.eventfd-semaphore": "eventfd as a semaphore",
    "event.epoll-level": "epoll, level-triggered",
    "event.epoll-edge": "epoll, edge-triggered",
    "event.inotify": ("inotify watches", "CRIU; the layer is mounted with index and nfs_export"),
    "event.fanotify": "fanotify",
    "event.pidfd": "process descriptors",
    "sysv.memory": "System V shared memory",
    "sysv.semaphores": "System V semaphores",
    "sysv.semaphore-undo": "what System V semaphores undo at a process's end",
    "sysv.messages": "System V message queues",
    "posix.message-queue": "POSIX message queues",
    "posix.semaphore": "POSIX semaphores",
    "posix.memory": "POSIX shared memory",
    "devices.plain": "null, zero, full, random, urandom",
    "devices.tun": "tun and tap",
    "process.sessions-groups": "sessions and process groups",
    "process.orphan": "orphans",
    "process.zombie": "zombies that have ended",
    "process.killed-zombie": "zombies that were killed",
    "process.stopped": "stopped processes",
    "process.subreaper": "subreapers",
    "process.nice": "priorities",
    "process.scheduling-class": "scheduling classes",
    "process.affinity": "which processors a process may run on",
    "process.limits": "resource limits",
    "process.prctl": "name, dumpable, no new privileges",
    "process.timer-slack": "timer slack",
    "process.parent-death": "the signal of a parent's death",
    "process.oom-score": "the score for when memory runs out",
    "process.credentials": "user, group, groups",
    "namespace.uts": "the host's name",
    "namespace.nested": "nested namespaces",
    "signal.handlers": "handlers",
    "signal.mask": "masks",
    "signal.pending": "waiting signals with their values",
    "signal.pending-of-thread": "waiting signals of one thread",
    "signal.alternate-stack": "alternate stacks",
    "signal.signalfd": "signalfd",
    "timer.interval": "interval timers",
    "timer.posix": "POSIX timers",
    "timer.timerfd": "timerfd",
    "timer.sleeping": "sleeping threads",
    "clock.monotonic": "CLOCK_MONOTONIC goes on",
    "clock.boottime": "CLOCK_BOOTTIME goes on",
    "clock.wall": ("the wall clock", "it is the machine's"),
    "unix.stream": "unix streams with data both ways",
    "unix.datagram": "unix datagrams on the way",
    "unix.seqpacket": "unix packets on the way",
    "unix.path": "unix sockets with a path",
    "unix.abstract": "unix sockets with an abstract name",
    "unix.unlinked-name": "unix sockets whose path was removed",
    "unix.unaccepted": "unix connections that nobody has accepted yet",
    "unix.queued-descriptor": "descriptors on the way",
    "unix.half-closed": "unix streams closed one way",
    "unix.closed-peer": "unix streams whose other end is gone, with data left",
    "unix.options": "options of unix sockets",
    "tcp.established": "TCP connections with data both ways",
    "tcp.established-v6": "the same over IPv6",
    "tcp.listening": "listening TCP sockets",
    "tcp.bound": "bound TCP sockets",
    "tcp.half-closed": "TCP connections closed one way",
    "tcp.closed": "TCP connections closed both ways, with data left",
    "tcp.peer-gone": "TCP connections whose other end is gone, with data left",
    "tcp.unaccepted": "TCP connections that nobody has accepted yet",
    "tcp.options": "options of TCP sockets",
    "udp.connected": "UDP sockets, bound and connected",
    "udp.queued": "UDP datagrams that were not read",
    "udp.lite": "UDP-Lite",
    "net.raw": "raw sockets",
    "net.packet": "packet sockets",
    "net.netlink": "netlink sockets and their groups",
    "net.interfaces": "the session's interfaces and addresses",
}

# What a resume does not bring back, and what becomes of it.
LOST = {
    "event.eventfd-semaphore": "it becomes a plain counter; the preflight warns",
    "sysv.semaphore-undo": "the values are kept, the undoing is not",
    "process.affinity": "all processors are allowed again",
    "process.timer-slack": "the system's own is used",
    "udp.queued": "datagrams are lost, as UDP allows; the preflight warns",
}

# What the dump refuses as long as it lasts; the session goes on, and the next try succeeds.
REFUSED = {"tcp.unaccepted": "the snapshot fails with \"was just making a connection\"; try again"}

# What no machine that this was tried on has: nothing is claimed of it.
UNTRIED = {"memory.huge-pages": "no huge pages were set aside where this was tried"}


def what(kind):
    entry = KINDS[kind]
    return entry if isinstance(entry, str) else entry[0]


def how(kind):
    entry = KINDS[kind]
    return HOW[kind.partition(".")[0]] if isinstance(entry, str) else entry[1]


def coverage(results):
    """docs/state-coverage.md from {kind: (status, sentence)}, statuses as state-victim has them. What a machine does
    not have says nothing about the product: such a kind is listed as it was where it could be had, or as untried."""
    lines = [
        "# What of a program's state is saved", "",
        "Made from the results of `e2e.state.everyKindComesThrough` (`tests/e2e/state.py --write` writes it anew). Each",
        "kind is a victim in `tests/programs/state`: it prepares the state, waits while the session is saved, and",
        "looks whether all is as it was; once in a session that goes on, and once after everything was killed and the",
        "session resumed. What a session does not offer cannot get lost: programs take another way, as they do",
        "on kernels that lack it. What else cannot be saved, such as a GPU in use, a traced program or a connection",
        "to a program outside, the preflight names before anything is touched (`entracte snapshot --dry-run`).",
        "", "| Kind | What | Saved | How | Test |", "|---|---|---|---|---|"]
    for kind in KINDS:
        status, sentence = results.get(kind, (0, ""))
        if kind in REFUSED:
            saved, way, test = "not now", REFUSED[kind], "connectionInTheMakingIsRefused"
        elif kind in LOST:
            saved, way, test = "no", LOST[kind], "everyKindComesThrough"
        elif kind in UNTRIED:
            saved, way, test = "untried", UNTRIED[kind], "everyKindComesThrough"
        elif status == 77 and not sentence.startswith("this "):
            saved, way, test = "not offered", sentence, "everyKindComesThrough"
        else:
            saved, way, test = "yes", how(kind), "everyKindComesThrough"
        lines.append(f"| `{kind}` | {what(kind)} | {saved} | {way} | `{test}` |")
    return "\n".join(lines) + "\n"
