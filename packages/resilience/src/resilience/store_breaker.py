"""Whether the shared store is worth asking: one slow failure is paid for, not one by every request (law 8)."""

import logging
from collections.abc import Awaitable, Callable

from resilience.errors import StoreUnavailable
from resilience.ports import Clock

log = logging.getLogger("resilience.store")


def is_busy(error: StoreUnavailable) -> bool:
    """Whether only this process asked too much at once: that says nothing of the store, and passes."""
    return error.detail.startswith("busy")


class StoreHealth:
    """What this process knows of the shared store; one for everybody in the process who uses that store.

    After a failure the store is left alone for `pause` seconds, then one call tries it while the others still go on
    without it. Nothing here waits, and no verdict is shared with other processes: their road to the store is another.
    """

    def __init__(self, clock: Clock, *, pause: float = 1.0) -> None:
        self._clock, self._pause = clock, pause
        self._next_try = 0.0
        self.degraded_since: float | None = None  # seconds UTC, None while the store answers

    @property
    def degraded(self) -> bool:
        """Whether the store did not answer when it was last asked."""
        return self.degraded_since is not None

    def usable(self) -> bool:
        """Whether to ask the store now. While it is down, True for one caller in `pause` seconds: they try it."""
        if not self.degraded:
            return True
        now = self._clock.monotonic()
        if now < self._next_try:
            return False
        self._next_try = now + self._pause
        return True

    def note_ok(self) -> None:
        """The store has answered."""
        if self.degraded_since is not None:
            seconds = max(0.0, self._clock.wall() - self.degraded_since)
            self.degraded_since = None
            log.info("[CACHE] The shared store is back after %.1f s", seconds)

    def note_failure(self, error: StoreUnavailable) -> None:
        """The store has not answered. That this process was too busy to ask is no failure of the store."""
        if is_busy(error):
            return
        self._next_try = self._clock.monotonic() + self._pause
        if self.degraded_since is None:
            self.degraded_since = self._clock.wall()
            log.warning("[CACHE] The shared store is unavailable (%s): this process goes on by itself", error)

    async def attempt[T](self, call: Callable[[], Awaitable[T]], *, tries_when_busy: int = 1) -> T:
        """What the store answers to `call`. Raises StoreUnavailable, at once while the store is left alone.

        `tries_when_busy`: for what others wait for, how often to ask when this process is too busy for it.
        """
        for _ in range(tries_when_busy - 1):
            try:
                return await self._attempt(call)
            except StoreUnavailable as error:
                if not is_busy(error):
                    raise
        return await self._attempt(call)

    async def _attempt[T](self, call: Callable[[], Awaitable[T]]) -> T:
        if not self.usable():
            verb = "skipped"
            raise StoreUnavailable(verb, "it did not answer a moment ago")
        try:
            answer = await call()
        except StoreUnavailable as error:
            self.note_failure(error)
            raise
        self.note_ok()
        return answer
