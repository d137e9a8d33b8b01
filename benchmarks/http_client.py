"""Which HTTP client carries a thousand photos at once: aiohttp, httpx, and our adapters' exchange on aiohttp.

Run `.venv/bin/python benchmarks/http_client.py`; it takes ten minutes on two cores, nearly all of them httpx, and prints two markdown tables, ratios
first. The server and each measurement are processes of their own, on this machine, so the numbers hold both ends: read
the ratios. The decision is docs/adr/0004-http-client.md.
"""

import asyncio
import base64
import json
import os
import random
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import aiohttp
import httpx
import psutil
from aiohttp import web
from yarl import URL

from identification.photo import NormalisedPhoto
from identification.providers import plant_id, plantnet
from identification.providers.http import Call, Reply, exchange, open_session
from identification.question import Organ, Question

PHOTO_BYTES = 80_000
ANSWER = json.dumps({"result": {"text": "x" * 20_000}}).encode()
CALLS = {1: 200, 100: 800, 1_000: 1_000}
WAITING = 1_000  # calls in flight at once, for the memory of one that waits
REPEATS = 3
CLIENTS = ("httpx", "aiohttp", "adapter")
BODIES = ("json", "multipart")

type Post = Callable[[], Coroutine[Any, Any, None]]
type Use = Callable[[Post], Coroutine[Any, Any, dict[str, float]]]


# --- the server: reads the body, answers 20 kB, at once or when told ---


@dataclass
class WaitingRoom:
    """Those who wait for their answer, and the door."""

    waiting: int = 0
    open: asyncio.Event = field(default_factory=asyncio.Event)


ROOM: web.AppKey[WaitingRoom] = web.AppKey("ROOM", WaitingRoom)


async def take(request: web.Request) -> web.Response:
    """Read the whole body and answer; `/wait` answers when everybody is there."""
    async for _chunk in request.content.iter_any():
        pass
    if request.path == "/wait":
        room = request.app[ROOM]
        room.waiting += 1
        await room.open.wait()
    return web.Response(body=ANSWER, content_type="application/json")


async def tell(request: web.Request) -> web.Response:
    """How many wait; `?go=1` lets them go."""
    room = request.app[ROOM]
    waiting = room.waiting
    if request.query.get("go"):
        room.open.set()
        room.waiting, room.open = 0, asyncio.Event()
    return web.json_response({"waiting": waiting})


async def serve() -> None:
    """Serve until killed; the first line printed is the address."""
    app = web.Application(client_max_size=2**30)
    app[ROOM] = WaitingRoom()
    app.add_routes([web.post("/take", take), web.post("/wait", take), web.get("/tell", tell)])
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0, backlog=4096)
    await site.start()
    host, port = runner.addresses[0][:2]
    print(f"http://{host}:{port}", flush=True)
    await asyncio.Event().wait()


# --- the clients ---


def make_question() -> Question:
    """One photo of PHOTO_BYTES, of its own: as in life, no two calls share one."""
    data = random.randbytes(PHOTO_BYTES)
    photo = NormalisedPhoto(digest="", width=1, height=1, large=data, medium=data, thumbnail=b"")
    return Question(photos=(photo,), organs=(Organ.AUTO,), reference=1)


async def post_httpx(client: httpx.AsyncClient, url: str, body: str) -> None:
    """One call as httpx documents it."""
    photo = make_question().photos[0]
    if body == "json":
        images = [base64.b64encode(photo.large).decode()]
        reply = await client.post(url, json={"images": images, "custom_id": 1})
    else:
        files = {"images": ("photo-1.jpg", photo.medium, "image/jpeg")}
        reply = await client.post(url, files=files, data={"organs": "auto"})
    assert len(reply.content) == len(ANSWER)


async def post_aiohttp(session: aiohttp.ClientSession, url: str, body: str) -> None:
    """One call as aiohttp documents it."""
    photo = make_question().photos[0]
    if body == "json":
        sent: dict[str, Any] = {"json": {"images": [base64.b64encode(photo.large).decode()], "custom_id": 1}}
    else:
        form = aiohttp.FormData()
        form.add_field("images", photo.medium, filename="photo-1.jpg", content_type="image/jpeg")
        form.add_field("organs", "auto")
        sent = {"data": form}
    async with session.post(url, **sent) as reply:
        assert len(await reply.read()) == len(ANSWER)


async def post_adapter(session: aiohttp.ClientSession, url: str, body: str) -> None:
    """One call as our adapters make it: the body streamed, a hard end, a bounded answer."""
    question = make_question()
    encoded = (plant_id if body == "json" else plantnet).encode_question(question)
    del question
    reply = await exchange(session, Call(method="POST", url=URL(url), body=encoded), seconds=120)
    assert isinstance(reply, Reply)
    assert len(reply.body) == len(ANSWER)


async def with_client(name: str, url: str, body: str, use: Use) -> dict[str, float]:
    """What `use` measures with one pooled client of this kind."""
    if name == "httpx":
        limits = httpx.Limits(max_connections=None, max_keepalive_connections=None)
        async with httpx.AsyncClient(limits=limits, timeout=120, trust_env=False) as client:
            return await use(partial(post_httpx, client, url, body))
    post = {"aiohttp": post_aiohttp, "adapter": post_adapter}[name]
    async with open_session() as session:
        return await use(partial(post, session, url, body))


async def throughput(post: Post, *, concurrent: int) -> dict[str, float]:
    """Calls a second, processor time and 99th percentile in milliseconds, and megabytes above the idle process."""
    rss = psutil.Process().memory_info().rss
    durations: list[float] = []
    left = CALLS[concurrent]

    async def worker() -> None:
        nonlocal left
        while left > 0:
            left -= 1
            started = time.perf_counter()
            await post()
            durations.append(time.perf_counter() - started)

    started, busy = time.perf_counter(), time.process_time()
    await asyncio.gather(*(worker() for _ in range(concurrent)))
    seconds, busy = time.perf_counter() - started, time.process_time() - busy
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return {
        "rate": len(durations) / seconds,
        "cpu": busy * 1000 / len(durations),
        "p99": statistics.quantiles(durations, n=100)[98] * 1000,
        "memory": max(0.1, (peak - rss) / 1e6),
    }


async def waiting(post: Post, *, base: str) -> dict[str, float]:
    """Kilobytes that one call holds while its answer is awaited, all bodies sent."""
    rss = psutil.Process().memory_info().rss
    calls = [asyncio.create_task(post()) for _ in range(WAITING)]
    async with aiohttp.ClientSession() as session:
        while True:
            async with session.get(f"{base}/tell") as reply:
                if (await reply.json())["waiting"] == WAITING:
                    break
            await asyncio.sleep(0.2)
        held = psutil.Process().memory_info().rss - rss
        async with session.get(f"{base}/tell?go=1"):
            pass
    await asyncio.gather(*calls)
    return {"held": held / 1024 / WAITING}


async def measure(what: str, name: str, body: str, base: str) -> dict[str, float]:
    """One measurement; `what` is "waiting" or the number of concurrent calls."""
    if what == "waiting":
        return await with_client(name, f"{base}/wait", body, partial(waiting, base=base))
    return await with_client(name, f"{base}/take", body, partial(throughput, concurrent=int(what)))


# --- the tables ---


def measure_all(base: str, what: str, body: str) -> dict[str, dict[str, float]]:
    """For each client the medians of REPEATS measurements, taken in turns: a busy moment strikes all alike."""
    runs: dict[str, list[dict[str, float]]] = {name: [] for name in CLIENTS}
    for name in CLIENTS * REPEATS:
        command = [sys.executable, __file__, "measure", what, name, body, base]
        runs[name].append(json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout))
    return {name: {key: statistics.median(run[key] for run in each) for key in each[0]} for name, each in runs.items()}


def print_tables(base: str) -> None:
    """Both tables, ratios to httpx first."""
    print(
        "| body, client | concurrent | calls/s | CPU | p99 | peak memory | calls/s | CPU ms/call | p99 ms | peak MB |"
    )
    print("|---|---|---|---|---|---|---|---|---|---|")
    for body in BODIES:
        for concurrent in CALLS:
            rows = measure_all(base, str(concurrent), body)
            for name, row in rows.items():
                part = {key: value / rows["httpx"][key] for key, value in row.items()}
                print(
                    f"| {body}, {name} | {concurrent} | x {part['rate']:.1f} | x {part['cpu']:.2f} | x {part['p99']:.2f} "
                    f"| x {part['memory']:.2f} | {row['rate']:.0f} | {row['cpu']:.1f} | {row['p99']:.0f} "
                    f"| {row['memory']:.0f} |",
                    flush=True,
                )
    print("\n| body, client | held by a waiting call | kB |\n|---|---|---|")
    for body in BODIES:
        held = {name: row["held"] for name, row in measure_all(base, "waiting", body).items()}
        for name, amount in held.items():
            print(f"| {body}, {name} | x {amount / held['httpx']:.2f} | {amount:.0f} |", flush=True)


def report() -> str:
    """Both tables, as a run of this file prints them."""
    printed = subprocess.run([sys.executable, __file__], check=True, stdout=subprocess.PIPE, text=True).stdout
    return f"## HTTP client (docs/adr/0004-http-client.md)\n\n{printed.strip()}"


def main() -> None:
    """Print the tables; with arguments, be the server or one measurement."""
    resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
    if sys.argv[1:2] == ["serve"]:
        asyncio.run(serve())
    elif sys.argv[1:2] == ["measure"]:
        print(json.dumps(asyncio.run(measure(*sys.argv[2:6]))))
    else:
        with subprocess.Popen([sys.executable, __file__, "serve"], stdout=subprocess.PIPE, text=True) as server:
            assert server.stdout is not None
            try:
                print_tables(server.stdout.readline().strip())
            finally:
                server.terminate()
        print(
            f"\nPython {sys.version.split()[0]}, aiohttp {aiohttp.__version__}, httpx {httpx.__version__}, {os.cpu_count()} cores"
        )


if __name__ == "__main__":
    main()
