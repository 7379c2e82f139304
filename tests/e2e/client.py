"""What a person does in Home Assistant's front end, done over the same HTTP and WebSocket doors."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
import http.client
import json
import time
from typing import Any
from urllib.parse import urlencode

from websockets.sync.client import connect

from ..waiting import HANGS
from .broker import PROTOCOL
from .processes import wait_for

type Json = Any  # Home Assistant's answers are its own to shape, and to change

FRANCE = {
    "location_name": "Maison",
    "country": "FR",
    "language": "fr",
    "currency": "EUR",
    "time_zone": "Europe/Paris",
    "unit_system": "metric",
    "latitude": 48.8566,
    "longitude": 2.3522,
}
FLOWS = "/api/config/config_entries/flow"
OPTIONS = "/api/config/config_entries/options/flow"
PERIOD = timedelta(minutes=5)


class Refused(Exception):
    """Home Assistant's own words: an error status, a flow that aborted, a form given back."""


class Client:
    def __init__(self, port: int) -> None:
        self._port = port
        self._token = ""
        self.tokens: Json = None  # as the front end keeps them in `hassTokens`

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    def request(self, method: str, path: str, body: Json = None) -> Json:
        text = None if body is None else json.dumps(body)
        headers = {"Content-Type": "application/json"}
        if self._token:
            headers["Authorization"] = f"Bearer {self._token}"
        return self._exchange(method, path, text, headers)

    def _exchange(self, method: str, path: str, body: str | None, headers: dict[str, str]) -> Json:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=HANGS)
        try:
            connection.request(method, path, body, headers)
            response = connection.getresponse()
            answer = response.read().decode()
        finally:
            connection.close()
        if response.status >= http.client.BAD_REQUEST:
            raise Refused(f"{method} {path}: {response.status} {answer}")
        return json.loads(answer) if answer else None

    def get(self, path: str) -> Json:
        return self.request("GET", path)

    def post(self, path: str, body: Json = None) -> Json:
        return self.request("POST", path, {} if body is None else body)

    def delete(self, path: str) -> Json:
        return self.request("DELETE", path)

    def command(self, command: str, **arguments: Json) -> Json:
        """One WebSocket command and its result."""
        uri = f"ws://127.0.0.1:{self._port}/api/websocket"
        with connect(uri, max_size=None, proxy=None) as socket:
            socket.recv()
            socket.send(json.dumps({"type": "auth", "access_token": self._token}))
            socket.recv()
            socket.send(json.dumps({"id": 1, "type": command, **arguments}))
            answer = json.loads(socket.recv())
        if not answer.get("success"):
            raise Refused(f"{command}: {answer}")
        return answer["result"]

    def onboard(self, username: str, password: str) -> None:
        """Create the first user and log in."""
        client_id = f"{self.url}/"
        user = {"name": username, "username": username, "password": password, "language": "fr"}
        made = self.post("/api/onboarding/users", {"client_id": client_id, **user})
        grant = {
            "grant_type": "authorization_code",
            "code": made["auth_code"],
            "client_id": client_id,
        }
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        granted = self._exchange("POST", "/auth/token", urlencode(grant), form)
        expires = int((time.time() + granted["expires_in"]) * 1000)
        self.log_in(granted | {"hassUrl": self.url, "clientId": client_id, "expires": expires})

    def log_in(self, tokens: Json) -> None:
        """Go on as the user of these tokens, for good, and move the house to France."""
        self.tokens = tokens
        self._token = tokens["access_token"]
        # The token of a login lasts half an hour, less than a demo may.
        self._token = self.command("auth/long_lived_access_token", client_name="linky", lifespan=30)
        self.command("config/core/update", **FRANCE)

    def wait_until_running(self) -> None:
        wait_for(lambda: self.get("/api/config")["state"] == "RUNNING", "Home Assistant running")

    def states(self) -> dict[str, Json]:
        return {state["entity_id"]: state for state in self.get("/api/states")}

    def configure(self, handler: str, answers: Mapping[str, Json]) -> Json:
        """Walk a config flow to its entry, each form answered once, by the name of its step."""
        left = dict(answers)
        step = self.post(FLOWS, {"handler": handler})
        while step["type"] != "create_entry":
            step = self._next(self.settled(step), left)
        if "next_flow" in step:  # what it would ask is not answered
            self.delete(f"{OPTIONS}/{step['next_flow'][1]}")
        return step["result"]

    def _next(self, step: Json, answers: dict[str, Json]) -> Json:
        match step:
            case {"type": "form", "step_id": name} if name in answers:
                return self.post(f"{FLOWS}/{step['flow_id']}", answers.pop(name))
            case {"type": "create_entry"}:
                return step
            case _:
                told = ("type", "step_id", "reason", "errors", "description_placeholders")
                raise Refused(json.dumps({key: step.get(key) for key in told}, ensure_ascii=False))

    def set_options(self, entry_id: str, answers: Json, step: str) -> None:
        """Fill in a form of an entry's options; the entry is then set up again."""
        form = self.options(entry_id, step)
        done = self.post(f"{OPTIONS}/{form['flow_id']}", answers)
        if done["type"] == "menu":  # it is stored, and may be corrected
            done = self.post(f"{OPTIONS}/{form['flow_id']}", {"next_step_id": "finish"})
        if done["type"] != "create_entry":
            raise Refused(json.dumps(done, ensure_ascii=False))

    def options(self, entry_id: str, step: str) -> Json:
        """What a step of the options of an entry shows."""
        menu = self.post(OPTIONS, {"handler": entry_id})
        return self.post(f"{OPTIONS}/{menu['flow_id']}", {"next_step_id": step})

    def count_heads(self) -> dict[str, int]:
        """Count what an integration may leave behind; wants head_count."""
        answer = self.post("/api/services/head_count/count?return_response")
        return dict(answer["service_response"])

    def write(self) -> None:
        """Have the recorder write what has happened; wants statistics_now."""
        self.post("/api/services/statistics_now/write")

    def compile_statistics(self, periods: int) -> None:
        """Close the period that is so many ahead of the present one."""
        self.compile_period(datetime.now(UTC) + periods * PERIOD)

    def compile_period(self, moment: datetime) -> None:
        """Close the period in which a moment lies; wants statistics_now."""
        start = moment.replace(minute=moment.minute // 5 * 5, second=0, microsecond=0)
        self.post("/api/services/statistics_now/compile", {"start": start.isoformat()})

    def settled(self, step: Json) -> Json:
        """Return what a progress step came to."""

        def is_over() -> Json:
            now = self.get(f"{FLOWS}/{step['flow_id']}") if self._goes_on(step) else step
            return None if self._goes_on(now) else now

        return wait_for(is_over, f"the end of {step.get('step_id')}", 0.3)

    @staticmethod
    def _goes_on(step: Json) -> bool:
        return step["type"] in {"progress", "progress_done"}

    def add_broker(self, port: int) -> Json:
        certificates = {"set_client_cert": False, "set_ca_cert": "off"}
        broker = {"broker": "127.0.0.1", "port": port, "protocol": PROTOCOL}
        return self.configure("mqtt", {"broker": broker | {"other_settings": certificates}})

    def add_meter(self, port: str) -> Json:
        return self.configure("linky_tic", {"user": {"port": port}, "confirm": {}})
