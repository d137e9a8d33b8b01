"""How often somebody may ask: several limits decided together, in the shared store and in this process.

Every limit is a moving window: never more than `amount` requests within any `seconds`. The window's time is cut into
STEPS steps whose requests leave it together, so a request counts for up to a hundredth of the window longer.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from resilience.errors import StoreUnavailable
from resilience.store_breaker import StoreHealth

STEPS = 100  # of a window: a hash that Redis still keeps in its compact form
AT_ONCE = 16  # questions of one process to the shared store


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """`amount` requests in any `seconds`, counted under `key`. Raises ValueError for less than one, or a millisecond."""

    key: str
    amount: int
    seconds: float

    def __post_init__(self) -> None:
        """Refuse what cannot be counted."""
        if self.amount < 1 or self.window_ms < 1:
            message = "a limit is at least one request in at least 0.001 seconds"
            raise ValueError(message)

    @property
    def window_ms(self) -> int:
        """The window in milliseconds."""
        return round(self.seconds * 1000)


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """How a limit stands: `used` within its window, and in how many seconds the first of them counts no more."""

    limit: Limit
    used: int
    step: int  # this request counts in it
    wait: float

    @property
    def left(self) -> int:
        """How many more requests it admits now."""
        return max(0, self.limit.amount - self.used)


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """How one request was judged. A refused one was counted nowhere; `counts` are in the order of the limits."""

    group: str
    admitted: bool
    counts: tuple[Count, ...]
    here: tuple[Count, ...] = ()  # where this process counted it; by itself, when `shared` is False
    shared: bool = False

    @property
    def violated(self) -> tuple[Count, ...]:
        """The limits that refused it; none when it was admitted."""
        return () if self.admitted else tuple(count for count in self.counts if not count.left)


class RateStore(Protocol):
    """Counts requests. Both calls are atomic: nobody sees half of one. They may raise StoreUnavailable."""

    async def take(self, group: str, limits: Sequence[Limit]) -> Taken:
        """Count one request against all `limits`, or against none of them when one is used up."""
        ...

    async def give_back(self, group: str, counts: Sequence[Count]) -> None:
        """Take one request back from each of these; one that counts no more changes nothing."""
        ...

    async def forget(self, group: str, limits: Sequence[Limit]) -> None:
        """Delete the counts of these limits: nobody has ever asked."""
        ...

    async def close(self) -> None:
        """End every connection."""
        ...


class Rates:
    """The limits of this process, shared with the others where there is a shared store.

    Each request is counted here and then there. So a flood is refused without asking anybody, no process ever lets more
    through than the limit, and when the store dies what this process has admitted still counts (law 8). Belongs to one
    event loop.
    """

    def __init__(self, local: RateStore, shared: RateStore | None, health: StoreHealth) -> None:
        self._local, self._shared, self._health = local, shared, health
        self._places = asyncio.Semaphore(
            AT_ONCE
        )  # who waits for one is in nobody's way, and no store looks slow for it

    async def take(self, group: str, limits: Sequence[Limit]) -> Taken:
        """Count one request against all `limits`, or against none. All limits of one `group` are on one node."""
        local = await self._local.take(group, limits)
        if not local.admitted:
            return local
        shared = await self._ask(lambda store: store.take(group, limits))
        if shared is None:
            return replace(local, here=local.counts)
        if not shared.admitted:
            await self._local.give_back(group, local.counts)
            return shared
        return replace(shared, here=local.counts, shared=True)

    async def give_back(self, taken: Taken, keys: Collection[str]) -> Taken:
        """Take an admitted request back from the limits under `keys`; how all of them stand then."""
        if not taken.admitted:
            return taken
        await self._local.give_back(taken.group, _of(taken.here, keys))
        if taken.shared:
            await self._ask(lambda store: store.give_back(taken.group, _of(taken.counts, keys)))
        counts = tuple(
            replace(each, used=max(0, each.used - 1)) if each.limit.key in keys else each for each in taken.counts
        )
        return replace(taken, counts=counts)

    async def forget(self, group: str, limits: Sequence[Limit]) -> None:
        """Delete the counts of a caller who is no more, here and in the shared store; elsewhere they end by themselves."""
        await self._local.forget(group, limits)
        await self._ask(lambda store: store.forget(group, limits))

    async def close(self) -> None:
        """End every connection."""
        await self._local.close()
        if self._shared is not None:
            await self._shared.close()

    async def _ask[T](self, question: Callable[[RateStore], Awaitable[T]]) -> T | None:
        """What the shared store answers; None when there is none, or it is away."""
        if (store := self._shared) is None:
            return None
        async with self._places:
            try:
                return await self._health.attempt(lambda: question(store))
            except StoreUnavailable:
                return None


def _of(counts: Sequence[Count], keys: Collection[str]) -> list[Count]:
    return [count for count in counts if count.limit.key in keys]
