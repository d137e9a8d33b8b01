"""How many calls are at a provider, now and at most; and waiting for a moment without sleeping."""

import asyncio
from collections import Counter
from collections.abc import Callable


class Traffic:
    """Counts identify calls between their first byte and the last of their answer."""

    def __init__(self) -> None:
        self._now: Counter[str] = Counter()
        self._peak: Counter[str] = Counter()
        self._waiting: list[tuple[Callable[[], bool], asyncio.Future[None]]] = []

    def enter(self, provider: str) -> None:
        """A call has come."""
        self._now[provider] += 1
        self._peak[provider] = max(self._peak[provider], self._now[provider])
        self.changed()

    def leave(self, provider: str) -> None:
        """A call is answered, or its client has gone."""
        self._now[provider] -= 1
        self.changed()

    def in_flight(self, provider: str) -> int:
        """Calls at the provider now."""
        return self._now[provider]

    def peak(self, provider: str) -> int:
        """The most calls that were at the provider at once."""
        return self._peak[provider]

    def forget_peaks(self) -> None:
        """Count peaks anew from what is there now."""
        self._peak = Counter(self._now)

    async def until(self, condition: Callable[[], bool]) -> None:
        """Return as soon as `condition` holds; it is asked after everything that happens to a call."""
        if condition():
            return
        moment = asyncio.get_running_loop().create_future()
        self._waiting.append((condition, moment))
        await moment

    def changed(self) -> None:
        """Something has happened to a call: wake those whose condition now holds."""
        if not self._waiting:
            return
        still = []
        for condition, moment in self._waiting:
            if moment.done():
                continue
            if condition():
                moment.set_result(None)
            else:
                still.append((condition, moment))
        self._waiting = still
