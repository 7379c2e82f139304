"""What the dialog has heard of a meter, until its entry is set up: the first page is not empty.

It knows which meter was heard and when, not what it said.
"""

import time
from typing import Final

from homeassistant.core import HomeAssistant, callback
from homeassistant.util.hass_dict import HassKey

from ..const import DOMAIN
from ..coordinator import LinkyConfigEntry
from ..line import Heard

_LONGEST: Final = 600.0
"""Seconds for which what was heard is worth showing: somebody has read the confirmation."""
_HEARD: Final[HassKey[dict[str, Heard]]] = HassKey(f"{DOMAIN}.heard")


@callback
def keep_heard(hass: HomeAssistant, heard: Heard) -> None:
    """Keep it for the entry that is made now."""
    hass.data.setdefault(_HEARD, {})[heard.address] = heard


@callback
def take_heard(hass: HomeAssistant, entry: LinkyConfigEntry) -> Heard | None:
    """Give what was heard of an entry's meter a moment ago, once."""
    heard = hass.data.get(_HEARD, {}).pop(entry.unique_id or "", None)
    return heard if heard and time.time() - heard.at < _LONGEST else None
