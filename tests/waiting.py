"""How a test waits for what comes by itself: as long as the machine needs."""

import asyncio
from collections.abc import Callable
import re
from typing import Final

HANGS: Final = 600.0
"""Seconds after which what is waited for does not come, on the slowest machine."""
OF_THE_MACHINE: Final = re.compile(
    r"Updating state for .* took |Updating .* took longer than"
    r"|(Setup|Update) of .* is taking (over|longer than)"
    r"|Setup timed out for|Timed out waiting for|Something is blocking|was still running after"
)
"""What Home Assistant logs of how long something took."""
_LOOK: Final = 0.002


async def until(look: Callable[[], object]) -> None:
    """Wait for something true, with the event loop running."""
    async with asyncio.timeout(HANGS):
        while not look():  # noqa: ASYNC110 - what is looked at tells nobody
            await asyncio.sleep(_LOOK)
