"""What set-up and actions raise, as Home Assistant's exceptions; dialogs abort where they are."""

from homeassistant.exceptions import ConfigEntryNotReady, HomeAssistantError, ServiceValidationError

from .const import DOMAIN
from .line import PortUnavailable


def not_ready(error: PortUnavailable) -> ConfigEntryNotReady:
    """Say why an entry cannot be set up yet: which port, what is wrong with it, what to do."""
    return _failure(ConfigEntryNotReady, f"port_{error.cause}", port=error.port)


def refused(key: str, **facts: str) -> ServiceValidationError:
    """Say why an action does nothing of what it was asked for."""
    return _failure(ServiceValidationError, key, **facts)


def unwritten(entity_id: str) -> HomeAssistantError:
    """Say that the recorder has not written what it was asked to: its own log says why."""
    return _failure(HomeAssistantError, "adopt_incomplete", entity=entity_id)


def _failure[Failure: HomeAssistantError](kind: type[Failure], key: str, **facts: str) -> Failure:
    return kind(translation_domain=DOMAIN, translation_key=key, translation_placeholders=facts)
