"""What was adopted, and what undoes it: in storage before anything is written."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from enum import StrEnum
from typing import Any, Final

from homeassistant.core import HomeAssistant
from homeassistant.helpers.storage import Store

from ..const import DOMAIN

_VERSION: Final = 1


class Method(StrEnum):
    """How to go on with an old statistic: as it, or after its rows, joined by index or by time."""

    ENTITY_ID = "entity_id"
    IMPORT = "import"
    TIME = "time"


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One adoption.

    Of an import: the rows from `start` to `end` were inserted, the sums of those from `begun` on
    grew by `offset`, in `unit`. All that is one transaction: the row at `start` is there, or
    nothing is.
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


_FIELDS: Final = {one.name for one in fields(Record)}
"""A file of before has others, too."""


class AdoptionRecords:
    """The records of one entry, by label or key of the entity that has adopted.

    Of one that has adopted several, in that order: each lies on what the ones before have done.
    """

    def __init__(self, hass: HomeAssistant, entry_id: str) -> None:
        self._store: Store[dict[str, list[dict[str, Any]]]] = Store(
            hass, _VERSION, f"{DOMAIN}.{entry_id}.adopted"
        )

    async def load(self) -> dict[str, list[Record]]:
        stored = await self._store.async_load() or {}
        return {key: [_record(one) for one in kept] for key, kept in stored.items()}

    async def save(self, key: str, records: Iterable[Record]) -> None:
        adopted = {**await self.load(), key: list(records)}
        left = {one: [*map(asdict, kept)] for one, kept in adopted.items() if kept}
        await (self._store.async_save(left) if left else self.remove())

    async def remove(self) -> None:
        await self._store.async_remove()


def _record(stored: dict[str, Any]) -> Record:
    kept = {name: stored[name] for name in stored.keys() & _FIELDS}
    return Record(**{**kept, "method": Method(kept["method"])})
