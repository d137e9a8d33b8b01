"""Requests counted by this process alone: for a server of one process, and while the shared store is away (law 8)."""

from collections.abc import Sequence
from dataclasses import replace

from resilience.ports import Clock
from resilience.rates import STEPS, Count, Limit, Taken
from resilience.stores.expiring import Expiring

type Steps = dict[int, int]  # requests by step


class MemoryRates:
    """Implements rates.RateStore; never raises StoreUnavailable, and nothing in it waits, so each call is atomic."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._steps: Expiring[Steps] = Expiring()

    def __len__(self) -> int:
        """How many limits are in memory, those that have ended and are not swept yet among them."""
        return len(self._steps)

    async def take(self, group: str, limits: Sequence[Limit]) -> Taken:
        """Count one request against all `limits`, or against none of them when one is used up."""
        now = self._clock.monotonic()
        held = [self._living(group, limit, now) for limit in limits]
        counts = [_count(limit, steps, now) for limit, steps in zip(limits, held, strict=True)]
        if not all(count.left for count in counts):
            return Taken(group=group, admitted=False, counts=tuple(counts))
        taken = []
        for count, steps in zip(counts, held, strict=True):
            steps[count.step] = steps.get(count.step, 0) + 1
            self._steps.put(
                f"{group}:{count.limit.key}", steps, ends_at=now + count.limit.seconds * (1 + 2 / STEPS), now=now
            )
            taken.append(replace(_count(count.limit, steps, now), step=count.step))
        return Taken(group=group, admitted=True, counts=tuple(taken))

    async def give_back(self, group: str, counts: Sequence[Count]) -> None:
        """Take one request back from each of these; one that counts no more changes nothing."""
        now = self._clock.monotonic()
        for count in counts:
            steps = self._steps.find(f"{group}:{count.limit.key}", now=now) or {}
            if steps.get(count.step, 0) > 1:
                steps[count.step] -= 1
            else:
                steps.pop(count.step, None)

    async def forget(self, group: str, limits: Sequence[Limit]) -> None:
        """Delete the counts of these limits."""
        for limit in limits:
            self._steps.drop(f"{group}:{limit.key}")

    async def close(self) -> None:
        """Nothing to end."""

    def _living(self, group: str, limit: Limit, now: float) -> Steps:
        """The steps that still count."""
        steps = self._steps.find(f"{group}:{limit.key}", now=now) or {}
        first = _step(limit, now) - STEPS
        return {step: used for step, used in steps.items() if step >= first}


def _step(limit: Limit, now: float) -> int:
    return int(now * STEPS / limit.seconds)


def _count(limit: Limit, steps: Steps, now: float) -> Count:
    wait = (min(steps) + STEPS + 1) * limit.seconds / STEPS - now if steps else 0.0
    return Count(limit=limit, used=sum(steps.values()), step=_step(limit, now), wait=max(0.0, wait))
