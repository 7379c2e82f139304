"""What the statistics of all indexes count, kept for as long as Home Assistant keeps the sums.

It outlives reloads, restarts and entries: an entry that is added anew has the entity ids, and with
them the statistics, of one that was deleted. Of a meter it keeps a hash, never the address.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from functools import partial
from hashlib import sha256
from typing import Any, Final, override

from homeassistant.components.recorder import Recorder, get_instance
from homeassistant.components.recorder.tasks import SynchronizeTask
from homeassistant.core import Event, HomeAssistant, callback
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.recorder import DATA_INSTANCE
from homeassistant.helpers.storage import Store
from homeassistant.util.dt import utcnow
from homeassistant.util.hass_dict import HassKey
from sqlalchemy import event
from sqlalchemy.orm import Session

from ..const import DOMAIN, LOGGER
from ..meter.signals import optional
from ..tic import LABELS, Label, Quantity
from .counting import Counting, Hidden, Start, StatisticCount, register_of
from .sums import Before, before_compiling, last_recorded, put_right

_VERSION: Final = 2
_HISTORY: Final[HassKey[IndexHistory]] = HassKey(f"{DOMAIN}.history")
_AT_ONCE: Final = 0.0
_AT_LEISURE: Final = 900.0
"""Seconds after which values are written; at a stop at once. The recorder knows them as well."""

type _Stored = dict[str, Any]  # JSON, as Home Assistant's storage takes it


async def async_setup_history(hass: HomeAssistant) -> None:
    """Load what is kept, and follow the entity ids from now on."""
    history = IndexHistory(hass)
    await optional(history.load())  # what another release has stored may have another shape
    hass.data[_HISTORY] = history
    hass.bus.async_listen(er.EVENT_ENTITY_REGISTRY_UPDATED, history.follow)


def history_of(hass: HomeAssistant) -> IndexHistory:
    """Give the history of all indexes."""
    return hass.data[_HISTORY]


class IndexHistory:
    """What is told by sensors, and what the recorder is told of it."""

    def __init__(self, hass: HomeAssistant) -> None:
        self._hass = hass
        self._store = _HistoryStore(hass, _VERSION, f"{DOMAIN}.history")
        self._counting = Counting()
        self._compiled: dict[str, int] = {}
        """The states of the last rows, in Wh."""
        self._is_dirty = False

    async def load(self) -> None:
        """Read what the runs before have kept; after a crash, the recorder knows better."""
        kept = await self._store.async_load() or {}
        self._counting = Counting(
            kept.get("registers", {}),
            {key: Hidden(**one) for key, one in kept.get("hidden", {}).items()},
            {key: StatisticCount(**one) for key, one in kept.get("counters", {}).items()},
            {key: [Start(**one) for one in some] for key, some in kept.get("starts", {}).items()},
        )
        if self._counting.counters and DATA_INSTANCE in self._hass.data:
            await self._ask_recorder(get_instance(self._hass))

    async def _ask_recorder(self, recorder: Recorder) -> None:
        """Take it from the recorder what each statistic has counted."""
        if self._hass.is_running:  # it may have states that it has not written yet
            done = self._hass.loop.create_future()
            recorder.queue_task(SynchronizeTask(done))
            await done
        now = utcnow().timestamp()
        for statistic in self._counting.counters:
            last = recorder.async_add_executor_job(last_recorded, self._hass, statistic)
            state, row = await last
            self._counting.corrected(statistic, state, now)
            if row is not None:
                self._compiled[statistic] = row

    @callback
    def shown(self, statistic: str, address: str, label: Label, value: int) -> None:
        """Note what an index's sensor is about to show."""
        now = utcnow().timestamp()
        started = self._counting.shown(statistic, _hashed(address), label, value, now)
        self._keep(_AT_ONCE if started else _AT_LEISURE)

    @callback
    def heard(self, statistic: str, address: str, label: Label, value: int) -> None:
        """Note what a meter has said of an index, shown or not."""
        now = utcnow().timestamp()
        is_first = self._counting.heard(statistic, _hashed(address), label, value, now)
        self._keep(_AT_ONCE if is_first else _AT_LEISURE)

    @callback
    def follow(self, change: Event[er.EventEntityRegistryUpdatedData]) -> None:
        """Follow an entity, and its statistic, to another id, or to where it is no longer."""
        entity_id = change.data["entity_id"]
        if change.data["action"] == "update" and "old_entity_id" in change.data:
            self._counting.renamed(change.data["old_entity_id"], entity_id)
        elif change.data["action"] == "remove":
            # The recorder makes no row of what has no state any more.
            self._counting.removed(entity_id, self._compiled.get(entity_id))
        else:
            return
        self._keep(_AT_ONCE)

    def compiling(self, session: Session) -> None:
        """Put the sums right of what is compiled, before it is seen.

        Called in the recorder's thread, whose transaction this is: of one period, or of all those
        that were missed while Home Assistant was stopped.
        """
        counters = self._counting.counters.copy()
        if not counters or DOMAIN in session.info:
            return
        before = None
        with _savepoint(session):
            before = before_compiling(self._hass, session, set(counters))
        if before:  # and not earlier: a savepoint is committed, too
            session.info[DOMAIN] = True
            event.listen(session, "before_commit", partial(self._put_right, before), once=True)

    def _put_right(self, before: Before, session: Session) -> None:
        del session.info[DOMAIN]
        compiled: dict[str, tuple[int, int]] = {}
        counters = self._counting.counters.copy()
        starts = {key: tuple(some) for key, some in self._counting.starts.copy().items()}
        for key, counter in counters.items():
            with _savepoint(session):
                if new := put_right(session, key, starts.get(key, ()), counter.shown, before):
                    compiled[key] = new
        self._hass.loop.call_soon_threadsafe(self._settled, compiled)

    @callback
    def _settled(self, compiled: Mapping[str, tuple[int, int]]) -> None:
        for statistic, (count, state) in compiled.items():
            self._compiled[statistic] = state
            self._counting.settled(statistic, count)
        if any(count for count, _ in compiled.values()):
            self._keep(_AT_ONCE)

    def _keep(self, delay: float) -> None:
        if not self._is_dirty or delay == _AT_ONCE:
            self._is_dirty = True
            self._store.async_delay_save(self._data, delay)

    def _data(self) -> _Stored:
        self._is_dirty = False
        return asdict(self._counting)


class _HistoryStore(Store[_Stored]):
    """Where it is kept."""

    @override
    async def _async_migrate_func(
        self, old_major_version: int, old_minor_version: int, old_data: _Stored
    ) -> _Stored:
        """Take from version 1 up to which value each register and statistic has counted."""
        kept, total = old_data.get("registers", {}), f".{Quantity.SUPPLIER_ENERGY}"
        values = {
            key: one["value"]
            for key, one in kept.items()
            if one["value"] is not None and not key.endswith(total)
        }
        hidden: dict[str, _Stored] = {}
        for key in (one for one in kept if one.endswith(total)):
            registers = [one for one in values if one.startswith(f"{key}_")]
            names = [one.partition(".")[2] for one in registers if kept[one].get("is_hidden")]
            if names and (counted := kept[key]["value"]) is not None:
                counted = max(0, counted - sum(values[one] for one in registers))
                hidden[key] = {"counted": counted, "registers": names}
        return {
            "registers": values,
            "hidden": hidden,
            "counters": {
                key: {**one, **_counted_by(key, one["meter"], kept, self._label_of(key))}
                for key, one in old_data.get("counters", {}).items()
            },
            "starts": {
                key: [_start_of(one) for one in some]
                for key, some in old_data.get("starts", {}).items()
            },
        }

    def _label_of(self, entity_id: str) -> str:
        entity = er.async_get(self.hass).async_get(entity_id)
        return entity.unique_id.rpartition("_")[2] if entity else ""


def _counted_by(statistic: str, meter: str, registers: _Stored, label: str) -> _Stored:
    """Give what version 1 tells of a statistic: if nothing, it starts anew with its next value."""
    names = (f"{Quantity.SUPPLIER_ENERGY}", register_of(LABELS[label])) if label in LABELS else ()
    for name in names:
        register = registers.get(f"{meter}.{name}")
        if register and register["by"] == statistic:
            return {"label": label, "register": name, "at": register["at"]}
    return {"label": "", "register": "", "at": 0.0}


def _start_of(kept: _Stored) -> _Stored:
    """Give a start of version 1; without `begin` it goes on from its last row."""
    begin = kept["first"] if kept.get("begin") is None else kept["begin"]
    return {"first": kept["first"], "begin": begin, "counted": kept.get("counted")}


@contextmanager
def _savepoint(session: Session) -> Iterator[None]:
    """Undo what fails, and only log it: the statistics of the whole house are at stake."""
    try:
        with session.begin_nested():
            yield
    except Exception:  # of any type
        LOGGER.exception("The sum of an index was not put right")


def _hashed(address: str) -> str:
    return sha256(address.encode()).hexdigest()[:16]
