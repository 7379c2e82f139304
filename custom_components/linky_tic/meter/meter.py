"""One meter as every room of its entry sees it: its readings, its signals, its store.

It knows neither the port nor what the rooms make of the readings.
"""

from datetime import timedelta
from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant

from ..const import CONF_MODE, CONF_OVERSEAS, CONF_REPORTING, DEFAULT_REPORTING
from ..reporting.reporter import Reporter
from ..reporting.rules import Preset
from ..tic import Mode, Readings, Receiver
from .known_labels import KnownLabels, labels_at_start
from .signals import Signals
from .store import MeterStore


class LinkyMeter:
    """The meter of one config entry."""

    def __init__(self, hass: HomeAssistant, entry: ConfigEntry[Any], store: MeterStore) -> None:
        self.hass = hass
        self.entry = entry
        self.address = entry.unique_id or ""
        self.receiver = Receiver(
            self.address,
            labels_at_start(hass, entry.entry_id, self.address, _stored_mode(entry), store),
            timedelta(minutes=entry.data.get(CONF_OVERSEAS, 0)),
        )
        self.signals = Signals()
        self.guard = self.signals.guard
        self.store = store
        self.known_labels = KnownLabels(self.receiver.meter.presence.established, self.guard, store)
        self.preset = Preset(entry.options.get(CONF_REPORTING, DEFAULT_REPORTING))
        self.reporter = Reporter(self.preset, self.signals.state.send)

    @property
    def mode(self) -> Mode | None:
        """The mode that the meter speaks, or spoke last; None when it was never heard."""
        return self.receiver.mode or _stored_mode(self.entry)

    @property
    def is_settled(self) -> bool:
        """Whether a label without a reading is one that the meter does not send now."""
        return self.receiver.meter.presence.is_settled

    @property
    def readings(self) -> Readings:
        """The readings in force."""
        return self.receiver.meter.readings


def _stored_mode(entry: ConfigEntry[Any]) -> Mode | None:
    mode = entry.data.get(CONF_MODE)
    return Mode(mode) if mode else None
