"""Workstations on one machine: each with a network, mounts, names and ipc of its own, an sshd on its own address, a
helper on its own bus with its own state, and an X server. A veth pair joins two of them.
"""
import os
import shutil
import signal
import subprocess
from contextlib import ExitStack
from pathlib import Path

from .processes import ROOT_DIRECTORY, Failure, Person, Process, Workspace, inside, run, wait_for
from .product import Product
from .servers import XServer

SSHD = "/usr/sbin/sshd"
RELAY = ROOT_DIRECTORY / "tests/support/move-relay"
_PORT = 2222


def what_is_missing():
    """Why this machine cannot have workstations; None when it can."""
    for program in (SSHD, "ssh", "ssh-keygen", "ip", "nsenter"):
        if not shutil.which(program):
            return f"{program} is not installed"
    probe = subprocess.run(["unshare", "--net", "ip", "link", "add", "probe0", "type", "veth", "peer", "name", "probe1"],
                           capture_output=True, text=True, check=False)
    return f"this kernel has no veth: {probe.stderr.strip()}" if probe.returncode else None


class _Folder(Workspace):
    """A workspace within another one, which goes with it."""

    def __init__(self, parent, name):
        self._keep = True
        self.path = parent.folder(name, mode=0o755)


class _Helper(Product):
    def __init__(self, station, **more):
        self._station = station
        super().__init__(station.folder, station.person, state_directory=station.disk, **more)

    def start_helper(self):
        with inside(self._station.holder):
            super().start_helper()

    def command(self, *arguments, server=None, timeout=180, person=None):
        base = (server or self._station.server).environment()
        return self._station.run([self.programs / "entracte", *arguments], base, timeout)

    def start_command(self, *arguments):
        """The same, not waited for."""
        log = self._station.folder.path / f"{arguments[0]}.log"
        return Process([self.programs / "entracte", *arguments], log, self.person,
                       env=self._station.environment(self._station.server.environment()))


class Workstation:
    def __init__(self, workspace, name, person, address, traits, disk_megabytes=None, uid=None):
        self.name, self.address, self.folder = name, address, _Folder(workspace, name)
        self._stack = ExitStack()
        # Nobody else keeps the namespaces: they go with it.
        self._holder = self._stack.enter_context(
            Process(["unshare", "--net", "--uts", "--ipc", "--mount", "--propagation", "private", "sleep", "infinity"],
                    self.folder.path / "holder.log"))
        self.holder = self._holder.pid
        own = os.readlink("/proc/self/ns/mnt")
        wait_for("the namespaces", lambda: os.readlink(f"/proc/{self.holder}/ns/mnt") != own and
                 Path(f"/proc/{self.holder}/comm").read_text().strip() == "sleep")
        self.person = Person(person.name)
        self.person.holder = self.holder
        self._relay, self._relays = {}, 0
        self._programs = self.folder.folder("path", mode=0o755)
        self._cache = self.folder.folder("cache", self.person)
        self._settings = self.folder.folder("settings", self.person)
        self._prepare()
        self.disk = None # where the helper stores, when it is one of its own
        if disk_megabytes:
            self.disk = self.folder.folder("disk")
            self.root('mount -t tmpfs -o mode=700,size="$1"m disk "$2"', disk_megabytes, self.disk)
        # Two X servers in networks of their own would both be :0, and take each other's socket in /tmp.
        with inside(self.holder, ("uts", "ipc", "mnt")):
            self.server = self._stack.enter_context(XServer(self.folder, "server", self.person, traits))
        if uid:
            self._renumber(uid)
        self.product = self._stack.enter_context(_Helper(self))
        self._start_sshd()

    def root(self, script, *arguments):
        """A shell's script within, as root."""
        with inside(self.holder):
            return run(["/bin/sh", "-ec", script, "sh", *map(str, arguments)])

    def environment(self, base):
        return {**base, "DBUS_SYSTEM_BUS_ADDRESS": self.product.bus_address, "GSETTINGS_BACKEND": "memory",
                "XDG_CACHE_HOME": str(self._cache), "XDG_CONFIG_HOME": str(self._settings), "PATH": f"{self._programs}:{base['PATH']}", **self._relay}

    def run(self, command, base, timeout):
        from .processes import run_status
        return run_status(command, self.person, self.environment(base), timeout=timeout)

    def _prepare(self):
        # An account without a password may log in by key only when its entry says "*", not "!".
        shadow = self.folder.path / "shadow"
        shadow.write_text("".join(
            f"{line.split(':')[0]}:*:{line.split(':', 2)[2]}" if line.split(":")[0] == self.person.name else line
            for line in Path("/etc/shadow").read_text().splitlines(keepends=True)))
        shadow.chmod(0o600)
        self.root('hostname "$1"; ip link set lo up; mount --bind "$2" /etc/shadow; '
                  'mount -t tmpfs -o mode=755 run /run; mkdir /run/sshd', self.name, shadow)

    def _start_sshd(self):
        folder = self.folder.folder("ssh", mode=0o755)
        for key, owner in ((folder / "host", None), (folder / "id", self.person)):
            run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key])
            if owner:
                os.chown(key, owner.uid, owner.gid)
        self.host_key = (folder / "host.pub").read_text().split()[:2]
        self.public_key = (folder / "id.pub").read_text()
        self._keys = folder / "authorized"
        self._keys.touch(0o644)
        (folder / "sshd_config").write_text(
            f"ListenAddress {self.address}\nPort {_PORT}\nHostKey {folder}/host\nPidFile none\nUsePAM no\n"
            f"AuthorizedKeysFile {self._keys}\nStrictModes no\nAllowUsers {self.person.name}\nUseDNS no\n"
            f"PasswordAuthentication no\nKbdInteractiveAuthentication no\nPrintMotd no\n"
            f"ClientAliveInterval 1\nClientAliveCountMax 3\n"
            f"SetEnv DBUS_SYSTEM_BUS_ADDRESS={self.product.bus_address} XDG_CACHE_HOME={self._cache} "
            f"GSETTINGS_BACKEND=memory PATH={self.product.programs}:/usr/bin:/bin "
            f"{' '.join(f'{name}={value}' for name, value in self.person.environment().items() if name.startswith('ENTRACTE'))}\n")
        self._config = folder / "sshd_config"
        self._sshd = None

    def _serve(self):
        with inside(self.holder):
            self._sshd = self._stack.enter_context(
                Process([SSHD, "-D", "-e", "-f", self._config], self.folder.path / "sshd.log"))

    def trust(self, other):
        """The person here knows `other`'s sshd by its name and may log in there."""
        folder = self.folder.path / "ssh"
        with open(other._keys, "a") as keys:
            keys.write(self.public_key)
        (folder / "known_hosts").write_text(f"[{other.address}]:{_PORT} {' '.join(other.host_key)}\n")
        (folder / "config").write_text(
            f"Host {other.name}\n  HostName {other.address}\n  Port {_PORT}\n  User {self.person.name}\n"
            f"  IdentityFile {folder}/id\n  IdentitiesOnly yes\n  UserKnownHostsFile {folder}/known_hosts\n"
            f"  GlobalKnownHostsFile /dev/null\n  StrictHostKeyChecking yes\n  LogLevel ERROR\n  ConnectTimeout 5\n")
        # What a person would have in ~/.ssh/config; the home directory is the same on both here.
        ssh = self._programs / "ssh"
        relay = shutil.copy(RELAY, self._programs)  # the checkout may lie in somebody's home
        ssh.write_text(f'#!/bin/sh\nset -- /usr/bin/ssh -F {folder}/config -o ServerAliveInterval=1 '
                       f'-o ServerAliveCountMax=3 "$@"\n'
                       f'[ -n "$ENTRACTE_RELAY" ] && exec {relay} "$@"\nexec "$@"\n')
        ssh.chmod(0o755)
        if not other._sshd:
            other._serve()
            other._wait_for_sshd()

    def _wait_for_sshd(self):
        def listens():
            if not self._sshd.running():
                raise Failure(f"sshd ended: {self._sshd.words()}")
            return f":{_PORT} " in self.root("ss -ltn") or None
        wait_for("the sshd", listens)

    def stop_at(self, direction, kind, text="-", action="cut"):
        """The next move from here stops at that frame (tests/support/move-relay); its folder."""
        self._relays += 1
        folder = self.folder.folder(f"relay{self._relays}", self.person)
        self._relay = {"ENTRACTE_RELAY": f"{direction} {kind} {text} {action} {folder}"}
        return folder

    def stop_nowhere(self):
        self._relay = {}

    def _renumber(self, uid):
        """The person's account has that number for who comes from now on, and not the one of the other workstation."""
        accounts = self.folder.path / "passwd"
        accounts.write_text("".join(
            ":".join([*line.split(":")[:2], str(uid), *line.split(":")[3:]]) if line.split(":")[0] == self.person.name
            else line for line in Path("/etc/passwd").read_text().splitlines(keepends=True)))
        accounts.chmod(0o644)
        self.root('mount --bind "$1" /etc/passwd; chown -R "$2" "$3"', accounts, uid, self._cache)

    def lose_helper(self):
        """kill -9; another one starts, on a bus of its own. Who comes by ssh from now on finds that one."""
        before = self.product.bus_address
        self.product.kill_helper()
        self.product.start_helper()
        self._config.write_text(self._config.read_text().replace(before, self.product.bus_address))
        os.kill(self._sshd.pid, signal.SIGHUP)
        self._wait_for_sshd()

    def speaks(self):
        """Whether a move from here has its ssh."""
        relay = str(self._programs / "move-relay").encode()
        for line in Path("/proc").glob("[0-9]*/cmdline"):
            try:
                if relay in line.read_bytes():
                    return True
            except OSError:
                continue
        return False

    def fill_disk(self, leave_kilobytes=64):
        # The helper writes there meanwhile: what was free a moment ago may be no more.
        self.root('for try in 1 2 3 4 5 6 7 8 9; do\n'
                  '    fallocate -l "$(($(df --output=avail "$1" | tail -1) - $2))K" "$1/filler" && exit 0\n'
                  'done\n'
                  'exit 1', self.disk, leave_kilobytes)

    def empty_disk(self):
        self.root('rm "$1/filler"', self.disk)

    def know(self, *hosts):
        """What the person here has in their list of machines."""
        folder = self._settings / "entracte"
        folder.mkdir(mode=0o755, exist_ok=True)
        (folder / "hosts").write_text("\n".join(hosts) + "\n")

    def sessions(self):
        return self.product.sessions()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._stack.close()


class Link:
    """The cable between two workstations."""

    def __init__(self, first, second):
        self.first, self.second = first, second
        names = [f"ev{first.holder}", f"ev{second.holder}"]
        run(["ip", "link", "add", names[0], "type", "veth", "peer", "name", names[1]])
        for station, name in zip((first, second), names):
            run(["ip", "link", "set", name, "netns", station.holder])
            station.root('ip link set "$1" name wire; ip addr add "$2/24" dev wire; ip link set wire up', name,
                         station.address)

    def cut(self):
        self.first.root("ip link set wire down")

    def mend(self):
        self.first.root("ip link set wire up")


def two_workstations(case, disk_there=None, uid_there=None):
    """Joined, and each knowing the other by its name. `disk_there`: a disk of its own with so many megabytes.
    `uid_there`: the number of the person's account.
    """
    from .servers import FIRST, SECOND
    here = case.stack.enter_context(Workstation(case.workspace, "here", case.person, "10.77.0.1", FIRST))
    there = case.stack.enter_context(Workstation(case.workspace, "there", case.person, "10.77.0.2", SECOND, disk_there, uid_there))
    link = Link(here, there)
    here.trust(there)
    there.trust(here)
    return here, there, link
