"""What is kept, nearest first: this process' memory, the shared store, the archive."""

import asyncio
import contextvars
from collections.abc import Sequence
from uuid import uuid4

from resilience.cache import Source, from_hit
from resilience.errors import StoreUnavailable
from resilience.flight import ClusterFlights, Landed, Surroundings
from resilience.memory_cache import Copy, MemoryCache
from resilience.ports import Hit


class Layers:
    """Looks for an answer without asking anybody, and keeps the nearer layers in step with the farther ones."""

    def __init__(self, around: Surroundings, copies: MemoryCache, cluster: ClusterFlights) -> None:
        self._store, self._health, self._clock = around.store, around.health, around.clock
        self._copies, self._cluster = copies, cluster
        self._readings: dict[str, asyncio.Task[Hit | None]] = {}

    def hear(self, key: str) -> None:
        """News from the store: what is kept here or on its way under `key` may have changed; "" for everything."""
        self._copies.hear(key)
        if key:
            self._readings.pop(key, None)
        else:
            self._readings.clear()

    async def find(self, key: str) -> Landed | None:
        """The answer, fresh or stale; its `source` is L1 or STORE.

        This process' copy when it is sure and fresh, else what the store says; the copy when the store is down.
        """
        copy = self._copies.find(key)
        if copy is not None and copy.sure and copy.entry.is_fresh(self._clock.wall()):
            return Landed(entry=copy.entry, source=Source.L1)
        heard = self._copies.heard
        try:
            hit = await self._read(key)
        except StoreUnavailable:
            copy = self._copies.find(key)  # again: a flight may have landed meanwhile, and only this process knows
            return None if copy is None else Landed(entry=copy.entry, source=Source.L1)
        stored = None if hit is None else from_hit(hit)
        if copy is not None and not copy.shared and (stored is None or stored.produced_at < copy.entry.produced_at):
            return await self._share(key, copy)
        if stored is None or not stored.is_usable(self._clock.wall()):
            self._copies.drop(key)
            return None
        self._copies.keep(key, stored, shared=True, sure=heard == self._copies.heard)
        return Landed(entry=stored, source=Source.STORE)

    async def _read(self, key: str) -> Hit | None:
        """What the store has; callers who ask for it at the same time share one round trip and one connection."""
        reading = self._readings.get(key)
        if reading is None:
            asking = self._health.attempt(lambda: self._store.read(key))
            reading = asyncio.create_task(asking, name="flight-read", context=contextvars.Context())
            self._readings[key] = reading
            reading.add_done_callback(lambda ended: self._end_reading(key, ended))
        return await asyncio.shield(reading)

    def _end_reading(self, key: str, ended: asyncio.Task[Hit | None]) -> None:
        if self._readings.get(key) is ended:
            del self._readings[key]
        if not ended.cancelled():
            ended.exception()  # told to whoever still waits; nobody may

    async def _share(self, key: str, copy: Copy) -> Landed:
        """Give the store what was bought while it was down (law 8: merged on return)."""
        shared = await self._cluster.publish(key, copy.entry, token=uuid4().hex)
        self._copies.keep(key, copy.entry, shared=shared)
        return Landed(entry=copy.entry, source=Source.L1)

    async def find_archived(self, key: str) -> Landed | None:
        """The answer in the archive, fresh or stale. Raises StoreUnavailable when it cannot be read."""
        entry = await self._cluster.find_archived(key)
        return None if entry is None else Landed(entry=entry, source=Source.ARCHIVE, shared=False)

    async def forget(self, keys: Sequence[str]) -> None:
        """Delete the answers from memory and store. Raises StoreUnavailable when the store may still have them."""
        for key in keys:
            self.hear(key)
        await self._health.attempt(lambda: self._store.forget(keys))
