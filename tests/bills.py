"""A household that pays: what its meter counts, and what that costs, reckoned from the wire."""

from datetime import datetime
from typing import Any, Final

from homeassistant.core import HomeAssistant

from simulator import Household
from simulator.line import Line

from .home import KNOWN, Home, Meter

OFF_PEAK: Final = 0.16
PEAK: Final = 0.21
MONTHLY: Final = 15.0
OPTIONS: Final[dict[str, Any]] = {
    "reporting": "realtime",
    "prices": {"off_peak": OFF_PEAK, "base": OFF_PEAK, "peak": PEAK},
    "standing_charge": MONTHLY,
}
TODAY: Final = "sensor.linky_cost_today"
YESTERDAY: Final = "sensor.linky_cost_yesterday"
MONTH: Final = "sensor.linky_cost_month"


def house(meter: Meter) -> Household:
    assert isinstance(meter.source, Line)
    return meter.source.house


def index(meter: Meter, label: str) -> int:
    """Wh, as last said on the wire."""
    return int(house(meter).truth[label])


def amount(home: Home, entity_id: str) -> float:
    state = home.state(entity_id)
    assert state is not None
    return float(state)


async def in_france(hass: HomeAssistant) -> None:
    await hass.config.async_set_time_zone("Europe/Paris")
    hass.config.currency = "EUR"


async def pays(
    home: Home,
    start: str,
    watts: int = 3000,
    standing_charge: float | None = MONTHLY,
    **options: object,
) -> Meter:
    """A meter under HP/HC that is heard from a local time on, by someone who has given prices."""
    await in_france(home.hass)
    lives = Household(**{"start": start, "contract": "hphc", "breaker": False} | options)  # type: ignore[arg-type] # any of its own
    lives.set_load(watts)
    home.clock.now = lives.now.timestamp()
    meter = home.meter(lives)
    await home.add(meter, options={**OPTIONS, "standing_charge": standing_charge})
    await meter.play(KNOWN)
    return meter


async def sleep(home: Home, meter: Meter, until: str) -> None:
    """Turn Home Assistant off, and on again at a local time."""
    assert meter.entry
    await home.unload(meter)
    seconds = (datetime.fromisoformat(until) - house(meter).local_now).total_seconds()
    pass_time(home, meter, seconds)
    await home.hass.config_entries.async_setup(meter.entry.entry_id)
    await meter.play(KNOWN)


def pass_time(home: Home, meter: Meter, seconds: float) -> None:
    house(meter).advance(seconds)
    home.clock.now += seconds


async def reprice(home: Home, meter: Meter, **options: object) -> None:
    """Change options, as the dialog does, which sets the entry up again."""
    assert meter.entry
    changed = {**meter.entry.options, **options}
    home.hass.config_entries.async_update_entry(meter.entry, options=changed)
    await home.restart(meter)
    await meter.play(KNOWN)
