"""The way to a Redis or Valkey that may be slow, frozen or gone: every question has an end, every failure one name."""

import asyncio
import contextlib
import hashlib
import time
from collections.abc import Iterable
from functools import cache
from importlib import resources
from typing import Any

import msgspec
from redis.asyncio import RedisCluster
from redis.asyncio.connection import AbstractConnection
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import NoScriptError, ReadOnlyError, RedisError, ResponseError
from redis.exceptions import TimeoutError as RedisTimeoutError

from resilience.errors import StoreUnavailable
from resilience.stores.patience import patience
from resilience.stores.redis_url import Client, make_client

TOTAL = 0.15  # seconds of a loop that turns, for one question, whatever happens within: connecting, writing, reading
CONNECTIONS = 16  # sockets of one process; the next question waits for a place
DISCOVERY = 2.0  # seconds a cluster's map may take to come; it goes on while questions about it fail
BUSY = "busy: no free connection"  # says nothing of the store: this process asks too much at once


class Script(msgspec.Struct, frozen=True):
    """One verb: the name of its file under lua/, its text, and the name the server keeps it under."""

    verb: str
    text: str
    sha: str


@cache
def load_script(verb: str) -> Script:
    """The script lua/<verb>.lua."""
    text = resources.files("resilience.stores").joinpath("lua", f"{verb}.lua").read_text(encoding="utf-8")
    return Script(verb, text, hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest())


class Link:
    """Asks one store. `close` it; a connection belongs to the event loop that first asked."""

    def __init__(self, client: Client, *, connections: int = CONNECTIONS, total: float = TOTAL) -> None:
        self._client, self._total = client, total
        self._places = asyncio.Semaphore(connections)
        self._discovering: asyncio.Task[Any] | None = None

    @classmethod
    def from_url(cls, url: str, *, total: float = TOTAL, connections: int = CONNECTIONS) -> "Link":
        """A link that connects when first used. Raises ValueError when the URL is no store's."""
        return cls(make_client(url, total=total, connections=connections), connections=connections, total=total)

    async def run(self, script: Script, keys: Iterable[str], *args: str | bytes | int) -> Any:
        """What the script replies, within the total time. Raises StoreUnavailable.

        A server that does not know the script yet (new, restarted, failed over) is given its text, once.
        """
        named = list(keys)
        return await self._ask(script.verb, script, [len(named), *named, *args])

    async def ping(self) -> float:
        """Seconds of one round trip; of the slowest node of a cluster. Raises StoreUnavailable."""
        start = time.perf_counter()
        await self._ask("ping", None, ["PING"])
        return time.perf_counter() - start

    async def make_connection(self) -> AbstractConnection:
        """A connection outside the bounded ones, not yet connected, for the caller to close. Raises StoreUnavailable.

        In a cluster it leads to any node: what one publishes, all tell.
        """
        try:
            async with asyncio.timeout(DISCOVERY):
                await self._discover()
        except Exception as exc:
            verb = "connect"
            raise StoreUnavailable(verb, describe(exc)) from exc
        client = self._client
        way = client.get_random_node() if isinstance(client, RedisCluster) else client.connection_pool
        connection: AbstractConnection = way.connection_class(**way.connection_kwargs)
        return connection

    async def close(self) -> None:
        """End every connection."""
        if self._discovering is not None:
            self._discovering.cancel()
            await asyncio.wait([self._discovering])
        await self._client.aclose()
        if not isinstance(self._client, RedisCluster):
            await self._client.connection_pool.disconnect()
            if sentinel := getattr(self._client.connection_pool, "sentinel_manager", None):
                await sentinel.aclose()

    async def _ask(self, verb: str, script: Script | None, command: list[Any]) -> Any:
        waiting = True
        try:
            async with patience(self._total), self._places:
                waiting = False
                await self._discover()
                if script is None:
                    return await self._client.execute_command(*command)
                return await self._evaluate(script, command)
        except Exception as exc:
            # redis-py also raises AttributeError and the like when a connection is closed under it by another task
            if isinstance(exc, ReadOnlyError):
                await self._look_again()
            raise StoreUnavailable(verb, BUSY if waiting else describe(exc)) from exc

    async def _evaluate(self, script: Script, operands: list[Any]) -> Any:
        try:
            return await self._client.execute_command("EVALSHA", script.sha, *operands)
        except NoScriptError:
            return await self._client.execute_command("EVAL", script.text, *operands)

    async def _discover(self) -> None:
        """Wait for a cluster's map. It is drawn apart from the question, which may have less time than it takes."""
        if not isinstance(self._client, RedisCluster) or self._client.get_default_node() is not None:
            return
        if self._discovering is None or self._discovering.done():
            self._discovering = asyncio.create_task(self._draw_map(self._client))
            self._discovering.add_done_callback(lambda task: task.cancelled() or task.exception())  # told by who waits
        await asyncio.wait([self._discovering])
        if self._discovering.cancelled():
            message = "closed"
            raise ConnectionAbortedError(message)
        self._discovering.result()

    @staticmethod
    async def _draw_map(client: RedisCluster) -> None:
        async with asyncio.timeout(DISCOVERY):
            await client.initialize()

    async def _look_again(self) -> None:
        """Let go of the idle connections: they lead to a server that was the primary and is one no more."""
        if not isinstance(self._client, RedisCluster):
            with contextlib.suppress(RedisError, OSError):
                await self._client.connection_pool.disconnect(inuse_connections=False)


def describe(exc: Exception) -> str:
    """What went wrong, for the operator. Only what the server or the socket said: other texts may quote our values."""
    if isinstance(exc, TimeoutError | RedisTimeoutError):
        return "no reply in time"
    if isinstance(exc, ResponseError | RedisConnectionError | OSError):
        return f"{type(exc).__name__}: {exc}"[:200]
    return type(exc).__name__
