"""The base class of the entities of a meter: unique id, entity id, device and availability."""

from typing import override

from homeassistant.core import HomeAssistant
from homeassistant.helpers.device_registry import DeviceInfo
from homeassistant.helpers.entity import Entity
from homeassistant.helpers.translation import async_get_cached_translations
from homeassistant.util import slugify

from .const import DOMAIN
from .coordinator import LinkyCoordinator
from .tic import identify


def device_info(coordinator: LinkyCoordinator) -> DeviceInfo:
    """Return the device of a meter, with maker and model by its address, and its TIC version."""
    identity = identify(coordinator.address)
    model = identity.model
    if model and identity.year:
        model = f"{model} ({identity.year})"
    described = DeviceInfo(
        identifiers={(DOMAIN, coordinator.address)},
        name=coordinator.entry.title,
        manufacturer=identity.maker,
        model=model,
        serial_number=coordinator.address,
    )
    if version := coordinator.readings.get("VTIC"):
        described["sw_version"] = f"TIC {version.value}"
    return described


def entity_text(hass: HomeAssistant, path: str) -> str | None:
    """Return a text of the entity translations in Home Assistant's language, by its path."""
    texts = async_get_cached_translations(hass, hass.config.language, "entity", DOMAIN)
    return texts.get(f"component.{DOMAIN}.entity.{path}")


class LinkyEntity(Entity):
    """An entity of a meter; its key is that of a label or of a row.

    The unique id is the address of the meter and the key. The entity id is suggested here, so that
    it does not depend on the language.
    """

    _attr_has_entity_name = True
    _attr_should_poll = False
    _platform: str
    """The domain of the entity id."""

    def __init__(self, coordinator: LinkyCoordinator, key: str) -> None:
        self.coordinator = coordinator
        self._key = key
        self._attr_unique_id = f"{coordinator.address}_{key}"
        self._attr_device_info = device_info(coordinator)
        self.entity_id = f"{self._platform}.{coordinator.slug}_{slugify(key)}"

    @property
    @override
    def available(self) -> bool:
        return self.coordinator.is_available

    @override
    async def async_added_to_hass(self) -> None:
        self.async_on_remove(self.coordinator.signals.state.connect(self._key, self._refresh))
        self._update_state()

    def _set_name(self, key: str, placeholders: dict[str, str]) -> None:
        """Change the name; set here, as Home Assistant translates the name of an entity only once.

        It takes effect when the state is written.
        """
        self._attr_translation_key, self._attr_translation_placeholders = key, placeholders
        if text := entity_text(self.coordinator.hass, f"{self._platform}.{key}.name"):
            self._attr_name = text.format(**placeholders)

    def _refresh(self) -> None:
        self._update_state()
        self.async_write_ha_state()

    def _update_state(self) -> None:
        """Set the attributes of the state from the coordinator."""
