"""How long things are kept, and their end: run by every process now and then, and by `plant-community manage retain`."""

import datetime as dt

import structlog
from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone

from apps.plant_identification.deletions import delete_identification, delete_photos
from apps.plant_identification.models import Identification
from apps.plant_identification.wiring import Services
from apps.privacy.exports import delete_old_exports
from apps.privacy.sign_ins import forget_old_sign_ins
from plant_community_backend.database import in_database

AT_ONCE = 50
log = structlog.get_logger("plant_community.privacy")


async def retain(services: Services) -> dict[str, int]:
    """Delete whatever has been kept long enough; how many of each there were."""
    deleted = {
        "identifications of visitors": await delete_old_visits(services),
        "identifications' photos": await delete_old_photos(services),
        "exports": await delete_old_exports(),
        "sessions": await in_database(forget_old_sign_ins),
    }
    if any(deleted.values()):
        log.info(
            "kept long enough, and deleted", **{name.replace(" ", "_"): number for name, number in deleted.items()}
        )
    return deleted


async def delete_old_visits(services: Services) -> int:
    """Delete what was asked without an account more than VISITOR_RETENTION_DAYS ago; 0 days keep it."""
    deleted = 0
    while visits := await in_database(_first, _ended(settings.VISITOR_RETENTION_DAYS).filter(owner=None)):
        for identification in visits:
            await delete_identification(identification, services)
        deleted += len(visits)
    return deleted


async def delete_old_photos(services: Services) -> int:
    """Delete photos that were sent more than PHOTO_RETENTION_DAYS ago; their answers stay. 0 days keep them."""
    deleted = 0
    while shown := await in_database(_first, _ended(settings.PHOTO_RETENTION_DAYS).filter(photos__isnull=False)):
        for identification in shown:
            await delete_photos(identification, services)
        deleted += len(shown)
    return deleted


def _ended(days: int) -> QuerySet[Identification]:
    """Those that ended and are older than this; none for 0 days."""
    if not days:
        return Identification.objects.none()
    before = timezone.now() - dt.timedelta(days=days)
    return Identification.objects.filter(created_at__lt=before).exclude(status=Identification.Status.RUNNING)


def _first(found: QuerySet[Identification]) -> list[Identification]:
    return list(found.distinct().order_by("created_at", "pk")[:AT_ONCE])
