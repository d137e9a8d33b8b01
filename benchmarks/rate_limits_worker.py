"""One process of benchmarks/rate_limits.py: one caller's requests, counted against two limits. Started by it.

Arguments: the way to count, the store's URL. An order names the caller, how many requests come at once (`count`), or
one after another (`each`), or whose burst limit is asked for (`used`); the answer tells how many were admitted and the
seconds of all, the seconds of each, or how many requests the burst limit has counted.
"""

import asyncio
import json
import statistics
import sys
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Protocol

from benchmarks.rate_limits import AT_ONCE, BURST, HOUR

HOUR_SECONDS, MINUTE_SECONDS = 3600, 60


class Way(Protocol):
    """One way to count."""

    async def take(self, caller: str) -> bool:
        """Whether one request is admitted by both limits."""
        ...

    async def burst_used(self, caller: str) -> int:
        """How many requests the burst limit has counted."""
        ...


class Ours:
    """resilience.rates: one script decides over both limits."""

    def __init__(self, url: str) -> None:
        from resilience.ports import SystemClock  # noqa: PLC0415 - each way loads only its own
        from resilience.rates import Limit, Rates  # noqa: PLC0415
        from resilience.store_breaker import StoreHealth  # noqa: PLC0415
        from resilience.stores.memory_rates import MemoryRates  # noqa: PLC0415
        from resilience.stores.redis_rates import RedisRates  # noqa: PLC0415

        clock = SystemClock()
        self._shared = RedisRates.from_url(url, total=3.0)
        self._rates = Rates(MemoryRates(clock), self._shared, StoreHealth(clock))
        self._limits = [
            Limit(key="burst", amount=BURST, seconds=MINUTE_SECONDS),
            Limit(key="hour", amount=HOUR, seconds=HOUR_SECONDS),
        ]

    async def take(self, caller: str) -> bool:
        """As above."""
        return (await self._rates.take(caller, self._limits)).admitted

    async def burst_used(self, caller: str) -> int:
        """As above; asking counts one."""
        return (await self._shared.take(caller, self._limits[:1])).counts[0].used - 1


class OursGivingBack(Ours):
    """The same, and each request is given back: what a kept answer costs."""

    async def take(self, caller: str) -> bool:
        """As above."""
        taken = await self._rates.take(caller, self._limits)
        await self._rates.give_back(taken, {"hour"})
        return taken.admitted


class OfLimits:
    """The package `limits`: one limit after the other."""

    def __init__(self, url: str, strategy: str) -> None:
        from limits import parse  # noqa: PLC0415
        from limits.aio.storage import RedisStorage  # noqa: PLC0415
        from limits.aio.strategies import STRATEGIES  # noqa: PLC0415

        storage = RedisStorage(f"async+{url}", implementation="redispy")
        self._limiter = STRATEGIES[strategy](storage)
        self._burst, self._hour = parse(f"{BURST}/minute"), parse(f"{HOUR}/hour")

    async def take(self, caller: str) -> bool:
        """As above."""
        return await self._limiter.hit(self._burst, caller) and await self._limiter.hit(self._hour, caller)

    async def burst_used(self, caller: str) -> int:
        """As above."""
        return BURST - (await self._limiter.get_window_stats(self._burst, caller)).remaining


class OfDRF:
    """Django REST framework's SimpleRateThrottle on Django's Redis cache, in threads."""

    def __init__(self, url: str) -> None:
        from django.conf import settings  # noqa: PLC0415

        settings.configure(
            CACHES={"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": url}}
        )
        from django.core.cache import cache  # noqa: PLC0415
        from rest_framework.throttling import SimpleRateThrottle  # noqa: PLC0415

        class Throttle(SimpleRateThrottle):
            """Both limits differ in scope and rate only."""

            def __init__(self, scope: str, rate: str, caller: str) -> None:
                self.scope, self.rate, self.caller = scope, rate, caller
                super().__init__()

            def get_cache_key(self, _request: Any, _view: Any) -> str:
                """The caller of this order."""
                return f"{self.scope}-{self.caller}"

        self._throttle, self._cache = Throttle, cache
        self._threads = ThreadPoolExecutor(AT_ONCE)

    async def take(self, caller: str) -> bool:
        """As above."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._take, caller)

    def _take(self, caller: str) -> bool:
        limits: list[Any] = [
            self._throttle("burst", f"{BURST}/minute", caller),
            self._throttle("hour", f"{HOUR}/hour", caller),
        ]
        answers = [limit.allow_request(None, None) for limit in limits]  # DRF too asks all of them
        return all(answers)

    async def burst_used(self, caller: str) -> int:
        """As above."""
        return len(await asyncio.to_thread(self._cache.get, f"burst-{caller}", []))


WAYS: dict[str, Callable[[str], Way]] = {
    "ours": Ours,
    "ours, given back": OursGivingBack,
    "limits, moving window": lambda url: OfLimits(url, "moving-window"),
    "limits, fixed window": lambda url: OfLimits(url, "fixed-window"),
    "DRF SimpleRateThrottle": OfDRF,
}


async def work(way: Way) -> None:
    """Answer orders."""
    places = asyncio.Semaphore(AT_ONCE)
    await way.take("warm-up")
    say("ready")
    while line := await asyncio.to_thread(sys.stdin.readline):
        order = json.loads(line)
        if "each" in order:
            seconds = [await timed(way.take(f"{order['caller']}-{number}")) for number in range(order["each"])]
            say(statistics.median(seconds))
            continue
        if "used" in order:
            say(await way.burst_used(order["used"]))
            continue
        await asyncio.sleep(order["at"] - time.monotonic())
        started = time.monotonic()
        admitted = await asyncio.gather(*(_in_turn(places, way, order["caller"]) for _ in range(order["count"])))
        seconds_of_all = time.monotonic() - started
        say({"admitted": sum(admitted), "seconds": seconds_of_all})


async def _in_turn(places: asyncio.Semaphore, way: Way, caller: str) -> bool:
    async with places:
        return await way.take(caller)


async def timed(call: Awaitable[Any]) -> float:
    """Seconds it took."""
    started = time.perf_counter()
    await call
    return time.perf_counter() - started


def say(what: object) -> None:
    """One line of JSON."""
    print(json.dumps(what), flush=True)


if __name__ == "__main__":
    asyncio.run(work(WAYS[sys.argv[1]](sys.argv[2])))
