"""Days lived with simulated meters: what is noted is, at each moment, the register that counts."""

from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

import pytest

from custom_components.linky_tic.schedule.announced_days import AnnouncedDays
from custom_components.linky_tic.schedule.day_schedule import DaySchedules, SchedulePeriod
from custom_components.linky_tic.tariff.in_force import TariffFollower
from custom_components.linky_tic.tic import Frame, Receiver
from simulator import Household
from simulator.line import Line

from ..tic.streams import end_frame_of_days, luck

_STEP: Final = timedelta(minutes=26)
"""Between two looks: they fall on no hour in particular."""
_COLOURS: Final = {
    date(2026, 3, 28): "white",
    date(2026, 3, 29): "red",
    date(2026, 3, 30): "blue",
    date(2026, 11, 24): "white",
    date(2026, 11, 25): "white",
    date(2026, 11, 26): "blue",
}
LIVES: Final[dict[str, dict[str, Any]]] = {
    "two tariffs": {"contract": "hphc", "start": "2026-11-23T20:10:00"},
    "the end of summer": {"contract": "hphc", "start": "2026-10-24T20:10:00"},
    "the end of winter": {"contract": "hphc", "start": "2026-03-28T20:10:00"},
    "hexadecimal": {"contract": "hphc", "hexadecimal_hours": True, "start": "2026-11-23T20:10:00"},
    "a weekend": {"contract": "weekend", "start": "2026-11-26T20:10:00"},
    "white, white, blue": {
        "contract": "tempo",
        "colours": _COLOURS,
        "start": "2026-11-23T20:10:00",
    },
    "white and red at the end of winter": {
        "contract": "tempo",
        "colours": _COLOURS,
        "start": "2026-03-27T20:10:00",
    },
    "EJP": {
        "contract": "ejp",
        "ejp_days": [date(2026, 11, 24), date(2026, 11, 25)],
        "start": "2026-11-23T20:10:00",
    },
    "overseas": {
        "contract": "hphc",
        "utc_offset": 4 * 3600,
        "start": "2026-07-23T16:10:00+00:00",
    },
}


class Life:
    """A house, and what is noted of its days."""

    def __init__(self, house: Household, noise: float = 0.0) -> None:
        self.house = house
        self.line = Line(house, noise=noise)
        self.receiver = Receiver(house.address)
        self.days, self.tariffs = AnnouncedDays(), TariffFollower()

    def hear(self, frames: int = 4) -> None:
        for _ in range(frames):
            data = self.line.next().data
            for event in self.receiver.feed(data, self.house.now.timestamp()):
                if isinstance(event, Frame):
                    readings = self.receiver.meter.readings
                    end_frame_of_days(self.days, self.tariffs, event, readings, self.house.now)

    def pass_time(self, step: timedelta) -> None:
        self.house.advance(step.total_seconds())


def index_at(days: DaySchedules, now: datetime) -> int | None:
    """The register in force as noted; None on a day that is not known."""
    day = days.day(days.legal.day_of(now))
    return (
        next((one.register for one in day.periods if one.begin <= now < one.end), 0)
        if day
        else None
    )


@pytest.mark.parametrize("life", LIVES)
def test_the_register_that_is_noted_is_the_one_that_counts(life: str) -> None:
    lived = Life(Household(living=False, **LIVES[life]))
    lived.hear(20)
    known = 0
    end = lived.house.now + timedelta(hours=54)
    while lived.house.now < end:
        noted = index_at(lived.days.schedules(), lived.house.now)
        assert noted in {None, lived.house.meter.slot.register}, lived.house.local_now
        known += noted is not None
        lived.pass_time(_STEP)
        lived.hear()
    assert known > 48 * timedelta(hours=1) / _STEP


@pytest.mark.parametrize("life", ["a weekend", "white, white, blue"])
def test_a_noisy_line_makes_days_unknown_but_never_wrong(life: str) -> None:
    lived = Life(Household(living=False, **LIVES[life]), noise=3e-4)  # one frame in 20 is whole
    lived.hear(60)
    known = 0
    for _ in range(60):
        noted = index_at(lived.days.schedules(), lived.house.now)
        assert noted in {None, lived.house.meter.slot.register}, lived.house.local_now
        known += noted is not None
        lived.pass_time(_STEP)
        lived.hear(10)
    assert known > 0


@pytest.mark.parametrize("life", ["two tariffs", "the end of summer", "white, white, blue", "EJP"])
def test_the_next_change_comes_when_it_was_announced(life: str) -> None:
    lived = Life(Household(living=False, **LIVES[life]))
    lived.hear(20)
    lived.pass_time(timedelta(hours=4))
    lived.hear()
    for _ in range(4):
        change = lived.days.schedules().next_change(lived.house.now)
        assert change
        lived.pass_time(change.begin - lived.house.now - timedelta(seconds=2))
        assert lived.house.meter.slot.register != change.register
        lived.pass_time(timedelta(seconds=4))
        assert lived.house.meter.slot.register == change.register
        assert change.begin.tzinfo is not UTC
        lived.hear()


def test_an_island_whose_clock_has_lost_a_day_in_summer_keeps_its_hours() -> None:
    start = "2026-07-03T02:30:00+11:00"
    lived = Life(Household(contract="hphc", start=start, utc_offset=39_600, living=False))
    lived.house.degrade_clock(86_400)
    lived.hear(40)
    for _ in range(40):
        assert index_at(lived.days.schedules(), lived.house.now) == lived.house.meter.slot.register
        lived.pass_time(_STEP)
        lived.hear()


SLOTS: Final = (
    ((22 * 60 + 30, 6 * 60 + 30),),
    ((2 * 60, 7 * 60), (13 * 60, 16 * 60)),  # in hexadecimal, 19:00 to 22:00
    ((1 * 60 + 30, 7 * 60), (12 * 60, 14 * 60 + 30)),
    ((56, 7 * 60 + 56), (13 * 60 + 26, 14 * 60 + 26)),
    ((23 * 60, 7 * 60),),
    ((3 * 60, 7 * 60),),  # which are no eight hours
)
STARTS: Final = ("03-28", "03-29", "10-24", "10-25", "11-27", "12-31")
HOURS: Final = ("00:01", "01:00", "05:59", "06:01", "13:05", "20:10", "22:29", "23:58")
DEGRADED: Final = (0, 0, 0, -(3 * 3600 + 37 * 60), 5 * 3600)
"""Seconds by which a clock is wrong."""


class Fate:
    """What a seed does to a house that was added at any hour, and what must hold meanwhile."""

    def __init__(self, seed: int) -> None:
        self.chance = chance = luck(seed)
        contract = chance.choice(("base", "hphc", "hphc", "hphc", "tempo", "ejp", "weekend"))
        start = f"2026-{chance.choice(STARTS)}T{chance.choice(HOURS)}:00"
        is_hexadecimal = chance.random() < 1 / 3
        self.house = Household(
            contract=contract,
            start=start,
            hexadecimal_hours=is_hexadecimal,
            living=False,
            seed=seed,
            off_peak=chance.choice(SLOTS) if contract == "hphc" else None,
        )
        if error := chance.choice(DEGRADED):
            self.house.degrade_clock(error)
        self.lived = Life(self.house)
        self.lived.hear(20)
        self.lived.pass_time(timedelta(seconds=100))
        self.lived.hear(8)

    def goes_on(self) -> None:
        """Let one thing happen, and hear what the meter says then."""
        match self.chance.randrange(5):
            case 0:
                self.lived.pass_time(timedelta(seconds=self.chance.randrange(9 * 3600)))
            case 1 if change := self.lived.days.schedules().next_change(self.house.now):
                self.meets(change)
            case 2:  # hours are programmed, of this contract or another one
                contract = self.chance.choice(("hphc", "base", "weekend", None))
                self.house.change_contract(contract, self.chance.choice(SLOTS))
            case 3:
                self.house.set_clock()
                self.lived.hear(20)
            case _:
                midnight = self.house.local_now.replace(hour=23, minute=59, second=57)
                left = midnight - self.house.local_now
                self.lived.pass_time(max(left, timedelta()))
        self.lived.hear(self.chance.choice((8, 12, 20)))

    def meets(self, change: SchedulePeriod) -> None:
        """Wait for a change that was told, to the minute that a clock may be wrong by."""
        near = timedelta(seconds=65)
        before = change.begin - near - self.house.now
        if before > timedelta():
            self.lived.pass_time(before)
            assert self.house.meter.slot.register != change.register
        self.lived.pass_time(change.begin + near - self.house.now)
        assert self.house.meter.slot.register == change.register

    def holds(self) -> bool:
        """Whether what is in force is known; if so it is what the meter counts."""
        noted = index_at(self.lived.days.schedules(), self.house.now)
        assert noted in {None, self.house.meter.slot.register}, self.house.local_now
        return noted is not None


@pytest.mark.parametrize("seed", range(30))
def test_the_days_of_a_meter_added_at_any_hour_are_right(seed: int) -> None:
    fate = Fate(seed)
    is_known = fate.holds()
    assert is_known or fate.house.contract in {"ejp", "tempo", "weekend"}
    for _ in range(8):
        fate.goes_on()
        fate.holds()
