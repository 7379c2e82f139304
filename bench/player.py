"""Plays meters on pseudo-terminals and notes when each group's last byte was written.

It reads the line by itself: it shares no code with the integration.
"""

from bisect import bisect_right
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
import re
from time import monotonic
from typing import Final, override

from simulator.household import Household
from simulator.line import Line
from simulator.ports import PtyPort

from .trace import Trace

_SEVEN_BITS: Final = bytes(code & 0x7F for code in range(256))
_GROUP: Final = re.compile(rb"\n([^\t\r\n]+)\t([^\r\n]*)\t[^\r\n]\r")


@dataclass
class Said:
    """What a meter said of one label: the time of each group's last byte, and its data."""

    times: list[float] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)

    def before(self, moment: float) -> int:
        """Index of the newest group at a moment, -1 before the first."""
        return bisect_right(self.times, moment) - 1


class TimedPort(PtyPort):
    """A pseudo-terminal that remembers what was written on it, and when."""

    def __init__(self, house: Household, link: Path) -> None:
        super().__init__(Line(house), link)
        self._written: list[tuple[float, bytes]] = []

    @override
    def _write(self, data: bytes, patience: float) -> int:
        self._written.append((monotonic(), data))  # before: the reader may be faster than we
        return super()._write(data, patience)

    def forget(self) -> None:
        self._written = []

    def said(self) -> dict[str, Said]:
        """Label -> what was said of it, since the start or since it was last forgotten."""
        written, self._written = self._written, []
        ends, total = [], 0
        for _, data in written:
            total += len(data)
            ends.append(total)
        line = b"".join(data for _, data in written).translate(_SEVEN_BITS)
        labels: defaultdict[str, Said] = defaultdict(Said)
        for found in _GROUP.finditer(line):
            said = labels[found[1].decode()]
            said.times.append(written[bisect_right(ends, found.end() - 1)][0])
            said.texts.append(found[2].decode().split("\t")[-1])
        return dict(labels)


class Player:
    """One meter and its house."""

    def __init__(self, folder: Path, number: int = 0) -> None:
        self.address = f"0419610000{number:02d}"
        self.trace = Trace(seed=number)
        house = Household(
            seed=number, address=self.address, living=False, start=datetime.now().astimezone()
        )
        house.at(0, self.trace)
        self.port = TimedPort(house, folder / f"linky{number}")
