"""What a recorder would have kept of the last days of a simulated house.

A house lives through them without a line, and what its meter would have shown is written into the
database of a Home Assistant that is stopped. It shares no code with the integration.
"""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing
from datetime import datetime, timedelta
from itertools import chain, pairwise
from pathlib import Path
import sqlite3
from typing import Final, NamedTuple

from simulator.household import Household
from simulator.line import Line
from simulator.ports import PtyPort

from .client import Json
from .home_assistant import HomeAssistant
from .processes import wait_for

PERIOD: Final = 300  # seconds, of short-term statistics
HOUR: Final = 3600
RECENT: Final = 26 * HOUR  # for which states and short-term statistics are kept
KILO: Final = 1000


class Kind(NamedTuple):
    """How a quantity is shown and kept: statistics of an index are sums, others are means."""

    unit: str
    unit_class: str | None
    is_index: bool = False


class Shown(NamedTuple):
    """What an entity showed at a moment, seconds since 1970."""

    at: float
    value: float


ENERGY: Final = Kind("kWh", "energy", is_index=True)
POWER: Final = Kind("VA", "apparent_power")
COST: Final = Kind("EUR", None, is_index=True)
DERIVED: Final = {"_COST": COST, "_COMPENSATION": COST, "ACTIVE_POWER": Kind("W", "power")}
"""By the end of what is no label, but follows from some: Home Assistant's costs, the power."""
PRICES: Final = {  # of a kWh: those of Tempo, and a surplus
    "EASF01": 0.1325,
    "EASF02": 0.1612,
    "EASF03": 0.1499,
    "EASF04": 0.1871,
    "EASF05": 0.1575,
    "EASF06": 0.706,
    "EAIT": 0.04,
}
KINDS: Final = {  # by the beginning of a label
    **dict.fromkeys(("EAST", "EASF", "EAIT", "BASE", "HC", "EJPH", "BBR"), ENERGY),
    **dict.fromkeys(("SINSTS", "SINSTI", "PAPP"), POWER),
    "URMS": Kind("V", "voltage"),
}
KEEP: Final = (
    "insert into TABLE (metadata_id, created_ts, start_ts, state, sum, mean, min, max)"
    " values (?, ?, ?, ?, ?, ?, ?, ?)"
)
FORGET: Final = (
    (
        "delete from statistics_short_term where metadata_id in"
        " (select id from statistics_meta where statistic_id = ?)"
    ),
    "delete from statistics_meta where statistic_id = ?",
)


def move_in(
    stack: ExitStack, home: HomeAssistant, houses: Mapping[str, Json], days: float, now: datetime
) -> None:
    """Let a new Home Assistant hear houses, by name, as if it had for days."""
    kept = {}
    for number, (name, options) in enumerate(houses.items(), 1):
        house, shown = lived(days, now, options)
        shown |= {**dict(costs(shown)), "ACTIVE_POWER": drawn(shown)}
        kept["sensor.linky" if number == 1 else f"sensor.linky_{number}"] = shown
        port = stack.enter_context(PtyPort(Line(house), home.folder / name))
        home.client.add_meter(port.url)
    powers = [{f"{prefix}_sinsts", f"{prefix}_papp"} for prefix in kept]
    wait_for(lambda: all(one & home.client.states().keys() for one in powers), "all labels")
    home.stop()  # the recorder has written of them then
    for prefix, shown in kept.items():
        write(home.folder, prefix, shown)
    home.start()
    home.client.wait_until_running()


def kind_of(label: str) -> Kind | None:
    derived = (kind for end, kind in DERIVED.items() if label.endswith(end))
    return next(
        chain(derived, (kind for start, kind in KINDS.items() if label.startswith(start))), None
    )


def lived(
    days: float, now: datetime, options: dict[str, Json]
) -> tuple[Household, dict[str, list[Shown]]]:
    """A house that has lived so many days until now, and what its meter showed, by label."""
    house = Household(start=now - timedelta(days=days), **options)
    shown: dict[str, list[Shown]] = {}
    while (due := PERIOD - house.now.timestamp() % PERIOD) < (now - house.now).total_seconds():
        house.advance(due)
        at = round(house.now.timestamp())
        house.frame()
        for label, text in house.truth.items():
            if kind := kind_of(label):
                value = int(text) / KILO if kind.is_index else int(text)
                shown.setdefault(label, []).append(Shown(at, value))
    return house, shown


def costs(shown: Mapping[str, list[Shown]]) -> Iterator[tuple[str, list[Shown]]]:
    """What an index has cost, or brought in, up to each moment; a sensor begins at zero now."""
    for label in shown.keys() & PRICES.keys():
        last = shown[label][-1].value
        end = "COMPENSATION" if label == "EAIT" else "COST"
        priced = [Shown(at, (now - last) * PRICES[label]) for at, now in shown[label]]
        yield f"{label}_{end}", priced


def drawn(shown: Mapping[str, list[Shown]]) -> list[Shown]:
    """The mean power of each period, less than zero while the house exports."""
    nothing = [Shown(one.at, 0) for one in shown.get("EAST", ())]
    net = [
        Shown(used.at, used.value - given.value)
        for used, given in zip(shown.get("EAST", ()), shown.get("EAIT", nothing), strict=True)
    ]
    watts = KILO * HOUR / PERIOD
    return [Shown(to.at, (to.value - since.value) * watts) for since, to in pairwise(net)]


def write(folder: Path, prefix: str, shown: dict[str, list[Shown]]) -> None:
    """Keep it for the entities whose ids begin so; those that are off have left no trace."""
    with closing(sqlite3.connect(folder / "home-assistant_v2.db")) as database, database:
        for label, moments in shown.items():
            entity = f"{prefix}_{label.lower()}"
            kind = kind_of(label)
            if kind and moments and (kind is COST or keep_states(database, entity, moments)):
                keep_statistics(database, entity, kind, moments)


def keep_states(database: sqlite3.Connection, entity: str, moments: list[Shown]) -> bool:
    query = (
        "select metadata_id, max(attributes_id) from states join states_meta using (metadata_id)"
        " where states_meta.entity_id = ? group by metadata_id"
    )
    known = database.execute(query, (entity,)).fetchone()
    if known:
        database.executemany(
            "insert into states (metadata_id, attributes_id, origin_idx, last_updated_ts, state)"
            " values (?, ?, 0, ?, ?)",
            [(*known, one.at, str(one.value)) for one in recent(moments)],
        )
    return known is not None


def recent(moments: list[Shown]) -> list[Shown]:
    return [one for one in moments if one.at > moments[-1].at - RECENT]


def keep_statistics(
    database: sqlite3.Connection, entity: str, kind: Kind, moments: list[Shown]
) -> None:
    for forget in FORGET:  # a period may have ended since the entity is there
        database.execute(forget, (entity,))
    described = database.execute(
        "insert into statistics_meta"
        " (statistic_id, source, unit_of_measurement, unit_class, has_sum, mean_type)"
        " values (?, 'recorder', ?, ?, ?, ?)",
        (entity, kind.unit, kind.unit_class, kind.is_index, int(not kind.is_index)),
    )
    hours = [one for one in moments if one.at % HOUR == 0]
    for table, length, rows in (
        ("statistics_short_term", PERIOD, recent(moments)),
        ("statistics", HOUR, hours),
    ):
        database.executemany(
            KEEP.replace("TABLE", table),
            [
                (described.lastrowid, one.at, one.at - length, *figures(kind, one, moments[0]))
                for one in rows
            ],
        )


def figures(kind: Kind, one: Shown, first: Shown) -> Iterator[float | None]:
    """State and sum, or mean and both extremes."""
    if kind.is_index:
        yield from (one.value, one.value - first.value, None, None, None)
    else:
        yield from (None, None, one.value, one.value, one.value)
