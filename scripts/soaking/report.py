"""Knows how to show what a soak came to, in a few lines. Refuses to know how it was found."""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from .judge import INSTANTANEOUS, TOLERATED, Finding
from .lateness import FIRST, percentile
from .scenario import HOUR
from .soak import Soak

FAILURES: Final = (
    "index", "tariff", "register", "text", "dated", "clock", "not sent", "stale", "entity",
    "vanished", "meter", "mode", "unavailable",
)  # fmt: skip


_EXAMPLES: Final = 2
"""False values that are tolerated, and told at length all the same."""


class Outcome(NamedTuple):
    """What is left of a soak: enough to print it, and to send it to another process."""

    name: str
    lines: tuple[str, ...]
    row: tuple[str, ...]
    findings: tuple[Finding, ...]
    has_failed: bool


HEADER: Final = (
    "scenario", "false", "instant.", "of", "unused", "late p99", "late max", "x real"
)  # fmt: skip


def outcome(soak: Soak) -> Outcome:
    """Sum up a soak that has run."""
    judge = soak.judge
    failed = bool(judge.failures or soak.listener.raised or soak.usage.unused)
    return Outcome(
        soak.scenario.name, tuple(_lines(soak)), _row(soak), tuple(judge.findings), failed
    )


def _lines(soak: Soak) -> Iterator[str]:
    yield f"== {soak.scenario.name}; {soak.scenario.hours:g} h, {soak.scenario.storm:g} troubles/h"
    yield from _injected(soak)
    yield from _groups(soak)
    yield from _false(soak)
    yield from _late(soak)
    yield from _cost(soak)


def _injected(soak: Soak) -> Iterator[str]:
    befell = Counter(type(injected.fault).__name__ for injected in soak.traffic.line.log)
    befell.update(type(upset).__name__ for upset in soak.upsets)
    yield f"injected  {soak.traffic.line.bit_errors} bits in {soak.bytes} bytes, {_listed(befell)}"


def _groups(soak: Soak) -> Iterator[str]:
    usage = soak.usage
    yield (
        f"groups    {usage.sent} sent, {usage.good} good, {len(usage.unused)} of them not used; "
        f"{usage.bare} between damaged separators or as the parity changed, "
        f"{usage.mended} of them used; "
        f"{usage.unsent} verified that were not sent"
    )
    if usage.unused:
        yield f"not used  {_listed(Counter(unused.label for unused in usage.unused))}"
        times = sorted({round(unused.at - soak.truth.started) for unused in usage.unused})
        yield f"          at {', '.join(map(str, times[:30]))} s"
    yield f"refused   {_listed(soak.listener.rejected)}"


def _false(soak: Soak) -> Iterator[str]:
    false, told = soak.judge.false, soak.judge.told
    yield f"FALSE     {', '.join(f'{kind} {false[kind]}' for kind in FAILURES)}"
    tolerated = ", ".join(f"{kind} {false[kind]}" for kind in sorted(TOLERATED))
    readings = told[INSTANTANEOUS]
    rate = false[INSTANTANEOUS] / max(readings, 1)
    yield f"tolerated {tolerated} (of {readings} instantaneous readings: {rate:.1e})"
    yield f"readings  {_listed(told)}"
    shown = Counter[str]()
    for finding in soak.judge.findings:
        shown[finding.kind] += 1
        if finding.kind not in TOLERATED or shown[finding.kind] <= _EXAMPLES:
            yield from told_at_length(finding, soak.truth.started)
    for raised in soak.listener.raised[:3]:
        yield f"RAISED    {raised}"


def told_at_length(finding: Finding, started: float) -> Iterator[str]:
    """What was false, and what stood on the line around it."""
    lasted = "to the end" if finding.lasted is None else f"for {finding.lasted:.1f} s"
    at = finding.at - started
    yield f"  {finding.kind} {finding.label} {finding.said} at {at:.1f} s, {lasted}"
    yield from (f"      {line}" for line in finding.context.splitlines())


def _late(soak: Soak) -> Iterator[str]:
    yield "late           changes      p50      p99      max s      p99      max groups in vain"
    for kind, delays in sorted(soak.judge.late.delays.items()):
        seconds, groups, worst = delays.seconds, delays.groups, delays.worst
        yield (
            f"  {kind:13}{seconds.total():9}{percentile(seconds, 0.5):9.1f}"
            f"{percentile(seconds, 0.99):9.1f}{worst.seconds:9.1f}{percentile(groups, 0.99):11.0f}"
            f"{max(groups):9} ({worst.label} at {worst.at - soak.truth.started:.0f} s)"
        )
    silent = ", ".join(f"{kind} {seconds:.1f} s" for kind, seconds in soak.unheard.items())
    yield f"silent    longest without a good group on the line: {silent}"


def _cost(soak: Soak) -> Iterator[str]:
    process = " -> ".join(f"{size / 2**20:.1f}" for size in soak.memory.process)
    receiver = " -> ".join(f"{size / 2**10:.0f}" for size in soak.memory.receiver)
    lived = soak.scenario.hours * HOUR
    yield (
        f"cost      {lived / soak.seconds:.0f} times real time, the receiver "
        f"{soak.listener.seconds:.1f} s of {soak.seconds:.1f}; "
        f"memory after 1 h and at the end: process {process} MiB, receiver {receiver} KiB"
    )


def _row(soak: Soak) -> tuple[str, ...]:
    judge = soak.judge
    late, worst = Counter[float](), 0.0
    for kind, delays in judge.late.delays.items():
        if kind != FIRST:
            late.update(delays.seconds)
            worst = max(worst, delays.worst.seconds)
    return (
        soak.scenario.name,
        str(judge.failures + len(soak.listener.raised)),
        str(judge.false[INSTANTANEOUS]),
        str(judge.told[INSTANTANEOUS]),
        str(len(soak.usage.unused)),
        f"{percentile(late, 0.99):.1f}",
        f"{worst:.1f}",
        f"{soak.scenario.hours * HOUR / soak.seconds:.0f}",
    )


def table(rows: Iterable[tuple[str, ...]]) -> str:
    """A line for each scenario, columns aligned."""
    lines = [HEADER, *rows]
    widths = [max(len(line[column]) for line in lines) for column in range(len(HEADER))]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if not column else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(line, widths, strict=True))
        )
        for line in lines
    )


def _listed(counts: Counter[str]) -> str:
    return ", ".join(f"{name} {count}" for name, count in counts.most_common()) or "nothing"
