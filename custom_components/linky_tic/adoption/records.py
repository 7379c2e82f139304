"""What was adopted, and what it has replaced: in storage before anything is written.

It knows the shape of a record, nothing of how one is made or undone. A file of its own for each
entry, since a record holds every sum that was changed.
"""

from dataclasses import asdict, dataclass, field, fields
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
    `offset`; they had the sums that are listed, in `unit`. All that is one transaction: the row at
    `start` is there, or nothing is.
    """

    method: Method
    old: str
    former: str
    """The entity id of our entity as it was before."""
    unit: str | None = None
    start: float = 0.0
    end: float = 0.0
    begun: float = 0.0
    offset: float | None = None
    hours: Sums = field(default_factory=list)
    periods: Sums = field(default_factory=list)


_FIELDS: Final = {one.name for one in fields(Record)}
"""A file of before has others, too."""


class AdoptionRecords:
    """The records of one entry, by label or key of the entity that has adopted.

    Of one that has adopted several, in that order: each lies on what the ones before have done.
    """

    def __init__(self, hass: HomeAssistant, entry_id: str) -> None:
        self._store: Store[_Stored] = Store(hass, _VERSION, f"{DOMAIN}.{entry_id}.adopted")

    async def find(self, key: str) -> list[Record]:
        """Give what an entity has adopted."""
        kept = ({name: one[name] for name in one.keys() & _FIELDS} for one in await self._of(key))
        return [Record(**{**one, "method": Method(one["method"])}) for one in kept]

    async def keep(self, key: str, record: Record) -> None:
        """Write a record down at once, in the place of an earlier one of the same statistic."""
        before = [one for one in await self._of(key) if one["old"] != record.old]
        await self._save(key, [*before, asdict(record)])

    async def forget_last(self, key: str) -> None:
        """Drop the record of what has been undone."""
        await self._save(key, (await self._of(key))[:-1])

    async def remove(self) -> None:
        """Leave no file."""
        await self._store.async_remove()

    async def summary(self) -> _Stored:
        """Tell of each adoption what a bug report needs; a name that a person gave is left out."""
        return {
            key: [{name: one[name] for name in ("method", "unit", "offset")} for one in kept]
            for key, kept in (await self._load()).items()
        }

    async def _of(self, key: str) -> list[dict[str, Any]]:
        return (await self._load()).get(key, [])

    async def _load(self) -> _Stored:
        return await self._store.async_load() or {}

    async def _save(self, key: str, records: list[dict[str, Any]]) -> None:
        others = {one: kept for one, kept in (await self._load()).items() if one != key}
        left = {**others, key: records} if records else others
        await (self._store.async_save(left) if left else self._store.async_remove())
