"""One key, one bill in the whole cluster (law 1), and its outcome, good or bad, for everybody (law 3, law 5)."""

import asyncio
import os
import signal
import time

import pytest

PROVIDERS = ("plant_id", "plantnet")
FAILURE_SECONDS = 1.0  # for which a failure is shared: constants.FAILURE_SHARED_SECONDS
LEASE_SECONDS = 2.0  # CACHE_LOCK_EXPIRE of this cluster


def slow(seconds):
    """What makes every answer come after `seconds`."""
    return lambda running: running.inject("latency", times=None, seconds=seconds)


def most_calls(cluster):
    """Paid calls of the provider that had more of them."""
    return max(cluster.calls(name) for name in PROVIDERS)


async def test_storm_of_one_photo_over_four_servers_is_one_bill(cluster, draw, long):
    """Many upload the same photo at once: one paid call per provider, everybody is answered, and told so (law 1)."""
    size = 100 if long else 60
    cluster.simulator(slow(5.0 if long else 2.0))
    replies = await cluster.storm([draw()] * size)
    assert [reply.status for reply in replies] == [200] * size
    assert most_calls(cluster) == 1
    paid = sum(reply.body["cost"].get("plant_id", 0) for reply in replies)
    assert paid == cluster.billed("plant_id")
    assert any("collapsed" in reply.headers["Cache-Status"] for reply in replies)


DEADLINE_SECONDS, LATE_MAX = 30.0, 5.0  # of a server's patience; what a busy machine may add
SLOW_SERVERS = {
    "IDENTIFY_DEADLINE_SECONDS": str(DEADLINE_SECONDS),
    "PLANT_ID_TIMEOUT_SECONDS": "60",
    "PLANTNET_TIMEOUT_SECONDS": "60",
}


@pytest.mark.skipif(os.environ.get("CHAOS") != "long", reason="takes a minute: make chaos")
@pytest.mark.parametrize(("seconds", "status"), [(15.0, 200), (40.0, 202)])
async def test_storm_on_a_very_slow_provider_is_one_bill(start_cluster, draw, seconds, status):
    """Longer than each lock and each lease: one call, and everybody is answered or told by their deadline (law 1, law 3)."""
    cluster, photo = start_cluster(4, **SLOW_SERVERS), draw()
    cluster.simulator(slow(seconds))
    replies = await cluster.storm([photo] * 100)
    assert {reply.status for reply in replies} == {status}
    assert max(reply.seconds for reply in replies) < DEADLINE_SECONDS + LATE_MAX
    await cluster.until(lambda: is_kept(cluster, photo))
    assert most_calls(cluster) == 1


async def is_kept(cluster, photo):
    """Whether the last server answers with what was paid for."""
    reply = await cluster.upload(photo, at=3, headers={"Prefer": "wait=1"})
    return reply.status == 200 and set(reply.states.values()) == {"ok"}


async def test_storm_past_the_clients_deadline_is_told_to_come_back(cluster, draw):
    """A provider slower than anybody waits: 202 in time, one call, and its answer is there afterwards (law 1, law 3)."""
    cluster.simulator(slow(5.0))
    replies = await cluster.storm([draw()] * 40, headers={"Prefer": "wait=1"})
    assert [reply.status for reply in replies] == [202] * 40
    assert all(reply.headers["Retry-After"] for reply in replies)
    for reply in replies[:4]:
        await cluster.until(lambda reply=reply: is_complete(cluster, reply))
    assert most_calls(cluster) == 1


async def is_complete(cluster, reply):
    """Whether the identification behind a 202 has its answer, wherever it is read."""
    return (await cluster.read(reply, at=3))["status"] == "complete"


async def test_storm_on_a_failing_provider_is_one_failure_for_all(cluster, draw):
    """48 waiters, one failed call: all are answered by it; asked again only when its time is over (law 5)."""
    cluster.simulator(lambda running: running.inject("error_500", times=None))
    started = time.monotonic()
    replies = await cluster.storm([draw()] * 48)
    rounds = 1 + (time.monotonic() - started) // FAILURE_SECONDS
    assert {reply.status for reply in replies} == {503}
    assert {reply.headers["Content-Type"] for reply in replies} == {"application/problem+json"}
    assert most_calls(cluster) <= rounds


async def test_storm_on_a_provider_that_fails_late_is_answered_right_after(cluster, draw):
    """Everybody waits for the call under way; when it fails, nobody asks and nobody waits any longer (law 5)."""
    cluster.simulator(lambda running: running.configure({"plantnet_latency": {"seconds": 3.0}}))
    cluster.simulator(lambda running: running.inject("error_500", provider="plantnet", times=None, billed=True))
    replies = await cluster.storm([draw()] * 48)
    assert {reply.status for reply in replies} == {200}
    assert {reply.states["plantnet"] for reply in replies} == {"unavailable"}
    assert cluster.calls("plantnet") == 1
    waited = sorted(each["seconds"] for reply in replies for each in reply.body["providers"])
    assert waited[-1] < 2 * 3.0  # a second round would take as long again


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGSTOP])
async def test_leader_that_dies_or_freezes_costs_one_more_call(cluster, draw, end):
    """The next leader takes over within a lease; everybody else is answered, a late answer harms nobody (law 1, law 6)."""
    photo = draw()
    cluster.simulator(slow(5.0))
    leader = asyncio.create_task(cluster.upload(photo, at=0))
    await cluster.until(lambda: all(cluster.calls(name) for name in PROVIDERS))
    others = cluster.begin_storm([photo] * 30, over=[1, 2, 3])
    await cluster.until(lambda: all_wait(cluster))
    cluster.servers[0].process.send_signal(end)
    try:
        replies = await others
    finally:
        cluster.servers[0].process.send_signal(signal.SIGCONT if end == signal.SIGSTOP else signal.SIGKILL)
        ended = await leader
        cluster.replace_server(0) if end == signal.SIGKILL else None
    assert [reply.status for reply in replies] == [200] * 30
    assert ended.status == (0 if end == signal.SIGKILL else 200)
    assert most_calls(cluster) == 2
    assert min(reply.seconds for reply in replies) < 2 * (LEASE_SECONDS + 3.0)
    assert set((await cluster.upload(photo)).states.values()) == {"ok"}
    assert most_calls(cluster) == 2


async def all_wait(cluster):
    """Whether every server has uploads under way."""
    return all(check["observedValue"] for check in await cluster.checks("identifications:running"))
