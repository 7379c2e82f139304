"""How groups are written, against groups that were published."""

import pytest

from simulator.frames import Group, Writer, historic_group, standard_group


@pytest.mark.parametrize(
    ("group", "published"),
    [
        (Group("VTIC", "02"), b"\nVTIC\t02\tJ\r"),
        (Group("SMAXSN", "06100", "E200426132229"), b"\nSMAXSN\tE200426132229\t06100\t2\r"),
        (Group("DATE", "", "E200426181830"), b"\nDATE\tE200426181830\t\tA\r"),
    ],
)
def test_standard_groups_are_as_published(group: Group, published: bytes) -> None:
    assert standard_group(group) == published


@pytest.mark.parametrize(
    ("group", "published"),
    [
        (Group("PTEC", "HP.."), b"\nPTEC HP..  \r"),
        (Group("ADPS", "030"), b"\nADPS 030 ;\r"),
        (Group("HCHC", "015558379"), b"\nHCHC 015558379 1\r"),
    ],
)
def test_historic_groups_are_as_published(group: Group, published: bytes) -> None:
    assert historic_group(group) == published


def test_a_writer_does_not_repeat_what_has_changed() -> None:
    writer = Writer("standard")
    first = writer.frame([Group("VTIC", "01")])
    assert writer.frame([Group("VTIC", "02")]) == b"\x02\nVTIC\t02\tJ\r\x03" != first
