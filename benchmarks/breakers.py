"""Our guard beside published circuit breakers: what a call costs, and whether calls wait for each other."""

import asyncio
import logging
import statistics
import time
from collections.abc import Awaitable, Callable, Mapping

import aiobreaker
import circuitbreaker
import purgatory
import pybreaker

from resilience.cell import SharedState
from resilience.config import CircuitConfig, GateConfig
from resilience.guard import Bill, Guard
from resilience.ports import CellStore, SystemClock
from resilience.store_breaker import StoreHealth
from resilience.stores.memory import MemoryStore
from resilience.stores.redis import RedisStore
from resilience.testing_valkey import Valkey

AT_ONCE, CALL_SECONDS, CALLS, ROUNDS = 100, 0.1, 500, 5

type Call = Callable[[Callable[[], Awaitable[None]]], Awaitable[object]]


class FreeLedger:
    """Quota is not what is measured here."""

    async def reserve(self, provider: str, token: str, *, cost: float, limits: Mapping[str, float]) -> str | None:
        """Always room."""

    async def settle(self, provider: str, token: str, *, cost: float) -> None:
        """Nothing to do."""

    async def counts(self, provider: str) -> Mapping[str, float]:
        """Nothing used."""
        return {}


class NoListener:
    """Hears nothing."""

    def transition(self, provider: str, change: object) -> None:
        """Nothing."""

    def refused(self, provider: str, refusal: object) -> None:
        """Nothing."""

    def called(self, provider: str, call: object) -> None:
        """Nothing."""


def ours(store: CellStore) -> Call:
    """Our guard on this store."""
    clock, ledger = SystemClock(), FreeLedger()
    state = SharedState("bench", store, StoreHealth(clock), clock, counts=lambda: ledger.counts("bench"))
    config = GateConfig(circuit=CircuitConfig(), max_in_flight=10_000)
    guard = Guard("bench", config, state, ledger=ledger, listener=NoListener(), clock=clock)
    return lambda work: guard.call(work, cost=1.0, bill=lambda _: Bill(1.0))


def of_pybreaker() -> Call:
    """pybreaker, whose calls are synchronous: its lock is held while one runs, here in threads."""
    breaker = pybreaker.CircuitBreaker()

    def call(work: Callable[[], Awaitable[None]]) -> Awaitable[object]:
        return asyncio.to_thread(breaker.call, lambda: asyncio.run(_awaited(work)))

    return call


async def _awaited(work: Callable[[], Awaitable[None]]) -> None:
    await work()


def of_purgatory() -> Call:
    """purgatory, in memory."""
    factory = purgatory.AsyncCircuitBreakerFactory()

    async def call(work: Callable[[], Awaitable[None]]) -> None:
        async with await factory.get_breaker("bench"):
            await work()

    return call


def all_breakers(valkey_url: str) -> dict[str, Call]:
    """Every candidate by name, ours first."""
    return {
        "ours, memory": ours(MemoryStore()),
        "ours, Valkey (cluster-wide)": ours(RedisStore.from_url(valkey_url)),
        "pybreaker": of_pybreaker(),
        "circuitbreaker": circuitbreaker.CircuitBreaker().call_async,
        "purgatory": of_purgatory(),
        "aiobreaker": aiobreaker.CircuitBreaker().call_async,
    }


async def nothing() -> None:
    """A call that takes no time."""


async def slow() -> None:
    """A call to a provider."""
    await asyncio.sleep(CALL_SECONDS)


async def measure(call: Call) -> tuple[float, float]:
    """Microseconds a call costs, one after another; seconds that AT_ONCE calls of CALL_SECONDS take together."""
    await call(nothing)
    started = time.perf_counter()
    for _ in range(CALLS):
        await call(nothing)
    each = (time.perf_counter() - started) / CALLS * 1e6
    started = time.perf_counter()
    await asyncio.gather(*(call(slow) for _ in range(AT_ONCE)))
    return each, time.perf_counter() - started


async def measure_all() -> dict[str, tuple[float, float]]:
    """The medians of each candidate over ROUNDS rounds, in turn."""
    found: dict[str, list[tuple[float, float]]] = {}
    with Valkey() as valkey:
        candidates = all_breakers(valkey.url)
        for _ in range(ROUNDS):
            for name, call in candidates.items():
                found.setdefault(name, []).append(await measure(call))
    return {
        name: (statistics.median(e for e, _ in rows), statistics.median(w for _, w in rows))
        for name, rows in found.items()
    }


def report() -> str:
    """The table, ratios first."""
    logging.getLogger("pybreaker").setLevel(logging.CRITICAL)
    rows = asyncio.run(measure_all())
    ideal = CALL_SECONDS
    lines = [
        f"## Circuit breakers: {AT_ONCE} calls of {CALL_SECONDS:.1f} s at once, and the cost of one (median of {ROUNDS} rounds)",
        "",
        "The others hold their state in one process; ours decides circuit, pause, bulkhead and quota for the whole cluster.",
        "pybreaker is synchronous: its calls run in threads.",
        "",
        f"| | wall / {ideal:.1f} s | wall | one call |",
        "|---|---|---|---|",
        *(f"| {name} | {wall / ideal:.1f} | {wall:.2f} s | {each:.0f} us |" for name, (each, wall) in rows.items()),
        "",
        (
            f"Goal: ours in at most 0.15 s: {'met' if rows['ours, memory'][1] <= 0.15 else 'MISSED'} in memory, "
            f"{'met' if rows['ours, Valkey (cluster-wide)'][1] <= 0.15 else 'MISSED'} with Valkey."
        ),
    ]
    return "\n".join(lines)
