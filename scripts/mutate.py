"""Changes one operator, constant, return or call at a time, and says what no test notices.

Nothing is written: each change is compiled in a process of its own, forked from one that has
imported Home Assistant. It runs the tests of the module, then those of its whole folder, then
those of pages, entities, dialogs and platforms, in which every folder is seen.
"""

import argparse
import ast
from collections.abc import Iterator, Sequence
from importlib import import_module
from importlib.machinery import SourceFileLoader
import os
from pathlib import Path
from random import Random
import resource
import sys
from types import CodeType
from typing import Final, NamedTuple

import pytest

ROOT: Final = Path(__file__).parents[1]
INTEGRATION: Final = ROOT / "custom_components" / "linky_tic"
ENOUGH: Final = 0.95
SECONDS: Final = 120
"""Of a processor, after which a changed module runs for ever: somebody would notice."""
FACES: Final = ("scripts/test_docs.py", "entities/test_*.py", "setup/test_*.py", "test_*.py")
"""Tests that see what every folder has made: in the pages, in entities, in dialogs."""
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
    for node in _reached(ast.parse(text)):
        old = ast.unparse(node)
        for new in _instead(node):
            start = offsets[node.lineno - 1] + node.col_offset
            end = offsets[(node.end_lineno or 0) - 1] + (node.end_col_offset or 0)
            yield Change(path, node.lineno, (start, end), new, f"{old} becomes {new}")


def _reached(node: ast.AST) -> Iterator[ast.expr | ast.stmt]:
    """What runs: no types, no decorators, no words of docstrings and errors, no f-strings."""
    for child in ast.iter_child_nodes(node):
        match child:
            case ast.Raise() | ast.JoinedStr() | ast.arguments():
                continue
            case ast.Import() | ast.ImportFrom() | ast.TypeAlias():
                continue
            case ast.Expr(value=ast.Constant()):
                continue
            case ast.AnnAssign(value=ast.expr() as value):
                yield from _reached(ast.Expr(value))
                continue
            case ast.AnnAssign():
                continue
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                child.returns, child.decorator_list = None, []
            case ast.ClassDef():
                child.decorator_list = []
        if isinstance(child, ast.expr | ast.stmt):
            yield child
        yield from _reached(child)


def _instead(node: ast.expr | ast.stmt) -> Iterator[str]:
    """What may stand there instead."""
    match node:
        case ast.Compare(ops=[op, *_]) if type(op) in SWAPS:
            node.ops[0] = SWAPS[type(op)]()  # type: ignore[call-overload] # an operator for another
            yield f"({ast.unparse(node)})"
            node.ops[0] = op
        case ast.BinOp(op=op) | ast.BoolOp(op=op) if type(op) in SWAPS:
            node.op = SWAPS[type(op)]()  # type: ignore[assignment] # as above
            yield f"({ast.unparse(node)})"
            node.op = op
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            yield f"({ast.unparse(operand)})"
        case ast.Constant(value=bool() as value):
            yield str(not value)
        case ast.Constant(value=int() | float() as value):
            yield repr(value + 1)
        case ast.Return(value=ast.Constant(value=None | False)):
            pass  # as false as the other
        case ast.Return(value=ast.expr()):
            yield "return None"
        case ast.Expr(value=ast.Call()):
            yield "pass"


def tests_of(path: Path) -> list[list[str]]:
    """The tests that should notice: of the module, of its folder, of what people see."""
    tests = ROOT / "tests"
    folder = tests / path.relative_to(INTEGRATION).parent
    own = sorted(folder.glob(f"test_{path.stem}*.py"))
    around = [one for one in sorted(folder.glob("test_*.py")) if one not in own]
    faces = [sorted(tests.glob(one)) for one in FACES if (tests / one).parent != folder]
    return [[str(one) for one in some] for some in (own, around, *faces) if some]


def is_noticed(change: Change, tests: Sequence[str]) -> bool:
    """Run tests on a change, in a fork."""
    child = os.fork()
    if child == 0:
        try:
            os._exit(_run(change, tests))
        finally:
            os._exit(1)
    return os.waitpid(child, 0)[1] != 0


def _run(change: Change, tests: Sequence[str]) -> int:
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    silence = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silence, 1)
    os.dup2(silence, 2)
    changed, compiled = str(change.path), SourceFileLoader.get_code

    def get_code(self: SourceFileLoader, name: str) -> CodeType | None:
        if self.path == changed:
            return compile(change.source(), changed, "exec")
        return compiled(self, name)

    SourceFileLoader.get_code = get_code  # type: ignore[assignment,method-assign] # in this process
    return pytest.main(["-x", "-q", "-p", "no:cacheprovider", "--no-header", *tests])


def modules(paths: Sequence[Path]) -> Iterator[Path]:
    for path in paths:
        yield from sorted(path.rglob("*.py")) if path.is_dir() else [path]


def arguments(words: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/mutate", description=__doc__)
    parser.add_argument("paths", nargs="*", type=Path, default=[INTEGRATION / "tic"])
    parser.add_argument("--count", type=int, default=200, help="changes to try")
    parser.add_argument("--seed", type=int, default=1, help="of another draw")
    return parser.parse_args(words)


def main(words: Sequence[str] | None = None) -> int:
    options = arguments(words)
    paths = [path.resolve() for path in options.paths]
    every = [change for path in modules(paths) for change in changes(path)]
    drawn = Random(options.seed).sample(every, min(options.count, len(every)))  # noqa: S311
    for name in COMMON:
        import_module(name)

    survivors = []
    for number, change in enumerate(drawn, 1):
        noticed = any(is_noticed(change, some) for some in tests_of(change.path))
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
