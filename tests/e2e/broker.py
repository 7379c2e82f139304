"""An MQTT broker on loopback, and a subscriber that remembers.

It is mosquitto where that is installed. Run as a module it is one in Python, which knows MQTT 3.1.1
and nothing newer. It knows nothing of Home Assistant nor of what is published.
"""

import asyncio
from collections import deque
from pathlib import Path
import shutil
import signal
import sys
import threading
from typing import Self, override

from amqtt.broker import Broker as Engine
from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

from ..waiting import HANGS
from .processes import ROOT, Child, HeldPort, Server, listens, wait_for

QOS = 1
REMEMBERED = 10_000  # messages: hours of a meter, a few tens of megabytes
# Debian puts it where only root's path leads.
MOSQUITTO = shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin")
PROTOCOL = "5" if MOSQUITTO else "3.1.1"
_SETTINGS = """\
listener {port} 127.0.0.1
allow_anonymous true
user root
persistence true
persistence_location {folder}/
"""


class Broker(Server):
    """Keeps its port when it is stopped, so that it can come back where its clients expect it.

    What it retains outlives a stop, not when it is killed. Started by root it stays root: another
    account could not write there.
    """

    def __init__(self, folder: Path, port: int = 0) -> None:
        self._held = HeldPort(port)
        self.port = self._held.number
        self._settings = folder / "mosquitto.conf"
        self._log = folder / "broker.log"
        self.child: Child | None = None

    @override
    def start(self) -> None:
        self._settings.write_text(_SETTINGS.format(port=self.port, folder=self._log.parent))
        command: list[str | Path] = (
            [MOSQUITTO, "-c", self._settings]
            if MOSQUITTO
            else [sys.executable, "-m", __name__, str(self.port)]
        )
        self.child = Child(command, self._log, {"PYTHONPATH": str(ROOT)})
        wait_for(lambda: listens(self.port), "the broker listening")

    @override
    def stop(self) -> None:
        if self.child:
            self.child.stop(5)

    def kill(self) -> None:
        if self.child:
            self.child.kill()


class Subscriber:
    """Every message of a topic filter, in order of arrival, from a client of its own."""

    def __init__(
        self,
        port: int,
        topic: str = "#",
        version: MQTTProtocolVersion = MQTTProtocolVersion.MQTTv311,
    ) -> None:
        self._topic = topic
        self._arrived = threading.Condition()
        self._messages: deque[tuple[str, bytes]] = deque(maxlen=REMEMBERED)
        self._expiries: dict[str, int | None] = {}
        self._subscribed = threading.Event()
        self._client = Client(CallbackAPIVersion.VERSION2, protocol=version)
        self._client.on_connect = lambda client, *_: client.subscribe(topic, QOS)
        self._client.on_subscribe = lambda *_: self._subscribed.set()
        self._client.on_message = self._keep
        self._client.connect("127.0.0.1", port)

    def __enter__(self) -> Self:
        self._client.loop_start()
        self._subscribed.wait(HANGS)
        return self

    def __exit__(self, *_: object) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    def _keep(self, _client: Client, _userdata: object, message: MQTTMessage) -> None:
        with self._arrived:
            expiry = getattr(message.properties, "MessageExpiryInterval", None)
            self._expiries[message.topic] = expiry
            self._messages.append((message.topic, message.payload))
            self._arrived.notify_all()

    def messages(self, topic: str | None = None) -> list[tuple[str, bytes]]:
        with self._arrived:
            return [each for each in self._messages if topic in (None, each[0])]

    def expiry(self, topic: str) -> int | None:
        """Give the seconds after which the broker forgets the newest message of a topic."""
        with self._arrived:
            return self._expiries[topic]

    def newest(self, topic: str) -> bytes | None:
        return next((payload for name, payload in reversed(self.messages()) if name == topic), None)

    def retained(self) -> list[tuple[str, bytes]]:
        """What the broker kept of all its topics: it sends that before what is published now."""
        end = "retained/end"
        self._client.publish(end, qos=QOS)
        self.wait_for(1, end)
        return [each for each in self.messages() if each[0] != end]

    def wait_for(self, count: int, topic: str | None = None) -> bool:
        """Wait for `count` messages (of `topic`, or of all); false when they do not come."""
        with self._arrived:
            return self._arrived.wait_for(lambda: len(self.messages(topic)) >= count, HANGS)


async def _serve(port: int) -> None:
    stopped = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopped.set)
    engine = Engine(
        {
            "listeners": {"default": {"type": "tcp", "bind": f"127.0.0.1:{port}"}},
            "plugins": {
                "amqtt.plugins.authentication.AnonymousAuthPlugin": {"allow_anonymous": True}
            },
        }
    )
    await engine.start()
    await stopped.wait()
    await engine.shutdown()


if __name__ == "__main__":
    asyncio.run(_serve(int(sys.argv[1])))
