"""The account of a meter whose clock is set, whose days end and whose registers are renamed."""

from datetime import date, datetime, timedelta
import json
from typing import Final
from zoneinfo import ZoneInfo

import pytest

from custom_components.linky_tic.cost.account import Account
from custom_components.linky_tic.cost.periods import CostPeriod
from custom_components.linky_tic.tic import LABELS

FRANCE: Final = ZoneInfo("Europe/Paris")
NOON: Final = datetime(2026, 11, 23, 12, tzinfo=FRANCE).timestamp()
MONDAY: Final = date(2026, 11, 23)
ONE: Final = timedelta(1)
HOUR: Final = 3600.0
DAY: Final = 24 * HOUR


pytestmark = pytest.mark.usefixtures("in_france")


def began(now: float = NOON) -> Account:
    account = Account()
    assert not account.advance_to(now, 0.0)
    account.day = account.ledger.today
    account.registers.take(LABELS["EASF01"], 100, now)
    return account


def use(account: Account, value: int, at: float) -> None:
    """Enter what EASF01 has gained, as a frame does."""
    index, gain, since = account.registers.take(LABELS["EASF01"], value, at)
    account.rename(index, "peak", since)
    account.add_gain(index, gain, 0.2, since)


def ended(
    account: Account, meter_time: float | None = None, *, is_awaited: bool = False
) -> list[date]:
    return [*account.end_days(meter_time, lambda _: is_awaited)]


def leap(account: Account) -> float | None:
    kept = account.written["leap"]
    if kept is None:
        return None
    assert isinstance(kept, dict)
    return float(str(kept["seconds"]))


def test_what_is_stored_comes_back_and_of_another_meter_the_ledger_alone() -> None:
    account = began()
    use(account, 110, NOON)
    ended(account, NOON + 5)
    account.advance_to(NOON + 7200, 0.0)
    use(account, 120, NOON + 7200)
    index = account.registers.by_number[1]
    account.rename(index, "base", NOON + 7200)
    kept = json.loads(json.dumps(account.written))
    same, other = Account(), Account()
    same.read(kept, is_own=True)
    other.read(kept, is_own=False)
    assert same.written == account.written
    assert kept["leap"] | {"before": None} == {
        "since": NOON,
        "seconds": 7200.0,
        "before": None,
        "meter_ahead": 5.0,
        "used": 10,
    }
    assert kept["former_tariffs"] == [[NOON + 7200, 1, "peak"]]
    assert other.ledger.written == account.ledger.written
    assert other.written == {**account.written, **Account().written, **account.ledger.written,
                             "told": MONDAY.isoformat(), "booted": NOON + 7200}  # fmt: skip
    del kept["told"], kept["former_tariffs"], kept["meter_ahead"], kept["leap"]
    former = Account()
    former.read(kept, is_own=True)
    assert former.day == MONDAY
    assert leap(former) is None


def test_more_than_an_hour_at_once_is_doubted_for_a_day() -> None:
    account = began()
    account.advance_to(NOON + HOUR, 0.0)
    assert leap(account) is None
    account.advance_to(NOON + 2 * HOUR + 1, 0.0)
    assert leap(account) == HOUR + 1
    account.advance_to(NOON + 3 * HOUR, 0.0)
    assert leap(account) == HOUR + 1
    for hours in range(4, 28):
        account.advance_to(NOON + hours * HOUR, 0.0)
    assert leap(account) is None


def test_an_hour_is_no_leap_where_nothing_tells_that_it_has_passed() -> None:
    for seconds, leapt in ((HOUR, None), (HOUR + 1, HOUR + 1)):
        account = began()
        account._booted = None  # as after an update from a release that did not keep it
        account.advance_to(NOON + seconds, 0.0)
        assert leap(account) == leapt


def test_what_a_clock_that_nobody_sets_has_counted_too_has_passed() -> None:
    account = began()
    account.advance_to(NOON + 50 * HOUR, 49 * HOUR)
    assert leap(account) is None
    assert account.ledger.whole_since == NOON + 50 * HOUR
    account.advance_to(NOON + 40 * HOUR, 49 * HOUR)
    assert leap(account) == -10 * HOUR
    assert not account.advance_to(NOON + 51 * HOUR, 60 * HOUR)
    assert leap(account) == -10 * HOUR
    account.advance_to(NOON + 60 * HOUR, 60 * HOUR)
    assert leap(account) is None


def test_of_a_leap_what_was_used_over_it_counts() -> None:
    account = began()
    account.advance_to(NOON + 3 * HOUR, 0.0)
    use(account, 114, NOON + 3 * HOUR)
    assert ended(account) == []
    account.advance_to(NOON + 12 * HOUR, 9 * HOUR)
    use(account, 999, NOON + 12 * HOUR)
    assert account.written["leap"] == {
        **account.written["leap"],  # type: ignore[dict-item]
        "used": 14,
    }


def test_more_than_a_day_at_once_leaves_days_that_are_not_whole() -> None:
    account = began()
    account.advance_to(NOON + DAY, 0.0)
    assert account.ledger.whole_since == NOON
    account.advance_to(NOON + 2 * DAY + 1, 0.0)
    assert account.ledger.whole_since == NOON + 2 * DAY + 1


def test_a_false_time_is_taken_back() -> None:
    account = began()
    use(account, 110, NOON)
    account.advance_to(NOON + 40 * DAY, 0.0)
    use(account, 120, NOON + 40 * DAY)
    assert account.advance_to(NOON + 60, 0.0)
    assert leap(account) is None
    assert {(row.day, wh) for row, wh in account.ledger.rows.items()} == {(MONDAY, 10.0)}
    assert account.registers.by_number[1].value == 110
    assert (account.ledger.now, account.ledger.today) == (NOON + 60, MONDAY)


def test_a_clock_that_is_still_behind_is_put_right_by_one_leap() -> None:
    account = began()
    account.advance_to(NOON - 10 * DAY, 0.0)
    account.advance_to(NOON - 5 * DAY, 0.0)
    assert leap(account) == -5 * DAY
    assert account.advance_to(NOON + 60, 0.0)
    late = began()
    for hours in (10, 9, 8, 7, 6, 5, 4, 0):
        late.advance_to(NOON - hours * HOUR, 0.0)
    assert leap(late) == 4 * HOUR
    ahead = began()
    ahead.advance_to(NOON + 10 * DAY, 0.0)
    ahead.advance_to(NOON + 20 * DAY, 0.0)
    assert leap(ahead) == 10 * DAY
    behind = began()
    behind.advance_to(NOON - 10 * DAY, 0.0)
    behind.advance_to(NOON + 2 * DAY, 0.0)  # where it came from, and two days later
    assert leap(behind) is None


def test_nothing_is_tidied_in_a_time_that_is_doubted_or_before_it_is_told() -> None:
    account = began()
    use(account, 110, NOON)
    account.advance_to(NOON + 100 * DAY, 0.0)
    assert account.ledger.rows
    account.trust_clock()
    assert leap(account) is None
    account.advance_to(NOON + 100 * DAY + 1, 0.0)
    assert account.ledger.rows
    assert len(ended(account)) == 100
    account.advance_to(NOON + 100 * DAY + 2, 0.0)
    assert not account.ledger.rows


def test_each_day_that_is_over_is_told_before_the_next_one() -> None:
    account = began()
    account.advance_to(NOON + 3 * DAY, 0.0)
    use(account, 2000, NOON + 3 * DAY)
    days = account.end_days(None, lambda _: False)
    assert [(one, account.day) for one in days] == [
        (MONDAY + n * ONE, MONDAY + n * ONE) for n in range(3)
    ]
    assert account.day == MONDAY + 3 * ONE
    account.advance_to(NOON + 500 * DAY, 0.0)
    use(account, 90_000, NOON + 500 * DAY)
    assert len(ended(account)) == 366


def test_days_are_paid_once_their_prices_are_given_if_the_ledger_still_has_them() -> None:
    account = began()
    assert ended(account) == []
    assert account.paid == date.min  # no price was ever given
    account.paid = MONDAY
    account.advance_to(NOON + 2 * DAY, 2 * DAY)
    assert [*account.end_days(None, lambda _: True)] == [MONDAY, MONDAY + ONE]
    account, before = Account(), json.loads(json.dumps(account.written))
    account.read(before, is_own=True)
    assert (account.paid, account.day) == (MONDAY, MONDAY + 2 * ONE)
    use(account, 100, NOON + 2 * DAY)
    account.advance_to(NOON + 2 * DAY, 2 * DAY)
    days = account.end_days(None, lambda _: False)
    assert [(one, account.paid) for one in days] == [(MONDAY + n * ONE,) * 2 for n in range(2)]
    assert account.paid == account.day
    account.read(before, is_own=True)
    use(account, 100, NOON + 100 * DAY)
    account.advance_to(NOON + 100 * DAY, 100 * DAY)
    assert [*account.end_days(None, lambda _: True)][:1] == [MONDAY + 2 * ONE]
    assert ended(account)[0] == MONDAY + 31 * ONE


def test_the_month_of_a_day_that_waits_for_its_prices_is_whole() -> None:
    """Else the cost of the month would take back what it was before the prices were awaited."""
    account, day = began(), MONDAY
    account.paid = MONDAY
    for n in range(200):
        account.advance_to(NOON + n * DAY, n * DAY)
        use(account, 100 * (n + 2), NOON + n * DAY)
        day, since = account.ledger.today, MONDAY + ONE
        ended(account, is_awaited=day > MONDAY + 20 * ONE)
        account.advance_to(NOON + n * DAY, n * DAY)  # old rows are deleted
        month = CostPeriod(account.paid, account.paid).month_to_date
        whole = [one for one in month.days if one >= since]
        assert {row.day for row in account.ledger.drawn(month)} >= set(whole)
    assert day - account.paid == 69 * ONE


def test_what_a_register_gained_unseen_is_of_no_day_that_was_told() -> None:
    """As one that Historique does not show under another contract: the sums have those days."""
    account = began()
    account.advance_to(NOON + 2 * DAY, 2 * DAY)
    assert ended(account) == [MONDAY, MONDAY + ONE]
    account.advance_to(NOON + 3 * DAY, 3 * DAY)
    use(account, 460, NOON + 3 * DAY)
    assert {row.day: wh for row, wh in account.ledger.rows.items()} == {
        MONDAY + 2 * ONE: pytest.approx(240),
        MONDAY + 3 * ONE: pytest.approx(120),
    }


def test_no_day_ends_while_an_index_is_awaited_or_held_or_none_was_heard() -> None:
    known, waits, held, silent = accounts = [began() for _ in range(4)]
    for account in accounts:
        account.advance_to(NOON + DAY, 0.0)
        account.trust_clock()
    waits.registers.await_all()
    held.registers._held = 1
    silent.registers.by_number.clear()
    assert [ended(account) for account in accounts] == [[MONDAY], [], [], []]
    assert known.day == MONDAY + ONE


def test_no_day_ends_by_a_clock_that_has_leapt_alone() -> None:
    account = began()
    assert ended(account, NOON + 5) == []
    account.advance_to(NOON + DAY, 0.0)
    assert ended(account, NOON + 5) == []
    assert ended(account, NOON + DAY + 5) == [MONDAY]
    quiet = began()
    quiet.advance_to(NOON + 2 * DAY, 0.0)
    assert ended(quiet) == []
    quiet.advance_to(NOON + 2 * DAY + HOUR, 0.0)
    assert ended(quiet) == [MONDAY, MONDAY + ONE]


@pytest.mark.parametrize(("back", "day"), [(HOUR, MONDAY), (HOUR + 1, MONDAY - ONE)])
def test_a_day_that_was_told_is_kept_by_a_clock_that_goes_back_an_hour(
    back: float, day: date
) -> None:
    account = began()
    for hours in range(13):
        account.advance_to(NOON - hours * HOUR, 0.0)
    account.advance_to(NOON - 12 * HOUR - back, 0.0)
    account.trust_clock()
    assert ended(account) == []
    assert account.day == day


def test_a_doubted_clock_that_is_behind_changes_no_day() -> None:
    account = began()
    account.advance_to(NOON - 2 * DAY, 0.0)
    assert ended(account) == []
    assert account.day == MONDAY


def test_what_a_register_counted_once_is_known_by_its_time() -> None:
    account = began()
    index = account.registers.by_number[1]
    for name, since in ((None, 1.0), ("peak", 2.0), (None, 3.0), ("base", 4.0), ("base", 5.0)):
        account.rename(index, name, since)
    assert account.written["former_tariffs"] == [[4.0, 1, "peak"]]
    assert [account.tariff_at(1, at) for at in (3.9, 4.0, 9.0)] == ["peak", "base", "base"]
    assert account.tariff_at(2, 1.0) is None
    fresh = began()
    assert fresh.tariff_at(1, 1.0) is None
    fresh.rename(fresh.registers.by_number[1], None, 1.0)
    assert fresh.tariff_at(1, 1.0) == "index_1"
