"""What lies between a remote meter and Home Assistant: a relay of TCP connections that misbehaves.

It knows nothing of what it passes on.
"""

from contextlib import suppress
import socket
from threading import Event, Thread
import time
from typing import Self

from .processes import HeldPort

PASSED_AT_ONCE = 4096  # bytes


class Fate:
    """What becomes of the connections of some time: they end, with a word or without."""

    def __init__(self) -> None:
        self.is_sealed = Event()
        self.is_told = True


class Relay:
    """Passes on what a server says, `late` by some seconds and in lumps of as many.

    `greeting` is what a client hears first of all.
    """

    def __init__(self, server: str, *, late: float = 0, greeting: bytes = b"") -> None:
        host, _, port = server.removeprefix("socket://").partition(":")
        self._server = host, int(port)
        self._late = late
        self._greeting = greeting
        self._held = HeldPort()
        self._listener: socket.socket | None = None
        self._fate = Fate()
        self._forgotten: list[socket.socket] = []

    @property
    def url(self) -> str:
        return f"socket://127.0.0.1:{self._held.number}"

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        for client in self._forgotten:
            client.close()

    def start(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", self._held.number))
        Thread(target=self._accept, args=(self._listener,), daemon=True).start()

    def stop(self) -> None:
        """Hang up on everybody, and listen no more."""
        if self._listener:
            self._listener.shutdown(socket.SHUT_RDWR)
            self._listener.close()
            self._listener = None
        self._seal()

    def vanish(self) -> None:
        """Forget those who are connected without a word, as after a power cut."""
        self._fate.is_told = False
        self._seal()

    def _seal(self) -> None:
        fate, self._fate = self._fate, Fate()
        fate.is_sealed.set()

    def _accept(self, listener: socket.socket) -> None:
        with suppress(OSError):
            while True:
                client, _ = listener.accept()
                Thread(target=self._pass_on, args=(client, self._fate), daemon=True).start()

    def _pass_on(self, client: socket.socket, fate: Fate) -> None:
        with socket.create_connection(self._server) as server, suppress(OSError):
            client.sendall(self._greeting)
            while not fate.is_sealed.is_set() and (data := server.recv(PASSED_AT_ONCE)):
                time.sleep(self._late)
                client.sendall(data)
        if fate.is_told:
            client.close()
        else:
            self._forgotten.append(client)
