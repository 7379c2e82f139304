"""Knows the command line of the bench, and how its tables are written."""

import argparse
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Final

from . import day, decode, inside, machine, memory, scale

type Rows = Sequence[tuple[str, ...]]


def table(header: tuple[str, ...], rows: Rows) -> str:
    """A Markdown table."""
    lines = (header, ("---",) * len(header), *rows)
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def arguments(words: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/bench", description=__doc__)
    parser.add_argument("what", nargs="?", default="all", choices=(*BENCHES, "all"))
    parser.add_argument("--profile", action="store_true", help="of decode or home, instead")
    parser.add_argument("--minutes", type=float, default=5, help="of each preset in home")
    parser.add_argument("--preset", choices=inside.PRESETS, help="in home, this one alone")
    parser.add_argument("--days", type=float, default=memory.WEEK_DAYS, help="in memory")
    return parser.parse_args(words)


def _decode(_: argparse.Namespace) -> str:
    return table(decode.HEADER, decode.rows(decode.main()))


def _home(options: argparse.Namespace) -> str:
    presets = (options.preset,) if options.preset else inside.PRESETS
    measured = inside.main(options.minutes, presets)
    shown = table(inside.HEADER, inside.rows(measured))
    most = [
        f"{one.preset}, {load}: " + ", ".join(f"{name} {n}" for name, n in lived.most_common(20))
        for one in measured
        for load, lived in (
            ("ordinary", one.ordinary.written.rows), ("heater", one.heater.written.rows)
        )
    ]  # fmt: skip
    return "\n".join(
        (shown, "", f"Rows in {options.minutes:g} minutes, half as many of the heater:", *most)
    )


def _scale(_: argparse.Namespace) -> str:
    return table(scale.HEADER, scale.rows(scale.main()))


def _day(_: argparse.Namespace) -> str:
    return table(day.HEADER, day.main())


def _memory(options: argparse.Namespace) -> str:
    return table(memory.HEADER, memory.rows(memory.main(options.days)))


BENCHES: Final[dict[str, Callable[[argparse.Namespace], str]]] = {
    "decode": _decode, "home": _home, "day": _day, "scale": _scale, "memory": _memory,
}  # fmt: skip


def main() -> None:
    options = arguments()
    if options.profile:
        if options.what == "decode":
            decode.profile_all()
        else:
            inside.profile(options.preset or "realtime")
        return
    print(f"{datetime.now(UTC):%Y-%m-%d}: {machine.describe()}", flush=True)
    for name, bench in BENCHES.items():
        if options.what in {name, "all"}:
            before = machine.load()
            print(f"\n{bench(options)}\n\nLoad before {before}, after {machine.load()}", flush=True)


if __name__ == "__main__":
    main()
