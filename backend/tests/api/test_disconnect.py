"""A client that is gone, at whichever await of its request: nothing leaks, what was paid for is kept (law 4)."""

import asyncio
import threading
from functools import partial

import pytest
from aiohttp.web_protocol import RequestHandler
from django.db.models.signals import post_save

from apps.plant_identification.constants import INTAKE_AT_ONCE
from apps.plant_identification.models import Identification, ProviderAnswer
from apps.plant_identification.wiring import open_services
from plant_community_backend.asgi import http
from plant_community_backend.database import close_database_threads, in_database

IDENTIFY = "/api/v1/plant-identification/identify/"
HISTORY = "/api/v1/plant-identification/identifications/"
PROVIDERS = ("plant_id", "plantnet")
READ, LAST = 2, 14  # the body is read by await 2; an upload has 11 or 12 awaits, so the last numbers are never reached
KEPT_LAST = 9  # the same of an upload that is known, which has 7
STREAM_LAST = 20  # and of one that is answered as a stream, which has 16 or 17
DELETION_LAST = 20  # and of a deletion, which has 16 or 17
DRAIN_SECONDS = 10.0
TURNS = 200  # of the event loop, some milliseconds: the threads that the request waits for are at work by then


class Exchange:
    """One request straight to the application, without a server; `leave(upload)` is called at its await number `at`.

    The stages of an upload are, in their order: the body is read, the photo is looked for, developed and stored, the answer
    is waited for, the reply is sent.
    """

    def __init__(self, sent, *, method, path, at=0, leave=None, headers=()) -> None:
        self._line, self._sent, self._headers = (method, path), sent, headers
        self._at, self._leave = at, leave
        self._unread = [sent[: len(sent) // 2], sent[len(sent) // 2 :]]
        self.awaits, self.status, self.body = 0, 0, b""
        self.gone = asyncio.Event()  # the client has hung up
        self.task = asyncio.create_task(self._serve())

    async def _receive(self):
        """The body in two parts, then the end of the connection when it comes."""
        await asyncio.sleep(0)
        if self._unread and not self.gone.is_set():
            part = self._unread.pop(0)
            return {"type": "http.request", "body": part, "more_body": bool(self._unread)}
        await self.gone.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message) -> None:
        """Take a part of the reply, not at once."""
        await asyncio.sleep(0)
        self.status = message.get("status", self.status)
        self.body += message.get("body", b"")

    async def _serve(self) -> None:
        await self

    def __await__(self):
        """Serve the request, and count where it is suspended."""
        steps = http(self._scope(), self._receive, self._send).__await__()
        step = partial(steps.send, None)
        while True:
            try:
                waiting = step()
            except StopIteration:
                return
            self.awaits += 1
            if self.awaits == self._at:
                self._leave(self)
            try:
                step = partial(steps.send, (yield waiting))
            except BaseException as error:  # noqa: BLE001 - it is for the application
                step = partial(steps.throw, error)

    def _scope(self):
        (method, path), length = self._line, b"%d" % len(self._sent)
        return {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": path,
            "raw_path": path.encode(),
            "query_string": b"",
            "headers": [
                (b"host", b"127.0.0.1"),
                (b"content-type", b"image/jpeg"),
                (b"content-length", length),
                *self._headers,
            ],
            "client": ("127.0.0.1", 1),
            "server": ("127.0.0.1", 80),
        }


Upload = partial(Exchange, method="POST", path=IDENTIFY)


def hang_up(upload) -> None:
    """The server is told that the client is gone."""
    upload.gone.set()


def cancel(upload) -> None:
    """The server ends the request where it stands."""
    upload.task.cancel()


def cancel_later(upload, turns=TURNS) -> None:
    """The same, in the middle of what it waits for."""
    if turns:
        asyncio.get_running_loop().call_soon(cancel_later, upload, turns - 1)
    else:
        upload.task.cancel()


LEAVE = {"hangs up": hang_up, "is cancelled": cancel, "is cancelled a little later": cancel_later}
# Not cancelled while the body is read: Django leaves its file to the garbage collector then, and no server does that.
CASES = [(way, at) for way in LEAVE for at in range(1 if way == "hangs up" else READ + 1, LAST + 1)]


@pytest.fixture
async def services(transactional_db, against):
    """The services of a process, without the upkeep that runs beside them."""
    try:
        async with open_services() as opened:
            yield opened
    finally:
        close_database_threads()


async def drain(services) -> None:
    """Return when all that runs on by itself has ended."""
    async with asyncio.timeout(DRAIN_SECONDS):
        await services.runs.drain()
        await services.combined.drain()
        await services.history.flush()
        for guard in services.guards.values():
            await guard.drain()


def tasks():
    """The tasks of this event loop but those of the simulator, which lives in it too."""
    return {task for task in asyncio.all_tasks() if task.get_coro().__qualname__ != RequestHandler.start.__qualname__}


async def left_over(services, before):
    """What a request has left behind, by name; empty as soon as that is nothing."""
    give_up = asyncio.get_running_loop().time() + DRAIN_SECONDS
    while True:
        held = {
            "leads": services.answers.leads,
            "flights": services.answers.flights,
            "runs": len(services.runs),
            "reading": INTAKE_AT_ONCE - services.reading._value,
            "intake": INTAKE_AT_ONCE - services.intake._value,
            "connections": sum(len(each._session.connector._acquired) for each in services.providers.values()),
            "reports": sum(guard.settling for guard in services.guards.values()),
            "own": sum(len(guard.state.own) for guard in services.guards.values()),
            "reservations": sum(
                [len((await guard.state.peek())[0].reservations) for guard in services.guards.values()]
            ),
            "tasks": [task.get_name() for task in tasks() - before],
        }
        left = {name: what for name, what in held.items() if what}
        if not left or asyncio.get_running_loop().time() > give_up:
            return left
        await asyncio.sleep(0.005)


async def paid(simulator):
    """Answers in the archive, by provider, and the bills."""
    kept = await in_database(lambda: sorted(ProviderAnswer.objects.values_list("provider", flat=True)))
    return kept, sorted(name for name in PROVIDERS for _ in range(simulator.billing.accepted(name)))


@pytest.mark.parametrize(("way", "at"), CASES)
async def test_client_gone_at_any_await_leaks_nothing_and_keeps_what_was_paid(services, simulator, leaf, at, way):
    """Whenever it leaves: no lead, place, connection or task stays, each bill has its answer, and one is enough (law 4)."""
    simulator.inject("latency", times=2, seconds=0.05)
    before = tasks()
    upload = Upload(leaf, at=at, leave=LEAVE[way])
    await asyncio.gather(upload.task, return_exceptions=True)
    await drain(services)
    assert await left_over(services, before) == {}
    kept, bills = await paid(simulator)
    assert kept == bills
    again = Upload(leaf)
    await again.task
    assert again.status == 200
    await drain(services)
    assert await paid(simulator) == (list(PROVIDERS), list(PROVIDERS))
    assert await left_over(services, before) == {}


@pytest.mark.parametrize("at", range(READ + 1, LAST + 1))
async def test_client_gone_while_others_wait_for_the_same_costs_them_nothing(services, simulator, leaf, at):
    """Whose client leaves may be the one that asks for all: the others get its answer, for one bill (law 1, law 4)."""
    simulator.inject("latency", times=2, seconds=0.05)
    before = tasks()
    first = Upload(leaf, at=at, leave=hang_up)
    others = [Upload(leaf) for _ in range(3)]
    await asyncio.gather(first.task, *(other.task for other in others))
    assert {other.status for other in others} == {200}
    await drain(services)
    assert await paid(simulator) == (list(PROVIDERS), list(PROVIDERS))
    assert await left_over(services, before) == {}


@pytest.mark.parametrize("at", range(READ + 1, KEPT_LAST + 1))
async def test_client_of_a_known_photo_gone_at_any_await_leaks_nothing(services, simulator, leaf, at):
    """A hit that nobody is there to see costs nothing either, and no place in line."""
    await Upload(leaf).task
    await drain(services)
    before = tasks()
    upload = Upload(leaf, at=at, leave=cancel)
    await asyncio.gather(upload.task, return_exceptions=True)
    await drain(services)
    assert await left_over(services, before) == {}
    assert await paid(simulator) == (list(PROVIDERS), list(PROVIDERS))


@pytest.mark.parametrize("at", range(READ + 1, STREAM_LAST + 1))
async def test_client_of_a_stream_gone_at_any_await_leaks_nothing(services, simulator, leaf, at):
    """Who watches the progress and leaves between two events stops nothing: the run ends, its answers are kept (law 4)."""
    simulator.inject("latency", times=2, seconds=0.05)
    before = tasks()
    upload = Upload(leaf, at=at, leave=hang_up, headers=[(b"accept", b"text/event-stream")])
    await asyncio.gather(upload.task, return_exceptions=True)
    await drain(services)
    assert await left_over(services, before) == {}
    kept, bills = await paid(simulator)
    assert kept == bills


async def test_client_gone_while_its_question_is_stored_leaves_a_run_that_ends(services, leaf):
    """A stored question is run, whoever is left to see it: no row stays "running" that nobody runs (law 4)."""
    ended, loop = threading.Event(), asyncio.get_running_loop()
    upload = Upload(leaf)
    upload.task.add_done_callback(lambda _: ended.set())

    def leave(**_):
        """Hang up while the row is being written, and go on writing when the request has ended."""
        loop.call_soon_threadsafe(upload.gone.set)
        assert ended.wait(DRAIN_SECONDS)

    post_save.connect(leave, sender=Identification)
    try:
        await asyncio.gather(upload.task, return_exceptions=True)
    finally:
        post_save.disconnect(leave, sender=Identification)
    await drain(services)
    rows = await in_database(lambda: list(Identification.objects.values_list("status", flat=True)))
    assert rows == ["complete"]


@pytest.mark.parametrize("at", range(READ + 1, DELETION_LAST + 1))
async def test_deletion_whose_client_is_gone_is_carried_out(services, leaf, at):
    """A page that is left sends it, and its browser hangs up: the question, its photo and what is kept of it go (law 12)."""
    await Upload(leaf).task
    await drain(services)
    row = await in_database(Identification.objects.get)
    before = tasks()
    deletion = Exchange(b"", method="DELETE", path=f"{HISTORY}{row.pk}/", at=at, leave=hang_up)
    await deletion.task
    assert deletion.status == 204
    assert await in_database(lambda: (Identification.objects.count(), ProviderAnswer.objects.count())) == (0, 0)
    assert await left_over(services, before) == {}


async def test_upload_reaches_every_await_that_a_client_may_leave_at(services, leaf, make_photo):
    """The numbers above go beyond the request: a longer way through the server is noticed here."""
    upload = Upload(leaf)
    await upload.task
    known = Upload(leaf)
    await known.task
    stream = Upload(make_photo(), headers=[(b"accept", b"text/event-stream")])
    await stream.task
    await drain(services)
    row = await in_database(Identification.objects.first)
    deletion = Exchange(b"", method="DELETE", path=f"{HISTORY}{row.pk}/")
    await deletion.task
    assert READ < known.awaits <= KEPT_LAST
    assert READ < upload.awaits <= LAST
    assert READ < stream.awaits <= STREAM_LAST
    assert READ < deletion.awaits <= DELETION_LAST
