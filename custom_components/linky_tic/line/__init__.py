"""The line: a port is opened, its speed and mode are found, it is followed; no Home Assistant."""

from .detection import SPEEDS
from .link import SILENCE, Link, LinkEvent
from .listening import BAD, Heard, NoAddress, NoSignal, NotTic, listen
from .port import Cause, LinkError, PortUnavailable, name_of, path_of

__all__ = [
    "BAD",
    "SILENCE",
    "SPEEDS",
    "Cause",
    "Heard",
    "Link",
    "LinkError",
    "LinkEvent",
    "NoAddress",
    "NoSignal",
    "NotTic",
    "PortUnavailable",
    "listen",
    "name_of",
    "path_of",
]
