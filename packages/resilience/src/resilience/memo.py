"""Small facts that cost work to find out again, remembered by the whole cluster. Losing one costs work, never money."""

from collections.abc import Sequence
from uuid import uuid4

from resilience.cache import Entry, from_hit, make_entry, to_hit
from resilience.errors import StoreUnavailable
from resilience.memory_cache import MemoryCache
from resilience.ports import Clock, FlightStore
from resilience.store_breaker import StoreHealth

MEMORY_BYTES = 8 * 1024 * 1024  # of one process; the least used facts go first


class Memo:
    """Facts that never change while they are remembered: this process' memory, then the shared store.

    Each lives for `seconds`. The store being away is like having forgotten (law 8). Belongs to one event loop.
    """

    def __init__(
        self, store: FlightStore, health: StoreHealth, clock: Clock, *, seconds: float, max_bytes: int = MEMORY_BYTES
    ) -> None:
        self._store, self._health, self._clock, self._seconds = store, health, clock, seconds
        self._copies = MemoryCache(clock, max_bytes=max_bytes, seconds=seconds)

    async def find(self, key: str) -> bytes | None:
        """The fact under `key`, None when it is not remembered; at most one round trip."""
        if (copy := self._copies.find(key)) is not None:
            return copy.entry.payload
        try:
            hit = await self._health.attempt(lambda: self._store.read(key))
        except StoreUnavailable:
            return None
        entry = None if hit is None else from_hit(hit)
        if entry is None or not entry.is_fresh(self._clock.wall()):
            return None
        self._remember(key, entry)
        return entry.payload

    async def keep(self, key: str, fact: bytes) -> None:
        """Remember a fact, here and for the others."""
        entry = make_entry(fact, produced_at=self._clock.wall(), fresh=self._seconds, stale=self._seconds)
        self._remember(key, entry)
        try:
            await self._health.attempt(lambda: self._store.publish(key, token=uuid4().hex, hit=to_hit(entry)))
        except StoreUnavailable:
            return  # this process remembers it

    async def forget(self, keys: Sequence[str]) -> None:
        """Delete these facts here, in the store, and by its news in every process that hears them (law 12).

        Raises StoreUnavailable when the store may still have them; there they end by themselves.
        """
        for key in keys:
            self._copies.drop(key)
        await self._health.attempt(lambda: self._store.forget(keys))

    def hear(self, key: str) -> None:
        """News from the store: the fact under `key` was replaced or deleted; "" when news may have been missed."""
        if key:
            self._copies.drop(key)
        else:
            self._copies.clear()

    def _remember(self, key: str, entry: Entry) -> None:
        self._copies.keep(key, entry, shared=True)
