#!/usr/bin/python3
"""Sessions that leave their machine and come back: export, import."""
import hashlib
import io
import json
import os
import subprocess
import sys
import tarfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
sys.dont_write_bytecode = True

from entractetest.case import expect, main, require_root  # noqa: E402
from entractetest.desktop import Desktop  # noqa: E402
from entractetest.processes import run_status  # noqa: E402
from entractetest.programs import session_with_text, wait_counting  # noqa: E402
from entractetest.product import CommandFailed  # noqa: E402


def _expect_same(server, editor):
    wait_counting(server)
    expect(editor.text in editor.window(Desktop(server)).all_text(), "the text is there")


def _persons_folder(case):
    return case.workspace.folder("exports", case.person)


def case_exportedAndImportedItGoesOn(case):
    require_root()
    first, product = case.first_server(), case.product()
    session, editor = session_with_text(product, first)
    product.snapshot(session)
    file = _persons_folder(case) / "work.entracte"
    product.json("export", session, file)
    listed = subprocess.run(["tar", "--zstd", "-tf", file], capture_output=True, text=True, check=True)
    members = listed.stdout.split()
    expect(members[0] == "manifest.json" and members[-1] == "B2SUMS", f"other members: {members}")
    expect("layer.tar" in members and "images/pstree.img" in members, f"other members: {members}")
    product.stop(session)
    product.delete(session)
    made = product.json("import", file, "--name", "back")["session"]
    expect(made["name"] == "back" and made["state"] == "suspended", f"another session: {made}")
    second = case.second_server()
    product.resume(made["id"], second)
    _expect_same(second, editor)
    # What it is now can be saved again, and no longer counts as imported.
    product.suspend(made["id"])
    third = case.server("third")
    product.resume(made["id"], third)
    _expect_same(third, editor)


# As browsers and toolkits do: memory that is mapped by a descriptor alone, and a filter of system calls of its own.
_LIKE_A_BROWSER = """
import ctypes, mmap, os, struct, time
descriptor = os.memfd_create("shown")
os.ftruncate(descriptor, 8192)
shown = mmap.mmap(descriptor, 8192)
os.close(descriptor)
shown[:5] = b"hello"
allow = (ctypes.c_char * 8)(*struct.pack("=HBBI", 6, 0, 0, 0x7fff0000))
program = struct.pack("@HP", 1, ctypes.addressof(allow))
if ctypes.CDLL(None, use_errno=True).prctl(22, 2, program, 0, 0) != 0:
    raise SystemExit("no filter")
while True:
    print(shown[:5].decode(), "\\033]2;it says", shown[:5].decode(), "\\007", flush=True)
    time.sleep(0.2)
"""


def case_programsLikeBrowsersAreImported(case):
    require_root()
    server, product = case.first_server(), case.product()
    session = product.start(server, "xterm", "-e", "python3", "-c", _LIKE_A_BROWSER)
    Desktop(server).wait_window("XTerm", title="it says hello")
    product.suspend(session)
    file = _persons_folder(case) / "work.entracte"
    product.json("export", session, file)
    product.delete(session)
    made = product.json("import", file)["session"]
    second = case.second_server()
    product.resume(made["id"], second)
    Desktop(second).wait_window("XTerm", title="it says hello")


def case_sealedItOpensWithItsPassphraseOnly(case):
    require_root()
    first, product = case.first_server(), case.product()
    session = product.start(first, "xterm")
    Desktop(first).wait_window("XTerm")
    product.suspend(session)
    file = _persons_folder(case) / "work.entracte"
    entracte = product.programs / "entracte"
    environment = {**case.person.environment(), "DBUS_SYSTEM_BUS_ADDRESS": product.bus_address}

    def run(script, *arguments):
        return run_status(["/bin/bash", "-o", "pipefail", "-c", script, "bash", *map(str, arguments)],
                          case.person, environment, timeout=120)
    done = run('"$1" export "$2" "$3" --passphrase-fd 3 3<<<"correct horse"', entracte, session, file)
    expect(done.returncode == 0, f"sealing failed: {done.stderr}")
    content = file.read_bytes()
    expect(content[:8] == b"ENTRSEAL", "it is sealed")
    before = len(product.sessions())
    wrong = run('"$1" import "$2" --passphrase-fd 3 3<<<"wrong horse"', entracte, file)
    expect(wrong.returncode == 4, f"a wrong passphrase ended with {wrong.returncode}: {wrong.stderr}")
    cut = _persons_folder_file(case, file, "cut.entracte", content[:len(content) // 2])
    short = run('"$1" import "$2" --passphrase-fd 3 3<<<"correct horse"', entracte, cut)
    expect(short.returncode == 16, f"a cut file ended with {short.returncode}: {short.stderr}")
    expect(len(product.sessions()) == before, "nothing came of what was refused")
    # Through pipes, as it would go over a network.
    done = run('"$1" export "$2" - | "$1" import - --name piped', entracte, session)
    expect(done.returncode == 0, f"the pipe failed: {done.stderr}")
    done = run('"$1" import "$2" --name opened --passphrase-fd 3 3<<<"correct horse"', entracte, file)
    expect(done.returncode == 0, f"the right passphrase failed: {done.stderr}")
    names = sorted(one["name"] for one in product.sessions())
    expect("piped" in names and "opened" in names, f"both are there: {names}")


def _persons_folder_file(case, beside, name, content):
    path = beside.with_name(name)
    path.write_bytes(content)
    os.chown(path, case.person.uid, case.person.gid)
    return path


def case_whatSomebodyElseWroteIsRefused(case):
    """A whole export, in which one thing at a time is forged; the sums are right."""
    require_root()
    first, product = case.first_server(), case.product()
    session = product.start(first, "xterm")
    Desktop(first).wait_window("XTerm")
    product.suspend(session)
    good = _persons_folder(case) / "good.entracte"
    product.json("export", session, good)
    sessions = len(product.sessions())

    def forge(change):
        path = good.with_name("forged.entracte")
        rewrite(good, path, change)
        os.chown(path, case.person.uid, case.person.gid)
        try:
            product.json("import", path)
        except CommandFailed as failure:
            return failure.status
        return 0

    uid = case.person.uid

    def other_owner(name, data):
        if name != "manifest.json":
            return data
        manifest = json.loads(data)
        manifest["restore"]["owner"] = 0
        return json.dumps(manifest).encode()

    def root_process(name, data):
        if name != "images/core-1.img":
            return data
        credentials = b"\x08" + varint(uid)
        expect(data.count(credentials) >= 1, "the process's user is where it is looked for")
        return data.replace(credentials, b"\x08" + b"\x80" * (len(varint(uid)) - 1) + b"\x00")

    def opens_shadow(name, data):
        if name != "images/files.img":
            return data
        # A file that is open, by a path of the same length.
        expect(b"/run/entracte/log/1" in data, "the log is where it is looked for")
        return data.replace(b"/run/entracte/log/1", b"/etc/../etc//shadow")

    def no_memory(name, data):
        return None if name == "images/mm-1.img" else data

    def device_in_layer(name, data):
        return data if name != "layer.tar" else layer_with(data, "upper/root/evil", tarfile.CHRTYPE)

    expect(forge(lambda name, data: data) == 0, "what is unchanged is taken")
    sessions += 1
    for change, status in ((other_owner, 18), (root_process, 4), (opens_shadow, 4), (device_in_layer, 16), (no_memory, 16)):
        expect(forge(change) == status, f"{change.__name__} ended otherwise than with {status}")
        expect(len(product.sessions()) == sessions, f"{change.__name__}: a session came of it")
    transfers = list((product.state / "transfers").iterdir())
    expect(not transfers, f"left: {transfers}")


def varint(number):
    out = b""
    while number >= 0x80:
        out += bytes([number & 0x7f | 0x80])
        number >>= 7
    return out + bytes([number])


def layer_with(data, name, kind):
    """A layer with one more entry, a device."""
    out = io.BytesIO()
    with tarfile.open(fileobj=io.BytesIO(data)) as old, \
            tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as new:
        for member in old:
            new.addfile(member, old.extractfile(member) if member.isreg() else None)
        entry = tarfile.TarInfo(name)
        entry.type, entry.mode, entry.devmajor, entry.devminor = kind, 0o666, 1, 1
        new.addfile(entry)
    return out.getvalue()


def rewrite(good, path, change):
    """The archive anew, its members as `change(name, data)` gives them (None: left out), with right sums."""
    plain = subprocess.run(["zstd", "-dc", good], capture_output=True, check=True).stdout
    members = []
    with tarfile.open(fileobj=io.BytesIO(plain)) as old:
        for member in old:
            if member.name == "B2SUMS":
                continue
            data = old.extractfile(member).read()
            changed = change(member.name, data)
            if changed is not None:
                members.append((member.name, changed))
    manifest = json.loads(members[0][1])
    manifest["imageBytes"] = sum(len(d) for n, d in members if n.startswith("images/"))
    manifest["layerBytes"] = sum(len(d) for n, d in members if n == "layer.tar")
    members[0] = (members[0][0], json.dumps(manifest).encode())
    sums = "".join(f"{hashlib.blake2b(d, digest_size=32).hexdigest()}  {n}\n" for n, d in members)
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as new:
        for name, data in [*members, ("B2SUMS", sums.encode())]:
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            new.addfile(entry, io.BytesIO(data))
    path.write_bytes(out.getvalue())  # not compressed, which is as good


if __name__ == "__main__":
    sys.exit(main(globals()))
