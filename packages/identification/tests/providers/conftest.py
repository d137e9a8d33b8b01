"""A scripted upstream on loopback, and questions to ask it."""

import asyncio
import json
import random
from collections import defaultdict, deque
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from identification.photo import NormalisedPhoto
from identification.providers.http import open_session
from identification.providers.plant_id import PlantIDAPIService, PlantIDConfig
from identification.providers.plantnet import PlantNetAPIService, PlantNetConfig
from identification.question import Organ, Place, Question
from resilience.deadline import Deadline
from resilience.ports import SystemClock
from resilience.testing import FakeClock

KEY = "k3y/with+signs=&%never-shown"
REFERENCE = 9_007_199_254_740_881


@dataclass
class Heard:
    """One request as it came in."""

    method: str
    path: str
    query: dict[str, str]
    headers: Any
    body: bytes


@dataclass
class Upstream:
    """Answers each request of a method with the next laid-out reply; the last one stays."""

    heard: list[Heard] = field(default_factory=list)
    replies: dict[str, deque[Callable[[web.Request], Awaitable[web.StreamResponse]]]] = field(
        default_factory=lambda: defaultdict(deque)
    )
    url: str = ""
    hung_up: asyncio.Event = field(default_factory=asyncio.Event)

    def reply(self, method: str, body: Any = b"", *, status: int = 200, **headers: str) -> None:
        """Lay out a plain reply; anything but bytes goes as JSON."""
        content = body if isinstance(body, bytes) else json.dumps(body).encode()

        async def answer(_request: web.Request) -> web.Response:
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            return web.Response(status=status, body=content, headers=named)

        self.replies[method].append(answer)

    def reset(self, method: str) -> None:
        """Lay out a connection that is cut without a word, once the request is read."""
        self.replies[method].append(_reset)

    def hang(self, method: str) -> None:
        """Lay out an answer that never comes."""

        async def answer(request: web.Request) -> web.StreamResponse:
            try:
                await asyncio.Event().wait()
            finally:
                self.hung_up.set()
            return web.Response()

        self.replies[method].append(answer)

    def trickle(self, method: str) -> None:
        """Lay out an answer that never ends, byte by byte."""
        self.replies[method].append(_trickle)

    def cut(self, method: str, body: bytes) -> None:
        """Lay out an answer that promises more than it sends."""

        async def answer(request: web.Request) -> web.StreamResponse:
            response = web.StreamResponse(headers={"Content-Length": str(len(body) * 2)})
            await response.prepare(request)
            await response.write(body)
            assert request.transport is not None
            request.transport.abort()
            return response

        self.replies[method].append(answer)

    def count(self, method: str) -> int:
        """How many requests of this method came in."""
        return sum(heard.method == method for heard in self.heard)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Note the request, and give the next reply."""
        body = await request.read()
        self.heard.append(Heard(request.method, request.path, dict(request.query), request.headers.copy(), body))
        waiting = self.replies[request.method]
        return await (waiting.popleft() if len(waiting) > 1 else waiting[0])(request)


async def _reset(request: web.Request) -> web.StreamResponse:
    assert request.transport is not None
    request.transport.abort()
    return web.Response()


async def _trickle(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse()
    await response.prepare(request)
    try:
        while True:
            await response.write(b" ")
            await asyncio.sleep(0.01)
    except (ConnectionError, asyncio.CancelledError):
        return response


@pytest.fixture
async def upstream() -> AsyncIterator[Upstream]:
    """The scripted provider, listening."""
    script = Upstream()
    app = web.Application(client_max_size=64 * 1024 * 1024)
    app.router.add_route("*", "/{path:.*}", script.handle)
    server = TestServer(app, host="127.0.0.1")
    await server.start_server(access_log=None)  # its log is theirs, not ours
    script.url = str(server.make_url("/")).rstrip("/")
    yield script
    await server.close()


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    """The pooled session."""
    async with open_session() as opened:
        yield opened


@pytest.fixture
def clock() -> FakeClock:
    """A clock that the service's pauses move."""
    return FakeClock()


@pytest.fixture
def pauses() -> list[float]:
    """The pauses the service made."""
    return []


@pytest.fixture
def plant_id(upstream, session, clock, pauses) -> PlantIDAPIService:
    """Plant.id's adapter, asking the scripted upstream; its pauses take no time."""

    async def pause(seconds: float) -> None:
        pauses.append(seconds)
        clock.advance(seconds)

    return PlantIDAPIService(session, PlantIDConfig(url=upstream.url, key=KEY, timeout=0.5), sleep=pause)


@pytest.fixture
def plantnet(upstream, session) -> PlantNetAPIService:
    """Pl@ntNet's adapter, asking the scripted upstream."""
    return PlantNetAPIService(session, PlantNetConfig(url=upstream.url, key=KEY, timeout=0.5))


@pytest.fixture
def services(plant_id, plantnet) -> dict[str, PlantIDAPIService | PlantNetAPIService]:
    """Both adapters by name."""
    return {"plant_id": plant_id, "plantnet": plantnet}


@pytest.fixture
def key() -> str:
    """The key that nobody may ever see."""
    return KEY


@pytest.fixture
def deadline(clock) -> Deadline:
    """Thirty seconds from now."""
    return Deadline.after(30.0, clock)


@pytest.fixture
def real_deadline() -> Deadline:
    """Thirty seconds from now, on the machine's clock."""
    return Deadline.after(30.0, SystemClock())


@pytest.fixture
def ask() -> Callable[..., Question]:
    """Makes a question of photos with the given sizes in bytes."""

    def make(
        *sizes: int, organs: tuple[Organ, ...] | None = None, place: Place | None = None, **options: Any
    ) -> Question:
        chance = random.Random(7)
        lengths = sizes or (1000,)
        photos = tuple(
            NormalisedPhoto(
                digest=f"{position}",
                width=1,
                height=1,
                large=chance.randbytes(length),
                medium=chance.randbytes(length),
                thumbnail=b"",
            )
            for position, length in enumerate(lengths)
        )
        chosen = organs or (Organ.AUTO,) * len(photos)
        return Question(photos=photos, organs=chosen, reference=REFERENCE, place=place, **options)

    return make
