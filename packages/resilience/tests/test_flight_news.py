"""News from the store: whom it wakes, and which of it is one's own."""

import asyncio

import pytest

from resilience.errors import StoreUnavailable
from resilience.news import NewsDesk, happens_within
from resilience.ports import Hit
from resilience.stores.memory import MemoryStore
from resilience.testing import FakeClock


class Desk:
    """A news desk on a memory store, and what it told."""

    def __init__(self, store=None) -> None:
        self.store, self.told = store or MemoryStore(FakeClock()), []
        self.desk = NewsDesk(self.store, on_news=self.told.append, retry=0.001)
        self.desk.open()

    async def publish(self, key):
        """Somebody tells of `key`, and everybody has heard it."""
        await self.store.publish(key, token="x", hit=Hit(b"", 2e9, 2e9))
        await quiet()


@pytest.fixture
async def desk():
    """A desk that is closed after the test."""
    desk = Desk()
    await quiet()
    yield desk
    await desk.desk.close()


async def test_news_wakes_who_listens_to_the_key_and_nobody_else(desk):
    """News of one key is no news of another; a gap is news of all."""
    with desk.desk.listen("a") as a, desk.desk.listen("b") as b:
        await desk.publish("a")
        assert (a.is_set(), b.is_set()) == (True, False)
        desk.desk._tell("")
        assert b.is_set()
    assert desk.told == ["", "a", ""]


async def test_news_of_what_this_process_tells_is_for_others(desk):
    """A process does not distrust its own copy because of its own news; the next news of the key is somebody's."""
    with desk.desk.telling("a"):
        await desk.publish("a")
    assert desk.told == [""]
    await desk.publish("a")
    assert desk.told == ["", "a"]


async def test_news_after_telling_failed_counts_as_somebody_elses(desk):
    """When it is not known whether one's own news went out, the copy is given up rather than a deletion missed."""
    verb = "publish"
    with pytest.raises(StoreUnavailable), desk.desk.telling("a"):
        raise StoreUnavailable(verb)
    await desk.publish("a")
    assert desk.told == ["", "a"]


async def test_news_after_a_gap_counts_as_somebody_elses(desk):
    """One's own news may have been lost in the gap: what comes after it is a deletion, for all one knows (law 12)."""
    with desk.desk.telling("a"):
        desk.desk._tell("")
    await desk.publish("a")
    assert desk.told == ["", "", "a"]


async def test_news_of_a_store_that_fails_are_read_again():
    """A subscription that breaks is begun again, and the gap is told."""

    class Breaking(MemoryStore):
        broken = 0

        async def news(self):
            self.broken += 1
            if self.broken < 3:
                verb = "news"
                raise StoreUnavailable(verb)
            async for key in super().news():
                yield key

    desk = Desk(Breaking(FakeClock()))
    with desk.desk.listen("a") as a:
        while desk.store.broken < 3:
            await asyncio.sleep(0)
        await quiet()
        a.clear()
        await desk.publish("a")
        assert a.is_set()
    assert desk.told == ["", "", "", "a"]
    await desk.desk.close()


async def test_happens_within_tells_whether_it_did():
    """True as soon as it happens, False when the time is over."""
    event = asyncio.Event()
    assert not await happens_within(event, 0.001)
    asyncio.get_running_loop().call_soon(event.set)
    assert await happens_within(event, 60.0)


async def quiet():
    """Let everything that is under way come to its next wait."""
    for _ in range(20):
        await asyncio.sleep(0)
