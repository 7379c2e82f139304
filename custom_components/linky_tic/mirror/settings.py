"""The options of a mirror, and the defaults that its format has for them."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final

from ..tic import IDENTITIES, LABELS, Frame, Label, Quantity
from .payloads import discovery_topic, linky_sensor, teleinfo2mqtt, topic_level


class Option(StrEnum):
    """The keys of the options of a mirror in the options of its entry."""

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
"""Quantities that identify a household: not published by default, as brokers may be bridged."""


@dataclass(frozen=True, slots=True)
class Format:
    """The default topics of a format, and the payloads of its status: `heard` and `lost`.

    `write` returns a frame as text; its second argument is the offset of the meter's legal time
    from that of the mainland. None: readings are published instead of frames.
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
    """Return the chosen format; the typed one if the chosen one is of a newer release."""
    name: str = options.get(Option.FORMAT, TYPED)
    return name if name in FORMATS else TYPED


def default_options(mirror_format: str) -> dict[str, Any]:
    """Return the default options of a format, without topics, which are in `FORMATS`."""
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
    """The settings of a mirror; those that only the typed format supports are off in others."""

    def __init__(self, options: Mapping[str, Any], address: str) -> None:
        name = format_of(options)
        chosen, is_typed = {**default_options(name), **options}, name == TYPED
        self.address = address
        self.format = row = FORMATS[name]
        self.enabled: bool = chosen[Option.ENABLED]
        self.topic: str = chosen.get(Option.TOPIC) or row.topic.format(address=address)
        self.status_topic = row.status_topic and row.status_topic.format(topic=self.topic)
        if name == LINKY_SENSOR:  # the only format in which it can be chosen
            self.status_topic = chosen.get(Option.STATUS_TOPIC) or self.status_topic
        self.retain: bool = chosen[Option.RETAIN]
        self.interval = int(chosen[Option.INTERVAL])
        self.per_label: bool = is_typed and chosen[Option.PER_LABEL]
        self.private: bool = is_typed and chosen[Option.PRIVATE]
        self.discovery: bool = is_typed and chosen[Option.DISCOVERY]

    @property
    def topics(self) -> list[str]:
        """The topics that no other mirror may publish to."""
        return [self.topic, *filter(None, [self.status_topic])] if self.enabled else []

    def publishes(self, label: Label) -> bool:
        """Whether a label is published: identifiers only if the user has chosen so."""
        return self.private or label.quantity not in PRIVATE

    def topic_of(self, name: str) -> str:
        return f"{self.topic}/{topic_level(name)}"

    def retained_topics(self, names: Iterable[str] = LABELS) -> set[str]:
        """Return the topics that are retained on the broker when these labels are published."""
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
