"""Names the machine and how busy it was: figures mean nothing without."""

import os
from pathlib import Path
import platform
import re
import subprocess
from typing import Final

from tests.e2e.processes import ROOT

_HASS: Final = ROOT / ".venv-ha" / "bin" / "hass"


def cpu_model() -> str:
    found = re.search(r"^model name\s*: (.+)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    return found[1].strip() if found else platform.machine()


def load() -> str:
    """Who else was at work: the mean number of processes that ran or waited."""
    return " ".join(f"{mean:.1f}" for mean in os.getloadavg())


def home_assistant() -> str:
    if not _HASS.exists():
        return "not installed"
    return subprocess.run([_HASS, "--version"], capture_output=True, text=True, check=True).stdout


def describe() -> str:
    return (
        f"{cpu_model()}, {os.cpu_count()} cores, {platform.system()} {platform.release()}, "
        f"Python {platform.python_version()}, Home Assistant {home_assistant().strip()}"
    )
