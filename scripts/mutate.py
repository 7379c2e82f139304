"""Changes one operator, constant, return or call at a time, and says what no test notices.

Nothing is written: each change is compiled in a process of its own, forked from one that has
imported Home Assistant. It runs the tests that reach the line: first those of the module, then
those of its folder, then some others. Which these are, coverage notes in a run of every unit test
before, which is kept while no file of the integration or of the tests changes.
"""

import argparse
import ast
from collections.abc import Iterator, Sequence
from importlib import import_module
from importlib.machinery import SourceFileLoader
from itertools import chain
import os
from pathlib import Path
from random import Random
import resource
import subprocess
import sys
import time
from types import CodeType
from typing import Final, NamedTuple

from coverage import CoverageData
import pytest

ROOT: Final = Path(__file__).parents[1]
INTEGRATION: Final = ROOT / "custom_components" / "linky_tic"
TESTS: Final = ROOT / "tests"
REACHED: Final = ROOT / ".cache" / "reached"
"""Which test reaches which line, as coverage notes it."""
ENOUGH: Final = 0.95
SECONDS: Final = 60
"""Of a processor, after which a test of a changed module runs for ever: somebody would notice."""
HANGS: Final = 300
"""Seconds after which one waits for ever."""
MOST_ELSEWHERE: Final = 100
"""Tests of other folders that are asked: of hundreds that reach a line, one in so many."""
UNNOTICED: Final = (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED)
PAGES: Final = "tests/scripts/test_docs.py"
"""Tests that find each constant which the pages tell."""
FACES: Final = ("entities/test_*.py", "setup/test_*.py", "test_*.py")
"""Tests that see, in pages, entities and dialogs, what a module of constants alone says."""
COMMON: Final = (
    "pytest_homeassistant_custom_component.plugins",
    "homeassistant.components.usb",
    "homeassistant.components.recorder",
    "hypothesis",
)
"""What tests import that is the same for every change: once, before the forks."""
SWAPS: Final[dict[type[ast.AST], type[ast.AST]]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
    ast.In: ast.NotIn, ast.NotIn: ast.In, ast.And: ast.Or, ast.Or: ast.And,
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.FloorDiv, ast.FloorDiv: ast.Mult,
    ast.Div: ast.Mult, ast.Mod: ast.Mult, ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd,
    ast.LShift: ast.RShift, ast.RShift: ast.LShift,
}  # fmt: skip


class Change(NamedTuple):
    """One node of a module, and what stands there instead."""

    path: Path
    line: int
    lines: range  # of the statement, without those that it holds
    span: tuple[int, int]  # bytes
    new: str
    said: str

    def source(self) -> bytes:
        text = self.path.read_bytes()
        start, end = self.span
        return text[:start] + self.new.encode() + text[end:]


def changes(path: Path) -> Iterator[Change]:
    """Every change of a module."""
    text = path.read_text()
    offsets = [0]
    for line in text.splitlines(keepends=True):
        offsets.append(offsets[-1] + len(line.encode()))
    for node, lines in _reached(ast.parse(text), range(0)):
        old = ast.unparse(node)
        for new in _instead(node):
            start = offsets[node.lineno - 1] + node.col_offset
            end = offsets[(node.end_lineno or 0) - 1] + (node.end_col_offset or 0)
            yield Change(path, node.lineno, lines, (start, end), new, f"{old} becomes {new}")


type Place = tuple[ast.expr | ast.stmt, range]
"""What may be changed, and the lines of its statement."""


def _reached(node: ast.AST, lines: range) -> Iterator[Place]:
    """What runs: no types, no decorators, no words of docstrings and errors, no f-strings."""
    for child in ast.iter_child_nodes(node):
        match child:
            case ast.Raise() | ast.JoinedStr() | ast.arg():
                continue
            case ast.Import() | ast.ImportFrom() | ast.TypeAlias():
                continue
            case ast.Expr(value=ast.Constant()):
                continue
            case ast.AnnAssign(value=ast.expr() as value):
                yield from _reached(ast.Expr(value), _own_lines(child))
                continue
            case ast.AnnAssign():
                continue
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                child.returns, child.decorator_list = None, []
            case ast.ClassDef():
                child.decorator_list = []
        within = _own_lines(child) if isinstance(child, ast.stmt | ast.excepthandler) else lines
        if isinstance(child, ast.expr | ast.stmt):
            yield child, within
        yield from _reached(child, within)


def _own_lines(node: ast.stmt | ast.excepthandler) -> range:
    """Give the lines of a statement but for those of its body."""
    match getattr(node, "body", None):
        case [ast.stmt() as first, *_]:
            return range(node.lineno, max(node.lineno + 1, first.lineno))
    return range(node.lineno, (node.end_lineno or node.lineno) + 1)


def _instead(node: ast.expr | ast.stmt) -> Iterator[str]:
    """What may stand there instead."""
    match node:
        case ast.Compare(ops=ops):
            for place, op in enumerate(ops):
                ops[place] = SWAPS[type(op)]()  # type: ignore[call-overload] # one for another
                yield f"({ast.unparse(node)})"
                ops[place] = op
        case ast.BinOp(op=op) | ast.BoolOp(op=op) | ast.AugAssign(op=op) if type(op) in SWAPS:
            node.op = SWAPS[type(op)]()  # type: ignore[assignment] # as above
            yield ast.unparse(node) if isinstance(node, ast.AugAssign) else f"({ast.unparse(node)})"
            node.op = op
        case ast.UnaryOp(op=ast.Not() | ast.USub(), operand=operand):
            yield f"({ast.unparse(operand)})"
        case ast.Constant(value=bool() as value):
            yield str(not value)
        case ast.Constant(value=int() | float() as value):
            yield repr(value + 1)
        case ast.Return(value=ast.Constant(value=None | False)):
            pass  # as false as the other
        case ast.Return(value=ast.expr()):
            yield "return None"
        case ast.Expr(value=ast.Call() | ast.Await()):
            yield "pass"


def tests_of(change: Change, reached: CoverageData) -> list[list[str]]:
    """The tests that should notice: of the module, of its folder, and others.

    What runs at an import is seen by all that reaches the module, and by the module's own tests;
    what is of constants alone, by its folder and by what people see.
    """
    by_line = reached.contexts_by_lineno(str(change.path))
    contexts = {one for line in change.lines for one in by_line.get(line, ())} - {""}
    is_of_import = not contexts
    if is_of_import:
        contexts = set(chain.from_iterable(by_line.values())) - {""}
    asked = {one.partition("|")[0] for one in contexts}
    folder = TESTS / change.path.relative_to(INTEGRATION).parent
    files: Iterator[Path] = iter(())
    if not asked:
        files = chain(folder.glob("test_*.py"), *map(TESTS.glob, FACES))
    elif is_of_import:
        files = folder.glob(f"test_{change.path.stem}*.py")
    asked |= {str(file.relative_to(ROOT)) for file in files}
    batches: tuple[list[str], ...] = ([], [], [])
    for test in sorted(asked):
        file = ROOT / _file(test)
        is_around = file.parent == folder
        is_own = is_around and file.stem.startswith(f"test_{change.path.stem}")
        batches[2 - is_around - is_own].append(test)
    batches[2][:] = batches[2][:: len(batches[2]) // MOST_ELSEWHERE + 1]
    if is_of_import:
        batches[1].append(PAGES)
    return [some for some in batches if some]


def _file(test: str) -> str:
    return test.partition("::")[0]


class Asked:
    """Runs some tests alone, and none of them for ever."""

    def __init__(self, tests: Sequence[str]) -> None:
        self.tests = set(tests)

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        items[:] = [
            one for one in items if not self.tests.isdisjoint((one.nodeid, _file(one.nodeid)))
        ]

    def pytest_runtest_logstart(self) -> None:
        used = int(time.process_time())
        resource.setrlimit(resource.RLIMIT_CPU, (used + SECONDS, resource.RLIM_INFINITY))


def is_noticed(change: Change, tests: Sequence[str]) -> bool:
    """Run tests on a change, in a fork."""
    child = os.fork()
    if child == 0:
        try:
            os._exit(_run(change, tests))
        finally:
            os._exit(1)
    status = os.waitpid(child, 0)[1]
    return os.waitstatus_to_exitcode(status) not in UNNOTICED


def _run(change: Change, tests: Sequence[str]) -> int:
    silence = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silence, 1)
    os.dup2(silence, 2)
    changed, compiled = str(change.path), SourceFileLoader.get_code

    def get_code(self: SourceFileLoader, name: str) -> CodeType | None:
        if self.path == changed:
            return compile(change.source(), changed, "exec")
        return compiled(self, name)

    SourceFileLoader.get_code = get_code  # type: ignore[assignment,method-assign] # in this process
    files = sorted({str(ROOT / _file(one)) for one in tests})
    options = ["-x", "-q", "-p", "no:cacheprovider", "--no-header", f"--timeout={HANGS}"]
    return pytest.main([*options, *files], plugins=[Asked(tests)])


def reached_lines() -> CoverageData:
    """Give which test reaches which line; every test is run for it where files have changed."""
    files = [one for folder in (INTEGRATION, TESTS) for one in folder.rglob("*.py")]
    newest = max(one.stat().st_mtime for one in files)
    if not REACHED.exists() or REACHED.stat().st_mtime < newest:
        print("running every unit test once, to know which of them reaches which line", flush=True)
        REACHED.unlink(missing_ok=True)
        command = [sys.executable, "-m", "pytest", "-n", "2", "-q", "--ignore=tests/e2e"]
        noted = ["--cov", "--cov-context=test", "--cov-report=", "--cov-fail-under=0"]
        environment = os.environ | {"COVERAGE_FILE": str(REACHED), "COVERAGE_CORE": "ctrace"}
        subprocess.run([*command, *noted], cwd=ROOT, env=environment, check=True)
    data = CoverageData(str(REACHED))
    data.read()
    return data


def modules(paths: Sequence[Path]) -> Iterator[Path]:
    for path in paths:
        yield from sorted(path.rglob("*.py")) if path.is_dir() else [path]


def arguments(words: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/mutate", description=__doc__)
    parser.add_argument("paths", nargs="*", type=Path, default=[INTEGRATION])
    parser.add_argument("--count", type=int, default=200, help="changes to try")
    parser.add_argument("--seed", type=int, default=1, help="of another draw")
    return parser.parse_args(words)


def main(words: Sequence[str] | None = None) -> int:
    options = arguments(words)
    paths = [path.resolve() for path in options.paths]
    every = [change for path in modules(paths) for change in changes(path)]
    drawn = Random(options.seed).sample(every, min(options.count, len(every)))  # noqa: S311
    reached = reached_lines()
    for name in COMMON:
        import_module(name)

    survivors = []
    for number, change in enumerate(drawn, 1):
        noticed = any(is_noticed(change, some) for some in tests_of(change, reached))
        where = f"{change.path.relative_to(ROOT)}:{change.line}"
        word = "noticed " if noticed else "SURVIVED"
        print(f"[{number}/{len(drawn)}] {word} {where}  {change.said}", flush=True)
        if not noticed:
            survivors.append(f"{where}  {change.said}")
    share = 1 - len(survivors) / len(drawn) if drawn else 0.0
    print(*survivors, f"{100 * share:.1f} % of {len(drawn)} changes were noticed", sep="\n")
    return int(share < ENOUGH)


if __name__ == "__main__":
    sys.exit(main())
