"""Knows how bytes reach a reader: a pseudo-terminal or a TCP port, at the pace of the wire.

Refuses to know what they are. Nobody reads: they are lost, as on a real line.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
import os
from pathlib import Path
import select
import socket
import termios
from threading import Event, RLock, Thread
from time import monotonic
import tty
from types import TracebackType
from typing import Self

from .line import Burst, Source
from .wire import BITS, heard_at, line_seconds

CHUNK_SECONDS = 0.016  # what the driver of a UART gathers before it wakes its reader
CHUNK_LIMIT = 1024  # bytes, a quarter of what a pseudo-terminal holds
LAG_SECONDS = 0.5  # made up for when the machine was busy; what is older is let go
PATIENCE_SECONDS = 1.0  # as fast as possible: how long a reader may keep its buffer full
IDLE_SECONDS = 0.05  # as fast as possible: between two looks for a reader
BAUD = {
    termios.B1200: 1200,
    termios.B9600: 9600,
    termios.B19200: 19200,
    termios.B38400: 38400,
    termios.B57600: 57600,
    termios.B115200: 115200,
}


def pieces(burst: Burst, speed: float) -> Iterator[tuple[bytes, float]]:
    """A burst in the chunks that a driver delivers, with the time that each one takes."""
    size = min(CHUNK_LIMIT, max(1, int(burst.baud / BITS * CHUNK_SECONDS * speed)))
    spent = line_seconds(len(burst.data), burst.baud)
    for start in range(0, len(burst.data), size):
        chunk = burst.data[start : start + size]
        yield chunk, line_seconds(len(chunk), burst.baud)
    yield b"", max(0.0, burst.seconds - spent)


class Port(ABC):
    """Plays a source in a thread of its own, between `open` and `close`.

    `speed` times as fast as the wire; None: as fast as somebody reads, the simulated time waits.
    """

    def __init__(self, source: Source, *, speed: float | None = 1.0) -> None:
        self._source = source
        self._speed = speed
        self._stop = Event()
        self._lock = RLock()
        self._thread = Thread(target=self._play, name="simulated meter", daemon=True)
        self._pulled = False  # by the source
        self.bytes_lost = 0

    @property
    @abstractmethod
    def url(self) -> str:
        """What a reader opens."""

    @abstractmethod
    def replug(self) -> None:
        """Make the port appear, under the same address."""

    @abstractmethod
    def unplug(self) -> None:
        """Make the port disappear, with its readers."""

    @abstractmethod
    def _listened_to(self) -> bool: ...

    @abstractmethod
    def _write(self, data: bytes, patience: float) -> int:
        """Give the readers what they take at once, or within some seconds; tell how much."""

    def open(self) -> Self:
        self.replug()
        self._thread.start()
        return self

    def close(self) -> None:
        self._stop.set()
        self._thread.join()
        self.unplug()

    def __enter__(self) -> Self:
        return self.open()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _play(self) -> None:
        due = monotonic()
        patience = CHUNK_SECONDS if self._speed and self._speed > 1 else 0
        while not self._stop.is_set():
            if self._speed is None:
                self._play_fast()
                continue
            burst = self._source.next()
            self._obey(plugged=burst.plugged)
            for piece, seconds in pieces(burst, self._speed):
                due = max(due + seconds / self._speed, monotonic() - LAG_SECONDS)
                if self._stop.wait(max(0.0, due - monotonic())):
                    return
                self._send(piece, burst.baud, patience)

    def _play_fast(self) -> None:
        if not self._listened_to() and not self._pulled:
            self._stop.wait(IDLE_SECONDS)
            return
        burst = self._source.next()
        self._obey(plugged=burst.plugged)
        self._send(burst.data, burst.baud, PATIENCE_SECONDS)

    def _obey(self, *, plugged: bool) -> None:
        """The source may pull the plug, and only puts back what it pulled."""
        if plugged == self._pulled:
            self._pulled = not plugged
            (self.replug if plugged else self.unplug)()

    def _send(self, data: bytes, baud: int, patience: float) -> None:
        if data:
            with self._lock:
                heard = self._heard(data, baud)
                self.bytes_lost += len(heard) - self._write(heard, patience)

    def _give(
        self,
        offer: Callable[[bytes], int],
        room: Callable[[float], bool],
        data: bytes,
        patience: float,
    ) -> int:
        """What is taken; `room` waits until more may be, and is false when the reader has gone."""
        given, deadline = 0, monotonic() + patience
        while True:
            with suppress(BlockingIOError):
                given += offer(data[given:])
            left = min(IDLE_SECONDS, deadline - monotonic())
            if given == len(data) or left <= 0 or self._stop.is_set() or not room(left):
                return given

    def _heard(self, data: bytes, baud: int) -> bytes:  # noqa: ARG002  (a network has no speed)
        return data


class PtyPort(Port):
    """A pseudo-terminal behind a symbolic link; with `uart`, it minds the speed its reader sets."""

    def __init__(
        self, source: Source, link: Path, *, speed: float | None = 1.0, uart: bool = False
    ) -> None:
        super().__init__(source, speed=speed)
        self._link = link
        self._uart = uart
        self._master: int | None = None
        self._device = ""
        self._read = False

    @property
    def url(self) -> str:
        return str(self._link)

    def replug(self) -> None:
        with self._lock:
            if self._master is not None:
                return
            if self._link.exists() and not self._link.is_symlink():
                raise FileExistsError(f"{self._link} is not a link")
            self._master, slave = os.openpty()
            tty.setraw(slave)
            self._device = os.ttyname(slave)
            # Ours is closed: from now on the master hangs up whenever nobody reads.
            os.close(slave)
            os.set_blocking(self._master, False)
            new = self._link.with_name(f"{self._link.name}.{os.getpid()}")
            new.symlink_to(self._device)
            new.replace(self._link)

    def unplug(self) -> None:
        with self._lock:
            if self._master is None:
                return
            with suppress(OSError):
                if self._link.readlink() == Path(self._device):
                    self._link.unlink()
            os.close(self._master)
            self._master = None

    def _events(self, patience: float = 0) -> int:
        poll = select.poll()
        if self._master is None:
            return select.POLLHUP
        poll.register(self._master, select.POLLIN | (select.POLLOUT if patience else 0))
        events = poll.poll(patience * 1000)
        return events[0][1] if events else 0

    def _listened_to(self) -> bool:
        with self._lock:
            return not self._events() & select.POLLHUP

    def _write(self, data: bytes, patience: float) -> int:
        events = self._events()
        if self._master is None:
            return 0
        if events & select.POLLHUP:
            if self._read:
                self._flush()
            self._read = False
            return 0
        self._read = True
        if events & select.POLLIN:
            with suppress(OSError):
                os.read(self._master, 4096)  # a reader's own words, or its echo
        return self._give(partial(os.write, self._master), self._room, data, patience)

    def _flush(self) -> None:
        """Drop what the last reader left: only from the reader's side is all of it flushed."""
        with suppress(OSError):
            slave = os.open(self._device, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
            termios.tcflush(slave, termios.TCIOFLUSH)
            os.close(slave)

    def _room(self, seconds: float) -> bool:
        return not self._events(seconds) & select.POLLHUP

    def _heard(self, data: bytes, baud: int) -> bytes:
        if not self._uart or self._master is None:
            return data
        speed = BAUD.get(termios.tcgetattr(self._master)[4], baud)
        return data if speed == baud else heard_at(data, sent=baud, heard=speed)


class TcpPort(Port):
    """Serves any number of clients, like a serial port on a network; port 0: a free one."""

    def __init__(
        self, source: Source, host: str = "127.0.0.1", port: int = 0, *, speed: float | None = 1.0
    ) -> None:
        super().__init__(source, speed=speed)
        self._address = host, port
        self._held: socket.socket | None = None  # so that nobody takes the port while unplugged
        self._server: socket.socket | None = None
        self._clients: list[socket.socket] = []
        self.frozen = False  # the connections stay, and nothing comes any more

    @property
    def url(self) -> str:
        return "socket://{}:{}".format(*self._address)

    def replug(self) -> None:
        with self._lock:
            if self._held is None:
                self._held = socket.socket()
                self._held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                self._held.bind(self._address)
                self._address = self._held.getsockname()
            if self._server is None:
                self._server = socket.create_server(self._address)
                self._server.settimeout(0)

    def close(self) -> None:
        super().close()
        if self._held:
            self._held.close()

    def unplug(self) -> None:
        with self._lock:
            for connection in (*self._clients, *((self._server,) if self._server else ())):
                connection.close()
            self._clients.clear()
            self._server = None

    def _accept(self) -> None:
        with suppress(BlockingIOError):
            while self._server is not None:
                client, _ = self._server.accept()
                client.settimeout(0)
                client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self._clients.append(client)

    def _listened_to(self) -> bool:
        with self._lock:
            self._accept()
            return bool(self._clients)

    def _write(self, data: bytes, patience: float) -> int:
        self._accept()
        if self.frozen:
            return 0
        given = [self._give_client(client, data, patience) for client in [*self._clients]]
        return max(given, default=0)

    def _give_client(self, client: socket.socket, data: bytes, patience: float) -> int:
        def room(seconds: float) -> bool:
            select.select([], [client], [], seconds)
            return True

        try:
            with suppress(BlockingIOError):
                if not client.recv(4096):
                    raise ConnectionResetError
            return self._give(client.send, room, data, patience)
        except OSError:
            client.close()
            self._clients.remove(client)
            return 0
