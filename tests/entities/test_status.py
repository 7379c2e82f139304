"""What STGE, RELAIS and the warnings of Historique say is what a household is told."""

from collections.abc import Mapping
import csv
from datetime import date, datetime
from typing import Final

from homeassistant.components.binary_sensor import BinarySensorDeviceClass
from homeassistant.const import EntityCategory
import pytest

from simulator import Household
from simulator.line import Line

from ..home import KNOWN, Home, Meter
from ..test_unusual_meters import Says
from ..tic.referee import DATA
from ..tic.streams import historic, standard

THREE_PHASE: Final = "041963000000"
EVIDENCE: Final = 0x55000000
"""STGE: blue, blue tomorrow, peak 1 with notice: every fact of a contract exists then."""

OPEN_OVERHEATED: Final = "open: overheating, current {} max switching current"
_YES_NO: Final = {"yes": "on", "no": "off"}
_PEAKS: Final = {"none": "none", "PM1": "pm1", "PM2": "pm2", "PM3": "pm3"}
_COLOURS: Final = {"no announcement": "not_announced"} | {c: c for c in ("blue", "white", "red")}
_REGISTERS: Final = {f"register {n}": str(n) for n in range(1, 11)} | {"undefined": "unknown"}
SHOWN: Final[Mapping[str, tuple[str, Mapping[str, str]]]] = {
    # field of the specification: entity, meaning there: state
    "contact_sec": ("binary_sensor.linky_dry_contact", {"closed": "on", "open": "off"}),
    "organe_coupure": (
        "sensor.linky_breaker",
        {
            "closed": "closed",
            "open: over-power": "open_over_power",
            "open: over-voltage": "open_overvoltage",
            "open: load shedding": "open_load_shedding",
            "open: order by PLC or Euridis": "open_remote_order",
            OPEN_OVERHEATED.format("above"): "open_overheated_above_switching_current",
            OPEN_OVERHEATED.format("below"): "open_overheated_below_switching_current",
            "undefined": "unknown",
        },
    ),
    "cache_bornes": ("binary_sensor.linky_terminal_cover", {"closed": "off", "open": "on"}),
    "surtension": ("binary_sensor.linky_overvoltage", _YES_NO),
    "depassement": (
        "binary_sensor.linky_over_subscribed_power",
        {"no": "off", "in progress": "on"},
    ),
    "mode": ("binary_sensor.linky_producer", {"consumer": "off", "producer": "on"}),
    "sens_energie": (
        "binary_sensor.linky_exporting",
        {"positive (import)": "off", "negative (export)": "on"},
    ),
    "tarif_fourniture": ("sensor.linky_supplier_register", _REGISTERS),
    "tarif_distributeur": ("sensor.linky_distributor_register", _REGISTERS),
    "horloge": (
        "binary_sensor.linky_clock_degraded",
        {"correct": "off", "degraded (time lost)": "on"},
    ),
    "euridis": (
        "sensor.linky_euridis_mode",
        {
            "disabled": "disabled",
            "enabled, no security": "enabled",
            "enabled with security": "enabled_secure",
            "undefined": "unknown",
        },
    ),
    "cpl_statut": (
        "sensor.linky_plc_status",
        {
            "New/Unlock": "new_unlock",
            "New/Lock": "new_lock",
            "Registered": "registered",
            "undefined": "unknown",
        },
    ),
    "cpl_synchro": (
        "binary_sensor.linky_plc_synchronised",
        {"not synchronised": "off", "synchronised": "on"},
    ),
    "tempo_jour": ("sensor.linky_tempo_today", _COLOURS),
    "tempo_demain": ("sensor.linky_tempo_tomorrow", _COLOURS),
    "preavis_pm": ("sensor.linky_peak_notice", _PEAKS),
    "pm": ("sensor.linky_peak_in_progress", _PEAKS),
}
_NOT_SHOWN: Final = {"reserve_5", "reserve_18", "tic"}


def rows() -> list[dict[str, str]]:
    """The specification's lines, one a value of a field."""
    with (DATA / "stge.csv").open(encoding="utf-8") as file:
        return [row for row in csv.DictReader(file) if row["field"] not in _NOT_SHOWN]


def status(register: int) -> Says:
    return Says(standard(("STGE", f"{register:08X}")))


def flag(home: Home, key: str) -> str | None:
    return home.state(f"binary_sensor.linky_{key}")


@pytest.mark.usefixtures("all_enabled")
@pytest.mark.parametrize("field", SHOWN)
async def test_every_value_of_a_status_field_shows_as_the_specification_says(
    home: Home, field: str
) -> None:
    entity, meanings = SHOWN[field]
    meter = await home.hears(status(EVIDENCE))
    for row in (row for row in rows() if row["field"] == field):
        first, _, last = row["value"].partition("-")
        for value in range(int(first), int(last or first) + 1):
            meter.source = status(value << int(row["lsb"]))
            await meter.play(1)
            assert home.state(entity) == meanings[row["value_en"]], value


def test_no_field_of_the_status_is_left_out() -> None:
    assert {row["field"] for row in rows()} == SHOWN.keys()


@pytest.mark.usefixtures("all_enabled")
async def test_euridis_is_on_with_security_or_without(home: Home) -> None:
    meter = await home.hears(status(0))
    shown = []
    for value in range(4):
        meter.source = status(value << 19)
        await meter.play(1)
        shown.append(flag(home, "euridis"))
    assert shown == ["off", "on", "unknown", "on"]


@pytest.mark.usefixtures("all_enabled")
@pytest.mark.parametrize("data", ["000", "001", "008", "010", "140", "255"])
async def test_a_relay_is_on_when_the_decimal_register_has_it_closed(home: Home, data: str) -> None:
    await home.hears(Says(standard(("RELAIS", data))))
    closed = {n for n in range(1, 9) if flag(home, f"relay_{n}") == "on"}
    assert sum(2 ** (n - 1) for n in closed) == int(data)
    assert {flag(home, f"relay_{n}") for n in range(1, 9) if n not in closed} <= {"off"}


@pytest.mark.usefixtures("as_delivered")
async def test_what_the_flags_are(home: Home) -> None:
    await home.hears(Household())
    cover = home.registered("binary_sensor.linky_terminal_cover")
    assert cover.original_device_class == BinarySensorDeviceClass.OPENING
    assert cover.entity_category is EntityCategory.DIAGNOSTIC
    over = home.registered("binary_sensor.linky_over_subscribed_power")
    assert over.original_device_class == BinarySensorDeviceClass.PROBLEM
    assert over.entity_category is None
    assert not over.disabled
    for off in ("dry_contact", "relay_1", "relay_8", "terminal_cover", "producer"):
        assert home.registered(f"binary_sensor.linky_{off}").disabled, off
    assert home.registered("binary_sensor.linky_relay_2").original_name == "Relay 2"


# Subscribed power exceeded


async def test_standard_shows_an_overrun_by_the_bit_of_stge(home: Home) -> None:
    house = Household(living=False, breaker=False)
    meter = await home.hears(house)
    assert flag(home, "over_subscribed_power") == "off"
    house.set_load(10_000)
    await meter.play(2)
    assert flag(home, "over_subscribed_power") == "on"
    house.set_load(500)
    await meter.play(2)
    assert flag(home, "over_subscribed_power") == "off"


async def test_historique_shows_an_overrun_by_its_warning(home: Home) -> None:
    house = Household(mode="historic", living=False)
    meter = await home.hears(house)
    assert flag(home, "over_subscribed_power") == "off"
    house.set_load(11_000)
    await meter.play(2)
    assert flag(home, "over_subscribed_power") == "on"
    house.set_load(500)
    await meter.play(KNOWN)
    assert flag(home, "over_subscribed_power") == "off"


async def test_an_overrun_of_one_phase_of_three_is_one(home: Home) -> None:
    house = Household(mode="historic", phases=3, living=False)
    meter = await home.hears(house, address=THREE_PHASE)
    assert flag(home, "over_subscribed_power") == "off"
    house.set_load(6_000, phase=2)
    await meter.play(6)
    assert flag(home, "over_subscribed_power") == "on"


async def test_an_overrun_that_lasts_across_a_restart_is_never_off(home: Home) -> None:
    house = Household(mode="historic", living=False)
    house.set_load(11_000)
    meter = await home.hears(house)
    await home.restart(meter)
    said = {flag(home, "over_subscribed_power")}
    data = meter.source.next().data
    await meter.send(data[len(data) // 2 :])
    for _ in range(KNOWN):
        said.add(flag(home, "over_subscribed_power"))
        await meter.play(1)
    assert said <= {"unavailable", "unknown", "on"}
    assert flag(home, "over_subscribed_power") == "on"


async def test_historique_has_no_other_field_of_stge_and_relais(home: Home) -> None:
    await home.hears(Household(mode="historic", contract="hphc"))
    for key in ("dry_contact", "relay_1", "overvoltage", "producer", "exporting", "clock_degraded"):
        assert flag(home, key) is None
    assert home.value("breaker") is None


async def test_what_a_mode_does_not_send_is_unknown_after_the_other(home: Home) -> None:
    house = Household(living=False)
    meter = await home.hears(house)
    assert flag(home, "exporting") == "off"
    meter.source = Line(Household(mode="historic", living=False))
    await meter.play(2 * KNOWN)
    assert flag(home, "exporting") == "unknown"
    assert flag(home, "over_subscribed_power") == "off"


# The clock


async def test_a_clock_that_lost_the_time_is_a_problem_until_it_is_set(home: Home) -> None:
    house = Household()
    meter = await home.hears(house)
    assert flag(home, "clock_degraded") == "off"
    house.degrade_clock(12_600)
    await meter.play(2)
    assert flag(home, "clock_degraded") == "on"
    house.set_clock()
    await meter.play(2)
    assert flag(home, "clock_degraded") == "off"


# Tempo and mobile peaks

WEEK: Final = {
    date(2026, 11, 23): "blue",
    date(2026, 11, 24): "white",
    date(2026, 11, 25): "red",
    date(2026, 11, 26): "blue",
}
TEMPO: Final = ("tempo_today", "tempo_tomorrow", "peak_in_progress", "peak_notice")


def local(at: str) -> datetime:
    """A legal time of the scripted days."""
    return datetime.fromisoformat(f"2026-11-{at}")


async def told(home: Home, meter: Meter, house: Household, at: str) -> tuple[str | None, ...]:
    """What the sensors of Tempo say at a legal time of the scripted days."""
    seconds = (local(at) - house.local_now).total_seconds()
    home.clock.now += seconds
    house.advance(seconds)
    await meter.play(KNOWN)
    return tuple(home.value(key) for key in TEMPO)


async def test_a_tempo_day_runs_from_six_to_six(home: Home) -> None:
    house = Household(contract="tempo", colours=WEEK)
    meter = await home.hears(house)
    assert await told(home, meter, house, "23T19:50") == ("blue", "not_announced", "none", "none")
    assert await told(home, meter, house, "23T20:05") == ("blue", "white", "none", "none")
    assert await told(home, meter, house, "24T00:10") == ("blue", "white", "none", "none")
    assert await told(home, meter, house, "24T05:45") == ("blue", "white", "none", "pm1")
    assert await told(home, meter, house, "24T06:01") == ("white", "not_announced", "pm1", "none")
    assert await told(home, meter, house, "24T23:30") == ("white", "red", "pm1", "none")
    assert await told(home, meter, house, "25T06:01") == ("red", "not_announced", "pm2", "none")
    assert await told(home, meter, house, "26T06:01") == ("blue", "not_announced", "none", "none")


async def test_one_entity_goes_on_when_the_mode_changes(home: Home) -> None:
    meter = await home.hears(Household(contract="tempo", colours=WEEK))
    meter.source = Line(Household(mode="historic", contract="tempo", colours=WEEK))
    await meter.play(2 * KNOWN)
    assert home.value("tempo_today") == "blue"
    assert home.value("tempo_tomorrow") == "not_announced"
    assert home.value("peak_notice") == "unknown"  # nobody gives it in this mode


async def test_a_notice_that_is_on_at_a_restart_is_not_none(home: Home) -> None:
    calm = (("OPTARIF", "EJP."), ("ISOUSC", "45"), ("PTEC", "HN.."), ("IINST", "002"))
    meter = await home.hears(Says(historic(calm[0], calm[1], ("PEJP", "30"), *calm[2:])))
    await home.restart(meter)
    said = set()
    for _ in range(KNOWN):
        await meter.play(1)
        said.add(home.value("peak_notice"))
    assert said <= {"unknown", "pm1"}


@pytest.mark.parametrize("mode", ["standard", "historic"])
async def test_a_contract_without_peaks_has_no_sensor_of_them(home: Home, mode: str) -> None:
    await home.hears(Household(mode=mode, contract="hphc"))
    assert {home.value(key) for key in TEMPO} == {None}


async def test_a_contract_that_historique_shows_as_base_has_no_known_peak(home: Home) -> None:
    house = Household(contract="weekend")
    meter = await home.hears(house)
    house.order_peak(3, local("23T19:00"), local("23T21:00"))
    assert (await told(home, meter, house, "23T19:01"))[2:] == ("pm3", "none")
    meter.source = Line(Household(mode="historic", contract="weekend"))
    await meter.play(2 * KNOWN)
    assert {home.value(key) for key in TEMPO} == {None, "unknown"}


@pytest.mark.usefixtures("all_enabled")
async def test_a_peak_ordered_for_later_is_told_from_its_order_to_its_end(home: Home) -> None:
    house = Household()
    meter = await home.hears(house)
    house.order_peak(2, local("23T19:00"), local("23T20:00"))
    start, end = "2026-11-23T18:00:00+00:00", "2026-11-23T19:00:00+00:00"

    async def at(time: str) -> tuple[str | None, ...]:
        peak = (await told(home, meter, house, f"23T{time}"))[2:]
        return *peak, home.value("dpm2"), home.value("fpm2")

    await meter.play(KNOWN)
    assert await at("18:10") == ("none", "none", start, end)
    assert await at("18:40") == ("none", "pm2", start, end)
    assert await at("19:10") == ("pm2", "none", start, end)
    assert await at("20:01") == ("none", "none", "unknown", "unknown")


async def test_the_sensors_of_a_contract_stay(home: Home) -> None:
    meter = await home.hears(status(EVIDENCE))
    await home.restart(meter)
    meter.source = status(0)
    await meter.play()
    assert [home.value(key) for key in TEMPO] == ["not_announced", "not_announced", "none", "none"]


async def test_an_overrun_that_lasts_across_changes_of_mode_is_never_off(home: Home) -> None:
    meter = await home.hears(Household(mode="historic", living=False))
    said: set[str | None] = set()
    for mode in ("standard", "historic"):
        house = Household(mode=mode, living=False, breaker=False)
        house.set_load(11_000)
        await meter.play(1)
        meter.source = Line(house)
        said.clear()
        for _ in range(2 * KNOWN):
            data = meter.source.next().data
            await meter.send(data[:-80])  # as far as IINST
            said.add(flag(home, "over_subscribed_power"))
            await meter.send(data[-80:])
    assert said == {"unknown", "on"}
    assert flag(home, "over_subscribed_power") == "on"
