"""The leads of this process, kept alive by one task for all of them."""

import asyncio
import contextvars
import logging

from resilience.errors import StoreUnavailable
from resilience.flight_config import FlightConfig
from resilience.flight_events import FlightEvent, FlightListener
from resilience.news import happens_within
from resilience.ports import FlightStore, Lead
from resilience.store_breaker import StoreHealth

log = logging.getLogger("resilience.flight")


class Renewer:
    """Renews every lead of this process each third of a lease, all in one call to the store.

    A lead that was lost is marked and not renewed again: its call goes on, for it is paid, but it speaks for nobody
    else any more. The task runs only while there are leads. It shares the event loop: a loop that is blocked for two
    thirds of a lease loses its leads.
    """

    def __init__(
        self, store: FlightStore, *, health: StoreHealth, config: FlightConfig, listener: FlightListener
    ) -> None:
        self._store, self._health, self._listener = store, health, listener
        self._lease, self._renews = config.lease, config.renew
        self._tokens: dict[str, str] = {}
        self._lost: set[str] = set()
        self._none_left = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    @property
    def leads(self) -> int:
        """How many leads this process has, lost ones too."""
        return len(self._tokens) + len(self._lost)

    def add(self, key: str, token: str) -> None:
        """Renew this lead until `remove`, if leads are renewed at all."""
        self._tokens[key] = token
        self._none_left.clear()
        if not self._renews:
            return
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._run(), name="flight-renewer", context=contextvars.Context())

    def remove(self, key: str) -> bool:
        """Renew it no more. Whether it was one of ours and, as far as we know, still is."""
        held = self._tokens.pop(key, None) is not None
        self._lost.discard(key)
        if not self._tokens:
            self._none_left.set()
        return held

    async def close(self) -> None:
        """Return when the task has ended; to be called when no leads are left."""
        self._none_left.set()
        if self._task is not None:
            await asyncio.wait({self._task})

    async def renew_all(self) -> None:
        """Renew every lead once; one that the store does not know any more is taken again, or marked as lost."""
        tokens = dict(self._tokens)
        if not tokens:
            return
        try:
            for key in await self._health.attempt(lambda: self._store.renew(tokens, lease=self._lease)):
                await self._take_again(key, tokens[key])
        except StoreUnavailable:
            return  # not lost: unknown; the next round asks again

    async def _run(self) -> None:
        while self._tokens:
            if not await happens_within(self._none_left, self._lease / 3):
                await self.renew_all()

    async def _take_again(self, key: str, token: str) -> None:
        """A store that was emptied or restarted has lost a lead that nobody else took: a second bill prevented."""
        joined = await self._health.attempt(lambda: self._store.join(key, token=token, lease=self._lease))
        if self._tokens.get(key) != token:  # ended meanwhile
            if isinstance(joined, Lead):
                await self._health.attempt(lambda: self._store.leave(key, token=token))
        elif isinstance(joined, Lead):
            self._listener(FlightEvent.LEAD_REGAINED)
        else:
            del self._tokens[key]
            self._lost.add(key)
            self._listener(FlightEvent.LEAD_LOST)
            log.warning("[LOCK] Lead lost while the call runs; it goes on and its answer is kept")
