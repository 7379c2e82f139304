"""What is changed in a module, one place at a time."""

import ast
from pathlib import Path

from coverage import CoverageData

from scripts import mutate
from scripts.mutate import INTEGRATION, changes

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
    if 0 <= number < LIMIT and not at_most:
        await done(-number)
        number -= 1
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
        (15, "True becomes False"),
        (17, "0 <= number < LIMIT and (not at_most) becomes (0 <= number < LIMIT or not at_most)"),
        (17, "0 <= number < LIMIT becomes (0 < number < LIMIT)"),
        (17, "0 <= number < LIMIT becomes (0 <= number <= LIMIT)"),
        (17, "0 becomes 1"),
        (17, "not at_most becomes (at_most)"),
        (18, "await done(-number) becomes pass"),
        (18, "-number becomes (number)"),
        (19, "number -= 1 becomes number += 1"),
        (19, "1 becomes 2"),
        (20, "log(f'{number + 1}') becomes pass"),
        (21, "return number in (1, 2) becomes return None"),
        (21, "number in (1, 2) becomes (number not in (1, 2))"),
        (21, "1 becomes 2"),
        (21, "2 becomes 3"),
        (22, "at_most is None becomes (at_most is not None)"),
    ]
    sources = {one.source() for one in changes(path)}
    assert len(sources) == len(said)
    assert MODULE.encode() not in sources
    assert all(ast.parse(one) for one in sources)


def test_the_tests_that_reach_a_line_are_asked_those_of_the_module_first(tmp_path: Path) -> None:
    reached = CoverageData(str(tmp_path / "reached"))
    path = INTEGRATION / "tic" / "meter.py"
    tests = ["tests/tic/test_meter.py::test_one[a]", "tests/tic/test_gate.py::test_two"]
    whole = "tests/test_rows.py::test_three"
    for line, context in enumerate(["", *tests, whole, *tests], 1):
        reached.set_context(f"{context}|run" if context else "")
        reached.add_lines({str(path): {line}})

    def asked(*lines: int, of: Path = path) -> list[list[str]]:
        change = mutate.Change(of, lines[0], range(lines[0], lines[-1] + 1), (0, 1), "", "")
        return mutate.tests_of(change, reached)

    assert asked(2) == [[tests[0]]]
    assert asked(3, 5) == [[tests[0]], [tests[1]], [whole]]
    own, *others = asked(1)  # it runs at an import
    assert {"tests/tic/test_meter.py", tests[0]} <= {*own}
    assert others == [[tests[1], mutate.PAGES], [whole]]
    assert "tests/tic/test_gate.py" in asked(1, of=path.with_name("catalogue.py"))[1]


def test_the_lines_of_a_statement_are_not_those_of_its_body(tmp_path: Path) -> None:
    path = tmp_path / "module.py"
    path.write_text(MODULE)
    lines = {one.line: one.lines for one in changes(path)}
    assert (lines[15], lines[17], lines[21]) == (range(15, 16), range(17, 18), range(21, 22))
