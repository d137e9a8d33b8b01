"""One process of a service: callers who ask one guarded provider again and again. Started by test_guard_processes.

Argument: a Plan as JSON. Says "ready", and begins at a line on its input. With `tries` each round begins at such a
line, when this process sees the store, and at its end it says "done"; without, the next line is the end.
"""

import asyncio
import os
import sqlite3
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from uuid import uuid4

import msgspec

from resilience.cell import SharedState
from resilience.circuit import Transition
from resilience.config import CircuitConfig, GateConfig, QuotaConfig
from resilience.errors import CallRefused, ProviderUnavailable
from resilience.gate import Refusal
from resilience.guard import Bill, Guard
from resilience.ports import SystemClock
from resilience.store_breaker import StoreHealth
from resilience.stores.redis import RedisStore

PROVIDER = "plant_id"
PATIENCE = 3.0  # seconds a command may take: a store that is dead says so at once, one on a busy machine takes longer
LOCKED_MAX = 30.0  # seconds the ledger may be locked by others
TABLES = """
create table if not exists period (name text primary key, taken real not null default 0);
create table if not exists entry (token text primary key, cost real not null, settled integer not null default 0);
"""


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What the process is to do. The provider is down while the file `down` is in the folder."""

    url: str
    folder: str
    circuit: dict[str, float]
    max_in_flight: int = 16
    quota: float | None = None  # of a day
    callers: int = 1
    tries: int = 0  # of each caller in a round; 0: until told to stop
    rounds: int = 1
    seconds: float = 0.1  # that an answer takes
    failing_seconds: float = 0.1  # that a failure takes
    pause: float = 0.05  # between two tries of one caller


PLAN = msgspec.json.decode(sys.argv[1], type=Plan)
FOLDER = Path(PLAN.folder)


def note(word: str, what: str) -> None:
    """One line in the common log; short appends do not mix."""
    with (FOLDER / "log").open("a") as log:
        log.write(f"{word} {os.getpid()} {time.monotonic()} {what}\n")


class SharedLedger:
    """A ledger that all processes share and that outlives them: a file. One UPDATE takes the cost or does not."""

    async def reserve(self, _provider: str, token: str, *, cost: float, limits: Mapping[str, float]) -> str | None:
        return await asyncio.to_thread(self._transact, lambda ledger: self._reserve(ledger, token, cost, limits))

    async def settle(self, _provider: str, token: str, *, cost: float) -> None:
        await asyncio.to_thread(self._transact, lambda ledger: self._settle(ledger, token, cost))

    async def counts(self, _provider: str) -> Mapping[str, float]:
        return await asyncio.to_thread(
            self._transact, lambda ledger: dict(ledger.execute("select name, taken from period").fetchall())
        )

    @staticmethod
    def _transact[T](work: Callable[[sqlite3.Connection], T]) -> T:
        ledger = sqlite3.connect(FOLDER / "ledger", timeout=LOCKED_MAX, isolation_level=None)
        try:
            ledger.execute("begin immediate")
            result = work(ledger)
            ledger.execute("commit")
            return result
        finally:
            ledger.close()  # takes back what was not committed

    @staticmethod
    def _reserve(ledger: sqlite3.Connection, token: str, cost: float, limits: Mapping[str, float]) -> str | None:
        for period, limit in limits.items():
            ledger.execute("insert or ignore into period (name) values (?)", (period,))
            taking = "update period set taken = taken + ? where name = ? and taken <= ? - ?"
            if not ledger.execute(taking, (cost, period, limit, cost)).rowcount:
                return period  # the plans have one period, so nothing was taken in another
        ledger.execute("insert into entry (token, cost) values (?, ?)", (token, cost))
        return None

    @staticmethod
    def _settle(ledger: sqlite3.Connection, token: str, cost: float) -> None:
        found = ledger.execute("select cost from entry where token = ? and not settled", (token,)).fetchone()
        if found is None:
            return
        ledger.execute("update period set taken = taken + ?", (cost - found[0],))
        ledger.execute("update entry set cost = ?, settled = 1 where token = ?", (cost, token))


class Monitor:
    """Writes to the log what the guard tells."""

    def transition(self, _provider: str, change: object) -> None:
        assert isinstance(change, Transition)
        note("becomes", change.now.value)

    def refused(self, _provider: str, refusal: object) -> None:
        assert isinstance(refusal, Refusal)
        note("refused", refusal.reason.value)

    def called(self, _provider: str, call: object) -> None:
        pass


async def work() -> str:
    """The paid call."""
    name = uuid4().hex
    note("begins", name)
    down = (FOLDER / "down").exists()
    await asyncio.sleep(PLAN.failing_seconds if down else PLAN.seconds)
    note("fails" if down else "ends", name)
    if down:
        raise ProviderUnavailable(PROVIDER, "HTTP 503")
    return "monstera"


async def ask(guard: Guard) -> None:
    """One try, however it ends, and the pause after it."""
    try:
        await guard.call(work, cost=1.0, bill=lambda _answer: Bill(1.0))
    except (CallRefused, ProviderUnavailable):
        pass
    finally:
        await asyncio.sleep(PLAN.pause)


async def ask_again_and_again(guard: Guard, stop: asyncio.Event) -> None:
    """A caller without an end."""
    while not stop.is_set():
        await ask(guard)


async def try_often(guard: Guard) -> None:
    """A caller of a round."""
    for _ in range(PLAN.tries):
        await ask(guard)


async def see_the_store(guard: Guard, health: StoreHealth) -> None:
    """Return as soon as the store answers to this process."""
    await guard.find_refusal(cost=1.0)
    while health.degraded:
        await asyncio.sleep(PLAN.pause)
        await guard.find_refusal(cost=1.0)


async def hear() -> None:
    """Return at a line on the input."""
    await asyncio.to_thread(sys.stdin.readline)


def say(word: str) -> None:
    """One line to the test."""
    print(word, flush=True)  # noqa: T201 - how it talks to the test


async def live(guard: Guard, health: StoreHealth) -> None:
    """What the plan says."""
    if PLAN.tries:
        for _ in range(PLAN.rounds):
            await hear()
            await see_the_store(guard, health)
            await asyncio.gather(*(try_often(guard) for _ in range(PLAN.callers)))
            say("done")
        await hear()
        return
    await hear()
    stop = asyncio.Event()
    callers = [asyncio.create_task(ask_again_and_again(guard, stop)) for _ in range(PLAN.callers)]
    await hear()
    stop.set()
    await asyncio.gather(*callers)


async def main() -> None:
    """The life of the process."""
    await asyncio.to_thread(SharedLedger._transact, lambda ledger: [ledger.execute(each) for each in tables()])
    clock, store, ledger = SystemClock(), RedisStore.from_url(PLAN.url, total=PATIENCE), SharedLedger()
    health = StoreHealth(clock)
    state = SharedState(f"gate:{PROVIDER}", store, health, clock, counts=lambda: ledger.counts(PROVIDER))
    config = GateConfig(
        circuit=CircuitConfig(**PLAN.circuit),  # type: ignore[arg-type] # numbers
        max_in_flight=PLAN.max_in_flight,
        quotas=() if PLAN.quota is None else (QuotaConfig(window="total", limit=PLAN.quota),),
    )
    guard = Guard(PROVIDER, config, state, ledger=ledger, listener=Monitor(), clock=clock)
    await store.ping()
    say("ready")
    await live(guard, health)
    await guard.drain()
    await store.close()


def tables() -> list[str]:
    """The statements that make the ledger's tables."""
    return [statement for statement in TABLES.split(";") if statement.strip()]


asyncio.run(main())
