"""The command that shows what a recording or a port says, run as a person runs it."""

from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO, TextIOWrapper
import json
import os
from pathlib import Path
import pty
import select
import shutil
import signal
import subprocess
import sys
from tempfile import TemporaryFile
import tty
from types import SimpleNamespace
from typing import Any, NamedTuple

import pytest

from scripts import decode as script
from simulator.wire import to_8n1
from tests.tic.referee import DATA, STREAMS, good_groups
from tests.tic.streams import standard

ROOT = Path(__file__).parents[2]
DECODE = ROOT / "scripts" / "decode"
FRAMES = DATA / "frames"
GOLDEN = sorted((DATA / "decoded").glob("*.json"))

Said = dict[str, Any]  # JSON


class Ran(NamedTuple):
    """What a run of the command came to."""

    returncode: int
    stdout: bytes
    stderr: bytes


def run(*arguments: str | Path, stdin: bytes = b"") -> Ran:
    """Run the command as a process."""
    ran = subprocess.run([DECODE, *arguments], input=stdin, capture_output=True, check=False)
    return Ran(ran.returncode, ran.stdout, ran.stderr)


def decode(*arguments: str | Path, stdin: bytes = b"") -> Ran:
    """Run the command in this process."""
    stdout, stderr = (TextIOWrapper(BytesIO(), encoding="utf-8") for _ in range(2))
    with pytest.MonkeyPatch.context() as patch, TemporaryFile() as given:
        given.write(stdin)
        given.seek(0)
        # The command closes the descriptor that it reads.
        patch.setattr(sys, "stdin", SimpleNamespace(fileno=lambda: os.dup(given.fileno())))
        patch.setattr(sys, "stdout", stdout)
        patch.setattr(sys, "stderr", stderr)
        patch.setattr(sys, "argv", ["decode", *map(str, arguments)])
        code = script.main()
    stdout.flush()
    stderr.flush()
    return Ran(code, stdout.buffer.getvalue(), stderr.buffer.getvalue())


def said(*arguments: str | Path, stdin: bytes = b"") -> list[Said]:
    """What the command says in JSON, a frame at a time."""
    ran = decode(*arguments, "--json", stdin=stdin)
    assert (ran.returncode, ran.stderr) == (0, b"")
    return [json.loads(line) for line in ran.stdout.splitlines()]


@contextmanager
def listening(*arguments: str) -> Iterator[tuple[int, subprocess.Popen[bytes]]]:
    """The command on a pseudo-terminal, and the end where a meter would speak."""
    meter, port = pty.openpty()
    tty.setraw(port)
    path = os.ttyname(port)
    # Whoever is run in the background has Ctrl-C ignored, and so have the children.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    child = subprocess.Popen(
        [DECODE, path, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    signal.signal(signal.SIGINT, before)
    try:
        yield meter, child
    finally:
        child.kill()
        child.communicate()
        os.close(meter)
        os.close(port)


@pytest.mark.parametrize("path", STREAMS, ids=lambda path: path.stem)
def test_every_good_group_of_a_recording_is_printed_and_no_other(path: Path) -> None:
    printed = [
        (label, group["raw"])
        for frame in said(path, "--unmasked")
        for label, group in frame.items()
        if label != "_frame"
    ]
    assert printed == [(heard.label, heard.data) for heard in good_groups(path.read_bytes())]


@pytest.mark.parametrize("golden", GOLDEN, ids=lambda path: path.stem)
def test_a_frame_of_each_recording_is_as_it_was_reviewed(golden: Path) -> None:
    (recording,) = (path for path in STREAMS if path.stem == golden.stem)
    frames = said(recording, "--unmasked")
    assert json.loads(golden.read_text(encoding="utf-8")) == max(frames, key=len)


def test_every_capture_has_its_golden_frame() -> None:
    captures = {path.stem for path in (DATA / "captures").glob("*.bin")}
    assert captures <= {path.stem for path in GOLDEN}


def test_a_frame_says_its_mode_whether_it_is_complete_and_what_was_bad() -> None:
    (frame,) = said(FRAMES / "std_mono_hc.bin")
    assert frame["_frame"] == {"mode": "standard", "complete": True, "bad_groups": 0}
    (frame,) = said(FRAMES / "bad_bit6_same_checksum.bin")
    assert frame["_frame"] == {"mode": "standard", "complete": False, "bad_groups": 1}
    cut, whole = said(FRAMES / "bad_eot_interrupted.bin")
    assert (cut["_frame"]["complete"], whole["_frame"]["complete"]) == (False, True)


def test_values_are_typed_and_raw_text_keeps_its_padding() -> None:
    (frame,) = said(FRAMES / "std_mono_tempo.bin")
    assert frame["EASF01"]["unit"] == "Wh"
    assert frame["EASF01"]["value"] == int(frame["EASF01"]["raw"])
    assert frame["NGTF"] == {"raw": "     TEMPO      ", "value": "TEMPO"}
    assert frame["DATE"]["raw"] == ""
    assert frame["DATE"]["value"] == frame["DATE"]["time"]
    assert frame["DPM1"]["value"].endswith("+01:00")
    assert set(frame["SMAXSN"]) == {"raw", "value", "unit", "time"}


def test_a_degraded_clock_and_an_impossible_date_are_told() -> None:
    (frame,) = said(FRAMES / "std_mono_degraded_clock.bin")
    assert frame["DATE"]["degraded"]
    assert "degraded" not in frame["SMAXSN-1"]
    (frame,) = said("-", stdin=standard(("SMAXSN", "01000", "H261323120000")))
    expected = {"raw": "01000", "value": None, "unit": "VA", "time": None}
    assert frame["SMAXSN"] == expected | {"horodate": "H261323120000"}


def test_the_address_and_the_metering_point_are_masked_unless_asked() -> None:
    stream = standard(("PRM", "12345678901234"))
    (frame,) = said("-", stdin=stream)
    assert frame["ADSC"] == {"raw": "041961••••00", "value": "041961••••00"}
    assert frame["PRM"] == {"raw": "123456••••••34", "value": "123456••••••34"}
    assert b"78901234" not in decode("-", stdin=stream).stdout
    (frame,) = said("-", "--unmasked", stdin=stream)
    assert frame["PRM"]["raw"] == "12345678901234"


@pytest.mark.parametrize("damaged", ["ASDC", "RPM", "DSCA041961123456"])
def test_an_identity_is_masked_when_its_label_is_damaged(damaged: str) -> None:
    stream = standard((damaged, "041961123456"), (damaged, "1", "041961123456 "))
    for form in ([], ["--json"]):
        shown = decode("-", *form, stdin=stream).stdout
        assert b"041961" in shown
        assert b"1961123" not in shown
    assert b"041961123456" in decode("-", "--unmasked", stdin=stream).stdout


@pytest.mark.parametrize("size", [21, 865, 2000])
def test_a_byte_of_bad_parity_costs_its_group_wherever_it_stands(size: int) -> None:
    stream = (FRAMES / "raw_8bit_parity.bin").read_bytes()[:size]
    whole = [label for frame in said("-", stdin=stream) for label in frame]
    damaged = stream[:10] + bytes([stream[10] ^ 0x80]) + stream[11:]
    assert "ADSC" in whole
    rest = [label for frame in said("-", stdin=damaged) for label in frame]
    assert rest == [label for label in whole if label != "ADSC"]


def test_unknown_labels_are_printed_as_text() -> None:
    (frame,) = said("-", stdin=standard(("NEW", " 007 "), ("_frame", "odd")))
    assert frame["NEW"] == {"raw": " 007 ", "value": "007"}
    assert frame["_frame"]["complete"]
    assert frame["__frame"]["raw"] == "odd"


def test_a_label_that_comes_twice_opens_another_frame() -> None:
    twice = standard(("PREF", "06"))[:-1] + standard(("PREF", "09"))[1:]
    frames = said("-", stdin=twice)
    assert [frame["PREF"]["value"] for frame in frames] == [6, 9]
    assert not any(frame["_frame"]["complete"] for frame in frames)


def test_the_table_is_for_people() -> None:
    text = run(FRAMES / "std_mono_hc.bin").stdout.decode()
    assert text.startswith("standard frame, complete: 38 groups\n  ADSC       021961••••00\n")
    assert "\n  PREF       6 kVA\n" in text


@pytest.mark.parametrize("python", [sys.executable, shutil.which("python3") or sys.executable])
def test_it_needs_no_more_than_a_bare_python(python: str) -> None:
    file = ROOT / "scripts" / "decode.py"
    ran = subprocess.run(
        [python, "-I", "-S", file, FRAMES / "std_max.bin", "--json"],
        capture_output=True,
        check=False,
    )
    assert (ran.returncode, ran.stderr) == (0, b"")
    assert json.loads(ran.stdout)["_frame"]["complete"]


def test_a_port_without_the_library_is_answered_with_what_to_do(tmp_path: Path) -> None:
    file = ROOT / "scripts" / "decode.py"
    ran = subprocess.run(
        [sys.executable, "-I", "-S", file, "socket://127.0.0.1:1"],
        capture_output=True,
        check=False,
    )
    assert ran.returncode == 1
    assert (
        ran.stderr == b"decode: reading a port needs serialx: run scripts/setup, then try again\n"
    )


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("/nowhere/at/all", b"No such file or directory"),
        ("/tmp", b"Is a directory"),  # noqa: S108 - any directory
        ("/dev/null", b""),
        ("nonsense://port", b"nonsense"),
        ("socket://127.0.0.1:1", b""),
    ],
)
def test_what_cannot_be_read_is_said_in_a_line(source: str, message: bytes) -> None:
    ran = decode(source)
    assert ran.returncode == 1
    assert ran.stderr.startswith(b"decode: " + source.encode())
    assert message in ran.stderr
    assert ran.stderr.count(b"\n") == 1


def test_a_recording_without_a_frame_is_said_to_have_none() -> None:
    ran = decode("-", stdin=b"")
    assert (ran.returncode, ran.stdout) == (0, b"")
    assert ran.stderr == b"decode: no frame of a meter in -\n"


def test_a_reader_that_goes_away_is_no_error() -> None:
    child = subprocess.Popen(
        [DECODE, DATA / "captures" / "standard_mono_base_100frames.bin"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert child.stdout is not None
    assert child.stderr is not None
    with child, child.stdout, child.stderr:
        assert child.stdout.readline().startswith(b"standard frame")
        child.stdout.close()
        assert child.stderr.read() == b""
    assert child.returncode == 141


@pytest.mark.parametrize("mode", ["std_mono_hc", "his_tri_long"])
def test_a_port_is_read_as_it_speaks_until_ctrl_c(mode: str) -> None:
    stream = to_8n1((FRAMES / f"{mode}.bin").read_bytes())
    with listening("--json") as (meter, child):
        assert child.stdout is not None
        line = b""
        while not line:  # what is written before the port is open is lost
            os.write(meter, stream)
            if select.select([child.stdout], [], [], 0.5)[0]:
                line = child.stdout.readline()
        assert len(json.loads(line)) > 10
        child.send_signal(signal.SIGINT)
        assert child.wait(60) == 130
        assert child.stderr is not None
        assert child.stderr.read() == b""
