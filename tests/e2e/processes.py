"""Child processes, and how to wait for what they do; what they are for is not known here."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
import contextlib
import os
from pathlib import Path
from random import sample
import signal
import socket
import subprocess
import time
from typing import Self

ROOT = Path(__file__).resolve().parents[2]
_FOR_SERVERS = range(20_000, 30_000)  # below what Linux gives to clients, 32768 and up


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

    def stop(self, seconds: float = 20) -> None:
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


def wait_for[T](look: Callable[[], T], seconds: float, what: str, pause: float = 0.1) -> T:
    """Return the first true answer of `look`, or say what was waited for in a TimeoutError."""
    deadline = time.monotonic() + seconds
    while True:
        if found := look():
            return found
        if time.monotonic() > deadline:
            message = f"{what}: not within {seconds:g} s"
            raise TimeoutError(message)
        time.sleep(pause)


def free_port(wanted: int = 0) -> int:
    """Return `wanted` if nobody listens there, else a port that is free at this moment.

    Not one of those that the system gives to clients: a server that restarts would find it taken.
    """
    for port in filter(None, (wanted, *sample(_FOR_SERVERS, 100))):
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", port))
            return port
    raise OSError("no port is free")


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
