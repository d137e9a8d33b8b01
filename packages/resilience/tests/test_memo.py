"""Facts that the whole cluster remembers: what it costs to lose one is work, and never a failure."""

import pytest

from resilience.memo import Memo
from resilience.ports import Hit
from resilience.store_breaker import StoreHealth
from resilience.stores.memory import MemoryStore
from resilience.testing import FakeClock

SECONDS = 100.0


@pytest.fixture
def clock():
    """Stands still."""
    return FakeClock()


@pytest.fixture
def store(clock):
    """What the processes share."""
    return MemoryStore(clock)


@pytest.fixture
def start(store, clock, road_to):
    """Starts a process; its road to the store can be taken away."""

    def start_process(**limits):
        road = road_to(store)
        return Memo(road, StoreHealth(clock), clock, **{"seconds": SECONDS} | limits), road

    return start_process


async def test_memo_of_one_process_is_known_to_the_others(start):
    """What one found out nobody finds out again; after the first look it costs no round trip."""
    (one, _), (other, road) = start(), start()
    await one.keep("leaf.jpg", b"monstera")
    assert await other.find("leaf.jpg") == b"monstera"
    assert await other.find("leaf.jpg") == b"monstera"
    assert road.said == ["read"]


async def test_memo_of_what_nobody_kept_is_none(start):
    """Not known is an answer too."""
    memo, _ = start()
    assert await memo.find("leaf.jpg") is None


async def test_memo_is_forgotten_when_its_time_is_over(start, clock):
    """In the process that kept it and in the store."""
    (one, _), (other, _) = start(), start()
    await one.keep("leaf.jpg", b"monstera")
    clock.advance(SECONDS + 1)
    assert (await one.find("leaf.jpg"), await other.find("leaf.jpg")) == (None, None)


async def test_memo_without_the_store_is_this_process_own(start):
    """A store that is away is like having forgotten: no error, and what is known here stays known (law 8)."""
    (one, road), (other, _) = start(), start()
    road.down = True
    await one.keep("leaf.jpg", b"monstera")
    assert await one.find("leaf.jpg") == b"monstera"
    assert await one.find("flower.jpg") is None
    assert await other.find("leaf.jpg") is None


async def test_memo_that_cannot_be_read_counts_as_none(start, store, clock):
    """What another version wrote is found out again."""
    memo, _ = start()
    await store.publish("leaf.jpg", token="a", hit=Hit(b"\xff\xff", clock.wall() + 60, clock.wall() + 60))
    assert await memo.find("leaf.jpg") is None


async def test_memo_of_more_than_there_is_room_for_asks_the_store_again(start):
    """A process keeps the facts it needs most; the store has the others."""
    memo, road = start(max_bytes=800)
    for number in range(5):
        await memo.keep(f"{number}.jpg", b"monstera")
    road.said.clear()
    assert await memo.find("4.jpg") == b"monstera"
    assert road.said == []
    assert await memo.find("0.jpg") == b"monstera"
    assert road.said == ["read"]


async def test_memo_forgotten_is_forgotten_everywhere(start):
    """Here, in the store, and by its news in the process of another (law 12)."""
    (one, _), (other, _) = start(), start()
    await one.keep("leaf.jpg", b"monstera")
    assert await other.find("leaf.jpg") == b"monstera"
    await one.forget(["leaf.jpg"])
    other.hear("leaf.jpg")
    assert (await one.find("leaf.jpg"), await other.find("leaf.jpg")) == (None, None)


async def test_memo_after_missed_news_believes_only_the_store(start, store):
    """What was forgotten while nothing was heard is not remembered here."""
    memo, _ = start()
    await memo.keep("leaf.jpg", b"monstera")
    await store.forget(["leaf.jpg"])
    memo.hear("")
    assert await memo.find("leaf.jpg") is None
