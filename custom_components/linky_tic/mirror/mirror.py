"""The MQTT mirror of one meter: decides when its frames and its availability are published.

`payloads.py` writes the payloads, `publisher.py` sends them to the broker.
"""

from collections.abc import Iterator
from math import inf
from typing import Final

from homeassistant.core import CALLBACK_TYPE

from ..meter.meter import LinkyMeter
from ..tic import Frame, Label, Quantity, Readings
from .payloads import discovery_payload, discovery_topic, plain_value, typed_payload
from .publisher import Message, Publisher, async_publisher
from .settings import MirrorSettings

_FRAMES_TO_WAIT: Final = 3
"""Whole frames after which labels without a reading are not waited for: the gate holds them."""
_DATA_EXPIRY: Final = 86_400
"""Seconds, added to the interval: data is published all the time and does not need to be repeated,
and the last readings stay on the broker for a day after the meter was lost."""
_EXPIRE_AFTER: Final = 300
"""Seconds, added to three intervals, for which another Home Assistant shows a value."""


class Mirror:
    """The mirror of one config entry."""

    def __init__(self, meter: LinkyMeter) -> None:
        self._meter = meter
        self._entry = meter.entry
        self._settings = MirrorSettings(meter.entry.options, meter.address)
        self._publisher: Publisher
        self._whole_frames = 0
        self._due_at = -inf
        self._discovered: dict[str, Label] = {}
        self._disconnects: list[CALLBACK_TYPE] = []

    async def async_start(self) -> None:
        """Start publishing; if the mirror is disabled, clear its topics on the broker.

        The meter is published as lost until its first frame: a crash may have left it as heard.
        """
        self._publisher = await async_publisher(self._meter.hass)
        await self._publisher.async_register(self._entry.entry_id, self._settings.retained_topics())
        if self._settings.enabled:
            signals = self._meter.signals
            self._disconnects = [
                signals.frame.connect(self._end_frame),
                signals.lost.connect(self._report_lost),
            ]
            self._report_lost()

    async def async_stop(self) -> None:
        """Publish that the meter is lost, and stop publishing."""
        if not self._disconnects:
            return
        self._report_lost()
        while self._disconnects:
            self._disconnects.pop()()
        await self._publisher.async_flush()

    def _publish(self, *messages: Message) -> None:
        for message in messages:
            self._publisher.publish(self._entry.entry_id, message)

    def _publish_status(self, *, is_heard: bool) -> None:
        row, topic = self._settings.format, self._settings.status_topic
        if topic:
            status = row.heard if is_heard else row.lost
            self._publish(Message(topic, status, row.status_qos, retain=True, will=row.lost))

    def _report_lost(self) -> None:
        self._whole_frames = 0
        self._publish_status(is_heard=False)

    def _end_frame(self, frame: Frame, readings: Readings, now: float) -> None:
        """Publish a frame and its readings, unless the interval has not passed yet."""
        if self._whole_frames < _FRAMES_TO_WAIT:  # else it was published before
            self._publish_status(is_heard=True)
            self._count(frame, readings)
        moment = self._meter.hass.loop.time()
        if moment >= self._due_at and (messages := [*self._messages(frame, readings, now)]):
            self._publish(*messages)
            self._due_at = moment + self._settings.interval

    def _messages(self, frame: Frame, readings: Readings, now: float) -> Iterator[Message]:
        if write := self._settings.format.write:
            if frame.groups and _has_both_ends(frame):
                yield self._data_message(write(frame, self._meter.receiver.meter.overseas))
        elif readings and self._whole_frames >= _FRAMES_TO_WAIT:
            yield from self._reading_messages(readings, now)

    def _data_message(self, payload: str) -> Message:
        settings = self._settings
        expiry = _DATA_EXPIRY + settings.interval
        return Message(settings.topic, payload, 0, settings.retain, expiry)

    def _count(self, frame: Frame, readings: Readings) -> None:
        """Count a whole frame after a start or a loss; wait no more if no reading is missing."""
        if _has_both_ends(frame):
            complete = all(group.name in readings for group in frame.groups if group.label)
            self._whole_frames = _FRAMES_TO_WAIT if complete else self._whole_frames + 1

    def _reading_messages(self, readings: Readings, now: float) -> Iterator[Message]:
        """Yield the JSON message, and, if enabled, one message for each label and a discovery."""
        settings = self._settings
        shown = {name: one for name, one in readings.items() if settings.publishes(one.label)}
        yield self._data_message(typed_payload(settings.address, shown, now))
        if settings.per_label:
            for name, one in shown.items():
                yield Message(settings.topic_of(name), plain_value(one.value), 0, settings.retain)
            topics = settings.retained_topics(shown)
            self._publisher.clear_topics_except(self._entry.entry_id, topics)
        if settings.discovery and not shown.keys() <= self._discovered.keys():
            self._discovered |= {name: one.label for name, one in shown.items()}
            yield self._discovery_message()

    def _discovery_message(self) -> Message:
        """Return the discovery message, with every label that was read since the start."""
        settings = self._settings
        topics = settings.topic, settings.status_topic or ""
        expiry = _EXPIRE_AFTER + 3 * settings.interval
        labels = self._discovered.values()
        payload = discovery_payload(settings.address, self._entry.title, labels, topics, expiry)
        return Message(discovery_topic(settings.address), payload, 1, retain=True)


def _has_both_ends(frame: Frame) -> bool:
    """Whether a frame has its begin, STX or the address, and its ETX; groups may be damaged."""
    first = next((group.label for group in frame.groups if group.label), None)
    begins = frame.opened or (first is not None and first.quantity is Quantity.ADDRESS)
    return frame.closed and begins
