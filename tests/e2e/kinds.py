#!/usr/bin/python3
"""The X proxy alone: programs move between kinds of X server (Xvfb, a nested Xephyr, Xtigervnc), whose screens, input
devices and extensions are others. They are typed into, clicked and scrolled on each.
"""
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
sys.dont_write_bytecode = True

from entractetest.case import expect, main, require_programs  # noqa: E402
from entractetest.desktop import Desktop, differing_pixels  # noqa: E402
from entractetest.processes import wait_for  # noqa: E402
from entractetest.servers import FIRST, ServerTraits  # noqa: E402
from entractetest.xproxy import StandaloneProxy  # noqa: E402

_ROUND = ("Xephyr", "Xtigervnc", "Xvfb", "Xtigervnc", "Xephyr", "Xvfb")


def _servers(case):
    require_programs("Xephyr", "Xtigervnc")
    outer = case.server("outer", ServerTraits(size=(1400, 1000)))
    return {"Xvfb": case.server("first", FIRST),
            "Xephyr": case.server("nested", ServerTraits(size=(1300, 850)), within=outer),
            "Xtigervnc": case.server("vnc", ServerTraits(size=(1200, 820), kind="Xtigervnc"))}


def _goes_round(case, command, window_class, text_file):
    """An editor with a long text: on each server what is typed is in the text, the wheel scrolls it, a click opens
    its first menu, and a key closes that."""
    servers = _servers(case)
    proxy = StandaloneProxy(case, servers["Xvfb"])
    program = case.start_on(proxy)(["env", "GDK_BACKEND=x11", "QT_QPA_PLATFORM=xcb", "NO_AT_BRIDGE=1",
                                    *command, text_file])
    now = Desktop(servers["Xvfb"])
    window = now.wait_window(window_class, 60)
    expected = text_file.read_text()
    for moves, kind in enumerate(("Xvfb", *_ROUND)):
        if moves > 0:
            proxy.move(servers[kind])
            proxy.expect_clean_moves(moves)
            now = Desktop(servers[kind])
            window = now.wait_window(window_class)
        window.key("ctrl+Home")
        window.type(f"{kind} {moves}")
        window.key("Return")
        expected = f"{kind} {moves}\n{expected}"
        text = window.all_text()
        expect(text.strip() == expected.strip(), f"on {kind} the text begins with {text[:60]!r}")
        window.key("ctrl+Home")
        time.sleep(1)
        before = now.screenshot(case.temporary("before.png"))
        left, top, width, height = window.geometry()
        now.run(["xdotool", "mousemove", str(left + width // 2), str(top + height // 2)])
        now.run(["xdotool", "click", "--repeat", "5", "--delay", "30", "5"])
        wait_for(f"the text to scroll on {kind}", lambda: differing_pixels(
            before, now.screenshot(case.temporary("after.png"))) > 2000, 15)
        expect(program.running(), f"{window_class} has ended: {program.words()[-600:]}")


def _text(case):
    path = case.workspace.folder("text", case.person) / "text.txt"
    path.write_text("".join(f"line {number} of a long text\n" for number in range(400)))
    path.chmod(0o666)
    return path


def case_aGtkEditor(case):
    require_programs("mousepad")
    _goes_round(case, ["mousepad", "--disable-server"], "Mousepad", _text(case))


def case_aQtEditor(case):
    require_programs("kate")
    _goes_round(case, ["dbus-run-session", "--", "kate", "-n"], "kate", _text(case))


def case_aTerminal(case):
    """It is typed into, and words of it are selected by double clicks."""
    require_programs("xterm", "xclip")
    servers = _servers(case)
    proxy = StandaloneProxy(case, servers["Xvfb"])
    typed = case.workspace.folder("typed", case.person) / "typed"
    case.start_on(proxy)(["xterm", "-e", "sh", "-c", f"echo firstword; echo secondword; exec cat > {typed}"])
    expected = ""
    for moves, kind in enumerate(("Xvfb", *_ROUND)):
        if moves > 0:
            proxy.move(servers[kind])
            proxy.expect_clean_moves(moves)
        now = Desktop(servers[kind])
        window = now.wait_window("XTerm")
        window.type(f"on {kind}\n")
        expected += f"on {kind}\n"
        wait_for(f"what was typed on {kind}", lambda: typed.exists() and typed.read_text() == expected, 10)
        for line, word in enumerate(("firstword", "secondword")):
            time.sleep(0.5) # clicks that come sooner are one more of the same (multiClickTime)
            now.run(["xdotool", "mousemove", "--window", window.id, "25", str(9 + 13 * line),
                     "click", "--repeat", "2", "--delay", "20", "1"])
            wait_for(f"the selected {word} on {kind}", lambda w=word: now.run(
                ["xclip", "-o", "-selection", "primary"], check=False) == w, 10)


if __name__ == "__main__":
    sys.exit(main(globals()))
