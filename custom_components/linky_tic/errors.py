"""What goes wrong on a line, said in Home Assistant's exceptions: every one is made here."""

from homeassistant.exceptions import ConfigEntryNotReady

from .const import DOMAIN
from .link import PortUnavailable


def not_ready(error: PortUnavailable) -> ConfigEntryNotReady:
    """Say why an entry cannot be set up yet: which port, what is wrong with it, what to do."""
    return ConfigEntryNotReady(
        translation_domain=DOMAIN,
        translation_key=f"port_{error.cause}",
        translation_placeholders={"port": error.port},
    )
