"""What is changed in a module, one place at a time."""

import ast
from pathlib import Path

from scripts import mutate
from scripts.mutate import INTEGRATION, ROOT, changes

MODULE = '''"""A module."""

from typing import Final

LIMIT: Final = 3
"""Of something."""
type Size = int | None


@dataclass(frozen=True)
class Row:
    """Its decorator is not changed."""


def is_small(number: int, *, at_most: bool = True) -> bool:
    """Say é."""
    if number < LIMIT and not at_most:
        log(f"{number + 1}")
        return number in (1, 2)
    if at_most is None:
        return None
    raise ValueError("number" + 1)
'''


def test_operators_constants_returns_and_calls_are_changed_one_at_a_time(tmp_path: Path) -> None:
    path = tmp_path / "module.py"
    path.write_text(MODULE)
    said = [(one.line, one.said) for one in changes(path)]
    assert said == [
        (5, "3 becomes 4"),
        (17, "number < LIMIT and (not at_most) becomes (number < LIMIT or not at_most)"),
        (17, "number < LIMIT becomes (number <= LIMIT)"),
        (17, "not at_most becomes (at_most)"),
        (18, "log(f'{number + 1}') becomes pass"),
        (19, "return number in (1, 2) becomes return None"),
        (19, "number in (1, 2) becomes (number not in (1, 2))"),
        (19, "1 becomes 2"),
        (19, "2 becomes 3"),
        (20, "at_most is None becomes (at_most is not None)"),
    ]
    sources = {one.source() for one in changes(path)}
    assert len(sources) == len(said)
    assert MODULE.encode() not in sources
    assert all(ast.parse(one) for one in sources)


def test_the_tests_of_a_module_are_looked_at_before_those_around_it() -> None:
    first, around, *_, whole = mutate.tests_of(INTEGRATION / "tic" / "meter.py")
    assert first[0] == str(ROOT / "tests" / "tic" / "test_meter.py")
    assert str(ROOT / "tests" / "tic" / "test_receiver.py") in around
    assert str(ROOT / "tests" / "test_rows.py") in whole
    assert len(mutate.tests_of(INTEGRATION / "sensor.py")) == 5
