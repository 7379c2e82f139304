"""The labels that one meter sends, each of which has a sensor."""

from collections.abc import Callable, Iterable
from typing import Final

from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers import entity_registry as er

from ..tic import EVENTS, LABELS, Absence, Label, Mode, Receiver
from .signals import Guard, Signal
from .store import MeterStore

_VANISHED: Final = "vanished_labels"


class KnownLabels:
    """The labels that one meter sends, each with the event labels that come with it (`EVENTS`).

    One that has vanished, as its contract has ended, stays known until the next start.
    """

    def __init__(self, receiver: Receiver, guard: Guard, store: MeterStore) -> None:
        self.labels: dict[str, Label] = {}
        self._presence = receiver.meter.presence
        self._store = store
        self._guard = guard
        self._new = Signal[Iterable[Label]](guard)
        self.end_frame()

    @callback
    def listen(self, listener: Callable[[Iterable[Label]], None]) -> CALLBACK_TYPE:
        """Call a listener with the known labels, then with new ones; returns the unsubscriber."""
        end = self._new.connect(listener)
        self._guard(listener, self.labels.values())
        return end

    def vanish(self, label: Label) -> None:
        """Note that a label is no longer sent, unless it is one that comes and goes."""
        if label.absence is Absence.GONE:
            self._keep_vanished(vanished_labels(self._store) | {label.name})

    def end_frame(self) -> None:
        """Tell the listeners of new labels; those that are sent now have not vanished."""
        presence = self._presence
        if not presence.established <= self.labels.keys():
            names = {name for one in presence.established for name in (one, *EVENTS.get(one, ()))}
            new = {name: LABELS[name] for name in sorted(names - self.labels.keys())}
            self.labels |= new
            self._new.send(new.values())
        self._keep_vanished(vanished_labels(self._store) - presence.current.keys())

    def _keep_vanished(self, names: set[str]) -> None:
        self._store.keep(_VANISHED, [*sorted(names)] or None)


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
