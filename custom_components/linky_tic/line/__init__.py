"""The line: a port is opened, its speed and mode are found, it is followed; no Home Assistant."""

from .detection import SPEEDS
from .link import SILENCE, Link
from .listening import BAD, Heard, NotHeard, listen
from .port import Cause, PortUnavailable, name_of, path_of
