"""A recording that is shown tells nothing of who sent it, whatever happened to the line."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Final

import pytest

from custom_components.linky_tic.tic import Frame, Receiver, anonymise
from custom_components.linky_tic.tic.anonymous import HIDDEN
from custom_components.linky_tic.tic.wire import Bit7
from simulator import Household
from simulator.faults import BitFlipper, storm
from simulator.line import Line
from simulator.wire import heard_at, to_8n1

from .referee import DATA, good_groups
from .streams import historic, luck, standard

BIT7: Final = {"even": Bit7.PARITY, "stripped": Bit7.STRIPPED, "stuck": Bit7.STUCK}
IDENTITIES: Final = frozenset({"ADSC", "ADCO", "PRM", "MSG1", "MSG2"})
WINDOW: Final = 5
"""Characters in a row that are enough to find somebody by."""
LETTERS: Final = "AEFGHKLNOPQRSTUVWXYZ"
"""Letters that one false bit does not make a separator, which is shown: `J` is one bit from LF."""


@dataclass(frozen=True)
class Person:
    """Who must not be found: the end of an address, a metering point, two messages."""

    number: str
    prm: str
    message: str
    short_message: str

    @classmethod
    def of(cls, chance: Random) -> Person:
        def some(alphabet: str, size: int) -> str:
            return "".join(chance.choices(alphabet, k=size))

        digits = "0123456789"
        return cls(some(digits, 6), some(digits, 14), some(LETTERS, 32), some(LETTERS, 16))

    @property
    def traces(self) -> set[bytes]:
        """Every piece of them that is long enough."""
        secrets = (self.number, self.prm, self.message, self.short_message)
        return {
            secret[at : at + WINDOW].encode()
            for secret in secrets
            for at in range(len(secret) - WINDOW + 1)
        }

    def house(self, seed: int, mode: str) -> Household:
        """Where they live; what it draws depends on the seed alone."""
        return Household(
            mode=mode,
            seed=seed,
            address=f"041961{self.number}",
            prm=self.prm,
            message=self.message,
        )

    def frames(self, seed: int, mode: str, count: int = 6) -> bytes:
        """What their meter sends, one short message in it."""
        house = self.house(seed, mode)
        house.send_message(self.short_message)
        return b"".join(house.frame() for _ in range(count))


def traces_in(shown: bytes, person: Person) -> set[bytes]:
    characters = bytes(one & 0x7F for one in shown)
    return {trace for trace in person.traces if trace in characters}


def stormy(seed: int, mode: str, parity: str, person: Person) -> Iterator[bytes]:
    """What a port reads on a noisy line where everything goes wrong."""
    house = person.house(seed, mode)
    line = Line(house, noise=1e-3, parity=parity, script=storm(0.05, 2000, seed=seed))
    for _ in range(40):
        house.send_message(person.short_message)
        yield line.next().data


@pytest.mark.parametrize("parity", BIT7)
@pytest.mark.parametrize("mode", ["standard", "historic"])
@pytest.mark.parametrize("seed", range(4))
def test_nobody_is_found_on_a_line_where_everything_goes_wrong(
    seed: int, mode: str, parity: str
) -> None:
    person = Person.of(luck(seed))
    recording = b"".join(stormy(seed, mode, parity, person))
    assert traces_in(recording, person)
    for bit7 in Bit7:  # whatever the line was taken for
        assert traces_in(anonymise(recording, bit7), person) == set()


@pytest.mark.parametrize("start", range(7))
def test_nobody_is_found_in_a_piece_that_begins_and_ends_anywhere(start: int) -> None:
    person = Person.of(luck(start))
    recording = person.frames(start, "standard", 2)
    for begin in range(start, len(recording), 7):
        piece = recording[begin : begin + 600]
        assert traces_in(anonymise(piece, Bit7.STRIPPED), person) == set()


@pytest.mark.parametrize("parity", BIT7)
@pytest.mark.parametrize("mode", ["standard", "historic"])
@pytest.mark.parametrize("seed", range(10))
def test_what_is_shown_depends_on_nothing_that_is_hidden(seed: int, mode: str, parity: str) -> None:
    """The same errors strike two people's lines: checksums, parity bits, lengths give no hint."""
    shown = []
    for who in (1, 2):
        frames = to_8n1(Person.of(luck(who)).frames(seed, mode), parity)
        noisy = BitFlipper(1e-3, luck(seed)).flip(frames)
        shown.append(anonymise(noisy, BIT7[parity]))
    assert shown[0] == shown[1]


@pytest.mark.parametrize("parity", BIT7)
@pytest.mark.parametrize("mode", ["standard", "historic"])
def test_a_clean_recording_can_be_replayed(mode: str, parity: str) -> None:
    person = Person.of(luck(1))
    frames = to_8n1(person.frames(1, mode), parity)
    receiver, replayed = Receiver(), Receiver()
    receiver.feed(frames, 1.0)
    events = replayed.feed(anonymise(frames, BIT7[parity]), 1.0)
    assert replayed.counters.good_groups == receiver.counters.good_groups
    assert replayed.wire.parity_errors == 0
    assert all(one.complete for one in events if isinstance(one, Frame))


@pytest.mark.parametrize("capture", sorted((DATA / "captures").glob("*.bin")), ids=lambda p: p.stem)
def test_what_real_meters_say_stays_but_for_their_identity(capture: Path) -> None:
    recording = capture.read_bytes()
    before = [one for one in good_groups(recording) if one.label not in IDENTITIES]
    shown = anonymise(recording, Bit7.STRIPPED)
    assert [one for one in good_groups(shown) if one.label not in IDENTITIES] == before


def test_an_identity_keeps_its_shape_and_a_good_checksum() -> None:
    person = Person("123456", "12345678901234", "X" * 32, "Y" * 16)
    frames = person.frames(0, "standard", 1)
    shown = {one.label: one.data for one in good_groups(anonymise(frames, Bit7.STRIPPED))}
    assert shown["ADSC"] == 12 * "0"
    assert shown["PRM"] == 14 * "0"
    assert shown["MSG1"] == 32 * "#"
    assert shown["MSG2"] == 16 * "#"


def test_a_damaged_group_keeps_its_label_and_its_separators() -> None:
    frame = standard(("PRM", "12345678901234")).replace(b"PRM\t1234", b"PRM\t1;34")
    assert b"\nPRM\t##############\t#\r\x03" in anonymise(frame, Bit7.UNDECIDED)
    frame = historic().replace(b"ADCO 0419", b"ADCO 0519")
    assert anonymise(frame, Bit7.UNDECIDED) == b"\x02\nADCO###############\r\x03"


def test_a_damaged_label_is_hidden_and_all_that_follows_it() -> None:
    frame = standard(("PRM", "12345678901234")).replace(b"PRM", b"PSM")
    assert b"\n###\t##############\t#\r" in anonymise(frame, Bit7.UNDECIDED)


def test_an_unknown_label_is_hidden_even_if_it_verifies() -> None:
    frame = standard(("PRMX", "12345678901234"))
    assert b"\n####\t##############\t#\r" in anonymise(frame, Bit7.UNDECIDED)


@pytest.mark.parametrize("octet", [b"\x0f", b"\x0e", b"\x0b", b"\x0c"])
def test_what_stands_in_the_place_of_a_line_feed_is_shown(octet: bytes) -> None:
    frame = standard(("PRM", "12345678901234")).replace(b"\nPRM", octet + b"PRM")
    assert b"\r" + octet + b"PRM\t00000000000000\tA\r" in anonymise(frame, Bit7.UNDECIDED)


@pytest.mark.parametrize(("sent", "heard"), [(9600, 1200), (1200, 9600)])
def test_what_was_heard_at_another_speed_is_hidden_whole(sent: int, heard: int) -> None:
    frames = to_8n1(standard(("PRM", "12345678901234")) * 3)
    noise = heard_at(frames, sent=sent, heard=heard)
    shown = anonymise(noise, Bit7.UNDECIDED)
    assert {one & 0x7F for one in shown} <= {HIDDEN, *b"\x02\x03\x04\t\n\r", noise[0], noise[-1]}
