"""The exchange under both adapters: endings, cancelling, memory, many at once."""

import asyncio
import contextlib
import gc
import time
import tracemalloc

import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st
from yarl import URL

from identification.providers.http import (
    CATCH_UP_SECONDS,
    RETRY_AFTER_MAX,
    Call,
    NoReply,
    Reply,
    StreamedBody,
    exchange,
    open_session,
    parse_retry_after,
)
from identification.providers.plant_id import encode_question
from identification.providers.plantnet import encode_question as encode_form
from resilience.testing import FakeClock


def post(upstream, body=None):
    """A POST to the scripted upstream."""
    return Call(method="POST", url=URL(upstream.url), body=body)


class Sink:
    """A stream writer that keeps what it is given."""

    def __init__(self):
        self.pieces = []

    async def write(self, piece):
        """Keep a copy, as a socket would send it."""
        self.pieces.append(bytes(piece))


@pytest.mark.parametrize("provider", ["plant_id", "plantnet"])
async def test_cancelled_identify_passes_through_and_leaves_nothing(
    upstream, session, services, ask, deadline, provider
):
    """A cancelled call ends at once: no task, no connection, nothing asked afterwards."""
    service = services[provider]
    upstream.hang("POST")
    before = asyncio.all_tasks()
    task = asyncio.create_task(service.identify(ask(), deadline=deadline))
    while not upstream.heard:
        await asyncio.sleep(0)
    ours = asyncio.all_tasks() - before
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await asyncio.wait_for(upstream.hung_up.wait(), 1)
    assert task in ours
    assert session.connector._acquired == set()
    assert len(upstream.heard) == 1


async def test_cancelled_identify_during_the_looks_passes_through(upstream, session, ask, deadline):
    """Looking for a lost answer can be cancelled too, without another look."""
    from identification.providers.plant_id import PlantIDAPIService, PlantIDConfig  # noqa: PLC0415

    looking = asyncio.Event()

    async def wait_for_ever(_seconds: float) -> None:
        looking.set()
        await asyncio.Event().wait()

    service = PlantIDAPIService(session, PlantIDConfig(url=upstream.url, key="k"), sleep=wait_for_ever)
    upstream.reset("POST")
    upstream.reply("GET", b"", status=404)
    task = asyncio.create_task(service.identify(ask(), deadline=deadline))
    await looking.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert (upstream.count("POST"), upstream.count("GET")) == (1, 1)


class Standstill:
    """Lets the process of a test stand still: the time of its event loop leaps."""

    def __init__(self, monkeypatch):
        self._monkeypatch, self._loop = monkeypatch, asyncio.get_running_loop()

    def leap(self, seconds):
        """Nothing runs for so long."""
        time_before = self._loop.time
        self._monkeypatch.setattr(self._loop, "time", lambda: time_before() + seconds)


async def test_exchange_of_a_process_that_stood_still_reads_the_answer_that_came_meanwhile(
    upstream, session, monkeypatch
):
    """It is paid for (law 4), and the provider was not late."""
    standstill = Standstill(monkeypatch)

    async def answer_and_stop_us(_request):
        standstill.leap(60.0)
        return web.Response(body=b"here")

    upstream.replies["POST"].append(answer_and_stop_us)
    reply = await exchange(session, post(upstream), seconds=30)
    assert isinstance(reply, Reply)
    assert reply.body == b"here"


async def test_exchange_of_a_process_that_stood_still_ends_all_the_same(upstream, session, monkeypatch):
    """It catches up once, and not for ever."""
    standstill = Standstill(monkeypatch)
    upstream.hang("POST")
    asking = asyncio.create_task(exchange(session, post(upstream), seconds=30))
    while not upstream.heard:
        await asyncio.sleep(0)
    standstill.leap(60.0)
    for _ in range(10):
        await asyncio.sleep(0)
    assert not asking.done()
    standstill.leap(CATCH_UP_SECONDS)
    ended = await asking
    assert isinstance(ended, NoReply)
    assert ended.reason == "no complete answer within 30 s"


async def test_exchange_follows_no_redirect(upstream, session):
    """A key goes to the host it is for, whatever that host says."""
    upstream.reply("POST", b"", status=307, Location=f"{upstream.url}/elsewhere")
    reply = await exchange(session, post(upstream), seconds=1)
    assert isinstance(reply, Reply)
    assert (reply.status, len(upstream.heard)) == (307, 1)


async def test_exchange_keeps_no_cookie(upstream, session):
    """No state of one call goes into the next."""
    upstream.reply("GET", b"", Set_Cookie="a=b")
    call = Call(method="GET", url=URL(upstream.url))
    await exchange(session, call, seconds=1)
    await exchange(session, call, seconds=1)
    assert "Cookie" not in upstream.heard[1].headers


async def test_exchange_ignores_a_proxy_of_the_environment(upstream, session, monkeypatch):
    """A key is not sent through whatever HTTP_PROXY says."""
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    upstream.reply("GET", b"here")
    reply = await exchange(session, Call(method="GET", url=URL(upstream.url)), seconds=1)
    assert isinstance(reply, Reply)
    assert reply.body == b"here"


@pytest.mark.parametrize(("closed", "seconds", "reason"), [(True, 1.0, "closed"), (False, 0.0, "no time")])
async def test_exchange_that_cannot_start_sends_nothing(upstream, closed, seconds, reason):
    """No session or no time: no call, said as a value."""
    async with open_session() as session:
        if closed:
            await session.close()
        reply = await exchange(session, post(upstream), seconds=seconds)
    assert isinstance(reply, NoReply)
    assert reason in reply.reason
    assert (reply.sent, upstream.heard) == (False, [])


async def test_exchange_connections_are_bounded_and_reused(upstream):
    """No more connections than allowed, and the next calls take those that are open."""
    upstream.reply("POST", b"ok")
    async with open_session(connections=2) as session:
        replies = await asyncio.gather(*(exchange(session, post(upstream), seconds=2) for _ in range(20)))
        assert all(isinstance(reply, Reply) for reply in replies)
        assert sum(len(pool) for pool in session.connector._conns.values()) <= 2


def test_open_session_without_a_loop_is_refused():
    """A session belongs to the loop that made it: without one there is none."""
    with pytest.raises(RuntimeError):
        open_session()


async def test_exchange_early_refusal_of_a_large_body_is_heard(session, unused_tcp_port):
    """A server that refuses before it has read everything is understood, not taken for a lost connection."""

    async def refuse(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 413 Too Large\r\nContent-Length: 3\r\nConnection: close\r\n\r\nbig")
        await writer.drain()
        with contextlib.suppress(ConnectionError):
            while await reader.read(65536):
                pass
        writer.close()

    server = await asyncio.start_server(refuse, "127.0.0.1", unused_tcp_port)
    body = StreamedBody((b"x" * 65536 for _ in range(80)), size=80 * 65536, content_type="application/json")
    call = Call(method="POST", url=URL(f"http://127.0.0.1:{unused_tcp_port}"), body=body)
    reply = await exchange(session, call, seconds=2)
    server.close()
    await server.wait_closed()
    assert isinstance(reply, Reply)
    assert (reply.status, reply.body) == (413, b"big")


@pytest.mark.parametrize("encode", [encode_question, encode_form])
@given(sizes=st.lists(st.integers(0, 200_000), min_size=1, max_size=5))
def test_encoded_question_has_the_length_it_promises(encode, sizes):
    """Content-Length is exact for any photos, else the connection would be broken."""
    from identification.photo import NormalisedPhoto  # noqa: PLC0415
    from identification.question import Organ, Question  # noqa: PLC0415

    photos = tuple(
        NormalisedPhoto(digest="", width=1, height=1, large=bytes(size), medium=bytes(size), thumbnail=b"")
        for size in sizes
    )
    body = encode(Question(photos=photos, organs=(Organ.AUTO,) * len(photos), reference=1))
    sink = Sink()
    asyncio.run(body.write(sink))
    assert sum(len(piece) for piece in sink.pieces) == body.size
    assert max(len(piece) for piece in sink.pieces) <= 64 * 1024


@pytest.mark.parametrize("encode", [encode_question, encode_form])
async def test_streamed_body_copies_no_photo(ask, encode):
    """The body of five large photos needs one piece of memory at a time, and none once it is sent."""
    question = ask(*[1_000_000] * 5)

    class Drain:
        async def write(self, piece):
            """Take the piece, keep nothing."""

    tracemalloc.start()
    body = encode(question)
    await body.write(Drain())
    current, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 500_000
    assert current < 50_000


@pytest.mark.parametrize("provider", ["plant_id", "plantnet"])
async def test_waiting_call_holds_no_photo(upstream, services, ask, deadline, provider):
    """Once the body is sent, the waiting adapter has let go of the question and its photos."""
    service = services[provider]
    upstream.hang("POST")
    question = ask(50_000)
    photo = question.photos[0]
    pixels = photo.large if provider == "plant_id" else photo.medium
    task = asyncio.create_task(service.identify(question, deadline=deadline))
    del question
    while not upstream.heard:
        await asyncio.sleep(0)
    holders = [each for each in gc.get_referrers(photo) + gc.get_referrers(pixels) if isinstance(each, tuple | list)]
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert holders == []


async def test_streamed_body_has_no_text():
    """A body of megabytes is not decoded for a log."""
    body = StreamedBody((piece for piece in [b"x"]), size=1, content_type="application/json")
    with pytest.raises(TypeError):
        body.decode()


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120.0),
        ("0.5", 0.5),
        ("999999999", RETRY_AFTER_MAX),
        ("Thu, 01 Jan 2026 00:01:00 GMT", 60.0),
        ("Wed, 31 Dec 2025 23:59:00 GMT", 0.0),
        ("Thu, 01 Jan 2099 00:00:00 GMT", RETRY_AFTER_MAX),
        ("-5", None),
        ("soon", None),
        ("", None),
        ("1e9", None),
        ("١٢", None),
    ],
)
def test_parse_retry_after_in_both_forms(value, seconds):
    """Seconds or an HTTP date, bounded; anything else says nothing."""
    assert parse_retry_after({"Retry-After": value}, FakeClock()) == seconds


@given(value=st.text(max_size=40))
def test_parse_retry_after_any_text_is_bounded_or_nothing(value):
    """No header makes us wait for ever, or fail."""
    wait = parse_retry_after({"Retry-After": value}, FakeClock())
    assert wait is None or 0 <= wait <= RETRY_AFTER_MAX


async def test_exchange_total_time_includes_the_upload(session, unused_tcp_port):
    """A server that accepts and reads nothing cannot hold the upload beyond the end."""
    stuck = asyncio.Event()

    async def stare(_reader, writer):
        await stuck.wait()
        writer.close()

    server = await asyncio.start_server(stare, "127.0.0.1", unused_tcp_port, limit=1024)
    body = StreamedBody((b"x" * 65536 for _ in range(400)), size=400 * 65536, content_type="application/json")
    call = Call(method="POST", url=URL(f"http://127.0.0.1:{unused_tcp_port}"), body=body)
    started = time.monotonic()
    reply = await exchange(session, call, seconds=0.3)
    stuck.set()
    server.close()
    await server.wait_closed()
    assert isinstance(reply, NoReply)
    assert reply.sent
    assert time.monotonic() - started < 3.0
