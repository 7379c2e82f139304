"""The topics that are remembered, in Home Assistant's storage."""

from homeassistant.core import HomeAssistant

from custom_components.linky_tic.mirror.retained import Retained

KEY = "linky_tic.1234.retained"


async def test_topics_are_stored_as_soon_as_they_are_remembered(
    hass: HomeAssistant, hass_storage: dict[str, dict[str, object]]
) -> None:
    retained = Retained(hass, "1234")
    await retained.load()
    await retained.remember({"b", "a"})
    assert hass_storage[KEY]["data"] == ["a", "b"]


async def test_topics_are_known_to_the_next_run(
    hass: HomeAssistant, hass_storage: dict[str, dict[str, object]]
) -> None:
    await Retained(hass, "1234").remember({"a"})
    again = Retained(hass, "1234")
    await again.load()
    assert again.topics == {"a"}


async def test_topics_that_are_known_are_not_stored_again(
    hass: HomeAssistant, hass_storage: dict[str, dict[str, object]]
) -> None:
    retained = Retained(hass, "1234")
    await retained.remember({"a"})
    del hass_storage[KEY]
    await retained.remember({"a"})
    assert KEY not in hass_storage


async def test_a_forgotten_topic_leaves_storage_at_the_end(
    hass: HomeAssistant, hass_storage: dict[str, dict[str, object]]
) -> None:
    retained = Retained(hass, "1234")
    await retained.remember({"a", "b"})
    retained.forget("a")
    retained.forget("never known")
    assert hass_storage[KEY]["data"] == ["a", "b"]
    await retained.flush()
    assert hass_storage[KEY]["data"] == ["b"]


async def test_an_entry_that_is_removed_leaves_no_file(
    hass: HomeAssistant, hass_storage: dict[str, dict[str, object]]
) -> None:
    retained = Retained(hass, "1234")
    await retained.remember({"a"})
    await retained.remove()
    assert KEY not in hass_storage
