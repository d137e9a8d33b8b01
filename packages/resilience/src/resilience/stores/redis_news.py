"""One subscription for the whole process: hears of outcomes, and comes back when the connection is lost."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable
from typing import Any, cast

from redis.asyncio.connection import AbstractConnection
from redis.exceptions import RedisError

from resilience.errors import StoreUnavailable
from resilience.stores.redis_link import Link, describe

logger = logging.getLogger(__name__)

PAUSE_MIN, PAUSE_MAX = 0.05, 5.0  # seconds between attempts, doubled from one to the next
CONNECT_MAX = 1.0  # seconds for connecting and subscribing
QUIET_MAX = 5.0  # seconds without a message before the server is asked whether it is there
ANSWER_MAX = 1.0  # seconds it has to say so

type Sleep = Callable[[float], Awaitable[object]]


class News:
    """Subscriptions to one channel, each on a connection of its own, until `close`."""

    def __init__(self, link: Link, channel: str, *, sleep: Sleep = asyncio.sleep) -> None:
        self._link, self._channel, self._sleep = link, channel, sleep
        self._closed = asyncio.Event()
        self._connections: set[AbstractConnection] = set()

    async def listen(self) -> AsyncGenerator[str]:
        """Each message as it comes; "" first, and after each reconnecting, since messages may have been missed."""
        pause, lost = PAUSE_MIN, False
        while not self._closed.is_set():
            connection = None
            try:
                connection = await self._connect()
                if lost:
                    logger.info("news: connected again")
                pause, lost = PAUSE_MIN, False
                yield ""
                while (message := await self._hear(connection)) is not None:
                    yield message
            except (RedisError, OSError, StoreUnavailable) as exc:
                if not lost and not self._closed.is_set():
                    logger.warning("news: connection lost, waiters look for themselves meanwhile: %s", describe(exc))
                lost = True
            finally:
                if connection is not None:
                    await self._disconnect(connection)
            if not self._closed.is_set():
                await self._rest(pause)
                pause = min(pause * 2, PAUSE_MAX)

    async def close(self) -> None:
        """End every `listen`."""
        self._closed.set()
        for connection in list(self._connections):
            await self._disconnect(connection)

    async def _connect(self) -> AbstractConnection:
        """A subscribed connection. Raises RedisError, OSError or StoreUnavailable."""
        connection: Any = await self._link.make_connection()  # its methods carry no types
        self._connections.add(connection)
        try:
            async with asyncio.timeout(CONNECT_MAX):
                await connection.connect()  # asks Sentinel where to; sending alone would not
                await connection.send_command("SUBSCRIBE", self._channel)
                await connection.read_response()
        except BaseException:
            await self._disconnect(connection)
            raise
        return cast("AbstractConnection", connection)

    async def _disconnect(self, connection: AbstractConnection) -> None:
        self._connections.discard(connection)
        await connection.disconnect(nowait=True)  # with a wait it would wait for its own reader

    async def _hear(self, connection: AbstractConnection) -> str | None:
        """The next message; None when the server no longer answers. Raises RedisError when the connection ends."""
        asked = False
        while not self._closed.is_set():
            reply = await connection.read_response(timeout=ANSWER_MAX if asked else QUIET_MAX)
            if reply is None and asked:
                return None
            asked = reply is None
            if asked:
                await connection.send_command("PING")
            elif reply[0] == b"message":
                return str(reply[2], "utf-8", "replace")
        return None

    async def _rest(self, pause: float) -> None:
        """Let `pause` seconds go by, or less when closed meanwhile."""
        ends = [asyncio.ensure_future(self._sleep(pause)), asyncio.ensure_future(self._closed.wait())]
        try:
            await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for end in ends:
                end.cancel()
            await asyncio.gather(*ends, return_exceptions=True)
