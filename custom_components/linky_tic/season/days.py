"""Store the kind of each day of a season: its Tempo colour, or for EJP whether it had a peak.

Days are known from the meter, and from the statistics of its indexes where it was not connected.
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
"""Until this time of its day, a day of unknown kind is not counted, as the meter may be late."""
_PEAK_FROM, _PEAK_UNTIL = time(0, 5), time(17, 55)
"""The 18 hours of a peak, which are the first of an EJP day, without five minutes at either end."""
_EJP_KINDS: Final[Mapping[str, str]] = {"ejp_peak": "peak", "ejp_normal": "normal"}
_KEPT_FOR: Final = timedelta(days=366)


class SeasonDays:
    """The days of one meter's season; `by_day`: date -> colour, or for EJP peak or normal."""

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
        """Count the days of a kind (red, white, blue or peak), with the current one if known."""
        now = self._time_in_day(kind)
        running = now.date()
        is_awaited = running not in self.by_day and now.time() < _KNOWN_BY
        return tally(kind, self.by_day, running - _DAY if is_awaited else running)

    async def _load_past_days(self, contract: str, first: date, today: date) -> None:
        """Read the kind of unknown days from the statistics of the indexes."""
        meter = self._meter
        found = await async_past_days(meter.hass, meter.address, contract, first, self._first_day)
        past = {day: one for day, one in found.items() if day < today}
        self._add_days(past | self.by_day)
        self._signals.season.send()

    def _time_in_day(self, kind: str) -> datetime:
        """Return the local time, minus the time at which a day of this kind begins."""
        legal = self._days.schedules.legal
        local = legal.of(dt_util.utcnow()).replace(tzinfo=None) - legal.days_ahead
        return local - DAY_KINDS[kind].begins

    @callback
    def _update(self) -> None:
        """Add the colours that the meter announced, or whether today has an EJP peak.

        This runs at least once a minute, as numbers also change with the date.
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
