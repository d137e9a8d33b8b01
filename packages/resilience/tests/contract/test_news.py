"""What every store tells of outcomes, in memory and on real servers."""

import asyncio

from resilience.ports import Hit

BOUND = 5.0  # seconds; a message takes milliseconds


async def hear(news):
    """The next message."""
    async with asyncio.timeout(BOUND):
        return await anext(news)


async def test_news_begin_with_missed_messages(store):
    """Who begins to listen looks for itself first: what came before was not heard."""
    news = store.news()
    assert await hear(news) == ""
    await news.aclose()


async def test_news_tell_each_outcome_to_every_listener(stand):
    """Whoever waits, in whatever process, hears of the answer, the failure, the lead that is free, what was deleted."""
    store, listeners = stand.store, [stand.store.news(), stand.store.news()]
    for news in listeners:
        assert await hear(news) == ""
    await store.join("daisy", token="a", lease=60)
    await store.publish("daisy", token="a", hit=Hit(b"", stand.now() + 60, stand.now() + 60))
    await store.join("röslein", token="a", lease=60)
    await store.publish_failure("röslein", token="a", payload=b"down", ttl=60)
    await store.join("oak", token="a", lease=60)
    await store.leave("oak", token="a")
    await store.forget(["daisy", "lost here"])  # other processes may still have a copy of the second
    for news in listeners:
        assert sorted([await hear(news) for _ in range(5)]) == ["daisy", "daisy", "lost here", "oak", "röslein"]
        await news.aclose()


async def test_news_tell_nothing_where_nothing_happened(stand):
    """Late failures and leaves of who does not lead wake nobody."""
    store, news = stand.store, stand.store.news()
    assert await hear(news) == ""
    await store.publish_failure("late", token="a", payload=b"down", ttl=60)
    await store.leave("late", token="a")
    await store.join("late", token="a", lease=60)
    await store.publish("last", token="a", hit=Hit(b"", stand.now() + 60, stand.now() + 60))
    assert await hear(news) == "last"
    await news.aclose()


async def test_news_end_when_the_store_is_closed(store):
    """Closing ends who listens, wherever it stands, and leaves no task."""
    before = asyncio.all_tasks()
    waiting = asyncio.create_task(collect(store.news()))
    other = store.news()
    assert await hear(other) == ""
    await store.close()
    async with asyncio.timeout(BOUND):
        assert set(await waiting) <= {""}
        assert [message async for message in other] == []
    assert asyncio.all_tasks() == before


async def test_news_cancelled_leave_no_task_and_no_subscription(stand):
    """A process that stops listening is told nothing more."""
    before = asyncio.all_tasks()
    listening = asyncio.create_task(collect(stand.store.news()))
    await hear(other := stand.store.news())
    listening.cancel()
    await asyncio.wait([listening])
    await other.aclose()
    assert listening.cancelled()
    assert asyncio.all_tasks() == before


async def collect(news):
    """Every message until the end."""
    return [message async for message in news]
