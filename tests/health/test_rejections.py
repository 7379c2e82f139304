"""What was refused is counted by label and reason, and never grows beyond the catalogue."""

from custom_components.linky_tic.health.rejections import Rejection, Rejections
from custom_components.linky_tic.tic import CATALOGUE, Reason, Rejected


def test_a_refusal_is_counted_with_its_first_and_last_time() -> None:
    rejections = Rejections()
    for now in (10.0, 11.0, 20.0):
        rejections.count(Rejected(Reason.HELD, "EAST"), now)
    rejections.count(Rejected(Reason.CHECKSUM, "EAST"), 21.0)
    assert rejections.rows == {
        ("EAST", Reason.HELD): Rejection(3, 10.0, 20.0),
        ("EAST", Reason.CHECKSUM): Rejection(1, 21.0, 21.0),
    }


def test_a_name_that_is_no_label_is_left_out() -> None:
    rejections = Rejections()
    rejections.count(Rejected(Reason.OTHER_MODE, "12345678901234"), 1.0)
    rejections.count(Rejected(Reason.OTHER_MODE), 2.0)
    assert rejections.rows == {(None, Reason.OTHER_MODE): Rejection(2, 1.0, 2.0)}


def test_however_bad_a_line_is_what_is_kept_of_it_is_bounded() -> None:
    rejections = Rejections()
    names = [*(name for rows in CATALOGUE.values() for name in rows), *map(str, range(1000))]
    for reason in Reason:
        for name in names:
            rejections.count(Rejected(reason, name), 1.0)
    assert len(rejections.rows) == len(Reason) * (len(names) - 1000 + 1)
