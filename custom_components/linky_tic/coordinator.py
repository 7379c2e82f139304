"""One meter in Home Assistant: makes its rooms, and hands them the events of its line.

When a value becomes a state is decided in `reporting/`, how it is shown by the platforms. Bytes are
read in `line/` and decoded in `tic/`.
"""

from datetime import datetime, timedelta
from typing import Final, assert_never

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import CONF_PORT, EVENT_HOMEASSISTANT_STOP
from homeassistant.core import Event as HassEvent, HomeAssistant, callback
from homeassistant.helpers.event import async_track_time_interval

from .const import CONF_MODE, CONF_OVERSEAS, CONF_SLUG, CONF_SPEED, DEFAULT_SLUG, DOMAIN
from .cost.costs import Costs
from .health.monitor import HealthMonitor
from .line import SPEEDS, Heard, Link
from .meter.meter import LinkyMeter
from .meter.signals import optional
from .meter.store import MeterStore
from .mirror import Mirror
from .power.active_power import ActivePower
from .power.peaks import Peaks
from .reporting.rules import READ_INTERVALS
from .schedule.days import Days
from .season.days import SeasonDays
from .tariff.tariffs import Tariffs
from .tic import Appeared, Event, Frame, ModeChanged, OtherMeter, Reading, Rejected, Vanished

type LinkyConfigEntry = ConfigEntry[LinkyCoordinator]

_MINUTE: Final = timedelta(minutes=1)


class LinkyCoordinator(LinkyMeter):
    """The meter of one config entry, with its line and its rooms.

    `is_recognised` is True once the meter has sent its address, False once the line is silent or
    another meter speaks, None until then. `other_address` is the address of such a meter.
    """

    entry: LinkyConfigEntry

    def __init__(self, hass: HomeAssistant, entry: LinkyConfigEntry, store: MeterStore) -> None:
        super().__init__(hass, entry, store)
        self.slug: str = entry.data.get(CONF_SLUG, DEFAULT_SLUG)
        self.is_recognised: bool | None = None
        self.other_address: str | None = None
        self._was_settled = False
        self.link = Link(
            entry.data[CONF_PORT],
            self.receiver,
            speed=entry.data.get(CONF_SPEED, SPEEDS[0]),
            on_events=self._receive,
            on_state=lambda is_heard: self.guard(self._handle_state, is_heard),
        )
        self.link.interval = READ_INTERVALS[self.preset]
        # Rooms receive signals in the order in which they are made: each after those it uses.
        self.health = HealthMonitor(self)
        self.mirror = Mirror(self)
        self.active_power = ActivePower(self.receiver, self.signals)
        self.peaks = Peaks(self)
        self.tariffs = Tariffs(self)
        self.days = Days(self, self.tariffs)
        self.season = SeasonDays(self, self.days, self.tariffs)
        self.costs = Costs(self, self.tariffs)

    @property
    def is_available(self) -> bool:
        """Whether valid groups are received, and not those of another meter."""
        return bool(self.link.is_heard) and self.other_address is None

    async def async_start(self, heard: Heard | None) -> None:
        """Take what was received at set-up, and open the port; raises `PortUnavailable`."""
        for chunk, at in heard.chunks() if heard else ():
            self._receive(self.receiver.feed(chunk, at), at)
        self.is_recognised = None
        await optional(self.mirror.async_start())
        await self.link.open()
        await optional(self.health.async_look_for_console())

    async def async_run(self) -> None:
        """Read from now on, until the entry is unloaded."""
        self.entry.async_create_background_task(self.hass, self.link.run(), f"{DOMAIN} line")
        self.signals.minute.send()
        self.entry.async_on_unload(
            async_track_time_interval(self.hass, self._handle_minute, _MINUTE)
        )
        # Entries are not unloaded when Home Assistant stops.
        stop = self.hass.bus.async_listen(EVENT_HOMEASSISTANT_STOP, self.async_stop)
        self.entry.async_on_unload(stop)

    async def async_stop(self, _event: HassEvent | None = None) -> None:
        """Close the port, publish that the meter is offline, and store what must survive."""
        await optional(self.link.close())
        await optional(self.mirror.async_stop())
        self.guard(self.costs.store)
        await optional(self.store.flush())

    def _receive(self, events: list[Event], now: float) -> None:
        """Handle the events of a chunk; an error in one does not stop the others."""
        for event in events:
            self.guard(self._handle, event, now)
        self.guard(self.reporter.report_due)

    def _handle(self, event: Event, now: float) -> None:
        match event:
            case Reading():
                self._handle_reading(event)
            case Vanished(label):
                self.known_labels.vanish(label)
                self.reporter.forget(label.name)
                self.signals.state.send(label.name)
            case Frame():
                self._handle_frame(event, now)
            case Appeared(label):
                self.known_labels.appear(label)
            case OtherMeter(address):
                self._handle_other_meter(address)
            case Rejected():
                pass  # the receiver has counted it
            case ModeChanged():
                self._was_settled = False  # what the former mode did not send may be sent now
                self.signals.state.send_all()
            case _:
                assert_never(event)

    def _handle_reading(self, reading: Reading) -> None:
        name = reading.label.name
        self.known_labels.receive(name)
        self.signals.reading.send(name, reading)
        self.reporter.report_reading(reading)

    def _handle_frame(self, frame: Frame, now: float) -> None:
        """Take the end of a frame: new labels become entities, and the rooms get the readings."""
        self.known_labels.end_frame()
        self.guard(self._store_settings)
        if self.receiver.meter.is_identified:
            self._handle_own_frame()
            self.signals.frame.send(frame, self.readings, now)

    def _handle_own_frame(self) -> None:
        """Show all anew where this meter is back, or what it does not send has a meaning now."""
        before, self._was_settled = (self.is_recognised, self._was_settled), self.is_settled
        self.is_recognised = True
        if self.other_address:
            self.other_address = None
            self.guard(self.health.report_other_meter, None)
        if before != (True, self._was_settled):
            self.signals.state.send_all()

    def _lose(self) -> None:
        """Make all entities unavailable; no reading is in force until the meter repeats it."""
        self.is_recognised = False
        self.receiver.meter.lose()
        self.reporter.forget_all()
        self.signals.lost.send()
        self.signals.state.send_all()

    def _handle_other_meter(self, address: str) -> None:
        """Take the meter for lost, and open a repair about the other one."""
        self.other_address = address
        self._lose()
        self.guard(self.health.report_other_meter, address)

    @callback
    def _handle_minute(self, _at: datetime) -> None:
        """Tell the rooms that a minute has passed; report what is due though no byte comes."""
        self.signals.minute.send()
        self.guard(self.reporter.report_due)

    def _handle_state(self, is_heard: bool) -> None:  # noqa: FBT001 - what the link tells
        if not is_heard:
            self._lose()
            self.guard(self.health.report_silence)
            return
        if self.receiver.meter.is_identified and not self.other_address:
            self.is_recognised = True
        self.signals.state.send_all()

    def _store_settings(self) -> None:
        """Store speed, mode and legal time in the entry, for the next start; tell of a new mode."""
        meter = self.receiver.meter
        if not meter.mode or not meter.readings:
            return  # a mode is not sure before something is believed in it
        if self.entry.data.get(CONF_MODE, meter.mode) != meter.mode:
            self.guard(self.health.report_mode, meter.mode)
        data = {
            **self.entry.data,
            CONF_SPEED: self.link.reception.speed,
            CONF_MODE: meter.mode.value,
            CONF_OVERSEAS: meter.overseas // _MINUTE,
        }
        if data != self.entry.data:
            self.hass.config_entries.async_update_entry(self.entry, data=data)
