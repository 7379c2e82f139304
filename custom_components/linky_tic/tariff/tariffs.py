"""The tariff in force of one meter, the names that its registers have been heard to bear.

It knows when it has to look, what to remember, and who is to be told; what labels say of the tariff
is read in `tic/tariff.py`. A name once learned is shown after a reload, which names are read at.
"""

from collections.abc import Callable, Mapping
from typing import Final

from homeassistant.util.json import JsonValueType

from ..meter.freshness import Freshness
from ..meter.signals import Signals
from ..meter.store import MeterStore
from ..tic import (
    TARIFF_SOURCES,
    TEMPO_NAMES,
    Frame,
    Label,
    Quantity,
    Reading,
    Tariff,
    TariffFollower,
    index_slug,
    registers_in_use,
    said,
    unnamed,
)

CURRENT_TARIFF: Final = "current_tariff"
"""What to listen to for the tariff in force."""
_NAMES: Final = "tariff_names"
_SLUGS: Final = "historic_tariffs"
_TEMPO: Final = "tempo"


class Tariffs:
    """The tariffs of one meter; `on_name` is called when a name that is shown has become wrong."""

    def __init__(
        self,
        signals: Signals,
        store: MeterStore,
        freshness: Freshness,
        on_name: Callable[[], None],
    ) -> None:
        self._signals = signals
        self._store = store
        self._freshness = freshness
        self._on_name = on_name
        self._follower = TariffFollower()
        self._slugs: Mapping[int, str] = {}
        self._in_use: set[int] = set()
        self._shown: dict[int, str | None] = {}
        self._named: dict[int, str] = {}
        self._is_due = True
        for label in TARIFF_SOURCES:
            signals.state.connect(label, self._note)
        signals.frame.connect(self._end_frame)
        signals.lost.connect(self._lose)

    def restore(self) -> None:
        """Take up what the store, now loaded, holds."""
        tempo = self._store.recall(_TEMPO)
        self._slugs = _by_register(self._store.recall(_SLUGS))
        self._follower.names = _by_register(self._store.recall(_NAMES))
        self._follower.tempo = tempo if isinstance(tempo, str) else None

    @property
    def current(self) -> Tariff | None:
        """The tariff in force; None while it is not known."""
        return self._follower.current

    @property
    def names(self) -> Mapping[int, str]:
        """Register -> its name, as far as known: a slug, or the text that the meter shows."""
        # Before anything is heard, the mode and the contract are those of the last time.
        if historic := self._historic() if self._indexes() else self._slugs:
            return historic
        if self._is_tempo:
            return TEMPO_NAMES
        return self._follower.names

    def name_of(self, register: int) -> str:
        """Give the name of a register, `index_<n>` when none is known."""
        return self.names.get(register, unnamed(register))

    def shown_name_of(self, register: int) -> str:
        """Give the name of a register, and note that it is shown until the next reload."""
        return self._named.setdefault(register, self.name_of(register))

    @property
    def registers(self) -> set[int]:
        """The registers in use: in Historique all that have a label, and no other."""
        return set(self._historic()) or registers_in_use(self._freshness.readings)

    def label_of(self, register: int) -> str | None:
        """Give the label of a register's index in the mode that is spoken."""
        for name, label in self._indexes():
            if label.register == register:
                return name
        return None

    def counted_by(self, register: int) -> str | None:
        """Tell what an index of the Standard mode is named by; that it is shown is noted."""
        self._shown[register] = self._counted_by(register)
        return self._shown[register]

    def _counted_by(self, register: int) -> str | None:
        if self._is_tempo:
            return TEMPO_NAMES.get(register)
        return self._follower.names.get(register)

    @property
    def _is_tempo(self) -> bool:
        # Entities are made before the follower hears of the first frame.
        return self._follower.is_tempo or said(self._freshness.readings).has_colours

    def _indexes(self) -> list[tuple[str, Label]]:
        labels = [(name, one.label) for name, one in self._freshness.readings.items()]
        return [(name, one) for name, one in labels if one.quantity is Quantity.SUPPLIER_ENERGY]

    def _historic(self) -> dict[int, str]:
        slugs = [(label.register, index_slug(label)) for _, label in self._indexes()]
        return {register: slug for register, slug in slugs if register and slug}

    def _note(self) -> None:
        self._is_due = True

    def _lose(self) -> None:
        self._follower.lost()

    def _end_frame(self, _frame: Frame, readings: Mapping[str, Reading], _now: float) -> None:
        """Look at what has changed."""
        follower, new = self._follower, said(readings) if self._is_due else None
        self._is_due = False
        learned = follower.names, follower.tempo, self._slugs
        differs = follower.end_frame(new)
        if follower.is_settling:
            differs |= self._look_at_indexes()
        if not differs:
            return
        self._signals.state.send(CURRENT_TARIFF)
        if learned != (follower.names, follower.tempo, self._slugs):
            self._keep()

    def _look_at_indexes(self) -> bool:
        """See what counts, which is known some frames after a contract has changed."""
        before = self._in_use, self._slugs
        self._in_use = self.registers
        if slugs := self._historic():
            self._slugs = {**self._slugs, **slugs}
        elif self._in_use:
            self._slugs = {}
        return before != (self._in_use, self._slugs)

    def _keep(self) -> None:
        """Store what was learned, and ask for a reload where a name that is shown is another."""
        follower = self._follower
        self._store.keep(_NAMES, _as_kept(follower.names))
        self._store.keep(_SLUGS, _as_kept(self._slugs))
        self._store.keep(_TEMPO, follower.tempo)
        counted = any(self._counted_by(number) != name for number, name in self._shown.items())
        if counted or any(self.name_of(number) != name for number, name in self._named.items()):
            self._shown.clear()
            self._named.clear()
            self._on_name()


def _as_kept(names: Mapping[int, str]) -> JsonValueType:
    return {str(number): name for number, name in names.items()} or None


def _by_register(kept: JsonValueType) -> dict[int, str]:
    return {int(n): str(name) for n, name in kept.items()} if isinstance(kept, dict) else {}
