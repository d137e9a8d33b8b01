"""Answers a second for a photo that was answered before: our server beside a bare view, and nginx as the far limit."""

import asyncio
import contextlib
import os
import shutil
import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import aiohttp

from benchmarks.bare_view import bare_view
from benchmarks.servers import process, server, simulator
from benchmarks.uploads import FORMS, SIZES, Size, body_of, make_photo, open_session
from resilience.testing_ports import find_free_port

CLIENTS, ROUNDS, SECONDS, GOAL = 16, 5, 2.0, 0.7
NGINX = shutil.which("nginx", path=os.environ.get("PATH", "") + os.pathsep + "/usr/sbin")


class Target(NamedTuple):
    """Somewhere to send the same request again and again; one cookie for each client, "" for none."""

    url: str
    cookies: list[str]


async def visit(url: str, body: bytes, headers: dict[str, str]) -> Target:
    """Our server with a visitor cookie for each client, as 16 browsers have it; the photo is answered before that."""
    cookies = []
    async with open_session() as session:
        for _ in range(CLIENTS):
            async with session.post(url, data=body, headers=headers) as reply:
                await expect_200(reply)
                cookies.append("; ".join(f"{name}={cookie.value}" for name, cookie in reply.cookies.items()))
    return Target(url, cookies)


async def expect_200(reply: aiohttp.ClientResponse) -> None:
    """Read the answer. Raises RuntimeError when it is something else."""
    content = await reply.read()
    if reply.status != 200:
        message = f"{reply.url} answered {reply.status}: {content[:300]!r}"
        raise RuntimeError(message)


async def rate(target: Target, body: bytes | None, headers: dict[str, str]) -> float:
    """Answers a second to CLIENTS clients at once, for SECONDS seconds."""
    end, done, method = time.monotonic() + SECONDS, 0, "GET" if body is None else "POST"
    async with open_session() as session:

        async def client(cookie: str) -> None:
            nonlocal done
            own = headers | ({"Cookie": cookie} if cookie else {})
            while time.monotonic() < end:
                async with session.request(method, target.url, data=body, headers=own) as reply:
                    await expect_200(reply)
                done += 1

        started = time.monotonic()
        await asyncio.gather(*(client(cookie) for cookie in target.cookies))
    return done / (time.monotonic() - started)


@contextlib.contextmanager
def nginx(upstream: str) -> Iterator[str]:
    """The address of an nginx that has the upstream's answer in its cache."""
    assert NGINX is not None
    port = find_free_port()
    with tempfile.TemporaryDirectory() as folder:
        places = "".join(
            f"{kind}_temp_path {folder}/{kind};\n" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        config = (
            f"{'user root;' if os.geteuid() == 0 else ''}\n"  # the folder is ours alone
            f"daemon off; worker_processes 1; pid {folder}/pid; error_log {folder}/error.log;\n"
            "events { worker_connections 512; }\n"
            f"http {{ access_log off;\n{places}"
            f"proxy_cache_path {folder}/cache keys_zone=answers:1m;\n"
            f"server {{ listen 127.0.0.1:{port};\n"
            f"location / {{ proxy_pass {upstream}; proxy_cache answers; proxy_cache_key $request_uri; }} }} }}\n"
        )
        file = Path(folder) / "nginx.conf"
        file.write_text(config, encoding="utf-8")
        url = f"http://127.0.0.1:{port}/"
        with process([NGINX, "-p", folder, "-e", f"{folder}/error.log", "-c", str(file)], url):
            yield url


def measure_uploads(simulator_url: str, bare_url: str, size: Size, form: str) -> tuple[float, float]:
    """The medians of our server and of the bare view for one kind of upload."""
    body, headers = body_of(make_photo(size, 0), form)
    bare = Target(bare_url, [""] * CLIENTS)
    ours_rates, bare_rates = [], []
    with server(simulator_url) as (url, _):
        ours = asyncio.run(visit(f"{url}/api/v1/plant-identification/identify/", body, headers))
        for _ in range(ROUNDS):
            ours_rates.append(asyncio.run(rate(ours, body, headers)))
            bare_rates.append(asyncio.run(rate(bare, body, headers)))
    return statistics.median(ours_rates), statistics.median(bare_rates)


def measure_nginx(bare_url: str) -> str:
    """The row of nginx."""
    if NGINX is None:
        return "| nginx `proxy_cache`, a GET | nginx is not installed | | |"
    with nginx(bare_url) as url:
        target = Target(url, [""] * CLIENTS)
        reached = statistics.median(asyncio.run(rate(target, None, {})) for _ in range(ROUNDS))
    return f"| nginx `proxy_cache`, a GET without a photo | | {reached:.0f}/s | |"


def report() -> str:
    """The table, ratios first."""
    found = {}
    with simulator() as providers, bare_view() as bare_url:
        for size in SIZES:
            for form in FORMS:
                found[size.name, form] = measure_uploads(providers, bare_url, size, form)
        nginx_row = measure_nginx(bare_url)
    goals = [
        f"Goal: {GOAL} of the bare view, {size}, {form}: {'met' if ours / bare >= GOAL else 'MISSED'} ({ours / bare:.2f})."
        for (size, form), (ours, bare) in found.items()
    ]
    return "\n".join(
        [
            f"## A photo that was answered before: answers a second ({CLIENTS} clients, median of {ROUNDS} rounds of {SECONDS:.0f} s)",
            "",
            "One worker. The bare view reads the same upload with the same parser and answers with a constant. nginx answers a",
            "GET from its cache, which no upload can be: the far limit, and nearly that of the load generator on the same cores.",
            "",
            "| | ours / bare view | ours | bare view |",
            "|---|---|---|---|",
            *(
                f"| {size}, {form} | {ours / bare:.2f} | {ours:.0f}/s | {bare:.0f}/s |"
                for (size, form), (ours, bare) in found.items()
            ),
            nginx_row,
            "",
            "  \n".join(goals),
        ]
    )
