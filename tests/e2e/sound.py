#!/usr/bin/python3
"""What a session plays is heard on the person's sound server, and nothing of that server reaches the session."""
import os
import shutil
import signal
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
sys.dont_write_bytecode = True

from entractetest.case import Skip, expect, main, require_root  # noqa: E402
from entractetest.files import Files  # noqa: E402
from entractetest.processes import wait_for  # noqa: E402
from entractetest.sound import PersonsSound, write_tone  # noqa: E402

TONE = 440


class Player:
    """A program of the session that plays a tone for some minutes, and tells how far it is."""

    def __init__(self, case, product, session):
        self.files = Files(product)
        tone = case.temporary("tone.wav")
        write_tone(tone, TONE, 300)
        self.files.write("tone.wav", tone.read_bytes())
        product.exec(session, "sh", "-c", "exec paplay --verbose /tmp/tone.wav 2>/tmp/played")

    def seconds(self):
        """That it has played."""
        told = [line for line in (self.files.read("played") or "").splitlines() if line.startswith("Time:")]
        return float(told[-1].split()[1]) if told else 0.0

    def wait_goes_on(self):
        """For a while, not only until some buffer is full."""
        before = self.seconds()
        wait_for("the program to go on playing", lambda: self.seconds() > before + 2, 30, 0.1)


def loudspeakers(product):
    """Of all the product's sessions."""
    program, found = str(product.programs / "entracte-loudspeaker"), []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if os.readlink(entry / "exe") == program:
                found.append(int(entry.name))
        except OSError:
            continue # it has ended
    return found


def inside(files, product, session, name, command):
    product.exec(session, "sh", "-c", f"({command}) >/tmp/{name}.new 2>&1; mv /tmp/{name}.new /tmp/{name}")
    return files.wait(name, 30)


def case_whatASessionPlaysIsHeard(case):
    """Before and after a snapshot, after a resume, and once the person's server is there again; the program never waits."""
    require_root()
    sound, server = PersonsSound(case), case.first_server()
    product = case.product(network=sound)
    # Nobody listens yet.
    session = product.start(server, "sleep", "infinity", name="radio", options=("--network", "none"))
    player = Player(case, product, session)
    player.wait_goes_on()
    sound.begin()
    sound.wait_plays(TONE)
    expect(sound.players() == ["radio"], f"the mixer shows whose it is: {sound.players()}")
    sources = inside(player.files, product, session, "sources", "pactl list short sources")
    expect(len(sources.splitlines()) == 1 and "session.monitor" in sources, f"there is no microphone inside: {sources}")
    expect(sound.listeners() == 0, "and nobody records outside")

    product.snapshot(session)
    sound.wait_plays(TONE)
    product.kill_session(session)
    sound.wait_silent()
    expect(not loudspeakers(product), "nobody waits for the session that is gone")
    server.kill()
    product.resume(session, case.second_server())
    sound.wait_plays(TONE)
    player.wait_goes_on()

    # The person's server crashes, and another comes.
    sound.die()
    player.wait_goes_on()
    product.snapshot(session)
    sound.begin()
    sound.wait_plays(TONE)
    # Another helper finds the session and plays it.
    product.kill_helper()
    sound.wait_silent()
    product.start_helper()
    sound.wait_plays(TONE)
    # What brings it here is a process like others.
    for one in loudspeakers(product):
        os.kill(one, signal.SIGKILL)
    sound.wait_plays(TONE)
    inside(player.files, product, session, "ended", "pkill -x paplay; echo done")
    sound.wait_silent()
    wait_for("the person's server to be let go", lambda: not sound.players(), 30, 0.2)


def case_pipeWireTakesItsPlace(case):
    """Where no PulseAudio is installed."""
    require_root()
    if not os.environ.get("ENTRACTE_APPS"):
        raise Skip("PipeWire inside a session is tried by make test-apps")
    sound, server = PersonsSound(case), case.first_server()
    for program in ("pipewire", "pipewire-pulse", "wireplumber"):
        if not shutil.which(program):
            raise Skip(f"{program} is not installed")
    sound.begin()
    product = case.product(network=sound)
    session = product.start(server, "sleep", "infinity", name="radio", options=("--network", "none"))
    Path(f"/proc/{product.session_processes()[0]}/root/usr/bin/pulseaudio").unlink() # in the session's layer alone
    player = Player(case, product, session)
    sound.wait_plays(TONE)
    product.snapshot(session)
    product.kill_session(session)
    sound.wait_silent()
    product.resume(session, server)
    sound.wait_plays(TONE)
    player.wait_goes_on()
    sound.die()
    player.wait_goes_on()


def case_aPrivateSessionIsNotHeard(case):
    """Nor is anything of it listening, and its programs play all the same."""
    require_root()
    sound, server = PersonsSound(case), case.first_server()
    sound.begin()
    product = case.product(network=sound)
    session = product.start(server, "sleep", "infinity", options=("--private", "--network", "none"))
    player = Player(case, product, session)
    player.wait_goes_on()
    expect(not loudspeakers(product) and not sound.players() and sound.is_silent(), "nothing is heard")


def case_noiseWithoutEndHoldsNobodyUp(case):
    """A program that writes as fast as it can where the sound server does, and one that puts something else there."""
    require_root()
    sound, server = PersonsSound(case), case.first_server()
    sound.begin()
    product = case.product(network=sound)
    session = product.start(server, "sleep", "infinity", name="noise", options=("--network", "none"))
    files = Files(product)
    said = inside(files, product, session, "tried", "rm -f /dev/entracte-sound; ln -sf /dev/null /dev/entracte-sound; ls -l /dev/entracte-sound")
    expect(f"prw------- 1 {case.person.name}" in said, f"it stays what it is: {said}")
    product.exec(session, "sh", "-c", "exec cat /dev/urandom 1<>/dev/entracte-sound")
    wait_for("it to be heard", lambda: not sound.is_silent(), 30, 0.2)
    product.snapshot(session)
    product.kill_session(session)
    sound.wait_silent()
    product.resume(session, server)
    wait_for("it to be heard again", lambda: not sound.is_silent(), 30, 0.2)


if __name__ == "__main__":
    sys.exit(main(globals()))
