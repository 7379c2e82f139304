"""A house whose rows of statistics are counted, without Home Assistant: a life in milliseconds.

Rows are made some readings after their period, as the recorder does, or after a start.
"""

from collections.abc import Mapping
import json
from random import Random
from typing import Final

from custom_components.linky_tic.history.counting import Counting
from custom_components.linky_tic.tic import LABELS

_TEMPO: Final = ("BBRHCJB", "BBRHPJB", "BBRHCJW", "BBRHPJW", "BBRHCJR", "BBRHPJR")
_SHOWN: Final[Mapping[str, Mapping[str, int]]] = {
    "base": {"BASE": 1},
    "hc": {"HCHC": 1, "HCHP": 2},
    "ejp": {"EJPHN": 1, "EJPHPM": 2},
    "tempo": {name: number for number, name in enumerate(_TEMPO, 1)},
}
"""Contract -> label of Historique -> register."""
_PERIOD: Final = 300
_MOST_WATTS: Final = 9_000
_STEPS: Final = {
    "live": 5,
    "restart": 1,
    "mode": 3,
    "contract": 2,
    "replaced": 2,
    "replaced mode": 1,
    "off": 2,
    "off mode": 2,
    "off contract": 1,
}
"""What happens -> how often."""
_OFF: Final = (20, 60, 600, 3600, 86_400, 90 * 86_400)


class House:
    """One house: `used` Wh since its meter was first heard, `counted` by the rows."""

    def __init__(self, luck: Random, mode: str, contracts: tuple[str, ...]) -> None:
        self.luck, self.mode, self.contracts = luck, mode, contracts
        self.contract = luck.choice(contracts)
        self.counting = Counting()
        self.used = self.counted = 0
        self._now = 1e9
        self._meters = 0
        self._states: dict[str, int] = {}
        self._rows: list[dict[str, int]] = []
        self._install()
        self._hear()

    def step(self) -> None:
        kind = self.luck.choices(list(_STEPS), list(_STEPS.values()))[0]
        if kind == "restart":
            self._restart()
            return
        if kind.startswith("off"):
            self._be_off()
        if "mode" in kind:
            self.mode = {"standard": "historic", "historic": "standard"}[self.mode]
        if "contract" in kind:
            self.contract = self.luck.choice(self.contracts)
        if "replaced" in kind:
            hidden = (self._registers[one] - self._heard[one] for one in self._registers)
            self.used -= sum(hidden)  # nobody can know of it
            self._install()
        self._hear()
        self._live(self.luck.randrange(1, 40 if kind == "live" else 6))

    def end(self) -> int:
        """Show all registers, and make all rows; return what was counted too much."""
        self.mode = "standard"
        self._hear()
        self._live(6)
        for _ in range(2):
            self._pass_time(_PERIOD)
            self._make_rows()
        return self.counted - self.used

    def _install(self) -> None:
        is_new = self._meters and self.luck.random() < 0.5
        used = {} if is_new else dict.fromkeys(_SHOWN[self.contract].values(), 30_000_000)
        self._registers = {one: self.luck.randrange(used.get(one, 0) + 1) for one in range(1, 11)}
        self._heard = dict(self._registers)
        self._meters += 1

    def _hear(self) -> None:
        shown = {f"EASF{number:02}": number for number in self._registers}
        if self.mode == "historic":
            shown = dict(_SHOWN[self.contract])
        for name, number in shown.items():
            value = self._heard[number] = self._registers[number]
            said = name, f"meter {self._meters}", LABELS[name], value, self._now
            self.counting.received(*said)
            if value or number in _SHOWN[self.contract].values():  # else it is disabled
                self.counting.shown(*said)
                self._states[name] = value
        self._sent = shown.keys()

    def _live(self, readings: int) -> None:
        for _ in range(readings):
            seconds = self.luck.choice((2, 10, 30, 100, 290))
            self._use(seconds, _MOST_WATTS)
            self._pass_time(seconds)
            steps = [self._make_rows, self._hear]
            self.luck.shuffle(steps)
            for step in steps:
                step()

    def _be_off(self) -> None:
        if self.luck.random() < 0.3:  # else the row is made after the start
            self._make_rows()
        self._restart()
        seconds = self.luck.choice(_OFF)
        self._use(seconds, 3_000)
        self._sent = dict[str, int]().keys()
        self._pass_time(seconds)
        if self.luck.random() < 0.5:
            self._make_rows()

    def _restart(self) -> None:
        self.counting = Counting.read(json.loads(json.dumps(self.counting.written)))

    def _use(self, seconds: int, watts: int) -> None:
        energy = int(self.luck.random() * watts * seconds / 3600)
        self.used += energy
        in_use, part = list(_SHOWN[self.contract].values()), self.luck.randrange(energy + 1)
        self._registers[self.luck.choice(in_use)] += part
        self._registers[self.luck.choice(in_use)] += energy - part

    def _pass_time(self, seconds: int) -> None:
        before, self._now = self._now, self._now + seconds
        if before // _PERIOD != self._now // _PERIOD:
            self._rows.append(dict(self._states))
            self._states = {name: one for name, one in self._states.items() if name in self._sent}

    def _make_rows(self) -> None:
        for states in self._rows:
            for name in filter(states.__contains__, list(self.counting.counters)):
                self.counted += self.counting.compiled(name, states[name])
        self._rows = []
