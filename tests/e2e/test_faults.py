"""Faults of the line, of the port and of the meter, in a launched Home Assistant: nothing false.

All meters live side by side, so that what takes a minute takes it once.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
import os
from pathlib import Path
import time

import pytest

from simulator.faults import (
    BitErrors,
    Damage,
    Garbage,
    Interruption,
    Lose,
    LoseText,
    SwapMeter,
    SwitchMode,
)
from simulator.household import Household
from simulator.line import Line
from simulator.ports import TcpPort

from ..waiting import HANGS
from .client import Json
from .processes import wait_for
from .street import Street, street
from .witness import Witness

pytestmark = pytest.mark.story

STRANGER = "ESSAI"  # a label that no document knows
OLD_INDEX = 25_000_000  # Wh
STARTS = {f"replaced at {share} %": OLD_INDEX * share // 100 for share in (0, 75, 95, 125)}
FOR_EVER = 1e9  # seconds
MOST_DRAWN = 20  # kW, by no simulated house


def lines() -> dict[str, Line]:
    """What each meter is, by what will happen to it."""
    now = datetime.now().astimezone()

    def line(mode: str = "standard", *, parity: str = "even", **options: Json) -> Line:
        number = len(made) + 1
        address = f"041961{number:06}"
        house = Household(mode=mode, address=address, seed=number, start=now, **options)
        return Line(house, parity=parity)

    made: dict[str, Line] = {}
    made["noisy"] = line(contract="tempo", phases=3, producer=True)
    made["noisy without parity"] = line(contract="hphc", parity="stripped")
    made["nonsense"] = line(contract="hphc")
    made["damaged"] = line(contract="tempo")
    made["switched"] = line("historic", contract="hphc")
    made["island"] = line(utc_offset=-4 * 3600)
    made["overrun"] = line("historic", contract="hphc", phases=3, breaker=False)
    made["half open"] = line()
    made["renamed"] = line()
    made["elsewhere"] = line(index=OLD_INDEX)
    for name in STARTS:
        made[name] = line(contract="hphc", index=OLD_INDEX)
    return made


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Street]:
    witnesses = {
        name: Witness(line, STRANGER if name in {"noisy", "damaged"} else "")
        for name, line in lines().items()
    }
    kinds = {"half open": "tcp", "switched": "uart"}
    with street(tmp_path_factory.mktemp("faults"), witnesses, kinds) as opened:
        strike(opened)
        yield opened


def strike(house: Street) -> None:
    """Let everything happen that needs no answer."""
    house.home.client.compile_statistics(0)
    house.struck = time.time()
    meters = house.meters
    meters["noisy"].suffer(BitErrors(1e-3, FOR_EVER))
    meters["noisy without parity"].suffer(BitErrors(1e-3, FOR_EVER))
    meters["switched"].suffer(SwitchMode("standard"))
    meters["overrun"].house.set_load(16_000)
    half_open = meters["half open"].port
    assert isinstance(half_open, TcpPort)
    half_open.frozen = True
    for number, (name, index) in enumerate(STARTS.items()):
        meters[name].suffer(SwapMeter(f"02196100000{number}", index))
    meters["elsewhere"].suffer(SwapMeter("021961000009", 100))


def test_a_meter_switched_to_standard_is_heard_within_30_seconds(house: Street) -> None:
    wait_for(lambda: house.knows("switched", "EAST"), "the total index of the new mode")
    assert house.asks("switched", "mode_changed")
    entities = house.entities(house.meters["switched"])
    assert {"EASF01", "EASF02", "URMS1", "SINSTS"} <= entities.keys()


@pytest.mark.parametrize("name", STARTS)
def test_a_replaced_meter_goes_on_with_the_history(house: Street, name: str) -> None:
    issue = wait_for(lambda: house.asks(name, "other_meter"), "the question")
    assert house.state(name, "EAST") == "unavailable"
    assert house.answer(issue, "replaced")["type"] == "create_entry"
    meter = house.meters[name]
    wait_for(lambda: house.knows(name, "EAST"), "the new meter's index")
    assert not house.asks(name, "other_meter")
    assert abs(float(house.state(name, "EAST") or 0) * 1000 - STARTS[name]) < 1000
    (device,) = [
        one
        for one in house.home.client.command("config/device_registry/list")
        if meter.entry["entry_id"] in one["config_entries"]
    ]
    assert device["identifiers"] == [["linky_tic", meter.house.address]]


def test_an_adapter_at_another_place_is_left_alone(house: Street) -> None:
    issue = wait_for(lambda: house.asks("elsewhere", "other_meter"), "the question")
    house.answer(issue, "elsewhere")
    entries = house.home.client.get("/api/config/config_entries/entry")
    entry_id = house.meters["elsewhere"].entry["entry_id"]
    (entry,) = [one for one in entries if one["entry_id"] == entry_id]
    assert (entry["state"], entry["disabled_by"]) == ("not_loaded", "user")
    assert not house.asks("elsewhere", "other_meter")


NONSENSE = (
    Garbage("EAST", "000000000"),
    Garbage("EASF01", "999999999", 2),
    Garbage("SINSTS", "48370", 2),
    Garbage("NTARF", "11", 2),
    Garbage("URMS1", "999", 2),
    Garbage("NGTF", "  NONSENSE      "),
    Garbage("LTARF", "  NONSENSE      "),
    Garbage("MSG1", "NONSENSE".center(32)),
    Garbage("ADSC", "041961999999", 2),
)


def test_nonsense_under_a_good_checksum_passes_by(house: Street) -> None:
    entities = house.entities(house.meters["nonsense"])
    house.suffers("nonsense", *NONSENSE, frames=sum(garbage.frames for garbage in NONSENSE))
    after = house.home.client.states()
    tariff = entities["EAST"].replace("_east", "_current_tariff")
    assert after[tariff]["state"] in {"peak", "off_peak"}
    assert not house.asks("nonsense", "other_meter")


def test_damaged_separators_eot_and_lost_characters_pass_by(house: Street) -> None:
    for fault in (
        Damage(every=True),
        Damage(becomes=0x0E),
        Damage(separator=0x0D, becomes=0x0C),
        Damage(separator=0x03, becomes=0x43),
        Interruption(),
        LoseText("NONU"),
        Lose(40),
    ):
        house.suffers("damaged", fault)
    assert house.knows("damaged", "EAST")


def test_a_port_under_another_name_is_found_by_its_link(house: Street) -> None:
    renamed = house.meters["renamed"].port
    before = Path(renamed.url).readlink()
    renamed.unplug()
    wait_for(lambda: not Path(before).exists(), "the port closed by its reader")
    taken = os.openpty()  # the name that was free again
    renamed.replug()
    assert Path(renamed.url).readlink() != before
    house.waits_to_hear("renamed")
    for descriptor in taken:
        os.close(descriptor)


def test_a_meter_overseas_shows_the_true_time(house: Street) -> None:
    clock = datetime.fromisoformat(house.mirrored("island")["DATE"]["value"])
    assert abs((clock - house.meters["island"].house.now).total_seconds()) < HANGS
    assert clock.utcoffset() == timedelta(hours=-4)


def test_an_overrun_is_shown_and_costs_no_index(house: Street) -> None:
    drawn = {23, 24}  # amperes, as the load goes

    def is_told() -> bool:
        return house.mirrored("overrun").get("ADIR1", {}).get("value") in drawn

    wait_for(is_told, "the overrun")
    wait_for(lambda: house.state("overrun", "over_subscribed_power") == "on", "its sensor")
    assert house.knows("overrun", "HCHP")


def test_a_half_open_connection_is_noticed_and_replaced(house: Street) -> None:
    wait_for(lambda: house.state("half open", "EAST") == "unavailable", "noticed", 1)
    half_open = house.meters["half open"].port
    assert isinstance(half_open, TcpPort)
    half_open.frozen = False
    wait_for(lambda: house.knows("half open", "EAST"), "the meter heard again", 1)


def test_a_noisy_line_keeps_its_entities(house: Street) -> None:
    house.home.client.write()
    for name in ("noisy", "noisy without parity", "damaged", "nonsense", "overrun"):
        entities = house.entities(house.meters[name])
        states = house.recorded.states(entities.values(), house.struck)
        assert [state for state in states if state.text == "unavailable"] == []


def test_after_a_power_cut_the_sums_go_on(house: Street) -> None:
    house.home.client.compile_statistics(1)
    house.home.kill()
    house.home.start()
    house.home.client.wait_until_running()
    wait_for(lambda: house.knows("noisy", "EAST"), "the index known again")
    house.home.client.compile_statistics(2)
    most = MOST_DRAWN * (time.time() - house.began) / 3600
    for name, meter in house.meters.items():
        for label, entity in house.entities(meter).items():
            sums = house.recorded.sums(entity)
            if name not in STARTS:  # theirs start in a period that was compiled before its end
                assert sums == sorted(sums), f"{label} of {name}: {sums}"
                assert max(sums, default=0) < most, f"{label} of {name}: {sums}"


@pytest.mark.parametrize("name", STARTS)
def test_the_sums_of_a_replaced_meter_were_looked_at(house: Street, name: str) -> None:
    entities = house.entities(house.meters[name])
    assert len(house.recorded.sums(entities["EAST"])) > 2


def test_no_state_is_false(house: Street) -> None:
    house.home.client.write()
    false = [
        (name, label, state)
        for name, meter in house.meters.items()
        for label, entity in house.entities(meter).items()
        if label.isupper()
        for state in house.recorded.states([entity], house.struck)
        if label[:4] not in {"SINS", "IRMS", "URMS"} and meter.witness.is_false(label, state)
    ]
    assert false == []


def test_what_the_meter_never_sent_is_nowhere(house: Street) -> None:
    events = {"MSG2", "PEJP", "ADPS", "ADIR1", "ADIR2", "ADIR3"}
    events |= {f"{side}PM{number}" for side in "DF" for number in (1, 2, 3)}
    for meter in house.meters.values():
        labels = {label for label in house.entities(meter) if label.isupper()}
        assert all(meter.witness.has_sent(label) for label in labels - events)
    assert not [text for topic, text in house.mqtt.messages() if STRANGER in f"{topic}{text!r}"]


def test_nothing_of_ours_is_logged_above_info(house: Street) -> None:
    assert list(house.home.complaints()) == []
