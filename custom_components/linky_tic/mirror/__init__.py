"""The MQTT mirror of a meter: when it speaks, what it says, how that gets to a broker."""

from .mirror import Mirror
from .publisher import publisher_of

__all__ = ["Mirror", "publisher_of"]
