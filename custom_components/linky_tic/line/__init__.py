"""The line: opens a port, finds its speed, reads and reopens it. Without Home Assistant."""

from .detection import SPEEDS
from .link import SILENCE, Link
from .listening import BAD, Heard, NotHeard, listen
from .port import Cause, PortUnavailable, name_of, path_of
