#!/usr/bin/python3
"""One long run of X requests, once at a server and once through the proxy with a move to another server every few
hundred requests: what the server said must be the same, byte by byte.

tests/programs/x-script draws the requests from a seed and writes the transcript.
"""
import difflib
import shutil
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
sys.dont_write_bytecode = True

from entractetest.case import expect, main  # noqa: E402
from entractetest.processes import BUILD_DIRECTORY  # noqa: E402
from entractetest.servers import FEWER_IDS, FIRST, SECOND, ServerTraits  # noqa: E402
from entractetest.xproxy import StandaloneProxy  # noqa: E402

REQUESTS = 3000
BETWEEN_MOVES = 200


class _Script:
    """A run of x-script on a display; `at_checkpoint` is called with each checkpoint's number."""

    def __init__(self, case, display, seed, bases=()):
        folder = case.workspace.folder(f"script-{display.display[1:]}-{seed}", mode=0o755)
        program = folder / "x-script"
        shutil.copy(BUILD_DIRECTORY / "tests/bin/x-script", program)
        self._errors = folder / "x-script.log"
        with open(self._errors, "wb") as errors:
            self._process = subprocess.Popen(
                [program, str(seed), str(REQUESTS), str(BETWEEN_MOVES), *bases], text=True, stderr=errors,
                env=display.environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        case.stack.callback(self._process.kill)

    def transcript(self, at_checkpoint=lambda number: None):
        lines = []
        for line in self._process.stdout:
            lines.append(line)
            if line.startswith("checkpoint"):
                at_checkpoint(int(line.split()[1]))
                self._process.stdin.write("go\n")
                self._process.stdin.flush()
        expect(self._process.wait() == 0, f"x-script failed: {self._errors.read_text()[-500:]}")
        return lines

    def bases(self):
        """The resource bases of its connections."""
        return [line.split()[1] for line in self._errors.read_text().splitlines() if line.startswith("base")]


def _sections(lines):
    """What was said after each action."""
    sections = [[]]
    for line in lines:
        if line.startswith(("action", "checkpoint")):
            sections.append([])
        sections[-1].append(line)
    return sections


def _expect_same(direct, proxied):
    expect(len(direct) > REQUESTS, f"a transcript of {len(direct)} lines is none")
    for before, after in zip(_sections(direct), _sections(proxied)):
        if before != after:
            difference = list(difflib.unified_diff(before, after, "direct", "through the proxy", n=1))
            expect(False, f"{before[0]}{''.join(difference[:20])}")
    expect(len(direct) == len(proxied), f"{len(direct)} lines became {len(proxied)}")


def _like(traits, depth, more):
    return ServerTraits(size=traits.size, options=(*traits.options, *more), clock_ahead=traits.clock_ahead,
                        atoms=traits.atoms, depth=depth)


def run_twice(case, seed, moves=True, depth=24, more=(), then=SECOND):
    at_first, at_second = (_like(traits, depth, more) for traits in (FIRST, then))
    first = case.server("first", at_first, window_manager=False)
    second = case.server("second", at_second, window_manager=False)
    proxy = StandaloneProxy(case, first)
    script = _Script(case, proxy, seed)

    def move(number):
        if moves and number > 0:
            proxy.move((first, second)[number % 2])

    proxied = script.transcript(move)
    proxy.expect_clean_moves(REQUESTS // BETWEEN_MOVES - 1 if moves else 0)
    direct_server = case.server("direct", at_first, window_manager=False)
    direct = _Script(case, direct_server, seed, script.bases()).transcript()
    _expect_same(direct, proxied)


def case_withoutAMove(case):
    run_twice(case, 1, moves=False)


def case_movedEveryFewHundredRequests(case):
    run_twice(case, 7)


def case_anotherRunOfThem(case):
    run_twice(case, 12)


def case_grabsThatEndedOrWereRefused(case):
    """Windows with a grab are reparented; two programs grab the same."""
    run_twice(case, 3)


def case_selectionsInTheOrderOfTheirFirstUse(case):
    """A window that owns two goes: which of them is told of first?"""
    run_twice(case, 29)


def case_aServerOfFewerIdentifiers(case):
    """An eighth of what a program may have at the first one: many ids do not fit."""
    run_twice(case, 9, then=FEWER_IDS)


def case_aScreenWhosePixelsAreIndices(case):
    """PseudoColor: programs allocate the cells of colormaps."""
    run_twice(case, 5, depth=8)


def case_aScreenWithCellsOfEachChannel(case):
    """DirectColor."""
    run_twice(case, 6, more=("-cc", "5"))


if __name__ == "__main__":
    sys.exit(main(globals()))
