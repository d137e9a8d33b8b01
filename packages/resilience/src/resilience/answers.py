"""The way to an answer: this process' memory, the shared store, a flight under way, the archive, and only then money.

Laws 1, 3, 4, 5 and 8 meet here; the cluster's part is flight.py, what is kept is cache.py.
"""

import asyncio
import contextvars
import logging
from collections.abc import Awaitable, Callable, Sequence

import msgspec

from resilience.cache import Archive, Fresh, Source
from resilience.deadline import Deadline
from resilience.errors import CallAbandoned, DeadlinePassed, ResilienceError, StoreUnavailable
from resilience.failures import copy_failure
from resilience.flight import REFRESHING, ClusterFlights, Landed, Order, Surroundings
from resilience.flight_config import FlightConfig
from resilience.flight_events import FlightEvent, FlightListener, tell_nobody
from resilience.layers import Layers
from resilience.memory_cache import MemoryCache
from resilience.ports import Clock, FlightStore
from resilience.store_breaker import StoreHealth

log = logging.getLogger("resilience.flight")


class Got(msgspec.Struct, frozen=True, kw_only=True):
    """An answer and its receipt (law 10). `age` and `ttl` in seconds; `ttl` is negative when the answer is stale.

    `stale_because` is a sentence, "" unless `source` is STALE.
    """

    payload: bytes
    source: Source
    age: float
    ttl: float
    stale_because: str = ""


class _Failed(msgspec.Struct, frozen=True):
    """A flight that brought nothing. `for_all`: the others who waited for it have failed too; else they try again."""

    error: Exception
    for_all: bool


class Answers:
    """Gives each key's answer, and pays for it at most once in the cluster (law 1).

    One per process serves all providers: keys name them. Belongs to one event loop. `health` is that of `store`, to be
    shared with whoever else uses it. `flight_context` makes the context a flight runs in, called where it begins: an
    empty one, unless somebody follows it; a request's own would outlive the request.
    """

    def __init__(  # noqa: PLR0913 - the one place where all parts are named
        self,
        store: FlightStore,
        *,
        archive: Archive,
        clock: Clock,
        config: FlightConfig | None = None,
        health: StoreHealth | None = None,
        listener: FlightListener = tell_nobody,
        flight_context: Callable[[], contextvars.Context] = contextvars.Context,
    ) -> None:
        config = config or FlightConfig()
        self.health = health or StoreHealth(clock)
        self._clock, self._listener, self._wait = clock, listener, config.wait
        self._flight_context = flight_context
        around = Surroundings(
            store=store, health=self.health, archive=archive, clock=clock, config=config, listener=listener
        )
        self._copies = MemoryCache(clock, max_bytes=config.l1_bytes, seconds=config.l1_seconds)
        self._cluster = ClusterFlights(around, on_news=self._hear)
        self._layers = Layers(around, self._copies, self._cluster)
        self._flights: dict[str, asyncio.Task[Landed | _Failed]] = {}
        self._hearers: list[Callable[[str], None]] = []
        self._closing = False

    @property
    def flights(self) -> int:
        """How many keys are being got by this process, leading or waiting."""
        return len(self._flights)

    @property
    def leads(self) -> int:
        """How many of them this process asks for itself."""
        return self._cluster.leads

    def also_tell(self, hear: Callable[[str], None]) -> None:
        """Let somebody else who keeps copies hear the store's news too: the key, "" when some may have been missed."""
        self._hearers.append(hear)

    def open(self) -> None:
        """Hear the other processes' news from now on; the first flight does it too."""
        self._cluster.open()

    async def get(
        self, key: str, ask: Callable[[], Awaitable[Fresh]], *, deadline: Deadline, refresh: bool = False
    ) -> Got:
        """The answer under `key`, kept or paid for by `ask`, whoever's `ask` that is.

        `ask` runs in a task of its own, with nothing of this request's context, and goes on when this caller is
        cancelled or late; it stores what it paid for before it returns (law 4). A stale answer is given at once, and
        one flight begun to replace it; it is also given when `ask` fails. `refresh`: only an answer produced after
        this call will do; the earlier one counts as stale from now on, for everybody.

        Raises DeadlinePassed while the work goes on, what `ask` raised here or elsewhere (a ProviderError or
        CallRefused as an exception of its own for each caller), StoreUnavailable when the archive cannot be read, and
        CallAbandoned when this process stops. A shared store that is down fails no request (law 8).
        """
        if not refresh and (found := await self._layers.find(key)) is not None:
            if not found.entry.is_fresh(self._clock.wall()):
                return self._stale_for_now(key, ask, found)
            return self._give(found)
        self._listener(FlightEvent.MISS)
        log.info("[CACHE] MISS")
        return await self._land(key, Order(ask=ask, since=self._clock.wall() if refresh else 0.0), deadline)

    async def find_fresh(self, keys: Sequence[str]) -> list[Got] | None:
        """The answers under all of `keys`, when this process or the store has each of them fresh; else None.

        One round trip at most, no archive, nobody is asked, nothing is begun.
        """
        found = await asyncio.gather(*(self._layers.find(key) for key in keys))
        if not all(each is not None and each.entry.is_fresh(self._clock.wall()) for each in found):
            return None
        given = [self._got(each) for each in found if each is not None]
        log.info("[CACHE] HIT (%s), %.0f s old", ", ".join(got.source for got in given), max(got.age for got in given))
        return given

    async def find(self, key: str) -> Got | None:
        """The kept answer under `key`, fresh or stale, from memory, store or archive; None when there is none.

        Asks nobody and begins nothing. Raises StoreUnavailable when the archive cannot be read.
        """
        found = await self._layers.find(key) or await self._layers.find_archived(key)
        if found is None:
            return None
        fresh = found.entry.is_fresh(self._clock.wall())
        return self._give(found if fresh else _as_stale(found, "only what is kept was asked for"))

    async def forget(self, keys: Sequence[str]) -> None:
        """Delete these answers here, in the store, and by its news in every process (law 12); not in the archive.

        Raises StoreUnavailable when the store may still have them: to be called again until it does not. A flight
        under way keeps what it brings: forget after it.
        """
        await self._layers.forget(keys)

    async def close(self, *, grace: float = 0.0) -> None:
        """Let flights land for `grace` seconds, break off the rest so that others lead at once, leave no task behind.

        Callers who wait for a broken-off flight get CallAbandoned; kept answers are still given.
        """
        self._closing = True
        if self._flights:
            await asyncio.wait(self._flights.values(), timeout=grace)
        broken_off = [*self._flights.values()]
        for flight in broken_off:
            flight.cancel()
        if broken_off:
            await asyncio.wait(broken_off)
        await self._cluster.close()

    async def _land(self, key: str, order: Order, deadline: Deadline) -> Got:
        """Wait for this key's flight, beginning it if there is none, until it brings what was ordered."""
        while True:
            if deadline.remaining() <= 0:
                raise self._late()
            flight, mine = self._join_flight(key, order)
            patience = deadline.remaining() if mine else min(deadline.remaining(), self._wait)
            await asyncio.wait({flight}, timeout=patience)
            if not flight.done():
                raise self._late()
            outcome = _outcome_of(flight)
            if isinstance(outcome, _Failed):
                if mine or outcome.for_all:
                    self._listener(FlightEvent.FAILED)
                    raise copy_failure(outcome.error)
            elif mine or _will_do(outcome, order):
                return self._hand_over(key, order, outcome, mine=mine)

    def _hear(self, key: str) -> None:
        self._layers.hear(key)
        for hear in self._hearers:
            hear(key)

    def _late(self) -> DeadlinePassed:
        self._listener(FlightEvent.LATE)
        return DeadlinePassed("no outcome in time; the work goes on")

    def _join_flight(self, key: str, order: Order) -> tuple[asyncio.Task[Landed | _Failed], bool]:
        """The flight of this key, and whether it was begun just now. Raises CallAbandoned when closing."""
        flight = self._flights.get(key)
        if flight is not None and not flight.done():
            return flight, False
        if self._closing:
            message = "this process is stopping"
            raise CallAbandoned(message)
        flight = asyncio.create_task(self._fly(key, order), name="flight", context=self._flight_context())
        self._flights[key] = flight
        flight.add_done_callback(lambda ended: self._forget_flight(key, ended))
        return flight, True

    def _forget_flight(self, key: str, ended: asyncio.Task[Landed | _Failed]) -> None:
        if self._flights.get(key) is ended:
            del self._flights[key]

    async def _fly(self, key: str, order: Order) -> Landed | _Failed:
        """The outcome of a flight; it never raises but when this process stops, and runs detached from any request."""
        try:
            landed = await self._cluster.fly(key, order)
        except asyncio.CancelledError:
            if (task := asyncio.current_task()) is not None and task.cancelling():
                raise
            return _Failed(CallAbandoned("the call was broken off"), for_all=False)  # inside `ask`, by somebody else
        except Exception as error:  # noqa: BLE001 - it is handed to everybody who waits
            return await self._instead(key, order, error)
        self._copies.keep(key, landed.entry, shared=landed.shared)
        return landed

    async def _instead(self, key: str, order: Order, error: Exception) -> Landed | _Failed:
        """The last answer there is, however stale, else the failure (RFC 5861, stale-if-error)."""
        if not isinstance(error, ResilienceError):
            log.error("[LOCK] A call ended with %s, which nobody foresaw", type(error).__name__)
        try:
            found = await self._layers.find(key) or await self._layers.find_archived(key)
        except StoreUnavailable:
            found = None
        if found is None:
            return _Failed(error, for_all=not isinstance(error, DeadlinePassed | CallAbandoned))
        if found.entry.is_fresh(self._clock.wall()) and found.entry.produced_at >= order.since:
            return found  # another process had more luck in the meantime
        return _as_stale(found, _reason(error))

    def _stale_for_now(self, key: str, ask: Callable[[], Awaitable[Fresh]], found: Landed) -> Got:
        """The stale answer, and one flight under way to replace it (RFC 5861, stale-while-revalidate)."""
        if not self._closing:
            self._join_flight(key, Order(ask=ask, stale_will_do=False))
        return self._give(_as_stale(found, REFRESHING))

    def _hand_over(self, key: str, order: Order, landed: Landed, *, mine: bool) -> Got:
        if landed.source is Source.STALE and landed.because == REFRESHING:
            return self._stale_for_now(key, order.ask, landed)
        if landed.source is Source.FRESH and not mine:
            landed = msgspec.structs.replace(landed, source=Source.COLLAPSED)
        return self._give(landed)

    def _give(self, landed: Landed) -> Got:
        got = self._got(landed)
        if got.source is Source.STALE:
            log.info("[CACHE] STALE (%s), %.0f s old", got.stale_because, got.age)
        elif got.source is not Source.FRESH:
            log.info("[CACHE] HIT (%s), %.0f s old", got.source, got.age)
        return got

    def _got(self, landed: Landed) -> Got:
        """The answer with its receipt, counted."""
        now, entry = self._clock.wall(), landed.entry
        got = Got(
            payload=entry.payload,
            source=landed.source,
            age=max(0.0, now - entry.produced_at),
            ttl=entry.fresh_until - now,
            stale_because=landed.because,
        )
        self._listener(FlightEvent(got.source))
        return got


def _outcome_of(flight: asyncio.Task[Landed | _Failed]) -> Landed | _Failed:
    if flight.cancelled():
        return _Failed(CallAbandoned("this process is stopping"), for_all=True)
    return flight.result()


def _will_do(landed: Landed, order: Order) -> bool:
    """Whether somebody else's flight brought what was ordered; it may have begun, or ended, with less."""
    failed = landed.source is Source.STALE and landed.because != REFRESHING
    return failed or landed.entry.produced_at >= order.since


def _as_stale(landed: Landed, because: str) -> Landed:
    return msgspec.structs.replace(landed, source=Source.STALE, because=because)


def _reason(error: Exception) -> str:
    """Why there is nothing newer, in words that may be shown: an unforeseen error's own may hold anything (law 13)."""
    return str(error) if isinstance(error, ResilienceError) else f"the call ended with {type(error).__name__}"
