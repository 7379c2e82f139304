"""The kind of each day of a season: what is heard, and what statistics tell of the days before.

It knows days and their kinds, which it stores; how they are counted is `tic/season.py`'s business.
"""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import callback
from homeassistant.util import dt as dt_util
from homeassistant.util.json import JsonValueType

from ..const import DOMAIN
from ..meter.signals import Signals
from ..meter.store import MeterStore
from ..schedule.days import Days
from ..tariff.tariffs import CURRENT_TARIFF, Tariffs
from ..tic import KINDS, Tally, tally
from .statistics import async_past_days

_STORED: Final = "season"
_SINCE: Final = "since"
_DAY: Final = timedelta(days=1)
_TEMPO_BEGINS: Final = timedelta(hours=6)
_PEAK_BEGINS: Final = timedelta(hours=7)
"""An EJP peak lasts from 07:00 to 01:00: a day on which it does not run then has none."""
_PEAK_LASTS: Final = timedelta(hours=18)
_NEAR: Final = timedelta(minutes=10)
_EJP: Final[Mapping[str, str]] = {"ejp_peak": "peak", "ejp_normal": "normal"}
_LASTS: Final = timedelta(days=366)


class SeasonDays:
    """The days of one meter's season; `by_day` has the colour, or for EJP peak or normal."""

    def __init__(
        self,
        entry: ConfigEntry,
        signals: Signals,
        store: MeterStore,
        days: Days,
        tariffs: Tariffs,
    ) -> None:
        self._entry = entry
        self._signals = signals
        self._store = store
        self._days = days
        self._tariffs = tariffs
        self.by_day: dict[date, str] = {}
        self._since: date | None = None
        self._looked_back: date | None = None
        signals.days.connect(self._listen)
        signals.counters.connect(self._listen)
        signals.state.connect(CURRENT_TARIFF, self._listen)

    def restore(self) -> None:
        """Take up what was stored."""
        kept = self._store.recall(_STORED)
        known = kept if isinstance(kept, dict) else {}
        self._since = dt_util.parse_date(str(known.get(_SINCE)))
        self.by_day = {
            day: str(kind) for one, kind in known.items() if (day := dt_util.parse_date(one))
        }

    def tally(self, kind: str) -> Tally:
        """Count the days of a kind: red, white, blue, or peak."""
        return tally(kind, self.by_day, self._running(kind))

    async def _look_back(self, kind: str) -> None:
        """Ask the statistics of the indexes for the days that nobody has listened to."""
        first = KINDS[kind].season(self._running(kind)).first
        address = self._entry.unique_id or ""
        found = await async_past_days(self._days.hass, address, kind, first, self._since)
        past = {day: one for day, one in found.items() if day < self._running(kind)}
        self._add(past | self.by_day)

    def _running(self, kind: str) -> date:
        """Give the day that has begun last."""
        begins = _PEAK_BEGINS if kind == "peak" else _TEMPO_BEGINS
        return (self._local() - begins).date()

    def _local(self) -> datetime:
        return self._days.schedules.legal.of(dt_util.utcnow()).replace(tzinfo=None)

    @callback
    def _listen(self) -> None:
        """Take the colours that are noted, or whether a peak runs in its hours."""
        colours = self._days.colours
        self._add(colours or self._peak_day())
        kind = "blue" if colours else "peak"
        today = self._running(kind)
        if self.by_day and self._looked_back != today and self.tally(kind).unknown:
            self._looked_back = today
            self._entry.async_create_background_task(
                self._days.hass, self._look_back(kind), f"{DOMAIN} season"
            )

    def _peak_day(self) -> dict[date, str]:
        current = self._tariffs.current
        kind = _EJP.get(current.name) if current else None
        since = self._local() - datetime.combine(self._running("peak"), time()) - _PEAK_BEGINS
        is_in_hours = _NEAR < since < _PEAK_LASTS - _NEAR
        return {self._running("peak"): kind} if kind and is_in_hours else {}

    def _add(self, found: Mapping[date, str]) -> None:
        news = {day: kind for day, kind in found.items() if self.by_day.get(day) != kind}
        if not news:
            return
        oldest = max(news) - _LASTS
        self._since = self._since or min(news)
        self.by_day = {day: one for day, one in (self.by_day | news).items() if day >= oldest}
        stored: dict[str, JsonValueType] = {
            day.isoformat(): one for day, one in self.by_day.items()
        }
        self._store.keep(_STORED, {**stored, _SINCE: self._since.isoformat()})
        self._signals.season.send()
