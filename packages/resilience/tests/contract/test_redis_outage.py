"""What happens to a RedisStore whose server is frozen, gone, new, full, or says no: law 8."""

import asyncio
import contextlib
import time

import pytest
import redis

from resilience.errors import StoreUnavailable
from resilience.ports import Hit, Lead
from resilience.stores.redis import RedisStore
from resilience.stores.redis_link import BUSY, TOTAL
from resilience.testing_valkey import Sentinel, Valkey

LIMIT = 10 * TOTAL  # seconds; what a verb really costs is in benchmarks/, here the machine may be busy
BOUND = 10.0  # seconds for what has no limit of its own
HIT = Hit(b"Bellis perennis", 4e9, 5e9)
VERBS = {
    "ping": lambda store: store.ping(),
    "load_cell": lambda store: store.load("plant-id"),
    "swap_cell": lambda store: store.swap("plant-id", version=0, value=b"", ttl=60),
    "order_cell": lambda store: store.order("plant-id", "disabled"),
    "read": lambda store: store.read("daisy"),
    "join": lambda store: store.join("daisy", token="a", lease=60),
    "renew": lambda store: store.renew({"daisy": "a", "rose": "a"}, lease=60),
    "publish": lambda store: store.publish("daisy", token="a", hit=HIT),
    "publish_failure": lambda store: store.publish_failure("daisy", token="a", payload=b"", ttl=60),
    "leave": lambda store: store.leave("daisy", token="a"),
    "forget": lambda store: store.forget(["daisy", "rose"]),
}


@pytest.fixture
def server():
    """A server of this test's own, to be ill-treated."""
    with Valkey() as server:
        yield server


@pytest.fixture
async def store(server):
    """A store on it that has already been used, and is patient: others use this machine as well."""
    async with opened(server.url) as store:
        await store.load("plant-id")
        yield store


@pytest.fixture
async def strict(server):
    """A store on it that has already been used, with the limits it has in production."""
    async with opened(server.url, limit=TOTAL) as store:
        await until_it_works(store, "load_cell")
        yield store


@contextlib.asynccontextmanager
async def opened(url, *, limit=3.0, **options):
    """A store, closed in the end."""
    store = RedisStore.from_url(url, total=limit, **options)
    try:
        yield store
    finally:
        await store.close()


@contextlib.asynccontextmanager
async def saying(reply):
    """The URL of a server that answers every question with these bytes, slowly when they are many, or hangs up."""

    async def answer(reader, writer):
        with contextlib.suppress(OSError):
            while reply and await reader.read(65536):
                for number in range(len(reply)) if len(reply) > 200 else [...]:
                    writer.write(reply if number is ... else reply[number : number + 1])
                    await writer.drain()
                    await asyncio.sleep(0 if number is ... else 0.01)
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as listening:
        yield f"redis://127.0.0.1:{listening.sockets[0].getsockname()[1]}"
        listening.close_clients()


async def fail(store, verb):
    """The error a verb ends with, and the seconds it took: the best of three, others use this machine as well."""
    seconds = []
    while len(seconds) < 3 and min(seconds, default=LIMIT) >= LIMIT:
        start = time.perf_counter()
        with pytest.raises(StoreUnavailable) as caught:
            await VERBS[verb](store)
        seconds.append(time.perf_counter() - start)
    return caught.value, min(seconds)


async def until_it_works(store, verb):
    """What the verb gives once it works again."""
    async with asyncio.timeout(BOUND):
        while True:
            with contextlib.suppress(StoreUnavailable):
                return await VERBS[verb](store)
            await asyncio.sleep(0.01)


@pytest.mark.parametrize("verb", VERBS)
async def test_verb_on_a_frozen_server_fails_in_time_and_works_after(server, strict, verb):
    """A server that hangs costs a tenth of a second, on a known and on a new connection, and is forgiven (law 8)."""
    server.freeze()
    async with opened(server.url, limit=TOTAL) as new:
        (known_error, known), (new_error, fresh) = await fail(strict, verb), await fail(new, verb)
    server.thaw()
    assert (known_error.verb, new_error.verb) == (verb, verb)
    assert (known_error.detail, new_error.detail) == ("no reply in time", "no reply in time")
    assert known < LIMIT
    assert fresh < LIMIT
    await until_it_works(strict, verb)


@pytest.mark.parametrize("verb", VERBS)
async def test_verb_of_a_busy_loop_gets_the_reply_that_lies_in_its_socket(strict, verb):
    """A loop that does not turn for longer than a question may take does not mistake a living store for a dead one."""
    asking = asyncio.create_task(VERBS[verb](strict))
    for _ in range(8):  # until the question is out
        await asyncio.sleep(0)
    block_the_loop(3 * TOTAL)
    await asking


async def test_burst_on_a_busy_loop_is_answered(strict):
    """Also when each turn of the loop takes long, and every connection has to be made first."""
    asking = [asyncio.create_task(VERBS["join"](strict)) for _ in range(8)]
    while not all(each.done() for each in asking):
        block_the_loop(0.6 * TOTAL)
        await asyncio.sleep(0)
    assert [each.result() for each in asking] == [Lead()] * 8


def block_the_loop(seconds):
    """Let `seconds` go by without a turn of the event loop, as decoding, rendering or a busy machine does."""
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        pass


async def test_verb_on_a_killed_server_fails_in_time_and_works_after_a_restart(server, strict):
    """The same store goes on with the new server, which knows no script and no cell (law 8)."""
    for verb in VERBS:
        await until_it_works(strict, verb)
    server.kill()
    for verb in VERBS:
        error, seconds = await fail(strict, verb)
        assert error.verb == verb
        assert seconds < LIMIT
    server.start()
    assert (await until_it_works(strict, "load_cell")).version == 0
    for verb in VERBS:
        await until_it_works(strict, verb)


async def test_swap_after_everything_was_lost_is_refused(server, store):
    """Who loaded before the loss does not write over what came after, and versions do not come again (law 6)."""
    old = (await store.swap("plant-id", version=0, value=b"old", ttl=60)).cell
    with redis.Redis(port=server.port) as client:
        client.flushall()
    refused = await store.swap("plant-id", version=old.version, value=b"late", ttl=60)
    assert (refused.done, refused.cell.version) == (False, 0)
    new = await store.swap("plant-id", version=0, value=b"new", ttl=60)
    assert new.cell.version > old.version


async def test_verb_whose_script_the_server_forgot_sends_it_again(server, store):
    """A failover or SCRIPT FLUSH is not an outage."""
    with redis.Redis(port=server.port) as client:
        for ask in VERBS.values():
            client.script_flush()
            await ask(store)


async def test_idle_connection_that_was_closed_is_replaced_before_it_is_used(server, store):
    """A server or a middle box that drops idle connections costs no question."""
    for _ in range(3):
        with redis.Redis(port=server.port) as client:
            client.execute_command("CLIENT KILL TYPE normal SKIPME yes")
        async with asyncio.timeout(BOUND):
            while not await idle_is_closed(store):
                await asyncio.sleep(0)
        await store.load("plant-id")


async def idle_is_closed(store):
    """Whether this process has noticed."""
    return all([await idle.can_read() for idle in store._link._client.connection_pool._available_connections])


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize(
    "reply",
    [
        b"-LOADING Redis is loading the dataset in memory\r\n",
        b"-READONLY You can't write against a read only replica.\r\n",
        b"-OOM command not allowed when used memory > 'maxmemory'.\r\n",
        b"-NOAUTH Authentication required.\r\n",
        b"-CLUSTERDOWN The cluster is down\r\n",
        b"-MOVED 1 127.0.0.1:1\r\n",
        b"-BUSY Redis is busy running a script.\r\n",
        b"-ERR something new\r\n",
        b"-NOSCRIPT No matching script.\r\n",
        b"HTTP/1.1 400 Bad Request\r\n\r\n",
        b"",
        b"$1000\r\n" + 1000 * b"x",
    ],
)
async def test_verb_answered_with_an_error_is_unavailable_in_time(reply, verb):
    """Whatever stands there instead of a store, and however slowly it talks, callers see one error, in time."""
    async with saying(reply) as url, opened(url, limit=TOTAL) as store:
        error, seconds = await fail(store, verb)
    assert error.verb == verb
    assert seconds < LIMIT


async def test_writes_to_a_full_server_are_unavailable_and_reads_go_on(server, store):
    """OOM is no connection error, and still means: go on without it."""
    await store.publish("daisy", token="a", hit=HIT)
    with redis.Redis(port=server.port) as client:
        client.config_set("maxmemory", "1")
        error, _ = await fail(store, "swap_cell")
        assert "OOM" in str(error) or "OutOfMemory" in str(error)
        assert await store.read("daisy") == HIT
        client.config_set("maxmemory", "0")
    assert (await store.swap("plant-id", version=0, value=b"", ttl=60)).done


async def test_writes_to_a_replica_are_unavailable_until_it_leads(server):
    """After a failover without Sentinel the address may lead to the old primary for a while."""
    with Valkey("--replicaof", f"127.0.0.1 {server.port}") as replica, redis.Redis(port=replica.port) as client:
        async with opened(replica.url) as store:
            async with asyncio.timeout(BOUND):
                while client.info("replication")["master_link_status"] != "up":
                    await asyncio.sleep(0.01)
            error, _ = await fail(store, "swap_cell")
            assert "read only" in str(error).lower()
            assert (await store.load("plant-id")).version == 0
            client.replicaof("NO", "ONE")
            assert (await store.swap("plant-id", version=0, value=b"", ttl=60)).done


async def test_sentinel_leads_to_the_next_primary(server):
    """When the primary dies the store fails in time and then follows, without being made anew."""
    with Valkey("--replicaof", f"127.0.0.1 {server.port}") as replica, redis.Redis(port=replica.port) as client:
        async with asyncio.timeout(BOUND):
            while client.info("replication")["master_link_status"] != "up":
                await asyncio.sleep(0.01)
        with Sentinel(server) as sentinel, redis.Redis(port=sentinel.port) as watcher:
            async with opened(f"redis+sentinel://127.0.0.1:{sentinel.port}/plants", limit=TOTAL) as store:
                assert await until_it_works(store, "join") == Lead()
                news = store.news()
                async with asyncio.timeout(BOUND):
                    assert await anext(news) == ""
                    while watcher.sentinel_master("plants")["num-slaves"] != 1:
                        await asyncio.sleep(0.01)
                server.kill()
                _, seconds = await fail(store, "load_cell")
                assert seconds < LIMIT
                assert await until_it_works(store, "join") == Lead()
                async with asyncio.timeout(BOUND):
                    assert await anext(news) == ""
                await news.aclose()


async def test_password_is_sent_and_never_shown():
    """A store with a password works; a wrong one is an error without it (law 13)."""
    with Valkey("--requirepass", "s3cret!") as server:
        place = f"127.0.0.1:{server.port}"
        async with opened(f"redis://:s3cret%21@{place}/3") as store:
            assert await store.join("daisy", token="a", lease=60) == Lead()
        async with opened(f"redis://:wr0ng@{place}") as store:
            error, _ = await fail(store, "join")
            assert "wr0ng" not in f"{error!r} {error} {error.__cause__!r}"


async def test_unix_socket_is_as_good(server):
    """On one machine no port is needed."""
    async with opened(server.socket_url) as store:
        assert await store.join("daisy", token="a", lease=60) == Lead()


async def test_two_prefixes_share_a_server_without_meeting(server):
    """Staging and production on one server see nothing of each other."""
    async with opened(server.url, prefix="one:") as one, opened(server.url, prefix="two:") as two:
        await one.publish("daisy", token="a", hit=HIT)
        assert await two.read("daisy") is None
        with redis.Redis(port=server.port) as client:
            assert client.keys() == [b"one:{flight:daisy}:answer"]


async def test_more_questions_than_connections_wait_for_a_place(server):
    """A burst is slower, not refused, and never more than the allowed connections."""
    async with opened(server.url, connections=2) as store:
        cells = await asyncio.gather(*(store.load("plant-id") for _ in range(40)))
        assert len(cells) == 40
        with redis.Redis(port=server.port) as client:
            assert len(client.client_list(_type="normal")) <= 3


async def test_no_place_within_the_limit_is_this_process_being_busy(server):
    """Who never got to ask says so: nothing is known of the store then."""
    async with opened(server.url, connections=1, limit=TOTAL) as store:
        await until_it_works(store, "ping")
        server.freeze()
        errors = await asyncio.gather(*(store.load("plant-id") for _ in range(4)), return_exceptions=True)
        server.thaw()
        busy = [error.detail == BUSY for error in errors]
        assert (busy[0], busy[-1], busy) == (False, True, sorted(busy))  # how many get to ask depends on the machine
        await until_it_works(store, "load_cell")


@pytest.mark.parametrize("steps", range(16))
async def test_verb_cancelled_at_any_step_leaves_the_connection_usable(server, steps):
    """A cancelled question's reply is never taken for the next one's, and its place is free again."""
    async with opened(server.url, connections=1) as store:
        written = await store.swap("plant-id", version=0, value=b"value", ttl=60)
        for ask in VERBS.values():
            asking = asyncio.create_task(ask(store))
            for _ in range(steps):
                await asyncio.sleep(0)
            asking.cancel()
            await asyncio.wait([asking])
            assert (await store.load("plant-id")).version == written.cell.version


async def test_verb_cancelled_while_the_server_hangs_leaves_the_connection_usable(server, store):
    """The reply that comes late finds nobody, and is not read by the next question."""
    await store.swap("plant-id", version=0, value=b"value", ttl=60)
    server.freeze()
    asking = asyncio.create_task(store.join("daisy", token="a", lease=60))
    for _ in range(50):  # far beyond what it takes to send the question
        await asyncio.sleep(0)
    asking.cancel()
    await asyncio.wait([asking])
    server.thaw()
    assert asking.cancelled()
    assert (await store.load("plant-id")).value == b"value"
