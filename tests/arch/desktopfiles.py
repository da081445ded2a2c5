#!/usr/bin/python3
"""desktopfiles.py ROOT: what a desktop reads of the application is valid by the desktops' own tools: the .desktop file, the
AppStream metainfo, the icons; and a file manager that meets an exported session opens it with the application.
"""
import os
import re
import shutil
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as xml
from pathlib import Path

ID = "org.entracte.Desktop"
TYPE = "application/x-entracte-session"


def said(*command, **more):
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, timeout=60, **more)
    return done.returncode, (done.stdout + done.stderr).strip()


def invalid(root):
    """What the validators have against it."""
    resources = root / "resources"
    status, words = said("desktop-file-validate", resources / f"desktop/{ID}.desktop")
    if status or words:
        yield f"desktop-file-validate: {words}"
    status, words = said("appstreamcli", "validate", "--pedantic", "--no-net", "--no-color",
                         resources / f"desktop/{ID}.metainfo.xml")
    # Pedantic remarks and hints begin with P and I.
    if status or re.search(r"^[EW]: ", words, re.MULTILINE):
        yield f"appstreamcli: {words}"
    version = re.search(r"project\([^)]*VERSION ([0-9.]+)", (root / "CMakeLists.txt").read_text())[1]
    newest = xml.parse(resources / f"desktop/{ID}.metainfo.xml").find("releases/release").get("version")
    if newest != version:
        yield f"the metainfo's newest release is {newest}, this is {version}"
    for icon in (resources / "icons").rglob("*.svg"):
        picture = xml.parse(icon).getroot()
        box = picture.get("viewBox", "").split()
        if not picture.tag.endswith("}svg") or len(box) != 4 or box[2] != box[3]:
            yield f"{icon.name} is no square picture with a viewBox"


def opened(root):
    """What goes wrong when a file manager opens an exported session: a sealed one, known by its first bytes, and one known
    by its name.
    """
    with tempfile.TemporaryDirectory() as place:
        place = Path(place)
        data, bin_ = place / "data", place / "bin"
        for source, folder in (("mime/org.entracte.xml", "mime/packages"), (f"desktop/{ID}.desktop", "applications")):
            (data / folder).mkdir(parents=True)
            shutil.copy(root / "resources" / source, data / folder)
        bin_.mkdir()
        (bin_ / "entracte-desktop").write_text("#!/bin/sh\n")
        (bin_ / "entracte-desktop").chmod(0o755)
        environment = {**os.environ, "XDG_DATA_HOME": str(data), "XDG_CONFIG_HOME": str(place / "config"),
                       "HOME": str(place), "LC_ALL": "C.UTF-8", "PATH": f"{bin_}:{os.environ['PATH']}"}
        for command in (("update-mime-database", data / "mime"), ("update-desktop-database", data / "applications")):
            status, words = said(*command, env=environment)
            if status:
                yield f"{command[0]}: {words}"
        (place / "work.entracte").write_bytes(b"\x28\xb5\x2f\xfd" + bytes(64))
        (place / "sealed").write_bytes(b"ENTRSEAL" + bytes(64))
        for name in ("work.entracte", "sealed"):
            _, words = said("gio", "info", "-a", "standard::content-type", place / name, env=environment)
            if f"standard::content-type: {TYPE}" not in words:
                yield f"{name} is taken for something else: {words}"
        _, words = said("gio", "mime", TYPE, env=environment)
        if f"{ID}.desktop" not in words.splitlines()[0]:
            yield f"it is opened with something else: {words}"


def main():
    root = Path(sys.argv[1])
    found = [*invalid(root), *opened(root)]
    for problem in found:
        print(problem)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
