"""What the statistics of all indexes count, kept for as long as Home Assistant keeps the sums.

It outlives reloads, restarts and entries: an entry that is added anew has the entity ids, and with
them the statistics, of one that was deleted. Of a meter it keeps a hash, never the address.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from hashlib import sha256
from typing import Any, Final

from homeassistant.core import Event, HomeAssistant, callback
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.storage import Store
from homeassistant.util.dt import utcnow
from homeassistant.util.hass_dict import HassKey
from sqlalchemy import event
from sqlalchemy.orm import Session

from ..const import DOMAIN, LOGGER
from ..meter.signals import optional
from ..tic import Label
from .counting import Counting, RegisterCount, Start, StatisticCount
from .sums import Compiled, corrected, last_row, put_right

_VERSION: Final = 1
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
        self._store: Store[_Stored] = Store(hass, _VERSION, f"{DOMAIN}.history")
        self._counting = Counting()
        self._is_dirty = False

    async def load(self) -> None:
        """Read what the runs before have kept."""
        kept = await self._store.async_load() or {}
        self._counting = Counting(
            {key: RegisterCount(**one) for key, one in kept.get("registers", {}).items()},
            {key: StatisticCount(**one) for key, one in kept.get("counters", {}).items()},
            {key: [Start(**one) for one in some] for key, some in kept.get("starts", {}).items()},
        )

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
        self._counting.heard(statistic, _hashed(address), label, value, now)
        self._keep(_AT_LEISURE)

    @callback
    def follow(self, change: Event[er.EventEntityRegistryUpdatedData]) -> None:
        """Follow an entity, and its statistic, to another id."""
        if change.data["action"] == "update" and "old_entity_id" in change.data:
            old, new = change.data["old_entity_id"], change.data["entity_id"]
            self._counting.renamed(old, new, utcnow().timestamp())
            self._keep(_AT_ONCE)

    def compiling(self, session: Session, start: datetime) -> None:
        """Put the sums right of statistics that have started, before what is compiled is seen.

        Called in the recorder's thread, whose transaction this is: of one period, or of all those
        that were missed while Home Assistant was stopped.
        """
        starts = {key: tuple(some) for key, some in self._counting.starts.copy().items()}
        if not starts or DOMAIN in session.info:
            return
        since = start.timestamp()
        until = max(utcnow().timestamp(), since)  # the clock may have been set back since
        compiled: dict[str, Compiled] = {}
        for key in starts:
            with _savepoint(session):
                compiled[key] = Compiled(last_row(self._hass, session, key, until), since, until)

        def put_all_right(session: Session) -> None:
            session.info.pop(DOMAIN)
            settled: dict[str, Sequence[Start]] = {}
            right: Mapping[str, Sequence[Start]] = starts
            known: Mapping[str, int] = {}
            with _savepoint(session):
                right, known = corrected(session, starts, since)
            for key, new in compiled.items():
                with _savepoint(session):
                    settled[key] = starts[key][: put_right(session, key, right[key], new)]
            self._hass.loop.call_soon_threadsafe(self._settled, settled, known)

        session.info[DOMAIN] = True
        event.listen(session, "before_commit", put_all_right, once=True)

    @callback
    def _settled(self, settled: Mapping[str, Sequence[Start]], known: Mapping[str, int]) -> None:
        for statistic, value in known.items():
            self._counting.corrected(statistic, value)
        for statistic, starts in settled.items():
            self._counting.settled(statistic, starts)
        if any(settled.values()):
            self._keep(_AT_ONCE)

    def _keep(self, delay: float) -> None:
        if not self._is_dirty or delay == _AT_ONCE:
            self._is_dirty = True
            self._store.async_delay_save(self._data, delay)

    def _data(self) -> _Stored:
        self._is_dirty = False
        return asdict(self._counting)


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
