"""What users do, all at once: known photos, new ones, new ones of many people, what is no photo, and their history."""

import asyncio
import contextlib
import io
import itertools
import random
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Self

import aiohttp
import msgspec
from PIL import Image

from plant_simulator.drawings import draw_sample_leaf

IDENTIFY = "/api/v1/plant-identification/identify/"
HISTORY = "/api/v1/plant-identification/identifications/"
SHARES = {"cached": 50, "history": 15, "lookup": 15, "fresh": 10, "refused": 6, "collapsed": 4}  # of 100 turns
TOGETHER = 3  # uploads of one new photo in a turn of "collapsed"
KNOWN, VISITORS = 20, 50
PATIENCE_SECONDS = 60.0
KEEPALIVE_SECONDS = 2.0  # less than any server's, so that a connection it gives up is never written to
REMEMBERED = 500  # identifications that are looked up again
PROBLEM = "application/problem+json"


@dataclass(slots=True, eq=False)
class Call:
    """One request and how it ended. `status` 0: the connection broke, or there was no answer in time (`why`)."""

    kind: str
    server: str
    began: float  # time.monotonic()
    ended: float = 0.0
    status: int = 0
    why: str = ""
    photo: int | None = None  # number of a new photo
    told: str = ""  # id of the identification that the answer names

    @property
    def seconds(self) -> float:
        """How long it took."""
        return self.ended - self.began


@dataclass(slots=True)
class Places:
    """Where requests go, as a load balancer knows it: a server's name, address and share."""

    by_name: dict[str, tuple[str, int]] = field(default_factory=dict)

    def pick(self, luck: random.Random) -> tuple[str, str]:
        """Name and address of one of them."""
        names = list(self.by_name)
        name = luck.choices(names, weights=[self.by_name[each][1] for each in names])[0]
        return name, self.by_name[name][0]


class Photos:
    """Photos that are all different, each made when it is needed; photo `number` is always the same."""

    def __init__(self) -> None:
        self._scene = Image.open(io.BytesIO(draw_sample_leaf(width=400, height=300))).convert("RGB")

    def make(self, number: int) -> bytes:
        """The JPEG."""
        picture, luck = self._scene.copy(), random.Random(number)
        for _ in range(6):
            x, y = luck.randrange(384), luck.randrange(284)
            picture.paste(tuple(luck.randbytes(3)), (x, y, x + 16, y + 16))
        stream = io.BytesIO()
        picture.save(stream, "JPEG", quality=90)
        return stream.getvalue()


class MixedLoad:
    """Takes turns at the servers in `places`, and notes every request in `calls`."""

    def __init__(self, places: Places, *, seed: int = 0) -> None:
        self.places, self.photos = places, Photos()
        self.calls: list[Call] = []
        self.under_way: set[Call] = set()
        self.held_back = 0
        self._luck = random.Random(seed)
        self._numbers = itertools.count(KNOWN)
        self._known = [self.photos.make(number) for number in range(KNOWN)]
        self._visitors = [f"visitor-{number:03d}-of-the-load-generator" for number in range(VISITORS)]
        self._told: list[tuple[str, str]] = []  # identification and visitor, the last REMEMBERED
        self._client: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        self._client = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=KEEPALIVE_SECONDS),
            timeout=aiohttp.ClientTimeout(total=PATIENCE_SECONDS),
            cookie_jar=aiohttp.DummyCookieJar(),
        )
        return self

    async def __aexit__(self, *_exc: object) -> None:
        assert self._client is not None
        await self._client.close()

    @property
    def new_photos(self) -> Iterator[int]:
        """Numbers of all photos that were sent, known ones first."""
        return iter(sorted({call.photo for call in self.calls if call.photo is not None}))

    async def teach(self) -> None:
        """Ask for each known photo once, and again until it is answered."""
        for number, photo in enumerate(self._known):
            for _ in range(10):
                if (await self._upload("first", photo, number=number)).status == 200:
                    break
                await asyncio.sleep(1.0)

    async def capacity(self, seconds: float, *, at_once: int = 16) -> float:
        """Turns a second when `at_once` users never rest."""
        turns, began = 0, time.monotonic()

        async def user() -> None:
            nonlocal turns
            while time.monotonic() < began + seconds:
                await self.turn()
                turns += 1

        await asyncio.gather(*(user() for _ in range(at_once)))
        return turns / (time.monotonic() - began)

    async def keep_coming(self, rate: float, until: Callable[[], bool], *, at_most: int) -> None:
        """Begin `rate` turns a second, whether earlier ones have ended or not; with `at_most` under way they are held back.

        Returns when `until()`, and all have ended.
        """
        turns: set[asyncio.Task[None]] = set()
        due = time.monotonic()
        while not until():
            due += self._luck.expovariate(rate)
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            if len(turns) >= at_most:
                self.held_back += 1
                continue
            task = asyncio.create_task(self.turn())
            turns.add(task)
            task.add_done_callback(turns.discard)
        while turns:
            await asyncio.wait(turns)

    async def turn(self) -> None:
        """What one user does next."""
        kind = self._luck.choices(list(SHARES), weights=list(SHARES.values()))[0]
        match kind:
            case "cached":
                await self._upload(kind, self._luck.choice(self._known))
            case "fresh":
                await self._upload(kind, self.photos.make(number := next(self._numbers)), number=number)
            case "collapsed":
                photo = self.photos.make(number := next(self._numbers))
                await asyncio.gather(*(self._upload(kind, photo, number=number) for _ in range(TOGETHER)))
            case "refused":
                await self._upload(kind, b"this is no photo " * 200)
            case "history":
                await self._get(kind, HISTORY, self._luck.choice(self._visitors))
            case _ if self._told:
                identification, visitor = self._luck.choice(self._told)
                await self._get("lookup", f"{HISTORY}{identification}/", visitor)

    async def _upload(self, kind: str, photo: bytes, *, number: int | None = None) -> Call:
        visitor = self._luck.choice(self._visitors)
        headers = {"Content-Type": "image/jpeg", "Cookie": f"visitor={visitor}"}
        call = await self._send(kind, "POST", IDENTIFY, headers, photo, number)
        if call.told:
            self._told.append((call.told, visitor))
            del self._told[:-REMEMBERED]
        return call

    async def _get(self, kind: str, path: str, visitor: str) -> Call:
        return await self._send(kind, "GET", path, {"Cookie": f"visitor={visitor}"}, None, None)

    async def _send(  # noqa: PLR0913, PLR0917 - one for each thing a request has
        self, kind: str, method: str, path: str, headers: dict[str, str], body: bytes | None, number: int | None
    ) -> Call:
        assert self._client is not None
        name, address = self.places.pick(self._luck)
        call = Call(kind, name, time.monotonic(), photo=number)
        self.under_way.add(call)
        try:
            async with self._client.request(method, address + path, data=body, headers=headers) as reply:
                content = await reply.read()
                call.status, call.why = reply.status, _what_is_wrong(reply, content)
                if method == "POST" and reply.status in {200, 202}:
                    call.told = _id_in(content)
        except (aiohttp.ClientError, TimeoutError) as error:
            call.status, call.why = 0, f"{type(error).__name__}: {error}"
        finally:
            call.ended = time.monotonic()
            self.under_way.discard(call)
            self.calls.append(call)
        return call


def _what_is_wrong(reply: aiohttp.ClientResponse, content: bytes) -> str:
    """Why this answer is none that a client may get, "" when it is: 2xx, or 4xx and 503 as a problem."""
    if reply.status < 300:
        return ""
    if (reply.status < 500 or reply.status == 503) and reply.content_type == PROBLEM:
        return ""
    return f"HTTP {reply.status} {reply.content_type}: {content[:300].decode(errors='replace')}"


def _id_in(content: bytes) -> str:
    with contextlib.suppress(msgspec.MsgspecError):
        return str(msgspec.json.decode(content).get("id", ""))
    return ""


def quantile(values: Sequence[float], part: float) -> float:
    """The value below which `part` of them lie; 0 for none."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(part * len(ordered)))] if ordered else 0.0
