"""A group verifies by its checksum, its size and its characters, each of the three."""

import pytest

from custom_components.linky_tic.tic import Group, Mode, Reason, Rejected
from custom_components.linky_tic.tic.groups import checksum, label_of, verify

from .streams import split, standard


@pytest.mark.parametrize(
    ("covered", "expected"), [(b"VTIC\t02\t", "J"), (b"PTEC HP..", " "), (b"ADPS 030", ";")]
)
def test_the_checksum_is_that_of_the_documents(covered: bytes, expected: str) -> None:
    assert chr(checksum(covered)) == expected


def test_a_checksum_may_be_a_space() -> None:
    body = b"PTEC HP..  "
    group = verify(b"\n" + body)
    assert isinstance(group, Group)
    assert (group.name, group.data, group.mode) == ("PTEC", "HP..", Mode.HISTORIC)


def test_the_checksum_of_one_mode_is_refused_in_the_other() -> None:
    assert verify(b"\nVTIC\t02\tA") is Reason.CHECKSUM  # without the last HT
    assert verify(b"\nPTEC HP.. @") is Reason.CHECKSUM  # with the last SP


@pytest.mark.parametrize(
    ("group", "reason"),
    [
        (("EAST", "01234567"), Reason.FORMAT),
        (("EAST", "01234567A"), Reason.FORMAT),
        (("EAST", ""), Reason.FORMAT),
        (("EAST", "012345678", "H261123184424"), Reason.FORMAT),
        (("DATE", ""), Reason.FORMAT),
        (("DATE", "", "261123184424"), Reason.FORMAT),
        (("DATE", "", "X261123184424"), Reason.FORMAT),
        (("STGE", "003a0401"), Reason.FORMAT),
        (("PJOURF+1", "NONUTILE" * 12 + "  "), Reason.FORMAT),
        (("SMAXSN", "04520", "H26112318442"), Reason.FORMAT),
        (("LA BEL", "1"), Reason.FORMAT),
        (("", "1"), Reason.FORMAT),
    ],
)
def test_a_right_checksum_is_not_enough(group: tuple[str, ...], reason: Reason) -> None:
    lost = [item for item in split(standard(group)) if isinstance(item, Rejected)]
    assert [item.reason for item in lost] == [reason]
    assert lost[0].name in {group[0], None}


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        *[(body, Reason.FORMAT) for body in (b"", b"A", b"\t", b"\t\t", b"\t" * 4, b" ", b"  ")],
        (b"A B", Reason.FORMAT),  # no data
        (b"A BCD", Reason.FORMAT),  # no space before the checksum
        (b"A B  ", Reason.CHECKSUM),
        (b"A\tB", Reason.FORMAT),  # two fields
        (b"A\tB\tCD", Reason.FORMAT),  # a checksum of two characters
        (b"A\tB\tC", Reason.CHECKSUM),
        (b"A\tB\tC\tD", Reason.CHECKSUM),
        (b"A\tB\tC\tD\tE", Reason.FORMAT),  # five fields
    ],
)
def test_what_is_not_even_shaped_as_a_group_is_refused(body: bytes, reason: Reason) -> None:
    assert verify(b"\n" + body) is reason


def test_an_unknown_label_is_kept_as_text() -> None:
    items = split(standard(("NEWTHING", "anything at all"), ("OTHER", "x", "any stamp")))
    unknown = [item for item in items if isinstance(item, Group) and item.label is None]
    assert [(one.name, one.horodate, one.data) for one in unknown] == [
        ("NEWTHING", None, "anything at all"),
        ("OTHER", "any stamp", "x"),
    ]


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (b"VTIC\t03\tJ", ("VTIC", True)),
        (b"VTIC\t0\tJ", ("VTIC", False)),
        (b"VTIC\t003\tJ", ("VTIC", False)),
        (b"PTEC HP..  ", ("PTEC", True)),
        (b"PTEC HP.. ", ("PTEC", False)),
        (b"SMAXSN\tH261123120000\t04520\t!", ("SMAXSN", True)),
        (b"VTIX\t03\tJ", (None, False)),
        (b"VTIC\x08003\tJ", (None, True)),
        (b"VTIC\t0\x80\x80\tJ", ("VTIC", True)),
    ],
)
def test_a_bad_group_tells_its_label_and_whether_characters_of_it_are_wrong(
    line: bytes, told: tuple[str | None, bool]
) -> None:
    assert label_of(line) == told


def dated(season: str = "H", digits: str = "261123120000", before_data: str = "\t") -> bytes:
    """A group with a horodate whose checksum is right."""
    covered = f"SMAXSN\t{season}{digits}{before_data}04520\t".encode()
    return b"\n" + covered + bytes([checksum(covered)])


@pytest.mark.parametrize("season", " HEhe")
def test_a_horodate_is_a_season_and_twelve_digits_between_separators(season: str) -> None:
    group = verify(dated(season))
    assert isinstance(group, Group)
    assert (group.horodate, group.data) == (f"{season}261123120000", "04520")
    for wrong in ({"season": "X"}, {"season": "0"}, {"before_data": " "}, {"before_data": "0"}):
        assert verify(dated(**wrong)) is Reason.FORMAT
    for digit in range(12):
        assert verify(dated(digits=f"{'0' * digit}X{'0' * (11 - digit)}")) is Reason.FORMAT
