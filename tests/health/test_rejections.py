"""What was refused is counted by label and reason, and never grows beyond the catalogue."""

from custom_components.linky_tic.health.monitor import Rejection
from custom_components.linky_tic.tic import CATALOGUE, Reason, Rejected

from ..home import Home


async def test_rejections_are_counted_by_label_and_reason(home: Home) -> None:
    health = (await home.hears()).coordinator.health
    health.rejections.clear()
    for now in (10.0, 11.0, 20.0):
        health.count_rejection(Rejected(Reason.HELD, "EAST"), now)
    health.count_rejection(Rejected(Reason.OTHER_MODE, "12345678901234"), 21.0)
    health.count_rejection(Rejected(Reason.OTHER_MODE), 22.0)
    assert health.rejections == {
        ("EAST", Reason.HELD): Rejection(3, 10.0, 20.0),
        (None, Reason.OTHER_MODE): Rejection(2, 21.0, 22.0),
    }
    labels = {name for rows in CATALOGUE.values() for name in rows}
    for reason in Reason:
        for name in (*labels, *map(str, range(1000))):
            health.count_rejection(Rejected(reason, name), 23.0)
    assert len(health.rejections) == len(Reason) * (len(labels) + 1)
