#!/usr/bin/python3
"""Terminals in daily use, saved and brought back: shells with jobs, pagers, an editor, tmux."""
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
sys.dont_write_bytecode = True

from entractetest.case import expect, main, require_root  # noqa: E402
from entractetest.desktop import Desktop  # noqa: E402
from entractetest.files import Files  # noqa: E402
from entractetest.processes import wait_for  # noqa: E402


class Terminal:
    """An xterm of a size of its own, with one of the programs that keep a terminal busy."""

    def __init__(self, name, size, *command):
        self.name, self.size = name, size
        self.command = ["xterm", "-T", name, "-xrm", "*allowTitleOps: false", "-fn", "fixed",
                        "-geometry", size, "-e", *command]

    def window(self, desktop):
        return desktop.wait_window("XTerm", title=f"^{self.name}$")

    def say(self, desktop, text):
        window = self.window(desktop)
        window.type(text)
        window.key("Return")

    def expect_says(self, desktop, files, number):
        """The shell in it still calculates, and knows the terminal's size."""
        self.say(desktop, f"echo $(({number}*7)) $(stty size) >/tmp/{self.name}{number}")
        columns, rows = self.size.split("x")
        files.expect(f"{self.name}{number}", f"{number * 7} {rows} {columns}")


def _start(product, server, *terminals):
    session = product.start(server, *terminals[0].command)
    for terminal in terminals[1:]:
        product.exec(session, *terminal.command)
    for terminal in terminals:  # a new window takes the focus from what is being typed
        terminal.window(Desktop(server))
    return session


def _move(product, session, first, second):
    """A snapshot while it goes on, another, the end of everything, and back on another server."""
    product.snapshot(session)
    product.snapshot(session)
    product.kill_session(session)
    first.kill()
    product.resume(session, second)
    return Desktop(second)


def case_shellsWithJobs(case):
    """dash keeps /dev/tty open, and so does the pager of the bash."""
    require_root()
    first, product = case.first_server(), case.product()
    files, desktop = Files(product), Desktop(first)
    dash = Terminal("dash", "70x11", "dash", "-i")
    bash = Terminal("bash", "80x12", "bash", "--norc", "-i")
    pager = Terminal("pager", "90x13", "bash", "--norc", "-i")
    nested = Terminal("nested", "60x14", "bash", "--norc", "-i")
    session = _start(product, first, dash, bash, pager, nested)
    dash.expect_says(desktop, files, 1)
    dash.say(desktop, "sleep 5000 &")
    bash.expect_says(desktop, files, 1)
    bash.say(desktop, "sleep 5000")
    pager.expect_says(desktop, files, 1)
    pager.say(desktop, "seq 1000 | less")
    nested.expect_says(desktop, files, 1)
    nested.say(desktop, "dash -i")
    wait_for("the warning of a shell within a shell",
             lambda: [f["program"] for f in product.show(session)["findings"]] == ["dash"], 10, 0.2)

    desktop = _move(product, session, first, case.second_server())
    dash.expect_says(desktop, files, 2)
    dash.say(desktop, "kill %1 && echo job >/tmp/job")
    files.expect("job", "job")
    bash.window(desktop).key("ctrl+c")
    bash.expect_says(desktop, files, 2)
    pager.window(desktop).key("G", "g", "q")
    pager.expect_says(desktop, files, 2)
    nested.say(desktop, "exit")
    nested.expect_says(desktop, files, 2)


def case_editorAndMultiplexer(case):
    require_root()
    first, product = case.first_server(), case.product()
    files, desktop = Files(product), Desktop(first)
    vim = Terminal("vim", "80x20", "vim", "-u", "NONE", "-N")
    tmux = Terminal("tmux", "85x21", "tmux", "-f", "/dev/null")
    session = _start(product, first, vim, tmux)
    vim.window(desktop).key("i")
    vim.window(desktop).type("typed before")
    tmux.say(desktop, "echo inside $((6*7)) >/tmp/inside")
    files.expect("inside", "inside 42")
    tmux.say(desktop, "less /etc/services")

    desktop = _move(product, session, first, case.second_server())
    vim.window(desktop).type(", typed after")
    vim.window(desktop).key("Escape")
    vim.say(desktop, ":w /tmp/written")
    files.expect("written", "typed before, typed after")
    tmux.window(desktop).key("G", "q")
    tmux.say(desktop, "echo inside $((7*7)) >/tmp/inside")
    files.expect("inside", "inside 49")
    tmux.window(desktop).key("ctrl+b", "c")
    tmux.say(desktop, "tmux list-windows | wc -l >/tmp/windows")
    files.expect("windows", "2")
    expect(len(desktop.windows("XTerm")) == 2, "both terminals are there")


if __name__ == "__main__":
    sys.exit(main(globals()))
