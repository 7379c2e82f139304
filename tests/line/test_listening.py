"""One listening tells which meter speaks on a port, or what is wrong there."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from itertools import accumulate
from pathlib import Path
from typing import Final

import pytest

from custom_components.linky_tic.line import detection, listening
from custom_components.linky_tic.line.listening import Heard, Missing, NotHeard, listen
from custom_components.linky_tic.line.port import Port, PortUnavailable
from custom_components.linky_tic.tic import Mode, text_of
from simulator.line import Burst, Replay
from simulator.ports import PtyPort, TcpPort

from ..access_server import access_server
from ..tic.streams import standard
from ..waiting import HANGS

pytestmark = pytest.mark.usefixtures("all_is_closed")

_CAPTURES: Final = Path(__file__).parents[1] / "data" / "captures"
_SPEEDS: Final = {"standard": 9600, "historic": 1200}
_PACE: Final = 8.0


_TRYING: Final = detection.TRYING
_USUAL: Final = (listening._SETTLING, listening._LOOK)


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the times pass as fast as the simulated meters speak, and wait for what they say."""
    monkeypatch.setattr(detection, "TRYING_SILENCE", HANGS)
    monkeypatch.setattr(listening, "_SETTLING", HANGS)
    monkeypatch.setattr(listening, "_LOOK", 0.05)
    _give_up(monkeypatch)


def _give_up(monkeypatch: pytest.MonkeyPatch, *, but: int = 0) -> None:
    """Have wrong speeds given up soon, but for the one that is right."""
    trying = dict.fromkeys(detection.TRYING, 0.2) | {1200: 0.4, but: HANGS}
    for module in (detection, listening):
        monkeypatch.setattr(module, "TRYING", trying)


class Murmur:
    """Bytes that are no TIC, or too little of it."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    def next(self) -> Burst:
        return Burst(self._data, max(0.1, len(self._data) / 960), 9600)


type Replayed = Callable[..., PtyPort]


@pytest.fixture
def replayed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Replayed:
    """Replay a capture on a pseudo-terminal that minds the speed of its reader."""

    def replay(name: str, speed: int = 0) -> PtyPort:
        speed = speed or _SPEEDS[name.partition("_")[0]]
        _give_up(monkeypatch, but=speed)
        recording = Replay(_CAPTURES / f"{name}.bin", speed)
        pace = _PACE * min(1, 9600 / speed)
        return PtyPort(recording, tmp_path / "tty", speed=pace, uart=True)

    return replay


async def _hear(meter: PtyPort | TcpPort) -> Heard:
    with meter:
        return await listen(meter.url, seconds=HANGS)


@pytest.mark.parametrize(
    ("name", "facts"),
    [
        ("standard_mono_hphc", (1, "H PLEINE/CREUSE", "02")),
        ("standard_three_tempo_white", (3, "TEMPO", "02")),
        ("standard_mono_producer_total", (1, "PRODUCTEUR", "02")),
        ("historic_mono_hc_long", (1, "HC..", None)),
        ("historic_three_base", (3, "BASE", None)),
    ],
)
async def test_a_meter_is_known_after_a_few_frames(
    replayed: Replayed, name: str, facts: tuple[int, str, str | None]
) -> None:
    heard = await _hear(replayed(name))
    contract = "NGTF" if heard.mode is Mode.STANDARD else "OPTARIF"
    assert heard.mode.value == name.partition("_")[0]
    assert heard.speed == _SPEEDS[heard.mode]
    said = (text_of(heard.readings, name) for name in (contract, "VTIC"))
    assert (heard.phases, *said) == facts
    assert heard.address.isalnum()
    assert len(heard.labels) > 8
    assert heard.good > 2 * len(heard.labels)


async def test_what_was_heard_at_the_wrong_speed_is_not_counted_as_bad(replayed: Replayed) -> None:
    heard = await _hear(replayed("historic_three_hc"))
    assert (heard.speed, heard.bad) == (1200, 0)


async def test_an_adapter_that_sends_historic_labels_at_9600_is_understood(
    replayed: Replayed,
) -> None:
    heard = await _hear(replayed("historic_mono_tempo_red", 9600))
    assert (heard.speed, heard.mode) == (9600, Mode.HISTORIC)


@pytest.mark.parametrize("name", ["standard_mono_hphc", "historic_mono_hc_long"])
async def test_a_relay_that_sends_on_at_a_speed_of_its_own_is_understood(
    replayed: Replayed, name: str
) -> None:
    heard = await _hear(replayed(name, 115200))
    assert (heard.speed, heard.mode.value) == (115200, name.partition("_")[0])


@pytest.mark.parametrize("name", ["historic_three_base", "standard_three_base"])
async def test_behind_a_tcp_bridge_the_speed_is_the_meters_own(name: str) -> None:
    recording = Replay(_CAPTURES / f"{name}.bin", 9600, parity="stripped")
    heard = await _hear(TcpPort(recording, speed=_PACE))
    assert (heard.speed, heard.phases) == (_SPEEDS[heard.mode], 3)


async def test_an_access_server_is_told_the_speed(monkeypatch: pytest.MonkeyPatch) -> None:
    _give_up(monkeypatch, but=1200)
    recording = Replay(_CAPTURES / "historic_mono_hc_long.bin", 1200)
    async with access_server(recording, pace=_PACE) as server:
        heard = await listen(server.url, seconds=HANGS)
    assert (heard.speed, heard.mode) == (1200, Mode.HISTORIC)
    assert server.speeds == [9600, 1200]


async def test_a_group_that_never_verifies_does_not_hold_the_listening_up(
    replayed: Replayed,
) -> None:
    async with asyncio.timeout(HANGS / 2):
        heard = await _hear(replayed("standard_mono_hphc"))
    assert heard.bad


async def test_silence_is_no_signal(tmp_path: Path) -> None:
    with PtyPort(Murmur(b""), tmp_path / "tty") as port, pytest.raises(NotHeard) as failure:
        await listen(port.url, seconds=0.3)
    assert failure.value.missing is Missing.NO_SIGNAL
    assert failure.value.facts == {"seconds": 0.3}


async def test_bytes_without_a_valid_group_are_not_tic(tmp_path: Path) -> None:
    noise = Murmur(bytes(range(256)) * 2)
    with PtyPort(noise, tmp_path / "tty") as port, pytest.raises(NotHeard) as failure:
        await listen(port.url, seconds=1.0)
    assert failure.value.missing is Missing.NOT_TIC
    assert failure.value.facts["received"] > 256


async def test_a_meter_that_never_says_its_address_has_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listening, "_SETTLING", 0.5)
    frame = b"\x02\nVTIC\t02\tJ\r\x03"
    with PtyPort(Murmur(frame), tmp_path / "tty") as port, pytest.raises(NotHeard) as failure:
        await listen(port.url, seconds=1.5)
    assert failure.value.missing is Missing.NO_ADDRESS


async def test_a_port_unplugged_while_it_is_listened_to_is_unavailable(tmp_path: Path) -> None:
    with PtyPort(Murmur(b"\x02"), tmp_path / "tty") as port:
        is_open = asyncio.Event()
        listening_to = asyncio.create_task(
            listen(port.url, seconds=HANGS, progress=lambda _: is_open.set())
        )
        await is_open.wait()
        port.unplug()
        with pytest.raises(PortUnavailable):
            await listening_to


async def test_a_listening_that_is_cancelled_frees_the_port(replayed: Replayed) -> None:
    with replayed("standard_mono_hphc") as meter:
        is_open = asyncio.Event()
        task = asyncio.create_task(
            listen(meter.url, seconds=HANGS, progress=lambda _: is_open.set())
        )
        await is_open.wait()
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        await (await Port.open(meter.url, 9600, bytearray().extend)).close()


async def test_progress_only_goes_forward(replayed: Replayed) -> None:
    shares: list[float] = []
    with replayed("standard_mono_hphc") as meter:
        await listen(meter.url, seconds=HANGS, progress=shares.append)
    assert shares == sorted(shares)
    assert 0 <= shares[0] < shares[-1] <= 1


class Ticking:
    """A clock that goes on by a second at each look."""

    def __init__(self) -> None:
        self.now = 100.0

    def monotonic(self) -> float:
        self.now += 1
        return self.now


@pytest.fixture
def ticking(monkeypatch: pytest.MonkeyPatch) -> Ticking:
    ticking = Ticking()
    monkeypatch.setattr(listening, "time", ticking)
    return ticking


@pytest.mark.usefixtures("ticking")
async def test_the_progress_is_the_share_of_the_time_gone(tmp_path: Path) -> None:
    shares: list[float] = []
    with PtyPort(Murmur(b""), tmp_path / "tty") as port, pytest.raises(NotHeard):
        await listen(port.url, seconds=5, progress=shares.append)
    assert shares == [0.2, 0.4, 0.6, 0.8]


def test_a_listening_lasts_longer_where_something_comes(
    ticking: Ticking, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert _USUAL == (15.0, 0.2)
    monkeypatch.setattr(listening, "_SETTLING", 15.0)
    monkeypatch.setattr(listening, "TRYING", _TRYING)
    listener = listening._Listener(9, has_speed=True)
    assert listener._end_at == ticking.now + 9
    assert listener.reception.speed == 9600
    trying = 2 * 2.0 + 2 * 4.0 + 4 * 3.5
    listener._handle_events([], 5.0, 0)
    assert listener._end_at == ticking.now + trying
    ends = listener._end_at
    ticking.now = ends
    listener._handle_events([], 6.0, 0)
    assert listener._end_at == ends
    listener = listening._Listener(9, has_speed=False)
    ends = listener._end_at
    listener._handle_events([], 5.0, 0)
    assert listener._end_at == ends
    listener._handle_events([], 6.0, 1)
    assert listener._end_at == ticking.now + 15
    ends = listener._end_at
    listener._handle_events([], 7.0, 1)
    assert (listener._end_at, listener._heard_at) == (ends, 7.0)


async def test_a_meter_that_says_its_address_alone_has_one_phase_and_nothing_bad(
    tmp_path: Path,
) -> None:
    frame = standard(("ADSC", "041961000000"))
    with PtyPort(Murmur(frame), tmp_path / "tty") as port:
        heard = await listen(port.url, seconds=HANGS)
    assert (heard.address, heard.phases, heard.bad) == ("041961000000", 1, 0)
    assert heard.labels == {"ADSC"}


@pytest.mark.parametrize(("speed", "characters"), [(1200, 120), (9600, 960), (115_200, 960)])
def test_what_was_heard_is_given_once_more_as_a_meter_spaces_it(
    speed: int, characters: int
) -> None:
    said = bytes(range(256)) * 5
    heard = Heard(
        address="041961000000", mode=Mode.HISTORIC, speed=speed, phases=1, readings={},
        labels=frozenset(), good=9, bad=0, recent=said, at=1000.0,
    )  # fmt: skip
    pieces, times = zip(*heard.chunks(), strict=True)
    assert b"".join(pieces) == said
    assert len(pieces[0]) == 64
    begun = 1000 - len(said) / characters
    ended = [begun + count / characters for count in accumulate(map(len, pieces))]
    assert times == pytest.approx(ended)
