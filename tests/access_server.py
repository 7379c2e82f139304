"""A serial port behind an RFC 2217 access server, whose meter is heard at its own speed only."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import serial
from serial.rfc2217 import PortManager

from simulator.line import Source
from simulator.wire import heard_at


class AccessServer:
    """One client, one simulated meter; `speeds` are those that the client has asked for."""

    def __init__(self, source: Source, *, pace: float) -> None:
        self.url = ""
        self.speeds: list[int] = []
        self.gone = asyncio.Event()
        self.gone.set()
        self._source = source
        self._pace = pace

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Talk to one client until it goes."""
        self.gone.clear()
        port = serial.serial_for_url("loop://")
        manager = PortManager(port, writer)
        playing = asyncio.create_task(self._play(port, manager, writer))
        try:
            while received := await reader.read(256):
                for _ in manager.filter(received):
                    pass  # nobody writes to a meter
                if self.speeds[-1:] != [port.baudrate]:
                    self.speeds.append(port.baudrate)
        except ConnectionError:
            pass  # it went without a word
        finally:
            playing.cancel()
            await asyncio.wait((playing,))
            writer.close()
            self.gone.set()

    async def _play(
        self, port: serial.SerialBase, manager: PortManager, writer: asyncio.StreamWriter
    ) -> None:
        while True:
            burst = self._source.next()
            await asyncio.sleep(burst.seconds / self._pace)
            data = burst.data
            if port.baudrate != burst.baud:
                data = heard_at(data, sent=burst.baud, heard=port.baudrate)
            writer.write(b"".join(manager.escape(data)))


@asynccontextmanager
async def access_server(source: Source, *, pace: float) -> AsyncIterator[AccessServer]:
    """Serve on a free port of this machine."""
    access = AccessServer(source, pace=pace)
    server = await asyncio.start_server(access.serve, "127.0.0.1", 0)
    async with server:
        host, port = server.sockets[0].getsockname()
        access.url = f"rfc2217://{host}:{port}"
        yield access
    await access.gone.wait()
