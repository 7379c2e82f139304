"""Whose groups are on the line: the meter's own, another's, or nobody knows.

It knows addresses and the frame in progress; it knows no modes of speaking and no values.
"""

from collections.abc import Sequence
from typing import Final

from .catalogue import ADDRESS_LABELS, FLEETING
from .groups import Group


class Ownership:
    """What is known of whose line it is.

    `address` is the meter's, None before one is known: then all is its own. `is_identified` tells
    whether that address came since it was last awaited. `other_meter_frames` counts those in a row
    that had one other address.
    """

    def __init__(self, address: str | None) -> None:
        self.address = address
        self.is_identified = address is None
        self.other_meter_frames = 0
        self._stranger = ""

    def await_address(self) -> None:
        """Believe nothing before the meter has said who it is: another may be on the line."""
        self.is_identified = self.address is None

    def recognise(self, address: str) -> bool:
        """Compare an address with the one expected."""
        if self.address in {None, address}:
            self.is_identified, self.other_meter_frames = True, 0
            return True
        self.await_address()
        self.other_meter_frames = self.other_meter_frames + 1 if address == self._stranger else 1
        self._stranger = "" if address == _NO_ADDRESS else address
        return False

    def is_own(self, name: str, before: Sequence[Group | None]) -> bool:
        """Whether a group is this meter's: its address stands before it in the frame, unless known.

        Another meter's address may have been damaged: what is new in a frame without one waits
        for the next. Not so what is measured every second, nor warnings, which come before it.
        """
        if not self.is_identified or self.address is None or name in _ALONE:
            return self.is_identified
        for group in before:  # noqa: SIM110 - a generator takes three times as long
            if group and group.data == self.address:
                return True
        return False


_ALONE: Final = FLEETING | ADDRESS_LABELS
_NO_ADDRESS: Final = "0" * 12
"""No meter has it, however often it comes."""
