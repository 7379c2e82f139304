"""Names and defaults of the integration: its domain, the keys of an entry, what they start as."""

from collections.abc import Mapping
import logging
from types import MappingProxyType
from typing import Final

from .tic import Mode

DOMAIN: Final = "linky_tic"
LOGGER: Final = logging.getLogger(__package__)
DOCUMENTATION: Final = "https://linky-tic.github.io/linky_tic"

CONF_SLUG: Final = "slug"
CONF_SPEED: Final = "speed"
CONF_MODE: Final = "mode"
CONF_OVERSEAS: Final = "overseas"

CONF_REPORTING: Final = "reporting"

DEFAULT_REPORTING: Final = "balanced"
DEFAULT_SLUG: Final = "linky"
DEFAULT_TITLE: Final = "Linky"
UNKNOWN: Final = "–"
"""Shown in a text of a fact that is not known."""
MODE_NAMES: Final[Mapping[Mode, str]] = MappingProxyType(
    {Mode.STANDARD: "Standard", Mode.HISTORIC: "Historique"}
)
"""The names that the modes bear on the meter's own display, in every language."""
