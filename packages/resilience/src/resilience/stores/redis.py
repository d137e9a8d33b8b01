"""The shared store on Redis or Valkey: one server, Sentinel or Cluster. Same contract suite as MemoryStore.

Keys: `PREFIX{cell:NAME}` and `PREFIX{flight:KEY}:answer|failure|lead`; the braces keep what one script touches on one
node of a cluster. Outcomes are told on the one channel `PREFIXnews`, by plain PUBLISH: a cluster tells it on every node,
so that a process subscribes once, at any of them.
"""

import asyncio
import logging
import math
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

from resilience.ports import Cell, Hit, Joined, Lead, SharedFailure, Swap, Wait
from resilience.stores.bounds import check_duration, check_moment
from resilience.stores.redis_link import CONNECTIONS, TOTAL, Link, load_script
from resilience.stores.redis_news import News, Sleep

logger = logging.getLogger(__name__)

LOAD, SWAP, ORDER = load_script("load_cell"), load_script("swap_cell"), load_script("order_cell")
READ, JOIN, RENEW, LEAVE = load_script("read"), load_script("join"), load_script("renew"), load_script("leave")
PUBLISH, FAIL, FORGET = load_script("publish"), load_script("publish_failure"), load_script("forget")


class RedisStore:
    """Cells and flights that all processes share. Implements ports.CellStore and ports.FlightStore.

    Times of the store are those of the Redis server. Belongs to the event loop that first uses it; `close` it there.
    """

    def __init__(self, link: Link, *, prefix: str = "pc:", sleep: Sleep = asyncio.sleep) -> None:
        if "{" in prefix or "}" in prefix:
            message = "a store's prefix has no braces: they say which keys belong to one node"
            raise ValueError(message)
        self._link, self._prefix, self._channel = link, prefix, f"{prefix}news"
        self._news = News(link, self._channel, sleep=sleep)
        self._unreadable: set[str] = set()  # verbs that met such values; logged once each

    @classmethod
    def from_url(
        cls,
        url: str,
        *,
        prefix: str = "pc:",
        total: float = TOTAL,
        connections: int = CONNECTIONS,
        sleep: Sleep = asyncio.sleep,
    ) -> "RedisStore":
        """A store that connects when first used. `sleep` is what news() rests with. Raises ValueError for a bad URL.

        redis://user:password@host:6379/0, rediss:// (TLS), unix:///path?db=0, redis+sentinel://host:26379,host/service/0,
        redis+cluster://host:6379,host; the last two with rediss+ as well.
        """
        return cls(Link.from_url(url, total=total, connections=connections), prefix=prefix, sleep=sleep)

    async def close(self) -> None:
        """End every connection and every news()."""
        await self._news.close()
        await self._link.close()

    async def ping(self) -> float:
        """Seconds of one round trip to the store."""
        return await self._link.ping()

    async def load(self, key: str) -> Cell:
        """The cell, with version 0 and no bytes when there is none."""
        version, value, order, now, corrupt = await self._link.run(LOAD, self._cell_keys(key))
        self._note(LOAD.verb, unreadable=corrupt)
        return Cell(version=version, value=value, now=now / 1e6, override=order.decode("utf-8", "replace"))

    async def swap(self, key: str, *, version: int, value: bytes, ttl: float) -> Swap:
        """Write `value` if the cell still has `version`; it stays for `ttl` seconds, 0.001 or more."""
        reply = await self._link.run(SWAP, self._cell_keys(key), version, value, to_ms("ttl", ttl))
        done, version, theirs, order, now, corrupt = reply
        self._note(SWAP.verb, unreadable=corrupt)
        override = order.decode("utf-8", "replace")
        cell = Cell(version=version, value=value if done else theirs, now=now / 1e6, override=override)
        return Swap(done=bool(done), cell=cell)

    async def order(self, key: str, override: str, *, ttl: float | None = None) -> None:
        """Set the operator's word for this cell, "" to take it back; it ends after `ttl` seconds where given."""
        ttl_ms = 0 if ttl is None else to_ms("ttl", ttl)
        await self._link.run(ORDER, self._cell_keys(key)[1:], override, ttl_ms)

    async def read(self, key: str) -> Hit | None:
        """The answer, fresh or stale; None when there is none."""
        payload, fresh_until, stale_until, corrupt = await self._link.run(READ, self._flight_keys(key, "answer"))
        self._note(READ.verb, unreadable=corrupt)
        return Hit(payload, float(fresh_until), float(stale_until)) if stale_until else None

    async def join(self, key: str, *, token: str, lease: float) -> Joined:
        """Take part: a fresh answer, a shared failure, the lead (also again, for the same token), or a wait."""
        keys = self._flight_keys(key, "answer", "failure", "lead")
        outcome, corrupt, *rest = await self._link.run(JOIN, keys, token, to_ms("lease", lease))
        self._note(JOIN.verb, unreadable=corrupt)
        if outcome == b"failure":
            return SharedFailure(rest[0])
        if outcome == b"wait":
            return Wait(rest[0] / 1000)
        return Hit(rest[0], float(rest[1]), float(rest[2])) if outcome == b"hit" else Lead()

    async def renew(self, tokens: Mapping[str, str], *, lease: float) -> Sequence[str]:
        """Renew the leads in `tokens` (token by key); the keys whose lead was lost."""
        lease_ms = to_ms("lease", lease)
        asked = [
            self._link.run(RENEW, self._flight_keys(key, "lead"), token, lease_ms) for key, token in tokens.items()
        ]
        return [key for key, led in zip(tokens, await gather(asked), strict=True) if not led]

    async def publish(self, key: str, *, token: str, hit: Hit) -> bool:
        """Store an answer and tell everybody; kept also when the lead was lost (law 4). Whether `token` still led."""
        fresh, stale = to_moment("fresh_until", hit.fresh_until), to_moment("stale_until", hit.stale_until)
        stale_ms = math.ceil(hit.stale_until * 1000)
        keys = self._flight_keys(key, "answer", "failure", "lead")
        reply = await self._link.run(PUBLISH, keys, token, hit.payload, fresh, stale, stale_ms, self._channel, key)
        self._note(PUBLISH.verb, unreadable=reply[1])
        return bool(reply[0])

    async def publish_failure(self, key: str, *, token: str, payload: bytes, ttl: float) -> bool:
        """Share a failure for `ttl` seconds and end the lead; nothing when the lead was lost. Whether `token` led."""
        keys = self._flight_keys(key, "failure", "lead")
        return bool(await self._link.run(FAIL, keys, token, payload, to_ms("ttl", ttl), self._channel, key))

    async def leave(self, key: str, *, token: str) -> bool:
        """End the lead without an outcome, so that the next in line leads at once. Whether `token` led."""
        return bool(await self._link.run(LEAVE, self._flight_keys(key, "lead"), token, self._channel, key))

    async def forget(self, keys: Sequence[str]) -> None:
        """Delete the answers and failures under these keys (law 12), and tell everybody who keeps copies."""
        await gather(
            [self._link.run(FORGET, self._flight_keys(key, "answer", "failure"), self._channel, key) for key in keys]
        )

    def news(self) -> AsyncIterator[str]:
        """The key of every outcome as it comes; "" first, and after each reconnecting. Ends when the store is closed.

        Leads that were left and keys that were forgotten are told as well. In a cluster the order of two keys may change.
        """
        return self._news.listen()

    def _cell_keys(self, key: str) -> list[str]:
        tag = f"{self._prefix}{{cell:{key}}}"
        return [tag, f"{tag}:order"]

    def _flight_keys(self, key: str, *parts: str) -> list[str]:
        return [f"{self._prefix}{{flight:{key}}}:{part}" for part in parts]

    def _note(self, verb: str, *, unreadable: int) -> None:
        if unreadable and verb not in self._unreadable:
            self._unreadable.add(verb)
            logger.error("%s: a value in the store is unreadable and counts as absent", verb)


async def gather(asked: Sequence[Any]) -> list[Any]:
    """What all replied. When some failed the others still come to their end, then StoreUnavailable is raised."""
    replies = await asyncio.gather(*asked, return_exceptions=True)
    for reply in replies:
        if isinstance(reply, BaseException):
            raise reply
    return replies


def to_ms(name: str, seconds: float) -> int:
    """Whole milliseconds. Raises ValueError as check_duration."""
    return round(check_duration(name, seconds) * 1000)


def to_moment(name: str, moment: float) -> str:
    """The moment as decimal digits, exact for this age. Raises ValueError as check_moment."""
    return f"{check_moment(name, moment):.9f}"
