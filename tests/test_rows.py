"""What a day of a household writes, every entity counted that is on by default."""

from collections import Counter
from statistics import fmean
from typing import Final

from homeassistant.const import EVENT_STATE_CHANGED
from homeassistant.core import Event, EventStateChangedData, callback
import pytest

from bench.trace import Load, Trace
from custom_components.linky_tic.const import CONF_REPORTING
from simulator import Household

from .home import Home

_DAY: Final = 86_400
_RUN_UP: Final = 180.0
_COUNTED: Final = 600.0


@pytest.mark.usefixtures("as_delivered")
@pytest.mark.parametrize(("load", "most"), [(Load.ORDINARY, 10_000), (Load.HEATER, 25_000)])
async def test_balanced_writes_a_bounded_number_of_rows_a_day_and_shows_little_wrong(
    home: Home, load: Load, most: int
) -> None:
    house = Household(living=False)
    house.at(0, Trace(load))
    meter = home.meter(house)
    await home.add(meter, options={CONF_REPORTING: "balanced"})
    rows: list[str] = []

    @callback
    def note(event: Event[EventStateChangedData]) -> None:
        rows.append(event.data["entity_id"])

    while house.elapsed < _RUN_UP:
        await meter.play(1)
    home.hass.bus.async_listen(EVENT_STATE_CHANGED, note)
    errors = []
    while house.elapsed < _RUN_UP + _COUNTED:
        await meter.play(1)
        errors.append(abs(int(home.value("sinsts") or 0) - int(house.truth["SINSTS"])))
    ours = [entity for entity in rows if ".linky" in entity]
    assert 1000 < len(ours) * _DAY / _COUNTED < most, Counter(ours)
    assert fmean(errors) < 15
