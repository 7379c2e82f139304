"""Every kind of house is told what its wire says, by the specification alone, at any hour.

Nothing here is known from the integration but its keys: this is another reading of the same text.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final

import pytest

from simulator import Household
from simulator.frames import ETX
from simulator.line import Replay

from .home import KNOWN, Home, Meter, complaints
from .test_sensor import CAPTURES
from .tic.referee import DATA, good_groups

WORDS: Final = {  # key: lowest bit of STGE, width, words in the order of the codes
    "breaker": (1, 3, ("closed", "open_over_power")),
    "tempo_today": (24, 2, ("not_announced", "blue", "white", "red")),
    "tempo_tomorrow": (26, 2, ("not_announced", "blue", "white", "red")),
    "peak_notice": (28, 2, ("none", "pm1", "pm2", "pm3")),
    "peak_in_progress": (30, 2, ("none", "pm1", "pm2", "pm3")),
    "supplier_register": (10, 4, tuple(str(n) for n in range(1, 11))),
    "distributor_register": (14, 2, ("1", "2", "3", "4")),
    "plc_status": (21, 2, ("new_unlock", "new_lock", "registered")),
    "euridis_mode": (19, 2, ("disabled", "enabled", "", "enabled_secure")),
}
FLAGS: Final = {  # key: bit of STGE, its value when on
    "dry_contact": (0, 0),
    "terminal_cover": (4, 1),
    "overvoltage": (6, 1),
    "over_subscribed_power": (7, 1),
    "producer": (8, 1),
    "exporting": (9, 1),
    "clock_degraded": (16, 1),
    "plc_synchronised": (23, 1),
}
CONTRACTUAL: Final = {"tempo_today", "tempo_tomorrow", "peak_notice", "peak_in_progress"}
"""Not there under a contract without."""
TEMPO_PEAKS: Final = {"B": "none", "W": "pm1", "R": "pm2"}
COLOURS: Final = {"B": "blue", "W": "white", "R": "red"}
ANNOUNCED: Final = {"----": "not_announced", "BLEU": "blue", "BLAN": "white", "ROUG": "red"}


PART_OF_A_FRAME: Final = "standard_mono_tempo_lf_as_0f"
"""It holds neither status nor power."""


def on_off(is_on: object) -> str:
    return "on" if is_on else "off"


def of_standard(wire: Mapping[str, str]) -> dict[str, str]:
    """What a frame of Standard says, by key."""
    status = int(wire["STGE"], 16)
    facts = {key: on_off((status >> bit & 1) == on) for key, (bit, on) in FLAGS.items()}
    for key, (low, width, words) in WORDS.items():
        facts[key] = words[status >> low & 2**width - 1]
    if "RELAIS" in wire:
        relays = int(wire["RELAIS"])
        facts |= {f"relay_{n}": on_off(relays & 1 << (n - 1)) for n in range(1, 9)}
    subscribed = 1000 * (int(wire["PREF"]) or int(wire["PCOUP"]))
    facts |= of_power(subscribed, int(wire.get("SINSTS") or wire["SINST1"]))
    for n in (1, 2, 3):
        if f"SINSTS{n}" in wire:
            drawn = int(wire[f"SINSTS{n}"])
            facts[f"power_margin_phase_{n}"] = str(round(subscribed / 3 - drawn))
            facts[f"load_phase_{n}"] = str(round(300 * drawn / subscribed, 1))
    return facts


def of_historic(wire: Mapping[str, str]) -> dict[str, str]:
    """What a long frame of Historique says, by key."""
    facts = {"over_subscribed_power": on_off("ADPS" in wire)}
    three = "IINST1" in wire
    amperes = sum(int(data) for name, data in wire.items() if name.startswith("IINST"))
    drawn = amperes * 200 if int(wire["PAPP"]) else 0  # else it flows out
    facts |= of_power(int(wire["ISOUSC"]) * 200 * (3 if three else 1), drawn)
    period = wire["PTEC"]
    if period[2] == "J":
        facts["tempo_today"] = COLOURS[period[3]]
        facts["tempo_tomorrow"] = ANNOUNCED[wire["DEMAIN"]]
        facts["peak_in_progress"] = TEMPO_PEAKS[period[3]]
    elif wire["OPTARIF"] == "EJP.":
        facts["peak_in_progress"] = "pm1" if period == "PM.." else "none"
        facts["peak_notice"] = "pm1" if "PEJP" in wire else "none"
    return facts


def of_power(subscribed: int, drawn: int) -> dict[str, str]:
    return {
        "power_margin": str(subscribed - drawn),
        "load": str(round(100 * drawn / subscribed, 1)),
    }


HOUSES: Final[Mapping[str, Mapping[str, Any]]] = {
    "mono": {},
    "off-peak hours": {"contract": "hphc"},
    "three-phase": {"phases": 3, "contract": "hphc"},
    "producer": {"producer": True, "solar": 5000},
    "total export": {"contract": "producer", "solar": 5000},
    "export without a contract": {"solar": 5000},
    "three-phase producer": {"phases": 3, "producer": True, "solar": 5000},
    "pilot": {"pilot": True},
    "tempo": {"contract": "tempo"},
    "ejp": {"contract": "ejp"},
    "not historic": {"contract": "weekend"},
    "hexadecimal hours": {"contract": "hphc", "hexadecimal_hours": True},
    "small": {"pref": 3, "breaker": False},
    "historic": {"mode": "historic"},
    "historic off-peak hours": {"mode": "historic", "contract": "hphc"},
    "historic tempo": {"mode": "historic", "contract": "tempo"},
    "historic ejp": {"mode": "historic", "contract": "ejp"},
    "historic three-phase": {"mode": "historic", "phases": 3},
    "historic producer": {"mode": "historic", "producer": True, "solar": 5000},
    "not historic, seen through historic": {"mode": "historic", "contract": "weekend"},
}
SPECIAL: Final[Mapping[str, Any]] = {
    "colours": {date(2027, 1, 14): "white", date(2027, 1, 15): "red", date(2027, 1, 16): "blue"},
    "ejp_days": [date(2027, 1, 15)],
}
MOMENTS: Final = (
    *("14T19:59", "14T20:01", "14T23:59", "15T00:01", "15T05:40", "15T06:01"),
    *("15T06:40", "15T07:01", "15T13:00"),
)


async def goes_on(home: Home, meter: Meter, house: Household, until: str) -> None:
    """Let time pass until a legal time, hear some frames, and wait for what is told late."""
    seconds = (datetime.fromisoformat(until) - house.local_now).total_seconds()
    home.clock.now += seconds
    house.advance(seconds)
    await meter.play(KNOWN + 1)
    await home.minutes()


def told(home: Home, keys: Mapping[str, str]) -> dict[str, str | None]:
    """What the entities of these keys say, whichever kind they are."""
    kinds = {key: "binary_sensor" if keys[key] in {"on", "off"} else "sensor" for key in keys}
    return {key: home.state(f"{kind}.linky_{key}") for key, kind in kinds.items()}


def said_of(home: Home, wire: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str | None]]:
    """What should be told, and what is; of what a contract lacks, nothing may be told."""
    facts = of_standard(wire) if "STGE" in wire else of_historic(wire)
    said = told(home, facts)
    hidden = {key for key in CONTRACTUAL & facts.keys() if said[key] is None}
    assert all(facts[key] in {"none", "not_announced"} for key in hidden)
    keys = facts.keys() - hidden
    return {key: facts[key] for key in keys}, {key: said[key] for key in keys}


@pytest.mark.usefixtures("all_enabled")
@pytest.mark.parametrize("options", HOUSES.values(), ids=HOUSES.keys())
async def test_a_house_is_told_what_its_wire_says_at_any_hour(
    home: Home, options: Mapping[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    house = Household(start="2027-01-14T19:50:00", **SPECIAL, **options)
    home.clock.now = house.now.timestamp()
    meter = await home.hears(house, 2 * KNOWN, house.address)
    for moment in MOMENTS:
        await goes_on(home, meter, house, f"2027-01-{moment}")
        facts, said = said_of(home, house.truth)
        assert said == facts, moment
    assert not complaints(caplog)


@pytest.mark.usefixtures("all_enabled")
@pytest.mark.parametrize("capture", [one for one in CAPTURES if one != PART_OF_A_FRAME])
async def test_a_real_meter_s_house_is_told_what_was_captured(home: Home, capture: str) -> None:
    stream = (DATA / "captures" / f"{capture}.bin").read_bytes()
    wire = {heard.label: heard.data for heard in good_groups(stream)}
    replay = Replay(stream, 9600)
    turns = 1 if stream.count(ETX) > KNOWN else KNOWN
    await home.hears(replay, turns * len(replay._frames), wire.get("ADSC") or wire["ADCO"])
    await home.minutes()
    facts, said = said_of(home, wire)
    assert said == facts
