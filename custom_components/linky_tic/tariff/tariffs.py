"""The tariff in force of one meter, the names of its registers, and its contract.

They are stored, and signalled when they change; `in_force.py` reads them from the labels.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from homeassistant.core import callback
from homeassistant.util.json import JsonValueType

from ..meter.meter import LinkyMeter
from ..tic import LABELS, Frame, Label, Mode, Quantity, Readings
from .contract import Contract, read_contract, registers_in_use
from .in_force import TARIFF_SOURCES, Tariff, TariffFollower, index_slug, numbered_name, read_tariff
from .words import USUAL_SLUGS

CURRENT_TARIFF: Final = "current_tariff"
"""The entity key of the tariff in force."""
_TEXTS: Final = "tariff_names"
_CALENDAR: Final = "tariff_calendar"
_SLUGS: Final = "historic_tariffs"
_TEMPO: Final = "tempo"
_CONTRACTS: Final = "contracts"
_REPLACED: Final = "contract_replaced"
_HAS_SLUGS: Final = "tariff_slugs"


class Tariffs:
    def __init__(self, meter: LinkyMeter) -> None:
        self._meter = meter
        self._signals = signals = meter.signals
        self._store = meter.store
        self._recall: Callable[[str], Any] = meter.store.recall  # Any: JSON
        self._follower = TariffFollower()
        self._slugs: Mapping[int, str] = {}
        self._in_use: set[int] = set()
        self._is_changed = True
        self._former_texts: Mapping[int, str] = {}
        self._contracts: Mapping[Mode, Contract] = {}
        for label in TARIFF_SOURCES:
            signals.state.connect(label, self._mark_changed)
        signals.frame.connect(self._end_frame)
        signals.lost.connect(self._follower.reset)
        meter.guard(self.restore)

    def restore(self) -> None:
        """Load what the store holds; raises an error if that has another shape."""
        follower, recall = self._follower, self._recall
        self._slugs = _from_json(recall(_SLUGS))
        follower.texts = _from_json(recall(_TEXTS))
        follower.calendar, follower.tempo = recall(_CALENDAR), recall(_TEMPO)
        self._former_texts = {} if recall(_HAS_SLUGS) else follower.texts
        contracts = map(_contract_from_json, recall(_CONTRACTS) or ())
        self._contracts = {contract.mode: contract for contract in contracts}

    @callback
    def pop_former_names(self) -> dict[str, str]:
        """Return, once only, the texts that were names before 1.0 -> the names of today."""
        known = self._follower.names
        names = {text: known.get(number, text) for number, text in self._former_texts.items()}
        self._former_texts = {}
        self._store.keep(_HAS_SLUGS, True)  # noqa: FBT003 - a stored fact
        return {text: name for text, name in names.items() if text != name}

    @property
    def is_tempo(self) -> bool:
        return self._follower.is_tempo

    @property
    def contract(self) -> Contract | None:
        """The contract in the mode of the meter, as last read; None while it is not known."""
        mode, now = self._meter.mode, read_contract(self._meter.readings, is_tempo=self.is_tempo)
        return now or (self._contracts.get(mode) if mode else None)

    @property
    def current(self) -> Tariff | None:
        """The tariff in force; None while it is not known."""
        return self._follower.current

    @property
    def names(self) -> Mapping[int, str]:
        """Register -> its name, for those that are known: a slug, or the text of the meter."""
        # Until the meter sends an index, the stored names of the last mode are used.
        historic = self._historic_slugs() if self.labels else self._slugs
        return historic or self._follower.names

    def name_of(self, register: int) -> str:
        """Return the name of a register, `index_<n>` when none is known."""
        return self.names.get(register, numbered_name(register))

    def name_of_index(self, label: Label) -> str | None:
        """Return the name of the tariff that an index counts, None when it is not known."""
        return index_slug(label) or self._follower.names.get(label.register or 0)

    @property
    def usual_register(self) -> int | None:
        """The register that is in force most of the time, None if no name tells it."""
        return next((one for one, name in self.names.items() if name in USUAL_SLUGS), None)

    @property
    def labels(self) -> Mapping[int, str]:
        """Register -> the label of its index in the mode of the meter."""
        heard = (one.label for one in self._meter.readings.values())
        return {
            one.register or 0: one.name for one in heard if one.quantity is Quantity.SUPPLIER_ENERGY
        }

    @property
    def registers(self) -> set[int]:
        """The registers in use; in Historique, those whose index the meter sends."""
        return set(self._historic_slugs()) or registers_in_use(self._meter.readings)

    @callback
    def accept_contract(self) -> None:
        """Accept the new contract: forget the one before, and close the repair."""
        self._store.keep(_REPLACED, None)
        self._signals.contract.send(None)

    def _historic_slugs(self) -> dict[int, str]:
        slugs = {register: index_slug(LABELS[name]) for register, name in self.labels.items()}
        return {register: slug for register, slug in slugs.items() if slug}

    def _mark_changed(self) -> None:
        self._is_changed = True

    def _end_frame(self, _frame: Frame, readings: Readings, _now: float) -> None:
        follower, new = self._follower, read_tariff(readings) if self._is_changed else None
        self._is_changed = False
        differs = follower.end_frame(new)
        if follower.is_settling:
            differs |= self._update_registers()
        if differs:
            self._save()
            self._signals.tariff.send()
        if follower.has_just_settled:
            self._update_contract(read_contract(readings, is_tempo=follower.is_tempo))

    def _update_registers(self) -> bool:
        """Update the registers in use, which follow a new contract after some frames."""
        before = self._in_use, self._slugs
        self._in_use = self.registers
        if self._in_use:
            self._slugs = self._historic_slugs()
        return before != (self._in_use, self._slugs)

    def _save(self) -> None:
        follower = self._follower
        self._store.keep(_TEXTS, _to_json(follower.texts))
        self._store.keep(_CALENDAR, follower.calendar)
        self._store.keep(_SLUGS, _to_json(self._slugs))
        self._store.keep(_TEMPO, follower.tempo)

    def _update_contract(self, now: Contract | None) -> None:
        """Signal a contract that differs from the last one in the same mode.

        Until the new contract is accepted, the one before the first change stays stored.
        """
        if now is None:
            return
        before = self._contracts.get(now.mode, now)
        self._contracts = {**self._contracts, now.mode: now}
        self._store.keep(_CONTRACTS, [list(one) for one in self._contracts.values()])
        if before == now:
            return
        first = _contract_from_json(self._recall(_REPLACED) or before)
        is_back = first._replace(mode=now.mode) == now
        self._store.keep(_REPLACED, None if is_back else list(first))
        self._signals.contract.send(None if is_back else (first.title, now.title))


def _to_json(names: Mapping[int, str]) -> JsonValueType:
    return {str(number): name for number, name in names.items()} or None


def _from_json(kept: Mapping[str, str] | None) -> dict[int, str]:
    return {int(number): name for number, name in (kept or {}).items() if isinstance(name, str)}


def _contract_from_json(kept: Iterable[Any]) -> Contract:
    mode, name, is_producer = kept
    return Contract(Mode(mode), name, is_producer)
