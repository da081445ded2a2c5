#!/usr/bin/python3
"""screens.py [DIRECTORY]: pictures of every view of the desktop application, light and dark, at scale 1 and 2 and from
right to left, with a page that shows them (`make screens`; build/screens). For people's eyes; with --readme, those that the
README shows are renewed, too.
"""
import html
import os
import shutil
import sys
from contextlib import ExitStack
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
sys.dont_write_bytecode = True

from entractetest import programs  # noqa: E402
from entractetest.application import Application  # noqa: E402
from entractetest.case import Case, Skip, require_root  # noqa: E402
from entractetest.desktop import Desktop  # noqa: E402
from entractetest.processes import BUILD_DIRECTORY, ROOT_DIRECTORY, Workspace, run, wait_for  # noqa: E402
from entractetest.product import damage  # noqa: E402
from entractetest.servers import ServerTraits  # noqa: E402

# name, colours, scale, language, from right to left
VARIANTS = [("light", "light", 1, "en_GB", False), ("dark", "dark", 1, "en_GB", False),
            ("light-2", "light", 2, "en_GB", False), ("dark-2", "dark", 2, "en_GB", False),
            ("german", "light", 1, "de_DE", False), ("mirrored", "light", 1, "en_GB", True)]
# The key that opens it, from the window; the view before is closed with Escape. And how many pages further it is.
VIEWS = [("window", None), ("earlier", None), ("one-window", None), ("compare", "ctrl+m"), ("new-session", "ctrl+n"),
         ("session-settings", "alt+Return"),
         ("session-access", "alt+Return"), ("export", "ctrl+shift+e"), ("import", None), ("preferences", "ctrl+comma"), ("preferences-sessions", "ctrl+comma"),
         ("preferences-storage", "ctrl+comma"), ("store-folder", "ctrl+comma"), ("preferences-programs", "ctrl+comma"),
         ("profile", "ctrl+comma"), ("shortcuts", "ctrl+slash"), ("encryption", "ctrl+k"), ("move", "ctrl+shift+m"), ("push", "ctrl+shift+p"), ("new-repository", "ctrl+shift+p"),
         ("damaged", "ctrl+alt+v"), ("check", "ctrl+d")]
LOOKS = {"earlier": ("list item", "^before lunch"), "one-window": ("check box", "^notes")}
# What leads on from there.
BUTTONS = {"new-repository": "New repository|Neues Repository", "store-folder": "Another folder|Anderer Ordner",
           "profile": "^(New|Neu)…"}
PAGES = {"session-access": 1, "preferences-sessions": 1, "preferences-storage": 2, "store-folder": 2, "preferences-programs": 3, "profile": 3}
README = {("light", "window"): "window.png", ("dark", "window"): "window-dark.png",
          ("light", "compare"): "compare.png"}


def _front(app):
    app.command()

    def there():
        done = run(["xdotool", "getactivewindow", "getwindowname"], app.person, app.environment, check=False)
        return done.strip() == "Entracte"
    wait_for("the window", there)


def _active(app):
    return run(["xdotool", "getactivewindow"], app.person, app.environment, check=False).strip()


def _still_picture(app, path):
    """The active window, once it looks as it did before; a cursor may blink."""
    window = hex(int(_active(app)))
    desktop = Desktop(app.server)
    before = set()

    def still():
        now = desktop.window_picture(type("W", (), {"id": window}), path).read_bytes()
        same = now in before
        before.add(now)
        return same
    wait_for(f"a still {path.name}", still, 15, 0.4)


def _session(product, server):
    """A session with a story: snapshots with windows that come and go."""
    ident = product.start(server, *programs.STILL_TERMINAL, name="work", options=("--every", "30min"))
    desktop = Desktop(server)
    desktop.wait_window("XTerm", title="still")
    product.snapshot(ident, "before lunch")
    product.exec(ident, "xclock", "-geometry", "220x220+700+60")
    desktop.wait_window("XClock")
    product.snapshot(ident)
    product.exec(ident, "xterm", "-T", "notes", "-geometry", "60x12+120+420", "-e", "sh", "-c",
                 "echo Nothing of this was saved.; exec cat")
    desktop.wait_window("XTerm", title="notes")
    product.snapshot(ident, "with notes")
    product.command("pin", ident)
    return ident


def _exported(product, ident, app):
    file = app.folder / "home" / f"{ident[:4]}.entracte"
    product.json("export", ident, file)
    return file


def _open(app, view, keys, window):
    """From the window, which has the keyboard."""
    if view in LOOKS:  # at something of the window
        x, y, width, height = app.wait_for(*LOOKS[view], how="settled")
        scale = int(app.environment["QT_SCALE_FACTOR"])
        app.pointer("mousemove", scale * (x + width // 2), scale * (y + height // 2))
        app.wait_for("filler", "^(Picture|Bild): ")
    if not keys:
        return
    app.pointer("mousemove", 3, 3)
    app.key(keys)
    if view == "damaged":
        app.wait_for("label", "damaged|beschädigt")
        return
    if view == "check":
        app.wait_for("push button", "Check again|Noch einmal", 30)
        return
    wait_for(f"the view {view}", lambda: _active(app) not in ("", window), 15)
    if view in PAGES:
        app.key(*["ctrl+Tab"] * PAGES[view])
    first = _active(app)
    if view == "preferences-sessions":
        app.click("check box", "Delete older|Ältere Schnapp")
        app.wait_for("label", "^Now|^Jetzt")
    elif view in BUTTONS:
        app.click("push button", BUTTONS[view])
        wait_for(f"the view {view}", lambda: _active(app) not in ("", first), 15)


def _take(case, product, variant, directory):
    name, colours, scale, language, mirrored = variant
    # Windows of 1080x700 and a panel.
    server = case.server(f"s{name}", ServerTraits(size=(1280 * scale, 800 * scale)))
    ident = _session(product, server)
    environment = {"QT_SCALE_FACTOR": str(scale), "LC_ALL": f"{language}.UTF-8", "LANGUAGE": language[:2]}
    app = Application(case.stack, case.workspace, product, server, arguments=("--quit",), environment=environment)
    settings = app.folder / "config/entracte"
    settings.mkdir()
    (settings / "desktop.conf").write_text(f"[window]\ncolours={colours}\n")
    for path in (settings, settings / "desktop.conf"):
        os.chown(path, product.person.uid, product.person.gid)
    app.arguments = ("-reverse",) if mirrored else ()
    app.process.end()
    app.launch()
    app.wait_for("list item", "^work")
    _front(app)
    wait_for("its pictures", lambda: app.tree().count("list item") >= 4)
    window = _active(app)
    for view, keys in VIEWS:
        if view == "import":
            app.command(_exported(product, ident, app))
            app.wait_for("label", "with notes")
        if view == "damaged":
            damage(product)
        _open(app, view, keys, window)
        path = directory / f"{view}-{name}.png"
        _still_picture(app, path)
        print(path, flush=True)
        while _active(app) != window:
            before = _active(app)
            app.key("Escape")
            wait_for("what was before", lambda: _active(app) not in ("", before), 15)
        if view == "damaged":
            app.click("push button", "^(Dismiss|Schließen): ")
    product.stop(ident)
    product.delete(ident)
    app.process.end()


def _page(directory):
    rows = []
    for view, _ in VIEWS:
        figures = "".join(
            f'<figure><a href="{view}-{v[0]}.png"><img src="{view}-{v[0]}.png" alt=""></a>'
            f"<figcaption>{html.escape(v[0])}</figcaption></figure>"
            for v in VARIANTS if (directory / f"{view}-{v[0]}.png").exists())
        rows.append(f"<h2>{html.escape(view)}</h2><div>{figures}</div>")
    (directory / "index.html").write_text(
        "<!doctype html><meta charset=utf-8><title>Entracte: every view</title><style>body{font-family:sans-serif;"
        "margin:2em;background:#888;color:#fff}div{display:flex;flex-wrap:wrap;gap:1em}figure{margin:0}"
        "img{max-width:420px;max-height:340px}figcaption{font-size:80%}</style><h1>Every view</h1>" + "".join(rows))


def main():
    words = [word for word in sys.argv[1:] if not word.startswith("--")]
    directory = Path(words[0]) if words else BUILD_DIRECTORY / "screens"
    directory.mkdir(parents=True, exist_ok=True)
    only = os.environ.get("VARIANTS", "").split()
    try:
        require_root()
    except Skip as reason:
        sys.exit(str(reason))
    with ExitStack() as stack:
        workspace = stack.enter_context(Workspace())
        case = Case(stack, workspace)
        product = case.product()
        for variant in VARIANTS:
            if not only or variant[0] in only:
                _take(case, product, variant, directory)
    _page(directory)
    if "--readme" in sys.argv:
        for (variant, view), name in README.items():
            shutil.copy(directory / f"{view}-{variant}.png", ROOT_DIRECTORY / "docs/images" / name)
    print(directory / "index.html")


if __name__ == "__main__":
    main()
