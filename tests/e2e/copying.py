#!/usr/bin/python3
"""Files go out of a running session and into it, with the person's rights and nobody else's."""
import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
sys.dont_write_bytecode = True

from entractetest.case import expect, main, require_root  # noqa: E402
from entractetest.files import Files  # noqa: E402


class Session:
    def __init__(self, case):
        require_root()
        self.case, self.product = case, case.product()
        self.id = self.product.start(case.first_server(), "sleep", "infinity", name="work")
        self._files, self._count = Files(self.product), 0
        self.folder = case.workspace.folder("papers", case.person)

    def run(self, command):
        """What it says, in the session's home folder."""
        self._count += 1
        name = f"said{self._count}"
        self.product.exec(self.id, "sh", "-c", f'cd; ({command}) >/tmp/{name}.new 2>&1; echo "ended $?" >>/tmp/{name}.new; '
                                               f"mv /tmp/{name}.new /tmp/{name}")
        return self._files.wait(name)

    def cp(self, source, target, **more):
        return self.product.command("cp", source, target, cwd=self.folder, **more)

    def own(self, name, content, mode=0o644):
        path = self.folder / name
        path.write_bytes(content)
        path.chmod(mode)
        os.chown(path, self.case.person.uid, self.case.person.gid)
        return path


def case_filesGoOutAndIn(case):
    """Whole, by absolute and home paths, into folders, through pipes; also while it is saved and after a resume."""
    session = Session(case)
    large = bytes(range(251)) * 40_000 # 10 MB
    session.own("in.bin", large, 0o755)
    done = session.cp("in.bin", "work:")
    expect(done.returncode == 0, f"in: {done}")
    said = session.run("stat -c '%a %s %U' in.bin; mkdir -p deep; echo hello >deep/letter; ls -A")
    expect(f"755 {len(large)} {case.person.name}" in said and ".entracte-" not in said, f"as it was: {said}")
    done = session.cp("work:in.bin", "back.bin")
    expect(done.returncode == 0 and (session.folder / "back.bin").read_bytes() == large, f"out: {done}")
    expect((session.folder / "back.bin").stat().st_uid == case.person.uid, "it is the person's")
    done = session.cp("work:deep/letter", ".")
    expect(done.returncode == 0 and (session.folder / "letter").read_text() == "hello\n", f"into a folder: {done}")
    done = session.cp("work:/etc/hostname", "-")
    expect(done.returncode == 0 and done.stdout.strip() == session.run("cat /etc/hostname").split()[0], f"to a pipe: {done}")
    done = session.cp("-", "work:deep/typed", input="typed\n")
    expect(done.returncode == 0 and session.run("cat deep/typed").startswith("typed"), f"from a pipe: {done}")
    # One that is there is replaced, and only in the session.
    session.own("letter2", b"second\n")
    expect(session.cp("letter2", "work:deep/letter").returncode == 0, "over another")
    expect(session.run("cat deep/letter").startswith("second"), "it is the new one")
    expect(not (Path(case.person.home) / "deep").exists(), "the person's home folder is as it was")
    session.product.snapshot(session.id)
    session.product.kill_session(session.id)
    done = session.cp("work:deep/letter", "none")
    expect(done.returncode != 0 and not (session.folder / "none").exists(), f"it does not run: {done}")
    session.product.resume(session.id, case.second_server())
    done = session.cp("work:deep/letter", "-")
    expect(done.stdout == "second\n", f"after a resume: {done}")


def case_nothingOfASessionLeadsElsewhere(case):
    """Links, pipes, folders and files of root's in it; and strangers."""
    session = Session(case)
    secret = case.temporary("secret")
    secret.write_text("the person's, outside\n")
    os.chown(secret, case.person.uid, case.person.gid)
    session.run("mkdir -p evil; cd evil; mkfifo pipe; ln -s /proc/1/root/etc/hostname magic; ln -s ../../../../../../etc/hostname up; "
                f"ln -s {secret} outside; mkdir folder; ln -s /proc/self/root{secret} self; ln -s loop loop; ln -s /dev/zero endless; "
                "ln -s /tmp target")
    expect(session.cp("work:evil/up", "-").stdout == session.run("cat /etc/hostname").split("\n")[0] + "\n", "it ends at the session's root")
    for name in ("pipe", "magic", "outside", "folder", "self", "loop", "endless", "absent", "../../../../../../etc/shadow"):
        done = session.cp(f"work:evil/{name}", "got")
        expect(done.returncode != 0 and not (session.folder / "got").exists(), f"{name} is refused: {done}")
        expect("entracte:" in done.stderr and "Traceback" not in done.stderr, f"it is said: {done}")
    session.own("plain", b"plain\n")
    for place in ("/etc/passwd", "/usr/lib/entracte/entracte-open", "evil/pipe", "/proc/1/environ", "nowhere/file", "evil/magic/x"):
        done = session.cp("plain", f"work:{place}")
        expect(done.returncode != 0, f"{place} is refused: {done}")
    # A link in the place of the file is replaced, and what it pointed to stays.
    expect(session.cp("plain", "work:evil/outside").returncode == 0, "the link is replaced")
    expect(secret.read_text() == "the person's, outside\n", "what it named is as it was")
    expect(session.cp("plain", "work:evil/target").returncode == 0 and session.run("cat /tmp/plain").startswith("plain"),
           "a folder behind a link is the session's")
    done = session.product.command("cp", "work:/etc/hostname", "-", person=case.stranger())
    expect(done.returncode != 0 and not done.stdout, f"not for strangers: {done}")
    for wrong in (("plain", "other"), ("work:a", "work:b")):
        expect(session.cp(*wrong).returncode == 2, f"{wrong} makes no sense")
    said = session.run("ls -A . evil")
    expect(".entracte-" not in said, f"no part is left: {said}")


if __name__ == "__main__":
    sys.exit(main(globals()))
