"""The kind of each day of a season: what is heard, and what statistics tell of the days before.

It knows days and their kinds, which it stores; how they are counted is `tally.py`'s business.
"""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Final

from homeassistant.core import callback
from homeassistant.util import dt as dt_util
from homeassistant.util.json import JsonValueType

from ..const import DOMAIN
from ..meter.meter import LinkyMeter
from ..schedule.days import Days
from ..tariff.tariffs import Tariffs
from .statistics import async_past_days
from .tally import DAY_KINDS, Tally, tally

_STORED: Final = "season"
_SINCE: Final = "since"
_DAY: Final = timedelta(days=1)
_KNOWN_BY: Final = time(0, 15)
"""Until when the kind of a day that begins at midnight may take to be heard."""
_PEAK_FROM, _PEAK_UNTIL = time(0, 5), time(17, 55)
"""The 18 hours of a peak in its day, without five minutes at either end."""
_EJP_KINDS: Final[Mapping[str, str]] = {"ejp_peak": "peak", "ejp_normal": "normal"}
_KEPT_FOR: Final = timedelta(days=366)


class SeasonDays:
    """The days of one meter's season; `by_day` has the colour, or for EJP peak or normal."""

    def __init__(self, meter: LinkyMeter, days: Days, tariffs: Tariffs) -> None:
        self._meter = meter
        self._signals = signals = meter.signals
        self._store = meter.store
        self._days = days
        self._tariffs = tariffs
        self.by_day: dict[date, str] = {}
        self._first_day: date | None = None
        self._loaded_on: date | None = None
        for signal in (signals.days, signals.tariff, signals.minute):
            signal.connect(self._update)
        meter.guard(self.restore)

    def restore(self) -> None:
        kept = self._store.recall(_STORED)
        known = kept if isinstance(kept, dict) else {}
        self._first_day = dt_util.parse_date(str(known.get(_SINCE)))
        self.by_day = {
            day: str(kind) for one, kind in known.items() if (day := dt_util.parse_date(one))
        }

    def tally(self, kind: str) -> Tally:
        """Count the days of a kind: red, white, blue, or peak.

        One that has just begun counts from the moment on at which its kind is known.
        """
        now = self._time_in_day(kind)
        running = now.date()
        is_awaited = running not in self.by_day and now.time() < _KNOWN_BY
        return tally(kind, self.by_day, running - _DAY if is_awaited else running)

    async def _load_past_days(self, contract: str, first: date, today: date) -> None:
        """Ask the statistics of the indexes for the days that nobody has listened to."""
        meter = self._meter
        found = await async_past_days(meter.hass, meter.address, contract, first, self._first_day)
        past = {day: one for day, one in found.items() if day < today}
        self._add_days(past | self.by_day)
        self._signals.season.send()

    def _time_in_day(self, kind: str) -> datetime:
        """Give the local time, shifted by so much that a day begins at midnight."""
        legal = self._days.schedules.legal
        local = legal.of(dt_util.utcnow()).replace(tzinfo=None) - legal.days_ahead
        return local - DAY_KINDS[kind].begins

    @callback
    def _update(self) -> None:
        """Take the colours that are noted, or whether a peak runs in its hours.

        Once a minute at least: numbers change with the day, too.
        """
        colours, peak_day = self._days.colours, self._ejp_day()
        self._add_days(colours or peak_day)
        if self.by_day:
            self._signals.season.send()
        if not colours and not peak_day:
            return
        contract, kind = ("tempo", "blue") if colours else ("ejp", "peak")
        today = self._time_in_day(kind).date()
        if self._loaded_on != today and self.tally(kind).unknown:
            self._loaded_on = today
            loading = self._load_past_days(contract, DAY_KINDS[kind].season(today).first, today)
            self._meter.entry.async_create_background_task(
                self._meter.hass, loading, f"{DOMAIN} season"
            )

    def _ejp_day(self) -> dict[date, str]:
        current = self._tariffs.current
        kind = _EJP_KINDS.get(current.name) if current else None
        now = self._time_in_day("peak")
        return {now.date(): kind} if kind and _PEAK_FROM < now.time() < _PEAK_UNTIL else {}

    def _add_days(self, found: Mapping[date, str]) -> None:
        new = {day: kind for day, kind in found.items() if self.by_day.get(day) != kind}
        if not new:
            return
        oldest = max(new) - _KEPT_FOR
        self._first_day = self._first_day or min(new)
        self.by_day = {day: one for day, one in (self.by_day | new).items() if day >= oldest}
        stored: dict[str, JsonValueType] = {
            day.isoformat(): one for day, one in self.by_day.items()
        }
        self._store.keep(_STORED, {**stored, _SINCE: self._first_day.isoformat()})
