"""Knows the phases of a supply: voltage, current, power. Refuses to know what was counted."""

from math import hypot
from random import Random

NOMINAL_VOLTS = 234.0
VOLTAGE_DRIFT = 0.3  # volts, each second
VOLTAGE_RETURN = 0.01  # share of the distance to the nominal voltage made up each second
LINE_OHMS = 0.25
PHASES = 3


class Supply:
    """What a meter measures, integrated over the last second, on three phases (or on the first)."""

    def __init__(self, seed: int, phases: int) -> None:
        self.volts = [round(NOMINAL_VOLTS)] * PHASES
        self.amperes = [0] * PHASES
        self.watts = [0] * PHASES
        self.vars = [0] * PHASES
        self.voltamperes = [0] * PHASES  # negative: exporting
        self.total_watts = 0
        self.total_vars = 0
        self.total_voltamperes = 0
        self.lost: set[int] = set()  # phases without voltage, from 1
        self._phases = range(phases)
        self._noise = Random(f"{seed}/volts")
        self._offered = [NOMINAL_VOLTS + 1.3 * phase for phase in range(PHASES)]

    def measure(self, watts: list[int], vars_: list[int]) -> None:
        """Measure, phase by phase; a load on one phase lowers its voltage."""
        for phase in self._phases:
            alive = phase + 1 not in self.lost
            real, reactive = (watts[phase], vars_[phase]) if alive else (0, 0)
            offered = self._offered[phase]
            offered += self._noise.gauss(0, VOLTAGE_DRIFT)
            offered += (NOMINAL_VOLTS - offered) * VOLTAGE_RETURN
            self._offered[phase] = offered
            apparent = hypot(real, reactive)
            volts = offered - LINE_OHMS * real / offered
            self.volts[phase] = round(volts) if alive else 0
            self.amperes[phase] = round(apparent / volts)
            self.watts[phase], self.vars[phase] = real, reactive
            self.voltamperes[phase] = round(apparent) if real >= 0 else -round(apparent)
        self.total_watts = sum(self.watts)
        self.total_vars = sum(self.vars)
        apparent = abs(sum(self.voltamperes))
        self.total_voltamperes = apparent if self.total_watts >= 0 else -apparent
