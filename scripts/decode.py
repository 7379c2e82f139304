"""Prints what a meter says: of a recording, of the standard input, of a port.

A table a frame, or with --json one JSON object a frame. Every group that verifies is printed, and
frames that were cut short too. Where a label comes twice, two frames have run into one another:
what follows is printed as another frame, and neither is complete. The address and the metering
point are masked, unless --unmasked.
"""

import argparse
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import partial
from importlib.util import module_from_spec, spec_from_file_location
from io import FileIO, TextIOWrapper
import json
import os
from pathlib import Path
import stat
import sys
import time
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol

TIC: Final = Path(__file__).resolve().parents[1] / "custom_components" / "linky_tic" / "tic"

if TYPE_CHECKING:  # when run, the same package alone: the integration around it needs far more
    from custom_components.linky_tic import tic
else:
    spec = spec_from_file_location(
        "tic", TIC / "__init__.py", submodule_search_locations=[str(TIC)]
    )
    tic = sys.modules["tic"] = module_from_spec(spec)
    spec.loader.exec_module(tic)

CHUNK: Final = 4096  # bytes
SAMPLE: Final = 256  # bytes, a quarter of a second at 9600: enough to tell what bit 7 carries
EOT: Final = 0x04  # ends the frame in progress
SPEEDS: Final = (9600, 1200)  # bit/s of the two modes
TRIAL: Final = 4.0  # seconds at a speed; the longest frame takes 3
META: Final = "_frame"
FEWEST_DIGITS: Final = 8
"""Digits from which what stands under no known label may be an identity whose label was damaged."""
BAD: Final = frozenset({tic.Reason.DAMAGED, tic.Reason.CHECKSUM, tic.Reason.FORMAT})
IDENTITIES: Final = frozenset({tic.Quantity.ADDRESS, tic.Quantity.METERING_POINT})


class Part(NamedTuple):
    """A frame as it is printed: no label comes twice in it."""

    mode: str | None
    complete: bool
    bad_groups: int
    groups: tuple[tic.Group, ...]


class Port(Protocol):
    """What is read of a serial port."""

    def read(self, size: int, /) -> bytes | None: ...


class Unreadable(Exception):
    """The source cannot be read, for a reason that is no OSError; carries the sentence."""


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/decode", description=__doc__)
    parser.add_argument("source", help="a file, - for the standard input, /dev/tty... or a URL")
    parser.add_argument("--json", action="store_true", help="one JSON object a frame")
    parser.add_argument("--unmasked", action="store_true", help="show address and metering point")
    parser.add_argument("--speed", type=int, choices=SPEEDS, help="of a port; else it is heard")
    return parser.parse_args()


def parts_of(source: str, speed: int | None) -> Iterator[Part]:
    return parts(events_of_port(source, speed) if is_port(source) else events_of_file(source))


def is_port(source: str) -> bool:
    if "://" in source:
        return True
    return source != "-" and stat.S_ISCHR(Path(source).stat().st_mode)


def events_of_file(source: str) -> Iterator[tic.Event]:
    """What a recording says; its beginning tells beforehand whether bit 7 is parity."""
    receiver = tic.Receiver()
    with FileIO(sys.stdin.fileno() if source == "-" else source) as file:
        chunk = beginning(file)
        for _ in receiver.wire.characters((chunk[:SAMPLE] * SAMPLE)[:SAMPLE]):
            pass
        while chunk:
            yield from receiver.feed(chunk, 0.0)
            chunk = file.read(CHUNK)  # a pipe gives what has come, and is not waited for
    end = receiver.wire.bit7.table.index(EOT)  # as a byte of this line
    yield from receiver.feed(bytes([end]), 0.0)


def beginning(file: FileIO) -> bytes:
    """The first bytes: enough for a sample, unless there are no more."""
    read = b""
    while len(read) < SAMPLE and (chunk := file.read(CHUNK)):
        read += chunk
    return read


def events_of_port(source: str, speed: int | None) -> Iterator[tic.Event]:
    """What a port says, at the speed at which it says something."""
    try:
        import serialx  # noqa: PLC0415 - files are read without it
    except ImportError:
        advice = "reading a port needs serialx: run scripts/setup, then try again"
        raise Unreadable(advice) from None
    try:
        while True:
            for trial in (speed,) if speed else SPEEDS:
                with serialx.serial_for_url(source, baudrate=trial, read_timeout=0.5) as port:
                    yield from events_at_this_speed(port)
    except serialx.SerialException as error:
        raise Unreadable(f"{source}: {error}") from error
    except ValueError as error:
        raise Unreadable(f"{source}: {error}") from error


def events_at_this_speed(port: Port) -> Iterator[tic.Event]:
    receiver = tic.Receiver()
    until = time.monotonic() + TRIAL
    while receiver.counters.good_groups or time.monotonic() < until:
        events = receiver.feed(port.read(CHUNK) or b"", time.time())
        if receiver.counters.good_groups:
            yield from events


def parts(events: Iterable[tic.Event]) -> Iterator[Part]:
    """The frames among events; one is in several parts where a label comes again."""
    bad_groups = 0
    for event in events:
        if isinstance(event, tic.Rejected):
            bad_groups += event.reason in BAD
        elif isinstance(event, tic.Frame):
            mode = str(event.mode) if event.mode else None
            first, *others = rows(event.groups)
            complete = event.complete and not others
            yield Part(mode, complete, bad_groups, tuple(first))
            for other in others:
                yield Part(mode, complete=False, bad_groups=0, groups=tuple(other))
            bad_groups = 0


def rows(groups: Iterable[tic.Group]) -> list[list[tic.Group]]:
    """Groups in as few rows as no label comes twice in one."""
    found: list[list[tic.Group]] = [[]]
    for group in groups:
        if any(group.name == before.name for before in found[-1]):
            found.append([])
        found[-1].append(group)
    return found


def told(group: tic.Group, *, unmasked: bool) -> dict[str, object]:
    """What a group says: raw and typed; a number with its unit, a horodate as an instant."""
    stamp = tic.read_horodate(group.horodate) if group.horodate is not None else None
    label = group.label
    value = group.data.strip() if label is None else tic.read_value(label, group.data, stamp)
    said: dict[str, object] = {"raw": group.data, "value": value}
    if label is not None and label.quantity in IDENTITIES and not unmasked:
        said = {key: tic.mask(str(one)) for key, one in said.items()}
    if label is not None and label.unit is not None:
        said["unit"] = label.unit
    if group.horodate is not None:
        time_of = stamp.time.isoformat() if stamp else None
        said["value"] = time_of if value == (stamp and stamp.time) else value
        said["time"] = time_of
        if stamp is None:
            said["horodate"] = group.horodate
        elif stamp.degraded:
            said["degraded"] = True
    return said


def cautious(group: tic.Group) -> tic.Group:
    """A group without what may be an identity: a damaged label can have a checksum that fits."""
    if group.label is not None:
        return group
    stamp = group.horodate
    if stamp is not None and tic.read_horodate(stamp) is None:
        stamp = hidden(stamp)
    return replace(group, name=hidden(group.name), data=hidden(group.data), horodate=stamp)


def hidden(text: str) -> str:
    return tic.mask(text) if sum(map(str.isdigit, text)) >= FEWEST_DIGITS else text


def as_json(part: Part, *, unmasked: bool) -> str:
    meta = {"mode": part.mode, "complete": part.complete, "bad_groups": part.bad_groups}
    groups = part.groups if unmasked else map(cautious, part.groups)
    said = {group.name: told(group, unmasked=unmasked) for group in groups}
    if META in said:  # noise made a label of it
        said[f"_{META}"] = said.pop(META)
    return json.dumps({META: meta} | said)


def as_table(part: Part, *, unmasked: bool) -> str:
    state = "complete" if part.complete else "incomplete"
    bad = f", {part.bad_groups} bad" if part.bad_groups else ""
    lines = [f"{part.mode or 'no known'} frame, {state}: {len(part.groups)} groups{bad}"]
    for group in part.groups if unmasked else map(cautious, part.groups):
        said = told(group, unmasked=unmasked)
        what = f"{said['value']} {said.get('unit', '')}".strip()
        when = said.get("time") or said.get("horodate") or ""
        when = "" if when == said["value"] else f"{when}{'  degraded clock' * ('degraded' in said)}"
        lines.append(f"  {group.name:<10} {what:<34} {when}".rstrip())
    return "\n".join(lines) + "\n"


def show(source: str, speed: int | None, written: Callable[[Part], str]) -> None:
    shown = False
    for part in parts_of(source, speed):
        print(written(part), flush=True)
        shown = True
    if not shown:
        print(f"decode: no frame of a meter in {source}", file=sys.stderr)


def main() -> int:
    options = arguments()
    write = as_json if options.json else as_table
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # a mask has dots that not every terminal has
    try:
        show(options.source, options.speed, partial(write, unmasked=options.unmasked))
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # nothing left to flush to
        return 141
    except Unreadable as error:
        print(f"decode: {error}", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"decode: {options.source}: {error.strerror or error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
