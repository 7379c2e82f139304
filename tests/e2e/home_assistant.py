"""A Home Assistant in a folder of its own: launched, stopped, killed, restarted, its log read.

What is done inside it is the business of `client`.
"""

from collections.abc import Iterator, Sequence
import contextlib
import json
from pathlib import Path
import re
from typing import override

from ..waiting import OF_THE_MACHINE
from .client import Client
from .processes import ROOT, Child, HeldPort, Server, wait_for

AIDS = Path(__file__).parent / "aids"  # integrations of which a configuration makes use or not

# No `default_config`: it brings what reaches for the internet. No `http`: its port is SETUP_PORT.
CONFIGURATION = """\
config:
energy:
frontend:
history:
logbook:
mqtt:
recorder:
system_health:
usb:
logger:
  default: warning
  logs:
    custom_components.linky_tic: info
"""

# Statistics are compiled when they are wanted.
RECORDING = f"{CONFIGURATION}statistics_now:\n"

# These steps would add met, radio_browser and others that reach for the internet.
ONBOARDING = {
    "version": 4,
    "minor_version": 1,
    "key": "onboarding",
    "data": {"done": ["core_config", "analytics", "integration"]},
}

_ABOVE_INFO = re.compile(r"\d{4}-\S+ \S+ (WARNING|ERROR|CRITICAL) ")
_OF_EVERY_ONE = "custom integration linky_tic which has not been tested"


class HomeAssistant(Server):
    """`launcher` is what starts it in its place: a command that goes before its own."""

    def __init__(
        self,
        folder: Path,
        port: int = 0,
        configuration: str = CONFIGURATION,
        launcher: Sequence[str] = (),
    ) -> None:
        self.folder = folder
        self._launcher = launcher
        self.log = folder / "hass.log"
        self._held = HeldPort(port)
        self.port = self._held.number
        self.client = Client(self.port)
        self.child: Child | None = None
        self._furnish(configuration)

    def _furnish(self, configuration: str) -> None:
        (self.folder / ".storage").mkdir(parents=True)
        (self.folder / "custom_components").mkdir()
        (self.folder / "configuration.yaml").write_text(configuration)
        (self.folder / ".storage" / "onboarding").write_text(json.dumps(ONBOARDING))
        ours = ROOT / "custom_components" / "linky_tic"
        (self.folder / "custom_components" / ours.name).symlink_to(ours)
        for aid in AIDS.glob("[a-z]*.py"):
            self.install(aid)

    def install(self, module: Path) -> None:
        """Make an integration of a module, the domain being its name.

        Its manifest is written here: the store wants a repository with one manifest alone.
        """
        folder = self.folder / "custom_components" / module.stem
        folder.mkdir()
        (folder / "__init__.py").symlink_to(module)
        manifest = {
            "domain": module.stem,
            "name": module.stem,
            "version": "1.0.0",
            "after_dependencies": ["recorder"],
        }
        (folder / "manifest.json").write_text(json.dumps(manifest))

    @override
    def start(self) -> None:
        """Launch, and wait for the first answer; the integrations may still be setting up."""
        hass = ROOT / ".venv-ha" / "bin" / "hass"
        arguments: list[str | Path] = ["-c", self.folder, "--skip-pip", "--log-no-color"]
        command = [*self._launcher, hass, *arguments]
        self.child = child = Child(command, self.log, {"SETUP_PORT": str(self.port)})

        def answers() -> bool:
            if not child.alive:
                raise ChildProcessError(self.log.read_text())
            with contextlib.suppress(OSError):
                self.client.get("/manifest.json")
                return True
            return False

        wait_for(answers, "Home Assistant answering")

    @override
    def stop(self) -> None:
        if self.child:
            self.child.stop()

    def kill(self) -> None:
        if self.child:
            self.child.kill()

    def restart(self) -> None:
        self.stop()
        self.start()
        self.client.wait_until_running()

    def complaints(self) -> Iterator[str]:
        """What its log says of our integration above INFO, tracebacks included."""
        for record in self._records():
            is_ours = "linky_tic" in record and _OF_EVERY_ONE not in record
            if is_ours and _ABOVE_INFO.match(record) and not OF_THE_MACHINE.search(record):
                yield record

    def _records(self) -> list[str]:
        return re.split(r"\n(?=\d{4}-\d\d-\d\d )", self.log.read_text(errors="replace"))
