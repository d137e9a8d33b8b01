"""What our own code adds to the providers' time, at 1, 10 and 100 requests at once."""

import asyncio
import json
import statistics
import time
import urllib.request

import aiohttp

from benchmarks.servers import photos, server, simulator

PROVIDER_SECONDS = 0.5
ROUNDS = 5


def set_latency(simulator_url: str, seconds: float) -> None:
    """Let both providers take `seconds` for each answer."""
    body = json.dumps({"plant_id_latency": seconds, "plantnet_latency": seconds}).encode()
    request = urllib.request.Request(f"{simulator_url}/_control/config", body, {"Content-Type": "application/json"})
    urllib.request.urlopen(request, timeout=10).close()


async def ask_all(url: str, shots: list[bytes]) -> tuple[float, list[float], int]:
    """Send all photos at once: seconds for all, seconds of each, how many were answered with 200."""
    path, headers = f"{url}/api/v1/plant-identification/identify/", {"Content-Type": "image/jpeg"}
    timeout = aiohttp.ClientTimeout(total=600)
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0), timeout=timeout) as session:

        async def ask(photo: bytes) -> tuple[float, int]:
            started = time.monotonic()
            async with session.post(path, data=photo, headers=headers) as reply:
                await reply.read()
                return time.monotonic() - started, reply.status

        started = time.monotonic()
        ended = await asyncio.gather(*(ask(photo) for photo in shots))
    return time.monotonic() - started, [seconds for seconds, _ in ended], sum(status == 200 for _, status in ended)


def report() -> str:
    """The table."""
    rows = []
    with simulator() as providers, server(providers) as (url, _):
        set_latency(providers, PROVIDER_SECONDS)
        stock = iter(photos(ROUNDS * 111 + 10))
        asyncio.run(ask_all(url, [next(stock) for _ in range(10)]))  # warm up
        for at_once in (1, 10, 100):
            each: list[float] = []
            walls = []
            for _ in range(ROUNDS):
                wall, seconds, answered = asyncio.run(ask_all(url, [next(stock) for _ in range(at_once)]))
                if answered != at_once:
                    message = f"only {answered} of {at_once} were answered"
                    raise RuntimeError(message)
                walls.append(wall)
                each += seconds
            median, last = statistics.median(each), statistics.median(walls)
            rows.append(
                f"| {at_once} | {(median - PROVIDER_SECONDS) * 1000:.0f} ms | {(last - PROVIDER_SECONDS) * 1000:.0f} ms "
                f"| {(last - PROVIDER_SECONDS) / at_once * 1000:.1f} ms |"
            )
    title = f"## Endpoint overhead: our time minus the provider's {PROVIDER_SECONDS} s (640x480 photos, median of {ROUNDS} rounds)"
    head = "| requests at once | median request | last request | per request |\n|---|---|---|---|"
    return "\n".join([title, "", head, *rows])
