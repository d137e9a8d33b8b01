"""An event loop whose clock jumps to the next timer: a day of waiting takes as long as its computing."""

import asyncio
import selectors
from typing import Any

MIDNIGHT = 1_767_225_600.0  # seconds since 1970: 2026-01-01 00:00 UTC, where every virtual day begins


class VirtualLoop(asyncio.SelectorEventLoop):
    """Runs what needs timers only: no sockets, no threads. Begins at second 0."""

    def __init__(self) -> None:
        self.now = 0.0
        super().__init__(_Jump(self))

    def time(self) -> float:
        """Virtual seconds."""
        return self.now


class _Jump(selectors.SelectSelector):
    """Waits for nothing: it moves the time forward instead."""

    def __init__(self, loop: VirtualLoop) -> None:
        super().__init__()
        self._loop = loop

    def select(self, timeout: float | None = None) -> list[Any]:
        """Nothing is ever ready. Raises RuntimeError when everything waits and no timer is left."""
        if timeout is None:
            message = "everything waits, and nothing will happen any more"
            raise RuntimeError(message)
        self._loop.now += max(0.0, timeout)
        return []


class LoopClock:
    """The virtual time as a resilience.ports.Clock."""

    def monotonic(self) -> float:
        """Seconds of the loop."""
        return asyncio.get_running_loop().time()

    def wall(self) -> float:
        """Seconds since 1970-01-01 UTC."""
        return MIDNIGHT + asyncio.get_running_loop().time()
