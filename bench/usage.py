"""Knows how much of a processor a process and its children have used. Refuses to know for what."""

from dataclasses import dataclass
import os
from pathlib import Path
import time
from typing import Final, Self

_TICKS: Final = os.sysconf("SC_CLK_TCK")
_CPU_CLOCK: Final = 2  # CPUCLOCK_SCHED of the kernel's posix-timers.h
_PAGE: Final = os.sysconf("SC_PAGE_SIZE")


def _children(pid: int) -> list[int]:
    found = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in map(int, (task / "children").read_text().split()):
            found += [child, *_children(child)]
    return found


def cpu_seconds(pid: int) -> float:
    """User and system time of a process, of its children that live and of those that ended.

    Its own to the nanosecond, by its clock (clock_getcpuclockid(3)); theirs in ticks of 10 ms.
    """
    ticks = 0
    for number in (pid, *_children(pid)):
        fields = Path(f"/proc/{number}/stat").read_text().rpartition(") ")[2].split()
        ticks += sum(map(int, fields[11:15] if number != pid else fields[13:15]))
    return time.clock_gettime(~pid << 3 | _CPU_CLOCK) + ticks / _TICKS


def resident_bytes(pid: int | str = "self") -> int:
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * _PAGE


@dataclass(frozen=True)
class Mark:
    """A moment in the life of a process."""

    pid: int
    cpu: float
    at: float

    @classmethod
    def now(cls, pid: int) -> Self:
        return cls(pid, cpu_seconds(pid), time.monotonic())

    @property
    def ms_per_second(self) -> float:
        """Milliseconds of processor a second, from this mark until now."""
        return (cpu_seconds(self.pid) - self.cpu) / (time.monotonic() - self.at) * 1000
