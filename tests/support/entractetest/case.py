"""The frame of an end-to-end test: FILE CASE runs one case, FILE --list names them.

A case is a function `case_NAME(case)`; it fails by an exception. What it starts it enters into
`case.stack`. Exit status 77 with a reason means: this machine cannot run it.
"""
import os
import shutil
import subprocess
import sys
import traceback
from contextlib import ExitStack
from pathlib import Path

from .processes import BUILD_DIRECTORY, Failure, Person, Process, Workspace
from .servers import FIRST, SECOND, XServer

SKIPPED = 77


class Skip(Exception):
    """Why this machine cannot run the case."""


class Case:
    def __init__(self, stack, workspace):
        self.stack, self.workspace = stack, workspace
        self.person = Person.ordinary()

    def server(self, name, traits=FIRST, **more):
        return self.stack.enter_context(XServer(self.workspace, name, self.person, traits, **more))

    def first_server(self):
        return self.server("first", FIRST)

    def second_server(self):
        return self.server("second", SECOND)

    def product(self, **more):
        from .product import Product
        return self.stack.enter_context(Product(self.workspace, self.person, **more))

    @staticmethod
    def stranger():
        """A user who has nothing to do with any of this."""
        return Person("nobody")

    def temporary(self, name):
        return self.workspace.path / name

    def start_on(self, server):
        """A function that starts a command on a display, with a home of its own for what it saves by itself."""
        home = self.workspace.folder(f"home-{server.display[1:]}", self.person)
        runtime = self.workspace.folder(f"runtime-{server.display[1:]}", self.person)

        def start(command):
            environment = server.environment(GSETTINGS_BACKEND="memory", XDG_RUNTIME_DIR=str(runtime))
            log = self.temporary(f"{Path(command[0]).name}{server.display[1:]}.log")
            return self.stack.enter_context(
                Process(command, log, self.person, env={**environment, "HOME": str(home)}, cwd=home))
        return start


def expect(condition, sentence):
    if not condition:
        raise Failure(sentence)


def require_root():
    if os.geteuid() != 0:
        raise Skip("needs root: sessions are made of namespaces and mounts")


def require_programs(*programs):
    for program in programs:
        if not shutil.which(program):
            raise Skip(f"{program} is not installed")


def main(functions):
    cases = {name.removeprefix("case_"): f for name, f in functions.items() if name.startswith("case_")}
    if sys.argv[1:] == ["--list"]:
        print("\n".join(cases))
        return 0
    try:
        for name in [word for word in sys.argv[1:] if not word.startswith("--")] or cases:
            _run(name, cases[name])
    except Skip as reason:
        print(f"skipped: {reason}")
        return SKIPPED
    return 0


def _run(name, function):
    with ExitStack() as stack:
        workspace = stack.enter_context(Workspace())
        try:
            function(Case(stack, workspace))
        except Skip:
            raise
        except BaseException:
            # What the processes said and showed, before the workspace goes.
            traceback.print_exc()
            _keep_evidence(workspace, name)
            sys.stdout.flush()
            stack.close()
            sys.exit(1)
    print(f"{name}: as it should be")


def _keep_evidence(workspace, name):
    kept = BUILD_DIRECTORY / "tests" / "failed" / name
    shutil.rmtree(kept, ignore_errors=True)
    # Never into what is mounted there: a session's root shows the whole machine.
    found = subprocess.run(["find", workspace.path, "-xdev", "(", "-name", "*.log", "-o", "-name", "*.png", ")"],
                           capture_output=True, text=True, check=False).stdout
    kept.mkdir(parents=True)
    for log in map(Path, sorted(found.split())):
        if log.suffix == ".png":
            if log.parent == workspace.path: # the case's own, not a program's
                shutil.copy(log, kept)
            continue
        try:
            text = log.read_text(errors="replace")
        except OSError:
            continue
        target = kept / log.relative_to(workspace.path)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)
        if text.strip():
            print(f"--- {log.relative_to(workspace.path)}\n{text[-1500:]}")
    print(f"All logs and pictures: {kept}")
