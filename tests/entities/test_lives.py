"""In a life full of changes, every entity shows what its label or its row says now."""

from collections.abc import Callable, Coroutine, Iterator
from datetime import timedelta
from random import Random
from typing import Any, Final

from homeassistant.helpers.entity import Entity
import pytest

from custom_components.linky_tic.const import DOMAIN
from custom_components.linky_tic.entities.derived import DerivedEntity
from custom_components.linky_tic.sensor import LabelSensor, LatchedSensor
from simulator import Household

from ..home import OTHER_ADDRESS, Home, Meter
from ..tic import streams

type Change = Callable[[Home, Meter, Household, Random], Coroutine[Any, Any, None]]

CONTRACTS: Final = ("base", "hphc", "tempo", "ejp")
"""Those that both modes know."""
STARTS: Final = ("2026-11-23T18:07:00", "2026-12-31T23:58:00", "2026-11-24T05:50:00")
IN_TIME: Final = ("peak_", "subscription_use_", "active_power", "power_factor", "ejp_", "tempo_")
"""Keys that are told when the reporting rules or a minute allow."""
PRICES: Final = {"prices": {"index_1": 0.2, "index_2": 0.1}, "export_price": 0.1}


async def play(_home: Home, meter: Meter, _house: Household, luck: Random) -> None:
    await meter.play(luck.randint(1, 6))


async def load(_home: Home, meter: Meter, house: Household, luck: Random) -> None:
    house.set_load(luck.choice((0, 500, 5000, 11000)))
    await meter.play(2)


async def pass_hours(home: Home, meter: Meter, house: Household, luck: Random) -> None:
    seconds = luck.choice((600, 3600, 21_600, 86_400))
    house.advance(seconds)
    home.clock.now += seconds
    await meter.play(luck.randint(1, 4))


async def switch_mode(_home: Home, meter: Meter, house: Household, luck: Random) -> None:
    house.switch_mode(luck.choice(("standard", "historic")))
    await meter.play(luck.randint(1, 6))


async def change_contract(_home: Home, meter: Meter, house: Household, luck: Random) -> None:
    house.change_contract(luck.choice(CONTRACTS))
    await meter.play(luck.randint(1, 6))


async def announce(_home: Home, meter: Meter, house: Household, _luck: Random) -> None:
    hours = [house.local_now + timedelta(hours=one) for one in (1, 3)]
    house.order_peak(1, *hours)
    await meter.play(2)


async def fall_silent(_home: Home, meter: Meter, _house: Household, _luck: Random) -> None:
    await meter.fall_silent()


async def restart(home: Home, meter: Meter, _house: Household, _luck: Random) -> None:
    await home.restart(meter)


async def let_another_speak(_home: Home, meter: Meter, house: Household, luck: Random) -> None:
    assert meter.entry
    address = str(meter.entry.unique_id)
    house.replace_meter(*luck.choice([(OTHER_ADDRESS, 1000), (address, 27_103_549)]))
    await meter.play(luck.randint(1, 4))


CHANGES: Final[tuple[Change, ...]] = (
    *(play, play, play, play, load, pass_hours, switch_mode, change_contract),
    *(announce, fall_silent, restart, let_another_speak),
)


def entities(home: Home) -> Iterator[Entity]:
    for component in home.hass.data["entity_components"].values():
        for entity in component.entities:
            if entity.platform.platform_name == DOMAIN and entity.enabled:
                yield entity


def differing(home: Home) -> Iterator[tuple[object, ...]]:
    """Entities that do not show what holds now: what they show, and what they should."""
    for entity in entities(home):
        if (home.state(entity.entity_id) == "unavailable") is entity.available:
            yield entity.entity_id, home.state(entity.entity_id), entity.available
        elif isinstance(entity, DerivedEntity):
            if not is_told_in_time(entity):
                told = home.hass.states.get(entity.entity_id)
                entity._refresh()
                now = home.hass.states.get(entity.entity_id)
                assert told
                assert now
                if (told.state, told.attributes) != (now.state, now.attributes):
                    yield told, now
        elif isinstance(entity, LabelSensor) and not isinstance(entity, LatchedSensor):
            reading = entity.coordinator.readings.get(entity._key)
            if entity.available and entity.native_value != (reading and reading.value):
                yield entity.entity_id, entity.native_value, reading


def is_told_in_time(entity: DerivedEntity) -> bool:
    row, signals = entity._row, entity.coordinator.signals
    slow = {signals.days, signals.costs, signals.minute}.intersection(row.signals(signals))
    return bool(getattr(row, "rule", None) or slow) or entity._key.startswith(IN_TIME)


@pytest.mark.parametrize("seed", [2, 10, 16])
async def test_a_life_of_changes_shows_what_holds(home: Home, seed: int) -> None:
    luck = streams.luck(seed)
    house = Household(
        mode=luck.choice(("standard", "historic")),
        contract=luck.choice(CONTRACTS),
        phases=luck.choice((1, 1, 3)),
        start=luck.choice(STARTS),
        living=False,
    )
    home.clock.now = house.now.timestamp()
    meter = home.meter(house)
    await home.add(meter, house.address, options={"reporting": "realtime", **PRICES})
    lived = [house.mode, house.contract, house.address]
    for _ in range(30):
        change = luck.choice(CHANGES)
        lived.append(change.__name__)
        await change(home, meter, house, luck)
        await home.hass.async_block_till_done()
        assert not list(differing(home)), lived
