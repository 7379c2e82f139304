"""What an index's statistics count from: the recorder's last short-term row, put right.

It knows the recorder and nothing of meters. Tried on Home Assistant 2026.10 and 2026.11: the sum
of a total goes on from the state of that row, so a new counter begins where the row says.
"""

from datetime import UTC, datetime

from homeassistant.components.recorder import get_instance
from homeassistant.components.recorder.db_schema import StatisticsShortTerm
from homeassistant.components.recorder.models import StatisticData
from homeassistant.components.recorder.statistics import (
    get_last_short_term_statistics,
    get_metadata,
)
from homeassistant.core import HomeAssistant
from homeassistant.util.unit_conversion import EnergyConverter, ReactiveEnergyConverter


async def async_start_from(
    hass: HomeAssistant, statistic_id: str, index: int, unit: str | None
) -> None:
    """Make a statistic's sum go on from `index`, in `unit`: what is summed up stays as it is.

    Nothing is done when the recorder has no statistics of that entity yet.
    """
    if "recorder" not in hass.config.components:
        return
    recorder = get_instance(hass)
    known = await recorder.async_add_executor_job(
        lambda: get_metadata(hass, statistic_ids={statistic_id})
    )
    rows = await recorder.async_add_executor_job(
        lambda: get_last_short_term_statistics(
            hass, 1, statistic_id, convert_units=False, types={"state", "sum"}
        )
    )
    if statistic_id not in known or not rows.get(statistic_id):
        return
    meta, row = known[statistic_id][1], rows[statistic_id][0]
    state = _converted(index, unit, meta["unit_of_measurement"])
    start = datetime.fromtimestamp(row["start"], UTC)
    data = StatisticData(start=start, state=state, sum=row.get("sum") or 0.0)
    recorder.async_import_statistics(meta, [data], StatisticsShortTerm)
    await recorder.async_block_till_done()


def _converted(index: int, unit: str | None, statistic_unit: str | None) -> float:
    for converter in (EnergyConverter, ReactiveEnergyConverter):
        if {unit, statistic_unit} <= converter.VALID_UNITS:
            return converter.convert(index, unit, statistic_unit)
    return float(index)
