"""What the recorder asks of an integration: it is told when statistics are being compiled."""

from datetime import datetime

from homeassistant.components.recorder.statistics import PlatformCompiledStatistics
from homeassistant.core import HomeAssistant
from sqlalchemy.orm import Session

from .history.index_history import history_of


def compile_statistics(
    hass: HomeAssistant,
    session: Session,
    _start: datetime,
    _end: datetime,
    _custom_units: dict[str, dict[str | None, str]],
) -> PlatformCompiledStatistics:
    """Have the sums of indexes put right; nothing is compiled here."""
    history_of(hass).compiling(session)
    return PlatformCompiledStatistics([], {})
