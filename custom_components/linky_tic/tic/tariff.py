"""Which tariff is in force and what it is called, frame by frame, in both modes.

It knows what labels say of it and nothing of who is told. Texts are the supplier's own: they are
compared with themselves alone. LTARF comes half a frame before NTARF: where the tariff changes in
between, the two are not of the same one, and no name is believed.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, NamedTuple

from .catalogue import CATALOGUE, Label, Mode
from .events import Reading
from .registers import decode_status

TARIFF_SOURCES: Final = ("PTEC", "NTARF", "LTARF", "NGTF", "STGE")
"""The labels that tell the tariff."""
SURE: Final = 3
"""Frames in a row that must say the same before a name is learned."""
_LAG: Final = 2
"""Frames by which a name may follow its number: the change fell between the two of them, and the
gate takes a text when it has come twice."""
_HOLD: Final = 6
"""Frames for which a register without a known name waits for one that is its own."""
_LONG: Final = 60
"""Frames after which a name is believed that is not the one learned, or that did not change with
its register. A display that shows two texts in turn is not followed from one to the other."""


class Tariff(NamedTuple):
    """A supplier's register, 1 to 10, and its name: a slug, or the text that the meter shows."""

    register: int
    name: str


class Known(NamedTuple):
    """A tariff of a contract that the historic mode knows: its slug, PTEC, and index label."""

    slug: str
    period: str
    label: str

    @property
    def tariff(self) -> Tariff:
        """It as a tariff; the register is that of 54E 6.1."""
        return Tariff(CATALOGUE[Mode.HISTORIC][self.label].register or 1, self.slug)


# fmt: off
#         slug                    PTEC    index
KNOWN_TARIFFS: Final = (
    Known("base",                 "TH..", "BASE"),  # also all that is no historic contract
    Known("off_peak",             "HC..", "HCHC"),
    Known("peak",                 "HP..", "HCHP"),
    Known("ejp_normal",           "HN..", "EJPHN"),
    Known("ejp_peak",             "PM..", "EJPHPM"),
    Known("tempo_blue_off_peak",  "HCJB", "BBRHCJB"),
    Known("tempo_blue_peak",      "HPJB", "BBRHPJB"),
    Known("tempo_white_off_peak", "HCJW", "BBRHCJW"),
    Known("tempo_white_peak",     "HPJW", "BBRHPJW"),
    Known("tempo_red_off_peak",   "HCJR", "BBRHCJR"),
    Known("tempo_red_peak",       "HPJR", "BBRHPJR"),
)
# fmt: on
TARIFF_SLUGS: Final = frozenset(known.slug for known in KNOWN_TARIFFS)
"""The names of tariffs that are no text of a supplier."""
_PERIODS: Final[Mapping[str, Tariff]] = MappingProxyType(
    {known.period: known.tariff for known in KNOWN_TARIFFS}
)
_INDEXES: Final[Mapping[str, str]] = MappingProxyType(
    {known.label: known.slug for known in KNOWN_TARIFFS}
)
TEMPO_NAMES: Final[Mapping[int, str]] = MappingProxyType(
    {
        known.tariff.register: known.slug
        for known in KNOWN_TARIFFS
        if known.slug.startswith("tempo_")
    }
)
"""Register -> slug, in both modes."""


def index_slug(label: Label) -> str | None:
    """Give the slug of what an index of the Historique mode counts."""
    return _INDEXES.get(label.name)


def unnamed(register: int) -> str:
    """Give the slug of a register of which no name is known."""
    return f"index_{register}"


class Said(NamedTuple):
    """What the meter says of the tariff at the end of a frame; None is not heard."""

    period: str | None = None
    register: int | None = None
    status_register: int | None = None
    text: str | None = None
    calendar: str | None = None
    has_colours: bool = False


_NOTHING: Final = Said()


def said(readings: Mapping[str, Reading]) -> Said:
    """Read what labels say of the tariff; inner runs of spaces are the display's padding."""
    texts = {name: _text(readings.get(name)) for name in TARIFF_SOURCES}
    status = decode_status(texts["STGE"] or "")
    in_status = status["provider_tariff"]
    number = readings.get("NTARF")
    register = number.value if number else in_status
    return Said(
        texts["PTEC"],
        register if isinstance(register, int) else None,
        in_status if isinstance(in_status, int) else None,
        texts["LTARF"],
        texts["NGTF"],
        status["tempo_today"] in _COLOURS or status["tempo_tomorrow"] in _COLOURS,
    )


_COLOURS: Final = frozenset({"blue", "white", "red"})


def _text(reading: Reading | None) -> str | None:
    return (" ".join(reading.raw.split()) or None) if reading else None


class TariffFollower:
    """The tariff of one meter; `names` and `tempo` outlive it.

    `names` are those of registers as learned; `tempo` is the calendar under which the status
    register has spoken of colours ("" without a name), None for another contract.
    """

    def __init__(self) -> None:
        self.names: Mapping[int, str] = {}
        self.tempo: str | None = None
        self.current: Tariff | None = None
        self._said = _NOTHING
        self._frame = 0
        self._changed_at = self._named_at = self._moved_at = self._status_at = 0

    @property
    def is_tempo(self) -> bool:
        """Whether the registers are those of Tempo; its colours may be silent for days."""
        if self._said.has_colours:
            return True
        return self.tempo is not None and self._said.calendar in {None, self.tempo}

    @property
    def is_settling(self) -> bool:
        """Whether something has changed not long ago."""
        return self._stood <= _LONG

    def lost(self) -> None:
        """Know nothing of now any more."""
        self._said, self.current = _NOTHING, None

    def end_frame(self, new: Said | None) -> bool:
        """Close a frame, None if nothing was heard that is new; whether anything differs now."""
        self._frame += 1
        if new is not None and new != self._said:
            self._note(new)
        if not self.is_settling:
            return False
        stood = self._stood
        before = self.current, self.names, self.tempo
        if self.tempo is None and self._said.has_colours:
            self.tempo = self._said.calendar or ""
        if stood in {SURE - 1, _LONG}:
            self._learn(is_long=stood == _LONG)
        self.current = self._reckon()
        return before != (self.current, self.names, self.tempo)

    def _note(self, new: Said) -> None:
        old, self._said = self._said, new
        self._changed_at = self._frame
        if new.text != old.text:
            self._named_at = self._frame
        if new.status_register != old.status_register:
            self._status_at = self._frame
        if (new.register, new.period) != (old.register, old.period):
            was_told = new.register == new.status_register  # before NTARF came through
            self._moved_at = self._status_at if was_told else self._frame

    @property
    def _stood(self) -> int:
        """Frames in which nothing was new."""
        return self._frame - self._changed_at

    @property
    def _agrees(self) -> bool:
        """Whether name and number are of the same tariff: they changed together, or the name last.

        STGE, which stands between the two in a frame, bears the number out.
        """
        if self._said.status_register not in {None, self._said.register}:
            return False
        late = self._named_at - self._moved_at
        return abs(late) <= _LAG or (late > _LAG and self._stood >= SURE - 1)

    def _learn(self, *, is_long: bool) -> None:
        heard = self._said
        if heard.has_colours:
            self.tempo = heard.calendar or ""
        elif not self.is_tempo and heard.register is not None:
            self.tempo = None
        if heard.text is None or heard.register is None or self.is_tempo:
            return
        is_new = heard.register not in self.names
        if is_long or (is_new and self._agrees):
            self.names = {**self.names, heard.register: heard.text}

    def _reckon(self) -> Tariff | None:
        heard = self._said
        if heard.period is not None:
            return _PERIODS.get(heard.period)
        if heard.register is None:
            return None
        if self.is_tempo and heard.register in TEMPO_NAMES:
            return Tariff(heard.register, TEMPO_NAMES[heard.register])
        return self._reckon_named(heard.register, heard.text)

    def _reckon_named(self, register: int, text: str | None) -> Tariff | None:
        """Name a register; what is not sure yet is what it was, for some frames."""
        known = self.names.get(register)
        if text is None:
            if known is None and self.current is None and self._stood < SURE - 1:
                return None  # its name may be in the next frame
            return Tariff(register, known or unnamed(register))
        if self._agrees or text == known:
            return Tariff(register, text)
        is_new = self._moved_at > self._named_at
        if self.current is not None and self._stood < _HOLD and not (known and is_new):
            return self.current
        return Tariff(register, known or text)
