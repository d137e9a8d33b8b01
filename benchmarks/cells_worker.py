"""One process of benchmarks/cells.py: changes a shared cell as often as it can. Started by it.

Argument: the store's URL. An order names the kind ("swaps" or "calls"), the key, the moment to begin, for how long, and
how many callers at once; the answer says what was done.
"""

import asyncio
import json
import sys
import time
from typing import Any

from benchmarks.breakers import FreeLedger, NoListener, nothing
from resilience.cell import Change, Now, SharedState
from resilience.config import CircuitConfig, GateConfig, QuotaConfig
from resilience.gate import GateState, raise_used
from resilience.guard import Bill, Guard
from resilience.ports import Swap, SystemClock
from resilience.store_breaker import StoreHealth
from resilience.stores.redis import RedisStore

CONFIG = GateConfig(
    circuit=CircuitConfig(), max_in_flight=10_000, quotas=(QuotaConfig(window="day", limit=1e9),), setting="BENCH"
)


class CountingStore:
    """A store that counts swaps, and those that somebody else's swap had made void."""

    def __init__(self, store: RedisStore) -> None:
        self._store, self.load, self.order = store, store.load, store.order
        self.swaps = self.conflicts = 0

    async def swap(self, key: str, *, version: int, value: bytes, ttl: float) -> Swap:
        """As the store does."""
        swap = await self._store.swap(key, version=version, value=value, ttl=ttl)
        self.swaps += swap.done
        self.conflicts += not swap.done
        return swap


class WatchedState(SharedState):
    """A shared state that counts what it decided without the store."""

    alone_changes = 0

    async def apply(self, change: Change, *, again: bool = False) -> Any:
        """As the shared state does."""
        was_alone = False

        def watched(state: GateState, now: Now) -> tuple[GateState, Any]:
            nonlocal was_alone
            was_alone = now.alone
            return change(state, now)

        outcome = await super().apply(watched, again=again)
        self.alone_changes += was_alone
        return outcome


def count_up(state: GateState, _now: Now) -> tuple[GateState, None]:
    """A small change: one more used."""
    return raise_used(state, {"total": state.used.get("total", 0.0) + 1}), None


async def work(store: RedisStore, order: dict[str, Any]) -> dict[str, int]:
    """Carry out one order."""
    clock, ledger, counting = SystemClock(), FreeLedger(), CountingStore(store)
    state = WatchedState(order["key"], counting, StoreHealth(clock), clock, counts=lambda: ledger.counts("bench"))
    guard = Guard("bench", CONFIG, state, ledger=ledger, listener=NoListener(), clock=clock)
    end, done = order["at"] + order["seconds"], 0

    async def caller() -> None:
        nonlocal done
        while time.monotonic() < end:
            if order["kind"] == "swaps":
                await state.apply(count_up)
            else:
                await guard.call(nothing, cost=1.0, bill=lambda _: Bill(1.0))
            done += 1

    await asyncio.sleep(order["at"] - time.monotonic())
    await asyncio.gather(*(caller() for _ in range(order["callers"])))
    return {
        "done": done,
        "swaps": counting.swaps,
        "conflicts": counting.conflicts,
        "alone": state.alone_changes,
    }


async def main(url: str) -> None:
    """Carry out orders until there are no more."""
    store = RedisStore.from_url(url)
    await store.ping()
    print(json.dumps("ready"), flush=True)
    while line := await asyncio.to_thread(sys.stdin.readline):
        print(json.dumps(await work(store, json.loads(line))), flush=True)
    await store.close()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
