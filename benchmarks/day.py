"""A day of requests in virtual time: our own objects beside the first plan (cache, lock, breaker of each process).

Ours are the real Answers and Guard, one of each per process, on one MemoryStore that stands for the shared store. The
first plan is written here as short async code. Both run on a loop whose time jumps, with the same requests and the same
provider.
"""

import asyncio
import itertools
import math
import random
import statistics
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

from benchmarks.breakers import NoListener
from benchmarks.virtual_time import LoopClock, VirtualLoop
from resilience.answers import Answers
from resilience.cache import Archived, Fresh
from resilience.cell import SharedState
from resilience.config import DAY, CircuitConfig, GateConfig, QuotaConfig
from resilience.deadline import Deadline
from resilience.errors import CallRefused, ProviderExhausted, ProviderUnavailable, ResilienceError
from resilience.gate import Reason
from resilience.guard import Bill, Guard
from resilience.ports import Cell, Hit, Joined, Swap
from resilience.quota import period_of
from resilience.store_breaker import StoreHealth
from resilience.stores.memory import MemoryStore

SEED, REQUESTS, PROCESSES, QUOTA = 20_260_101, 20_000, 4, 500
OUTAGE = (3_600.0, 5_400.0)  # seconds of the day: early, while many photos are new and the quota is not used up
CALL_TIMEOUT, CALL_MEDIAN, CALL_SIGMA = 30.0, 2.5, 0.5  # seconds; of a call in the outage, and of the others
HOP, REFUSAL_SECONDS = 0.0005, 0.3  # a question to the shared store; the provider's "quota used up"
PATIENCE = 30.0  # seconds a request of ours waits; then it is told to come back
FAIL_MAX, RESET_TIMEOUT, SUCCESS_THRESHOLD, LOCK_TIMEOUT = (
    3,
    60.0,
    2,
    10.0,
)  # both designs; the last only the first plan
WALL_MAX = 60.0  # real seconds for one design's day
HEAD = (
    "| | billed | of these in vain | twice for one photo | calls beyond the quota | refused users | answer p50 "
    "| answer p99 | refusal p50 | waited in the outage, all users together | provider in use again after it |"
)
DAYS = {"480 photos: the quota is enough": 480, "2,000 photos: it is not": 2_000}


class Provider:
    """Bills each call it takes on, hangs in the outage, and refuses what is beyond the quota without a bill."""

    def __init__(self) -> None:
        self.calls = self.billed = self.in_vain = self.beyond = 0
        self.back = math.inf  # seconds from the end of the outage to the next call that it took on
        self.per_photo: Counter[int] = Counter()

    async def identify(self, photo: int) -> int:
        """The photo's plant. Raises a ProviderError."""
        name = "bench"
        self.calls += 1
        if self.billed >= QUOTA:
            self.beyond += 1
            await asyncio.sleep(REFUSAL_SECONDS)
            raise ProviderExhausted(name, "HTTP 429")
        self.billed += 1
        if OUTAGE[0] <= asyncio.get_running_loop().time() < OUTAGE[1]:
            self.in_vain += 1
            await asyncio.sleep(CALL_TIMEOUT)
            raise ProviderUnavailable(name, "no answer in time", charged=True)
        self.per_photo[photo] += 1
        if (since := asyncio.get_running_loop().time() - OUTAGE[1]) >= 0:
            self.back = min(self.back, since)
        luck = random.Random(f"{SEED} {photo}")
        await asyncio.sleep(min(luck.lognormvariate(math.log(CALL_MEDIAN), CALL_SIGMA), CALL_TIMEOUT))
        return photo


class Design(Protocol):
    """What is measured."""

    async def identify(self, process: int, photo: int) -> None:
        """Return when this process has the photo's answer. Raises whatever the user is refused with."""
        ...

    async def close(self) -> None:
        """End its tasks."""
        ...


class FirstPlan:
    """Cache; a lock, and after 10 s without it the call all the same; cache again; a breaker in each process.

    Kinder than it would be: threads without end, no store to fail, and a lock that wakes the next waiter at once.
    """

    def __init__(self, provider: Provider) -> None:
        self._provider = provider
        self._cache: set[int] = set()
        self._locks: dict[int, asyncio.Lock] = {}
        self._breakers = [ProcessBreaker() for _ in range(PROCESSES)]

    async def identify(self, process: int, photo: int) -> None:
        """As the plan has it; a failure is kept nowhere, so the next waiter calls again."""
        if await self._is_cached(photo):
            return
        lock = self._locks.setdefault(photo, asyncio.Lock())
        held = await acquired_within(lock, LOCK_TIMEOUT)
        try:
            if held and await self._is_cached(photo):
                return
            await self._breakers[process].call(lambda: self._provider.identify(photo))
            await asyncio.sleep(HOP)
            self._cache.add(photo)
        finally:
            if held:
                lock.release()

    async def close(self) -> None:
        """Nothing to do."""

    async def _is_cached(self, photo: int) -> bool:
        await asyncio.sleep(HOP)
        return photo in self._cache


async def acquired_within(lock: asyncio.Lock, seconds: float) -> bool:
    """Whether the lock was had within `seconds`."""
    try:
        async with asyncio.timeout(seconds):
            return await lock.acquire()
    except TimeoutError:
        return False


class ProcessBreaker:
    """As pybreaker does it: any exception is a failure, and one call at a time, since its own lock is held meanwhile."""

    def __init__(self) -> None:
        self._one_at_a_time = asyncio.Lock()
        self._failures = self._successes = 0
        self._opened: float | None = None  # loop seconds

    async def call(self, work: Callable[[], Awaitable[int]]) -> int:
        """What `work` returns. Raises what it raises, and CallRefused while open."""
        async with self._one_at_a_time:
            now = asyncio.get_running_loop().time()
            if self._opened is not None and now < self._opened + RESET_TIMEOUT:
                provider = "bench"
                raise CallRefused(provider, Reason.CIRCUIT_OPEN)
            try:
                result = await work()
            except Exception:
                self._fail()
                raise
            self._succeed()
            return result

    def _fail(self) -> None:
        self._failures, self._successes = self._failures + 1, 0
        if self._opened is not None or self._failures >= FAIL_MAX:
            self._opened = asyncio.get_running_loop().time()

    def _succeed(self) -> None:
        self._failures, self._successes = 0, self._successes + 1
        if self._successes >= SUCCESS_THRESHOLD:
            self._opened = None


class Ours:
    """The real objects: Answers and Guard of each process, one store, one ledger and one archive for all."""

    def __init__(self, provider: Provider) -> None:
        self._provider, self._clock = provider, LoopClock()
        self._store, self._ledger, self._archive = DistantStore(self._clock), BooksLedger(self._clock), BooksArchive()
        self._processes = [self._process(number) for number in range(PROCESSES)]

    async def identify(self, process: int, photo: int) -> None:
        """As the server does it."""
        answers, guard = self._processes[process]
        key = f"photo:{photo}"

        async def ask() -> Fresh:
            payload = str(await self._call(guard, photo)).encode()
            self._archive.kept[key] = Archived(payload, produced_at=self._clock.wall())
            return Fresh(payload)

        await answers.get(key, ask, deadline=Deadline.after(PATIENCE, self._clock))

    async def close(self) -> None:
        """End every process."""
        for answers, guard in self._processes:
            await answers.close(grace=CALL_TIMEOUT)
            await guard.drain()
        await self._store.close()

    async def _call(self, guard: Guard, photo: int) -> int:
        """One call through the guard; while too many are under way, in line for a place."""
        deadline = Deadline.after(CALL_TIMEOUT + 10.0, self._clock)
        while True:
            try:
                return await guard.call(lambda: self._provider.identify(photo), cost=1.0, bill=lambda _: Bill(1.0))
            except CallRefused as refused:
                wait = refused.retry_after or 0.0
                if refused.reason != Reason.IN_FLIGHT or wait >= deadline.remaining():
                    raise
            await asyncio.sleep(wait)

    def _process(self, number: int) -> tuple[Answers, Guard]:
        health = StoreHealth(self._clock)
        state = SharedState("bench", self._store, health, self._clock, counts=lambda: self._ledger.counts("bench"))
        circuit = CircuitConfig(
            fail_max=FAIL_MAX, reset_timeout=RESET_TIMEOUT, success_threshold=SUCCESS_THRESHOLD, setting="BENCH_CIRCUIT"
        )
        config = GateConfig(circuit=circuit, max_in_flight=32, quotas=(QuotaConfig(window="day", limit=QUOTA),))
        chance = random.Random(number)
        guard = Guard(
            "bench", config, state, ledger=self._ledger, listener=NoListener(), clock=self._clock, chance=chance
        )
        return Answers(self._store, archive=self._archive, clock=self._clock, health=health), guard


class DistantStore(MemoryStore):
    """A store that is a round trip away, so that processes come in each other's way as they do on a real one."""

    def __init__(self, clock: LoopClock) -> None:
        super().__init__(clock, answers_max=max(DAYS.values()))

    async def load(self, key: str) -> Cell:
        """As the store does."""
        await asyncio.sleep(HOP)
        return await super().load(key)

    async def swap(self, key: str, *, version: int, value: bytes, ttl: float) -> Swap:
        """As the store does."""
        await asyncio.sleep(HOP)
        return await super().swap(key, version=version, value=value, ttl=ttl)

    async def read(self, key: str) -> Hit | None:
        """As the store does."""
        await asyncio.sleep(HOP)
        return await super().read(key)

    async def join(self, key: str, *, token: str, lease: float) -> Joined:
        """As the store does."""
        await asyncio.sleep(HOP)
        return await super().join(key, token=token, lease=lease)

    async def renew(self, tokens: Mapping[str, str], *, lease: float) -> Sequence[str]:
        """As the store does."""
        await asyncio.sleep(HOP)
        return await super().renew(tokens, lease=lease)

    async def publish(self, key: str, *, token: str, hit: Hit) -> bool:
        """As the store does."""
        await asyncio.sleep(HOP)
        return await super().publish(key, token=token, hit=hit)


class BooksLedger:
    """The ledger of all processes, in memory."""

    def __init__(self, clock: LoopClock) -> None:
        self._clock = clock
        self._costs: dict[str, tuple[tuple[str, ...], float]] = {}  # periods and cost by token
        self._taken: Counter[str] = Counter()

    async def reserve(self, provider: str, token: str, *, cost: float, limits: Mapping[str, float]) -> str | None:
        """Take `cost` in each period, in all or none; the period that is full, or None."""
        full = next((period for period, limit in limits.items() if self._taken[period] + cost > limit), None)
        if full is None:
            self._costs[token] = (tuple(limits), 0.0)
            self._set(token, cost)
        return full

    async def settle(self, provider: str, token: str, *, cost: float) -> None:
        """The call of `token` cost `cost`."""
        if token in self._costs:
            self._set(token, cost)

    async def counts(self, provider: str) -> Mapping[str, float]:
        """What is taken today."""
        today = period_of("day", self._clock.wall())
        return {today: self._taken[today]}

    def _set(self, token: str, cost: float) -> None:
        periods, before = self._costs[token]
        self._costs[token] = (periods, cost)
        for period in periods:
            self._taken[period] += cost - before


@dataclass(slots=True)
class BooksArchive:
    """The archive of all processes, in memory."""

    kept: dict[str, Archived] = field(default_factory=dict)

    async def find(self, key: str) -> Archived | None:
        """What was paid for."""
        return self.kept.get(key)


class Request(NamedTuple):
    """One user's photo: when it comes (seconds of the day), and to which process."""

    at: float
    process: int
    photo: int


def requests_of_a_day(photos: int) -> list[Request]:
    """Photos by Zipf's law, at moments spread over the day; the same at each run."""
    luck = random.Random(SEED)
    weights = list(itertools.accumulate(1 / rank for rank in range(1, photos + 1)))
    chosen = luck.choices(range(photos), cum_weights=weights, k=REQUESTS)
    moments = sorted(luck.uniform(0.0, DAY) for _ in range(REQUESTS))
    return [Request(at, luck.randrange(PROCESSES), photo) for at, photo in zip(moments, chosen, strict=True)]


@dataclass(slots=True)
class Told:
    """What users got, in seconds of waiting."""

    answered: list[float] = field(default_factory=list)
    refused: list[float] = field(default_factory=list)
    in_outage: list[float] = field(default_factory=list)  # of whoever came in the outage, however it ended


async def live(make: Callable[[Provider], Design], requests: list[Request]) -> tuple[Provider, Told]:
    """One day with one design."""
    provider, told = Provider(), Told()
    design, loop, started = make(provider), asyncio.get_running_loop(), time.monotonic()

    async def one(request: Request) -> None:
        outcome = told.answered
        try:
            await design.identify(request.process, request.photo)
        except ResilienceError:
            outcome = told.refused
        waited = loop.time() - request.at
        outcome.append(waited)
        if OUTAGE[0] <= request.at < OUTAGE[1]:
            told.in_outage.append(waited)

    async with asyncio.TaskGroup() as users:
        for request in requests:
            await asyncio.sleep(max(0.0, request.at - loop.time()))
            users.create_task(one(request))
            if time.monotonic() - started > WALL_MAX:
                message = f"a day took more than {WALL_MAX:.0f} s"
                raise TimeoutError(message)
    await design.close()
    return provider, told


def measure(make: Callable[[Provider], Design], requests: list[Request]) -> tuple[Provider, Told]:
    """One day with one design, in virtual time."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(live(make, requests))


def row_of(name: str, provider: Provider, told: Told) -> str:
    """One line of the table."""
    again = sum(count - 1 for count in provider.per_photo.values())
    cells: list[Any] = [
        provider.billed,
        provider.in_vain,
        again,
        provider.beyond,
        f"{len(told.refused):,}",
        f"{percentile(told.answered, 50):.2f} s",
        f"{percentile(told.answered, 99):.1f} s",
        f"{percentile(told.refused, 50):.2f} s",
        f"{sum(told.in_outage):,.0f} s",
        f"{provider.back:.0f} s",
    ]
    return f"| {name} | " + " | ".join(map(str, cells)) + " |"


def percentile(values: list[float], percent: int) -> float:
    """The value that `percent` of 100 do not exceed; 0 of none."""
    return statistics.quantiles(values, n=100, method="inclusive")[percent - 1] if len(values) > 1 else 0.0


def report() -> str:
    """The tables, ratios first."""
    lines = [
        f"## A day of {REQUESTS:,} requests in virtual time: quota {QUOTA}, {PROCESSES} processes, 30 minutes of outage",
        "",
        "Ours are the real objects on one store in memory; the first plan is short code beside them: cache, lock (10 s, then",
        "the call without it), cache again, a breaker in each process. In the outage the provider bills and never answers;",
        "calls are given up after 30 s. Beyond the quota it answers 429 and bills nothing.",
        "",
    ]
    goals = []
    for name, photos in DAYS.items():
        requests = requests_of_a_day(photos)
        plan, plan_told = measure(FirstPlan, requests)
        ours, ours_told = measure(Ours, requests)
        lines += [
            f"{name} ({len({request.photo for request in requests}):,} of them come).",
            "",
            (
                f"Ours / first plan: calls x {ours.calls / plan.calls:.2f}, "
                f"billed in vain x {ours.in_vain / max(1, plan.in_vain):.2f}, "
                f"refused users x {len(ours_told.refused) / max(1, len(plan_told.refused)):.2f}"
            ),
            "",
            HEAD,
            "|---|---|---|---|---|---|---|---|---|---|---|",
            row_of("first plan", plan, plan_told),
            row_of("ours", ours, ours_told),
            "",
        ]
        fewer = len(ours_told.refused) <= len(plan_told.refused)
        goals += [
            f"Goal, {photos:,} photos: no call beyond the quota: {'met' if not ours.beyond else 'MISSED'} ({ours.beyond}).",
            f"Goal, {photos:,} photos: no more refused users than with the first plan: {'met' if fewer else 'MISSED'}.",
        ]
    return "\n".join([*lines, "  \n".join(goals)])
