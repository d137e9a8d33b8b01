"""Looks at photos beside the event loop, once per photo, and sums up what the photos of one call show."""

import asyncio
import hashlib
from collections import OrderedDict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from io import BytesIO

from PIL import Image

from plant_simulator.catalogue import Disease, Plant
from plant_simulator.seeing import Sight, Unreadable, see


@dataclass(frozen=True, slots=True)
class Look:
    """One photo: its SHA-256, what is seen on it, and its size in pixels."""

    digest: str
    sight: Sight
    pixels: int


class Eyes:
    """Sees photos in two threads and remembers the last `kept` of them by their bytes."""

    def __init__(self, kept: int) -> None:
        self._kept = kept
        self._seen: OrderedDict[str, Look | None] = OrderedDict()
        self._looking: dict[str, asyncio.Future[Look | None]] = {}
        self._threads = ThreadPoolExecutor(2, thread_name_prefix="plant-simulator-eyes")

    async def look(self, data: bytes) -> Look:
        """What is on a photo. Raises Unreadable for bytes that are no JPEG or PNG."""
        digest = hashlib.sha256(data).hexdigest()
        if digest in self._seen:
            self._seen.move_to_end(digest)
            look = self._seen[digest]
        else:
            look = await self._look_once(digest, data)
        if look is None:
            raise Unreadable
        return look

    async def _look_once(self, digest: str, data: bytes) -> Look | None:
        looking = self._looking.get(digest)
        if looking is None:
            looking = asyncio.get_running_loop().run_in_executor(self._threads, _look, digest, data)
            self._looking[digest] = looking
            looking.add_done_callback(lambda done: self._remember(digest, done))
        return await asyncio.shield(looking)

    def _remember(self, digest: str, done: asyncio.Future[Look | None]) -> None:
        del self._looking[digest]
        if done.cancelled() or done.exception() is not None:
            return
        self._seen[digest] = done.result()
        while len(self._seen) > self._kept:
            self._seen.popitem(last=False)

    def close(self) -> None:
        """Let the threads end; what they have begun they finish."""
        self._threads.shutdown(wait=True, cancel_futures=True)


def _look(digest: str, data: bytes) -> Look | None:
    try:
        with Image.open(BytesIO(data)) as image:
            pixels = image.width * image.height
        return Look(digest, see(data), pixels)
    except (Unreadable, OSError, SyntaxError, ValueError, Image.DecompressionBombError, Image.DecompressionBombWarning):
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What the photos of one call show together: both providers make their answers of it."""

    digests: tuple[str, ...]
    organs: tuple[str, ...]  # as seen, in the order of the photos
    is_plant: bool
    plant_probability: float
    ranking: tuple[tuple[Plant, float], ...]  # best first
    clear: bool
    healthy_probability: float
    diseases: tuple[tuple[Disease, float], ...]  # most likely first
    card: str | None  # the name on a test card among the photos

    @property
    def is_healthy(self) -> bool:
        """Whether the plant passes for healthy, by Plant.id's present threshold."""
        return self.healthy_probability >= HEALTHY_THRESHOLD


HEALTHY_THRESHOLD = 0.525  # model 3.4.1 and later; 0.63 in 3.0.0


def sum_up(looks: Sequence[Look]) -> Verdict:
    """One verdict over the photos of one plant: the mean of what is seen on those that show a plant at all."""
    sights = [look.sight for look in looks]
    plants = [sight for sight in sights if sight.is_plant] or sights
    return Verdict(
        digests=tuple(look.digest for look in looks),
        organs=tuple(sight.organ for sight in sights),
        is_plant=any(sight.is_plant for sight in sights),
        plant_probability=max(sight.plant_probability for sight in sights),
        ranking=_mean([sight.ranking for sight in plants]),
        clear=any(sight.clear for sight in plants),
        healthy_probability=sum(sight.healthy_probability for sight in plants) / len(plants),
        diseases=_mean([sight.diseases for sight in plants]),
        card=next((sight.fault for sight in sights if sight.fault), None),
    )


def _mean[Thing: (Plant, Disease)](
    rankings: Sequence[tuple[tuple[Thing, float], ...]],
) -> tuple[tuple[Thing, float], ...]:
    things: dict[str, Thing] = {}
    totals: dict[str, float] = {}
    for thing, score in (row for ranking in rankings for row in ranking):
        things[thing.name] = thing
        totals[thing.name] = totals.get(thing.name, 0.0) + score
    best = sorted(totals, key=lambda name: -totals[name])[:10]
    return tuple((things[name], totals[name] / len(rankings)) for name in best)
