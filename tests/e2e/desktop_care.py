#!/usr/bin/python3
"""The desktop application where it takes care: of the key of the person's vault, in a real keyring; of what is stored."""
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
sys.dont_write_bytecode = True

from entractetest import programs  # noqa: E402
from entractetest.application import Application, begin  # noqa: E402
from entractetest.case import expect, main, require_root  # noqa: E402
from entractetest.desktop import Desktop  # noqa: E402
from entractetest.processes import run, run_status, wait_for  # noqa: E402
from entractetest.product import criu_program, damage  # noqa: E402
from entractetest.repairs import RepairPlace  # noqa: E402


def _vault_state(product):
    return product.json("vault", "status")["vault"]["state"]


def _words(app, *words, said=""):
    """The command line, at the application's desktop."""
    done = run_status([app.product.programs / "entracte", *words], app.person, app.environment, input=said)
    return done.returncode, done.stdout + done.stderr


def case_theKeyringUnlocksAndAWrongKeyIsSaid(case):
    product, _, _, app = begin(case, session=False, keyring=True)
    app.wait_for("push button", "New session")
    app.front()
    app.key("ctrl+k")
    app.wait_for("label", "Snapshots are not encrypted")
    app.wait_for_keyboard("Encryption")
    app.type("the first words")
    app.key("Tab")
    app.type("the first words")
    app.key("alt+r", "alt+e")
    app.wait_for("label", "passphrase is in the keyring")
    expect(_vault_state(product) == "unlocked", "there is no vault")
    kept = list((app.folder / "data/keyrings").iterdir())
    expect(kept and not any(b"the first words" in file.read_bytes() for file in kept), f"not sealed in {kept}")

    # What is locked before one's eyes stays so; the next start unlocks it by itself.
    product.json("vault", "lock")
    app.click("push button", "^Unlock with the keyring$")
    wait_for("the vault open", lambda: _vault_state(product) == "unlocked")
    product.json("vault", "lock")
    app.wait_for("push button", "^Unlock with the keyring$")
    app.process.end()
    app.launch()
    wait_for("the vault open by itself", lambda: _vault_state(product) == "unlocked")

    # Another passphrase, given where this keyring is not seen.
    app.process.end()
    changed = product.command("vault", "change-passphrase", "--passphrase-fd", "0",
                              input="the first words\nthe second words\n")
    expect(changed.returncode == 0, f"it was not changed: {changed.stderr}")
    product.json("vault", "lock")
    app.launch()
    app.wait_for("label", "The passphrase in the keyring is not that of your vault")
    expect(_vault_state(product) == "locked", "a wrong passphrase opened it")
    app.front()
    app.click("push button", "^Unlock…$")
    app.wait_for("label", "Your snapshots are locked")
    app.wait_for_keyboard("Encryption")
    app.type("the third words")
    app.key("Return")
    app.wait_for("label", "This is not the passphrase")
    app.type("the second words")
    app.key("Return")
    app.wait_for("label", "passphrase is in the keyring")

    # The command line shares it.
    product.json("vault", "lock")
    status, said = _words(app, "vault", "unlock", "--keyring")
    expect(status == 0 and "unlocked" in said, f"the command line did not open it: {said}")
    app.click("push button", "^Forget it in the keyring$")
    app.wait_for("label", "until you lock them, log out")
    product.json("vault", "lock")
    status, said = _words(app, "vault", "unlock", "--keyring", "--passphrase-fd", "0", said="the second words\n")
    expect(status == 0 and "keyring of your desktop has" in said, f"it was not kept: {said}")
    product.json("vault", "lock")
    status, said = _words(app, "vault", "unlock", "--keyring")
    expect(status == 0, f"what the command line kept is not found: {said}")


def case_oneSnapshotIsVerifiedAndDamageIsSaid(case):
    product, _, session, app = begin(case)
    app.wait_for("list item", "work, running")
    product.snapshot(session, "good")
    expect(product.json("check", session)["check"] == "whole", "the command line finds it otherwise")
    app.wait_for("list item", "^good, ")
    app.wait_for("push button", "^Verify$")
    app.front()
    app.key("ctrl+alt+v")
    app.wait_for("label", "^The snapshot is as it was written")
    app.wait_for("label", "“good” .* needs was read and compared")
    app.key("Escape")
    damage(product)
    app.wait_for_keyboard("Entracte")
    app.click("push button", "^Verify$")
    app.wait_for("label", "The snapshot “good, .*” is damaged")
    app.wait_for("label", "Resume another snapshot, and delete this one")
    done = product.command("check", session)
    expect(done.returncode != 0 and "not as it was written" in done.stderr, f"the command line: {done.stderr}")
    expect(product.state_of(session) == "running", "the session suffered")


def _repaired(case, scripts, criu=None):
    """A product that whoever is authorised may repair, the file that authorises, and the place for the application."""
    require_root()
    flag = case.workspace.folder("authority", mode=0o755) / "given"
    product = case.product(criu=criu, repair_flag=flag)
    return product, flag, RepairPlace(case, product, **scripts)


def case_theCheckPageInstallsWithAuthorisation(case):
    criu = case.workspace.folder("installed", mode=0o755) / "criu"
    product, flag, place = _repaired(case, criu=criu, scripts={
        "apt_get": f'[ "$2" != install ] || ln -s {criu_program() or "/usr/sbin/criu"} {criu}'})
    with place.inside():
        app = Application(case.stack, case.workspace, product, case.first_server())
    app.wait_for("push button", "New session")
    app.front()
    app.key("ctrl+d")
    app.click("push button", "^Install what is missing$")
    app.wait_for("label", "Nothing was changed: you were not authorised")
    expect(place.calls() == [], f"it was done without authorisation: {place.calls()}")
    flag.touch()
    app.click("push button", "^Install what is missing$")
    app.wait_for("label", "CRIU .* saves and restores on this kernel")
    expect(place.calls() == ["apt-get -q update", "apt-get -q install --yes --no-install-recommends criu"],
           f"it was called so: {place.calls()}")
    expect("not authorised" not in app.tree(), "what was refused is still told")


def case_aHelperThatIsMissingAtTheStartIsStarted(case):
    server = case.first_server()
    helper = case.workspace.folder("started", mode=0o755) / "helper"
    product, flag, place = _repaired(case, {
        "systemctl": f'[ "$1" != start ] || {{ setsid {helper} >/dev/null 2>&1 </dev/null & }}'})
    # As its unit would, on the bus of this place.
    helper.write_text("#!/bin/sh\necho $$ >>{0}.pid\nexec {1} {2}\n".format(helper, product.programs / "entracted", " ".join(
        map(str, ("--state-dir", product.state, "--runtime-dir", product.runtime, "--criu", criu_program() or "criu")))))
    helper.chmod(0o755)
    session = product.start(server, *programs.STILL_TERMINAL, name="work")
    product.kill_helper_only()
    case.stack.callback(lambda: run_status(["sh", "-c", f"kill $(cat {helper}.pid)"]))
    with place.inside():
        app = Application(case.stack, case.workspace, product, server)
    app.wait_for("label", "(is|are) missing")
    app.wait_for("label", "helper")
    flag.touch()
    app.click("push button", "^Start it$")
    app.wait_for("list item", "work, running")
    expect(place.calls() == ["systemctl reset-failed entracted.service", "systemctl start entracted.service"],
           f"it was called so: {place.calls()}")
    expect(product.state_of(session) == "running", "the session suffered")


def case_theStoreIsLimitedWithAuthorisation(case):
    written = case.workspace.folder("written", mode=0o755) / "conf"
    product, flag, place = _repaired(case, {
        "systemctl": f"cp /etc/entracte/entracted.conf {written}.new; mv {written}.new {written}"})
    with place.inside():
        app = Application(case.stack, case.workspace, product, case.first_server())
    app.wait_for("push button", "New session")
    app.front()
    app.key("ctrl+comma")
    app.wait_for_keyboard("Preferences")
    app.key("alt+a")
    app.wait_for("label", f"They lie in {product.state} and take")
    app.key("alt+n")
    app.wait_for_focus("spin button", "^Snapshots may take$")
    app.type("20")
    app.key("Tab", "alt+l")
    app.wait_for("label", "Nothing was changed: you were not authorised")
    flag.touch()
    app.key("alt+l")
    wait_for("the configuration", written.exists)
    expect(written.read_text() == "store-limit = 20000000000B\nkeep-free = 0B\n", f"written was {written.read_text()!r}")
    expect(place.calls() == ["systemctl try-reload-or-restart entracted.service"], f"it was called so: {place.calls()}")


def case_theStoreMovesIntoAnotherFolder(case):
    server, place_of_helper = case.first_server(), case.workspace.folder("started", mode=0o755)
    helper, config = place_of_helper / "helper", Path("/etc/entracte/entracted.conf")
    product, flag, place = _repaired(case, {"systemctl": f"exec {place_of_helper}/unit $1"})
    helper.write_text(f"#!/bin/sh\necho $$ >{helper}.pid\nexec {product.programs / 'entracted'} "
                      f"--runtime-dir {product.runtime} --criu {criu_program() or 'criu'}\n")
    # As systemd: it ends only when the helper has ended, and begins only when that is on the bus.
    owned = ("dbus-send --system --print-reply=literal --dest=org.freedesktop.DBus / "
             "org.freedesktop.DBus.NameHasOwner string:org.entracte.Entracte1 | grep -q true")
    (place_of_helper / "unit").write_text(
        "#!/bin/sh\ncase $1 in\n"
        f"stop) kill $(cat {helper}.pid); while {owned}; do sleep 0.1; done ;;\n"
        f"start) setsid {helper} >>{helper}.log 2>&1 </dev/null 9>&- &\n"
        f"  for n in $(seq 200); do if {owned}; then exit 0; fi; sleep 0.1; done; exit 1 ;;\nesac\n")
    for path in (helper, place_of_helper / "unit"):
        path.chmod(0o755)
    helper.with_suffix(".pid").write_text(f"{product.helper_pid}\n")
    case.stack.callback(lambda: run_status(["sh", "-c", f"kill $(cat {helper}.pid)"]))
    old, new = product.state, case.workspace.folder("larger", mode=0o755) / "disk/entracte"
    session = product.start(server, *programs.STILL_TERMINAL, name="work")
    with place.inside():
        run(["sh", "-c", f"umask 077; mkdir -p {config.parent}; cat >{config}"],
            input=f"keep-free = 1KB\nstate-dir = {old}\n")
        refused = run_status([product.programs / "entracte-relocate", new])
        expect("Sessions run" in refused.stderr and not new.parent.exists(), f"it said {refused.stderr}")
        app = Application(case.stack, case.workspace, product, server)
    product.suspend(session)
    app.wait_for("list item", "work, suspended")
    app.front()
    app.key("ctrl+comma")
    app.wait_for_keyboard("Preferences")
    app.key("alt+a")
    app.wait_for("label", f"They lie in {old} and take")
    app.key("alt+o")
    app.wait_for_keyboard("Folder of")
    app.wait_for_focus("text", "^New folder$")
    app.type(str(new))
    app.key("Return")
    app.wait_for("label", "Nothing was changed: you were not authorised")
    flag.touch()
    app.key("Return")
    app.wait_for("label", f"They lie in {new} and take")
    # It is emptied once the helper answers from the other.
    wait_for("nothing in the old folder", lambda: not list(old.iterdir()), 30, 0.1)
    with place.inside():
        written = run(["sh", "-c", f"stat -c %a {config}; cat {config}"])
    expect(written == f"600\nkeep-free = 1KB\nstate-dir = {new}\n", f"written was {written!r}")
    product.state = new
    product.resume(session, server)
    Desktop(server).wait_window("XTerm", title="still")
    product.stop(session)


def case_everyControlHasAName(case):
    product, _, session, app = begin(case)
    app.wait_for("list item", "work, running")
    for comment in ("first", "second"):
        product.snapshot(session, comment)
    app.wait_for("list item", "^second, ")
    app.wait_for("push button", "^Compare$")
    app.wait_for("push button", "^Snapshot now$")  # no work is under way
    app.front()
    without = {"window": app.unnamed()}
    for key, title in (("ctrl+n", "New session"), ("alt+Return", "Settings of"), ("ctrl+comma", "Preferences"),
                       ("ctrl+k", "Encryption"), ("ctrl+m", "Compare"), ("ctrl+shift+e", "Export"),
                       ("ctrl+shift+m", "Move"), ("ctrl+shift+p", "Send"), ("ctrl+shift+o", "Fetch"),
                       ("ctrl+slash", "Keyboard")):
        app.key(key)
        app.wait_for_keyboard(title)
        without[title] = app.unnamed()
        for page in {"Preferences": ("alt+s", "alt+a", "alt+p"), "Settings of": ("alt+a",)}.get(title, ()):
            app.key(page)
            without[title, page] = app.unnamed()
        app.key("Escape")
        app.wait_for_keyboard("Entracte")
    app.key("ctrl+d")
    app.wait_for("label", "Everything that Entracte needs is here|could be better")
    without["check"] = app.unnamed()
    told = {view: controls for view, controls in without.items() if controls}
    expect(not told, f"without a name: {told}")


if __name__ == "__main__":
    sys.exit(main(globals()))
