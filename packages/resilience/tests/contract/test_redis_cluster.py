"""What a RedisStore does when a cluster changes or loses a node."""

import asyncio
import contextlib
import time

import pytest
import redis

from resilience.errors import StoreUnavailable
from resilience.ports import Lead
from resilience.stores.redis import RedisStore
from resilience.stores.redis_link import TOTAL

LIMIT = 0.2  # seconds; a verb costs at most 0.15, the rest is the machine's
BOUND = 10.0  # seconds for what has no limit of its own


@contextlib.asynccontextmanager
async def opened(cluster, *, limit=3.0):
    """A store that knows one node's address and finds the others."""
    store = RedisStore.from_url(f"redis+cluster://127.0.0.1:{cluster[0].port}", total=limit)
    try:
        yield store
    finally:
        await store.close()


def find_key(cluster, number):
    """A key that lives on this node, and its slot."""
    with redis.Redis(port=cluster[number].port) as client:
        for count in range(1_000):
            slot = client.cluster("KEYSLOT", f"flight:{count}")
            if 16384 * number // 3 <= slot < 16384 * (number + 1) // 3:
                client.delete(f"pc:{{flight:{count}}}:lead")
                return str(count), slot
    return None


async def fail(store, key):
    """The seconds until a join fails, the best of three: others use this machine as well."""
    seconds = LIMIT
    for _ in range(3):
        start = time.perf_counter()
        with pytest.raises(StoreUnavailable):
            await store.join(key, token="a", lease=60)
        seconds = min(seconds, time.perf_counter() - start)
    return seconds


async def until_led(store, key):
    """What join gives once it works."""
    async with asyncio.timeout(BOUND):
        while True:
            with contextlib.suppress(StoreUnavailable):
                return await store.join(key, token="a", lease=60)


async def test_keys_are_spread_over_the_nodes(cluster):
    """What one script touches is on one node, the rest wherever the cluster wants it."""
    async with opened(cluster) as store:
        for number in range(3):
            key, _ = find_key(cluster, number)
            assert await store.join(key, token="a", lease=60) == Lead()
            with redis.Redis(port=cluster[number].port) as client:
                assert client.exists(f"pc:{{flight:{key}}}:lead")


async def test_slot_that_moved_is_followed(cluster):
    """A cluster that is grown or rebalanced is no outage."""
    key, slot = find_key(cluster, 0)
    with redis.Redis(port=cluster[0].port) as old, redis.Redis(port=cluster[1].port) as new:
        homes = [client.execute_command("CLUSTER MYID") for client in (old, new)]
        async with opened(cluster) as store:
            await store.ping()
            for client in (new, old):
                client.execute_command("CLUSTER SETSLOT", slot, "NODE", homes[1])
            assert await store.join(key, token="a", lease=60) == Lead()
            assert new.delete(f"pc:{{flight:{key}}}:lead") == 1
            for client in (old, new):
                client.execute_command("CLUSTER SETSLOT", slot, "NODE", homes[0])
            assert await store.join(key, token="b", lease=60) == Lead()


async def test_frozen_node_fails_in_time_and_the_others_go_on(cluster):
    """Of a cluster with a node that hangs, the keys of that node are unavailable, not the store (law 8)."""
    here, there = find_key(cluster, 1)[0], find_key(cluster, 2)[0]
    async with opened(cluster, limit=TOTAL) as store:
        await until_led(store, here)
        cluster[2].freeze()
        try:
            assert await fail(store, there) < LIMIT
            assert await until_led(store, here) == Lead()
        finally:
            cluster[2].thaw()
        assert await until_led(store, there) == Lead()


async def test_cluster_that_is_not_there_fails_in_time_and_closes_cleanly():
    """Nothing at all answers: each verb fails in time (law 8), closing ends who listens and leaves no task."""
    before = asyncio.all_tasks()
    store = RedisStore.from_url("redis+cluster://127.0.0.1:1,127.0.0.1:2")
    assert await fail(store, "daisy") < LIMIT
    coming = asyncio.create_task(anext(store.news(), "the end"))
    await asyncio.sleep(0)
    await store.close()
    assert await coming == "the end"
    assert asyncio.all_tasks() == before
