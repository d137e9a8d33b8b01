"""One flight per key in the whole cluster: lead, or wait for who leads, and share the outcome (laws 1, 3, 5)."""

import asyncio
import contextvars
import logging
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from uuid import uuid4

import msgspec

from resilience.cache import Archive, Entry, Fresh, Source, from_hit, make_entry, to_hit
from resilience.errors import DeadlinePassed, StoreUnavailable
from resilience.failures import decode_failure, encode_failure, is_for_cluster, seconds_to_keep
from resilience.flight_config import FlightConfig
from resilience.flight_events import FlightEvent, FlightListener
from resilience.news import NewsDesk, happens_within
from resilience.ports import Clock, FlightStore, Hit, Joined, Lead, SharedFailure, Wait
from resilience.renewer import Renewer
from resilience.store_breaker import StoreHealth, is_busy

log = logging.getLogger("resilience.flight")
TRIES_WHEN_BUSY = 5  # to tell an outcome: others wait for it
AFTER_LEASE = 0.02  # seconds; ask again a little after the lease has ended, not a little before
REFRESHING = "it is being refreshed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What flights are made of; `health` is that of `store`."""

    store: FlightStore
    health: StoreHealth
    archive: Archive
    clock: Clock
    config: FlightConfig
    listener: FlightListener


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """What a flight is to bring. `ask` makes the paid call, and stores what it paid for before it returns (law 4).

    `since`: an answer from before (seconds UTC) will not do. `stale_will_do`: one that is stale already ends the
    flight, because whoever waits would rather see it now; a flight that is to replace it says False.
    """

    ask: Callable[[], Awaitable[Fresh]]
    since: float = 0.0
    stale_will_do: bool = True


class Landed(msgspec.Struct, frozen=True, kw_only=True):
    """An answer. `shared`: the store has it. `because` says why it is stale, "" when it is not."""

    entry: Entry
    source: Source
    shared: bool = True
    because: str = ""


@dataclass(slots=True, kw_only=True)
class _Turn:
    """One flight taking part in the election of its key."""

    key: str
    token: str
    order: Order
    news: asyncio.Event
    waited: bool = False
    by_recheck: bool = False
    answered: bool = False  # the answer is on its way to the store: nothing is to be given back
    leader_until: float = 0.0  # event loop seconds; until then somebody else is known to lead
    waits_until: float | None = None  # event loop seconds; when waiting for others ends; None: not begun


class ClusterFlights:
    """Gets answers so that of all processes on one store at most one asks for a key at a time.

    The caller sees to it that one process has at most one flight per key, and runs it in a task of its own: cancelling
    that task gives the lead back. Without the store each process flies alone, and joins again when the store is back.
    """

    def __init__(self, around: Surroundings, *, on_news: Callable[[str], None]) -> None:
        self._store, self._health, self._archive = around.store, around.health, around.archive
        self._clock, self._config, self._listener = around.clock, around.config, around.listener
        self._renewer = Renewer(self._store, health=self._health, config=self._config, listener=self._listener)
        self._desk = NewsDesk(self._store, on_news=on_news, retry=self._config.recheck)
        self._unfinished: set[asyncio.Task[object]] = set()
        self._failed_alone: dict[str, tuple[float, bytes]] = {}  # monotonic seconds of its end, failure; by key

    @property
    def leads(self) -> int:
        """How many keys this process is asking for."""
        return self._renewer.leads

    def open(self) -> None:
        """Hear the news from now on; the first flight does it too."""
        self._desk.open()

    async def close(self) -> None:
        """Return when every lead is given back, every answer told and no task left; no flight may be running."""
        while self._unfinished:
            await asyncio.wait(self._unfinished)
        await self._renewer.close()
        await self._desk.close()

    async def fly(self, key: str, order: Order) -> Landed:
        """The answer under `key`: from the store, the archive, another process, or asked for here.

        Raises what `ask` raises, or the failure that another process shared.
        """
        self._desk.open()
        with self._desk.listen(key) as news:
            turn = _Turn(key=key, token=uuid4().hex, order=order, news=news)
            try:
                return await self._take_part(turn)
            except BaseException as error:
                if not turn.answered:
                    await self._to_the_end(self._end_without_answer(turn, error))
                raise

    async def publish(self, key: str, entry: Entry, *, token: str) -> bool:
        """Give an answer to the store and tell everybody. Whether the store has it."""
        try:
            with self._desk.telling(key):
                await self._health.attempt(
                    lambda: self._store.publish(key, token=token, hit=to_hit(entry)), tries_when_busy=TRIES_WHEN_BUSY
                )
        except StoreUnavailable:
            return False
        return True

    async def find_archived(self, key: str) -> Entry | None:
        """What the archive has, fresh or stale. Raises StoreUnavailable when it cannot be read.

        Then nobody asks: what would be paid for could not be stored either (law 4).
        """
        try:
            found = await self._archive.find(key)
        except Exception as error:
            verb = "archive"
            raise StoreUnavailable(verb, type(error).__name__) from error
        if found is None:
            return None
        fresh = self._config.fresh if found.fresh is None else found.fresh
        stale = self._config.stale if found.stale is None else found.stale
        entry = make_entry(found.payload, produced_at=found.produced_at, fresh=fresh, stale=stale)
        return entry if entry.is_usable(self._clock.wall()) else None

    async def _take_part(self, turn: _Turn) -> Landed:
        landed = None
        while landed is None:
            turn.news.clear()
            try:
                joined = await self._health.attempt(
                    lambda: self._store.join(turn.key, token=turn.token, lease=self._config.lease)
                )
            except StoreUnavailable as error:
                if is_busy(error):
                    await self._wait(turn, self._config.recheck)
                else:
                    landed = await self._go_on_alone(turn)
            else:
                landed = await self._act_on(turn, joined)
        return landed

    async def _act_on(self, turn: _Turn, joined: Joined) -> Landed | None:
        """The answer if this is the end of the flight, None to ask the store again."""
        match joined:
            case Hit():
                return await self._take(turn, joined)
            case SharedFailure():
                self._listener(FlightEvent.FAILURE_SHARED)
                raise decode_failure(joined.payload, now=self._clock.wall())
            case Lead():
                return await self._lead(turn)
            case Wait():
                turn.waited = True
                turn.leader_until = _loop_seconds() + joined.seconds
                await self._wait(turn, min(joined.seconds, self._patience(turn)))
                return None

    def _patience(self, turn: _Turn) -> float:
        """Seconds this flight still waits for others. Raises DeadlinePassed when they are over (law 3)."""
        if turn.waits_until is None:
            turn.waits_until = _loop_seconds() + self._config.wait
        left = turn.waits_until - _loop_seconds()
        if left <= 0:
            message = "another process is still asking; its answer will be kept"
            raise DeadlinePassed(message)
        return left

    async def _take(self, turn: _Turn, hit: Hit) -> Landed | None:
        entry = from_hit(hit)
        if entry is None or entry.produced_at < turn.order.since:
            await self._set_aside(turn.key, entry)
            return None
        if turn.waited:
            log.info("[LOCK] Cache populated by another process")
            if turn.by_recheck:
                self._listener(FlightEvent.FOUND_BY_RECHECK)
        return Landed(entry=entry, source=Source.COLLAPSED if turn.waited else Source.STORE)

    async def _set_aside(self, key: str, entry: Entry | None) -> None:
        """Make the store's answer a stale one, so that somebody can lead; what this version cannot read goes.

        A newer answer that comes in between is not replaced: the store keeps the one that is fresh for longer.
        """
        try:
            await self._health.attempt(lambda: self._store.forget([key]))
        except StoreUnavailable:
            return
        if entry is not None:
            await self.publish(key, msgspec.structs.replace(entry, fresh_until=entry.produced_at), token=uuid4().hex)

    async def _wait(self, turn: _Turn, lease_left: float) -> None:
        """Until there is news of the key, the leader's lease is over, or it is time to look whether news were lost."""
        heard = await happens_within(turn.news, min(lease_left + AFTER_LEASE, self._config.recheck))
        turn.by_recheck = not heard

    async def _go_on_alone(self, turn: _Turn) -> Landed | None:
        """Law 8. A leader elsewhere that was alive a moment ago still gets its lease: what it pays for is archived."""
        left = turn.leader_until - _loop_seconds()
        if left <= 0:
            self._raise_failure_of_a_moment_ago(turn.key)
            self._listener(FlightEvent.ALONE)
            return await self._lead(turn)
        kept = await self.find_archived(turn.key)
        if kept is not None and kept.is_fresh(self._clock.wall()) and kept.produced_at >= turn.order.since:
            return Landed(entry=kept, source=Source.COLLAPSED, shared=False)
        await self._wait(turn, left)
        return None

    async def _lead(self, turn: _Turn) -> Landed:
        self._renewer.add(turn.key, turn.token)
        landed = await self._obtain(turn)
        turn.answered = True
        return await self._to_the_end(self._end_with_answer(turn, landed))

    async def _obtain(self, turn: _Turn) -> Landed:
        """What was paid for before, if it will do, else a paid call: a store that forgot is refilled, not billed."""
        order, kept = turn.order, await self.find_archived(turn.key)
        if kept is not None and kept.produced_at >= order.since:
            if kept.is_fresh(self._clock.wall()):
                return Landed(entry=kept, source=Source.ARCHIVE)
            if order.stale_will_do:
                return Landed(entry=kept, source=Source.STALE, because=REFRESHING)
        answer = await order.ask()
        fresh = self._config.fresh if answer.fresh is None else answer.fresh
        fresh = max(fresh, 2 * self._config.recheck)  # everybody who waits for it must still find it
        stale = self._config.stale if answer.stale is None else answer.stale
        entry = make_entry(answer.payload, produced_at=self._clock.wall(), fresh=fresh, stale=stale)
        return Landed(entry=entry, source=Source.FRESH)

    async def _end_with_answer(self, turn: _Turn, landed: Landed) -> Landed:
        self._renewer.remove(turn.key)
        shared = await self.publish(turn.key, landed.entry, token=turn.token)
        return msgspec.structs.replace(landed, shared=shared)

    async def _end_without_answer(self, turn: _Turn, error: BaseException) -> None:
        """Share the failure, or let the next in line lead; also when cancelled before it was known who leads."""
        led = self._renewer.remove(turn.key)
        try:
            if led and is_for_cluster(error):
                await self._share_failure(turn.key, turn.token, error)
            elif led or isinstance(error, asyncio.CancelledError):
                await self._health.attempt(
                    lambda: self._store.leave(turn.key, token=turn.token), tries_when_busy=TRIES_WHEN_BUSY
                )
        except StoreUnavailable:
            return  # the lease ends by itself

    async def _share_failure(self, key: str, token: str, error: BaseException) -> None:
        payload = encode_failure(error, at=self._clock.wall())
        ttl = seconds_to_keep(error, least=self._config.failure_ttl)
        try:
            await self._health.attempt(lambda: self._store.publish_failure(key, token=token, payload=payload, ttl=ttl))
        except StoreUnavailable:
            self._remember_failure(key, payload, ttl)

    def _remember_failure(self, key: str, payload: bytes, ttl: float) -> None:
        """Law 5 without the store: for this process only."""
        now = self._clock.monotonic()
        over = [old for old, (until, _) in self._failed_alone.items() if until <= now]
        for old in over:
            del self._failed_alone[old]
        self._failed_alone[key] = (now + ttl, payload)

    def _raise_failure_of_a_moment_ago(self, key: str) -> None:
        until, payload = self._failed_alone.get(key, (0.0, b""))
        if self._clock.monotonic() < until:
            raise decode_failure(payload, now=self._clock.wall())

    async def _to_the_end[T](self, work: Coroutine[object, object, T]) -> T:
        """What `work` returns; it is done also when this task is cancelled meanwhile, and `close` waits for it."""
        task = asyncio.create_task(work, context=contextvars.Context())
        self._unfinished.add(task)
        task.add_done_callback(self._unfinished.discard)
        return await asyncio.shield(task)


def _loop_seconds() -> float:
    """The event loop's time: what its timeouts go by."""
    return asyncio.get_running_loop().time()
