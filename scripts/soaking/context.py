"""Knows what stood on the line around something false. Refuses to know what is false."""

from collections import deque
from collections.abc import Iterable, Iterator
import re
from typing import Final

from custom_components.linky_tic.tic import Event, Rejected

from .traffic import Passage, Written

_FRAMES: Final = 6
_REFUSALS: Final = 400
_LINES: Final = re.compile(rb"[^\x02\x03\x04\n\r]+")


class Context:
    """The last frames on the line, as sent and as read, and what the listener refused of them."""

    def __init__(self) -> None:
        self._passages: deque[Passage] = deque(maxlen=_FRAMES)
        self._refused: deque[tuple[float, Rejected]] = deque(maxlen=_REFUSALS)

    def pass_by(self, passage: Passage) -> None:
        """Remember a frame."""
        self._passages.append(passage)

    def refuse(self, events: Iterable[Event], now: float) -> None:
        """Remember what was refused."""
        self._refused.extend((now, event) for event in events if isinstance(event, Rejected))

    def of(self, label: str, now: float) -> str:
        """Tell of a label's groups: which bits turned, and what was refused."""
        lines = [line for passage in self._passages for line in _groups(passage, label, now)]
        since = self._passages[0].at if self._passages else now
        lines += [
            f"{at - now:8.2f} s  refused: {event.reason}"
            for at, event in self._refused
            if event.name == label and at >= since
        ]
        return "\n".join(sorted(lines, key=lambda line: float(line.split()[0])))


def _groups(passage: Passage, label: str, now: float) -> Iterator[str]:
    at = f"{passage.at - now:8.2f} s  {'' if passage.is_ours else 'STRANGER '}"
    in_place = len(passage.sent) == len(passage.data)
    for group in passage.groups:
        if group.label == label and (group.arrived or not in_place):
            yield f"{at}sent {group.line!r}{' and came' if group.arrived else ''}"
        elif group.label == label:
            yield f"{at}sent {group.line!r} came {_damage(passage, group)}"
    if not in_place or label not in {group.label for group in passage.groups}:
        name = label.encode("ascii")
        for line in _LINES.findall(bytes(code & 0x7F for code in passage.data)):
            if line.startswith(name):
                yield f"{at}came {line!r}"


def _damage(passage: Passage, group: Written) -> str:
    place = slice(group.start, group.start + len(group.line) + 1)
    came, sent = passage.data[place], passage.sent[place]
    bits = [
        f"{at}.{bit}"
        for at, (one, other) in enumerate(zip(came, sent, strict=True))
        for bit in range(8)
        if (one ^ other) >> bit & 1
    ]
    return f"{bytes(code & 0x7F for code in came)!r} bits {' '.join(bits)}"
