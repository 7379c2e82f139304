"""The tariff in force is the meter's own word for it, and never that of another register."""

from collections.abc import Mapping
from typing import Final

import pytest

from custom_components.linky_tic.tic import (
    TEMPO_NAMES,
    Event,
    Frame,
    Reading,
    Tariff,
    TariffFollower,
    Vanished,
    said,
)
from custom_components.linky_tic.tic.tariff import SURE
from simulator import Household
from simulator.line import Line
from simulator.tariff import CONTRACTS

from .referee import DATA
from .streams import Listener, historic, standard

OFF_PEAK: Final = (" HEURE  CREUSE  ", 1)
PEAK: Final = (" HEURE  PLEINE  ", 2)
OFF_PEAK_TARIFF: Final = Tariff(1, "HEURE CREUSE")
PEAK_TARIFF: Final = Tariff(2, "HEURE PLEINE")


PERIODS: Final[Mapping[str, tuple[int, str]]] = {
    "TH..": (1, "base"),
    "HC..": (1, "off_peak"),
    "HP..": (2, "peak"),
    "HN..": (1, "ejp_normal"),
    "PM..": (2, "ejp_peak"),
    "HCJB": (1, "tempo_blue_off_peak"),
    "HPJB": (2, "tempo_blue_peak"),
    "HCJW": (3, "tempo_white_off_peak"),
    "HPJW": (4, "tempo_white_peak"),
    "HCJR": (5, "tempo_red_off_peak"),
    "HPJR": (6, "tempo_red_peak"),
}


class Follow:
    """A follower of what a line says, frame by frame."""

    def __init__(self, *, parity: bool = True) -> None:
        self.follower = TariffFollower()
        self.listener = Listener(parity=parity)

    def hear(self, *frames: bytes) -> list[Tariff | None]:
        """Feed frames; gives what is in force at the end of each."""
        return [self._end(self.listener.hear(frame)) for frame in frames]

    def feed(self, chunk: bytes) -> None:
        """Feed what came over a line while two seconds passed."""
        events = self.listener.receiver.feed(chunk, self.listener.now)
        self.listener.now += 2
        for _ in (event for event in events if isinstance(event, Frame)):
            self._end(events)

    def _end(self, events: list[Event]) -> Tariff | None:
        news = any(isinstance(event, Reading | Vanished) for event in events)
        self.follower.end_frame(said(self.listener.receiver.meter.readings) if news else None)
        return self.follower.current


def says(
    named: tuple[str, int] | None, number: int, *, stge: int | None = None, ngtf: str = "HP/HC"
) -> bytes:
    """A frame with the name of a tariff and the number of a register."""
    status = (number if stge is None else stge) - 1 << 10
    return standard(
        ("NGTF", f"{ngtf:16}"),
        *((("LTARF", f"{named[0]:16}"),) if named else ()),
        ("STGE", f"{status:08X}"),
        ("NTARF", f"{number:02}"),
    )


def steady(named: tuple[str, int], frames: int = 6) -> list[bytes]:
    return [says(named, named[1])] * frames


@pytest.mark.parametrize("period", PERIODS)
def test_the_historic_mode_names_a_known_tariff(period: str) -> None:
    assert Follow().hear(*[historic(("PTEC", period))] * 3)[-1] == PERIODS[period]


def test_a_period_that_no_document_knows_is_no_tariff() -> None:
    assert Follow().hear(*[historic(("PTEC", "XX.."))] * 3)[-1] is None


def test_the_standard_mode_names_a_tariff_by_what_the_meter_shows() -> None:
    follow = Follow()
    assert follow.hear(*steady(OFF_PEAK))[-1] == OFF_PEAK_TARIFF
    assert follow.follower.names == {1: "HEURE CREUSE"}


def test_a_name_is_learned_once_it_has_stood_for_three_frames() -> None:
    follow = Follow()
    first = next(n for n, told in enumerate(follow.hear(*steady(OFF_PEAK, 3))) if told)
    follow.hear(*steady(OFF_PEAK, first + SURE - 1 - 3))
    assert follow.follower.names == {}
    follow.hear(*steady(OFF_PEAK, 1))
    assert follow.follower.names == {1: "HEURE CREUSE"}


@pytest.mark.parametrize("late", [1, 2, 5, 20], ids=lambda late: f"{late} frames late")
def test_a_name_that_comes_after_its_number_is_given_to_no_other_register(late: int) -> None:
    follow = Follow()
    told = follow.hear(*steady(OFF_PEAK), *[says(OFF_PEAK, 2)] * late, *steady(PEAK))
    names = {tariff.name for tariff in told if tariff and tariff.register == 2}
    assert told[-1] == PEAK_TARIFF
    assert follow.follower.names.get(1) == "HEURE CREUSE"
    assert follow.follower.names.get(2) != "HEURE CREUSE"
    assert late > 5 or names == {"HEURE PLEINE"}


def test_a_register_whose_number_is_lost_on_the_line_gives_its_name_to_no_other() -> None:
    follow = Follow()
    hidden = [says(PEAK, 1, stge=2)] * 5  # NTARF is what it was: damaged all the while
    told = follow.hear(*steady(OFF_PEAK), *hidden, *steady(PEAK))
    assert told[-1] == PEAK_TARIFF
    assert follow.follower.names == {1: "HEURE CREUSE", 2: "HEURE PLEINE"}


def test_a_known_name_is_shown_as_soon_as_its_register_is_in_force() -> None:
    follow = Follow()
    follow.hear(*steady(OFF_PEAK), *steady(PEAK))
    assert follow.hear(says(PEAK, 1)) == [OFF_PEAK_TARIFF]


def test_two_registers_may_bear_the_same_name_in_the_end() -> None:
    follow = Follow()
    told = follow.hear(*steady(OFF_PEAK), *[says(OFF_PEAK, 2)] * 70)
    assert told[-1] == Tariff(2, "HEURE CREUSE")
    assert follow.follower.names == {1: "HEURE CREUSE", 2: "HEURE CREUSE"}


def test_a_name_that_the_supplier_changes_is_followed() -> None:
    follow = Follow()
    told = follow.hear(*steady(OFF_PEAK), *steady(("HC NUIT", 1), 70))
    assert told[-1] == Tariff(1, "HC NUIT")
    assert follow.follower.names == {1: "HC NUIT"}


def test_a_text_that_changes_all_the_time_is_learned_once() -> None:
    follow = Follow()
    follow.hear(*steady(OFF_PEAK))
    for _ in range(5):
        follow.hear(*steady(OFF_PEAK, 8), *steady(("CREUSE", 1), 8))
        assert follow.follower.names == {1: "HEURE CREUSE"}


def test_a_tariff_without_a_name_is_its_register() -> None:
    follow = Follow()
    assert follow.hear(*[says(None, 3)] * 6)[-1] == Tariff(3, "index_3")
    assert follow.follower.names == {}


def test_a_name_that_is_no_longer_sent_is_remembered() -> None:
    follow = Follow()
    follow.hear(*steady(OFF_PEAK))
    follow.listener.now += 1000
    assert follow.hear(*[says(None, 1)] * 6)[-1] == OFF_PEAK_TARIFF


def test_nothing_is_in_force_after_a_loss_before_it_is_said_again() -> None:
    follow = Follow()
    follow.hear(*steady(OFF_PEAK))
    follow.follower.lost()
    assert follow.follower.current is None
    assert follow.hear(*steady(PEAK))[-1] == PEAK_TARIFF


@pytest.mark.parametrize("contract", sorted(CONTRACTS))
def test_a_day_of_a_house_is_told_as_it_is_charged(contract: str) -> None:
    house = Household(contract=contract, living=False)
    follow = Follow()
    for _ in range(26):
        follow.hear(*[house.frame() for _ in range(4)])
        register, text = int(house.truth["NTARF"]), " ".join(house.truth["LTARF"].split())
        name = TEMPO_NAMES[register] if contract == "tempo" else text
        assert follow.follower.current == Tariff(register, name)
        house.advance(3590)


@pytest.mark.parametrize("contract", sorted(CONTRACTS))
def test_the_names_that_are_learned_are_those_of_the_contract(contract: str) -> None:
    house = Household(contract=contract, start="2026-11-27T21:00:00", living=False)
    follow = Follow()
    for _ in range(12):
        follow.hear(*[house.frame() for _ in range(8)])
        house.advance(3 * 3600)
    mine = {one.register: " ".join(one.name.split()) for one in CONTRACTS[contract].tariffs}
    learned = follow.follower.names
    assert learned.items() <= mine.items()
    assert bool(learned) is (contract != "tempo")


def test_tempo_is_known_by_its_colours_until_the_contract_changes() -> None:
    house = Household(contract="tempo", living=False)
    follow = Follow()
    follow.hear(*[house.frame() for _ in range(6)])
    assert follow.follower.tempo == "TEMPO"
    silent = says(("HC BLEU", 1), 1, ngtf="TEMPO")  # a colour that the meter has missed
    assert follow.hear(*[silent] * 4)[-1] == Tariff(1, "tempo_blue_off_peak")
    assert follow.hear(*steady(OFF_PEAK))[-1] == OFF_PEAK_TARIFF
    assert follow.follower.names == {1: "HEURE CREUSE"}
    assert not follow.follower.is_tempo


@pytest.mark.parametrize(
    ("capture", "tariff"),
    [
        ("standard_mono_base_100frames", (1, "BASE")),
        ("standard_mono_hphc", (2, "HEURE PLEINE")),
        ("standard_mono_producer_total", (1, "INDEX NON CONSO")),
        ("standard_three_tempo_white", (3, "tempo_white_off_peak")),
        ("historic_mono_tempo_red", (1, "tempo_blue_off_peak")),
        ("historic_three_base", (1, "base")),
    ],
)
def test_a_real_meter_is_told_as_it_says(capture: str, tariff: tuple[int, str]) -> None:
    follow = Follow()
    stream = (DATA / "captures" / f"{capture}.bin").read_bytes()
    frames = [b"\x02" + one for one in stream.split(b"\x02")[1:]]
    assert follow.hear(*frames * 4)[-1] == tariff


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("parity", ["even", "stripped"])
def test_no_noise_gives_a_register_the_name_of_another(seed: int, parity: str) -> None:
    evening = "2026-11-23T22:29:00"
    house = Household(contract="hphc", start=evening, living=False, seed=seed)
    line = Line(house, noise=5e-4, parity=parity)
    follow = Follow(parity=parity == "even")
    while house.elapsed < 400:
        follow.feed(line.next().data)
        wrong = {1: "HEURE PLEINE", 2: "HEURE CREUSE"}.items()
        assert not follow.follower.names.items() & wrong
        assert follow.follower.current not in {(1, "HEURE PLEINE"), (2, "HEURE CREUSE")}
    assert follow.follower.current == OFF_PEAK_TARIFF
