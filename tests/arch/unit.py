#!/usr/bin/python3
"""unit.py ROOT: holds what the helper's systemd unit may close, and that docs/threat-model.md tells each capability.

No machine of the tests runs systemd, so nothing else would notice a directive that keeps CRIU from working. With
--self-test it proves on made-up texts that it would find what is wrong.
"""
import re
import sys
from pathlib import Path

UNIT = "resources/systemd/entracted.service.in"
SESSIONS = "resources/systemd/entracte-sessions.service"
PAGE = "docs/threat-model.md"

# systemd makes filters of system calls of these, and the kernel refuses CRIU's work to whoever has one.
FILTERS = {"SystemCallFilter", "SystemCallArchitectures", "SystemCallLog", "RestrictAddressFamilies", "RestrictNamespaces",
           "RestrictRealtime", "RestrictSUIDSGID", "LockPersonality", "MemoryDenyWriteExecute", "ProtectClock",
           "ProtectHostname", "ProtectKernelModules", "ProtectKernelTunables", "ProtectKernelLogs", "PrivateDevices"}
# These give the helper a mount namespace of its own (some of the above do, too).
MOUNTS = {"ProtectSystem", "ProtectHome", "ProtectControlGroups", "ProtectProc", "ProcSubset", "PrivateTmp", "PrivateMounts",
          "PrivateNetwork", "PrivateIPC", "PrivateUsers", "MountFlags", "MountAPIVFS", "DynamicUser", "RootDirectory",
          "RootImage", "ReadWritePaths", "ReadOnlyPaths", "InaccessiblePaths", "ExecPaths", "NoExecPaths", "BindPaths",
          "BindReadOnlyPaths", "TemporaryFileSystem", "JoinsNamespaceOf"}
INHERITED = {"NoNewPrivileges"}


def problems(unit, page):
    directives = {}
    for line in unit.splitlines():
        if re.match(r"\w+=", line):
            name, value = line.split("=", 1)
            directives.setdefault(name, []).append(value)
    for names, harm in ((FILTERS, "is a filter of system calls: CRIU could save nothing"),
                        (MOUNTS, "gives the helper a mount namespace of its own"),
                        (INHERITED, "is inherited by the person's own programs")):
        for name in sorted(names & directives.keys()):
            yield f"{UNIT}: {name} {harm}"
    if "Delegate" in directives:
        yield f"{UNIT}: Delegate invites groups into the helper's own, and it could not be started anew"
    kept = [word.removeprefix("CAP_") for value in directives.get("CapabilityBoundingSet", []) for word in value.split()]
    if not kept:
        yield f"{UNIT}: there is no CapabilityBoundingSet"
    told = re.findall(r"^\| `([A-Z_]+)` \|", page, re.MULTILINE)
    for name in sorted(set(kept) - set(told)):
        yield f"{PAGE} does not say what needs {name}, which the unit keeps"
    for name in sorted(set(told) - set(kept)):
        yield f"{PAGE} tells of {name}, which the unit does not keep"
    for names, place in ((kept, UNIT), (told, PAGE)):
        for name in sorted({name for name in names if names.count(name) > 1}):
            yield f"{place}: {name} is there more than once"


def group_problems(unit, sessions):
    """What keeps sessions in their control groups, and alive, while helpers come and go."""
    name = Path(SESSIONS).name
    for wanted in (f"Wants={name}", f"After={name}"):
        if wanted not in unit.splitlines():
            yield f"{UNIT}: {wanted} is missing"
    for wanted, harm in (("Delegate=yes", "its groups would be systemd's"), ("KillMode=process", "sessions would end with it"),
                         ("OOMPolicy=continue", "one program too many would end all"), ("TasksMax=infinity", "few could run")):
        if wanted not in sessions.splitlines():
            yield f"{SESSIONS}: without {wanted} {harm}"


def self_test():
    page = "| `KILL` | ends a session |\n| `CHOWN` | owners |\n"
    good = "# ProtectHome=yes is a comment\nUMask=0077\nCapabilityBoundingSet=CAP_KILL CAP_CHOWN\n"
    wrong = {good + "ProtectClock=yes\n": "ProtectClock is a filter",
             good + "PrivateTmp=yes\n": "PrivateTmp gives",
             good + "NoNewPrivileges=yes\n": "NoNewPrivileges is inherited",
             good.replace(" CAP_CHOWN", ""): "tells of CHOWN",
             good.replace("CAP_KILL", "CAP_KILL CAP_MKNOD"): "what needs MKNOD",
             good.replace("CAP_KILL", "CAP_KILL CAP_KILL"): "KILL is there more than once",
             good + "Delegate=yes\n": "Delegate invites",
             "UMask=0077\n": "no CapabilityBoundingSet"}
    missed = [expected for text, expected in wrong.items() if not any(expected in found for found in problems(text, page))]
    if len(list(group_problems("", ""))) != 6:
        missed.append("an empty unit of the sessions passes")
    return missed + list(problems(good, page))


def main():
    if sys.argv[1] == "--self-test":
        found = self_test()
    else:
        root = Path(sys.argv[1])
        unit = (root / UNIT).read_text()
        found = list(problems(unit, (root / PAGE).read_text()))
        found += list(group_problems(unit, (root / SESSIONS).read_text()))
    print("\n".join(found))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
