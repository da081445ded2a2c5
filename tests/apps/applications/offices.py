"""LibreOffice."""
import io
import time
import zipfile

from entractetest.case import expect
from entractetest.processes import wait_for

from .application import Application, TextEditor, save_as


def _content(data):
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return archive.read("content.xml").decode()


def _enter(window, text):
    window.type(text)
    window.key("Return")


def _first_start(trial):
    """No page of news over the document."""
    trial.put(trial.home(".config/libreoffice/4/user/registrymodifications.xcu"), """<?xml version="1.0"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry" xmlns:xs="http://www.w3.org/2001/XMLSchema"
 xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
<item oor:path="/org.openoffice.Office.Common/Misc"><prop oor:name="ShowTipOfTheDay" oor:op="fuse">
<value>false</value></prop></item>
</oor:items>""")


class Writer(TextEditor):
    name, package, window_class = "libreoffice-writer", "libreoffice-writer", "libreoffice-writer"
    command, processes = ("libreoffice", "--norestore", "--writer"), ("soffice.bin", "oosplash")
    requires = ("libreoffice",)
    menu = ("alt+f",), ("a",)
    text, extension = "An unsaved letter", "odt"
    more = " goes on"
    tolerated = 7000  # its ruler is brought up to date some time later

    def begin(self, trial):
        _first_start(trial)
        super().begin(trial)

    def saved(self, trial, path):
        data = trial.wait_file(path, b"content.xml")
        expect(self.text in _content(data), "the text is in the file")


class Calc(Application):
    name, package, window_class = "libreoffice-calc", "libreoffice-calc", "libreoffice-calc"
    command, processes = ("libreoffice", "--norestore", "--calc"), ("soffice.bin", "oosplash")
    requires = ("libreoffice",)

    def begin(self, trial):
        _first_start(trial)
        super().begin(trial)
        window = trial.window()
        time.sleep(2)
        for cell in ("17", "25", "=A1+A2"):
            _enter(window, cell)
        trial.settle(window)

    def use(self, trial):
        window = trial.window()
        trial.shows_change(window, lambda: _enter(window, "=A3*10"))
        path = trial.home("sums.ods")
        save_as(trial, path)
        content = _content(trial.wait_file(path, b"content.xml"))
        for value in ("42", "420"):
            expect(f'office:value="{value}"' in content, f"{value} is in the sheet")
        wait_for("the new name", lambda: "sums" in window.title, 20, 0.2)
