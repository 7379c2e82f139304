"""The tariff in force is the meter's own word for it, and never that of another register."""

from collections.abc import Iterable, Mapping
from typing import Final

import pytest

from custom_components.linky_tic.tariff.in_force import (
    TEMPO_NAMES,
    HeardTariff,
    Tariff,
    TariffFollower,
    index_slug,
    numbered_name,
    read_tariff,
)
from custom_components.linky_tic.tic import Event, Frame, Reading, Vanished
from custom_components.linky_tic.tic.catalogue import LABELS
from simulator import Household
from simulator.line import Line
from simulator.tariff import CONTRACTS

from ..tic.referee import DATA
from ..tic.streams import Listener, historic, standard

ECO: Final = ("   HEURE  ECO   ", 1)
SUN: Final = (" HEURE  SOLEIL  ", 2)
ECO_TARIFF: Final = Tariff(1, "HEURE ECO")
SUN_TARIFF: Final = Tariff(2, "HEURE SOLEIL")


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

    def __init__(self, *, parity: bool = True, labels: Iterable[str] = ()) -> None:
        self.follower = TariffFollower()
        self.listener = Listener(parity=parity, labels=labels)

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
        readings = self.listener.receiver.meter.readings
        self.follower.end_frame(read_tariff(readings) if news else None)
        return self.follower.current


def says(
    named: tuple[str, int] | None, number: int, *, stge: int | None = None, ngtf: str = "MON OFFRE"
) -> bytes:
    """A frame with the name of a tariff and the number of a register."""
    status = (number if stge is None else stge) - 1 << 10
    return standard(
        *((("NGTF", f"{ngtf:16}"),) if ngtf else ()),
        *((("LTARF", f"{named[0]:16}"),) if named else ()),
        ("STGE", f"{status:08X}"),
        ("NTARF", f"{number:02}"),
    )


def steady(named: tuple[str, int], frames: int = 6) -> list[bytes]:
    return [says(named, named[1])] * frames


def test_the_tariff_is_read_from_the_labels() -> None:
    assert read_tariff({}) == HeardTariff()
    assert HeardTariff() == (None, None, None, None, None, False, False, False)
    follow = Follow()
    follow.hear(*[says(ECO, 3, stge=5)] * 4)
    told = read_tariff(follow.listener.receiver.meter.readings)
    assert (told.name, told.is_consistent) == ("HEURE ECO", False)
    assert told == (None, 3, 5, "HEURE ECO", "MON OFFRE", False, False, False)
    follow = Follow()
    follow.hear(*[standard(("STGE", f"{0x100 | 1 << 10:08X}"))] * 4)
    told = read_tariff(follow.listener.receiver.meter.readings)
    assert told.is_consistent
    assert told == (None, 2, 2, None, None, False, False, True)


def test_an_index_of_historique_is_called_after_what_it_counts() -> None:
    slugs = [index_slug(LABELS[name]) for name in ("BASE", "HCHP", "BBRHPJR", "EASF01")]
    assert slugs == ["base", "peak", "tempo_red_peak", None]


def heard(
    number: int | None = 1,
    name: str | None = None,
    *,
    calendar: str | None = None,
    has_colours: bool = False,
    rules_out_tempo: bool = False,
) -> HeardTariff:
    return HeardTariff(None, number, number, name, calendar, has_colours, rules_out_tempo)


def ends(follower: TariffFollower, *said: HeardTariff | None) -> list[bool]:
    """Whether anything differs at the end of each frame."""
    return [follower.end_frame(one) for one in said]


def test_a_register_without_a_name_waits_for_one_until_the_third_frame() -> None:
    follower = TariffFollower()
    assert ends(follower, heard(4), None) == [False, False]
    assert follower.current is None
    assert ends(follower, None, None) == [True, False]
    assert follower.current == (4, "index_4") == (4, numbered_name(4))


def test_a_register_under_the_name_of_another_waits_for_its_own_for_six_frames() -> None:
    follower = TariffFollower()
    ends(follower, heard(1, "ECO"), None, None)
    assert follower.texts == {1: "ECO"}
    assert not any(ends(follower, heard(2, "ECO"), *[None] * 5))
    assert follower.current == (1, "ECO")
    assert ends(follower, None) == [True]
    assert follower.current == (2, "index_2")


def test_a_tariff_settles_after_sixty_frames_without_a_change() -> None:
    for said in (None, heard(1, "ECO")):
        follower = TariffFollower()
        ends(follower, said, *[None] * (60 if said else 58))
        assert (follower.is_settling, follower.has_just_settled) == (True, said is not None)
        assert ends(follower, None) == [False]
        assert (follower.is_settling, follower.has_just_settled) == (said is None, said is None)
        assert ends(follower, None) == [False]


def test_tempo_is_remembered_under_its_calendar_and_forgotten_with_a_tariff_of_another() -> None:
    follower = TariffFollower()
    assert not follower.is_tempo
    assert ends(follower, heard(None, calendar="ZEN", has_colours=True)) == [True]
    assert (follower.is_tempo, follower.tempo) == (True, "ZEN")
    for silent in (heard(), heard(calendar="ZEN")):
        ends(follower, silent, None, None)
        assert (follower.is_tempo, follower.tempo) == (True, "ZEN")
    ends(follower, heard(None, calendar="EAU"), None, None)
    assert (follower.is_tempo, follower.tempo) == (False, "ZEN")
    ends(follower, heard(1, calendar="EAU", has_colours=True), None)
    assert follower.tempo == "ZEN"
    ends(follower, None)
    assert follower.tempo == "EAU"
    ends(follower, heard(1, calendar="EAU", rules_out_tempo=True), None, None)
    assert not follower.is_tempo
    assert follower.tempo is None


def test_a_tariff_has_just_settled_at_the_end_of_one_frame_only() -> None:
    follow, settled = Follow(), 0
    for frame in steady(ECO, 90):
        follow.hear(frame)
        settled += follow.follower.has_just_settled
    assert settled == 1


@pytest.mark.parametrize("period", PERIODS)
def test_the_historic_mode_names_a_known_tariff(period: str) -> None:
    assert Follow().hear(*[historic(("PTEC", period))] * 3)[-1] == PERIODS[period]


def test_a_period_that_no_document_knows_is_no_tariff() -> None:
    assert Follow().hear(*[historic(("PTEC", "XX.."))] * 3)[-1] is None


def test_the_standard_mode_names_a_tariff_by_what_the_meter_shows() -> None:
    follow = Follow()
    assert follow.hear(*steady(ECO))[-1] == ECO_TARIFF
    assert follow.follower.names == {1: "HEURE ECO"}


@pytest.mark.parametrize(("ngtf", "left"), [("", {}), ("MON OFFRE", {2: "HEURE SOLEIL"})])
def test_under_a_contract_without_a_name_a_changed_name_removes_the_others(
    ngtf: str, left: dict[int, str]
) -> None:
    follow, other = Follow(), ("   HC SEMAINE   ", 1)
    for one in (ECO, SUN, other):
        follow.hear(*[says(one, one[1], ngtf=ngtf)] * 70)
        if one is SUN:
            assert follow.follower.names == {1: "HEURE ECO", 2: "HEURE SOLEIL"}
    assert follow.follower.names == {1: "HC SEMAINE", **left}


def test_a_name_is_learned_once_it_has_stood_for_three_frames() -> None:
    follow = Follow()
    first = next(n for n, told in enumerate(follow.hear(*steady(ECO, 3))) if told)
    follow.hear(*steady(ECO, first + 2 - 3))
    assert follow.follower.names == {}
    follow.hear(*steady(ECO, 1))
    assert follow.follower.names == {1: "HEURE ECO"}


@pytest.mark.parametrize("late", [1, 2, 5, 20], ids=lambda late: f"{late} frames late")
def test_a_name_that_comes_after_its_number_is_given_to_no_other_register(late: int) -> None:
    follow = Follow()
    told = follow.hear(*steady(ECO), *[says(ECO, 2)] * late, *steady(SUN))
    names = {tariff.name for tariff in told if tariff and tariff.register == 2}
    assert told[-1] == SUN_TARIFF
    assert follow.follower.names.get(1) == "HEURE ECO"
    assert follow.follower.names.get(2) != "HEURE ECO"
    assert late > 5 or names == {"HEURE SOLEIL"}


def test_a_register_whose_number_is_lost_on_the_line_gives_its_name_to_no_other() -> None:
    follow = Follow()
    hidden = [says(SUN, 1, stge=2)] * 5  # NTARF is what it was: damaged all the while
    told = follow.hear(*steady(ECO), *hidden, *steady(SUN))
    assert told[-1] == SUN_TARIFF
    assert follow.follower.names == {1: "HEURE ECO", 2: "HEURE SOLEIL"}


def test_a_known_name_is_shown_as_soon_as_its_register_is_in_force() -> None:
    follow = Follow()
    follow.hear(*steady(ECO), *steady(SUN))
    assert follow.hear(says(SUN, 1)) == [ECO_TARIFF]


def test_two_registers_may_bear_the_same_name_in_the_end() -> None:
    follow = Follow()
    told = follow.hear(*steady(ECO), *[says(ECO, 2)] * 70)
    assert told[-1] == Tariff(2, "HEURE ECO")
    assert follow.follower.names == {1: "HEURE ECO", 2: "HEURE ECO"}


def test_a_name_that_the_supplier_changes_is_followed_after_a_minute_of_frames() -> None:
    follow = Follow()
    follow.hear(*steady(ECO), *steady(("HC NUIT", 1), 61))  # the first one is confirmed
    assert follow.follower.names == {1: "HEURE ECO"}
    told = follow.hear(*steady(("HC NUIT", 1), 1))
    assert told[-1] == Tariff(1, "HC NUIT")
    assert follow.follower.names == {1: "HC NUIT"}


def test_a_text_that_changes_all_the_time_is_learned_once() -> None:
    follow = Follow()
    follow.hear(*steady(ECO))
    for _ in range(5):
        follow.hear(*steady(ECO, 8), *steady(("ECO", 1), 8))
        assert follow.follower.names == {1: "HEURE ECO"}


def test_a_tariff_without_a_name_is_its_register() -> None:
    follow = Follow()
    assert follow.hear(*[says(None, 3)] * 6)[-1] == Tariff(3, "index_3")
    assert follow.follower.names == {}


def test_a_name_that_is_no_longer_sent_is_remembered() -> None:
    follow = Follow()
    follow.hear(*steady(ECO))
    follow.listener.now += 1000
    assert follow.hear(*[says(None, 1)] * 6)[-1] == ECO_TARIFF


def test_nothing_is_in_force_after_a_loss_before_it_is_said_again() -> None:
    follow = Follow()
    follow.hear(*steady(ECO))
    follow.follower.reset()
    assert follow.follower.current is None
    assert follow.hear(*steady(SUN))[-1] == SUN_TARIFF


SLUGS: Final[Mapping[str, Mapping[int, str]]] = {
    "base": {1: "base"},
    "hphc": {1: "off_peak", 2: "peak"},
    "tempo": TEMPO_NAMES,
    "ejp": {1: "ejp_normal", 2: "ejp_peak"},
    "weekend": {1: "off_peak", 2: "peak", 3: "HEURE WEEK-END"},
    "producer": {1: "INDEX NON CONSO"},
}


@pytest.mark.parametrize("contract", sorted(CONTRACTS))
def test_the_tariff_of_a_simulated_day_is_the_one_that_is_charged(contract: str) -> None:
    house = Household(contract=contract, living=False)
    follow = Follow()
    for _ in range(26):
        follow.hear(*[house.frame() for _ in range(4)])
        register = int(house.truth["NTARF"])
        assert follow.follower.current == Tariff(register, SLUGS[contract][register])
        assert follow.follower.names.items() <= SLUGS[contract].items()
        house.advance(3590)


@pytest.mark.parametrize("contract", ["base", "hphc", "tempo", "ejp"])
def test_a_well_known_contract_has_all_its_names_from_the_first_frames(
    contract: str,
) -> None:
    house = Household(contract=contract)
    follow = Follow()
    follow.hear(*[house.frame() for _ in range(3)])
    assert follow.follower.names == SLUGS[contract]


def test_registers_that_are_not_the_usual_ones_keep_the_names_they_say() -> None:
    follow = Follow()
    frames = [says(("HEURE PLEINE", 1), 1, ngtf="H PLEINE/CREUSE")] * 70
    told = follow.hear(*frames)
    assert {one.name for one in told if one} <= {"index_1", "peak"}
    assert told[-1] == Tariff(1, "peak")
    assert follow.follower.names == {1: "peak"}


def test_a_frame_in_which_the_tariff_changes_gives_no_register_the_name_of_another() -> None:
    follow = Follow()
    split = says((" HEURE  CREUSE  ", 1), 2, ngtf="H PLEINE/CREUSE")
    told = follow.hear(split, split, *[says((" HEURE  PLEINE  ", 2), 2, ngtf="HP/HC")] * 4)
    assert (2, "off_peak") not in told
    assert told[-1] == Tariff(2, "peak")


def test_a_new_contract_removes_the_names_of_the_one_before() -> None:
    follow = Follow()
    follow.hear(*[says((" HEURE  CREUSE  ", 1), 1, ngtf="HC et Week-End")] * 6)
    told = follow.hear(*[says(("      BASE      ", 1), 1, ngtf="BASE")] * 6)
    assert told[-1] == Tariff(1, "base")
    assert follow.follower.names == {1: "base"}
    follow.hear(*steady(ECO))
    assert (follow.follower.current, follow.follower.names) == (ECO_TARIFF, {1: "HEURE ECO"})


@pytest.mark.parametrize(
    ("contract", "text", "shown"),
    [
        ("EJP", " POINTE  MOBILE ", "ejp_peak"),
        ("H PLEINE/CREUSE", " HEURE  PLEINE  ", "peak"),  # it has changed meanwhile
        ("", "", "ejp_peak"),  # it is not told any more
    ],
)
def test_after_a_start_no_name_is_shown_before_its_contract_is_received(
    contract: str, text: str, shown: str
) -> None:
    follow = Follow(labels=("NGTF", "LTARF", "NTARF", "STGE"))
    follow.follower.texts = {1: "HEURES NORMALES", 2: "POINTE MOBILE"}
    follow.follower.calendar = "EJP"
    frame = says((text, 2) if text else None, 2, ngtf=contract)
    told = follow.hear(*[frame] * 70)
    assert told[0] is None
    assert {one for one in told if one} == {Tariff(2, shown)}


def test_tempo_is_known_by_its_colours_until_the_contract_changes() -> None:
    house = Household(contract="tempo", living=False)
    follow = Follow()
    follow.hear(*[house.frame() for _ in range(6)])
    assert follow.follower.tempo == "TEMPO"
    silent = says(("HC BLEU", 1), 1, ngtf="TEMPO")  # a colour that the meter has missed
    assert follow.hear(*[silent] * 4)[-1] == Tariff(1, "tempo_blue_off_peak")
    assert follow.hear(*steady(ECO))[-1] == ECO_TARIFF
    assert follow.follower.names == {1: "HEURE ECO"}
    assert not follow.follower.is_tempo


def test_tempo_known_from_historique_ends_with_another_contract_there() -> None:
    follow = Follow()
    follow.hear(*[historic(("OPTARIF", "BBR("), ("PTEC", "HPJB"))] * 4)
    assert follow.follower.is_tempo
    follow.hear(*[historic(("OPTARIF", "HC.."), ("PTEC", "HP.."))] * 8)
    follow.follower.reset()  # nothing is said any more: what is remembered decides
    assert not follow.follower.is_tempo


@pytest.mark.parametrize("contract", ["hphc", "base"])
def test_tempo_without_names_ends_with_its_profile(contract: str) -> None:
    house = Household(contract="tempo", named=False, living=False, colours={})
    follow = Follow()
    assert follow.hear(*[house.frame() for _ in range(6)])[-1] in {
        (1, TEMPO_NAMES[1]),
        (2, TEMPO_NAMES[2]),
    }
    house.change_contract(contract)
    told = follow.hear(*[house.frame() for _ in range(20)])[-1]
    assert told
    assert told.name == f"index_{told.register}"


@pytest.mark.parametrize(
    ("capture", "tariff"),
    [
        ("standard_mono_base_100frames", (1, "base")),
        ("standard_mono_hphc", (2, "peak")),
        ("standard_mono_producer_total", (1, "INDEX NON CONSO")),
        ("standard_three_tempo_white", (3, "tempo_white_off_peak")),
        ("historic_mono_tempo_red", (1, "tempo_blue_off_peak")),
        ("historic_three_base", (1, "base")),
    ],
)
def test_the_tariff_of_a_real_meter_is_the_one_that_it_sends(
    capture: str, tariff: tuple[int, str]
) -> None:
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
        wrong = {Tariff(1, "peak"), Tariff(2, "off_peak")}
        assert not {Tariff(*one) for one in follow.follower.names.items()} & wrong
        assert follow.follower.current not in wrong
    assert follow.follower.current == Tariff(1, "off_peak")
