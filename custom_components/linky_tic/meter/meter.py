"""One meter, as each room of its entry is given it: what it says, what holds of that, who is told.

It knows neither the port nor what is made of readings.
"""

from datetime import timedelta
from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant

from ..const import CONF_MODE, CONF_OVERSEAS, CONF_REPORTING, DEFAULT_REPORTING
from ..reporting.reporter import Reporter
from ..reporting.rules import Preset
from ..tic import Mode, Reading, Readings, Receiver
from .freshness import Freshness
from .known_labels import KnownLabels, registered_labels
from .signals import Signals
from .store import MeterStore


class LinkyMeter:
    """The meter of one config entry."""

    def __init__(self, hass: HomeAssistant, entry: ConfigEntry[Any]) -> None:
        self.hass = hass
        self.entry = entry
        self.address = entry.unique_id or ""
        self.receiver = Receiver(
            self.address,
            registered_labels(hass, entry.entry_id, self.address, _stored_mode(entry)),
            timedelta(minutes=entry.data.get(CONF_OVERSEAS, 0)),
        )
        self.signals = Signals()
        self.guard = self.signals.guard
        self.store = MeterStore(hass, entry.entry_id)
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
        """What every label says now, as far as it is known to hold."""
        return self.freshness.readings

    def reading(self, name: str) -> Reading | None:
        """What a label says now, None when it is not known."""
        return self.freshness.reading(name)


def _stored_mode(entry: ConfigEntry[Any]) -> Mode | None:
    mode = entry.data.get(CONF_MODE)
    return Mode(mode) if mode else None
