"""Compiles the recorder's statistics of a period on request, and at no other time.

Of a period that is to come, the recorder takes the states of this moment.
"""

from datetime import datetime

from homeassistant.components.recorder import get_instance
from homeassistant.components.recorder.tasks import StatisticsTask, SynchronizeTask
from homeassistant.core import HomeAssistant, ServiceCall, callback
from homeassistant.helpers.typing import ConfigType

DOMAIN = "statistics_now"


async def async_setup(hass: HomeAssistant, _config: ConfigType) -> bool:
    """Offer two actions."""
    recorder = get_instance(hass)
    await recorder.async_db_ready
    # A test must not depend on the minute at which it runs. The recorder listens for these minutes
    # when Home Assistant has started, which is later than this.
    recorder._async_five_minute_tasks = callback(lambda _now: None)  # type: ignore[method-assign]

    async def write(_call: ServiceCall) -> None:
        """Wait until all that has happened is in the database."""
        done = hass.loop.create_future()
        recorder.queue_task(SynchronizeTask(done))
        await done

    async def compile_(call: ServiceCall) -> None:
        await write(call)
        start = datetime.fromisoformat(call.data["start"])
        recorder.queue_task(StatisticsTask(start, fire_events=False))
        await write(call)

    hass.services.async_register(DOMAIN, "write", write)
    hass.services.async_register(DOMAIN, "compile", compile_)
    return True
