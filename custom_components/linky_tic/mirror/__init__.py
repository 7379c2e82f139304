"""The MQTT mirror of a meter: when it speaks, what it says, how that gets to a broker."""

from .mirror import Mirror, async_remove_topics

__all__ = ["Mirror", "async_remove_topics"]
