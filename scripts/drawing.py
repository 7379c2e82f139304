"""The drawing of the rooms, made from what their modules import.

A floor is what its roots reach and no floor below has, so every arrow between floors leads down.
A room may have modules on several floors; it is drawn where most of its lines are. Inside a floor
an arrow is left out where a longer way leads to the same room.
"""

import ast
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Final

from custom_components.linky_tic import PLATFORMS

HOUSE: Final = Path(__file__).parents[1] / "custom_components" / "linky_tic"
PACKAGES: Final = ("tic", "line")
"""Rooms with one face: what is inside is not drawn."""
FLOORS: Final[Mapping[str, tuple[str, ...]]] = {
    "Bytes to readings: the standard library alone": ("tic",),
    "The port: asyncio and serialx": ("line",),
    "One meter: values computed, kept and reported": ("coordinator",),
    "Entities": tuple(sorted(PLATFORMS)),
    "Dialogs, actions and repairs": (),
}
"""From the ground up: a floor's title and its roots; the last one has what is left."""
LEFT_OUT: Final = frozenset({"__init__", "const", "exceptions"})
"""What starts everything, and what everything takes its names and errors from."""
FILES: Final = "files that Home Assistant names"
ALONE: Final = frozenset({"coordinator", "entity"})
"""Of those files, the ones that rooms import; the others are one box a floor."""

_CLOSE: Final = (
    '%%{init: {"flowchart": {"nodeSpacing": 12, "rankSpacing": 28, "padding": 9, '
    '"subGraphTitleMargin": {"bottom": 12}}}}%%'
)

type Imports = Mapping[str, frozenset[str]]  # a module -> the modules that it imports


def drawing() -> str:
    """Draw the floors in Mermaid's words, the uppermost first."""
    imports = imports_of(HOUSE, *PACKAGES)
    floors = list(floors_of(imports).items())
    home = homes_of([modules for _, modules in floors])
    lines = ["```mermaid", _CLOSE, "flowchart TD"]
    for number, (title, modules) in reversed(list(enumerate(floors))):
        if len(modules) == 1:
            lines.append(f'  floor{number}["{room_of(*modules)}<br><small>{title}</small>"]')
        else:
            inside = _inside(imports, {one for one in modules if home[one] == number}, number)
            lines += [f'  subgraph floor{number}["{title}"]', *inside, "  end"]
    lines += [
        f"  floor{number} --> floor{number - 1}" for number in reversed(range(1, len(floors)))
    ]
    return "\n".join([*lines, "```", ""])


def room_of(module: str) -> str:
    """Name the room that a module is in."""
    room = module.partition("/")[0]
    return f"{room}/" if (HOUSE / room).is_dir() else room if room in ALONE else FILES


def rooms_of(imports: Imports, modules: Iterable[str]) -> Imports:
    """Give the rooms of some modules, and the rooms that each imports from directly."""
    here = frozenset(modules) - LEFT_OUT
    rooms = {room_of(module): frozenset[str]() for module in here}
    for module in here:
        rooms[room_of(module)] |= {room_of(step) for step in imports[module] & here}
    return {room: steps - {room} for room, steps in rooms.items()}


def imports_of(folder: Path, *packages: str) -> Imports:
    """Read what each room of a folder imports of the others; a package of `packages` is one room.

    A room in another folder is named with it, and a folder's face as the folder is.
    """
    found: dict[str, set[str]] = {}
    for path in filter(_does, folder.rglob("*.py")):
        (room,) = _doors([_room(path, folder)], packages)
        found.setdefault(room, set()).update(_doors(_imported(path, folder), packages))
    imports = {room: frozenset(steps & found.keys() - {room}) for room, steps in found.items()}
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


def homes_of(floors: Sequence[Iterable[str]]) -> dict[str, int]:
    """Give the floor that each module is drawn on: where most lines of its room are.

    Files that are no room's are drawn where they are.
    """
    where = {module: number for number, modules in enumerate(floors) for module in modules}
    lines: Counter[tuple[str, int]] = Counter()
    for module, number in where.items():
        lines[room_of(module), number] += _lines(module)
    rooms = {room: number for (room, number), _ in reversed(lines.most_common())}
    return {one: where[one] if room_of(one) == FILES else rooms[room_of(one)] for one in where}


def _lines(module: str) -> int:
    path = HOUSE / f"{module}.py"
    return len(path.read_text().splitlines()) if path.exists() else 0


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


def _inside(imports: Imports, modules: Iterable[str], number: int) -> Iterator[str]:
    """Draw the rooms of a floor, and the shortest set of arrows."""
    rooms = rooms_of(imports, modules)
    for room in sorted(rooms):
        files = sorted({*modules} - LEFT_OUT) if room == FILES else ()
        names = ", ".join(one for one in files if room_of(one) == FILES)
        yield f'    {_id(number, room)}["{names or room}"]'
    for room in sorted(rooms):
        steps = rooms[room]
        further = {far for step in steps for far in _reached(rooms, tuple(rooms[step]))}
        for step in sorted(steps - further):
            yield f"    {_id(number, room)} --> {_id(number, step)}"


def _id(number: int, room: str) -> str:
    return f"f{number}_{room.partition(' ')[0].strip('/')}"
