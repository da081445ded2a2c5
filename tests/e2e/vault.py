#!/usr/bin/python3
"""Encrypted snapshots as a person has them: a passphrase once, nothing of theirs on the disk in clear."""
import hashlib
import json
import os
import pty
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
sys.dont_write_bytecode = True

from entractetest.case import expect, main, require_root  # noqa: E402
from entractetest.processes import wait_for  # noqa: E402

NOT_FOUND, NOT_AUTHORIZED, LOCKED = 3, 4, 22
PASSPHRASE = "correct horse battery"

# A megabyte that no compression hides, made in the program's memory: nowhere else does it stand.
SECRET = hashlib.shake_256(b"a person's own secret").digest(1 << 20)
MADE = "/tmp/the-secret-is-made"
PROGRAM = ("import hashlib, time\n"
           "secret = hashlib.shake_256(b\"a person's own secret\").digest(1 << 20)\n"
           f"open({MADE!r}, 'w').close()\n"
           "while True: time.sleep(0.2)\n")


def _said(product, *arguments, text=None, status=0):
    """`entracte vault …` with passphrases, a line each; what it says as JSON, or its sentence."""
    passing = ("--passphrase-fd", "0") if text is not None else ()
    done = product.command(*arguments, *passing, "--json", input=text)
    expect(done.returncode == status, f"{arguments}: {done.returncode}, {done.stderr}")
    return json.loads(done.stdout) if status == 0 else done.stderr


def _on_disk(product, *markers):
    """Files of the whole state directory that hold one of the markers."""
    found = []
    for path in product.state.rglob("*"):
        try:
            if path.is_file() and not path.is_symlink() and any(m in path.read_bytes() for m in markers):
                found.append(path)
        except FileNotFoundError:
            pass  # the helper tidies up meanwhile
    return found


def _pieces():
    return [SECRET[at:at + 24] for at in range(4096, len(SECRET), len(SECRET) // 16)]


def _session(product):
    session = product.start(None, "/usr/bin/python3", "-c", PROGRAM, screen="headless",
                            options=("--env", "TOKEN=sesame-of-the-environment"))
    # Looked for in this session: cases beside this one run the same program.
    wait_for("the program's secret",
             lambda: any(Path(f"/proc/{pid}/root{MADE}").exists() for pid in product.session_processes()), 20, 0.1)
    return session


def case_nothingIsOnTheDiskInClear(case):
    require_root()
    product = case.product()
    expect(_said(product, "vault", "status")["vault"]["state"] == "none", "no vault at first")
    expect("vault create" in _said(product, "vault", "unlock", text="x\n", status=NOT_FOUND), "says how")
    session = _session(product)
    clear = product.snapshot(session, "a clear comment")
    expect(not clear["encrypted"], f"{clear}")
    expect(_on_disk(product, *_pieces()), "without a vault the memory is there to be found")
    product.json("delete", session, "--snapshot", clear["id"])
    expect(not _on_disk(product, *_pieces()), "and gone with its snapshot")

    expect("empty" in _said(product, "vault", "create", text="\n", status=2), "no empty passphrase")
    made = _said(product, "vault", "create", text=f"{PASSPHRASE}\n")["vault"]
    expect(made == {"state": "unlocked", "encrypted_snapshots": 0, "clear_snapshots": 0}, f"{made}")
    saved = product.snapshot(session, "a line of the person's")
    expect(saved["encrypted"] and not saved["locked"], f"{saved}")
    product.suspend(session)
    found = _on_disk(product, *_pieces(), PASSPHRASE.encode(), b"a line of the person's",
                     b"sesame-of-the-environment")
    expect(not found, f"in clear: {found}")
    # Another helper has no key.
    product.kill_helper()
    product.start_helper()
    expect(product.snapshots(session)[0]["locked"], "locked")
    expect(product.snapshots(session)[0]["comment"] == "", "its comment is not known")
    done = product.command("resume", session, "--screen", "headless")
    expect(done.returncode == LOCKED and "vault unlock" in done.stderr, done.stderr)
    done = product.command("export", session, "-")
    expect(done.returncode == LOCKED, done.stderr)
    _said(product, "vault", "unlock", text=f"{PASSPHRASE}\n")
    product.resume(session, None, screen="headless")
    product.stop(session)
    expect(not _on_disk(product, *_pieces()), "nor after a resume")
    done = product.command("export", session, "-", "--quiet", binary=True)
    expect(done.returncode == 0 and len(done.stdout) > 100_000, f"exported {len(done.stdout)}")


def case_aLockedVaultSaysSoAndKeepsWhatItHas(case):
    require_root()
    product = case.product()
    session = _session(product)
    _said(product, "vault", "create", text=f"{PASSPHRASE}\n")
    expect("already" in _said(product, "vault", "create", text="other\n", status=2), "one each")
    first = product.snapshot(session)
    second = product.snapshot(session)
    _said(product, "vault", "lock")
    done = product.command("list")
    expect("vault is locked" in done.stdout, done.stdout)
    for verb in ("snapshot", "suspend"):
        done = product.command(verb, session)
        expect(done.returncode == LOCKED and "goes on" in done.stderr, done.stderr)
    expect(product.state_of(session) == "running", "it goes on")
    expect(product.command("check", "--read-data").returncode == 0, "what needs no key is examined")
    pruned = product.json("prune", session, "--keep", "last=1")
    expect(pruned["removed"] == [first["id"]], f"{pruned}")
    for wrong, status in (("wrong\n", NOT_AUTHORIZED), ("\n", 2), ("x" * 1025 + "\n", 2)):
        _said(product, "vault", "unlock", text=wrong, status=status)
    _said(product, "vault", "change-passphrase", text="wrong\nnew\n", status=NOT_AUTHORIZED)
    _said(product, "vault", "change-passphrase", text=f"{PASSPHRASE}\nnew\n")
    _said(product, "vault", "unlock", text=f"{PASSPHRASE}\n", status=NOT_AUTHORIZED)
    _said(product, "vault", "unlock", text="new\n")
    expect(product.command("check", "--read-data").returncode == 0, "all is whole")
    expect("snapshot" in _said(product, "vault", "delete", status=2), "not while it holds one")
    product.json("delete", session, "--snapshot", second["id"])
    _said(product, "vault", "delete")
    expect(not product.snapshot(session)["encrypted"], "in clear again, as was asked")


def case_asksForThePassphraseOnATerminal(case):
    require_root()
    product = case.product()
    session = _session(product)
    _said(product, "vault", "create", text=f"{PASSPHRASE}\n")
    _said(product, "vault", "lock")
    pid, terminal = pty.fork()
    if pid == 0:
        try:
            os.initgroups(product.person.name, product.person.gid)
            os.setgid(product.person.gid)
            os.setuid(product.person.uid)
            program = str(product.programs / "entracte")
            os.execve(program, [program, "snapshot", session],
                      {**product.person.environment(), "DBUS_SYSTEM_BUS_ADDRESS": product.bus_address})
        finally:
            os._exit(127)
    said = b""
    while b"Passphrase: " not in said:
        said += os.read(terminal, 1000)
    os.write(terminal, f"{PASSPHRASE}\n".encode())
    try:
        while part := os.read(terminal, 1000):
            said += part
    except OSError:  # how the end of a terminal's other side shows
        pass
    status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    os.close(terminal)
    expect(status == 0 and b"Saved" in said, f"{status}: {said}")
    expect(PASSPHRASE.encode() not in said, "the passphrase is not shown")
    expect(product.snapshots(session)[0]["encrypted"], "it is encrypted")


if __name__ == "__main__":
    sys.exit(main(globals()))
