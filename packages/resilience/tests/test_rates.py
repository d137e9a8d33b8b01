"""Limits of a process, with and without a shared store."""

import pytest

from resilience.rates import Limit, Rates
from resilience.store_breaker import StoreHealth
from resilience.stores.memory_rates import MemoryRates
from resilience.stores.redis_rates import RedisRates
from resilience.testing import FakeClock
from resilience.testing_valkey import Valkey

LIMIT = Limit(key="hour", amount=3, seconds=3600.0)


@pytest.fixture
def valkey():
    """A real server of this test alone."""
    with Valkey() as server:
        yield server


@pytest.fixture
async def make_process(valkey):
    """Makes the limits of one more process, whose clock stands in for time."""
    made = []

    def make():
        clock = FakeClock()
        rates = Rates(MemoryRates(clock), RedisRates.from_url(valkey.url), StoreHealth(clock))
        made.append(rates)
        rates.clock = clock
        return rates

    yield make
    for rates in made:
        await rates.close()


async def admitted(rates, tries=5):
    """How many of some requests are let through."""
    return sum([(await rates.take("fern", [LIMIT])).admitted for _ in range(tries)])


async def test_rates_processes_share_a_limit(make_process):
    """What one process admits is missing to the other."""
    one, other = make_process(), make_process()
    assert await admitted(one, tries=2) == 2
    assert await admitted(other) == 1


async def test_rates_when_the_store_dies_the_limit_holds_for_each_process(make_process, valkey):
    """What a process admitted before counts on, so it never lets more through than the limit (law 8)."""
    one, other = make_process(), make_process()
    assert await admitted(one, tries=2) == 2
    valkey.kill()
    assert await admitted(one) == 1
    assert await admitted(other) == 3


async def test_rates_after_the_store_is_back_it_is_asked_again_and_old_counts_hold(make_process, valkey):
    """An empty store is no new allowance."""
    one, other = make_process(), make_process()
    await admitted(one, tries=1)
    valkey.kill()
    await admitted(one, tries=1)
    valkey.start()
    one.clock.advance(2.0)
    last = await one.take("fern", [LIMIT])
    assert last.shared
    assert last.admitted
    assert await admitted(one) == 0
    assert await admitted(other) == 2


async def test_rates_given_back_is_given_back_here_and_there(make_process):
    """Both counters forget it."""
    one, other = make_process(), make_process()
    taken = await one.take("fern", [LIMIT])
    after = await one.give_back(taken, {LIMIT.key})
    assert (taken.counts[0].left, after.counts[0].left) == (2, 3)
    assert await admitted(one) == 3
    assert await admitted(other) == 0


async def test_rates_refused_by_the_others_leaves_nothing_here(make_process):
    """A refusal costs nothing, also not in this process' own memory."""
    one, other = make_process(), make_process()
    assert await admitted(one) == 3
    assert not (await other.take("fern", [LIMIT])).admitted
    assert (await other._local.take("fern", [LIMIT])).counts[0].used == 1


async def test_memory_rates_forget_who_has_not_come_for_a_window():
    """A flood of addresses leaves no memory behind."""
    clock = FakeClock()
    rates = MemoryRates(clock)
    for number in range(1_000):
        await rates.take(f"address-{number}", [LIMIT])
    clock.advance(4_000.0)
    for number in range(2_000):
        await rates.take("fern", [Limit(key=f"{number}", amount=1, seconds=1.0)])
        clock.advance(1.0)
    assert len(rates) < 200


@pytest.mark.parametrize(("amount", "seconds"), [(0, 60.0), (1, 0.0)])
def test_limit_that_counts_nothing_is_refused(amount, seconds):
    """A mistake is told when it is made."""
    with pytest.raises(ValueError, match="at least one request"):
        Limit(key="x", amount=amount, seconds=seconds)
