"""The labels that a meter is known to send, and who makes something of each new one.

It knows names of labels, nothing of what they say. They only become more.
"""

from collections.abc import Callable, Iterable

from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers import entity_registry as er

from ..tic import EVENTS, LABELS, Label, Mode
from .signals import Guard, Signal


def registered_labels(
    hass: HomeAssistant, entry_id: str, address: str, mode: Mode | None
) -> set[str]:
    """Give the labels that have a sensor already: what a meter has sent exists from the start.

    Those of the other mode wait until the meter speaks it again. Until then Home Assistant shows
    their entities as no longer provided, and lets people delete them.
    """
    entities = er.async_entries_for_config_entry(er.async_get(hass), entry_id)
    keys = {one.unique_id.removeprefix(f"{address}_") for one in entities if one.domain == "sensor"}
    return {name for name in keys & LABELS.keys() if mode in {None, LABELS[name].mode}}


class KnownLabels:
    """The labels of one meter, from those on that it is known to send at the start."""

    def __init__(self, names: Iterable[str], guard: Guard) -> None:
        self.labels: dict[str, Label] = {}
        self._guard = guard
        self._new = Signal[Iterable[Label]](guard)
        self._appeared: list[Label] = []
        self._add(LABELS[name] for name in names)

    @callback
    def listen(self, listener: Callable[[Iterable[Label]], None]) -> CALLBACK_TYPE:
        """Give a listener the labels there are, and each new one; returns its end."""
        end = self._new.connect(listener)
        self._guard(listener, self.labels.values())
        return end

    def appear(self, label: Label) -> None:
        """Add a label at the end of its frame."""
        self._appeared.append(label)

    def end_frame(self) -> None:
        """Make known what has appeared in the frame."""
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
        self._new.send(new.values())
