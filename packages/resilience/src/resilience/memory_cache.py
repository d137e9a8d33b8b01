"""This process' own copies of answers: no round trip while the store is up, all there is while it is down (law 8)."""

import msgspec

from resilience.cache import Entry
from resilience.ports import Clock

OVERHEAD = 300  # bytes that one copy takes beside its key and payload, measured with tracemalloc on CPython 3.13


class Copy(msgspec.Struct):
    """An entry in this process' memory. `sure`: the store has it too, and no news says that it may have changed."""

    entry: Entry
    shared: bool
    sure: bool
    kept_at: float  # monotonic seconds


class MemoryCache:
    """This process' own copies: never more than `max_bytes` of them, the least used go first.

    A copy keeps the life of its answer: it makes nothing fresh anew. It also goes after `seconds`, so that a deletion
    whose news was lost is late by no more than that (law 12). Not thread-safe: one event loop.
    """

    def __init__(self, clock: Clock, *, max_bytes: int, seconds: float) -> None:
        self._clock, self._max_bytes, self._seconds = clock, max_bytes, seconds
        self._copies: dict[str, Copy] = {}  # the least used first
        self.size_bytes = 0
        self.heard = 0  # how many news came; a copy read from the store meanwhile may be older than the last of them

    def __len__(self) -> int:
        return len(self._copies)

    def find(self, key: str) -> Copy | None:
        """The copy under `key` if it is of use, fresh or stale; it counts as used."""
        copy = self._copies.get(key)
        if copy is None:
            return None
        if self._clock.monotonic() - copy.kept_at > self._seconds or not copy.entry.is_usable(self._clock.wall()):
            self.drop(key)
            return None
        self._copies[key] = self._copies.pop(key)
        return copy

    def keep(self, key: str, entry: Entry, *, shared: bool, sure: bool = True) -> None:
        """Keep a copy, unless it is larger than all the room there is. `shared`: the store has it too."""
        self.drop(key)
        size = _size(key, entry)
        if size > self._max_bytes:
            return
        while self.size_bytes + size > self._max_bytes:
            self.drop(next(iter(self._copies)))
        self._copies[key] = Copy(entry=entry, shared=shared, sure=shared and sure, kept_at=self._clock.monotonic())
        self.size_bytes += size

    def drop(self, key: str) -> None:
        """Keep it no more."""
        copy = self._copies.pop(key, None)
        if copy is not None:
            self.size_bytes -= _size(key, copy.entry)

    def clear(self) -> None:
        """Keep none of them any more."""
        self._copies.clear()
        self.size_bytes = 0

    def hear(self, key: str) -> None:
        """News from the store: the answer under `key` was replaced or deleted; "" when news may have been missed.

        After a gap the copies stay, for a store that is down, but are believed only while it is.
        """
        self.heard += 1
        if key:
            self.drop(key)
            return
        for copy in self._copies.values():
            copy.sure = False


def _size(key: str, entry: Entry) -> int:
    return len(key.encode()) + len(entry.payload) + OVERHEAD
