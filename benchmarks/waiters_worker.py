"""One process of benchmarks/waiters.py: some callers who want one answer at once. Started by it.

Arguments: the way to wait ("ours" or a lock's), the store's URL, how many callers. An order names the key, the moment
to begin, how long a call takes and whether it fails; the answer lists calls (begin, end) and when each caller had theirs.
"""

import asyncio
import json
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from typing import Any

import redis_lock
from redis import Redis

from resilience.answers import Answers
from resilience.cache import Archived, Fresh
from resilience.deadline import Deadline
from resilience.errors import ProviderUnavailable, ResilienceError
from resilience.ports import SystemClock
from resilience.stores.redis import RedisStore

ANSWER = b"the answer"
EXPIRE = 30  # seconds until a dead holder's lock is free, as the mission's plan has it

type Order = dict[str, Any]
type Told = dict[str, list[Any]]


class NoArchive:
    """A database that knows nothing."""

    async def find(self, _key: str) -> Archived | None:
        """None."""
        return None


async def ours(url: str, callers: int) -> None:
    """Answer orders with our own flights, in one event loop."""
    clock, store = SystemClock(), RedisStore.from_url(url)
    answers = Answers(store, archive=NoArchive(), clock=clock)
    await store.ping()
    answers.open()
    say("ready")
    while line := await asyncio.to_thread(sys.stdin.readline):
        order = json.loads(line)
        told: Told = {"calls": [], "answers": []}
        await asyncio.gather(*(_one_of_ours(answers, clock, order, told) for _ in range(callers)))
        say(told)
    await answers.close()
    await store.close()


async def _one_of_ours(answers: Answers, clock: SystemClock, order: Order, told: Told) -> None:
    async def ask() -> Fresh:
        begun = time.monotonic()
        await asyncio.sleep(order["seconds"])
        told["calls"].append((begun, time.monotonic()))
        if order["fails"]:
            provider = "bench"
            raise ProviderUnavailable(provider, "HTTP 503", charged=True)
        return Fresh(ANSWER)

    await asyncio.sleep(order["at"] - time.monotonic())
    try:
        got = await answers.get(order["key"], ask, deadline=Deadline.after(30.0, clock))
        outcome = got.payload.decode()
    except ResilienceError as error:
        outcome = type(error).__name__
    told["answers"].append((time.monotonic(), outcome))


def of_python_redis_lock(redis: Redis, key: str) -> AbstractContextManager[object]:
    """python-redis-lock, renewed by itself."""
    return redis_lock.Lock(redis, key, expire=EXPIRE, auto_renewal=True)  # type: ignore[no-any-return]


def of_redis_py(redis: Redis, key: str) -> AbstractContextManager[object]:
    """redis-py's own lock; it looks every 0.1 s."""
    return redis.lock(f"lock:{key}", timeout=EXPIRE)


LOCKS: dict[str, Callable[[Redis, str], AbstractContextManager[object]]] = {
    "python-redis-lock": of_python_redis_lock,
    "redis-py Lock": of_redis_py,
}


def with_lock(url: str, callers: int, lock: Callable[[Redis, str], AbstractContextManager[object]]) -> None:
    """Answer orders in threads: cache, lock, cache again, call, release."""
    redis = Redis.from_url(url, socket_timeout=60)  # its default ends the lock's own waiting
    redis.ping()
    say("ready")
    with ThreadPoolExecutor(callers) as threads:
        for line in sys.stdin:
            order = json.loads(line)
            told: Told = {"calls": [], "answers": []}
            for ended in [threads.submit(_one_with_lock, redis, lock, order, told) for _ in range(callers)]:
                ended.result()
            say(told)


def _one_with_lock(
    redis: Redis, lock: Callable[[Redis, str], AbstractContextManager[object]], order: Order, told: Told
) -> None:
    time.sleep(max(0.0, order["at"] - time.monotonic()))
    outcome = redis.get(order["key"])
    if outcome is None:
        with lock(redis, order["key"]):
            outcome = redis.get(order["key"]) or _call(redis, order, told)
    told["answers"].append((time.monotonic(), outcome.decode()))


def _call(redis: Redis, order: Order, told: Told) -> bytes:
    begun = time.monotonic()
    time.sleep(order["seconds"])
    told["calls"].append((begun, time.monotonic()))
    if order["fails"]:
        return ProviderUnavailable.__name__.encode()
    redis.set(order["key"], ANSWER)
    return ANSWER


def say(what: object) -> None:
    """One line of JSON."""
    print(json.dumps(what), flush=True)


if __name__ == "__main__":
    if sys.argv[1] == "ours":
        asyncio.run(ours(sys.argv[2], int(sys.argv[3])))
    else:
        with_lock(sys.argv[2], int(sys.argv[3]), LOCKS[sys.argv[1]])
