"""The accounts of deleted entries: whose they are, and what is kept of them."""

from hashlib import sha256
import json
import time
from typing import Any, Final

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
)

from custom_components.linky_tic.const import CONF_SLUG, DOMAIN
from custom_components.linky_tic.cost.deleted import (
    DeletedAccounts,
    async_setup_deleted_accounts,
    deleted_accounts,
)
from custom_components.linky_tic.meter.store import MeterStore

from ..home import ADDRESS, OTHER_ADDRESS

KEY: Final = "linky_tic.deleted_accounts"


def entry(
    address: str = ADDRESS, slug: str = "linky", options: dict[str, object] | None = None
) -> MockConfigEntry:
    return MockConfigEntry(
        domain=DOMAIN, unique_id=address, data={CONF_SLUG: slug}, options=options
    )


async def deleted(hass: HomeAssistant, *entries: MockConfigEntry) -> DeletedAccounts:
    """Delete entries, and start again."""
    accounts = DeletedAccounts(hass)
    for number, one in enumerate(entries):
        store = MeterStore(hass, one.entry_id)
        store.keep("ledger", {"address": one.unique_id, "number": number})
        await store.flush()
        await accounts.keep(one)
    again = DeletedAccounts(hass)
    await again.load()
    return again


async def test_an_account_goes_on_once_for_its_meter_or_its_entity_ids(
    hass: HomeAssistant, hass_storage: dict[str, Any]
) -> None:
    accounts = await deleted(hass, entry(), entry(OTHER_ADDRESS, "house"), entry("3", "house"))
    assert ADDRESS not in json.dumps(hass_storage[KEY])
    assert accounts.restore(entry("4", "other")) is None
    own = accounts.restore(entry("3", "linky"))
    assert own == {"address": "3", "number": 2, "had_prices": False}
    assert accounts.restore(entry("3", "cellar")) is None
    assert accounts.restore(entry("4", "house")) == {**own, "address": "", "number": 1}
    assert accounts.restore(MockConfigEntry(unique_id="4")) == {**own, "address": "", "number": 0}
    assert accounts.restore(entry()) is None


@pytest.mark.parametrize("options", [{"export_price": 0.1}, {"prices": {"base": 0.2}}])
async def test_an_entry_that_had_prices_is_known(
    hass: HomeAssistant, options: dict[str, object]
) -> None:
    accounts = await deleted(hass, entry(options=options))
    assert accounts.restore(entry()) == {"address": ADDRESS, "number": 0, "had_prices": True}


async def test_what_was_taken_is_forgotten_a_minute_later(
    hass: HomeAssistant,
    hass_storage: dict[str, Any],
    freezer: FrozenDateTimeFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(hass.loop, "time", lambda: time.time())  # noqa: PLW0108 - frozen
    await deleted(hass, entry())
    hashed = sha256(ADDRESS.encode()).hexdigest()[:16]
    account = {"address": "", "number": 0, "had_prices": False}
    assert hass_storage[KEY]["version"] == 1
    assert hass_storage[KEY]["data"] == {hashed: {"slug": "linky", "ledger": account}}
    for _ in range(2):
        await async_setup_deleted_accounts(hass)
        deleted_accounts(hass).restore(entry())
    for seconds, is_kept in ((59, True), (1, False)):
        freezer.tick(seconds)
        async_fire_time_changed(hass)
        await hass.async_block_till_done()
        assert bool(hass_storage[KEY]["data"]) is is_kept


async def test_one_that_is_deleted_twice_in_a_minute_is_kept(
    hass: HomeAssistant, hass_storage: dict[str, Any]
) -> None:
    one = entry()
    await deleted(hass, one)
    for _ in range(2):
        await async_setup_deleted_accounts(hass)
        accounts = deleted_accounts(hass)
        assert accounts.restore(one)
        await async_setup_deleted_accounts(hass)
        await deleted_accounts(hass).keep(one)
    hass.bus.async_fire("homeassistant_final_write")
    await hass.async_block_till_done()
    assert hass_storage[KEY]["data"]


async def test_an_entry_that_has_stored_no_account_leaves_none(
    hass: HomeAssistant, hass_storage: dict[str, Any]
) -> None:
    await DeletedAccounts(hass).keep(entry())
    assert KEY not in hass_storage
