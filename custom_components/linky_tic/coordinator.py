"""One meter in Home Assistant: its line, its readings, and who is told when one changes.

It decides what is told and when; how a value is shown is the platforms' business, how it travels
is that of `link.py` and `tic/`.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
import time
from typing import Final, assert_never

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import CONF_PORT
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
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
from .enabling import Enabling, registered_labels
from .freshness import Freshness
from .link import Link, Settings
from .mirror import Mirror
from .quality import LineQuality
from .refusals import Refusals
from .reporting import Reporter
from .tic import (
    CATALOGUE,
    EVENTS,
    Appeared,
    Event,
    Frame,
    Label,
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
from .troubles import LASTING, Trouble, Troubles, console_on

type LinkyConfigEntry = ConfigEntry[LinkyCoordinator]
type LabelListener = Callable[[Iterable[Label]], None]

LINE: Final = "_line"
"""What to listen to for the counters of the line, told once a minute."""
_MINUTE: Final = timedelta(minutes=1)
_LABELS: Final = {name: row for rows in CATALOGUE.values() for name, row in rows.items()}


class LinkyCoordinator:
    """The meter of one config entry."""

    def __init__(self, hass: HomeAssistant, entry: LinkyConfigEntry) -> None:
        self.hass = hass
        self.entry = entry
        self.address = entry.unique_id or ""
        self.slug: str = entry.data.get(CONF_SLUG, DEFAULT_SLUG)
        self.receiver = Receiver(
            self.address,
            registered_labels(hass, entry) & _LABELS.keys(),
            timedelta(minutes=entry.data.get(CONF_OVERSEAS, 0)),
        )
        mode = entry.data.get(CONF_MODE)
        self.link = Link(
            entry.data[CONF_PORT],
            self.receiver,
            settings=Settings(entry.data.get(CONF_SPEED, 9600), Mode(mode) if mode else None),
            on_events=self._handle,
            on_state=self._handle_state,
        )
        self.mirror = Mirror(hass, entry)
        self.quality = LineQuality(self.receiver, self.link)
        self.freshness = Freshness(self.receiver)
        self.refusals = Refusals()
        self.troubles = Troubles(hass, entry)
        self.stranger: str | None = None
        self._reporter = Reporter(entry.options.get(CONF_REPORTING, DEFAULT_REPORTING))
        self.labels: dict[str, Label] = {}
        self._listeners: defaultdict[str, list[CALLBACK_TYPE]] = defaultdict(list)
        self._label_listeners: list[LabelListener] = []
        self._appeared: list[Label] = []
        self._started = time.time()
        self._was_lost = False
        self._enabling = Enabling(hass, self.address, self.receiver.meter.readings)
        self._add_labels(_LABELS[name] for name in self.receiver.meter.presence.established)

    @property
    def is_available(self) -> bool:
        """Whether the line is alive and it is this meter that speaks."""
        return self.link.is_connected and self.stranger is None

    def reading(self, name: str) -> Reading | None:
        """What a label says now, None when it is not known."""
        return self.freshness.reading(name)

    def registers_in_use(self) -> set[int]:
        """The supplier's registers, 1 to 10, that count under this contract."""
        return registers_in_use(self.receiver.meter.readings)

    async def async_start(self) -> None:
        """Open the port; raises `PortUnavailable`."""
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
        self.quality.mark(time.time())
        self.entry.async_on_unload(async_track_time_interval(self.hass, self._minute, _MINUTE))

    async def async_stop(self) -> None:
        """Free the port, and say so on the mirror; what is no longer watched needs no repair."""
        await self.link.close()
        await self.mirror.async_stop()
        self.troubles.cure(*(set(Trouble) - LASTING))

    @callback
    def listen(self, name: str, listener: CALLBACK_TYPE) -> CALLBACK_TYPE:
        """Call a listener when a label's reading or the line's state changes; returns its end."""
        self._listeners[name].append(listener)
        return lambda: self._listeners[name].remove(listener)

    @callback
    def listen_for_labels(self, listener: LabelListener) -> CALLBACK_TYPE:
        """Give a listener the labels there are, and each new one; returns its end."""
        self._label_listeners.append(listener)
        listener(self.labels.values())
        return lambda: self._label_listeners.remove(listener)

    def _handle(self, events: list[Event], now: float) -> None:
        for event in events:
            match event:
                case Reading():
                    self._handle_reading(event)
                case Vanished(label):
                    self.freshness.heard(label.name)
                    self._reporter.forget(label.name)
                    self._notify(label.name)
                case Frame():
                    self._handle_frame(event, now)
                case Appeared(label):
                    self._appeared.append(label)
                case OtherMeter(address):
                    self._handle_other_meter(address)
                case Rejected():
                    self.refusals.note(event, now)
                case ModeChanged():
                    pass  # it shows in the frames that follow
                case _:
                    assert_never(event)
        self._tell_what_is_due()

    def _handle_reading(self, reading: Reading) -> None:
        if reading.label.quantity is Quantity.VERSION:
            self._update_device(reading)
        self.freshness.heard(reading.label.name)
        self._enabling.heard(reading)
        if self._reporter.admits(reading, time.monotonic()):
            self._notify(reading.label.name)

    def _handle_frame(self, frame: Frame, now: float) -> None:
        """Close a frame: what it made known becomes entities, the mirror gets it whole."""
        if self._appeared:
            appeared, self._appeared = self._appeared, []
            self._add_labels(appeared)
        self._remember_line()
        if self.receiver.meter.is_identified:
            self._handle_own_frame(frame)
            self.mirror.frame(frame, self.freshness.readings, now)

    def _handle_own_frame(self, frame: Frame) -> None:
        """Show what this meter has said again, and all that a stranger's absence makes known."""
        was_settled = self.freshness.is_settled
        repeated = self.freshness.frame(frame)
        if self.stranger:
            self.stranger = None
            self.troubles.cure(Trouble.OTHER_METER)
            self._notify_all()
        elif self.freshness.is_settled is not was_settled:
            self._notify_all()
        else:
            self._notify(*repeated)

    def _doubt_readings(self) -> None:
        """Believe what was known only when it is said again."""
        for name in self.freshness.lost():
            self._reporter.forget(name)

    def _add_labels(self, labels: Iterable[Label]) -> None:
        """Make labels known, and with each the events that it announces."""
        new: dict[str, Label] = {}
        for label in labels:
            for name in (label.name, *EVENTS.get(label.name, ())):
                if name not in self.labels:
                    new[name] = _LABELS[name]
        self.labels |= new
        for listener in self._label_listeners:
            listener(new.values())

    def _handle_other_meter(self, address: str) -> None:
        """Show nothing any more, and ask what another meter does here."""
        LOGGER.info("Another meter, %s, speaks on this line", mask(address))
        self.stranger = address
        self.troubles.raise_(Trouble.OTHER_METER, {"old": mask(self.address), "new": mask(address)})
        self.mirror.line(connected=False)
        self._doubt_readings()
        self._notify_all()

    def _handle_mode(self, mode: Mode) -> None:
        """Explain once what the other mode changes; going back to the first one is the cure."""
        LOGGER.info("The meter %s now speaks the %s mode", mask(self.address), mode)
        if self.troubles.is_raised(Trouble.MODE_CHANGED):
            self.troubles.cure(Trouble.MODE_CHANGED)
        else:
            self.troubles.raise_(Trouble.MODE_CHANGED, {"mode": MODE_NAMES[mode]})

    @callback
    def _minute(self, _at: datetime) -> None:
        """Take stock of the line."""
        now = time.time()
        self.quality.mark(now)
        self._tell_what_is_due()
        if self.quality.is_window_full:
            self.troubles.judge_quality(self.quality.good_share)
        silence = now - max(self.receiver.heard_at, self._started)
        self.troubles.judge_silence(silence, self.link.name)
        self._notify(LINE)

    def _handle_state(self, connected: bool) -> None:  # noqa: FBT001 - the link's callback
        if not connected:
            LOGGER.info("The meter %s is no longer heard", mask(self.address))
            self._doubt_readings()
        elif self._was_lost:
            LOGGER.info("The meter %s is heard again", mask(self.address))
        self._was_lost = not connected
        self.mirror.line(connected)
        self._notify_all()

    def _tell_what_is_due(self) -> None:
        self._notify(*self._reporter.due(time.monotonic(), self.receiver.meter.readings))

    def _notify(self, *names: str) -> None:
        for name in names:
            for listener in self._listeners.get(name, ()):
                listener()

    def _notify_all(self) -> None:
        self._notify(*self._listeners)

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
