"""What every counter of requests promises: memory, one real server, and a real cluster of three."""

import asyncio
from dataclasses import replace

import pytest
import redis

from resilience.rates import Limit
from resilience.stores.memory_rates import MemoryRates
from resilience.stores.redis_rates import RedisRates
from resilience.testing import FakeClock

BURST = Limit(key="burst", amount=2, seconds=60.0)
HOUR = Limit(key="hour", amount=3, seconds=3600.0)


class MemoryCounter:
    """Counts in this process, on a fake clock."""

    def __init__(self):
        self._clock = FakeClock()
        self.rates = MemoryRates(self._clock)

    def pass_time(self, seconds):
        self._clock.advance(seconds)

    def as_of(self, counts, _seconds):
        """What was counted so long ago."""
        return counts


class RedisCounter:
    """Counts on real servers; time passes by moving what was counted into the past."""

    def __init__(self, rates, nodes):
        self.rates, self._nodes = rates, nodes

    def pass_time(self, seconds):
        for node in self._nodes:
            for key in node.scan_iter("pc:{rate:*"):
                steps = node.hgetall(key)
                back = round(seconds * 1000 * 100 / int(key.rpartition(b"/")[2]))
                node.delete(key)
                node.hset(key, mapping={int(step) - back: used for step, used in steps.items()})

    def as_of(self, counts, seconds):
        return [replace(count, step=count.step - round(seconds * 100 / count.limit.seconds)) for count in counts]


@pytest.fixture(params=["memory", "redis", "cluster"])
async def counter(request):
    """Each store in turn, empty."""
    if request.param == "memory":
        yield MemoryCounter()
        return
    servers = [request.getfixturevalue("valkey")] if request.param == "redis" else request.getfixturevalue("cluster")
    hosts = ",".join(f"127.0.0.1:{server.port}" for server in servers)
    scheme = "redis" if request.param == "redis" else "redis+cluster"
    nodes = [redis.Redis(port=server.port) for server in servers]
    for node in nodes:
        node.flushall()
    rates = RedisRates.from_url(f"{scheme}://{hosts}", total=3.0)
    yield RedisCounter(rates, nodes)
    await rates.close()
    for node in nodes:
        node.close()


async def test_take_admits_as_many_as_the_limit_says(counter):
    """The first two of three, and each knows how many are left."""
    taken = [await counter.rates.take("fern", [BURST]) for _ in range(3)]
    assert [each.admitted for each in taken] == [True, True, False]
    assert [each.counts[0].left for each in taken] == [1, 0, 0]
    assert [count.limit.key for count in taken[2].violated] == ["burst"]
    assert 59.0 <= taken[2].counts[0].wait <= 61.0


async def test_take_refused_by_one_limit_costs_nothing_in_the_others(counter):
    """A refused request is counted nowhere."""
    for _ in range(5):
        refused = await counter.rates.take("fern", [BURST, HOUR])
    assert not refused.admitted
    assert [count.used for count in refused.counts] == [2, 2]
    assert [count.limit.key for count in refused.violated] == ["burst"]


async def test_take_counts_each_group_and_key_by_itself(counter):
    """Nobody uses up what is somebody else's."""
    for _ in range(2):
        await counter.rates.take("fern", [BURST])
    assert (await counter.rates.take("moss", [BURST])).admitted
    assert (await counter.rates.take("fern", [HOUR])).admitted


async def test_take_of_many_at_once_admits_exactly_the_limit(counter):
    """No race lets one more through (law 2)."""
    limit = Limit(key="many", amount=100, seconds=3600.0)
    taken = [
        each
        for _ in range(10)
        for each in await asyncio.gather(*(counter.rates.take("fern", [limit]) for _ in range(15)))
    ]
    assert sum(each.admitted for each in taken) == 100


async def test_take_is_admitted_again_when_the_window_has_passed(counter):
    """A moving window: full until the first leaves it, never earlier than its length."""
    for _ in range(2):
        await counter.rates.take("fern", [BURST])
    counter.pass_time(57.0)
    assert not (await counter.rates.take("fern", [BURST])).admitted
    counter.pass_time(5.0)
    assert (await counter.rates.take("fern", [BURST])).counts[0].used == 1


async def test_give_back_makes_place_for_one_more_and_only_in_the_named_limits(counter):
    """What cost nothing is not counted."""
    taken = await counter.rates.take("fern", [BURST, HOUR])
    await counter.rates.give_back("fern", [taken.counts[1]])
    assert [count.used for count in (await counter.rates.take("fern", [BURST, HOUR])).counts] == [2, 1]


async def test_give_back_after_the_window_changes_nothing(counter):
    """Giving back late never lets more through than the limit."""
    taken = await counter.rates.take("fern", [BURST])
    counter.pass_time(120.0)
    for _ in range(2):
        await counter.rates.take("fern", [BURST])
    await counter.rates.give_back("fern", counter.as_of(taken.counts, 120.0))
    assert not (await counter.rates.take("fern", [BURST])).admitted


async def test_forget_leaves_nothing_of_these_limits_and_all_of_the_others(counter):
    """A caller who is no more has never asked (law 12)."""
    for group in ("fern", "moss"):
        for _ in range(2):
            await counter.rates.take(group, [BURST, HOUR])
    await counter.rates.forget("fern", [BURST, HOUR])
    fern = await counter.rates.take("fern", [BURST, HOUR])
    assert [count.used for count in fern.counts] == [1, 1]
    assert not (await counter.rates.take("moss", [BURST, HOUR])).admitted
