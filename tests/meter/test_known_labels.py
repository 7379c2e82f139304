"""A label becomes known once, with the events that it announces, at the end of a frame."""

from collections.abc import Iterable

from homeassistant.core import HomeAssistant
from homeassistant.util.json import JsonValueType
import pytest

from custom_components.linky_tic.meter.known_labels import KnownLabels, vanished_labels
from custom_components.linky_tic.meter.signals import Guard
from custom_components.linky_tic.meter.store import MeterStore
from custom_components.linky_tic.tic import CATALOGUE, LABELS, Label


@pytest.fixture
def store(hass: HomeAssistant) -> MeterStore:
    return MeterStore(hass, "54e")


def collected(known: KnownLabels) -> list[str]:
    """The names that a listener is given, from now on too."""
    names: list[str] = []

    def add(labels: Iterable[Label]) -> None:
        names.extend(label.name for label in labels)

    known.listen(add)
    return names


def test_the_labels_of_both_modes_have_names_of_their_own() -> None:
    assert len(LABELS) == sum(len(rows) for rows in CATALOGUE.values())


def test_what_the_registry_remembers_is_known_from_the_start(store: MeterStore) -> None:
    known = KnownLabels(["PREF", "SINSTS"], Guard(), store)
    assert collected(known) == ["PREF", "SINSTS"] == list(known.labels)


@pytest.mark.parametrize(
    ("label", "announced"),
    [
        ("ADSC", {"DPM1", "FPM1", "DPM2", "FPM2", "DPM3", "FPM3", "MSG2"}),
        ("ADCO", {"PEJP"}),
        ("IINST", {"ADPS"}),
        ("IINST1", {"ADIR1", "ADIR2", "ADIR3"}),
        ("SINSTS", set()),
    ],
)
def test_a_label_makes_the_events_known_that_it_announces(
    label: str, announced: set[str], store: MeterStore
) -> None:
    assert KnownLabels([label], Guard(), store).labels.keys() == {label} | announced


def test_what_appears_is_told_at_the_end_of_the_frame_and_once(store: MeterStore) -> None:
    known = KnownLabels(["PREF"], Guard(), store)
    names = collected(known)
    known.appear(LABELS["SINSTS"])
    assert names == ["PREF"]
    known.end_frame()
    known.end_frame()
    assert names == ["PREF", "SINSTS"]


def test_an_event_that_comes_was_known_before(store: MeterStore) -> None:
    known = KnownLabels(["IINST"], Guard(), store)
    names = collected(known)
    known.appear(LABELS["ADPS"])
    known.end_frame()
    assert names == ["IINST", "ADPS"]


def test_a_listening_that_has_ended_is_over(store: MeterStore) -> None:
    known = KnownLabels([], Guard(), store)
    given: list[int] = []
    end = known.listen(lambda labels: given.append(len(list(labels))))
    end()
    known.appear(LABELS["PREF"])
    known.end_frame()
    assert given == [0]
    assert "PREF" in known.labels


def test_a_label_that_vanishes_is_remembered_until_it_comes_again(store: MeterStore) -> None:
    known = KnownLabels(["HCHC", "HCHP", "ADPS"], Guard(), store)
    for name in ("HCHC", "HCHP", "ADPS"):  # the last one comes and goes
        known.vanish(LABELS[name])
    assert vanished_labels(store) == {"HCHC", "HCHP"}
    KnownLabels([], Guard(), store).receive("HCHC")
    assert vanished_labels(store) == {"HCHP"}


@pytest.mark.parametrize("stored", [None, 3, "HCHC", {"HCHC": 1}, [["HCHC"], 3]])
def test_what_cannot_be_a_list_of_labels_is_none(store: MeterStore, stored: JsonValueType) -> None:
    store.keep("vanished_labels", stored)
    assert vanished_labels(store) == set()
