"""A subscription that is cut, frozen or quiet: it comes back, and says that messages may have been missed."""

import asyncio

import pytest
import redis

from resilience.stores import redis_news
from resilience.stores.redis import RedisStore
from resilience.testing_valkey import Valkey

BOUND = 10.0


@pytest.fixture
def server():
    """A server of this test's own, to be ill-treated."""
    with Valkey() as server:
        yield server


@pytest.fixture
def pauses():
    """How long the store would have rested, in seconds."""
    return []


@pytest.fixture
async def store(server, pauses):
    """A store that takes no rest between attempts."""

    async def rest(seconds):
        pauses.append(seconds)
        await asyncio.sleep(0)

    store = RedisStore.from_url(server.url, sleep=rest, total=3.0)
    yield store
    await store.close()


async def hear(news):
    """The next message."""
    async with asyncio.timeout(BOUND):
        return await anext(news)


async def tell(store, key):
    """An outcome of the flight `key`."""
    await store.join(key, token="a", lease=60)
    await store.leave(key, token="a")


async def test_killed_subscription_comes_back_and_says_so(server, store, caplog):
    """Nobody waits for a message that was lost: "" makes everybody look for themselves. One line of log per change."""
    caplog.set_level("INFO", logger=redis_news.__name__)
    news = store.news()
    assert await hear(news) == ""
    with redis.Redis(port=server.port) as client:
        client.execute_command("CLIENT KILL TYPE pubsub")
    assert await hear(news) == ""
    await tell(store, "daisy")
    assert await hear(news) == "daisy"
    assert [record.levelname for record in caplog.records if record.name == redis_news.__name__] == [
        "WARNING",
        "INFO",
    ]
    await news.aclose()


async def test_server_that_is_away_is_tried_at_growing_intervals(server, store, pauses):
    """A server that comes back is found within five seconds and not hammered before."""
    news = store.news()
    assert await hear(news) == ""
    server.kill()
    coming = asyncio.create_task(hear(news))
    async with asyncio.timeout(BOUND):
        while len(pauses) < 10:
            await asyncio.sleep(0)
    server.start()
    assert await coming == ""
    assert pauses[:10] == [0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 5.0, 5.0, 5.0]
    await news.aclose()


async def test_server_that_was_never_there_is_waited_for(server, store):
    """A process starts without its store and hears of outcomes once it is there."""
    server.kill()
    coming = asyncio.create_task(hear(store.news()))
    await asyncio.sleep(0)
    server.start()
    assert await coming == ""


async def test_quiet_subscription_is_asked_whether_it_is_there(server, store, monkeypatch):
    """A quiet hour is no lost connection."""
    monkeypatch.setattr(redis_news, "QUIET_MAX", 0.01)
    news = store.news()
    assert await hear(news) == ""
    coming = asyncio.create_task(hear(news))
    with redis.Redis(port=server.port) as client:
        async with asyncio.timeout(BOUND):
            while client.info("commandstats").get("cmdstat_ping", {"calls": 0})["calls"] < 5:
                await asyncio.sleep(0)
    await tell(store, "daisy")
    assert await coming == "daisy"
    await news.aclose()


async def test_frozen_subscription_is_noticed(server, store, monkeypatch):
    """A connection that dies without a word is found out and replaced."""
    monkeypatch.setattr(redis_news, "QUIET_MAX", 0.01)
    monkeypatch.setattr(redis_news, "ANSWER_MAX", 0.05)
    news = store.news()
    assert await hear(news) == ""
    server.freeze()
    coming = asyncio.create_task(hear(news))
    async with asyncio.timeout(BOUND):
        while store._news._connections:
            await asyncio.sleep(0.001)
    server.thaw()
    assert await coming == ""
    await news.aclose()


async def test_close_while_resting_ends_at_once(server, pauses):
    """A store that is closed does not sit out its pause, and leaves no task."""
    before = asyncio.all_tasks()
    resting = asyncio.Event()

    async def rest(_seconds):
        resting.set()
        await asyncio.Event().wait()

    server.kill()
    store = RedisStore.from_url(server.url, sleep=rest, total=3.0)
    coming = asyncio.create_task(anext(store.news(), "the end"))
    async with asyncio.timeout(BOUND):
        await resting.wait()
        await store.close()
        assert await coming == "the end"
    assert asyncio.all_tasks() == before


async def test_listener_that_just_goes_leaves_no_subscription(server, store):
    """Who breaks out of the loop and forgets the rest is no longer told."""
    async for message in store.news():
        assert message == ""
        break
    with redis.Redis(port=server.port) as client:
        async with asyncio.timeout(BOUND):
            while client.pubsub_numsub("pc:news") != [(b"pc:news", 0)]:
                await asyncio.sleep(0)
