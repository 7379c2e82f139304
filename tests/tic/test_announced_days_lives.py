"""Days lived with simulated meters: what is noted is, at each moment, the register that counts."""

from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

import pytest

from custom_components.linky_tic.tic import AnnouncedDays, DaySchedules, Frame, Receiver
from simulator import Household
from simulator.line import Line

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
        self.days = AnnouncedDays()

    def hear(self, frames: int = 4) -> None:
        for _ in range(frames):
            data = self.line.next().data
            for event in self.receiver.feed(data, self.house.now.timestamp()):
                if isinstance(event, Frame):
                    self.days.heard(event, self.receiver.meter.readings, self.house.now)

    def pass_time(self, step: timedelta) -> None:
        self.house.advance(step.total_seconds())


def index_at(days: DaySchedules, now: datetime) -> int | None:
    """The register in force as noted; None on a day that is not known."""
    day = days.day(days.legal.day_of(now))
    return (
        next((one.index for one in day.periods if one.begin <= now < one.end), 0) if day else None
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
        lived.pass_time(change.at - lived.house.now - timedelta(seconds=2))
        assert lived.house.meter.slot.register != change.index
        lived.pass_time(timedelta(seconds=4))
        assert lived.house.meter.slot.register == change.index
        assert change.at.tzinfo is not UTC
        lived.hear()
