"""Child processes, and how to wait for what they do; what they are for is not known here."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
import contextlib
import os
from pathlib import Path
import signal
import socket
import subprocess
import time
from typing import Self

from ..waiting import HANGS

ROOT = Path(__file__).resolve().parents[2]


class Child:
    """A process in a group of its own, so that stopping it stops whatever it started."""

    def __init__(
        self, command: Sequence[str | Path], log: Path, env: Mapping[str, str] | None = None
    ) -> None:
        with log.open("ab") as output:
            self._process = subprocess.Popen(
                command,
                cwd=ROOT,
                # Bytecode is kept: Home Assistant is launched again and again.
                env={**os.environ, "PYTHONDONTWRITEBYTECODE": "", **(env or {})},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    def stop(self, seconds: float = 60) -> None:
        """Ask first; whoever has not gone by then is killed, and so is what it left behind."""
        if self.alive:
            self._process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(seconds)
        self.kill()

    def kill(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        self._process.wait()


def wait_for[T](look: Callable[[], T], what: str, pause: float = 0.1) -> T:
    """Return the first true answer of `look`, or say what was waited for in a TimeoutError."""
    deadline = time.monotonic() + HANGS
    while True:
        if found := look():
            return found
        if time.monotonic() > deadline:
            message = f"{what}: not within {HANGS:.0f} s"
            raise TimeoutError(message)
        time.sleep(pause)


class HeldPort:
    """A TCP port of loopback that is ours for as long as this lives: `wanted` if nobody has it.

    It is bound and not listened to. Linux then gives it to nobody, and lets a server listen there
    that binds it with SO_REUSEADDR as well, which all do: as often as it is started again. Bound
    without, it is refused to whoever holds a port in this way too.
    """

    def __init__(self, wanted: int = 0) -> None:
        self._socket = socket.socket()
        try:
            self._socket.bind(("127.0.0.1", wanted))
        except OSError:
            self._socket.bind(("127.0.0.1", 0))
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.number: int = self._socket.getsockname()[1]


def listens(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False


class Server(ABC):
    """What is started and stopped, several times over perhaps, and stopped for good at the end."""

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:  # a signal too: nobody else would stop what has been launched
            self.stop()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @abstractmethod
    def start(self) -> None:
        """Launch it, and wait until it answers."""

    @abstractmethod
    def stop(self) -> None:
        """Stop it, if it runs."""
