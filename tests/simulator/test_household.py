"""A house over hours and days: what it counts, and what a test may decide."""

from datetime import UTC, datetime
from hashlib import sha256
from itertools import pairwise

import pytest

from simulator import Household

from .reading import as_dict


def indexes(house: Household) -> tuple[int, int, int]:
    """EAST, the sum of the supplier registers, and that of the grid registers."""
    groups = as_dict(house.frame())
    return (
        int(groups["EAST"]),
        sum(int(groups[f"EASF{register:02d}"]) for register in range(1, 11)),
        sum(int(groups[f"EASD{register:02d}"]) for register in range(1, 5)),
    )


@pytest.mark.parametrize(("contract", "phases"), [("hphc", 1), ("tempo", 3), ("weekend", 3)])
def test_registers_add_up_all_day_long(contract: str, phases: int) -> None:
    house = Household(contract=contract, phases=phases, producer=phases == 3, seed=5)
    totals = [indexes(house)[0]]
    for _ in range(48):
        house.advance(1800)
        total, supplier, grid = indexes(house)
        assert total == supplier == grid
        totals.append(total)
    assert totals == sorted(totals)
    assert 5_000 < totals[-1] - totals[0] < 40_000  # Wh of an ordinary day


def test_indexes_count_the_power_over_the_time_and_nothing_else() -> None:
    house = Household(living=False, index=999_999_000, contract="hphc")
    house.set_load(2_000)
    house.advance(3600)
    total = indexes(house)[0]
    assert total == 1_000  # rolled over at 999 999 999
    house.set_load(0)
    house.advance(3600)
    assert indexes(house)[0] == total


def test_hours_that_pass_at_once_count_as_their_seconds_do() -> None:
    def evening(step: int) -> dict[str, str]:
        house = Household(living=False, contract="hphc", start="2026-11-23T22:00:00")
        house.set_load(1_234)
        house.at(5_000, lambda house: house.set_load(3_000))
        for _ in range(7_200 // step):
            house.advance(step)
        house.set_load(0)
        house.advance(1)
        groups = as_dict(house.frame())
        return {label: groups[label] for label in ("EAST", "EASF01", "EASF02", "SMAXSN", "CCASN")}

    assert evening(1) == evening(7_200)


def test_export_goes_to_its_own_index_and_quadrants() -> None:
    house = Household(producer=True, living=False)
    before = as_dict(house.frame())
    house.set_solar(1_800)
    house.advance(7200)
    after = as_dict(house.frame())
    moved = {
        label for label in before if before[label] != after[label] and label[:2] in {"EA", "ER"}
    }
    assert moved == {"EAIT", "ERQ3"}
    assert int(after["EAIT"]) - int(before["EAIT"]) == pytest.approx(3_600, abs=2)


def test_the_sun_shines_by_day() -> None:
    house = Household(producer=True, living=False, start="2026-06-21T03:00:00")
    night = int(as_dict(house.frame())["SINSTI"])
    house.advance(11 * 3600)
    assert night == 0
    assert int(as_dict(house.frame())["SINSTI"]) > 500


def test_currents_voltages_and_powers_belong_together() -> None:
    house = Household(seed=2)
    for _ in range(300):
        groups = as_dict(house.frame())
        power = int(groups["IRMS1"]) * int(groups["URMS1"])
        assert abs(power - int(groups["SINSTS"])) <= int(groups["URMS1"])
        house.advance(47)


def test_people_live_in_the_house() -> None:
    house = Household(seed=4, start="2026-11-23T06:00:00", contract="hphc")
    powers = []
    for _ in range(1440):
        house.advance(60)
        powers.append(house.meter.supply.total_voltamperes)
    switched = sum(abs(now - before) > 80 for before, now in pairwise(powers))
    assert switched > 150
    assert max(powers) > 3_000
    assert min(powers) > 100


def test_the_water_heater_waits_for_the_off_peak_hours() -> None:
    house = Household(contract="hphc", start="2026-11-23T22:29:00")
    house.advance(30)
    before = house.meter.supply.total_watts
    house.advance(90)
    assert house.meter.supply.total_watts > before + 1_800


def test_a_forced_load_is_drawn_exactly() -> None:
    house = Household(phases=3, living=False)
    house.set_load(900, power_factor=0.8)
    house.advance(1)
    assert house.meter.supply.total_watts == 900
    assert as_dict(house.frame())["SINSTS"] == "01125"
    house.set_load(None)
    house.advance(2)
    assert as_dict(house.frame())["SINSTS"] == "00000"


def test_scripted_events_happen_at_their_second() -> None:
    house = Household(living=False)
    house.at(10, lambda house: house.set_load(700))
    house.advance(9.5)
    assert as_dict(house.frame())["SINSTS"] == "00000"
    assert as_dict(house.frame())["SINSTS"] == "00700"


def test_frames_take_their_time_on_the_wire() -> None:
    house = Household()
    for _ in range(20):
        before = house.elapsed
        frame = house.frame()
        silence = house.elapsed - before - len(frame) * 10 / 9600
        assert 0.0166 < silence < 0.0334
        assert house.frame_seconds == pytest.approx(house.elapsed - before)


def test_the_same_seed_gives_the_same_bytes() -> None:
    def day(seed: int) -> str:
        house = Household(contract="tempo", phases=3, producer=True, seed=seed)
        digest = sha256()
        for _ in range(100):
            digest.update(house.frame())
            house.advance(100)
        return digest.hexdigest()

    assert day(1) == day(1) != day(2)


def test_dates_are_the_true_time_until_the_clock_is_lost() -> None:
    house = Household(start="2026-03-29T01:59:59")
    house.frame()
    house.frame()
    house.frame()
    assert house.horodates["DATE"][:9] == "E26032903"
    assert house.now.astimezone(UTC) > datetime(2026, 3, 29, 1, tzinfo=UTC)
    house.degrade_clock(-7200)
    groups = as_dict(house.frame())
    assert house.horodates["DATE"][:9] == "h26032900"
    assert house.horodates["SMAXSN-1"][0] == "H"
    assert int(groups["STGE"], 16) >> 16 & 1
    assert house.local_now.hour == 0
    house.set_clock()
    house.frame()
    assert house.horodates["DATE"][0] == "E"


def test_another_meter_brings_its_own_indexes() -> None:
    house = Household(index=5_000_000, contract="hphc")
    house.replace_meter("021861999999", 1_234)
    groups = as_dict(house.frame())
    assert (groups["ADSC"], groups["EAST"]) == ("021861999999", "000001234")
    assert indexes(house)[1:] == (1_234, 1_234)


def test_a_mode_switch_is_heard_from_the_next_frame() -> None:
    house = Household()
    house.frame()
    house.switch_mode("historic")
    assert "ADCO" in as_dict(house.frame())
    assert house.baud == 1200


def test_what_is_scripted_may_script_itself_anew() -> None:
    seconds: list[float] = []

    def tick(house: Household) -> None:
        seconds.append(house.elapsed)
        house.at(house.elapsed + 1, tick)

    house = Household()
    house.at(0.5, tick)
    for _ in range(3):
        house.frame()
    assert seconds == sorted(set(seconds))
    assert len(seconds) == int(house.elapsed)
