"""The shared store frozen, killed, emptied or deaf: nobody's request fails of it, and it comes back by itself (law 8)."""

import os
import statistics
import time

import pytest

FREEZE_SECONDS, ADDED_MAX = 60.0, 0.2
TROUBLE = {
    "frozen": (lambda store: store.freeze(), lambda store: store.thaw()),
    "killed": (lambda store: store.kill(), lambda store: store.start()),
    "deaf": (lambda store: store.ask("CLIENT", "KILL", "TYPE", "pubsub"), lambda _store: None),
    "emptied": (lambda store: store.ask("FLUSHALL"), lambda _store: None),
}


def calls(cluster):
    """Paid calls at each provider."""
    return [cluster.calls("plant_id"), cluster.calls("plantnet")]


def slowest(replies):
    """Seconds of the reply that came last."""
    return max(reply.seconds for reply in replies)


async def all_warn(cluster):
    """Whether every server says that something is wrong."""
    return {(await cluster.health(at))["status"] for at in range(4)} == {"warn"}


@pytest.mark.parametrize("trouble", TROUBLE)
async def test_store_in_trouble_fails_no_request_and_costs_little_time(cluster, draw, trouble):
    """Calls under way and new ones are answered as before, each paid for once; then the cluster shares again (law 8)."""
    begin, end = TROUBLE[trouble]
    cluster.simulator(lambda running: running.inject("latency", times=None, seconds=1.0))
    calm = await cluster.storm([draw() for _ in range(8)])
    flying = cluster.begin_storm([draw() for _ in range(8)])
    await cluster.until(lambda: cluster.calls("plantnet") > 8)
    begin(cluster.store)
    try:
        replies = await flying
        replies += await cluster.storm([draw() for _ in range(8)])
        if trouble in {"frozen", "killed"}:
            await cluster.until(lambda: all_warn(cluster))
    finally:
        end(cluster.store)
    assert {reply.status for reply in (*calm, *replies)} == {200}
    assert {state for reply in replies for state in reply.states.values()} == {"ok"}
    assert slowest(replies) < 2 * slowest(calm) + 2.0
    assert calls(cluster) == [24, 24]
    await cluster.until(cluster.sees_its_store)
    before = cluster.at_most(0)
    await cluster.storm([draw()] * 20)
    assert max(calls(cluster)) <= 24 + cluster.at_most(1) - before


@pytest.mark.skipif(os.environ.get("CHAOS") != "long", reason="takes two minutes: make chaos")
async def test_store_frozen_for_a_minute_adds_little_to_each_request(cluster, draw):
    """Uploads go on all the time, none fails, and the usual one takes at most 0.2 s longer than before (law 8).

    The usual one is the median: the slowest says more of what else this machine was doing.
    """
    calm = await upload_for(FREEZE_SECONDS / 3, cluster, draw)
    cluster.store.freeze()
    try:
        frozen = await upload_for(FREEZE_SECONDS, cluster, draw)
        assert await all_warn(cluster)
    finally:
        cluster.store.thaw()
    assert {reply.status for reply in (*calm, *frozen)} == {200}
    assert {state for reply in frozen for state in reply.states.values()} == {"ok"}
    assert median(frozen) <= median(calm) + ADDED_MAX
    assert calls(cluster) == [len(calm) + len(frozen)] * 2
    await cluster.until(cluster.sees_its_store)


async def upload_for(seconds, cluster, draw):
    """The replies to uploads for so long, one after another, at each server in turn."""
    replies, end = [], time.monotonic() + seconds
    while time.monotonic() < end:
        replies.append(await cluster.upload(draw(), at=len(replies) % 4))
    return replies


def median(replies):
    """Seconds of the usual reply."""
    return statistics.median(reply.seconds for reply in replies)


async def test_storm_of_one_photo_without_the_store_is_at_most_one_bill_per_server(cluster, draw):
    """Each process still flies together with itself (law 1 as far as a process can see)."""
    cluster.simulator(lambda running: running.inject("latency", times=None, seconds=1.0))
    cluster.store.kill()
    try:
        replies = await cluster.storm([draw()] * 40)
    finally:
        cluster.store.start()
    assert {reply.status for reply in replies} == {200}
    assert max(calls(cluster)) <= len(cluster.servers)
    await cluster.until(cluster.sees_its_store)
