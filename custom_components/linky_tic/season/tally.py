"""Count the days of each kind in a season of Tempo or EJP: how many so far, how many are left.

A number is unknown while a past day of unknown kind may add to it. Sources: RTE, "Méthode de choix
des jours Tempo" (a season runs from 1 September to 31 August, 22 days are red, from 1 November to
31 March and never on week-ends, 43 white, never on Sundays); EDF's tariff (no red day on a national
holiday; EJP has 22 peaks from 1 November to 31 March).
"""

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Final, NamedTuple

from ..tariff.tempo import TEMPO_START

_DAY: Final = timedelta(days=1)
_PEAK_BEGINS: Final = timedelta(hours=7)
"""An EJP peak lasts from 07:00 to 01:00, so an EJP day begins at 07:00."""
_RED, _WHITE, _PEAKS = 22, 43, 22
_WINTER: Final = frozenset({11, 12, 1, 2, 3})
_HOLIDAYS: Final = frozenset({(11, 1), (11, 11), (12, 25), (1, 1)})
"""Holidays of the winter (month, day), without Easter Monday, which is seldom in March."""
_SATURDAY, _SUNDAY = 5, 6


class Season(NamedTuple):
    """The first and the last day of a season."""

    first: date
    last: date


def _tempo_season(day: date) -> Season:
    year = day.year if day >= date(day.year, 9, 1) else day.year - 1
    return Season(date(year, 9, 1), date(year + 1, 8, 31))


def _ejp_season(day: date) -> Season:
    year = day.year if day >= date(day.year, 11, 1) else day.year - 1
    return Season(date(year, 11, 1), date(year + 1, 3, 31))


def _may_be_red(day: date) -> bool:
    is_holiday = (day.month, day.day) in _HOLIDAYS
    return day.month in _WINTER and day.weekday() < _SATURDAY and not is_holiday


class DayKind(NamedTuple):
    """The rules of one kind of day: its season, which dates may be one, when such a day begins.

    `number`: days in the season -> how many of them are of this kind.
    """

    season: Callable[[date], Season]
    number: Callable[[int], int]
    may_be: Callable[[date], bool]
    begins: timedelta = TEMPO_START


DAY_KINDS: Final[Mapping[str, DayKind]] = {
    "red": DayKind(_tempo_season, lambda _: _RED, _may_be_red),
    "white": DayKind(_tempo_season, lambda _: _WHITE, lambda day: day.weekday() != _SUNDAY),
    "blue": DayKind(_tempo_season, lambda days: days - _RED - _WHITE, lambda _: True),
    "peak": DayKind(_ejp_season, lambda _: _PEAKS, lambda _: True, _PEAK_BEGINS),
}


class Tally(NamedTuple):
    """The days of one kind in a season; `so_far` and `left` are None while they are not known."""

    season: Season
    so_far: int | None
    left: int | None
    days: tuple[date, ...]
    unknown: tuple[date, ...]


def tally(kind: str, days: Mapping[date, str], today: date) -> Tally:
    """Count the days of a kind from the start of the season of `today` until `today`."""
    season_of, number_of, may_be, _ = DAY_KINDS[kind]
    season = season_of(today)
    length = (season.last - season.first).days + 1
    number = number_of(length)
    past = [day for one in range(length) if (day := season.first + _DAY * one) <= today]
    counted = tuple(day for day in past if days.get(day) == kind)
    unknown = tuple(day for day in past if day not in days and may_be(day))
    is_known = not unknown or len(counted) >= number
    so_far = len(counted) if is_known else None
    return Tally(season, so_far, None if so_far is None else number - so_far, counted, unknown)
