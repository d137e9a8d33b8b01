"""A time-out that counts only the time in which this process could have seen the reply."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

SLICES = 6  # turns of the event loop, at least, that a reply has to be seen in


@contextlib.asynccontextmanager
async def patience(seconds: float) -> AsyncIterator[None]:
    """Raise TimeoutError in the body after `seconds` of an event loop that turns.

    A loop that is busy for longer than a plain time-out finds, when it turns again, that the time is over and the reply
    lies in its socket; it would take a living store for a dead one. Here the time is counted in slices, and a slice
    that took longer than it should, because the loop did not turn, counts as one.
    """
    loop = asyncio.get_running_loop()
    async with asyncio.timeout(None) as timeout:
        timer: asyncio.TimerHandle

        def count(left: int) -> None:
            nonlocal timer
            if left:
                timer = loop.call_later(seconds / SLICES, count, left - 1)
            else:
                timeout.reschedule(loop.time())

        count(SLICES)
        try:
            yield
        finally:
            timer.cancel()
