"""The pages that people read, and the language of each."""

from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[1]
ENGLISH: Final = (ROOT / "README.en.md", *sorted((ROOT / "docs" / "en").glob("*.md")))
FRENCH: Final = (ROOT / "README.md", *sorted((ROOT / "docs" / "fr").glob("*.md")))
PAGES: Final = ENGLISH + FRENCH


def name(page: Path) -> str:
    """Name a page in a test's id."""
    return str(page.relative_to(ROOT))
