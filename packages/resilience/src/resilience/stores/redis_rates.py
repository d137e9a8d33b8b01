"""Requests counted on Redis or Valkey, by all processes together: one short script decides over all limits of a request.

Keys: `PREFIX{rate:GROUP}:KEY/WINDOW_MS`; the braces keep what is decided together on one node of a cluster.
"""

from collections.abc import Sequence

from resilience.rates import AT_ONCE, STEPS, Count, Limit, Taken
from resilience.stores.redis_link import TOTAL, Link, load_script

TAKE, GIVE_BACK, FORGET = load_script("take"), load_script("give_back"), load_script("forget_rates")


class RedisRates:
    """Implements rates.RateStore. Belongs to the event loop that first uses it; `close` it there."""

    def __init__(self, link: Link, *, prefix: str = "pc:") -> None:
        self._link, self._prefix = link, prefix

    @classmethod
    def from_url(cls, url: str, *, prefix: str = "pc:", total: float = TOTAL) -> "RedisRates":
        """Limits in the store of this URL, as RedisStore takes it; connects when first used."""
        return cls(Link.from_url(url, total=total, connections=AT_ONCE), prefix=prefix)

    async def take(self, group: str, limits: Sequence[Limit]) -> Taken:
        """Count one request against all `limits`, or against none of them when one is used up."""
        numbers = [number for limit in limits for number in (limit.amount, limit.window_ms)]
        admitted, *rows = await self._link.run(TAKE, self._keys(group, limits), STEPS, *numbers)
        counts = tuple(
            Count(limit=limit, used=used, step=step, wait=wait_ms / 1000)
            for limit, used, step, wait_ms in zip(limits, rows[0::3], rows[1::3], rows[2::3], strict=True)
        )
        return Taken(group=group, admitted=bool(admitted), counts=counts)

    async def give_back(self, group: str, counts: Sequence[Count]) -> None:
        """Take one request back from each of these; one that counts no more changes nothing."""
        keys = self._keys(group, [count.limit for count in counts])
        await self._link.run(GIVE_BACK, keys, *(count.step for count in counts))

    async def forget(self, group: str, limits: Sequence[Limit]) -> None:
        """Delete the counts of these limits."""
        await self._link.run(FORGET, self._keys(group, limits))

    async def close(self) -> None:
        """End every connection."""
        await self._link.close()

    def _keys(self, group: str, limits: Sequence[Limit]) -> list[str]:
        return [f"{self._prefix}{{rate:{group}}}:{limit.key}/{limit.window_ms}" for limit in limits]
