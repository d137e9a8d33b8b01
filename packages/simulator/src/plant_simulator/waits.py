"""Waiting that ends at once when the simulator stops."""

import asyncio

from plant_simulator.refusal import Refusal


class Waits:
    """All the waiting a simulator does, so that `close` can end it."""

    def __init__(self) -> None:
        self._closing = asyncio.Event()

    async def sleep(self, seconds: float) -> None:
        """Wait `seconds`. Raises Refusal (503) when the simulator stops meanwhile."""
        if seconds <= 0:
            return
        try:
            async with asyncio.timeout(seconds):
                await self._closing.wait()
        except TimeoutError:
            return
        raise Refusal(503, "The simulator stops.")

    async def until_close(self) -> None:
        """Wait until the simulator stops, or until the caller is cancelled."""
        await self._closing.wait()

    def close(self) -> None:
        """End all waiting, now and later."""
        self._closing.set()
