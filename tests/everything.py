"""A meter that sends every label there is, and what each group of the wire is as a state.

From the specification's tables alone: nothing here is known from the catalogue.
"""

from datetime import UTC, datetime, timedelta
from typing import Final

from custom_components.linky_tic.tic import Mode
from simulator.line import Burst
from simulator.wire import to_8n1

from .home import ADDRESS
from .tic.referee import rows
from .tic.streams import frame

PROFILE: Final = "00004002 06004001 22004002" + 8 * " NONUTILE"
PILOT: Final = {"SINST1": "SINSTS", "SMAXN": "SMAXSN", "SMAXN-1": "SMAXSN-1"}
UNITS: Final = {"VArh": "varh", "W (Linky puts VA in it)": "VA", "-": None}
# Unit on the wire -> unit of the state.
SHOWN_UNITS: Final = {"Wh": "kWh", "varh": "kvarh"}
INSTANTS: Final = {"DATE", "DPM1", "FPM1", "DPM2", "FPM2", "DPM3", "FPM3"}


def examples(mode: Mode) -> dict[str, dict[str, str]]:
    """Every label of a mode with its line in the specification; pilot meters are as the others."""
    found = {row["label"]: row for row in rows(mode)}
    pilot = PILOT if mode is Mode.STANDARD else {}
    return found | {name: {**found[other], "label": name} for name, other in pilot.items()}


def unit_of(mode: Mode, name: str) -> str | None:
    unit = examples(mode)[name]["unit"]
    return UNITS.get(unit, unit)


def group(mode: Mode, name: str) -> tuple[str, ...]:
    """The label as the specification's example shows it on the wire."""
    row = examples(mode)[name]
    size, example = int(row["size_chars"]), row["example"].strip("'").split(" | ")[0]
    if size == len(PROFILE):
        return name, PROFILE
    if row.get("has_horodate") == "yes":
        return name, example[14:].strip("' ") if size else "", example[:13]
    return name, ADDRESS if name in {"ADSC", "ADCO"} else f"{example:{size}.{size}}"


class Everything:
    """A meter that sends every label of its mode."""

    def __init__(self, mode: Mode) -> None:
        self.groups = {name: group(mode, name) for name in examples(mode)}
        self._mode = mode

    def next(self) -> Burst:
        data = to_8n1(frame(self._mode, *self.groups.values()))
        return Burst(data, 2.0, 9600)


def expected(mode: Mode, sent: tuple[str, ...]) -> str:
    """What a group of the wire is as a state."""
    name, data, *_ = sent
    unit = unit_of(mode, name)
    if name in INSTANTS:
        return read_instant(sent[2])
    if unit in SHOWN_UNITS:
        return str(int(data) / 1000)
    is_number = unit or examples(mode)[name].get("data_type", "").lower().startswith("uint")
    return str(int(data)) if is_number else data.strip()


def read_instant(horodate: str) -> str:
    """A winter or summer horodate; a space stands for the season of a date in winter here."""
    local = datetime.strptime(horodate[1:], "%y%m%d%H%M%S").replace(tzinfo=UTC)
    return (local - timedelta(hours=2 if horodate[0] in "Ee" else 1)).isoformat()
