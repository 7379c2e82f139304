"""Follow, frame by frame and in both modes, which tariff is in force and what its name is.

The meter sends the name (LTARF) half a frame before the number of the register (NTARF): when the
tariff changes in between, the two do not belong together. So a name that is known to be another
register's is accepted only after many frames.
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
"""The labels from which the tariff is read."""
_LEARN_FRAMES: Final = 3
"""A name is learned once this many frames in a row have it."""
_WAIT_FRAMES: Final = 6
"""The former tariff is kept for this many frames while a new register has no name of its own."""
_SETTLED_FRAMES: Final = 60
"""After this many frames without a change, a new name replaces the learned one, even if it is
another register's. So a meter that shows two texts in turn does not rename its tariff each time."""


class Tariff(NamedTuple):
    """A register of the supplier, 1 to 10, and its name: a slug, or the text of the meter."""

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
    """Return the slug of the tariff that an index of Historique counts, None for other labels."""
    return _SLUG_OF_INDEX.get(label.name)


def numbered_name(register: int) -> str:
    """Return the slug that replaces the name of a register while that is not known."""
    return f"index_{register}"


class HeardTariff(NamedTuple):
    """What the meter sends about the tariff, at the end of a frame; None was not received.

    `status_register` is the register in STGE, `text` is LTARF, `calendar` is NGTF.
    """

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
        """The slug that the text stands for, or the text itself."""
        return self.text and (tariff_slug(self.text, self.calendar) or self.text)

    @property
    def is_consistent(self) -> bool:
        """Whether STGE, which is sent between LTARF and NTARF, has the same register as NTARF."""
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
    """The tariff of one meter; `texts`, `calendar` and `tempo` are kept across restarts.

    `texts`: register -> its name as learned under the contract named `calendar`.
    `tempo`: the name of the contract under which the meter sent colours ("" without a name), None
    for a contract that is not Tempo.
    """

    def __init__(self) -> None:
        self.texts: Mapping[int, str] = {}
        self.calendar: str | None = None
        self.tempo: str | None = None
        self.current: Tariff | None = None
        self._heard = _NOTHING_HEARD
        self._unchanged_frames = 0

    @property
    def is_tempo(self) -> bool:
        """Whether the contract is Tempo, remembered as STGE may have no colour for days."""
        if self._heard.has_colours:
            return True
        is_same = self.tempo is not None and self._heard.calendar in {None, self.tempo}
        return is_same and not self._heard.rules_out_tempo

    @property
    def names(self) -> Mapping[int, str]:
        """Register -> its name, a slug or a text, for those that are known.

        The names are those of Tempo; else those of the contract's table, if the present name or all
        that were learned fit it; else the learned ones.
        """
        if self.is_tempo:
            return TEMPO_NAMES
        calendar = self._calendar
        texts = self.texts if self.calendar in {None, calendar} else {}  # of another contract
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
        """Whether what the meter sends about the tariff changed in the last frames."""
        return self._unchanged_frames <= _SETTLED_FRAMES

    @property
    def has_just_settled(self) -> bool:
        """Whether this is the frame at which nothing has changed for long enough."""
        return self._unchanged_frames == _SETTLED_FRAMES

    @property
    def _awaits_contract(self) -> bool:
        """Whether the meter has yet to send its contract, after a start or a loss of the line."""
        heard = self._heard
        is_new = self.current is None and self.is_settling
        is_known = heard.calendar is not None or heard.has_colours
        return is_new and not is_known and self.calendar is not None

    def reset(self) -> None:
        self._heard, self.current = _NOTHING_HEARD, None

    def end_frame(self, new: HeardTariff | None) -> bool:
        """Take what a frame sent (None: nothing new); return whether anything changed here."""
        is_new = new is not None and new != self._heard
        if not is_new and not self.is_settling:
            return False
        before = self.current, self.names, self.texts, self.calendar, self.tempo
        self._unchanged_frames = 0 if is_new else self._unchanged_frames + 1
        if new and new.period is None and self._heard.period is not None:
            self.current = None  # it belongs to Historique, which the meter has left
        self._heard = new or self._heard
        if self.tempo is None and self._heard.has_colours:
            self.tempo = self._calendar
        if self._unchanged_frames == _LEARN_FRAMES - 1 or self.has_just_settled:
            self._learn()
        self.current = self._find_current()
        return before != (self.current, self.names, self.texts, self.calendar, self.tempo)

    @property
    def _calendar(self) -> str:
        """The name of the contract, "" if it has none; Historique has none."""
        return self._heard.calendar or self.calendar or ""

    @property
    def _contract_names(self) -> Mapping[int, str]:
        return REGISTER_SLUGS.get(contract_slug(self._calendar) or "", {})

    def _names_another(self, name: str, register: int) -> bool:
        names = {**self._contract_names, **self.names}
        return any(one == name for number, one in names.items() if number != register)

    def _learn(self) -> None:
        heard = self._heard
        if heard.has_colours:
            self.tempo = self._calendar
        elif not self.is_tempo and (heard.register is not None or heard.period is not None):
            self.tempo = None
        if heard.calendar not in {None, self.calendar}:
            if self.calendar is not None:
                self.texts = {}  # they were learned under another contract
            self.calendar = heard.calendar
        text, register = heard.text, heard.register
        if text is None or register is None or heard.name is None or self.is_tempo:
            return
        is_new = register not in self.texts and heard.is_consistent
        if self.has_just_settled or (is_new and not self._names_another(heard.name, register)):
            is_renamed = self.texts.get(register, text) != text
            # A new name may mean another contract, if that has no name: all names may be new.
            others = {} if is_renamed and heard.calendar is None else self.texts
            self.texts = {**others, register: text}

    def _find_current(self) -> Tariff | None:
        """Return the tariff in force; while it is uncertain, the former one for some frames."""
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
