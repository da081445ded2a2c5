"""xterm, and what runs in one."""
from entractetest.case import expect
from entractetest.processes import wait_for

from .application import Application


class Vim(Application):
    name, package, window_class = "xterm-vim", "vim", "XTerm"
    processes = ("vim", "vim.basic", "xterm")
    requires = ("xterm", "vim")
    notes = "xterm, vim"

    def begin(self, trial):
        self.path = trial.home("notes.txt")
        self.command = ("xterm", "-e", "vim", "-u", "NONE", self.path)
        super().begin(trial)
        trial.window().type("iwritten before")
        trial.settle()

    def use(self, trial):
        window = trial.window()
        window.type(" and after")
        window.key("Escape")
        window.type(":w\n")
        data = trial.wait_file(self.path, b"after")
        expect(data == b"written before and after\n", data)

    def quit(self, trial):
        trial.window().type(":q\n")


class Bash(Application):
    """A shell on its terminal, with job control and a tool in the background."""
    name, package, window_class = "xterm-bash", "xterm", "XTerm"
    processes = ("xterm", "bash", "sleep")
    requires = ("xterm",)
    notes = "an interactive shell with a job"
    command = ("xterm", "-e", "bash", "--norc", "-i")

    def begin(self, trial):
        super().begin(trial)
        trial.window().type("sleep 1000 &\nmarker=kept; cd /usr\n")
        wait_for("the job", lambda: trial.running("sleep"), 10)
        trial.settle()

    def use(self, trial):
        path = trial.home("shell.txt")
        trial.window().type(f'jobs > {path}; echo $marker $PWD >> {path}; stty size >> {path}; echo end >> {path}\n')
        data = trial.wait_file(path, b"end").decode()
        expect("Running" in data and "kept /usr" in data, data)
        trial.window().type("kill %1; exit\n")

    def quit(self, trial):
        pass


class Tmux(Bash):
    name, package = "tmux", "tmux"
    processes = ("xterm", "tmux: client", "tmux: server", "bash", "sleep")
    requires = ("xterm", "tmux")
    notes = "tmux in xterm, a shell with a job"
    command = ("xterm", "-e", "tmux", "-f", "/dev/null", "new-session", "bash", "--norc", "-i")


class SshAgent(Application):
    name, package, window_class = "ssh-agent", "openssh-client", "XTerm"
    processes = ("xterm", "bash", "ssh-agent")
    requires = ("xterm", "ssh-agent")
    notes = "xterm with an ssh-agent and a key in it"
    command = ("xterm", "-e", "ssh-agent", "bash", "--norc", "-i")

    def begin(self, trial):
        super().begin(trial)
        key, said = trial.home("key"), trial.home("added.txt")
        trial.window().type(f"ssh-keygen -q -t ed25519 -N '' -C mine -f {key} && ssh-add {key} 2> {said}; rm {key}\n")
        trial.wait_file(said, b"dentity added")
        trial.settle()

    def use(self, trial):
        path = trial.home("keys.txt")
        trial.window().type(f"ssh-add -l > {path}\n")
        trial.wait_file(path, b"mine")
        trial.window().type("exit\n")

    def quit(self, trial):
        pass
