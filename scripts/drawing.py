"""The drawing of the house, made from what its rooms import.

A floor is what its roots reach and no floor below has, so every arrow between floors leads down;
inside a floor an arrow is left out where a longer way leads to the same room.
"""

import ast
from collections.abc import Iterable, Iterator, Mapping
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Final

from custom_components.linky_tic import PLATFORMS

HOUSE: Final = Path(__file__).parents[1] / "custom_components" / "linky_tic"
FLOORS: Final[Mapping[str, tuple[str, ...]]] = {
    "tic/ · bytes to meaning, standard library alone": ("tic",),
    "line/ · asyncio, serialx": ("line",),
    "One meter · what is told, when, to whom": ("coordinator",),
    "Entities · tables of what is shown": tuple(sorted(PLATFORMS)),
    "What people ask, and are asked": (),
}
"""From the ground up: a floor's title and its roots; the last one has what is left."""

type Imports = Mapping[str, frozenset[str]]  # a room -> the rooms that it imports


def drawing() -> str:
    """Draw the floors in Mermaid's words, the uppermost first."""
    imports, tic = imports_of(HOUSE, "tic"), imports_of(HOUSE / "tic")
    floors = list(floors_of(imports).items())
    lines = ["```mermaid", "flowchart TD"]
    for number, (title, rooms) in reversed(list(enumerate(floors))):
        inside = tic if rooms == {"tic"} else imports
        here = frozenset(tic) if rooms == {"tic"} else rooms
        lines += [f'  subgraph floor{number}["{title}"]', *_inside(inside, here, number), "  end"]
    lines += [f"  floor{upper} --> floor{lower}" for upper, lower in _stairs(imports, floors)]
    return "\n".join([*lines, "```", ""])


def imports_of(folder: Path, *packages: str) -> Imports:
    """Read what each room of a folder imports of the others; a package of `packages` is one room.

    A room in another folder is named with it, and a folder's face as the folder is.
    """
    files = {_room(path, folder): path for path in folder.rglob("*.py") if _does(path)}
    files = {room: path for room, path in files.items() if room.split("/")[0] not in packages}
    rooms = {*files, *packages}
    imports = {
        room: frozenset(_doors(_imported(path, folder), packages)) & rooms
        for room, path in files.items()
    }
    imports |= dict.fromkeys(packages, frozenset())
    list(TopologicalSorter(imports).static_order())  # raises where rooms import each other
    return imports


def floors_of(imports: Imports) -> dict[str, frozenset[str]]:
    """Share the rooms out among the floors."""
    left = set(imports)
    floors = {}
    for title, roots in FLOORS.items():
        rooms = frozenset(left.intersection(_reached(imports, roots or imports)))
        floors[title] = rooms
        left -= rooms
    return floors


def _room(path: Path, folder: Path) -> str:
    parts = path.relative_to(folder).with_suffix("").parts
    return "/".join(parts[:-1] if len(parts) > 1 and parts[-1] == "__init__" else parts)


def _does(path: Path) -> bool:
    """Whether a file is a room: the face of a folder may be words alone."""
    return path.name != "__init__.py" or len(ast.parse(path.read_text()).body) > 1


def _imported(path: Path, folder: Path) -> Iterator[str]:
    """Give what a file imports by its distance, as rooms are named; not all of it is one."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.level:
            base = path.parents[node.level - 1].relative_to(folder).parts
            if node.module:
                base = (*base, *node.module.split("."))
                yield "/".join(base)
            yield from ("/".join((*base, name.name)) for name in node.names)


def _doors(imported: Iterable[str], packages: tuple[str, ...]) -> Iterator[str]:
    """Give what is imported, of a package that is one room its name alone."""
    for name in imported:
        package = name.split("/")[0]
        yield package if package in packages else name


def _reached(imports: Imports, roots: Imports | tuple[str, ...]) -> set[str]:
    """Give the roots and all that they import, however far."""
    reached: set[str] = set()
    waiting = list(roots)
    while waiting:
        room = waiting.pop()
        if room not in reached:
            reached.add(room)
            waiting += imports[room]
    return reached


def _inside(imports: Imports, rooms: frozenset[str], number: int) -> Iterator[str]:
    """Draw the rooms of a floor and the shortest set of arrows among them."""
    for room in sorted(rooms):
        yield f'    {_id(number, room)}["{room}"]'
    for room in sorted(rooms):
        steps = imports[room] & rooms
        further = {far for step in steps for far in _reached(imports, tuple(imports[step]))}
        for step in sorted(steps - further):
            yield f"    {_id(number, room)} --> {_id(number, step)}"


def _id(number: int, room: str) -> str:
    return f"f{number}_{room.replace('/', '_')}"


def _stairs(
    imports: Imports, floors: list[tuple[str, frozenset[str]]]
) -> Iterator[tuple[int, int]]:
    """Give the pairs of floors of which the upper one imports from the lower."""
    for upper, (_, rooms) in reversed(list(enumerate(floors))):
        imported = {room for one in rooms for room in imports[one]}
        for lower in reversed(range(upper)):
            if imported & floors[lower][1]:
                yield upper, lower
