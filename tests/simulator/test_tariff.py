"""Contracts: which register counts, and when."""

from datetime import date
from itertools import pairwise

from hypothesis import given, strategies as st
import pytest

from simulator import Household
from simulator.tariff import CLOSED, CONTRACTS, OPEN, Day, profile_text, slot_at

from .reading import as_dict


def changes(house: Household, label: str, hours: float) -> list[tuple[str, str]]:
    """What a label became, and the time in DATE, over some hours looked at every half minute."""
    seen = []
    for _ in range(round(hours * 120)):
        house.frame()
        seen.append((house.truth[label], house.horodates["DATE"][7:11]))
        house.advance(30 - house.elapsed % 30)
    return [now for before, now in pairwise(seen) if now[0] != before[0]]


@pytest.mark.parametrize(
    ("contract", "start", "expected"),
    [
        ("base", "2026-11-23T12:00:00", []),
        ("hphc", "2026-11-23T12:00:00", [("01", "2230"), ("02", "0630")]),
        # White from 06:00 on Tuesday to 06:00 on Wednesday, which is red.
        (
            "tempo",
            "2026-11-23T18:00:00",
            [("01", "2200"), ("04", "0600"), ("03", "2200"), ("06", "0600")],
        ),
        ("ejp", "2026-11-23T18:00:00", [("02", "0700"), ("01", "0100")]),
        ("weekend", "2026-11-27T12:00:00", [("01", "2230"), ("03", "0000")]),
    ],
)
def test_registers_change_at_the_hours_of_the_contract(
    contract: str, start: str, expected: list[tuple[str, str]]
) -> None:
    colours = {date(2026, 11, 23): "blue", date(2026, 11, 24): "white", date(2026, 11, 25): "red"}
    house = Household(
        contract=contract, start=start, living=False, load_curve=None, named=False,
        colours=colours, ejp_days=[date(2026, 11, 24)],
    )  # fmt: skip
    assert changes(house, "NTARF", 20 if contract in {"base", "hphc"} else 37) == expected


def test_the_contact_the_status_and_the_relays_agree_with_the_schedule() -> None:
    house = Household(contract="weekend", start="2026-11-27T22:00:00")
    before = as_dict(house.frame())
    house.advance(3600)
    after = as_dict(house.frame())
    assert (before["RELAIS"], int(before["STGE"], 16) & 1) == ("000", 1)
    assert (after["RELAIS"], int(after["STGE"], 16) & 1) == ("003", 0)
    assert [int(seen["STGE"], 16) >> 10 & 0xF for seen in (before, after)] == [1, 0]


def test_the_supplier_may_change_the_hours_and_the_contract() -> None:
    house = Household(contract="hphc")
    house.change_contract(off_peak=((12 * 60, 14 * 60), (2 * 60, 8 * 60)))
    assert as_dict(house.frame())["PJOURF+1"].startswith(
        "00008002 0200C001 08008002 1200C001 14008002 NONUTILE"
    )
    house.change_contract("tempo")
    assert as_dict(house.frame())["NGTF"] == "     TEMPO      "


def test_grid_registers_follow_the_season_and_the_hour() -> None:
    starts = ("2026-01-10T12:00", "2026-01-10T23:00", "2026-07-10T12:00", "2026-07-10T23:00")
    statuses = [as_dict(Household(contract="hphc", start=start).frame()) for start in starts]
    assert [int(status["STGE"], 16) >> 14 & 3 for status in statuses] == [0, 1, 2, 3]


@given(
    st.lists(st.integers(0, 1439), min_size=2, max_size=10, unique=True).filter(
        lambda minutes: len(minutes) % 2 == 0
    )
)
def test_a_profile_says_each_minute_what_the_hours_say(minutes: list[int]) -> None:
    edges = sorted(minutes)
    slots = tuple(zip(edges[::2], edges[1::2], strict=True))
    profile = Day(CLOSED | 1, OPEN | 2).profile(slots)
    for minute in range(0, 1440, 7):
        inside = any(start <= minute < end for start, end in slots)
        assert slot_at(profile, minute).register == (1 if inside else 2)
    assert len(profile_text(profile, hexadecimal=False)) == 98


def test_every_name_fills_its_label() -> None:
    for contract in CONTRACTS.values():
        assert len(contract.calendar) == 16
        assert len(contract.option) == 4
        assert all(len(tariff.name) == 16 for tariff in contract.tariffs)
        assert all(len(tariff.period) == 4 for tariff in contract.tariffs)
