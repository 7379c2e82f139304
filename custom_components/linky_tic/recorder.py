"""What the recorder asks of an integration: it is told when statistics are being compiled."""

from datetime import datetime

from homeassistant.components.recorder.statistics import PlatformCompiledStatistics
from homeassistant.core import HomeAssistant
from sqlalchemy.orm import Session

from .history.indexes import history_of


def compile_statistics(
    hass: HomeAssistant,
    _session: Session,
    _start: datetime,
    _end: datetime,
    _custom_units: dict[str, dict[str | None, str]],
) -> PlatformCompiledStatistics:
    """Have the sums of indexes that have started put right after this; nothing is compiled here.

    Called in the recorder's thread. It has an event too, which it does not send for every period.
    """
    hass.loop.call_soon_threadsafe(history_of(hass).put_right)
    return PlatformCompiledStatistics([], {})
