"""What only the store in memory promises: bounds, and a clock that may sleep."""

import asyncio

import pytest

from resilience.ports import Hit, Lead
from resilience.stores.expiring import SWEEP_MIN, Expiring
from resilience.stores.memory import NEWS_MAX, MemoryStore
from resilience.testing import FakeClock


@pytest.fixture
def clock():
    """Time that moves when told to."""
    return FakeClock()


def hit(clock, payload=b"", *, fresh=100.0):
    """An answer of this clock's time."""
    return Hit(payload, clock.wall() + fresh, clock.wall() + 1_000)


async def test_answers_beyond_their_number_drop_the_oldest(clock):
    """A day of photos does not fill the memory."""
    store = MemoryStore(clock, answers_max=2)
    for key in ("one", "two", "three"):
        await store.publish(key, token="a", hit=hit(clock))
    assert await store.read("one") is None
    assert await store.read("two") is not None
    assert await store.read("three") is not None


async def test_answers_beyond_their_bytes_drop_the_oldest(clock):
    """Large answers push out as many as they need room for."""
    store = MemoryStore(clock, bytes_max=10)
    for key, size in (("one", 4), ("two", 4), ("one", 5), ("three", 6)):
        await store.publish(key, token="a", hit=hit(clock, bytes(size)))
    kept = [key for key in ("one", "two", "three") if await store.read(key)]
    assert kept == ["three"]
    await store.publish("four", token="a", hit=hit(clock, bytes(4)))
    assert await store.read("three") is not None


async def test_answer_larger_than_all_room_is_not_kept_and_drops_nothing(clock):
    """One answer cannot empty the store, and everybody is told all the same."""
    store = MemoryStore(clock, bytes_max=10)
    await store.publish("one", token="a", hit=hit(clock, bytes(4)))
    await store.join("two", token="a", lease=60)
    assert await store.publish("two", token="a", hit=hit(clock, bytes(11)))
    assert await store.read("two") is None
    assert await store.read("one") is not None


async def test_renewed_answer_counts_as_new(clock):
    """The oldest to go is the one published longest ago."""
    store = MemoryStore(clock, answers_max=2)
    for key in ("one", "two", "one", "three"):
        await store.publish(key, token="a", hit=hit(clock))
    assert await store.read("two") is None
    assert await store.read("one") is not None


async def test_thousands_of_ended_leads_failures_and_cells_are_let_go(clock):
    """No task sweeps, and still the dead never outnumber the living for long."""
    store = MemoryStore(clock)
    for number in range(10_000):
        key = str(number)
        await store.swap(key, version=0, value=b"", ttl=10)
        await store.order(key, "disabled", ttl=10)
        await store.join(key, token="a", lease=10)
        await store.publish_failure(key, token="a", payload=b"", ttl=10)
        await store.join(f"{key} abandoned", token="a", lease=10)
        clock.advance(1)
    for kept in (store._cells, store._orders, store._leads, store._failures):
        assert len(kept) <= SWEEP_MIN


def test_expiring_keeps_all_that_live():
    """Sweeping takes the dead only."""
    kept = Expiring()
    for number in range(1_000):
        kept.put(str(number), number, ends_at=10.0 if number % 2 else 20.0, now=0.0)
    for number in range(1_000, 3_000):
        kept.put(str(number), number, ends_at=20.0, now=15.0)
    assert [kept.find(str(number), now=15.0) for number in range(6)] == [0, None, 2, None, 4, None]
    assert all(kept.find(str(number), now=15.0) == number for number in range(1_000, 3_000))


def test_expiring_ends_at_its_end():
    """At the very moment it is over."""
    kept = Expiring()
    kept.put("a", 1, ends_at=10.0, now=0.0)
    assert kept.find("a", now=9.999) == 1
    assert kept.find("a", now=10.0) is None


class SteppingClock:
    """A machine's two clocks, each moved on its own."""

    def __init__(self) -> None:
        self.seconds, self.date = 1_000.0, 1_767_225_600.0

    def monotonic(self) -> float:
        return self.seconds

    def wall(self) -> float:
        return self.date


async def test_wall_clock_set_back_lengthens_no_lease():
    """Somebody who sets the clock back an hour does not make everybody wait for an hour."""
    clock = SteppingClock()
    store = MemoryStore(clock)
    await store.join("daisy", token="a", lease=10)
    before = (await store.load("plant-id")).now
    clock.date -= 3_600
    clock.seconds += 11
    assert await store.join("daisy", token="b", lease=10) == Lead()
    assert (await store.load("plant-id")).now == before + 11


async def test_machine_that_slept_wakes_on_the_right_day():
    """While a laptop sleeps its monotonic clock stands still; quotas of a day must not."""
    clock = SteppingClock()
    store = MemoryStore(clock)
    clock.date += 86_400
    assert (await store.load("plant-id")).now == clock.date
    clock.seconds += 5
    clock.date += 5
    assert (await store.load("plant-id")).now == clock.date


async def test_slow_listener_is_told_to_look_for_itself(clock):
    """Unheard messages are bounded; "" stands for those that were dropped."""
    store = MemoryStore(clock)
    news = store.news()
    assert await anext(news) == ""
    for number in range(NEWS_MAX + 2):
        await store.publish(str(number), token="a", hit=hit(clock))
    assert [await anext(news) for _ in range(2)] == ["", str(NEWS_MAX + 1)]
    await news.aclose()


async def test_listener_of_a_closed_store_ends(clock):
    """Who comes after closing is not left waiting."""
    store = MemoryStore(clock)
    await store.close()
    async with asyncio.timeout(1):
        assert [message async for message in store.news()] == []
    assert not store._listeners
