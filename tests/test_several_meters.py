"""A house that draws through one meter and sells through another: they are never mixed up."""

from collections.abc import AsyncIterator, Iterator
import json
from typing import Final, NamedTuple

from homeassistant.helpers import device_registry as dr
import pytest
from pytest_socket import enable_socket

from custom_components.linky_tic.const import DOMAIN
from simulator import Household
from simulator.line import Line

from .e2e.broker import Broker, Subscriber
from .home import ADDRESS, KNOWN, OTHER_ADDRESS, Home, Meter
from .mqtt_house import connected
from .waiting import until

SLUGS: Final = ("linky", "linky_2")


class Pair(NamedTuple):
    consumer: Meter
    producer: Meter

    async def play(self, frames: int = KNOWN) -> None:
        """Both speak at the same time."""
        for _ in range(frames):
            for meter in self:
                await meter.play(1)


@pytest.fixture
def expected_lingering_timers() -> bool:
    """Home Assistant's MQTT client leaves one."""
    return True


@pytest.fixture
async def pair(home: Home) -> Pair:
    seller = Household(address=OTHER_ADDRESS, producer=True, index=5_000_000)
    houses = (Household(contract="hphc"), seller)
    pair = Pair(*(home.meter(house, slug) for house, slug in zip(houses, SLUGS, strict=True)))
    for meter, address, slug in zip(pair, (ADDRESS, OTHER_ADDRESS), SLUGS, strict=True):
        await home.add(meter, address, slug)
    await pair.play()
    return pair


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    enable_socket()  # the harness has just refused all, and `_loopback` is for one test only
    with Broker(tmp_path_factory.mktemp("broker")) as broker:
        yield broker


@pytest.fixture
async def subscriber(home: Home, broker: Broker) -> AsyncIterator[Subscriber]:
    async with connected(home.hass, broker.port):
        with Subscriber(broker.port, "#") as subscriber:
            yield subscriber


async def test_names_and_ids_tell_the_meters_apart(home: Home, pair: Pair) -> None:
    names = {next(iter(one.identifiers)): one.name for one in dr.async_get(home.hass).devices}
    assert names == {(DOMAIN, ADDRESS): "Linky", (DOMAIN, OTHER_ADDRESS): "Linky 2"}
    states = {one.entity_id: one.name for one in home.hass.states.async_all()}
    assert states["sensor.linky_east"] == "Linky Total energy imported"
    assert states["sensor.linky_2_east"] == "Linky 2 Total energy imported"
    assert "sensor.linky_eait" not in states


async def test_each_meter_shows_its_own_indexes(home: Home, pair: Pair) -> None:
    for meter, slug in zip(pair, SLUGS, strict=True):
        assert isinstance(meter.source, Line)
        truth = meter.source.house.truth["EAST"]
        assert home.value("east", slug) == str(int(truth) / 1000)
    assert home.value("east") != home.value("east", "linky_2")


async def test_one_meter_that_goes_leaves_the_other_alone(home: Home, pair: Pair) -> None:
    await home.unload(pair.consumer)
    assert home.value("east") == "unavailable"
    await pair.producer.play()
    assert home.state("binary_sensor.linky_2_link") == "on"
    assert home.value("eait", "linky_2") not in {None, "unknown", "unavailable"}


async def test_each_meter_is_mirrored_under_its_own_topic(
    home: Home, subscriber: Subscriber, pair: Pair
) -> None:
    topics = {f"linky_tic/{address}": address for address in (ADDRESS, OTHER_ADDRESS)}
    await until(lambda: all(subscriber.messages(topic) for topic in topics))
    for topic, address in topics.items():
        told = [json.loads(payload) for _, payload in subscriber.messages(topic)]
        assert {one["_meter"]["address"] for one in told} == {address}
    ours = {topic for topic, _ in subscriber.messages()}
    assert ours == topics.keys() | {f"{topic}/availability" for topic in topics}


async def test_each_meter_is_announced_by_its_own_name(
    home: Home, subscriber: Subscriber, pair: Pair
) -> None:
    for meter in pair:
        assert meter.entry
        options = {"mirror_discovery": True}
        home.hass.config_entries.async_update_entry(meter.entry, options=options)
        await home.restart(meter)
    await pair.play()
    topics = [f"homeassistant/device/linky_tic_{one}/config" for one in (ADDRESS, OTHER_ADDRESS)]
    await until(lambda: all(subscriber.newest(topic) for topic in topics))
    devices = [json.loads(subscriber.newest(topic) or "")["device"] for topic in topics]
    assert [device["name"] for device in devices] == ["Linky", "Linky 2"]
