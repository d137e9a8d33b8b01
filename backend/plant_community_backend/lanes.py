"""A bound on threads: the synchronous parts of requests share a few lanes, one thread each.

By itself Django gives each request that touches synchronous code a thread of its own for as long as the request
lasts; with thousands of requests waiting for a provider that is thousands of threads.
"""

import asyncio
import itertools
from concurrent.futures import ThreadPoolExecutor

from asgiref.sync import ThreadSensitiveContext
from django.db import connections

from plant_community_backend.body_limit import App, Receive, Scope, Send

LANES = 8


class Lanes:
    """ASGI: runs each request in the next lane."""

    def __init__(self, app: App) -> None:
        self.app = app
        executors = [ThreadPoolExecutor(1, thread_name_prefix=f"lane-{number}") for number in range(LANES)]
        self._executors = executors
        self._next = itertools.cycle(executors)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve the request."""
        async with ThreadSensitiveContext(executor=next(self._next)):
            await self.app(scope, receive, send)

    async def close_connections(self) -> None:
        """Close what each lane has open to the database; a request after it opens its own."""
        loop = asyncio.get_running_loop()
        await asyncio.gather(*(loop.run_in_executor(lane, connections.close_all) for lane in self._executors))
