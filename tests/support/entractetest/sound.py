"""A person's sound server, whose loudspeaker is recorded; and tones, so that who plays can be told by ear."""
import array
import math
import shutil
import signal
import wave

from .case import Skip
from .processes import Failure, Process, run_status, wait_for

_RATE = 8000  # of what is recorded and played here, samples a second


def require_sound():
    for program in ("pulseaudio", "pactl", "parec", "paplay"):
        if not shutil.which(program):
            raise Skip(f"sound cannot be tried without {program}")


def write_tone(path, hertz, seconds):
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(_RATE)
        period = array.array("h", (round(12000 * math.sin(2 * math.pi * hertz * i / _RATE)) for i in range(_RATE)))
        for _ in range(seconds):
            file.writeframes(period.tobytes())


def share_of(samples, hertz):
    """Of a sound's energy, how much lies in this tone: 1 when it is nothing else (Goertzel's algorithm)."""
    energy = sum(s * s for s in samples)
    if not energy:
        return 0.0
    factor, before, last = 2 * math.cos(2 * math.pi * hertz / _RATE), 0.0, 0.0
    for sample in samples:
        before, last = last, sample + factor * last - before
    power = last * last + before * before - factor * last * before
    return 2 * power / (len(samples) * energy)


class PersonsSound:
    """Also the place (`Product(network=…)`) where the helper finds it: with a /run of its own, in which the person's
    folder is one of this test alone."""

    def __init__(self, case):
        require_sound()
        self._case = case
        self._folder = case.workspace.folder("sound", case.person)
        self._environment = case.person.environment(HOME=str(self._folder), XDG_RUNTIME_DIR=str(self._folder))
        self._server = self._recorder = None
        self._recorded = self._folder / "recorded"

    def enter(self, *command):
        place = f"/run/user/{self._case.person.uid}"
        script = ('mount -t tmpfs -o mode=755 none /run && mkdir -p "$1" && mount --bind "$2" "$1" && shift 2 && exec "$@"')
        return ["unshare", "--mount", "sh", "-c", script, "sh", place, str(self._folder), *map(str, command)]

    def _start(self, *command):
        return self._case.stack.enter_context(Process(
            command, self._case.temporary(f"{command[0]}.log"), self._case.person, env=self._environment))

    def _ask(self, *command):
        return run_status(["pactl", *command], self._case.person, self._environment, timeout=20)

    def begin(self):
        self._server = self._start("pulseaudio", "-n", "--daemonize=no", "--exit-idle-time=-1", "--realtime=no",
                                   "--high-priority=no", "--use-pid-file=no", "-L", "module-native-protocol-unix",
                                   "-L", f"module-null-sink sink_name=card rate={_RATE} channels=1")
        wait_for("the person's sound server", lambda: self._ask("info").returncode == 0, 20, 0.1)
        self._recorded.unlink(missing_ok=True)
        self._recorder = self._start("sh", "-c", f"exec parec --raw --device=card.monitor --rate={_RATE} --channels=1 "
                                     f"--format=s16le --latency-msec=50 >{self._recorded}")
        wait_for("it to be recorded", lambda: self._recorded.exists() and self._recorded.stat().st_size, 20, 0.1)

    def die(self):
        self._server.end(signal.SIGKILL)
        self._recorder.end()

    def _last(self):
        """The last half second."""
        data = self._recorded.read_bytes()
        samples = array.array("h")
        samples.frombytes(data[:len(data) // 2 * 2][-_RATE:])
        return samples

    def plays(self, hertz):
        return share_of(self._last(), hertz) > 0.9

    def is_silent(self):
        return not any(self._last())

    def wait_plays(self, hertz):
        try:
            wait_for("the tone", lambda: self.plays(hertz), 40, 0.2)
        except Failure as problem:
            raise Failure(f"{hertz} Hz is not heard: {self.players()}, {sorted(set(self._last()))[:5]}") from problem

    def wait_silent(self):
        wait_for("silence", self.is_silent, 30, 0.2)

    def players(self):
        """Who plays on the person's server, as its mixer would show it."""
        said = self._ask("list", "sink-inputs").stdout
        return [line.split("=", 1)[1].strip(' "') for line in said.splitlines() if line.strip().startswith("media.name")]

    def listeners(self):
        """Who records there, the test's own recorder left out."""
        return len(self._ask("list", "short", "source-outputs").stdout.splitlines()) - 1
