"""Knows the days unlike others: mobile peaks, Tempo colours, EJP days, and when they are told.

Refuses to know what a peak costs: the contract says that.
"""

from collections.abc import Collection, Mapping
from datetime import date, datetime, time, timedelta
from random import Random
from typing import NamedTuple

BLUE, WHITE, RED = "blue", "white", "red"
COLOUR_CODES: Mapping[str | None, int] = {None: 0, BLUE: 1, WHITE: 2, RED: 3}  # STGE
COLOUR_PEAKS: Mapping[str, int] = {WHITE: 1, RED: 2}  # captures: white is PM1, red is PM2
TEMPO_START = time(6)
EJP_START, EJP_HOURS = time(7), 18
ANNOUNCEMENT = time(20)  # seen in the field: the evening before, about 20:00
NOTICE = timedelta(minutes=30)
WINTER = frozenset({11, 12, 1, 2, 3})
SATURDAY, SUNDAY = 5, 6
# Of the days of the winter: about 22, 43 and 22 a year.
RED_SHARE, WHITE_SHARE, EJP_SHARE = 0.2, 0.3, 0.15


class Peak(NamedTuple):
    """Of one of three profiles, between two local times."""

    number: int
    start: datetime
    end: datetime


class Peaks:
    """What a meter has been told about the days to come."""

    def __init__(
        self,
        contract: str,
        seed: int,
        colours: Mapping[date, str | None],
        ejp_days: Collection[date] | None,
    ) -> None:
        self._contract = contract
        self._seed = seed
        self._colours = colours
        self._ejp_days = ejp_days
        self._announced: dict[date, str | None] = {}
        self._told_until: date | None = None
        self._orders: list[Peak] = []
        self.known: tuple[Peak, ...] = ()  # by number, the first in time of each
        self.current: Peak | None = None
        self.next: Peak | None = None
        self.notice: Peak | None = None
        self.today: str | None = None
        self.tomorrow: str | None = None

    def colour(self, day: date) -> str | None:
        """What the meter will be told: as scripted, else as the seed draws; None: nothing."""
        if day in self._colours:
            return self._colours[day]
        luck = Random(f"{self._seed}/tempo/{day}").random()
        if day.month not in WINTER or day.weekday() == SUNDAY:
            return BLUE
        if luck < RED_SHARE and day.weekday() < SATURDAY:
            return RED
        return WHITE if luck < RED_SHARE + WHITE_SHARE else BLUE

    def _is_ejp(self, day: date) -> bool:
        if self._ejp_days is not None:
            return day in self._ejp_days
        luck = Random(f"{self._seed}/ejp/{day}").random()
        return day.month in WINTER and luck < EJP_SHARE

    def order(self, peak: Peak) -> None:
        self._orders.append(peak)
        self._orders.sort(key=lambda order: order.start)

    def _tell(self, day: date) -> None:
        if self._contract == "tempo":
            colour = self._announced[day] = self.colour(day)
            if colour is not None and colour in COLOUR_PEAKS:
                start = datetime.combine(day, TEMPO_START)
                self.order(Peak(COLOUR_PEAKS[colour], start, start + timedelta(days=1)))
        elif self._contract == "ejp" and self._is_ejp(day):
            start = datetime.combine(day, EJP_START)
            self.order(Peak(1, start, start + timedelta(hours=EJP_HOURS)))

    def announce(self, true_now: datetime) -> None:
        """Tell the meter, when it is time, which day comes next; at first, the running ones too."""
        last = true_now.date() + timedelta(days=true_now.time() >= ANNOUNCEMENT)
        told = self._told_until or last - timedelta(days=3)
        while told < last:
            told += timedelta(days=1)
            self._tell(told)
        self._told_until = told

    def update(self, now: datetime) -> None:
        """Follow the meter's own clock, to the minute."""
        self._orders = [order for order in self._orders if now < order.end]
        firsts = {order.number: order for order in reversed(self._orders)}
        self.known = tuple(firsts[number] for number in sorted(firsts))
        running = [order for order in self._orders if order.start <= now]
        waiting = [peak for peak in self.known if now < peak.start]
        self.current = running[0] if running else None
        self.next = min(waiting, key=lambda peak: peak.start, default=None)
        self.notice = self.next if self.next and now >= self.next.start - NOTICE else None
        if self._contract == "tempo":
            day = (now - timedelta(hours=TEMPO_START.hour)).date()
            self.today = self._announced.get(day)
            self.tomorrow = self._announced.get(day + timedelta(days=1))
