"""Whether the tests reach every module: what is well tested must not hide what is not.

Home Assistant asks for more than 95 % of each module of an integration (rule test-coverage).
"""

from collections.abc import Iterator
from pathlib import Path
import sys
from typing import Final

from coverage import Coverage

ROOT: Final = Path(__file__).parents[1]
INTEGRATION: Final = ROOT / "custom_components" / "linky_tic"
FLOOR: Final = 95.0
"""Percent of the lines of a module that more than must be reached."""


def shares(data: Coverage, folder: Path = INTEGRATION) -> Iterator[tuple[str, float]]:
    """Give the modules that were looked at, and how much of each the tests have reached."""
    for path in sorted(data.get_data().measured_files()):
        if Path(path).is_relative_to(folder):
            _, lines, _, missed, _ = data.analysis2(path)
            reached = 100 * (1 - len(missed) / len(lines)) if lines else 100.0
            yield str(Path(path).relative_to(folder)), reached


def main(file: str | None = None, folder: Path = INTEGRATION) -> int:
    """Name every module that is under the floor."""
    data = Coverage(data_file=file or str(ROOT / ".coverage"))
    data.load()
    looked_at = dict(shares(data, folder))
    low = {name: share for name, share in looked_at.items() if share <= FLOOR}
    for name, share in low.items():
        print(f"{name}: {share:.1f} %, and more than {FLOOR:.0f} % are asked for")
    print(f"{len(looked_at) - len(low)} of {len(looked_at)} modules are covered")
    return 1 if low or not looked_at else 0


if __name__ == "__main__":
    sys.exit(main())
