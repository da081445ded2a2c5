"""The programs that people use, and what a person does with each (application.py says the shape)."""
from . import browsers, desktops, drawing, editors, offices, others, terminals
from .application import Application


def _all(kind):
    for sub in kind.__subclasses__():
        yield from _all(sub)
        if sub.name:
            yield sub


MODULES = (desktops, editors, offices, drawing, browsers, terminals, others)
APPLICATIONS = {kind.name: kind for kind in _all(Application)}
