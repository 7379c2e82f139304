"""Groups and frames come out of characters, whatever happened to the separators."""

from collections.abc import Iterator

import pytest

from custom_components.linky_tic.tic import Frame, Group, Mode, Reason, Rejected
from custom_components.linky_tic.tic.frames import Segments
from custom_components.linky_tic.tic.groups import checksum

from .referee import DATA, good_groups
from .streams import CUTS, Item, Splitter, frame, historic, split, standard

FRAMES = DATA / "frames"
PRM = ("PRM", "00000000000000")


def names(items: list[Item]) -> list[str]:
    """The labels of the good groups."""
    return [item.name for item in items if isinstance(item, Group)]


def rejected(items: list[Item]) -> list[Rejected]:
    """The damaged groups."""
    return [item for item in items if isinstance(item, Rejected)]


def ends(items: list[Item]) -> Iterator[Frame]:
    """The frames that ended."""
    return (item for item in items if isinstance(item, Frame))


@pytest.mark.parametrize("stray", [b"\x0f", b"\x0e", b"\x0b", b"\x00", b"\x7f", b"\x80"])
@pytest.mark.parametrize("separator", [b"\n", b"\r"])
def test_a_damaged_separator_between_two_groups_costs_neither(
    separator: bytes, stray: bytes
) -> None:
    whole = standard(("VTIC", "02"), PRM)
    for at, code in enumerate(whole):
        if code == separator[0]:
            items = split(whole[:at] + stray + whole[at + 1 :])
            assert names(items) == ["ADSC", "VTIC", "PRM"]
            end = next(ends(items))
            assert not end.complete
            assert rejected(items) == []


@pytest.mark.parametrize("printable", [b"J", b"M", b"*"])
@pytest.mark.parametrize("separator", [b"\n", b"\r", b"\t"])
def test_a_separator_read_as_a_letter_costs_one_group(separator: bytes, printable: bytes) -> None:
    whole = standard(("VTIC", "02"), ("EAST", "012345678"), PRM)
    for at, code in enumerate(whole):
        if code == separator[0]:
            items = split(whole[:at] + printable + whole[at + 1 :] + whole)
            assert len(names(items)) == 3 + 4
            assert [end.complete for end in ends(items)] == [False, True]
            assert len(rejected(items)) == 1


@pytest.mark.parametrize("mark", [b"\x02", b"\x03", b"C", b"\x00", b"\x80", b""])
def test_a_damaged_frame_mark_costs_no_group(mark: bytes) -> None:
    one = historic(("PAPP", "01610"))
    for damaged in (mark + one[1:] + one, one[:-1] + mark + one):
        assert names(split(damaged)) == ["ADCO", "PAPP"] * 2


@pytest.mark.parametrize("name", ["std_mono_hc", "std_max", "his_tri_long"])
def test_a_damaged_byte_costs_at_most_its_own_group(name: str) -> None:
    whole = (FRAMES / f"{name}.bin").read_bytes()
    count = len(good_groups(whole))
    for at in range(len(whole)):
        heard = split(whole[:at] + b"\x80" + whole[at + 1 :])
        assert len(names(heard)) >= count - 1


def test_eot_ends_a_frame_that_is_not_complete() -> None:
    items = split((FRAMES / "bad_eot_interrupted.bin").read_bytes())
    first, second = ends(items)
    assert (first.opened, first.closed, first.complete) == (True, False, False)
    assert second.complete
    assert rejected(items) == []


def test_stx_opens_a_frame_even_inside_another() -> None:
    first, second = ends(split((FRAMES / "bad_lost_etx.bin").read_bytes()))
    assert (len(first.groups), first.complete) == (38, False)
    assert (len(second.groups), second.complete) == (38, True)


def test_what_comes_before_the_first_separator_is_not_counted_bad() -> None:
    items = split((FRAMES / "bad_start_midframe.bin").read_bytes())
    first, second = ends(items)
    assert (first.opened, first.closed) == (False, True)
    assert second.complete
    assert rejected(items) == []


def test_a_line_without_cr_is_still_read() -> None:
    data = (FRAMES / "bad_icrnl.bin").read_bytes()
    one = Splitter()
    items = one.split(data * 4)
    assert names(items)[:17] == [heard.label for heard in good_groups(data)]
    assert len(items + one.finish()) >= 17 * 3


def test_cr_read_as_another_control_character_for_ever_costs_no_group() -> None:
    data = (FRAMES / "std_mono_hc.bin").read_bytes().replace(b"\r", b"\x0c")
    assert names(split(data)) == [heard.label for heard in good_groups(data)]
    assert len(good_groups(data)) == 38


def test_the_last_group_before_an_interruption_counts_without_its_cr() -> None:
    assert names(split(standard(PRM)[:-2])) == ["ADSC", "PRM"]
    assert names(split(standard(PRM)[:-3])) == ["ADSC"]


@pytest.mark.parametrize("stray", [b"\x0f", b"\x0e", b"\x0b", b"\x80"])
def test_the_last_group_before_an_interruption_counts_whatever_its_lf_was_read_as(
    stray: bytes,
) -> None:
    whole = standard(("VTIC", "02"), PRM)[:-2]
    cut = stray.join(whole.rsplit(b"\n", 1))
    assert names(split(cut)) == ["ADSC", "VTIC", "PRM"]
    assert names(split(cut.replace(b"\r", b""))) == ["ADSC", "VTIC", "PRM"]


def test_nothing_between_separators_is_nothing() -> None:
    items = split(b"\x02\r\n\r\n" + standard(PRM)[1:-1] + b"\n\r\n\x03")
    assert names(items) == ["ADSC", "PRM"]
    assert next(ends(items)).complete


@pytest.mark.parametrize(
    "stream",
    [
        b"A" * 3000 + b"\r" + standard(PRM),
        b"\n" + b"A" * 3000 + b"\n" + standard(PRM),
        b"\n" + b"A" * 3000 + b"\x02" + standard(PRM),
        b"\n" + b"A\tB" * 200 + b"\x03\n" + b"x" * 511 + b"\n" + b"y" * 512 + b"\r",
        (b"A\n" * 300 + b"\x02\nX") * 5,
        standard(("VTIC", "02"), PRM).replace(b"\r", b"\n") * 30,
    ],
)
def test_a_run_without_cr_is_bounded_and_read_the_same_in_any_chunks(stream: bytes) -> None:
    outcomes = []
    for chunks in CUTS.values():
        one = Splitter()
        items = [item for chunk in chunks(stream) for item in one.split(chunk)]
        assert len(one.segments.tail) <= 513
        outcomes.append(items + one.finish())
    assert outcomes[0] == outcomes[1] == outcomes[2]


@pytest.mark.parametrize(
    ("characters", "cut", "tail"),
    [
        (b"A\n" + b"x" * 510, [], b"A\n" + b"x" * 510),
        (b"A\n" + b"x" * 511, [b"A"], b"\n" + b"x" * 511),
        (b"x" * 512 + b"\n", [b"x" * 512], b"\n"),
        (b"x" * 513 + b"\ny", [b"x" * 513], b"\ny"),
        (b"x" * 511 + b"\ny", [b"x" * 511], b"\ny"),
        (b"A\n" + b"x" * 511 + b"\ny", [b"A", b"\n" + b"x" * 511], b"\ny"),
        (b"x" * 600, [], b"x" * 513),
        *[(b"A" + mark + b"B", [b"A", mark], b"B") for mark in (b"\x02", b"\x03", b"\x04")],
    ],
)
def test_a_line_is_cut_at_lf_once_its_cr_has_not_come_for_512_characters(
    characters: bytes, cut: list[bytes], tail: bytes
) -> None:
    segments = Segments()
    assert (segments.cut(characters), segments.tail) == (cut, tail)


@pytest.mark.parametrize(
    ("size", "stray", "reason"),
    [
        (511, b"", Reason.CHECKSUM),
        (512, b"", Reason.FORMAT),  # whatever it holds
        (511, b"\x00", Reason.DAMAGED),
        (512, b"\x00", Reason.FORMAT),
    ],
)
def test_a_line_as_long_as_is_waited_for_is_no_group(
    size: int, stray: bytes, reason: Reason
) -> None:
    line = b"ODD " + b"x" * (size - len(stray) - 6) + stray + b" y"
    (lost,) = Splitter().split(b"begun\r\n" + line + b"\r")
    assert (len(line), lost) == (size, Rejected(reason, is_altered=bool(stray)))


def test_what_is_bad_counts_once_a_line_has_begun() -> None:
    assert Splitter().split(b"rubbish\rrubbish\r") == [Rejected(Reason.FORMAT)]


def test_a_frame_tells_its_mode_by_its_known_labels() -> None:
    lone = b"\nODD 1 " + bytes([checksum(b"ODD 1")]) + b"\r"
    (end,) = ends(split(b"\x02" + lone + standard(PRM)[1:]))
    assert end.mode is Mode.STANDARD
    for stream in (b"\x02" + lone + b"\x03", b"\x02\nrubbish\r\x03"):
        (end,) = ends(split(stream))
        assert end.mode is None


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("his_tri_short_adir", True),
        ("his_tri_short_adir123", True),
        ("his_tri_short_noadir", True),
        ("his_tri_long", False),
        ("his_mono_base", False),
        ("std_tri_consumer", False),
    ],
)
def test_a_short_frame_is_known_by_its_labels(name: str, *, short: bool) -> None:
    (end,) = ends(split((FRAMES / f"{name}.bin").read_bytes()))
    assert end.is_short is short


def test_a_frame_of_the_address_alone_is_not_a_short_one() -> None:
    (end,) = ends(split(frame("historic", ("ADCO", "021961000000"))))
    assert end.complete
    assert not end.is_short
