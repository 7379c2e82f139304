"""Rejected groups are counted by label and reason; unknown labels are counted together."""

from custom_components.linky_tic.tic import CATALOGUE, Reason, Rejected

from ..home import Home


async def test_rejections_are_counted_by_label_and_reason(home: Home) -> None:
    health = (await home.hears()).coordinator.health
    health.rejections.clear()
    for name in ("EAST", "EAST", "12345678901234", None):
        health.count_rejection(Rejected(Reason.HELD, name))
    assert health.rejections == {("EAST", Reason.HELD): 2, (None, Reason.HELD): 2}
    labels = {name for rows in CATALOGUE.values() for name in rows}
    for reason in Reason:
        for name in (*labels, *map(str, range(1000))):
            health.count_rejection(Rejected(reason, name))
    assert len(health.rejections) == len(Reason) * (len(labels) + 1)
