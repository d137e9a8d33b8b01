"""The clients of `capacity`: orders come as lines of JSON, each is answered with one."""

import asyncio
import json
import random
import sys
import time
from collections import deque
from typing import Any

import aiohttp

from benchmarks.mixed_load import quantile
from benchmarks.servers import photos
from benchmarks.uploads import open_session

SECONDS = 3.0
TOGETHER, WAVES = 32, 4
FRESH_MAX = 400  # photos that are made ahead for one round
HEADERS = {"Content-Type": "image/jpeg"}


class Clients:
    """Sends photos, and notes how long each answer took."""

    def __init__(self) -> None:
        self._ready: deque[bytes] = deque()
        self._known = photos(1)[0]

    def make(self, of: str, number: int) -> None:
        """Make the photos of the next round, so that it has no work with them."""
        count = {"cached": 0, "collapsed": WAVES}.get(of, FRESH_MAX)
        self._ready = deque(photos(count, seed=number))

    async def send(self, session: aiohttp.ClientSession, url: str, photo: bytes, *, status: int) -> float:
        """Seconds of one upload. Raises RuntimeError when the answer has another status."""
        visitor = {"Cookie": f"visitor=client-{random.randrange(1_000):04d}-of-the-capacity-benchmark"}
        started = time.monotonic()
        async with session.post(url, data=photo, headers=HEADERS | visitor) as reply:
            content = await reply.read()
            if reply.status != status:
                message = f"{reply.status} instead of {status}: {content[:300]!r}"
                raise RuntimeError(message)
        return time.monotonic() - started

    async def run(self, kind: str, url: str, clients: int) -> dict[str, float]:
        """One round of `kind`."""
        times: list[float] = []
        async with open_session() as session:
            started = time.monotonic()
            if kind == "collapsed":
                for _ in range(WAVES):
                    photo = self._ready.popleft()
                    times += await asyncio.gather(
                        *(self.send(session, url, photo, status=200) for _ in range(TOGETHER))
                    )
            else:
                status = 503 if kind == "refused" else 200

                async def client() -> None:
                    while time.monotonic() < started + SECONDS:
                        if kind != "cached" and not self._ready:
                            return
                        photo = self._known if kind == "cached" else self._ready.popleft()
                        times.append(await self.send(session, url, photo, status=status))

                await asyncio.gather(*(client() for _ in range(clients)))
            seconds = time.monotonic() - started
        return {
            "rate": len(times) / seconds,
            "p50": quantile(times, 0.5),
            "p99": quantile(times, 0.99),
            "requests": len(times),
        }

    async def open_circuits(self, url: str, number: int, count: int) -> None:
        """Ask questions that fail, until nobody is asked any more."""
        async with open_session() as session:
            for photo in photos(count, seed=number):
                await self.send(session, url, photo, status=503)


def main() -> None:
    """Obey until standard input ends."""
    clients = Clients()
    print(json.dumps("ready"), flush=True)
    for line in sys.stdin:
        order: dict[str, Any] = json.loads(line)
        said: Any = "done"
        if order["kind"] == "make":
            clients.make(order["of"], order["number"])
        elif order["kind"] == "opening":
            asyncio.run(clients.open_circuits(order["url"], order["number"], order["count"]))
        else:
            said = asyncio.run(clients.run(order["kind"], order["url"], order["clients"]))
        print(json.dumps(said), flush=True)


if __name__ == "__main__":
    main()
