#!/usr/bin/python3
"""apps.py NAME: a program (or whole desktop) that people use, through snapshot, death of session and X server, resume
and use. apps.py --list names them, apps.py --small those that `make test` tries, too.

Leaves BUILD/apps/NAME/result.json and pictures; report.py makes the table. ENTRACTE_APPS=1 (make test-apps) tries all,
ENTRACTE_APPS_RUNS times each, and then once by export and import. Exit status 77 with a reason when this machine cannot try it.
"""
import json
import os
import shutil
import subprocess
import sys
import traceback
from contextlib import ExitStack
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "support")]
sys.dont_write_bytecode = True

from applications import APPLICATIONS  # noqa: E402
from trial import Trial  # noqa: E402
from entractetest.case import SKIPPED, Case, Skip, require_root  # noqa: E402
from entractetest.processes import BUILD_DIRECTORY, Workspace  # noqa: E402

# `make test` tries these, too, where they are installed; set-up installs all but the last two.
SMALL = ("xterm-bash", "tmux", "mousepad", "kate", "desktop-openbox", "libreoffice-writer", "firefox-esr")


def version_of(package):
    """As the distribution names it; None when it is not installed."""
    done = subprocess.run(["dpkg-query", "-W", "-f", "${db:Status-Status} ${Version}", package], capture_output=True,
                          text=True, check=False)
    status, _, version = done.stdout.partition(" ")
    return version if status == "installed" else None


def require(application):
    require_root()
    if application.name not in SMALL and not os.environ.get("ENTRACTE_APPS"):
        raise Skip(f"{application.name} is tried by \"make test-apps\", which installs it and its like")
    if not version_of(application.package):
        raise Skip(f"{application.package} is not installed; \"make test-apps\" does that")
    for command in application.requires:
        if not shutil.which(command, path="/usr/local/bin:/usr/bin:/bin"):
            raise Skip(f"{application.name} cannot be tried without {command}")


def try_once(application, pictures, moved=False):
    """(what was measured, why it failed or nothing)"""
    with ExitStack() as stack:
        trial = Trial(Case(stack, stack.enter_context(Workspace())), application, pictures, moved)
        try:
            trial.run()
            return trial.measured(), ""
        except Exception as problem:
            traceback.print_exc()
            print(trial.product.words()[-3000:])
            return trial.measured(), str(problem).strip().splitlines()[0]


def write(pictures, row):
    (pictures / "result.json").write_text(json.dumps(row, indent=2) + "\n")


def main():
    if sys.argv[1:] in (["--list"], ["--small"]):
        print("\n".join(SMALL if sys.argv[1] == "--small" else APPLICATIONS))
        return 0
    kind = APPLICATIONS[sys.argv[1]]
    pictures = BUILD_DIRECTORY / "apps" / kind.name
    row = {"program": kind.name, "version": version_of(kind.package), "notes": kind.notes, "runs": 0, "passed": 0,
           "reason": ""}
    try:
        require(kind)
    except Skip as reason:
        print(f"skipped: {reason}")
        if os.environ.get("ENTRACTE_APPS"): # what an earlier run found is no result of this one
            shutil.rmtree(pictures, ignore_errors=True)
            pictures.mkdir(parents=True)
            write(pictures, {**row, "reason": str(reason)})
        return SKIPPED
    shutil.rmtree(pictures, ignore_errors=True)
    pictures.mkdir(parents=True)
    for number in range(1, int(os.environ.get("ENTRACTE_APPS_RUNS", "1")) + 1):
        # Counted before it begins: one that is killed for its time has not come back.
        row["runs"] = number
        write(pictures, {**row, "reason": "a run did not end in time"})
        measured, wrong = try_once(kind(), pictures)
        row.update(measured)
        row["passed"] += not wrong
        row["reason"] = wrong or row["reason"]
        write(pictures, row)
    if os.environ.get("ENTRACTE_APPS"):
        write(pictures, {**row, "moved": False, "reason": "the move did not end in time"})
        _, wrong = try_once(kind(), pictures / "moved", moved=True)
        row["moved"] = not wrong
        row["reason"] = row["reason"] or wrong and f"moved: {wrong}"
        write(pictures, row)
    print(json.dumps(row))
    return 0 if row["passed"] == row["runs"] and row.get("moved", True) else 1


if __name__ == "__main__":
    sys.exit(main())
