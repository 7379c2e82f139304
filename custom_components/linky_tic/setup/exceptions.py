"""What goes wrong, said in Home Assistant's exceptions: every one is made here."""

from homeassistant.exceptions import (
    ConfigEntryNotReady,
    HomeAssistantError,
    ServiceValidationError,
)

from ..const import DOMAIN
from ..line import PortUnavailable


def not_ready(error: PortUnavailable) -> ConfigEntryNotReady:
    """Say why an entry cannot be set up yet: which port, what is wrong with it, what to do."""
    return ConfigEntryNotReady(
        translation_domain=DOMAIN,
        translation_key=f"port_{error.cause}",
        translation_placeholders={"port": error.port},
    )


def not_heard(title: str) -> ServiceValidationError:
    """Say that a meter has not said yet what an action asks for."""
    return ServiceValidationError(
        translation_domain=DOMAIN,
        translation_key="not_heard",
        translation_placeholders={"title": title},
    )


def refused(key: str, **facts: str) -> ServiceValidationError:
    """Say why an action does nothing of what it was asked for."""
    return ServiceValidationError(
        translation_domain=DOMAIN, translation_key=key, translation_placeholders=facts
    )


def unfinished(entity_id: str) -> HomeAssistantError:
    """Say that the recorder has not written all it was asked to: its own log says why."""
    return HomeAssistantError(
        translation_domain=DOMAIN,
        translation_key="adopt_incomplete",
        translation_placeholders={"entity": entity_id},
    )
