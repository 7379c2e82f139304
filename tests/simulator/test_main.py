"""The command, as a person runs it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
import signal
import socket
import subprocess
import sys

import pytest

from simulator.__main__ import household, parser, source
from simulator.line import Replay

from ..waiting import HANGS
from .reading import as_dict, standard_labels

ROOT = Path(__file__).parents[2]
EVERYTHING = """--tcp :0 --contract tempo --phases 3 --producer --start 2026-11-23T20:30:00
    --load 900 --pref 12 --off-peak 22:00-06:00 --message SALUT --ultra-short-message BONJOUR
    --peak 1 2026-11-25T06:00 2026-11-26T06:00 --peak 2 2026-11-26T06:00 2026-11-27T06:00
    --peak 3 2026-11-27T06:00 2026-11-28T06:00"""


@contextmanager
def simulator(*arguments: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The running command, and where it says that it talks."""
    command = [sys.executable, "-m", "simulator", *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as child:
        try:
            assert child.stdout is not None
            yield child, child.stdout.readline().split()[-1]
        finally:
            child.kill()


def test_a_tcp_meter_talks_where_it_says() -> None:
    with simulator("--tcp", "127.0.0.1:0", "--mode", "historic", "--speed", "20") as (_, url):
        host, number = url.removeprefix("socket://").split(":")
        with socket.create_connection((host, int(number)), timeout=HANGS) as client:
            heard = b""
            while len(heard) < 400:
                heard += client.recv(4096)
    assert b"\nISOUSC 45 ?\r" in bytes(byte & 0x7F for byte in heard)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_without_a_trace(tmp_path: Path, number: int) -> None:
    link = tmp_path / "linky"
    with simulator("--pty", str(link), "--strip", "--noise", "1e-4") as (child, url):
        assert url == str(link)
        assert link.exists()
        child.send_signal(number)
        assert child.wait(HANGS) == 0
    assert not link.is_symlink()


def test_without_a_place_it_finds_one_and_leaves_nothing_there() -> None:
    with simulator() as (child, url):
        assert Path(url).exists()
        child.send_signal(signal.SIGINT)
        assert child.wait(HANGS) == 0
    assert not Path(url).parent.exists()


@pytest.mark.parametrize("place", ["nowhere", "127.0.0.1:http"])
def test_a_place_that_is_none_is_answered_in_a_line(
    place: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        parser().parse_args(["--tcp", place])
    assert "invalid host value" in capsys.readouterr().err


def test_with_the_right_options_a_meter_says_everything() -> None:
    options = parser().parse_args(EVERYTHING.split())
    house = household(options)
    house.advance(20)
    groups = as_dict(house.frame())
    assert set(groups) == set(standard_labels())
    assert groups["MSG1"] == f"{'SALUT':32}"
    assert groups["SINSTS"] == "00900"


def test_a_recording_takes_the_place_of_a_house(tmp_path: Path) -> None:
    recording = tmp_path / "recording.bin"
    recording.write_bytes(b"\x02\nVTIC\t02\tJ\r\x03")
    assert isinstance(
        source(parser().parse_args(["--tcp", ":0", "--replay", str(recording)])), Replay
    )
