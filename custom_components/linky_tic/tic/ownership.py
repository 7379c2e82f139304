"""Whose groups are on the line: those of the expected meter, of another one, or not known."""

from collections.abc import Sequence
from typing import Final

from .catalogue import ADDRESS_LABELS, FLEETING
from .groups import Group


class Ownership:
    """Compares the addresses on a line with the one that is expected.

    `address` is None before one is known: then all groups are its own. `is_identified`: it was
    received since `await_address`. `other_meter_frames`: frames in a row with one other address.
    """

    def __init__(self, address: str | None) -> None:
        self.address = address
        self.is_identified = address is None
        self.other_meter_frames = 0
        self._stranger = ""

    def await_address(self) -> None:
        """Use no group before the address is received: another meter may be on the line."""
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
        """Whether a group is this meter's: its address came `before` it in the same frame.

        In a frame without an address, another meter's may have been damaged: a new value waits for
        the next frame. Not so values measured every second, and warnings, which may come first.
        """
        if not self.is_identified or self.address is None or name in _ALONE:
            return self.is_identified
        for group in before:  # noqa: SIM110 - a generator takes three times as long
            if group and group.data == self.address:
                return True
        return False


_ALONE: Final = FLEETING | ADDRESS_LABELS
_NO_ADDRESS: Final = "0" * 12
"""The address of no meter."""
