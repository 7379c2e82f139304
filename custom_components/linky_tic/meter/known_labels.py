"""The labels that one meter sends, each of which has a sensor."""

from collections.abc import Callable, Iterable
from typing import Final

from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers import entity_registry as er

from ..tic import EVENTS, LABELS, Absence, Label, Mode
from .signals import Guard, Signal
from .store import MeterStore

_VANISHED: Final = "vanished_labels"


class KnownLabels:
    """The labels that one meter sends: those known at the start, and those that appear later.

    One that has vanished, as its contract has ended, stays known until the next start.
    """

    def __init__(self, names: Iterable[str], guard: Guard, store: MeterStore) -> None:
        self.labels: dict[str, Label] = {}
        self._vanished = vanished_labels(store)
        self._store = store
        self._guard = guard
        self._new = Signal[Iterable[Label]](guard)
        self._appeared: list[Label] = []
        self._add(LABELS[name] for name in names)

    @callback
    def listen(self, listener: Callable[[Iterable[Label]], None]) -> CALLBACK_TYPE:
        """Call a listener with the known labels, then with new ones; returns the unsubscriber."""
        end = self._new.connect(listener)
        self._guard(listener, self.labels.values())
        return end

    def appear(self, label: Label) -> None:
        """Note a new label, which becomes known at the end of its frame."""
        self._appeared.append(label)

    def vanish(self, label: Label) -> None:
        """Note that a label is no longer sent, unless it is one that comes and goes."""
        if label.absence is Absence.GONE:
            self._keep_vanished(self._vanished | {label.name})

    def receive(self, name: str) -> None:
        """Note that a label is sent."""
        if name in self._vanished:
            self._keep_vanished(self._vanished - {name})

    def _keep_vanished(self, names: set[str]) -> None:
        self._vanished = names
        self._store.keep(_VANISHED, [*names])

    def end_frame(self) -> None:
        """Tell the listeners of the labels that have appeared in the frame."""
        if self._appeared:
            appeared, self._appeared = self._appeared, []
            self._add(appeared)

    def _add(self, labels: Iterable[Label]) -> None:
        """Add labels, each with the event labels that a meter sending it may send (`EVENTS`)."""
        names = (name for one in labels for name in (one.name, *EVENTS.get(one.name, ())))
        new = {name: LABELS[name] for name in names if name not in self.labels}
        self.labels |= new
        self._new.send(new.values())


def vanished_labels(store: MeterStore) -> set[str]:
    """Return the labels that the meter no longer sent when it was last received."""
    names = store.recall(_VANISHED)
    return {name for name in names if isinstance(name, str)} if isinstance(names, list) else set()


def labels_at_start(
    hass: HomeAssistant, entry_id: str, address: str, mode: Mode | None, store: MeterStore
) -> set[str]:
    """Return the labels that have a sensor from before: those exist from the start.

    Those of the other mode, and those that have vanished, wait until the meter sends them again.
    Until then Home Assistant shows their entities as no longer provided, and people can delete
    them.
    """
    entities = er.async_entries_for_config_entry(er.async_get(hass), entry_id)
    keys = {one.unique_id.removeprefix(f"{address}_") for one in entities if one.domain == "sensor"}
    sent = (keys & LABELS.keys()) - vanished_labels(store)
    return {name for name in sent if mode in {None, LABELS[name].mode}}
