"""Lines are read at moments of their own, and the more there are, the more they share them."""

from homeassistant.core import HomeAssistant
import pytest

from custom_components.linky_tic.ensemble import play_together
from custom_components.linky_tic.line.rhythm import Rhythm
from custom_components.linky_tic.reporting.rules import RHYTHMS, Preset

_BYTE = 10 / 9600


def rhythms(count: int, preset: Preset = Preset.REALTIME) -> list[Rhythm]:
    return [Rhythm(*RHYTHMS[preset]) for _ in range(count)]


def moments(lines: list[Rhythm]) -> set[float]:
    """When lines are read that are looked at a little one after the other."""
    starts = [number / 1000 for number in range(len(lines))]
    return {round(at + one.wait(_BYTE, at), 6) for at, one in zip(starts, lines, strict=True)}


def test_one_line_alone_waits_for_nobody(hass: HomeAssistant) -> None:
    (line,) = rhythms(1)
    before = line.wait(_BYTE, 0.001)
    play_together(hass, line)
    assert line.wait(_BYTE, 0.001) == before


@pytest.mark.parametrize(("count", "most"), [(2, 2), (5, 2), (20, 2), (60, 3)])
def test_many_lines_share_few_moments(hass: HomeAssistant, count: int, most: int) -> None:
    lines = rhythms(count)
    for line in lines:
        play_together(hass, line)
    assert len(moments(lines)) <= most


def test_no_line_is_kept_waiting_for_more_than_a_twentieth_of_a_second(hass: HomeAssistant) -> None:
    alone, *others = rhythms(100)
    before = alone.wait(_BYTE, 0.013)
    for line in (alone, *others):
        play_together(hass, line)
    assert before <= alone.wait(_BYTE, 0.013) <= before + 0.05


def test_lines_that_leave_give_the_others_their_own_time_back(hass: HomeAssistant) -> None:
    stays, *others = rhythms(20)
    before = stays.wait(_BYTE, 0.013)
    play_together(hass, stays)
    ends = [play_together(hass, line) for line in others]
    assert stays.wait(_BYTE, 0.013) != before
    for end in ends:
        end()
    assert stays.wait(_BYTE, 0.013) == before


def test_a_longer_beat_of_its_own_is_kept(hass: HomeAssistant) -> None:
    first, second = rhythms(2, Preset.BALANCED)
    before = first.wait(_BYTE, 0.013)
    for line in (first, second):
        play_together(hass, line)
    assert first.wait(_BYTE, 0.013) == before
