"""The drawing of the house is that of its imports."""

from graphlib import CycleError
from pathlib import Path

import pytest

from scripts import drawing

IMPORTS = drawing.imports_of(drawing.HOUSE, *drawing.PACKAGES)
FLOORS = drawing.floors_of(IMPORTS)


def test_every_room_has_a_floor_and_no_more_than_one() -> None:
    rooms = [room for floor in FLOORS.values() for room in floor]
    assert sorted(rooms) == sorted(IMPORTS)
    assert all(FLOORS.values())


def test_a_room_imports_from_its_floor_and_those_below() -> None:
    below: set[str] = set()
    for floor in FLOORS.values():
        below |= floor
        assert {step for room in floor for step in IMPORTS[room]} <= below


def test_the_floors_below_that_of_a_meter_know_nothing_of_home_assistant() -> None:
    assert [*FLOORS.values()][:2] == [{"tic"}, {"line"}]
    files = [*drawing.HOUSE.glob("line/*.py"), *drawing.HOUSE.glob("tic/*.py")]
    assert [file.name for file in files if "homeassistant" in file.read_text()] == []


def test_rooms_that_import_each_other_are_refused(tmp_path: Path) -> None:
    (tmp_path / "hen.py").write_text("from .egg import Egg\n")
    (tmp_path / "egg.py").write_text("from . import hen\n")
    with pytest.raises(CycleError):
        drawing.imports_of(tmp_path)


def test_a_room_in_a_folder_is_named_with_it_and_its_face_as_the_folder(tmp_path: Path) -> None:
    (tmp_path / "wall").mkdir()
    (tmp_path / "wall" / "__init__.py").write_text('"""Wall."""\n\nfrom .stone import weight\n')
    (tmp_path / "wall" / "stone.py").write_text("from ..ground.earth import clay\n")
    (tmp_path / "ground").mkdir()
    (tmp_path / "ground" / "__init__.py").write_text('"""Ground: words alone."""\n')
    (tmp_path / "ground" / "earth.py").write_text("import ast\nfrom . import water\n")
    (tmp_path / "ground" / "water.py").write_text("import ast\n\nWET = True\n")
    assert drawing.imports_of(tmp_path) == {
        "wall": {"wall/stone"},
        "wall/stone": {"ground/earth"},
        "ground/earth": {"ground/water"},
        "ground/water": frozenset(),
    }
    assert drawing.imports_of(tmp_path, "ground")["wall/stone"] == {"ground"}


def test_an_arrow_that_a_longer_way_says_is_left_out() -> None:
    imports = {
        "sensor": frozenset({"cost/sensors", "entity"}),
        "cost/sensors": frozenset({"entity"}),
        "entity": frozenset[str](),
    }
    arrows = [line for line in drawing._inside(imports, imports, 7) if "-->" in line]
    assert arrows == ["    f7_cost --> f7_entity", "    f7_files --> f7_cost"]


def test_a_package_stands_where_what_it_imports_lets_it(tmp_path: Path) -> None:
    (tmp_path / "ground").mkdir()
    (tmp_path / "ground" / "earth.py").write_text("from ..wall import stone\n")
    (tmp_path / "ground" / "water.py").write_text("from .earth import clay\n")
    (tmp_path / "wall.py").write_text("stone = 1\n")
    assert drawing.imports_of(tmp_path, "ground") == {"ground": {"wall"}, "wall": frozenset()}


def test_the_drawing_shows_each_room_once_where_most_of_it_is_and_no_modules() -> None:
    text = drawing.drawing()
    assert text.startswith("```mermaid\n")
    rooms = {room for room in map(drawing.room_of, IMPORTS) if room.endswith("/")}
    assert [room for room in rooms if text.count(f'"{room}') != 1] == []
    assert 'f2_cost["cost/"]' in text
    assert "ledger" not in text
    assert "floor1 --> floor0" in text
    assert len(text.splitlines()) < 100
