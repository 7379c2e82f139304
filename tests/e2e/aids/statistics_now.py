"""Compiles the recorder's statistics of a period on request, so that a test need not wait for it.

Of a period that is to come, the recorder takes the states of this moment.
"""

from datetime import datetime

from homeassistant.components.recorder import get_instance
from homeassistant.components.recorder.tasks import StatisticsTask, SynchronizeTask
from homeassistant.core import HomeAssistant, ServiceCall
from homeassistant.helpers.typing import ConfigType

DOMAIN = "statistics_now"


async def async_setup(hass: HomeAssistant, _config: ConfigType) -> bool:
    """Offer the one action."""

    async def compile_(call: ServiceCall) -> None:
        recorder = get_instance(hass)
        start = datetime.fromisoformat(call.data["start"])
        recorder.queue_task(StatisticsTask(start, fire_events=False))
        done = hass.loop.create_future()
        recorder.queue_task(SynchronizeTask(done))
        await done

    hass.services.async_register(DOMAIN, "compile", compile_)
    return True
