"""Three hosts with addresses of their own share store, database, providers and files; one is cut off from them, and healed.

Needs root for network namespaces (support/network.py); CI has it. Without, the reason is said.
"""

import asyncio
import urllib.error
import urllib.request

import psycopg
import pytest
from network import find_reason_why_not

WHY_NOT = find_reason_why_not()
pytestmark = pytest.mark.skipif(bool(WHY_NOT), reason=WHY_NOT)
USED = "select provider, taken from plant_identification_quotaperiod where period like 'day:%'"
PROVIDERS = ("plant_id", "plantnet")
CALL_SECONDS, DEADLINE_SECONDS, LATE_MAX = 1.0, 15.0, 5.0


@pytest.fixture
async def cluster(hosts, reach):
    """The cluster at rest."""
    reach()
    hosts.simulator(lambda running: running.clear_faults())
    await hosts.begin_test()
    hosts.simulator(lambda running: running.reset())
    hosts.simulator(lambda running: running.inject("latency", times=None, seconds=CALL_SECONDS))
    return hosts


def calls(cluster):
    """Paid calls of each provider."""
    return [cluster.calls(name) for name in PROVIDERS]


def pids(cluster):
    """Nobody is started anew behind our back."""
    return [server.process.pid for server in cluster.servers if server.process.poll() is None]


async def statuses(cluster, name):
    """What each host says of one thing in its health."""
    return [check["status"] for check in await cluster.checks(name)]


async def used(cluster):
    """What the ledger says of today, by provider; read from here, which no cut touches."""

    def read():
        with psycopg.connect(cluster.environment["DATABASE_URL"]) as connection:
            return dict(connection.execute(USED).fetchall())

    return await asyncio.to_thread(read)


async def test_three_hosts_pay_once_and_share_photos(cluster, draw, long):
    """The same photo everywhere is one bill, others are one each; each host shows what another has stored (law 1)."""
    same, others = draw(), [draw() for _ in range(30 if long else 6)]
    replies = await cluster.storm([same] * 9 + others)
    assert {reply.status for reply in replies} == {200}
    assert min(calls(cluster)) == len(others) + 1
    assert max(calls(cluster)) <= cluster.at_most(len(others) + 1)
    for at, reply in enumerate(replies[-3:]):
        assert await status_of(cluster, reply.body["photos"][0]["url"], at=at) == 200


async def status_of(cluster, path, *, at):
    """Of a GET at one host."""

    def ask():
        try:
            with urllib.request.urlopen(cluster.servers[at].address + path, timeout=20) as reply:
                return reply.status
        except urllib.error.HTTPError as error:
            return error.code

    return await asyncio.to_thread(ask)


async def test_host_cut_off_from_the_store_goes_on_and_comes_back(cluster, network, draw, long):
    """Calls under way and new ones are answered; it says that it is degraded, alone; then all share again (law 1, law 8)."""
    alone, before, since = network.hosts[0], pids(cluster), await used(cluster)
    size = 15 if long else 6
    flying = cluster.begin_storm([draw() for _ in range(size)])
    await cluster.until(lambda: min(calls(cluster)) == size)
    alone.cut_off_from(network.store)
    try:
        replies = await flying
        replies += await cluster.storm([draw() for _ in range(size)])
        await cluster.until(lambda: is_degraded_alone(cluster))
        shared = await cluster.storm([draw()] * 9)
    finally:
        alone.heal(network.store)
    assert {reply.status for reply in (*replies, *shared)} == {200}
    assert {state for reply in replies for state in reply.states.values()} == {"ok"}
    assert min(calls(cluster)) >= 2 * size + 1
    assert max(calls(cluster)) <= 2 * size + 2  # the host that stands alone asks for itself, once
    await cluster.until(cluster.sees_its_store)
    paid = calls(cluster)
    await cluster.storm([draw()] * 9)
    assert [now - then for now, then in zip(calls(cluster), paid, strict=True)] == [1, 1]
    assert pids(cluster) == before
    await ledger_agrees(cluster, since)


async def is_degraded_alone(cluster):
    """Whether the first host says so of its store, and the others do not."""
    return await statuses(cluster, "store") == ["warn", "pass", "pass"]


async def test_host_cut_off_from_the_database_loses_no_paid_answer(cluster, network, draw, long):
    """Its clients are answered in time, with a problem where it must be; what it had paid for is there after (law 3, law 4)."""
    alone, before, since = network.hosts[0], pids(cluster), await used(cluster)
    photos = [draw() for _ in range(12 if long else 4)]
    flying = cluster.begin_storm(photos, over=[0])
    await cluster.until(lambda: min(calls(cluster)) == len(photos))
    alone.cut_off_from(network.database)
    try:
        others = cluster.begin_storm([draw() for _ in range(4)], over=[1, 2])
        more = await cluster.storm([draw() for _ in range(3)], over=[0])
        await cluster.until(lambda: says_database(cluster, {"fail", "warn"}))
        replies = await flying
    finally:
        alone.heal(network.database)
    assert {reply.status for reply in await others} == {200}
    told = (*replies, *more)
    assert {reply.status for reply in told} <= {200, 202, 503}
    assert max(reply.seconds for reply in told) < DEADLINE_SECONDS + LATE_MAX
    await cluster.until(lambda: says_database(cluster, {"pass"}), within=60)
    await cluster.until(cluster.is_quiet, within=60)
    paid = calls(cluster)
    again = await cluster.storm(photos, over=[1, 2])
    assert {reply.status for reply in again} == {200}
    assert {state for reply in again for state in reply.states.values()} == {"ok"}
    assert calls(cluster) == paid
    assert pids(cluster) == before
    await ledger_agrees(cluster, since)


async def says_database(cluster, words):
    """Whether the first host says one of these of its database."""
    return (await cluster.health(0))["checks"]["database"][0]["status"] in words


async def ledger_agrees(cluster, since):
    """Return when as much was taken of today's allowance since then as the providers have counted calls (law 2)."""

    async def agrees():
        now = await used(cluster)
        return [now[name] - since.get(name, 0.0) for name in PROVIDERS] == calls(cluster)

    await cluster.until(agrees)
