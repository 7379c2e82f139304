"""Names and defaults of the integration: its domain, the keys of an entry, what they start as."""

import logging
from typing import Final

DOMAIN: Final = "linky_tic"
LOGGER: Final = logging.getLogger(__package__)
LEARN_MORE: Final = "https://github.com/linky-tic/linky_tic#troubleshooting"

CONF_SLUG: Final = "slug"
CONF_SPEED: Final = "speed"
CONF_MODE: Final = "mode"
CONF_OVERSEAS: Final = "overseas"

CONF_MIRROR: Final = "mirror"
CONF_MIRROR_FORMAT: Final = "mirror_format"
CONF_MIRROR_TOPIC: Final = "mirror_topic"
CONF_MIRROR_STATUS_TOPIC: Final = "mirror_status_topic"
CONF_MIRROR_INTERVAL: Final = "mirror_interval"
CONF_MIRROR_RETAIN: Final = "mirror_retain"
CONF_MIRROR_PER_LABEL: Final = "mirror_per_label"
CONF_MIRROR_PRIVATE: Final = "mirror_private"
CONF_MIRROR_DISCOVERY: Final = "mirror_discovery"

DEFAULT_SLUG: Final = "linky"
DEFAULT_TITLE: Final = "Linky"
