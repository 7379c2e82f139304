"""Knows the command line: what to simulate and where to be heard."""

import argparse
from contextlib import suppress
from datetime import datetime
from pathlib import Path
import signal
import sys
from tempfile import TemporaryDirectory
from threading import Event

from .faults import storm
from .household import Household
from .line import Line, Replay, Source
from .options import BAUD
from .ports import Port, PtyPort, TcpPort
from .tariff import CONTRACTS, Slots

MESSAGE_DELAY = 20  # seconds: somebody must be listening when it goes out, once
STORM_HOURS = 24 * 365


def hours(text: str) -> Slots:
    """22:30-06:30,12:00-14:00, in minutes of the day."""
    slots = [slot.split("-") for slot in text.split(",")]
    return tuple((minute(start), minute(end)) for start, end in slots)


def minute(text: str) -> int:
    hour, minutes = text.split(":")
    return int(hour) * 60 + int(minutes)


def host(text: str) -> tuple[str, int]:
    name, _, number = text.rpartition(":")
    return name or "127.0.0.1", int(number)


def parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m simulator", description=__doc__)
    where = parser.add_mutually_exclusive_group()
    where.add_argument(
        "--pty",
        type=Path,
        metavar="PATH",
        help="a pseudo-terminal, linked here; else where it says",
    )
    where.add_argument("--tcp", type=host, metavar="HOST:PORT", help="any number of clients")
    meter = parser.add_argument_group("the meter")
    meter.add_argument("--mode", choices=tuple(BAUD), default="standard")
    meter.add_argument("--contract", choices=tuple(CONTRACTS), default="base")
    meter.add_argument("--phases", type=int, choices=(1, 3), default=1)
    meter.add_argument("--producer", action="store_true", help="sends what it exports")
    meter.add_argument("--pilot", action="store_true", help="a pilot meter: VTIC 01")
    meter.add_argument("--address", default="", metavar="ADSC", help="12 characters")
    meter.add_argument("--prm", default="00000000000000", help="14 digits")
    meter.add_argument("--pref", type=int, default=0, metavar="KVA")
    meter.add_argument("--index", type=int, metavar="WH", help="of EAST at the start")
    meter.add_argument("--off-peak", type=hours, metavar="22:30-06:30[,...]")
    meter.add_argument("--load-curve", type=int, default=30, metavar="MINUTES", help="0: none")
    meter.add_argument("--hexadecimal-hours", action="store_true", help="in PJOURF+1")
    meter.add_argument("--message", default="", help="MSG1")
    meter.add_argument("--ultra-short-message", default="", help="MSG2, sent once, after 20 s")
    meter.add_argument(
        "--peak", action="append", nargs=3, default=[], metavar=("N", "START", "END"),
        help="a mobile peak, between two local times",
    )  # fmt: skip
    house = parser.add_argument_group("the house")
    house.add_argument("--solar", type=int, metavar="WATTS", help="a roof, declared or not")
    house.add_argument("--load", type=int, metavar="WATTS", help="this and nothing else")
    house.add_argument("--start", metavar="ISO8601", help="else now")
    house.add_argument("--seed", type=int, default=0)
    line = parser.add_argument_group("the line")
    line.add_argument(
        "--speed", type=float, default=1.0, metavar="X", help="of time and wire; 0: as it is read"
    )
    line.add_argument("--noise", type=float, default=0.0, metavar="BER", help="false bits, 1e-4...")
    line.add_argument("--storm", type=float, metavar="N", help="faults an hour, of all kinds")
    line.add_argument("--strip", action="store_true", help="a 7-bit bridge: bit 7 is always 0")
    line.add_argument("--baud", type=int, choices=(1200, 9600), help="of an adapter in between")
    line.add_argument("--uart", action="store_true", help="garbage for a reader at a wrong speed")
    line.add_argument("--replay", type=Path, metavar="FILE", help="a recording instead of a house")
    return parser


def household(options: argparse.Namespace) -> Household:
    house = Household(
        mode=options.mode,
        contract=options.contract,
        phases=options.phases,
        producer=options.producer,
        pilot=options.pilot,
        seed=options.seed,
        start=options.start or datetime.now().astimezone(),
        address=options.address,
        prm=options.prm,
        pref=options.pref,
        index=options.index,
        load_curve=options.load_curve or None,
        hexadecimal_hours=options.hexadecimal_hours,
        message=f"{options.message:32.32}" if options.message else "",
        off_peak=options.off_peak,
        solar=options.solar,
    )
    if options.load is not None:
        house.set_load(options.load)
    if options.ultra_short_message:
        house.at(MESSAGE_DELAY, lambda house: house.send_message(options.ultra_short_message))
    for number, start, end in options.peak:
        house.order_peak(int(number), datetime.fromisoformat(start), datetime.fromisoformat(end))
    return house


def source(options: argparse.Namespace) -> Source:
    parity = "stripped" if options.strip else "even"
    if options.replay:
        return Replay(options.replay, BAUD[options.mode], parity=parity)
    script = storm(STORM_HOURS, options.storm, seed=options.seed) if options.storm else ()
    return Line(
        household(options),
        parity=parity,
        noise=options.noise,
        script=script,
        baud=options.baud,
    )


def port(options: argparse.Namespace, folder: Path) -> Port:
    """The port that was asked for; else one in a folder."""
    speed = options.speed or None
    if options.tcp:
        return TcpPort(source(options), *options.tcp, speed=speed)
    link = options.pty or folder / "linky"
    return PtyPort(source(options), link, speed=speed, uart=options.uart)


def main(arguments: list[str]) -> None:
    options = parser().parse_args(arguments)
    stopped = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopped.set())
    with (
        TemporaryDirectory(prefix="linky-") as folder,
        port(options, Path(folder)) as opened,
        suppress(BrokenPipeError),
    ):
        print(f"A {options.mode} meter talks at {opened.url}", flush=True)
        stopped.wait()


if __name__ == "__main__":
    main(sys.argv[1:])
