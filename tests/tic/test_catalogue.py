"""The catalogue says what the specification's tables say, row by row."""

import pytest

from custom_components.linky_tic.tic import CATALOGUE, EVENTS, INDEXES, Absence, Label, Mode
from custom_components.linky_tic.tic.catalogue import ADDRESS_LABELS, Kind, Quantity

from ..everything import PILOT
from .referee import rows

STANDARD, HISTORIC = CATALOGUE[Mode.STANDARD], CATALOGUE[Mode.HISTORIC]

UNITS = {"VArh": "varh", "W (Linky puts VA in it)": "VA", "-": None}
KINDS = {
    "text (hex digits)": {Kind.HEX},
    "text (digits)": {Kind.DIGITS},
    "empty data": {Kind.DIGITS},
    "text": {Kind.TEXT},
    "uint decimal": {Kind.NUMBER},
    "uint DECIMAL bit mask 000-255": {Kind.NUMBER},
    "hex, 32 bits, MSB first": {Kind.HEX},
    "profile (11 blocks of 8)": {Kind.PROFILE},
}


def test_a_standard_label_is_as_in_the_table() -> None:
    for row in rows("standard"):
        label = STANDARD[row["label"]]
        assert label.size == int(row["size_chars"])
        assert label.horodate is (row["has_horodate"] == "yes")
        assert label.unit == UNITS.get(row["unit"], row["unit"])
        assert label.kind in KINDS[row["data_type"]]
        assert label.producer is (row["mode"] == "producer")
        if row["phase"] == "three" or row["label"].startswith(("IRMS", "URMS", "UMOY")):
            assert label.phase == int(row["label"].removesuffix("-1")[-1])
        else:
            assert label.phase is None


def test_a_historic_label_is_as_in_the_table() -> None:
    for row in rows("historic"):
        label = HISTORIC[row["label"]]
        assert label.size == int(row["size_chars"])
        assert label.unit == UNITS.get(row["unit"], row["unit"])
        assert label.horodate is False
        assert (label.kind is Kind.NUMBER) is (row["unit"] != "-")
        assert label.phase == (int(row["label"][-1]) if row["label"][-1] in "123" else None)
        for value in filter(str.strip, row["values"].split(" | ")):
            if len(value) == label.size and "digits" not in value:
                assert label.kind.value.fullmatch(value.replace("x", "(").encode())


def test_the_example_of_the_table_is_accepted() -> None:
    for row in [*rows("standard"), *rows("historic")]:
        label = {**STANDARD, **HISTORIC}[row["label"]]
        *_, data = ("", *row["example"].split(" ", 1)) if label.horodate else (row["example"],)
        data = data if label.size else ""
        data = data.strip("'") if label.kind is Kind.TEXT else data
        if label.horodate and label.quantity in {Quantity.PEAK_START, Quantity.PEAK_END}:
            data = row["example"][-2:]
        if label.kind is not Kind.PROFILE:  # its example is a reference
            assert len(data) == label.size
            assert label.kind.value.fullmatch(data.encode())


def test_nothing_else_is_in_the_catalogue_but_the_labels_of_pilot_meters() -> None:
    assert STANDARD.keys() == {row["label"] for row in rows("standard")} | set(PILOT)
    assert HISTORIC.keys() == {row["label"] for row in rows("historic")}


def test_no_name_stands_in_both_modes() -> None:
    assert not STANDARD.keys() & HISTORIC.keys()


def test_an_index_and_a_peak_have_the_number_of_their_register() -> None:
    for name, label in STANDARD.items():
        is_numbered = name.startswith(("EASF", "EASD", "ERQ", "DPM", "FPM"))
        assert label.register == (int(name.lstrip("EASFDRQPM")) if is_numbered else None)
    numbers = {name: label.register for name, label in HISTORIC.items() if label.register}
    assert numbers == {"BASE": 1, "HCHC": 1, "HCHP": 2, "EJPHN": 1, "EJPHPM": 2} | {
        f"BBR{period}": number
        for number, period in enumerate(("HCJB", "HPJB", "HCJW", "HPJW", "HCJR", "HPJR"), 1)
    }


@pytest.mark.parametrize(("pilot", "usual"), PILOT.items())
def test_a_pilot_label_is_as_the_one_it_stands_for(pilot: str, usual: str) -> None:
    pair = (STANDARD[pilot], STANDARD[usual])
    facts = [(row.size, row.kind, row.quantity, row.horodate, row.phase) for row in pair]
    assert facts[0] == facts[1]


def test_the_order_is_that_of_the_frame_in_the_three_historic_kinds_of_frame() -> None:
    standard = [row["label"] for row in rows("standard")]
    assert [name for name in STANDARD if name not in PILOT] == standard
    for meter, frame in (("mono", "only"), ("three", "long"), ("three", "short")):
        table = [
            row["label"]
            for row in rows("historic")
            if row["meter"] == meter and frame in row["frame"]
        ]
        if frame == "short":
            table.sort(key=lambda name: not name.startswith("ADIR"))
        assert sorted(table, key=lambda name: HISTORIC[name].rank) == table


def test_a_rank_is_a_place_in_the_catalogue() -> None:
    for labels in CATALOGUE.values():
        assert [label.rank for label in labels.values()] == list(range(len(labels)))


def absent(labels: dict[str, Label], how: Absence) -> set[str]:
    """The labels that go away in this manner."""
    return {name for name, label in labels.items() if label.absence is how}


def test_what_may_be_missing_is_known_to_be() -> None:
    known = dict(STANDARD) | dict(HISTORIC)
    optional = {
        row["label"]
        for mode in ("standard", "historic")
        for row in rows(mode)
        if row["presence"].startswith("optional") or "and optional" in row["presence"]
    }
    assert absent(known, Absence.LATCH) == {"MSG2"}
    events = absent(known, Absence.EVENT)
    assert events == {name for name in optional if name[:4] in {"ADPS", "ADIR", "PEJP"}} | {
        f"{side}{n}" for side in ("DPM", "FPM") for n in (1, 2, 3)
    }
    means = {"UMOY1", "UMOY2", "UMOY3"}  # not optional in the table, yet missing at times
    assert absent(known, Absence.PATIENT) == optional - events - {"MSG2", "PPOINTE"} | means


def test_the_events_of_a_meter_are_those_the_catalogue_marks() -> None:
    named = [name for labels in EVENTS.values() for name in labels]
    known = dict(STANDARD) | dict(HISTORIC)
    assert set(named) == absent(known, Absence.EVENT) | absent(known, Absence.LATCH)
    assert EVENTS.keys() <= known.keys()


def test_indexes_are_the_nine_digit_counters() -> None:
    known = dict(STANDARD) | dict(HISTORIC)
    assert all((label.quantity in INDEXES) is (label.size == 9) for label in known.values())
    assert {
        name for name, label in known.items() if label.quantity is Quantity.ADDRESS
    } == ADDRESS_LABELS


def test_a_number_is_in_the_range_that_its_label_can_have() -> None:
    ranges = {
        **dict.fromkeys((f"{name}{n}" for name in ("URMS", "UMOY") for n in (1, 2, 3)), (0, 480)),
        "RELAIS": (0, 255),
        "NTARF": (1, 10),
        "NJOURF": (0, 9),
        "NJOURF+1": (0, 9),
    }
    nines = {1: 9, 2: 99, 3: 998, 4: 9998, 5: 99_998, 9: 999_999_998}
    for name, label in {**STANDARD, **HISTORIC}.items():
        if label.kind is Kind.NUMBER:
            assert (label.least, label.most) == ranges.get(name, (0, nines[label.size])), name
