"""The lines of one house, read together: the more there are, the more of them share a wake-up.

It knows rhythms; it knows neither ports nor meters.
"""

from typing import Final

from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.util.hass_dict import HassKey

from .const import DOMAIN
from .line.rhythm import Rhythm

_BEAT_A_LINE: Final = 0.0025
_LONGEST_BEAT: Final = 0.05
"""Seconds. One line alone is read when its news comes; twenty wait 25 ms for it in the mean."""
_ENSEMBLE: Final[HassKey[list[Rhythm]]] = HassKey(f"{DOMAIN}.ensemble")


@callback
def play_together(hass: HomeAssistant, rhythm: Rhythm) -> CALLBACK_TYPE:
    """Have a line keep time with the others of this house; give its end."""
    rhythms = hass.data.setdefault(_ENSEMBLE, [])
    rhythms.append(rhythm)
    _adjust(rhythms)

    @callback
    def leave() -> None:
        rhythms.remove(rhythm)
        _adjust(rhythms)

    return leave


def _adjust(rhythms: list[Rhythm]) -> None:
    shared = min(_BEAT_A_LINE * (len(rhythms) - 1), _LONGEST_BEAT)
    for rhythm in rhythms:
        rhythm.share(shared)
