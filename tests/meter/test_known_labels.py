"""A label becomes known once, with the events that it announces, at the end of a frame."""

from collections.abc import Iterable

import pytest

from custom_components.linky_tic.meter.meter import KnownLabels
from custom_components.linky_tic.meter.signals import Guard
from custom_components.linky_tic.tic import CATALOGUE, LABELS, Label


def collected(known: KnownLabels) -> list[str]:
    """The names that a listener is given, from now on too."""
    names: list[str] = []

    def add(labels: Iterable[Label]) -> None:
        names.extend(label.name for label in labels)

    known.listen(add)
    return names


def test_the_labels_of_both_modes_have_names_of_their_own() -> None:
    assert len(LABELS) == sum(len(rows) for rows in CATALOGUE.values())


def test_what_the_registry_remembers_is_known_from_the_start() -> None:
    known = KnownLabels(["PREF", "SINSTS"], Guard())
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
def test_a_label_makes_the_events_known_that_it_announces(label: str, announced: set[str]) -> None:
    assert KnownLabels([label], Guard()).labels.keys() == {label} | announced


def test_what_appears_is_told_at_the_end_of_the_frame_and_once() -> None:
    known = KnownLabels(["PREF"], Guard())
    names = collected(known)
    known.appear(LABELS["SINSTS"])
    assert names == ["PREF"]
    known.end_frame()
    known.end_frame()
    assert names == ["PREF", "SINSTS"]


def test_an_event_that_comes_was_known_before() -> None:
    known = KnownLabels(["IINST"], Guard())
    names = collected(known)
    known.appear(LABELS["ADPS"])
    known.end_frame()
    assert names == ["IINST", "ADPS"]


def test_a_listening_that_has_ended_is_over() -> None:
    known = KnownLabels([], Guard())
    given: list[int] = []
    end = known.listen(lambda labels: given.append(len(list(labels))))
    end()
    known.appear(LABELS["PREF"])
    known.end_frame()
    assert given == [0]
    assert "PREF" in known.labels
