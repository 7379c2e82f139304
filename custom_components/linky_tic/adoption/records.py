"""Stores each adoption before it is carried out, with the data needed to undo it."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from enum import StrEnum
from typing import Any, Final

from homeassistant.core import HomeAssistant
from homeassistant.helpers.storage import Store

from ..const import DOMAIN

_VERSION: Final = 1


class Method(StrEnum):
    """How to adopt: take over the entity id, or insert rows, joined by index or by time."""

    ENTITY_ID = "entity_id"
    IMPORT = "import"
    TIME = "time"


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One adoption.

    If rows were inserted, they are from `start` to `end`, and `offset` (in `unit`) was added to our
    sums from `begun` on. That is one transaction: if there is no row at `start`, it failed.
    """

    method: Method
    old: str
    former: str
    """The entity id of our entity before the adoption."""
    unit: str | None = None
    start: float = 0.0
    end: float = 0.0
    begun: float = 0.0
    offset: float | None = None


_FIELDS: Final = {one.name for one in fields(Record)}
"""Files of older releases have other fields, too, which are ignored."""


class AdoptionRecords:
    """The records of one entry: label or key of an entity -> its adoptions, oldest first.

    They are undone in reverse order.
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
