"""What is published of each frame, in the format that was chosen."""

from collections.abc import Iterator
from typing import Final

from ..tic import Frame, Label, Quantity, Readings, Receiver
from .payloads import Typed, bare, discovery, discovery_topic
from .publisher import Message
from .settings import MirrorSettings

_SETTLED: Final = 3
"""Whole frames after which a label without a reading is not waited for: the gate holds it."""
_DATA_EXPIRY: Final = 86_400
"""Seconds, besides the interval: frames come again all the time, and a meter that is lost for less
than a day leaves its last words."""
_SHOWN_FOR: Final = 300
"""Seconds, besides three intervals, that another Home Assistant shows what it has heard."""


class Messages:
    """The messages of one mirror; `name` is what another Home Assistant calls the meter."""

    def __init__(self, settings: MirrorSettings, name: str, receiver: Receiver) -> None:
        self._settings = settings
        self._name = name
        self._receiver = receiver
        self._typed = Typed(settings.address)
        self._whole_frames = 0
        self._published: Readings = {}
        self._announced: dict[str, Label] = {}

    def status(self, *, is_heard: bool) -> Message | None:
        """Give what says whether the meter is heard."""
        topic, row = self._settings.status_topic, self._settings.format
        payload = row.heard if is_heard else row.lost
        return Message(topic, payload, row.status_qos, retain=True) if topic else None

    def lose(self) -> None:
        """Note that nothing holds any more."""
        self._whole_frames = 0

    def of(self, frame: Frame, readings: Readings, now: float) -> Iterator[Message]:
        """Give what is to be published at the end of a frame, from what holds by then."""
        if write := self._settings.format.write:
            if frame.groups and _is_whole(frame):
                yield self._data(write(frame, self._receiver.meter.overseas))
        elif self._is_settled(frame, readings):
            yield from self._of_readings(readings, now)

    def _data(self, payload: str) -> Message:
        settings = self._settings
        expiry = _DATA_EXPIRY + settings.interval
        return Message(settings.topic, payload, 0, settings.retain, expiry)

    def _is_settled(self, frame: Frame, readings: Readings) -> bool:
        """Whether the readings are all there, as they are not right after a start or a loss."""
        if self._whole_frames < _SETTLED and _is_whole(frame):
            complete = all(group.name in readings for group in frame.groups if group.label)
            self._whole_frames = _SETTLED if complete else self._whole_frames + 1
        return bool(readings) and self._whole_frames >= _SETTLED

    def _of_readings(self, readings: Readings, now: float) -> Iterator[Message]:
        """Give one JSON, and where asked a topic per label and an announcement."""
        settings = self._settings
        shown = {name: one for name, one in readings.items() if settings.shows(one.label)}
        yield self._data(self._typed.payload(shown, now))
        if settings.per_label:
            yield from self._per_label(shown)
        if settings.discovery and not shown.keys() <= self._announced.keys():
            self._announced |= {name: one.label for name, one in shown.items()}
            yield self._announcement()

    def _per_label(self, shown: Readings) -> Iterator[Message]:
        """Give what changed, or all of it when nothing is kept for those who come later."""
        settings, before = self._settings, self._published
        self._published = shown
        for name, reading in shown.items():
            if not settings.retain or before.get(name) is not reading:
                yield Message(settings.topic_of(name), bare(reading.value), 0, settings.retain)
        if settings.retain:
            for name in before.keys() - shown.keys():
                yield Message(settings.topic_of(name), "", 0, retain=True)

    def _announcement(self) -> Message:
        """Describe the meter with all labels there have been; none is taken back."""
        settings = self._settings
        topics = settings.topic, settings.status_topic or ""
        shown_for = _SHOWN_FOR + 3 * settings.interval
        labels = self._announced.values()
        payload = discovery(settings.address, self._name, labels, topics, shown_for)
        return Message(discovery_topic(settings.address), payload, 1, retain=True)


def _is_whole(frame: Frame) -> bool:
    """Whether a frame was heard from its start, be its STX read as a letter, to its end."""
    return frame.closed and (frame.opened or _begins_with_the_address(frame))


def _begins_with_the_address(frame: Frame) -> bool:
    first = next((group.label for group in frame.groups if group.label), None)
    return first is not None and first.quantity is Quantity.ADDRESS
