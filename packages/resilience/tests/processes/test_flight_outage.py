"""A real server dies and comes back in the middle of a call."""

import asyncio
import time

import pytest

from resilience.cache import Source
from resilience.deadline import Deadline
from resilience.ports import SystemClock
from resilience.stores.redis import RedisStore
from resilience.testing_valkey import Valkey

ANSWER_MAX = (
    1.0  # seconds an answer may take with the server gone; each costs at most one 0.1 s, the rest is the machine
)


@pytest.fixture
async def outage(new_cluster):
    """A cluster of two processes on a real server, each with its own connections, and that server."""
    cluster = new_cluster()
    cluster.clock = cluster.provider.clock = SystemClock()
    with Valkey() as server:
        stores = [RedisStore.from_url(server.url) for _ in range(2)]
        for cluster.store in stores:
            cluster.start(1, lease=1.0)
        yield cluster, server
        await cluster.close()
        for store in stores:
            await store.close()


@pytest.mark.parametrize("way", ["kill", "freeze"])
async def test_get_while_the_server_is_gone_is_answered_and_collapses_again_after(outage, way):
    """A dead or frozen Redis delays nobody; on its return the running call leads again, and costs once (laws 1, 8)."""
    cluster, server = outage
    one, other = cluster.processes
    cluster.provider.hold()
    leader = cluster.get(one)
    await cluster.provider.called.wait()
    getattr(server, way)()
    cluster.provider.let_go()
    began = time.monotonic()
    alone = [await cluster.get(other, f"key {number}") for number in range(20)]
    assert time.monotonic() - began < ANSWER_MAX
    assert {got.source for got in alone} == {Source.FRESH}
    assert (await leader).source is Source.FRESH
    cluster.provider.hold()
    cluster.provider.calls = 0
    second = cluster.get(one, "second")
    await cluster.provider.called.wait()
    {"kill": server.start, "freeze": server.thaw}[way]()
    await until(lambda: "lead_regained" in cluster.events and not one.health.degraded)
    waiting = cluster.get(other, "second")
    await until(lambda: "Wait" in cluster.roads[1].heard)
    cluster.provider.let_go()
    assert (await second).source is Source.FRESH
    assert (await waiting).source is Source.COLLAPSED
    assert cluster.provider.calls == 1


async def until(condition, *, seconds=10.0):
    """Wait for something that comes by itself; fail when it does not."""
    deadline = Deadline.after(seconds, SystemClock())
    while not condition():
        assert deadline.remaining() > 0, "it did not come"
        await asyncio.sleep(0.001)
