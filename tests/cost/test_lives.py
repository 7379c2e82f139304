"""A month of a house in Home Assistant, in random order: it costs what a sheet says."""

from datetime import timedelta
from random import Random
from typing import Final

import pytest

from ..bills import MONTH, MONTHLY, amount, house, pass_time, pays, reprice, sleep
from ..home import Home, Meter

ALL: Final = {"HCHC": 1, "HCHP": 2, "BASE": 1} | {
    f"BBRH{part}J{colour}": 2 * number + 1 + (part == "P")
    for number, colour in enumerate("BWR")
    for part in "CP"
}
SLUGS: Final = {
    "base": {1: "base"},
    "hphc": {1: "off_peak", 2: "peak"},
    "tempo": {
        1: "tempo_blue_off_peak",
        2: "tempo_blue_peak",
        3: "tempo_white_off_peak",
        4: "tempo_white_peak",
        5: "tempo_red_off_peak",
        6: "tempo_red_peak",
    },
}
FRAMES: Final = 14


class Sheet:
    """What is paid, reckoned from the registers of the simulated meter."""

    def __init__(self, meter: Meter, prices: dict[str, float]) -> None:
        self.meter = meter
        self.prices = prices
        self.paid = 0.0
        self.stood = self.registers()

    def registers(self) -> dict[int, int]:
        truth = house(self.meter).truth
        standard = {n: int(truth[f"EASF{n:02}"]) for n in range(1, 11) if f"EASF{n:02}" in truth}
        return standard or {ALL[name]: int(truth[name]) for name in ALL if name in truth}

    def enter(self) -> None:
        """Pay what was used since the last time, under the contract and at the prices of now."""
        slugs = SLUGS[house(self.meter).contract]
        for register, value in self.registers().items():
            used = value - self.stood.get(register, value)
            self.paid += used / 1000 * self.prices.get(slugs.get(register, ""), 0.0)
        self.stood |= self.registers()


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_a_month_costs_what_a_sheet_says(home: Home, seed: int) -> None:
    luck = Random(seed)  # noqa: S311 - a scenario, not a secret
    slugs = [slug for contract in SLUGS.values() for slug in contract.values()]
    prices = {slug: luck.uniform(0.1, 0.3) for slug in slugs}
    meter = await pays(home, "2026-11-02T09:00:00", mode=luck.choice(("historic", "standard")))
    await reprice(home, meter, prices=prices)
    lives = house(meter)
    sheet = Sheet(meter, prices)
    before = amount(home, MONTH)
    first = lives.local_now.day
    for _ in range(10):
        match luck.choice(("sleep", "sleep", "suspend", "contract", "mode", "prices", "clock")):
            case "sleep":
                until = lives.local_now + timedelta(hours=luck.uniform(1, 40))
                await sleep(home, meter, f"{until:%Y-%m-%dT%H:%M:%S}")
            case "suspend":
                pass_time(home, meter, luck.uniform(100, 30_000))
            case "contract":
                sheet.enter()
                lives.change_contract(luck.choice([*SLUGS]))
            case "mode":
                lives.switch_mode(luck.choice(("historic", "standard")))
            case "prices":
                sheet.enter()
                sheet.prices = prices = {slug: luck.uniform(0.1, 0.3) for slug in slugs}
                await reprice(home, meter, prices=prices)
            case "clock":
                home.clock.ahead = luck.uniform(-1, 1) * 4e6
                await meter.play(3)
                home.clock.ahead = 0.0
        await meter.play(FRAMES)
        sheet.enter()
    await meter.play(6 * FRAMES)
    sheet.enter()
    days = lives.local_now.day - first
    assert amount(home, MONTH) == pytest.approx(before + sheet.paid + days * MONTHLY / 30, abs=0.01)
