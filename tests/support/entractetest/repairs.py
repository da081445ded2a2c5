"""A place where the application's repairs are real but for what they would change of this machine: pkexec asks the polkit
daemon of the test's own bus, and apt-get and systemctl are scripts of the test's.
"""
import os
import stat
from pathlib import Path

from .case import Skip
from .processes import Process, inside, wait_for

PKEXEC = "/usr/bin/pkexec"


class RepairPlace:
    """`scripts`: what apt-get, systemctl… do here, as shell scripts; each notes in `calls()` how it was called. The bus is
    the product's as it is now.
    """

    def __init__(self, case, product, **scripts):
        if not os.path.exists(PKEXEC) or not os.stat(PKEXEC).st_mode & stat.S_ISUID:
            raise Skip("pkexec is not installed")
        if "NoNewPrivs:\t0" not in Path("/proc/self/status").read_text():
            raise Skip("no program may become root here, pkexec neither")
        folder = case.workspace.folder("repairs", mode=0o755)
        self._calls = folder / "calls"
        tools = case.workspace.folder("repair-tools", mode=0o755)
        for name, script in scripts.items():
            path = tools / name.replace("_", "-")
            path.write_text(f'#!/bin/sh\necho "{path.name} $*" >>{self._calls}\n{script}\n')
            path.chmod(0o755)
        socket = product.bus_address.removeprefix("unix:path=")
        etc = case.workspace.folder("repair-etc", mode=0o755)
        # A set-uid program believes no address from its environment.
        ready = folder / "ready"
        self._holder = case.stack.enter_context(Process(
            ["unshare", "--mount", "--propagation", "private", "sh", "-ec",
             "mkdir -p /run/dbus; mount -t tmpfs -o mode=755 none /run/dbus; touch /run/dbus/system_bus_socket; "
             f"mount --bind {socket} /run/dbus/system_bus_socket; "
             f"mount -t overlay -o lowerdir={tools}:/usr/bin none /usr/bin; "
             # What is written there stays there.
             f"mount -t tmpfs none {etc}; mkdir {etc}/upper {etc}/work; "
             f"mount -t overlay -o lowerdir=/etc,upperdir={etc}/upper,workdir={etc}/work none /etc; "
             f"touch {ready}; exec sleep infinity"], folder / "place.log"))
        wait_for("the place of repairs", ready.exists)

    def inside(self):
        """What is started meanwhile is repaired here."""
        return inside(self._holder.pid, ("mnt",))

    def calls(self):
        return self._calls.read_text().splitlines() if self._calls.exists() else []
