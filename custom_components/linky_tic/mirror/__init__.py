"""The MQTT mirror of a meter: when it speaks, what it says, how that gets to a broker."""

from .mirror import Mirror
from .publisher import async_clear_topics, async_publisher

__all__ = ["Mirror", "async_clear_topics", "async_publisher"]
