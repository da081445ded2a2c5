#!/usr/bin/python3
"""manuals.py ROOT: the manual pages are readable, installed, lead to one another, and tell all that is read of files.

That entracte(1) knows every command is DocumentationTest's to say.
"""
import re
import subprocess
import sys
import tomllib
from pathlib import Path


def text_of(page):
    """The page's words, without what only steers their looks."""
    return re.sub(r"\\f[A-Z]|\\&", "", page.read_text()).replace("\\-", "-")


def problems(root):
    folder = root / "resources/man"
    pages = {page.name: text_of(page) for page in sorted(folder.iterdir())}
    installed = (root / "resources/CMakeLists.txt").read_text()
    named = set()
    for name, text in pages.items():
        said = subprocess.run(["groff", "-man", "-Tutf8", "-ww", "-z", folder / name], capture_output=True, text=True)
        if said.stderr or said.returncode:
            yield f"{name}: {said.stderr.strip()}"
        if f"man/{name}" not in installed:
            yield f"{name} is not installed"
        own, section = name.rsplit(".", 1)
        if not re.search(rf"^\.TH {re.escape(own.upper())} {section} ", text, re.MULTILINE):
            yield f"{name} has another title"
        for other, number in re.findall(r"^\.BR (entracte\S*) \((\d)\)", text, re.MULTILINE):
            named.add(f"{other}.{number}")
            if f"{other}.{number}" not in pages:
                yield f"{name} leads to {other}({number}), which is not there"
    for name in sorted(pages.keys() - named):
        yield f"no page leads to {name}"

    options = []
    for statement in (root / "dbus/service/main.cpp").read_text().split(";\n"):
        found = re.search(r'add_(?:option|flag)\("(?:-\w,)?--([a-z-]+)"', statement)
        if found and "->configurable(false)" not in statement:
            options.append(found.group(1))
        elif found and re.search(rf"(?<![\w-]){found.group(1)}=", pages["entracted.conf.5"]):
            yield f"entracted.conf.5 tells of {found.group(1)}, which is not read"
    for option in options or ["any option"]:
        if not re.search(rf"^\.BI? ?R? ?.*\b{option}=", pages["entracted.conf.5"], re.MULTILINE):
            yield f"entracted.conf.5 does not tell of {option}"

    profile = pages["entracte-profile.5"]
    accepted = set(re.findall(r'key == "(\w+)"', (root / "session/launch/Profile.cpp").read_text()))
    for key in sorted(accepted or {"any key"}):
        if not re.search(rf'^\.BR {key} "', profile, re.MULTILINE):
            yield f"entracte-profile.5 does not tell of {key}"
    example = re.search(r"\.nf\n(match.*?)\.fi", profile, re.DOTALL)
    try:
        strange = set(tomllib.loads(example.group(1) if example else "example = 'none'")) - accepted
    except tomllib.TOMLDecodeError as error:
        strange = {str(error)}
    for key in sorted(strange):
        yield f"the example of entracte-profile.5 has {key}"


def main():
    found = list(problems(Path(sys.argv[1])))
    print("\n".join(found))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
