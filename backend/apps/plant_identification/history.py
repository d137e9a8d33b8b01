"""Identifications that were answered by what is kept: given at once, stored right after (docs/adr/0013)."""

import asyncio
import contextlib
import contextvars
from collections.abc import Sequence
from dataclasses import dataclass

import msgspec
import structlog
from django.db import OperationalError, transaction

from apps.plant_identification.continuing import stand_for_earlier
from apps.plant_identification.models import Identification, Photo, ProviderAnswer
from apps.plant_identification.pictures import find_pictures
from identification.known_photos import KnownPhoto
from plant_community_backend.database import AWAY, in_database_when_back
from resilience.news import happens_within

PENDING_MAX = 200  # identifications given and not yet stored; more wait for their place before they are given
ADD_SECONDS = FLUSH_SECONDS = 5.0  # for which a request waits while nothing can be stored (law 3)
GATHER_SECONDS = 0.05  # how long one waits for others to be stored with it, unless somebody wants to read it
log = structlog.get_logger("plant_community.history")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """An identification that is complete but not yet stored, with what its rows refer to."""

    identification: Identification
    photos: tuple[KnownPhoto, ...]
    raws: tuple[str, ...]
    organs: tuple[str, ...]
    archive_ids: tuple[int, ...]


class HistoryWriter:
    """Stores them in batches, one writer a process; `flush` before reading what this process may just have given."""

    def __init__(self) -> None:
        self._pending: list[Answered] = []
        self._writer: asyncio.Task[None] | None = None
        self._added = self._stored = 0
        self._progress, self._hurry = asyncio.Event(), asyncio.Event()

    async def add(self, answered: Answered) -> None:
        """Store it soon; waits a little while too many are to be stored. Raises OperationalError when that does not end."""
        try:
            async with asyncio.timeout(ADD_SECONDS):
                while len(self._pending) >= PENDING_MAX:
                    self._hurry.set()
                    await self._progress.wait()
        except TimeoutError:
            message = "the database takes nothing in"
            raise OperationalError(message) from None
        self._pending.append(answered)
        self._added += 1
        if self._writer is None or self._writer.done():
            self._writer = asyncio.create_task(self._write(), name="history", context=contextvars.Context())

    async def flush(self) -> None:
        """Return when all that was added before is stored, or cannot be at this moment: whoever reads then finds out."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(FLUSH_SECONDS):
                await self.drain()

    async def drain(self) -> None:
        """Return when all that was added before is stored, or given up; for a graceful stop."""
        target = self._added
        while self._stored < target:
            self._hurry.set()
            await self._progress.wait()

    async def _write(self) -> None:
        while self._pending:
            await happens_within(self._hurry, GATHER_SECONDS)
            self._hurry.clear()
            batch, self._pending = self._pending, []
            try:
                await in_database_when_back(store_answered, batch)
            except AWAY:
                log.exception("a batch of history was not stored: the database stayed away", size=len(batch))
            except Exception:
                log.exception("a batch of history was not stored; each is tried by itself", size=len(batch))
                await self._write_one_by_one(batch)
            self._stored += len(batch)
            self._progress.set()
            self._progress = asyncio.Event()

    async def _write_one_by_one(self, batch: Sequence[Answered]) -> None:
        """One that cannot be stored, as when its owner was deleted meanwhile, costs the others nothing."""
        for each in batch:
            try:
                await in_database_when_back(store_answered, [each])
            except Exception:
                log.exception("an answered identification was not stored", identification=str(each.identification.pk))


@transaction.atomic
def store_answered(batch: Sequence[Answered]) -> None:
    """Store these identifications with their photos and links, in seven queries however many there are; twice is once.

    What they refer to was there when they were answered; what somebody deleted since is left out.
    """
    references = [each.identification.reference for each in batch]
    stored = set(Identification.objects.filter(reference__in=references).values_list("reference", flat=True))
    batch = [each for each in batch if each.identification.reference not in stored]
    ids = {archive_id for each in batch for archive_id in each.archive_ids}
    kept = set(
        ProviderAnswer.objects.select_for_update().filter(pk__in=ids).order_by("pk").values_list("pk", flat=True)
    )
    pictures = find_pictures({photo.digest for each in batch for photo in each.photos})
    for each in batch:
        each.identification.answer = msgspec.to_builtins(each.identification.given)
    Identification.objects.bulk_create([each.identification for each in batch])
    photos = [
        Photo(identification=each.identification, position=position, organ=organ, raw_digest=raw, picture=picture)
        for each in batch
        for position, (photo, raw, organ) in enumerate(zip(each.photos, each.raws, each.organs, strict=True))
        if (picture := pictures.get(photo.digest)) is not None
    ]
    Photo.objects.bulk_create(photos)
    stand_for_earlier(each.identification for each in batch)
    link = Identification.provider_answers.through
    link.objects.bulk_create(
        link(identification_id=each.identification.pk, provideranswer_id=archive_id)
        for each in batch
        for archive_id in each.archive_ids
        if archive_id in kept
    )
