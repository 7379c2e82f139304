"""STGE and RELAIS against the published table, and the traps between the two."""

import csv
from itertools import accumulate
from pathlib import Path

from hypothesis import given, strategies as st
import pytest

from custom_components.linky_tic.tic.status_words import RELAYS, STATUS, Field, decode_status

TABLE = Path(__file__).parents[1] / "data" / "stge.csv"
SLUGS = {
    "contact_sec": "dry_contact",
    "organe_coupure": "breaker",
    "cache_bornes": "terminal_cover",
    "reserve_5": "unused_5",
    "surtension": "overvoltage",
    "depassement": "over_subscribed_power",
    "mode": "producer",
    "sens_energie": "exporting",
    "tarif_fourniture": "provider_tariff",
    "tarif_distributeur": "distributor_tariff",
    "horloge": "clock_degraded",
    "tic": "tic_mode",
    "reserve_18": "unused_18",
    "euridis": "euridis",
    "cpl_statut": "plc_status",
    "cpl_synchro": "plc_synchronised",
    "tempo_jour": "tempo_today",
    "tempo_demain": "tempo_tomorrow",
    "preavis_pm": "peak_notice",
    "pm": "peak_in_progress",
}
WORDS = {
    "closed": "closed",
    "open": "open",
    "open: over-power": "open_over_power",
    "open: over-voltage": "open_overvoltage",
    "open: load shedding": "open_load_shedding",
    "open: order by PLC or Euridis": "open_remote_order",
    "open: overheating, current above max switching current": (
        "open_overheated_above_switching_current"
    ),
    "open: overheating, current below max switching current": (
        "open_overheated_below_switching_current"
    ),
    "undefined": None,
    "no": False,
    "yes": True,
    "in progress": True,
    "consumer": False,
    "producer": True,
    "positive (import)": False,
    "negative (export)": True,
    **{f"register {n}": n for n in range(1, 11)},
    "correct": False,
    "degraded (time lost)": True,
    "historique": "historic",
    "standard": "standard",
    "disabled": "disabled",
    "enabled, no security": "enabled",
    "enabled with security": "enabled_secure",
    "New/Unlock": "new_unlock",
    "New/Lock": "new_lock",
    "Registered": "registered",
    "not synchronised": False,
    "synchronised": True,
    "no announcement": "not_announced",
    "blue": "blue",
    "white": "white",
    "red": "red",
    "none": "none",
    "PM1": "pm1",
    "PM2": "pm2",
    "PM3": "pm3",
}


def _rows() -> list[dict[str, str]]:
    with TABLE.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def _values(text: str) -> range:
    first, _, last = text.partition("-")
    return range(int(first), int(last or first) + 1)


CODED = [
    (row["field"], int(row["lsb"]), value, row["value_en"])
    for row in _rows()
    if not row["field"].startswith("reserve")
    for value in _values(row["value"])
]


def test_every_coded_value_of_the_status_has_its_meaning() -> None:
    for field, low, value, meaning in CODED:
        assert decode_status(f"{value << low:08X}")[SLUGS[field]] == WORDS[meaning]


def test_the_fields_of_the_status_are_those_of_the_table_in_its_order() -> None:
    published = {row["field"]: (int(row["lsb"]), int(row["width"])) for row in _rows()}
    ours = {field.slug: (field.low, field.width) for field in STATUS}
    assert list(ours.items()) == [(SLUGS[name], bits) for name, bits in published.items()]


@pytest.mark.parametrize(("fields", "bits"), [(STATUS, 32), (RELAYS, 8)])
def test_every_bit_of_a_register_belongs_to_one_field(fields: tuple[Field, ...], bits: int) -> None:
    covered = [bit for field in fields for bit in range(field.low, field.low + field.width)]
    assert covered == list(range(bits))


def test_unused_bits_say_nothing() -> None:
    assert not {"unused_5", "unused_18"} & set(decode_status("FFFFFFFF"))


def test_a_status_as_meters_send_it_is_decoded_whole() -> None:
    assert decode_status("463A4401") == {
        "dry_contact": "open",
        "breaker": "closed",
        "terminal_cover": "closed",
        "overvoltage": False,
        "over_subscribed_power": False,
        "producer": False,
        "exporting": False,
        "provider_tariff": 2,
        "distributor_tariff": 2,
        "clock_degraded": False,
        "tic_mode": "standard",
        "euridis": "enabled_secure",
        "plc_status": "new_lock",
        "plc_synchronised": False,
        "tempo_today": "white",
        "tempo_tomorrow": "blue",
        "peak_notice": "none",
        "peak_in_progress": "pm1",
    }


def test_the_highest_bit_does_not_make_a_status_negative() -> None:
    assert decode_status("80000000")["peak_in_progress"] == "pm2"


@given(st.integers(0, 0xFFFFFFFF))
def test_any_status_is_decoded(register: int) -> None:
    assert len(decode_status(f"{register:08X}")) == len(STATUS) - 2


def test_no_status_says_nothing() -> None:
    assert set(decode_status("").values()) == {None}


@pytest.mark.parametrize(
    ("register", "closed"), [(0, ()), (1, (1,)), (140, (3, 4, 8)), (255, range(1, 9))]
)
def test_relays_are_closed_where_their_bit_is_set(register: int, closed: tuple[int, ...]) -> None:
    told = ["closed" if n in closed else "open" for n in range(1, 9)]
    assert [relay.read(register) for relay in RELAYS] == told


@pytest.mark.parametrize(("status", "relays"), [("003A0001", 0), ("013A0000", 1), ("463A0800", 1)])
def test_both_registers_tell_the_same_of_the_dry_contact(status: str, relays: int) -> None:
    assert decode_status(status)["dry_contact"] == RELAYS[0].read(relays)


def test_the_fields_of_stge_are_its_32_bits_one_after_the_other() -> None:
    ends = list(accumulate(field.width for field in STATUS))
    assert [field.low for field in STATUS] == [0, *ends[:-1]]
    assert ends[-1] == 32
