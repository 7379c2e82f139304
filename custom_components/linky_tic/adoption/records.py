"""What was adopted, and what it has replaced: in storage before anything is written.

It knows the shape of a record, nothing of how one is made or undone. A file of its own for each
entry, since a record holds every sum that was changed.
"""

from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any, Final

from homeassistant.core import HomeAssistant
from homeassistant.helpers.storage import Store

from ..const import DOMAIN

_VERSION: Final = 1

type Sums = list[tuple[float, float]]  # start of a row, its sum
type _Stored = dict[str, list[dict[str, Any]]]  # JSON, as Home Assistant's storage takes it


class Method(StrEnum):
    """How to go on with an old statistic: as it, or after its rows, joined by index or by time."""

    ENTITY_ID = "entity_id"
    IMPORT = "import"
    TIME = "time"


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One adoption.

    Of an import: the rows from `start` to `end` were inserted, those from `begun` on shifted by
    `offset`; they had the sums that are listed, in `unit`.
    """

    method: Method
    old: str
    former: str
    """The entity id of our entity as it was before."""
    is_done: bool = False
    unit: str | None = None
    start: float = 0.0
    end: float = 0.0
    begun: float = 0.0
    offset: float | None = None
    is_whole: bool = False
    """Whether its rows and sums are written in one transaction, unlike before release 1.0."""
    hours: Sums
    periods: Sums


class AdoptionRecords:
    """The records of one entry, by label or key of the entity that has adopted.

    Of one that has adopted several, in that order: each lies on what the ones before have done.
    """

    def __init__(self, hass: HomeAssistant, entry_id: str) -> None:
        self._store: Store[_Stored] = Store(hass, _VERSION, f"{DOMAIN}.{entry_id}.adopted")

    async def find(self, key: str) -> list[Record]:
        """Give what an entity has adopted."""
        kept = (await self._load()).get(key, [])
        return [Record(**{**one, "method": Method(one["method"])}) for one in kept]

    async def keep(self, key: str, record: Record) -> None:
        """Write a record down at once, in the place of an earlier one of the same adoption."""
        kept = await self._load()
        before = [one for one in kept.get(key, []) if one["old"] != record.old]
        await self._store.async_save({**kept, key: [*before, asdict(record)]})

    async def forget_last(self, key: str) -> None:
        """Drop the record of what has been undone."""
        kept = await self._load()
        left = {**kept, key: kept[key][:-1]}
        some = {one: records for one, records in left.items() if records}
        await (self._store.async_save(some) if some else self._store.async_remove())

    async def remove(self) -> None:
        """Leave no file."""
        await self._store.async_remove()

    async def summary(self) -> _Stored:
        """Tell of each adoption what a bug report needs; a name that a person gave is left out."""
        wanted = ("method", "is_done", "unit", "offset")
        return {
            key: [{name: one[name] for name in wanted} for one in kept]
            for key, kept in (await self._load()).items()
        }

    async def _load(self) -> _Stored:
        return await self._store.async_load() or {}
