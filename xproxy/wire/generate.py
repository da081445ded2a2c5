"""Writes the tables of the X protocol: generate.py XML-FOLDER OUTPUT-FOLDER.

Run by the build (xproxy/wire/CMakeLists.txt). XML-FOLDER is xcb-proto's (pkg-config
--variable=xcbincludedir xcb-proto). OUTPUT-FOLDER gets Requests.h and Tables.cpp.
"""

import pathlib
import sys

import emit_requests
import emit_tables
import overrides
from protocol import Reader

# The core protocol first. Which of these programs are offered is decided in the proxy.
FILES = ["xproto", "bigreq", "xc_misc", "render", "shm", "xfixes", "shape", "sync", "randr", "xinerama",
         "xkb", "xinput", "ge", "damage", "composite", "screensaver", "xtest", "dbe", "glx", "res"]


def write_if_changed(path, text):
    """Leaves an unchanged file's date alone, so that nothing that includes it is built again."""
    if not path.exists() or path.read_text() != text:
        path.write_text(text)


def main(xml_folder, output_folder):
    reader = Reader(xml_folder, overrides)
    extensions = [reader.extension(name) for name in FILES]
    output = pathlib.Path(output_folder)
    output.mkdir(parents=True, exist_ok=True)
    write_if_changed(output / "Requests.h", emit_requests.requests_header(extensions))
    write_if_changed(output / "Tables.cpp", emit_tables.Tables(extensions).text())


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
