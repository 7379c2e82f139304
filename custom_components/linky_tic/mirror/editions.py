"""What is published of a frame, in the format that was chosen: messages, and the topics they take.

It knows what has been published before; it does not know whether a broker is there.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final, Self, override

from homeassistant.config_entries import ConfigEntry

from ..const import (
    CONF_MIRROR,
    CONF_MIRROR_DISCOVERY,
    CONF_MIRROR_FORMAT,
    CONF_MIRROR_INTERVAL,
    CONF_MIRROR_PER_LABEL,
    CONF_MIRROR_PRIVATE,
    CONF_MIRROR_RETAIN,
    CONF_MIRROR_STATUS_TOPIC,
    CONF_MIRROR_TOPIC,
    CONF_OVERSEAS,
)
from ..tic import CATALOGUE, Frame, Label, Quantity, Reading
from .broker import Message
from .payloads import (
    FORMATS,
    LINKY_SENSOR,
    TELEINFO2MQTT,
    TYPED,
    Format,
    Typed,
    bare,
    discovery,
    discovery_topic,
    linky_sensor,
    teleinfo2mqtt,
    topic_level,
)

_SETTLED: Final = 3
"""Whole frames after which a label without a reading is not waited for: the gate holds it."""
_DATA_EXPIRY: Final = 86_400
"""Seconds, besides the interval: frames come again all the time, and a meter that is lost for less
than a day leaves its last words."""
_SHOWN_FOR: Final = 300
"""Seconds, besides three intervals, that another Home Assistant shows what it has heard."""
_EVERY_LABEL: Final = {name: row for rows in CATALOGUE.values() for name, row in rows.items()}


@dataclass(frozen=True, slots=True)
class Settings:
    """The options of a mirror, with what the format brings where nothing was chosen."""

    enabled: bool
    format: str
    topic: str
    status_topic: str | None
    retain: bool
    interval: float
    per_label: bool
    private: bool
    discovery: bool

    @classmethod
    def of(cls, entry: ConfigEntry) -> Self:
        return cls.chosen(entry.options, entry.unique_id)

    @classmethod
    def chosen(cls, options: Mapping[str, Any], address: str | None) -> Self:
        name = options.get(CONF_MIRROR_FORMAT, TYPED)
        row = FORMATS[name]
        typed = name == TYPED
        topic = options.get(CONF_MIRROR_TOPIC) or row.topic.format(address=address)
        return cls(
            enabled=options.get(CONF_MIRROR, True),
            format=name,
            topic=topic,
            status_topic=_status_topic(name, topic, options.get(CONF_MIRROR_STATUS_TOPIC)),
            retain=options.get(CONF_MIRROR_RETAIN, row.retain),
            interval=options.get(CONF_MIRROR_INTERVAL, 0),
            per_label=typed and options.get(CONF_MIRROR_PER_LABEL, False),
            private=typed and options.get(CONF_MIRROR_PRIVATE, False),
            discovery=typed and options.get(CONF_MIRROR_DISCOVERY, False),
        )

    @property
    def data_expiry(self) -> int:
        """Seconds that a broker keeps the data."""
        return _DATA_EXPIRY + int(self.interval)

    @property
    def topics(self) -> tuple[str, ...]:
        """The topics that are the mirror's own: what else came there would be taken for it."""
        topics = (self.topic, self.status_topic) if self.enabled else ()
        return tuple(topic for topic in topics if topic is not None)


def _status_topic(name: str, topic: str, chosen: str | None) -> str | None:
    """Give the topic of the status; only that of linky-sensor is for the user to choose."""
    usual = FORMATS[name].status_topic
    if name == LINKY_SENSOR and chosen:
        return chosen
    return usual.format(topic=topic) if usual is not None else None


def _is_whole(frame: Frame) -> bool:
    """Whether a frame was heard from its start, be its STX read as a letter, to its end."""
    return frame.closed and (frame.opened or _begins_with_the_address(frame))


def _begins_with_the_address(frame: Frame) -> bool:
    first = next((group.label for group in frame.groups if group.label), None)
    return first is not None and first.quantity is Quantity.ADDRESS


class Edition(ABC):
    """A format at work for one meter."""

    def __init__(self, entry: ConfigEntry, settings: Settings) -> None:
        self.settings = settings
        self.format: Format = FORMATS[settings.format]
        self._entry = entry
        self._address = entry.unique_id or ""

    @abstractmethod
    def messages(
        self, frame: Frame, readings: Mapping[str, Reading], now: float
    ) -> Iterator[Message]:
        """Give what is to be published at the end of a frame."""

    def status(self, *, heard: bool) -> Message | None:
        """Give what says whether the meter is heard."""
        topic, row = self.settings.status_topic, self.format
        payload = row.heard if heard else row.lost
        return Message(topic, payload, row.status_qos, retain=True) if topic else None

    def kept_topics(self, names: Iterable[str] = _EVERY_LABEL) -> set[str]:
        """Give the topics under which something is retained when these labels are read."""
        settings = self.settings
        kept = set()
        if settings.status_topic:
            kept.add(settings.status_topic)
        if settings.retain:
            kept.add(settings.topic)
        return kept | self._kept_beside(names)

    def _kept_beside(self, _names: Iterable[str]) -> set[str]:
        return set()


class TypedEdition(Edition):
    """Readings: one JSON, and where asked a topic per label and an announcement."""

    def __init__(self, entry: ConfigEntry, settings: Settings) -> None:
        super().__init__(entry, settings)
        self._typed = Typed(self._address, private=settings.private)
        self._whole_frames = 0
        self._published: dict[str, Reading] = {}
        self._announced: dict[str, Label] = {}

    @override
    def messages(
        self, frame: Frame, readings: Mapping[str, Reading], now: float
    ) -> Iterator[Message]:
        if not readings or not self._is_settled(frame, readings):
            return
        settings = self.settings
        payload = self._typed.payload(readings, now)
        yield Message(settings.topic, payload, 0, settings.retain, settings.data_expiry)
        if settings.per_label:
            yield from self._per_label(readings)
        if settings.discovery:
            yield from self._announcement(readings)

    def _is_settled(self, frame: Frame, readings: Mapping[str, Reading]) -> bool:
        """Whether the readings are those of a whole meter, as they are not right after a start."""
        if self._whole_frames < _SETTLED and _is_whole(frame):
            complete = all(group.name in readings for group in frame.groups if group.label)
            self._whole_frames = _SETTLED if complete else self._whole_frames + 1
        return self._whole_frames >= _SETTLED

    def _shown(self, readings: Mapping[str, Reading]) -> dict[str, Reading]:
        return {name: one for name, one in readings.items() if self._typed.shows(one.label)}

    def _per_label(self, readings: Mapping[str, Reading]) -> Iterator[Message]:
        """Give what changed, or all of it when nothing is kept for those who come later."""
        before, self._published = self._published, self._shown(readings)
        retain = self.settings.retain
        for name, reading in self._published.items():
            if not retain or before.get(name) is not reading:
                yield Message(self._topic_of(name), bare(reading.value), 0, retain)
        if retain:
            for name in before.keys() - self._published.keys():
                yield Message(self._topic_of(name), "", 0, retain=True)

    def _announcement(self, readings: Mapping[str, Reading]) -> Iterator[Message]:
        """Describe the meter whenever there is a label more; none is taken back."""
        shown = {name: one.label for name, one in self._shown(readings).items()}
        if shown.keys() <= self._announced.keys():
            return
        self._announced |= shown
        settings, labels, name = self.settings, self._announced.values(), self._entry.title
        status_topic = settings.status_topic or ""
        shown_for = _SHOWN_FOR + 3 * int(settings.interval)
        topics = settings.topic, status_topic
        payload = discovery(self._address, name, labels, topics, shown_for)
        yield Message(discovery_topic(self._address), payload, 1, retain=True)

    @override
    def _kept_beside(self, names: Iterable[str]) -> set[str]:
        settings = self.settings
        kept = {discovery_topic(self._address)} if settings.discovery else set()
        if settings.per_label and settings.retain:
            shown = (name for name in names if self._typed.shows(_EVERY_LABEL[name]))
            kept.update(map(self._topic_of, shown))
        return kept

    def _topic_of(self, name: str) -> str:
        return f"{self.settings.topic}/{topic_level(name)}"


class GroupsEdition(Edition):
    """The verified groups of each whole frame, held by the gate or not."""

    def __init__(
        self, entry: ConfigEntry, settings: Settings, write: Callable[[Frame, timedelta], str]
    ) -> None:
        super().__init__(entry, settings)
        self._write = write

    @override
    def messages(
        self, frame: Frame, readings: Mapping[str, Reading], now: float
    ) -> Iterator[Message]:
        if frame.groups and _is_whole(frame):
            overseas = timedelta(minutes=self._entry.data.get(CONF_OVERSEAS, 0))
            payload, settings = self._write(frame, overseas), self.settings
            yield Message(settings.topic, payload, 0, settings.retain, settings.data_expiry)


def edition_of(entry: ConfigEntry, settings: Settings) -> Edition:
    """Give the edition of the format that was chosen."""
    if settings.format == LINKY_SENSOR:
        return GroupsEdition(entry, settings, lambda frame, _overseas: linky_sensor(frame))
    if settings.format == TELEINFO2MQTT:
        return GroupsEdition(entry, settings, teleinfo2mqtt)
    return TypedEdition(entry, settings)
