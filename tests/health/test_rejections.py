"""What was refused is counted by label and reason, and never grows beyond the catalogue."""

from custom_components.linky_tic.health.rejections import Refusals, Refused
from custom_components.linky_tic.tic import CATALOGUE, Reason, Rejected


def test_a_refusal_is_counted_with_its_first_and_last_time() -> None:
    refusals = Refusals()
    for now in (10.0, 11.0, 20.0):
        refusals.note(Rejected(Reason.HELD, "EAST"), now)
    refusals.note(Rejected(Reason.CHECKSUM, "EAST"), 21.0)
    assert refusals.noted == {
        ("EAST", Reason.HELD): Refused(3, 10.0, 20.0),
        ("EAST", Reason.CHECKSUM): Refused(1, 21.0, 21.0),
    }


def test_a_name_that_is_no_label_is_left_out() -> None:
    refusals = Refusals()
    refusals.note(Rejected(Reason.OTHER_MODE, "12345678901234"), 1.0)
    refusals.note(Rejected(Reason.OTHER_MODE), 2.0)
    assert refusals.noted == {(None, Reason.OTHER_MODE): Refused(2, 1.0, 2.0)}


def test_however_bad_a_line_is_what_is_kept_of_it_is_bounded() -> None:
    refusals = Refusals()
    names = [*(name for rows in CATALOGUE.values() for name in rows), *map(str, range(1000))]
    for reason in Reason:
        for name in names:
            refusals.note(Rejected(reason, name), 1.0)
    assert len(refusals.noted) == len(Reason) * (len(names) - 1000 + 1)
