"""The labels that a meter is known to send, and who makes something of each new one.

It knows names of labels, nothing of what they say. They only become more.
"""

from collections.abc import Callable, Iterable
from typing import Final

from homeassistant.core import CALLBACK_TYPE, callback

from ..tic import CATALOGUE, EVENTS, Label

LABELS: Final = {name: row for rows in CATALOGUE.values() for name, row in rows.items()}
"""Name -> row, of both modes: no name stands in both."""

type LabelListener = Callable[[Iterable[Label]], None]


class KnownLabels:
    """The labels of one meter."""

    def __init__(self, names: Iterable[str]) -> None:
        self.labels: dict[str, Label] = {}
        self._listeners: list[LabelListener] = []
        self._appeared: list[Label] = []
        self._add(LABELS[name] for name in names)

    @callback
    def listen(self, listener: LabelListener) -> CALLBACK_TYPE:
        """Give a listener the labels there are, and each new one; returns its end."""
        self._listeners.append(listener)
        listener(self.labels.values())
        return lambda: self._listeners.remove(listener)

    def appeared(self, label: Label) -> None:
        """Note a label, to be told at the end of its frame."""
        self._appeared.append(label)

    def end_frame(self) -> None:
        """Tell what the frame has made known."""
        if self._appeared:
            appeared, self._appeared = self._appeared, []
            self._add(appeared)

    def _add(self, labels: Iterable[Label]) -> None:
        """Make labels known, and with each the events that it announces."""
        new: dict[str, Label] = {}
        for label in labels:
            for name in (label.name, *EVENTS.get(label.name, ())):
                if name not in self.labels:
                    new[name] = LABELS[name]
        self.labels |= new
        for listener in self._listeners:
            listener(new.values())
