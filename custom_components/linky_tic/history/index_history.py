"""Keeps what the statistics of all indexes have counted, and corrects the rows of the recorder.

There is one store for all meters, and it outlives the entries: one that is added again has the
entity ids, and so the statistics, of the one that was deleted. A meter is known by a hash of its
address.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from copy import deepcopy
from threading import Lock
import time
from typing import Any, Final

from homeassistant.components.recorder import Recorder, get_instance
from homeassistant.components.sensor import DOMAIN as SENSOR
from homeassistant.core import Event, HomeAssistant, callback
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.recorder import DATA_INSTANCE
from homeassistant.helpers.storage import Store
from homeassistant.util.hass_dict import HassKey
from sqlalchemy import event
from sqlalchemy.orm import Session

from ..const import DOMAIN, LOGGER
from ..meter.signals import optional
from ..tic import INDEXES, LABELS, Label, hashed
from .counting import Counting
from .sums import Newest, go_on, last_row, newest, put_right

_VERSION: Final = 3
_HISTORY: Final[HassKey[IndexHistory]] = HassKey(f"{DOMAIN}.history")
_LATER: Final = 900.0
"""Seconds after which values are written to the store; after a crash the recorder has them."""


async def async_setup_history(hass: HomeAssistant) -> None:
    """Load what is kept, and follow the entity ids from now on."""
    history = IndexHistory(hass)
    await history.load()
    hass.data[_HISTORY] = history
    hass.bus.async_listen(er.EVENT_ENTITY_REGISTRY_UPDATED, history.follow)


def history_of(hass: HomeAssistant) -> IndexHistory:
    return hass.data[_HISTORY]


class IndexHistory:
    """The statistics of all indexes of one Home Assistant."""

    def __init__(self, hass: HomeAssistant) -> None:
        self._hass = hass
        self._store: Store[dict[str, Any]] = Store(hass, _VERSION, f"{DOMAIN}.history")
        self._counting = Counting()
        self.sums = set[str]()
        """Statistics of days and months, of energy and costs, whose gains the recorder counts."""
        self._lock = Lock()  # the recorder's thread counts, too
        self._is_dirty = False
        self._before: Newest | None = None
        self._counted: Counting | None = None
        """A copy of `_counting` that has counted the rows which are being committed."""
        self._changes: list[Callable[[Counting], object]] | None = None
        """What has changed since the copy was made, until it takes the place of the original."""

    async def load(self) -> None:
        """Read the store, and correct it by the recorder, which has more after a crash."""
        await optional(self._read())  # what another release has stored may have another shape
        if DATA_INSTANCE in self._hass.data:
            await optional(self._ask_recorder(get_instance(self._hass)))

    async def _read(self) -> None:
        kept: dict[str, Any] = {}
        with suppress(NotImplementedError):  # versions 1 and 2 are read from the recorder instead
            kept = await self._store.async_load() or {}
        self._counting = Counting.read(kept)

    async def _ask_recorder(self, recorder: Recorder) -> None:
        """Compare every statistic with its last row; read all of them if nothing is stored."""
        if self._hass.is_running:  # it may have states that it has not written yet
            await recorder.async_block_till_done()
        now, counting = time.time(), self._counting
        lost = {} if counting.registers.counted else _indexes(self._hass)
        for statistic in lost or tuple(counting.counters):
            row = await recorder.async_add_executor_job(last_row, self._hass, statistic)
            if row and lost:
                address, label = lost[statistic]
                counting.recorded(statistic, hashed(address), label, row.state, row.begin)
            elif row and counting.has_row(statistic, row.begin):
                counting.recovered(statistic, row.state, row.begin, now)

    @callback
    def shown(self, statistic: str, address: str, label: Label, value: int) -> None:
        shown = statistic, hashed(address), label, value, time.time()
        self._keep(at_once=self._change(lambda counting: counting.shown(*shown)))

    @callback
    def received(self, statistic: str, address: str, label: Label, value: int) -> None:
        """Take a value of an index, whether or not its sensor is enabled."""
        received = statistic, hashed(address), label, value, time.time()
        self._keep(at_once=self._change(lambda counting: counting.received(*received)))

    @callback
    def follow(self, change: Event[er.EventEntityRegistryUpdatedData]) -> None:
        """Follow an entity, and its statistic, to another id or to its end."""
        entity_id = change.data["entity_id"]
        if change.data["action"] == "update" and "old_entity_id" in change.data:
            before = change.data["old_entity_id"]
            self._change(lambda counting: counting.renamed(before, entity_id))
            self._keep()
        elif change.data["action"] == "remove" and entity_id in self._counting.counters:
            now = time.time()
            self._change(lambda counting: counting.removed(entity_id, now))
            self._keep()

    def _change[T](self, change: Callable[[Counting], T]) -> T:
        with self._lock:
            if self._changes is not None:
                self._changes.append(change)
            return change(self._counting)

    def compiling(self, session: Session) -> None:
        """Have the sums of new rows corrected before they are committed.

        Called in the recorder's thread, within its transaction: that of one period, or of all those
        that were missed while Home Assistant was stopped.
        """
        if not self._counting.counters or self._before:
            return
        before = None
        with _savepoint(session):
            before = newest(session)
        self._before = before  # and not earlier: a savepoint is committed, too
        # The recorder has one session: what listens to it already is not added again.
        event.listen(session, "before_commit", self._put_right)
        event.listen(session, "after_commit", self._count)

    def _put_right(self, session: Session) -> None:
        """Count on a copy: rows that are not committed do not count."""
        before, self._before, self._counted = self._before, None, None
        if before is None:
            return
        counted = None
        with self._lock:
            counting, self._changes = deepcopy(self._counting), []
        with _savepoint(session):
            counted = counting if put_right(session, counting, before) else None
        with _savepoint(session):
            go_on(session, frozenset(self.sums), before)
        self._counted = counted
        if counted is None:
            with self._lock:
                self._changes = None

    def _count(self, _session: Session) -> None:
        """Go on with the copy, and with what has changed since it was made."""
        counted, self._counted = self._counted, None
        if counted is None:
            return
        with self._lock:
            for change in self._changes or ():
                change(counted)
            self._counting, self._changes = counted, None
        self._hass.loop.call_soon_threadsafe(self._keep)

    def _keep(self, *, at_once: bool = True) -> None:
        if not self._is_dirty or at_once:
            self._is_dirty = True
            self._store.async_delay_save(self._data, 0.0 if at_once else _LATER)

    def _data(self) -> dict[str, Any]:
        self._is_dirty = False
        with self._lock:
            return self._counting.written


def _indexes(hass: HomeAssistant) -> dict[str, tuple[str, Label]]:
    """Statistic -> the meter's address and the label, of every index sensor."""
    entities = er.async_get(hass).entities.values()
    parts = {
        one.entity_id: one.unique_id.rpartition("_")
        for one in entities
        if (one.domain, one.platform) == (SENSOR, DOMAIN)
    }
    return {
        entity_id: (address, LABELS[name])
        for entity_id, (address, _, name) in parts.items()
        if name in LABELS and LABELS[name].quantity in INDEXES
    }


@contextmanager
def _savepoint(session: Session) -> Iterator[None]:
    """Undo and log what fails: the other statistics of the house must be committed."""
    try:
        with session.begin_nested():
            yield
    except Exception:  # of any type
        LOGGER.exception("The sum of a statistic was not put right")
