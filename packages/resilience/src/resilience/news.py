"""The outcomes of other processes, as they come: one subscription per process wakes everybody who waits here."""

import asyncio
import contextvars
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from resilience.errors import StoreUnavailable
from resilience.ports import FlightStore


class NewsDesk:
    """Reads the store's news in one task and tells whoever listens to a key.

    News is a hint that may be lost: whoever waits asks again after a while all the same.
    `on_news` hears each key that somebody else told, and "" when some may have been missed.
    """

    def __init__(self, store: FlightStore, *, on_news: Callable[[str], None], retry: float) -> None:
        self._store, self._on_news, self._retry = store, on_news, retry
        self._listening: dict[str, asyncio.Event] = {}
        self._own: set[str] = set()
        self._reader: asyncio.Task[None] | None = None

    def open(self) -> None:
        """Read the news from now on; nothing when that is so already."""
        if self._reader is None or self._reader.done():
            self._reader = asyncio.create_task(self._read(), name="flight-news", context=contextvars.Context())

    async def close(self) -> None:
        """Stop reading."""
        if self._reader is not None:
            self._reader.cancel()
            await asyncio.wait({self._reader})
            self._reader = None

    @contextmanager
    def listen(self, key: str) -> Iterator[asyncio.Event]:
        """An event that is set by news of `key`. To be held from before the store is asked: then none is missed."""
        news = self._listening.setdefault(key, asyncio.Event())
        try:
            yield news
        finally:
            self._listening.pop(key, None)

    @contextmanager
    def telling(self, key: str) -> Iterator[None]:
        """While this process tells of `key` itself: the news that comes back of it is not for `on_news`."""
        self._own.add(key)
        try:
            yield
        except BaseException:  # nobody knows whether it was told; better one copy too few
            self._own.discard(key)
            raise

    async def _read(self) -> None:
        while True:
            with suppress(StoreUnavailable):
                async for key in self._store.news():
                    self._tell(key)
                return
            self._tell("")
            await asyncio.sleep(self._retry)

    def _tell(self, key: str) -> None:
        if not key:
            self._own.clear()
        for news in [self._listening.get(key)] if key else [*self._listening.values()]:
            if news is not None:
                news.set()
        if key in self._own:
            self._own.discard(key)
        else:
            self._on_news(key)


async def happens_within(event: asyncio.Event, seconds: float) -> bool:
    """Whether `event` was set within `seconds`; returns as soon as it is."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            return await event.wait()
    return False
