"""The options of a mirror, with what its format brings where nothing was chosen."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final

from ..tic import IDENTITIES, LABELS, Frame, Label, Quantity
from .payloads import discovery_topic, linky_sensor, teleinfo2mqtt, topic_level


class Option(StrEnum):
    """The options of a mirror, as an entry stores them."""

    ENABLED = "mirror"
    FORMAT = "mirror_format"
    TOPIC = "mirror_topic"
    STATUS_TOPIC = "mirror_status_topic"
    INTERVAL = "mirror_interval"
    RETAIN = "mirror_retain"
    PER_LABEL = "mirror_per_label"
    PRIVATE = "mirror_private"
    DISCOVERY = "mirror_discovery"


TYPED: Final = "typed"
LINKY_SENSOR: Final = "linky-sensor"
TELEINFO2MQTT: Final = "teleinfo2mqtt"
PRIVATE: Final = IDENTITIES - {Quantity.ADDRESS}
"""What tells of a person; brokers are often bridged."""


@dataclass(frozen=True, slots=True)
class Format:
    """Where a format goes unless told otherwise, and how it says whether the meter is heard.

    `write` gives a frame as text, with what the meter's legal time adds to that of the mainland;
    None where it is the readings that are published.
    """

    topic: str  # with {address}
    write: Callable[[Frame, timedelta], str] | None = None
    retain: bool = False
    status_topic: str | None = None  # with {topic}
    status_qos: int = 0
    heard: str = ""
    lost: str = ""


FORMATS: Final[Mapping[str, Format]] = MappingProxyType(
    {
        TYPED: Format(
            "linky_tic/{address}",
            retain=True,
            status_topic="{topic}/availability",
            status_qos=1,
            heard="online",
            lost="offline",
        ),
        LINKY_SENSOR: Format(
            "house/sensors/energy",
            lambda frame, _overseas: linky_sensor(frame),
            status_topic="house/probes/linky-sensor/status",
            status_qos=2,
            heard="Connected",
            lost="Connection Lost",
        ),
        TELEINFO2MQTT: Format("teleinfo/{address}", teleinfo2mqtt),
    }
)
"""The value of the format option -> its row."""


def format_of(options: Mapping[str, Any]) -> str:
    """Give the format that was chosen; one of a newer release is taken for the usual one."""
    name: str = options.get(Option.FORMAT, TYPED)
    return name if name in FORMATS else TYPED


def default_options(mirror_format: str) -> dict[str, Any]:
    """Give the options of a format that differ from nothing; its topics are in its row."""
    return {
        Option.ENABLED: True,
        Option.FORMAT: TYPED,
        Option.INTERVAL: 0,
        Option.RETAIN: FORMATS[mirror_format].retain,
        Option.PER_LABEL: False,
        Option.PRIVATE: False,
        Option.DISCOVERY: False,
    }


class MirrorSettings:
    """What a mirror does; what only the typed format can do is off in the others."""

    def __init__(self, options: Mapping[str, Any], address: str) -> None:
        name = format_of(options)
        chosen, is_typed = {**default_options(name), **options}, name == TYPED
        self.address = address
        self.format = row = FORMATS[name]
        self.enabled: bool = chosen[Option.ENABLED]
        self.topic: str = chosen.get(Option.TOPIC) or row.topic.format(address=address)
        self.status_topic = row.status_topic and row.status_topic.format(topic=self.topic)
        if name == LINKY_SENSOR:  # the other formats have it where their consumers look for it
            self.status_topic = chosen.get(Option.STATUS_TOPIC) or self.status_topic
        self.retain: bool = chosen[Option.RETAIN]
        self.interval = int(chosen[Option.INTERVAL])
        self.per_label: bool = is_typed and chosen[Option.PER_LABEL]
        self.private: bool = is_typed and chosen[Option.PRIVATE]
        self.discovery: bool = is_typed and chosen[Option.DISCOVERY]

    @property
    def topics(self) -> list[str]:
        """The topics that are the mirror's own: what else came there would be taken for it."""
        return [self.topic, *filter(None, [self.status_topic])] if self.enabled else []

    def publishes(self, label: Label) -> bool:
        """Whether a label may be published."""
        return self.private or label.quantity not in PRIVATE

    def topic_of(self, name: str) -> str:
        return f"{self.topic}/{topic_level(name)}"

    def retained_topics(self, names: Iterable[str] = LABELS) -> set[str]:
        """Give the topics under which the broker keeps something when these labels are read."""
        if not self.enabled:
            return set()
        topics = set(filter(None, [self.status_topic]))
        if self.retain:
            topics.add(self.topic)
        if self.retain and self.per_label:
            topics.update(self.topic_of(name) for name in names if self.publishes(LABELS[name]))
        if self.discovery:
            topics.add(discovery_topic(self.address))
        return topics
