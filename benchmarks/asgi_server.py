"""uvicorn beside granian: the same application, photos that are refused in microseconds, and whole identifications."""

import asyncio
import statistics
import sys
import time
from pathlib import Path

import aiohttp

from benchmarks.servers import photos, server, simulator

ROUNDS = 3
LARGE = 3 * 1024 * 1024
GRANIAN = [str(Path(sys.executable).with_name("granian")), "--interface", "asgi", "--loop", "uvloop", "plant_community_backend.asgi:application"]  # fmt: skip


async def rate(url: str, path: str, bodies: list[bytes], *, at_once: int) -> float:
    """Requests per second."""
    waiting = iter(bodies)
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:

        async def work() -> None:
            for body in waiting:
                async with session.post(url + path, data=body, headers={"Content-Type": "image/jpeg"}) as reply:
                    await reply.read()

        started = time.monotonic()
        await asyncio.gather(*(work() for _ in range(at_once)))
    return len(bodies) / (time.monotonic() - started)


def rates(url: str, shots: list[bytes]) -> tuple[float, float]:
    """Whole identifications a second, and refused uploads of 3 MB a second."""
    path = "/api/v1/plant-identification/identify/"
    refused = [b"no photo " * (LARGE // 9)] * 60
    whole = asyncio.run(rate(url, path, shots, at_once=16))
    return whole, asyncio.run(rate(url, path, refused, at_once=4))


def report() -> str:
    """The table."""
    stock = photos(ROUNDS * 2 * 100 + 40)
    found: dict[str, list[tuple[float, float]]] = {"uvicorn": [], "granian": []}
    with simulator() as providers:
        for round_number in range(ROUNDS):
            for place, (name, program) in enumerate({"uvicorn": None, "granian": GRANIAN}.items()):
                start = (round_number * 2 + place) * 100
                with server(providers, program=program) as (url, _):
                    asyncio.run(rate(url, "/api/v1/plant-identification/identify/", stock[-20:], at_once=4))
                    found[name].append(rates(url, stock[start : start + 100]))
    medians = {
        name: [statistics.median(values) for values in zip(*pairs, strict=True)] for name, pairs in found.items()
    }
    ratios = [granian / uvicorn for uvicorn, granian in zip(medians["uvicorn"], medians["granian"], strict=True)]
    rows = [f"| {name} | {whole:.0f}/s | {refused:.0f}/s |" for name, (whole, refused) in medians.items()]
    return "\n".join(
        [
            f"## ASGI server (median of {ROUNDS} rounds, 16 clients, providers take 0 s)",
            "",
            "| | identifications of 640x480 photos | refused uploads of 3 MB |",
            "|---|---|---|",
            f"| granian / uvicorn | {ratios[0]:.2f} | {ratios[1]:.2f} |",
            *rows,
        ]
    )
