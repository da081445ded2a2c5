#!/usr/bin/python3
"""arrows.py ROOT: holds the arrows between the layers by reading every #include of the sources.

Which folder may know which is written down once, here. With --self-test it proves on made-up files that it
would find what is wrong.
"""
import re
import sys
import tempfile
from pathlib import Path

# folder: what its files may include, by prefix of the path (its own folder always). The most specific folder
# counts.
ALLOWED = {
    "session/base": (),
    "session/container": ("session/base", "session/engine/Types.h"),
    "session/network": ("session/base",),
    "session/criu": ("session/base", "session/container", "session/engine/Types.h"),
    "session/store": ("session/base", "session/engine/Types.h"),
    "session/transfer": ("session/base", "session/container", "session/criu", "session/store", "session/engine/Types.h"),
    "session/launch": ("session/base",),
    "session/desk": ("session/base",),
    "session/sound": ("session/base",),
    "session/copy": ("session/base",),
    "session/init": ("session/base", "session/container", "session/desk"),
    "session/screen": ("session/base",),
    "session/clipboard": ("session/base",),
    "session/doctor": ("session",),
    "session/engine": ("session",),
    "xproxy/wire": ("session/base",),
    "xproxy/state": ("session/base", "xproxy/wire"),
    "xproxy/proxy": ("session/base", "xproxy/wire", "xproxy/state", "xproxy/control/ControlProtocol.h"),
    "xproxy/replay": ("session/base", "xproxy/wire", "xproxy/state", "xproxy/proxy"),
    "xproxy/control": ("session/base", "xproxy/wire", "xproxy/state", "xproxy/proxy", "xproxy/replay"),
    "xproxy": ("session/base", "xproxy"),
    # Of the proxy, the helper knows how to talk to it, and no more.
    "dbus/service": ("session", "xproxy/control/ControlProtocol.h", "dbus"),
    "dbus/client": ("session/base", "dbus"),
    # `entracte doctor` and the check page work on a machine where the helper does not: they look by themselves then.
    "app/cli": ("app", "dbus/client", "session/base", "session/doctor", "session/engine/RetentionText.h"),
    # Repositories are the person's affair; what the store has for keys, rules of retention and threads serves there, too.
    "app/repository": ("session/base", "session/store/Bytes.h", "session/store/Retention.h", "session/store/VaultKeys.h",
                       "session/store/WorkCrew.h"),
    "app/desktop/model": ("app/common", "dbus/client", "session/base", "session/launch/Profile.h"),
    "app/desktop": ("app/common", "app/desktop", "dbus/client", "session/base", "session/doctor",
                    "session/launch/Profile.h"),
    "app": ("app", "dbus/client", "session/base"),
}
# Libraries that a folder must not see, by prefix of the header's name.
FORBIDDEN_LIBRARIES = {
    "session": ("Q", "sdbus-c++"),
    "xproxy": ("Q", "sdbus-c++", "X11/X", "xcb/"),
    "dbus/service": ("Q",),
    "app": ("sdbus-c++",),
}
OWN_FOLDERS = ("session", "xproxy", "dbus", "app", "tests")
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.MULTILINE)


def most_specific(table, folder):
    found = [key for key in table if folder == key or folder.startswith(key + "/")]
    return max(found, key=len) if found else None


def violations(root):
    files = [f for top in ("session", "xproxy", "dbus", "app") for f in sorted((root / top).rglob("*"))
             if f.suffix in (".h", ".cpp")]
    for file in files:
        folder = file.parent.relative_to(root).as_posix()
        layer = most_specific(ALLOWED, folder)
        if layer is None:
            yield f"{file.relative_to(root)}: the folder {folder} has no arrows; write them down in arrows.py"
            continue
        for quote, name in INCLUDE.findall(file.read_text(errors="replace")):
            if quote == '"' and name.split("/")[0] in OWN_FOLDERS:
                if not any(name == allowed or name.startswith(allowed + "/")
                           for allowed in (layer, *ALLOWED[layer])):
                    yield f"{file.relative_to(root)} includes {name}, which {layer} must not know"
            elif quote == "<":
                libraries = most_specific(FORBIDDEN_LIBRARIES, folder)
                if libraries and name.startswith(FORBIDDEN_LIBRARIES[libraries]):
                    yield f"{file.relative_to(root)} includes <{name}>, which {libraries} must not see"


def self_test():
    cases = {
        "session/base/A.h": ('#include "session/engine/Engine.h"\n', 1),
        "session/engine/B.cpp": ('#include "dbus/service/Service.h"\n#include <QString>\n', 2),
        "xproxy/wire/C.h": ('#include "xproxy/state/Record.h"\n', 1),
        "app/cli/D.cpp": ('#include "session/engine/Engine.h"\n', 1),
        "session/store/E.cpp": ('#include "session/engine/Types.h"\n#include <vector>\n', 0),
        "dbus/service/F.cpp": ('#include "xproxy/control/ControlProtocol.h"\n', 0),
        "session/nowhere/G.cpp": ("", 1),
    }
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        for path, (text, _) in cases.items():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_text(text)
        found = list(violations(root))
    for path, (_, expected) in cases.items():
        count = sum(text.startswith(path) for text in found)
        assert count == expected, f"{path}: {count} found, {expected} expected: {found}"


if __name__ == "__main__":
    if sys.argv[1] == "--self-test":
        self_test()
        sys.exit(0)
    wrong = list(violations(Path(sys.argv[1]).resolve()))
    print("\n".join(wrong) or "All arrows point the right way.")
    sys.exit(1 if wrong else 0)
