"""One meter in Home Assistant: its line, its readings, and who is told when one changes.

It decides what is told and when; how a value is shown is the platforms' business, how it travels
is that of `line/` and `tic/`.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
import time
from typing import Final, assert_never

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import CONF_PORT, EVENT_HOMEASSISTANT_STOP
from homeassistant.core import Event as HassEvent, HomeAssistant, callback
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers.event import async_track_time_interval

from .const import (
    CONF_MODE,
    CONF_OVERSEAS,
    CONF_REPORTING,
    CONF_SLUG,
    CONF_SPEED,
    DEFAULT_REPORTING,
    DEFAULT_SLUG,
    DOMAIN,
    LOGGER,
    MODE_NAMES,
)
from .cost.costs import Costs
from .cost.prices import Prices
from .entities.activation import Enabling, registered_labels
from .health.issues import LASTING, Trouble, Troubles, console_on
from .health.line_quality import LineQuality
from .health.rejections import Refusals
from .line import Link, Settings
from .meter.freshness import Freshness
from .meter.known_labels import LABELS, KnownLabels
from .meter.signals import Listeners
from .meter.store import Memory
from .mirror import Mirror
from .power.active_power import ActivePower
from .power.peaks import Peaks
from .reporting.reporter import Reporter
from .reporting.rules import READ_INTERVALS, Preset
from .schedule.days import Days
from .tariff.tariffs import Tariffs
from .tic import (
    Appeared,
    Event,
    Frame,
    Mode,
    ModeChanged,
    OtherMeter,
    Quantity,
    Reading,
    Receiver,
    Rejected,
    Vanished,
    mask,
    registers_in_use,
)

type LinkyConfigEntry = ConfigEntry[LinkyCoordinator]

LINE: Final = "_line"
"""What to listen to for the counters of the line, told once a minute."""
_MINUTE: Final = timedelta(minutes=1)


class LinkyCoordinator:
    """The meter of one config entry."""

    def __init__(self, hass: HomeAssistant, entry: LinkyConfigEntry) -> None:
        self.hass = hass
        self.entry = entry
        self.address = entry.unique_id or ""
        self.slug: str = entry.data.get(CONF_SLUG, DEFAULT_SLUG)
        self.receiver = Receiver(
            self.address,
            registered_labels(hass, entry) & LABELS.keys(),
            timedelta(minutes=entry.data.get(CONF_OVERSEAS, 0)),
        )
        mode = entry.data.get(CONF_MODE)
        preset = Preset(entry.options.get(CONF_REPORTING, DEFAULT_REPORTING))
        self.link = Link(
            entry.data[CONF_PORT],
            self.receiver,
            settings=Settings(entry.data.get(CONF_SPEED, 9600), Mode(mode) if mode else None),
            on_events=self._handle,
            on_state=self._handle_state,
        )
        self.link.interval = READ_INTERVALS[preset]
        self.mirror = Mirror(hass, entry)
        self.quality = LineQuality(self.receiver, self.link)
        self.freshness = Freshness(self.receiver)
        self.refusals = Refusals()
        self.troubles = Troubles(hass, entry)
        self.stranger: str | None = None
        self.listeners = Listeners()
        self.reporter = Reporter(preset, self.listeners.tell)
        self.active_power = ActivePower(self.receiver, self.listeners, self.reporter)
        self.memory = Memory(hass, entry.entry_id)
        self.days = Days(hass, self.address, self.listeners, self.memory)
        self.peaks = Peaks(self.receiver, self.listeners, self.memory, self.reporter)
        self.prices = Prices.chosen(entry.options)
        self.costs = Costs(self.address, self.prices, self.listeners, self.memory)
        self.known = KnownLabels(self.receiver.meter.presence.established)
        self.tariffs = Tariffs(self.listeners, self.memory, self.freshness, self._reload)
        self._heard_at, self._silent_since = self.receiver.heard_at, time.monotonic()
        self._was_lost = False
        self._enabling = Enabling(hass, self.address, self.receiver.meter.readings)

    @property
    def is_available(self) -> bool:
        """Whether the line is alive and it is this meter that speaks."""
        return bool(self.link.is_connected) and self.stranger is None

    @property
    def readings(self) -> Mapping[str, Reading]:
        """What every label says now, as far as it is known to hold."""
        return self.freshness.readings

    def reading(self, name: str) -> Reading | None:
        """What a label says now, None when it is not known."""
        return self.freshness.reading(name)

    def registers_in_use(self) -> set[int]:
        """The supplier's registers, 1 to 10, that count under this contract."""
        return registers_in_use(self.receiver.meter.readings)

    async def async_start(self) -> None:
        """Open the port; raises `PortUnavailable`."""
        await self.memory.load()
        self.days.restore()
        self.tariffs.restore()
        self.peaks.restore()
        self.costs.restore(time.time())
        await self.link.open()
        console = await self.hass.async_add_executor_job(console_on, self.entry.data[CONF_PORT])
        if console:
            self.troubles.raise_(Trouble.SERIAL_CONSOLE, {"port": console})
        else:
            self.troubles.cure(Trouble.SERIAL_CONSOLE)

    async def async_run(self) -> None:
        """Read from now on, until the entry is unloaded."""
        await self.mirror.async_start()
        for reading in self.receiver.meter.readings.values():
            if reading.label.quantity is Quantity.VERSION:
                self._update_device(reading)  # it came before there was a device
        self.entry.async_create_background_task(self.hass, self.link.run(), f"{DOMAIN} line")
        self.quality.mark(time.monotonic())
        self.entry.async_on_unload(async_track_time_interval(self.hass, self._minute, _MINUTE))
        # Entries are not unloaded when Home Assistant stops; what the memory holds is written then.
        stop = self.hass.bus.async_listen(EVENT_HOMEASSISTANT_STOP, self._handle_stop)
        self.entry.async_on_unload(stop)

    async def async_stop(self) -> None:
        """Free the port, and say so on the mirror; what is no longer watched needs no repair."""
        await self.link.close()
        self.days.stop()
        await self.mirror.async_stop()
        self.costs.store()
        await self.memory.flush()
        self.troubles.cure(*(set(Trouble) - LASTING))

    @callback
    def _handle_stop(self, _event: HassEvent) -> None:
        self.costs.store()

    def _handle(self, events: list[Event], now: float) -> None:
        for event in events:
            match event:
                case Reading():
                    self._handle_reading(event)
                case Vanished(label):
                    self.freshness.heard(label.name)
                    self.reporter.forget(label.name)
                    self.listeners.vanished(label)
                case Frame():
                    self._handle_frame(event, now)
                case Appeared(label):
                    self.known.appeared(label)
                case OtherMeter(address):
                    self._handle_other_meter(address)
                case Rejected():
                    self.refusals.note(event, now)
                case ModeChanged():
                    self.freshness.lost()  # what the other mode did not send is not absent
                case _:
                    assert_never(event)
        self.reporter.report_due()

    def _handle_reading(self, reading: Reading) -> None:
        if reading.label.quantity is Quantity.VERSION:
            self._update_device(reading)
        self.freshness.heard(reading.label.name)
        self._enabling.heard(reading)
        self.listeners.heard(reading)
        self.reporter.report_reading(reading)

    def _handle_frame(self, frame: Frame, now: float) -> None:
        """Close a frame: what it made known becomes entities, the mirror gets it whole."""
        self.known.end_frame()
        self._remember_line()
        if self.receiver.meter.is_identified:
            self._handle_own_frame(frame)
            self.listeners.ended(frame, self.readings, now)
            self.mirror.frame(frame, self.freshness.readings, now)

    def _handle_own_frame(self, frame: Frame) -> None:
        """Show what this meter has said again, and all that a stranger's absence makes known."""
        was_settled = self.freshness.is_settled
        repeated = self.freshness.frame(frame)
        if self.stranger:
            self.stranger = None
            self.troubles.cure(Trouble.OTHER_METER)
            self.listeners.tell_all()
        elif self.freshness.is_settled is not was_settled:
            self.listeners.tell_all()
        else:
            self.listeners.tell(*repeated)

    def _doubt_readings(self) -> None:
        """Believe what was known only when it is said again."""
        self.reporter.forget(*self.freshness.lost())
        self.listeners.lost()

    def _handle_other_meter(self, address: str) -> None:
        """Show nothing any more, and ask what another meter does here."""
        LOGGER.info("Another meter, %s, speaks on this line", mask(address))
        self.stranger = address
        self.troubles.raise_(Trouble.OTHER_METER, {"old": mask(self.address), "new": mask(address)})
        self.mirror.line(connected=False)
        self._doubt_readings()
        self.listeners.tell_all()

    def _handle_mode(self, mode: Mode) -> None:
        """Explain once what the other mode changes; going back to the first one is the cure."""
        LOGGER.info("The meter %s now speaks the %s mode", mask(self.address), mode)
        if self.troubles.is_raised(Trouble.MODE_CHANGED):
            self.troubles.cure(Trouble.MODE_CHANGED)
        else:
            self.troubles.raise_(Trouble.MODE_CHANGED, {"mode": MODE_NAMES[mode]})

    @callback
    def _minute(self, _at: datetime) -> None:
        """Take stock of the line, by a clock that nobody sets."""
        now = time.monotonic()
        self.quality.mark(now)
        self.reporter.report_due()
        if self.quality.is_window_full:
            self.troubles.judge_quality(self.quality.good_share)
        if self.receiver.heard_at != self._heard_at:
            self._heard_at, self._silent_since = self.receiver.heard_at, now
        self.troubles.judge_silence(now - self._silent_since, self.link.name)
        self.listeners.tell(LINE)

    def _handle_state(self, connected: bool) -> None:  # noqa: FBT001 - the link's callback
        if not connected:
            LOGGER.info("The meter %s is no longer heard", mask(self.address))
            self._doubt_readings()
        elif self._was_lost:
            LOGGER.info("The meter %s is heard again", mask(self.address))
        self._was_lost = not connected
        self.mirror.line(self.is_available)
        self.listeners.tell_all()

    def _reload(self) -> None:
        """Set up anew, after what is going on: entities take their names when they are made."""
        self.hass.config_entries.async_schedule_reload(self.entry.entry_id)

    def _remember_line(self) -> None:
        """Store what worked, so that the next start tries it first and knows another mode."""
        meter = self.receiver.meter
        if not meter.mode or not meter.readings:
            return  # a mode is not sure before something is believed in it
        if self.entry.data.get(CONF_MODE, meter.mode) != meter.mode:
            self._handle_mode(meter.mode)
        heard = {
            CONF_SPEED: self.link.settings.speed,
            CONF_MODE: meter.mode.value,
            CONF_OVERSEAS: int(meter.overseas.total_seconds() / 60),
        }
        if any(self.entry.data.get(key) != value for key, value in heard.items()):
            data = {**self.entry.data, **heard}
            self.hass.config_entries.async_update_entry(self.entry, data=data)

    def _update_device(self, version: Reading) -> None:
        registry = dr.async_get(self.hass)
        for device in dr.async_entries_for_config_entry(registry, self.entry.entry_id):
            registry.async_update_device(device.id, sw_version=f"TIC {version.value}")
