"""Which labels this meter sends, when each was last received, and which are no longer sent.

A frame has no checksum: a lost group only makes it shorter. So a label is missing only where its
neighbours, in the order of the catalogue, stand next to each other.
"""

from collections.abc import Collection, Iterable, Mapping
from itertools import pairwise
from math import inf
from typing import Final

from .catalogue import ADDRESS_LABELS, CATALOGUE, LABELS, Absence, Label, Mode
from .frames import Frame
from .groups import Group

ESTABLISHED: Final = 3
"""Good groups, in nearby frames, after which a label is one that this meter sends."""
_NEARBY: Final = 25
"""Frames that may lie between two of them: an overrun sends 20 short ones (54E 6.1.2)."""
_MISSES: Final = 3
"""Frames that must show a label's place empty before it has vanished."""
_SETTLED: Final = 3
"""Whole frames after which what every frame contains has been believed; one is enough on a line
with parity, two in three-phase Historique."""
_PATIENCE: Final = 900.0
"""Seconds for which a label that comes and goes keeps its reading."""
_SENT_SELDOM: Final = frozenset(
    row.name for row in LABELS.values() if row.absence in {Absence.EVENT, Absence.LATCH}
)


class Presence:
    """The labels of one meter.

    `established` are those that it sends, for ever. `current` are those in force, and those lost,
    or known beforehand, that no frame has shown to be missing.
    """

    def __init__(self, labels: Iterable[str] = ()) -> None:
        self.established = set(labels)
        self.current = self._known(LABELS)
        self._seen: dict[str, tuple[int, int]] = {}
        self._misses: dict[str, int] = {}
        self._heard_at: dict[str, float] = {}
        self._frame = 0
        self._whole: list[str] | None = None  # the last frame, if nothing was missing in it
        self._whole_at: float
        self._settled_frames = 0
        self._had_parity = False

    @property
    def is_settled(self) -> bool:
        """Whether a label without a reading is one that the meter does not send now."""
        return self._settled_frames >= _SETTLED

    def unsettle(self) -> None:
        """Take no absence for meant before some frames have come."""
        self._settled_frames = 0

    def settle(self, frame: Frame, *, parity: bool) -> None:
        """Count a whole frame; `parity`: the line has it.

        During an overrun on three phases, the long frames lack the warning that the short ones
        around them have (54E 6.1.2): one alone does not show that there is none.
        """
        had_parity, self._had_parity = self._had_parity, parity
        if self.is_settled:
            return
        if frame.is_short:
            self._settled_frames = 0
        elif frame.complete:
            enough = _SETTLED - 1 if "IINST1" in frame.names else _SETTLED
            self._settled_frames += enough if had_parity else 1

    def sighted(self, name: str, *, believed: bool) -> bool:
        """Count a good group; whether its label was received often enough to be established.

        The label of an event may never come three times: it is once the gate has `believed` it.
        """
        if name in _SENT_SELDOM:
            return believed
        count, now = 1, self._frame
        if before := self._seen.get(name):
            count, last = before
            if now == last:
                return False
            count = count + 1 if now - last <= _NEARBY else 1
        self._seen[name] = count, now
        return count >= ESTABLISHED

    def last_heard(self, name: str, taken: float) -> float:
        """Return when a label was last received and used (seconds), at the earliest `taken`."""
        heard = self._whole_at if self._whole else self._heard_at.get(name, taken)
        return max(heard, taken)

    def expect(self, mode: Mode) -> None:
        """Expect the established labels of a mode: the meter sends it from now on."""
        self.unsettle()
        self.current = self._known(CATALOGUE[mode])

    def _known(self, rows: Mapping[str, Label]) -> dict[str, Label]:
        known = rows.keys() & (self.established - _SENT_SELDOM)
        return {name: rows[name] for name in sorted(known, key=lambda name: rows[name].rank)}

    def end(self, frame: Frame, now: float, left_out: Collection[str]) -> list[Label]:
        """Take the end of a frame, of which `left_out` were not used; return labels that vanished.

        No label can have vanished where a complete frame has the labels of the one before.
        """
        self._frame += 1
        names = frame.names
        if self._is_usual(frame):
            self._whole_at = now
            return []
        heard = set(names)
        if self._whole:
            self._heard_at |= dict.fromkeys(self._whole, self._whole_at)
        self._heard_at |= dict.fromkeys(heard.difference(left_out), now)
        self._misses = {name: n for name, n in self._misses.items() if name not in heard}
        missing = (row for name, row in self.current.items() if name not in heard)
        absent = [row for row in missing if row.absence is not Absence.LATCH]
        self._whole, self._whole_at = names if frame.complete and not absent else None, now
        empty = _empty_ranks(frame) if absent else ()
        return [row for row in absent if row.rank in empty and self._miss(row, now)]

    def is_followed(self, frame: Frame, group: Group, label: Label) -> bool:
        """Whether no group is missing between a group of the frame that ends and the next one."""
        if self._is_usual(frame):
            return True
        after = _placed(frame.heard[frame.heard.index(group) + 1 :])
        ranks = (row.rank if row else None for row in after)
        end = next(ranks, inf if frame.closed else None)
        rows = (row for row in self.current.values() if row.absence is Absence.GONE)
        return end is not None and not any(label.rank < row.rank < end for row in rows)

    def _is_usual(self, frame: Frame) -> bool:
        """Whether a frame has the groups of the one before, which was whole."""
        return frame.complete and frame.names == self._whole

    def _miss(self, label: Label, now: float) -> bool:
        """Count a frame that shows a label's place empty; whether the label has vanished."""
        misses = self._misses[label.name] = self._misses.get(label.name, 0) + 1
        silent = now - self._heard_at.setdefault(label.name, now)
        if misses < _MISSES or (label.absence is Absence.PATIENT and silent < _PATIENCE):
            return False
        del self._misses[label.name]
        self.current.pop(label.name, None)
        return True


def _empty_ranks(frame: Frame) -> set[int]:
    """Return the places of the catalogue (`rank`) that a frame shows to be empty.

    They lie between two good groups that stand next to each other, or before the address and after
    the last label; elsewhere an end of frame may be a damaged character, as LF and STX are one bit
    apart. A short frame has currents and warnings only, and tells of the warnings alone.
    """
    labels = _placed(frame.heard)
    ranks = [label.rank if label else None for label in labels]
    if frame.opened and labels and labels[0] and labels[0].name in ADDRESS_LABELS:
        ranks.insert(0, -1)
    if frame.closed and labels and labels[-1] and labels[-1].name == _LAST:
        ranks.append(len(CATALOGUE[labels[-1].mode]))
    empty: set[int] = set()
    for before, after in pairwise(ranks):
        if before is not None and after is not None:
            empty.update(range(before + 1, after))
    return empty & _WARNING_RANKS if frame.is_short else empty


def _placed(heard: Iterable[Group | None]) -> list[Label | None]:
    """Return the labels of groups that have a place in the frame, None for a damaged group.

    Unknown labels have no place, nor those of an event: older meters send ADPS right after the
    group that was being sent (L+G 6.2.5).
    """
    labels = (group and group.label for group in heard if group is None or group.label)
    return [one for one in labels if one is None or one.absence is not Absence.EVENT]


_LAST: Final = "PJOURF+1"
"""The label that ends a frame unless one follows that comes and goes (PPOINTE)."""
_WARNING_RANKS: Final = {LABELS[f"ADIR{phase}"].rank for phase in (1, 2, 3)}
