"""Whatever a test opens is closed at its end: the descriptors of this process are counted."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_OPEN = Path("/proc/self/fd")


def open_files() -> list[str]:
    """What the descriptors stand for; the one that reads the folder is gone when looked at."""
    return sorted(str(one.readlink()) for one in _OPEN.iterdir() if one.is_symlink())


@contextmanager
def none_left() -> Iterator[None]:
    """Compare what is open before and after."""
    before = open_files()
    yield
    assert open_files() == before
