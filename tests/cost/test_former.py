"""What an earlier release kept of costs is read by this one."""

from custom_components.linky_tic.cost.stored import read_former


def test_the_total_that_was_counted_last_has_counted_for_the_registers_too() -> None:
    unused = [20.0, 0.0, 0.0, 20.0, 0.0, 0.0]
    rows = {"BASE": [5, 20.0, *unused], "HCHC": [3, 10.0, *unused], "EAIT": [1, 9.0, *unused]}
    kept = {"address": "x", "accounts": rows, "standing": [20.0, 20.0, 0, 0.0], "prices": {}}
    indexes = read_former(kept, {}).indexes.by_register.values()
    assert {one.label: one.value for one in indexes} == {"BASE": 5, "EAIT": 1}
