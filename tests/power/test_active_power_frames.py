"""What frames make of the active power, to the watt: which indexes count, and since when."""

from typing import Any

import pytest

from custom_components.linky_tic.meter.signals import Signals
from custom_components.linky_tic.power.active_power import ActivePower, is_exporting
from custom_components.linky_tic.tic import Frame

from ..tic.streams import ADDRESS, Listener, historic, standard

type Known = tuple[int | None, int | None, float | None]
"""Watts, the seconds of their window, the power factor."""


class House:
    """A house whose indexes are sent `lag` seconds before the end of a frame of `seconds`."""

    def __init__(self, *, parity: bool = True, seconds: float = 1.5, lag: float = 0.5) -> None:
        self.line = Listener(ADDRESS, parity=parity)
        self.seconds, self.lag = seconds, lag
        self.lost = b""
        self._counted: dict[str, float] = {}  # Wh
        self.signals = Signals()
        self.power = ActivePower(self.line.receiver, self.signals)

    @property
    def known(self) -> Known:
        return self.power.watts, self.power.window, self.power.factor

    def hears(self, frames: int, watts: dict[str, int], **said: str) -> Known:
        """Count a power in each index, and hear frames of them with what they say besides.

        The last character of what is `lost` does not come.
        """
        write = historic if "PAPP" in said else standard
        for _ in range(frames):
            for index, power in watts.items():
                before = self._counted.get(index, 1000)
                self._counted[index] = before + power * self.seconds / 3600
            indexes = [(name, f"{int(self._counted[name]):09}") for name in watts]
            frame = write(*indexes, *said.items()).replace(self.lost, self.lost[:-1])
            half = frame.index(f"\n{next(iter(said))}".encode())
            self.line.hear(frame[:half], seconds=self.lag)
            at = self.line.now
            for event in self.line.hear(frame[half:], seconds=self.seconds - self.lag):
                if isinstance(event, Frame):
                    self.signals.frame.send(event, self.line.receiver.meter.readings, at)
        return self.known


@pytest.mark.parametrize(
    ("options", "frames", "watts", "apparent", "known"),
    [
        ({}, 9, 2000, 2200, (1811, 9, None)),
        ({}, 30, 2000, 2200, (2013, 40, 0.91)),
        ({"parity": False}, 15, 2000, 2200, (1787, 16, None)),
        ({"parity": False}, 57, 2000, 2200, (1989, 78, 0.9)),
        ({"parity": False, "seconds": 5.0}, 12, 300, 400, (318, 45, None)),
        ({"seconds": 5.0, "lag": 4.5}, 16, 300, 400, (289, 60, 0.72)),
        ({"seconds": 5.0, "lag": 3.5}, 16, 300, 400, (290, 60, None)),
    ],
)
def test_a_power_is_that_of_its_index_to_the_watt(
    options: dict[str, Any], frames: int, watts: int, apparent: int, known: Known
) -> None:
    assert House(**options).hears(frames, {"EAST": watts}, SINSTS=f"{apparent:05}") == known


@pytest.mark.parametrize("lost", [b"\nADSC\t", b"\nPREF\t"])
def test_a_damaged_index_does_not_count_as_unchanged(lost: bytes) -> None:
    """Its frame had no address, or the group beside it was lost."""
    house, drawn, said = House(), {"EAST": 2000}, {"PREF": "09", "SINSTS": "02200"}
    house.hears(30, drawn, **said)
    watts = []
    for number in range(40):
        house.lost = b"" if number % 5 == 4 else lost
        watts.append(house.hears(1, drawn, **said)[0])
    assert watts == pytest.approx(40 * [2000], abs=30)


def test_an_index_that_may_be_late_dates_a_switched_load_by_as_much() -> None:
    house = House(parity=False, seconds=5.0)
    house.hears(100, {"EAST": 200}, SINSTS="00250")
    assert house.hears(10, {"EAST": 2000}, SINSTS="02500") == (2147, 35, None)


def test_an_index_older_than_a_frame_keeps_its_lag() -> None:
    house = House(seconds=5.0, lag=2.0)
    house.hears(4, {"EAST": 300}, SINSTS="00400")
    house.lag = 3.0
    assert house.hears(20, {"EAST": 300}, SINSTS="00400") == (296, 95, 0.74)


def test_net_power_is_negative_for_export_and_unknown_while_one_direction_is() -> None:
    house = House()
    drawn = {"EAST": 0, "EAIT": 1500}
    assert house.hears(6, drawn, SINSTS="00000", SINSTI="01600") == (None, None, None)
    assert house.hears(24, drawn, SINSTS="00000", SINSTI="01600") == (-1497, 40, 0.94)


def test_the_indexes_of_historique_are_added_up_and_a_new_one_is_not_what_was_drawn() -> None:
    house = House()
    assert house.hears(30, {"HCHC": 0, "HCHP": 2000}, PAPP="02200") == (2013, 40, 0.91)
    assert house.hears(30, {"HCHC": 2000, "HCHP": 0}, PAPP="02200") == (2000, 86, 0.91)
    house = House()
    assert house.hears(30, {"HCHP": 2000}, PAPP="02200") == (2013, 40, 0.91)
    assert house.hears(3, {"HCHC": 0, "HCHP": 2000}, PAPP="02200") == (None, None, None)
    assert house.hears(30, {"HCHC": 0, "HCHP": 2000}, PAPP="02200") == (1982, 45, 0.9)


def test_a_pilot_meter_tells_its_power_under_another_label() -> None:
    assert House().hears(30, {"EAST": 2000}, SINST1="02200") == (2013, 40, 0.91)


def test_no_power_is_known_without_an_index_or_without_an_apparent_power(
    caplog: pytest.LogCaptureFixture,
) -> None:
    assert House().hears(30, {}, SINSTS="02200") == (None, None, None)
    assert House().hears(30, {"EAST": 2000}, PREF="09") == (None, None, None)
    assert not caplog.records


def test_after_a_loss_nothing_is_known_until_a_frame_has_come() -> None:
    house = House()
    assert house.hears(4, {"EAST": 0}, SINSTS="00000") == (0, 0, None)
    house.signals.lost.send()
    assert house.known == (None, None, None)
    assert house.hears(1, {"EAST": 0}, SINSTS="00000") == (0, 0, None)


@pytest.mark.parametrize(
    ("frame", "is_out"),
    [
        (standard(("STGE", "003A0201")), True),
        (standard(("STGE", "003A0001")), False),
        (standard(("SINSTS", "00000"), ("IRMS1", "002")), False),
        (historic(("IINST", "002"), ("PAPP", "00000")), True),
        (historic(("IINST", "000"), ("PAPP", "00000")), False),
        (historic(("IINST", "002"), ("PAPP", "00450")), False),
        (historic(("IINST", "002")), False),
        (
            historic(("IINST1", "000"), ("IINST2", "000"), ("IINST3", "001"), ("PAPP", "00000")),
            True,
        ),
    ],
)
def test_a_house_exports_if_stge_shows_it_or_a_current_flows_without_a_power(
    frame: bytes, *, is_out: bool
) -> None:
    line = Listener(ADDRESS)
    line.hear(*4 * [frame])
    assert is_exporting(line.receiver.meter.readings) is is_out


def test_power_is_unknown_while_an_export_is_not_measured_and_known_while_drawing() -> None:
    out = {"STGE": "003A0201"}
    assert House().hears(30, {"EAST": 0}, SINSTS="00000", **out) == (None, None, None)
    assert House().hears(30, {"EAST": 0}, SINSTS="00000") == (0, 0, None)
    assert House().hears(30, {"EAST": 2000}, SINSTS="02200", **out) == (2013, 40, 0.91)
    assert House().hears(2, {"EAST": 2000}, SINSTS="02200", **out) == (None, None, None)
