"""Which tariff is in force and what it is called, frame by frame, in both modes.

It knows what labels say of it and nothing of who is told. LTARF comes half a frame before NTARF:
where the tariff changes in between, the two are not of the same one. So a name that belongs to
another register is not believed before it has stood for long.
"""

from collections.abc import Mapping
from typing import Final, NamedTuple

from ..tic import CATALOGUE, Label, Mode, Readings, status_of, text_of
from .tempo import has_colours, rules_out_tempo
from .words import KNOWN_TARIFFS, REGISTER_SLUGS, contract_slug, tariff_slug

TARIFF_SOURCES: Final = (
    *("OPTARIF", "PTEC", "DEMAIN"),
    *("NTARF", "LTARF", "NGTF", "STGE", "PJOURF+1"),
)
"""The labels that tell the tariff."""
_LEARN_FRAMES: Final = 3
"""Frames in a row that must say the same before a name is learned."""
_WAIT_FRAMES: Final = 6
"""Frames for which a register without a name of its own waits for one."""
_SETTLED_FRAMES: Final = 60
"""Frames after which a name is believed that is another than the one learned, or another
register's. A display that shows two texts in turn is not followed from one to the other."""


class Tariff(NamedTuple):
    """A supplier's register, 1 to 10, and its name: a slug, or the text that the meter shows."""

    register: int
    name: str


_TARIFF_OF_PERIOD: Final[Mapping[str, Tariff]] = {
    period: Tariff(register, slug)
    for _, slug, period, label in KNOWN_TARIFFS
    if (register := CATALOGUE[Mode.HISTORIC][label].register)
}
_SLUG_OF_INDEX: Final[Mapping[str, str]] = {label: slug for _, slug, _, label in KNOWN_TARIFFS}
TEMPO_NAMES: Final = REGISTER_SLUGS["tempo"]
"""Register -> slug, in both modes."""


def index_slug(label: Label) -> str | None:
    """Give the slug of what an index of the Historique mode counts."""
    return _SLUG_OF_INDEX.get(label.name)


def numbered_name(register: int) -> str:
    """Give the slug of a register of which no name is known."""
    return f"index_{register}"


class HeardTariff(NamedTuple):
    """What the meter says of the tariff at the end of a frame; None is not heard."""

    period: str | None = None
    register: int | None = None
    status_register: int | None = None
    text: str | None = None
    calendar: str | None = None
    has_colours: bool = False
    rules_out_tempo: bool = False
    is_producer: bool = False

    @property
    def name(self) -> str | None:
        """What the text calls the tariff: a slug, or the text itself."""
        return self.text and (tariff_slug(self.text, self.calendar) or self.text)

    @property
    def is_consistent(self) -> bool:
        """Whether STGE, which stands between name and number in a frame, bears the number out."""
        return self.status_register in {None, self.register}


_NOTHING_HEARD: Final = HeardTariff()


def read_tariff(readings: Readings) -> HeardTariff:
    status, number = status_of(readings), readings.get("NTARF")
    in_status = status["provider_tariff"]
    register = number.value if number else in_status
    return HeardTariff(
        text_of(readings, "PTEC"),
        register if isinstance(register, int) else None,
        in_status if isinstance(in_status, int) else None,
        text_of(readings, "LTARF"),
        text_of(readings, "NGTF"),
        has_colours(readings),
        rules_out_tempo(readings),
        status["producer"] is True,
    )


class TariffFollower:
    """The tariff of one meter; `texts`, `calendar` and `tempo` outlive it.

    `texts` are those of registers as learned under `calendar`; `tempo` is the calendar under which
    the meter has spoken of colours ("" without a name), None for another contract.
    """

    def __init__(self) -> None:
        self.texts: Mapping[int, str] = {}
        self.calendar: str | None = None
        self.tempo: str | None = None
        self.current: Tariff | None = None
        self._heard = _NOTHING_HEARD
        self._unchanged_frames = 0  # frames since the last one in which anything was new

    @property
    def is_tempo(self) -> bool:
        """Whether the contract is Tempo; STGE may be silent of its colours for days."""
        if self._heard.has_colours:
            return True
        is_same = self.tempo is not None and self._heard.calendar in {None, self.tempo}
        return is_same and not self._heard.rules_out_tempo

    @property
    def names(self) -> Mapping[int, str]:
        """Register -> what it is called, a slug or a text, as far as known.

        A contract that everybody knows names all its registers, once one is called as in it.
        """
        if self.is_tempo:
            return TEMPO_NAMES
        calendar = self._calendar
        texts = self.texts if self.calendar in {None, calendar} else {}  # those of another contract
        learned = {
            register: tariff_slug(text, calendar) or text for register, text in texts.items()
        }
        heard, usual = self._heard, self._contract_names
        if heard.is_consistent and (heard.register, heard.name) in usual.items():
            return {**learned, **usual}
        is_usual = learned and all(usual.get(one) == name for one, name in learned.items())
        return usual if is_usual else learned

    @property
    def is_settling(self) -> bool:
        """Whether something has changed not long ago."""
        return self._unchanged_frames <= _SETTLED_FRAMES

    @property
    def has_just_settled(self) -> bool:
        """Whether nothing has changed for long, since this very frame."""
        return self._unchanged_frames == _SETTLED_FRAMES

    @property
    def _awaits_contract(self) -> bool:
        """Whether the names may be those of another contract, as after a start or in a new mode."""
        heard = self._heard
        is_new = self.current is None and self.is_settling
        is_known = heard.calendar is not None or heard.has_colours
        return is_new and not is_known and self.calendar is not None

    def reset(self) -> None:
        self._heard, self.current = _NOTHING_HEARD, None

    def end_frame(self, new: HeardTariff | None) -> bool:
        """Close a frame, None if nothing was heard that is new; whether anything differs now."""
        is_new = new is not None and new != self._heard
        if not is_new and not self.is_settling:
            return False
        before = self.current, self.names, self.texts, self.calendar, self.tempo
        self._unchanged_frames = 0 if is_new else self._unchanged_frames + 1
        if new and new.period is None and self._heard.period is not None:
            self.current = None  # it was the other mode's
        self._heard = new or self._heard
        if self.tempo is None and self._heard.has_colours:
            self.tempo = self._calendar
        if self._unchanged_frames == _LEARN_FRAMES - 1 or self.has_just_settled:
            self._learn()
        self.current = self._find_current()
        return before != (self.current, self.names, self.texts, self.calendar, self.tempo)

    @property
    def _calendar(self) -> str:
        """The name of the contract, "" without one; Historique has none."""
        return self._heard.calendar or self.calendar or ""

    @property
    def _contract_names(self) -> Mapping[int, str]:
        return REGISTER_SLUGS.get(contract_slug(self._calendar) or "", {})

    def _names_another(self, name: str, register: int) -> bool:
        """Whether a name is known to be another register's."""
        names = {**self._contract_names, **self.names}
        return any(one == name for number, one in names.items() if number != register)

    def _learn(self) -> None:
        heard = self._heard
        if heard.has_colours:
            self.tempo = self._calendar
        elif not self.is_tempo and (heard.register is not None or heard.period is not None):
            self.tempo = None
        if heard.calendar not in {None, self.calendar}:
            if self.calendar is not None:  # what registers were called under another contract
                self.texts = {}
            self.calendar = heard.calendar
        text, register = heard.text, heard.register
        if text is None or register is None or heard.name is None or self.is_tempo:
            return
        is_new = register not in self.texts and heard.is_consistent
        if self.has_just_settled or (is_new and not self._names_another(heard.name, register)):
            is_renamed = self.texts.get(register, text) != text
            # Under a contract without a name it may be another one, with other names for all.
            others = {} if is_renamed and heard.calendar is None else self.texts
            self.texts = {**others, register: text}

    def _find_current(self) -> Tariff | None:
        """Name what is in force; what is not sure yet is what it was, for some frames."""
        heard = self._heard
        if heard.period is not None:
            return _TARIFF_OF_PERIOD.get(heard.period)
        return None if heard.register is None else self._find_by_number(heard.register)

    def _find_by_number(self, register: int) -> Tariff | None:
        heard, known = self._heard, self.names.get(register)
        if self._awaits_contract:
            return None
        if heard.is_consistent:
            if known is not None:
                return Tariff(register, known)
            if heard.name is None:
                may_come = self.current is None and self._unchanged_frames < _LEARN_FRAMES - 1
                return None if may_come else Tariff(register, numbered_name(register))
            if not self._names_another(heard.name, register):
                return Tariff(register, heard.name)
        if self.current is not None and self._unchanged_frames < _WAIT_FRAMES:
            return self.current
        return Tariff(register, known or numbered_name(register))
