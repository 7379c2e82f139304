"""The MQTT mirror: publishes the frames of a meter to the broker of Home Assistant."""

from .mirror import Mirror
from .publisher import async_clear_topics, async_publisher

__all__ = ["Mirror", "async_clear_topics", "async_publisher"]
