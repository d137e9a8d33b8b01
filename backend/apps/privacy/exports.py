"""Exports: asked for, made in the background in small steps, deleted. A crash costs an attempt, never the export."""

import asyncio
import datetime as dt
import tempfile
import uuid
from pathlib import Path

import structlog
from django.conf import settings
from django.core.files import File
from django.db import IntegrityError, transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from apps.plant_identification.files import erase_files, order_file_erasures
from apps.plant_identification.models import Identification
from apps.plant_identification.queries import with_all
from apps.plant_identification.wiring import Services
from apps.privacy import records
from apps.privacy.models import Export
from apps.privacy.writing import ExportWriter
from apps.users.models import User
from plant_community_backend.database import in_database
from plant_community_backend.media import get_media, in_media

STEP = 5  # identifications read at once
STALE_SECONDS = 120.0  # without a sign of life the process that made it is gone
ATTEMPTS_MAX = 3
UNDER_WAY = (Export.State.QUEUED, Export.State.RUNNING)
log = structlog.get_logger("plant_community.privacy")


class ExportGoneError(Exception):
    """The export was deleted while it was made, or another process has taken it over."""


def request_export(owner: User, *, licence: str = "") -> Export:
    """An export of this account; the one that is under way, if there is one. Earlier ones go when it is ready."""
    try:
        with transaction.atomic():
            return Export.objects.create(owner=owner, licence=licence)
    except IntegrityError:
        return Export.objects.filter(owner=owner, state__in=UNDER_WAY).get()


def claim_export() -> Export | None:
    """The next export to make, for this process alone; None when there is none.

    One whose process is gone is begun again; after ATTEMPTS_MAX times it has failed.
    """
    stale = Q(state=Export.State.RUNNING, beat_at__lt=timezone.now() - dt.timedelta(seconds=STALE_SECONDS))
    tired = Export.objects.filter(stale, attempts__gte=ATTEMPTS_MAX)
    tired.update(state=Export.State.FAILED, finished_at=timezone.now())
    for export in Export.objects.filter(stale | Q(state=Export.State.QUEUED)).order_by("created_at")[:10]:
        mine = Export.objects.filter(pk=export.pk, state=export.state, attempts=export.attempts).update(
            state=Export.State.RUNNING, attempts=F("attempts") + 1, beat_at=timezone.now(), done=0
        )
        if mine:
            export.refresh_from_db()
            return export
    return None


async def make_export(export: Export, services: Services) -> None:
    """Make the export that this process has claimed; it is ready or has failed afterwards."""
    try:
        await _make(export, services)
    except asyncio.CancelledError:  # this process ends: the next one begins at once, not when it looks stale
        await in_database(_mine(export).update, state=Export.State.QUEUED, attempts=export.attempts - 1)
        raise
    except ExportGoneError:
        log.info("an export was deleted while it was made", export=str(export.pk))
    except Exception:
        log.exception("an export failed", export=str(export.pk))
        await in_database(_mine(export).update, state=Export.State.FAILED, finished_at=timezone.now())


async def _make(export: Export, services: Services) -> None:
    await services.history.flush()
    ids = await in_database(_identifications_of, export)
    with tempfile.TemporaryDirectory(prefix="plant-community-export-", ignore_cleanup_errors=True) as folder:
        with ExportWriter(Path(folder), package=f"urn:uuid:{export.pk}", licence=export.licence) as writer:
            for begin in range(0, len(ids), STEP):
                step = ids[begin : begin + STEP]
                await in_media(writer.add, await in_database(_read, step))
                await in_database(_beat, export, F("done") + len(step))
            await in_database(_write_account, writer, export)
            await in_media(writer.finish)
        await in_database(_beat, export, F("done"))
        size = await in_media(_store, export, writer.path)
    if not await in_database(_finish, export, size):
        await in_database(order_file_erasures, [export.file_name])
        await erase_files()
        raise ExportGoneError
    await erase_files()


def _mine(export: Export) -> QuerySet[Export]:
    """The row, as long as this process makes it."""
    return Export.objects.filter(pk=export.pk, state=Export.State.RUNNING, attempts=export.attempts)


def _identifications_of(export: Export) -> list[uuid.UUID]:
    """The account's, oldest first; their number is told from now on."""
    owned = Identification.objects.filter(owner_id=export.owner_id).order_by("created_at", "pk")
    ids = list(owned.values_list("pk", flat=True))
    _mine(export).update(total=len(ids))
    return ids


def _read(ids: list[uuid.UUID]) -> list[Identification]:
    found = {row.pk: row for row in with_all().prefetch_related("provider_answers").filter(pk__in=ids)}
    return [found[pk] for pk in ids if pk in found]


def _beat(export: Export, done: object) -> None:
    """Tell that it goes on. Raises ExportGoneError when it should not."""
    if not _mine(export).update(done=done, beat_at=timezone.now()):
        raise ExportGoneError


def _write_account(writer: ExportWriter, export: Export) -> None:
    owner = User.objects.get(pk=export.owner_id)
    writer.write("account.json", records.account_of(owner))
    writer.write("sessions.json", records.sessions_of(owner))
    writer.write("api_keys.json", records.api_keys_of(owner))
    writer.write("use.json", records.use_of(owner))
    writer.write_list("feedback.json", records.feedback_of(owner))


def _store(export: Export, path: Path) -> int:
    """Put the file where all processes find it; what a crash left there goes. Its size."""
    get_media().delete(export.file_name)
    with path.open("rb") as opened:
        get_media().save(export.file_name, File(opened))
    return path.stat().st_size


@transaction.atomic
def _finish(export: Export, size: int) -> bool:
    """It is ready, and the earlier ones of its owner go; False when it is not ours any more."""
    done = _mine(export).update(state=Export.State.READY, size_bytes=size, finished_at=timezone.now())
    if done:
        delete_exports(Export.objects.filter(owner_id=export.owner_id).exclude(pk=export.pk))
    return bool(done)


@transaction.atomic
def delete_exports(exports: QuerySet[Export]) -> int:
    """Delete these exports; how many there were. Their files are ordered to go: `erase_files` deletes them."""
    found = list(exports)
    order_file_erasures(export.file_name for export in found)
    for export in found:
        export.delete()
    return len(found)


async def delete_old_exports() -> int:
    """Delete those that are over."""
    before = timezone.now() - dt.timedelta(days=settings.EXPORT_RETENTION_DAYS)
    deleted = await in_database(delete_exports, Export.objects.filter(finished_at__lt=before))
    if deleted:
        await erase_files()
    return deleted
