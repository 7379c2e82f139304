"""The dashboard is complete, whatever entities there are and whatever their states."""

from pathlib import Path
import subprocess

from playwright._impl._driver import compute_driver_executable

from custom_components.linky_tic.dashboard import resource

ROOM = Path(resource.__file__).parent
TEXTS = ROOM.parent / "translations"


def test_no_house_has_a_card_that_lacks_its_entity_or_its_text() -> None:
    node, _ = compute_driver_executable()
    houses = Path(__file__).parent / "houses.mjs"
    for language in ("en", "fr"):
        command: list[str | Path] = [node, houses, ROOM / "strategy.js", TEXTS / f"{language}.json"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert (done.stdout, done.stderr) == ("", "")
