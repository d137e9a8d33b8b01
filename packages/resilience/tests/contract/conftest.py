"""The stores under one suite: memory, one real valkey-server, and a real cluster of three."""

import contextlib
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack
from typing import Protocol

import pytest
import redis

from resilience.stores.memory import MemoryStore
from resilience.stores.redis import RedisStore
from resilience.testing import FakeClock
from resilience.testing_valkey import Valkey, ValkeyCluster


class Stand(Protocol):
    """A store, and a hand on its time."""

    store: MemoryStore | RedisStore

    def now(self) -> float: ...

    def pass_time(self, seconds: float) -> None:
        """Let leases, failures, answers and cells grow older, without waiting."""
        ...


class MemoryStand:
    """The store of one process, on a fake clock."""

    def __init__(self) -> None:
        self._clock = FakeClock()
        self.store = MemoryStore(self._clock)

    def now(self) -> float:
        return self._clock.wall()

    def pass_time(self, seconds: float) -> None:
        self._clock.advance(seconds)


class RedisStand:
    """A store on real servers; time passes by shortening what every key has left."""

    def __init__(self, store: RedisStore, nodes: list[redis.Redis]) -> None:
        self.store, self._nodes = store, nodes

    def now(self) -> float:
        seconds, micros = self._nodes[0].time()
        return seconds + micros / 1e6

    def pass_time(self, seconds: float) -> None:
        for node in self._nodes:
            for key in node.scan_iter():
                self._age(node, key, seconds)

    @staticmethod
    def _age(node, key, seconds) -> None:
        if key.endswith(b":answer"):
            for name in ("fresh_until", "stale_until"):
                node.hset(key, name, f"{float(node.hget(key, name)) - seconds:.9f}")
        left = node.pttl(key)
        if left >= 0 and left <= seconds * 1000:
            node.delete(key)
        elif left >= 0:
            node.pexpire(key, left - round(seconds * 1000))


@pytest.fixture(scope="session")
def valkey() -> Iterator[Valkey]:
    """A real server, empty for each test that asks for a store on it."""
    with Valkey() as server:
        yield server


@pytest.fixture(scope="session")
def cluster() -> Iterator[list[Valkey]]:
    """Three real servers that hold a third of the slots each."""
    with ValkeyCluster() as servers:
        yield servers.nodes


@contextlib.asynccontextmanager
async def stand_on(url: str, servers: list[Valkey]) -> AsyncIterator[RedisStand]:
    """A store on these servers, emptied."""
    with ExitStack() as stack:
        nodes = [stack.enter_context(redis.Redis(port=server.port)) for server in servers]
        for node in nodes:
            node.flushall()
        store = RedisStore.from_url(url, total=3.0)  # what is promised here is not how fast
        yield RedisStand(store, nodes)
        await store.close()


@pytest.fixture
async def redis_stand(valkey) -> AsyncIterator[RedisStand]:
    """A store on the real server."""
    async with stand_on(valkey.url, [valkey]) as stand:
        yield stand


@pytest.fixture(params=["memory", "redis", "cluster"])
async def stand(request) -> AsyncIterator[Stand]:
    """Each store in turn."""
    if request.param == "memory":
        stand = MemoryStand()
        yield stand
        await stand.store.close()
    elif request.param == "redis":
        server = request.getfixturevalue("valkey")
        async with stand_on(server.url, [server]) as stand:
            yield stand
    else:
        servers = request.getfixturevalue("cluster")
        hosts = ",".join(f"127.0.0.1:{server.port}" for server in servers)
        async with stand_on(f"redis+cluster://{hosts}", servers) as stand:
            yield stand


@pytest.fixture
def store(stand) -> MemoryStore | RedisStore:
    """Each store in turn, where its time does not matter."""
    return stand.store


@pytest.fixture(scope="session")
def stands() -> tuple[type[MemoryStand], type[RedisStand]]:
    """Both kinds, for a test that plays on them side by side."""
    return MemoryStand, RedisStand
