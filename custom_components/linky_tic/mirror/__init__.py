"""The MQTT mirror of a meter: when it speaks, what it says, how that gets to a broker."""

from .mirror import Mirror, async_remove_topics
from .publisher import publisher_of
from .settings import MirrorSettings

__all__ = ["Mirror", "MirrorSettings", "async_remove_topics", "publisher_of"]
