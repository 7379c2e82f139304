"""One meter as every room of its entry sees it: its readings, its signals, its store.

It knows neither the port nor what the rooms make of the readings.
"""

from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers import entity_registry as er

from ..const import CONF_MODE, CONF_OVERSEAS, CONF_REPORTING, DEFAULT_REPORTING
from ..reporting.reporter import Reporter
from ..reporting.rules import Preset
from ..tic import EVENTS, LABELS, Label, Mode, Reading, Readings, Receiver
from .freshness import Freshness
from .signals import Guard, Signal, Signals
from .store import MeterStore


class KnownLabels:
    """The labels that one meter sends: those known at the start, and those that appear later."""

    def __init__(self, names: Iterable[str], guard: Guard) -> None:
        self.labels: dict[str, Label] = {}
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


class LinkyMeter:
    """The meter of one config entry."""

    def __init__(self, hass: HomeAssistant, entry: ConfigEntry[Any], store: MeterStore) -> None:
        self.hass = hass
        self.entry = entry
        self.address = entry.unique_id or ""
        self.receiver = Receiver(
            self.address,
            _registered_labels(hass, entry.entry_id, self.address, _stored_mode(entry)),
            timedelta(minutes=entry.data.get(CONF_OVERSEAS, 0)),
        )
        self.signals = Signals()
        self.guard = self.signals.guard
        self.store = store
        self.freshness = Freshness(self.receiver)
        self.known_labels = KnownLabels(self.receiver.meter.presence.established, self.guard)
        self.preset = Preset(entry.options.get(CONF_REPORTING, DEFAULT_REPORTING))
        self.reporter = Reporter(self.preset, self.signals.state.send)

    @property
    def mode(self) -> Mode | None:
        """The mode that the meter speaks, or spoke last; None when it was never heard."""
        return self.receiver.mode or _stored_mode(self.entry)

    @property
    def readings(self) -> Readings:
        """The readings in force, without those that the meter has yet to repeat."""
        return self.freshness.readings

    def reading(self, name: str) -> Reading | None:
        """The reading of a label in force; None while it is not known."""
        return self.freshness.reading(name)


def _stored_mode(entry: ConfigEntry[Any]) -> Mode | None:
    mode = entry.data.get(CONF_MODE)
    return Mode(mode) if mode else None


def _registered_labels(
    hass: HomeAssistant, entry_id: str, address: str, mode: Mode | None
) -> set[str]:
    """Return the labels that have a sensor from before: those exist from the start.

    Labels of the other mode wait until the meter speaks it again. Until then Home Assistant shows
    their entities as no longer provided, and people can delete them.
    """
    entities = er.async_entries_for_config_entry(er.async_get(hass), entry_id)
    keys = {one.unique_id.removeprefix(f"{address}_") for one in entities if one.domain == "sensor"}
    return {name for name in keys & LABELS.keys() if mode in {None, LABELS[name].mode}}
