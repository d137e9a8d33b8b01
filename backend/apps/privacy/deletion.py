"""The deletion of an account: asked for, taken back, carried out when its time has come. Nothing of it stays (law 12).

Between the two the account can only sign in, read, export, and take the deletion back (users.authentication).
"""

import datetime as dt
from dataclasses import dataclass

import structlog
from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import models, transaction
from django.utils import timezone

from apps.api_keys.models import ApiKey
from apps.plant_identification.deletions import delete_identification
from apps.plant_identification.files import erase_files
from apps.plant_identification.models import Identification
from apps.plant_identification.throttles import Caller, api_limits, identify_limits
from apps.plant_identification.upkeep import erase_at_providers
from apps.plant_identification.wiring import Services
from apps.privacy import letters, sign_ins
from apps.privacy.exports import delete_exports
from apps.privacy.models import Export
from apps.users.models import User
from plant_community_backend.database import in_database

AT_ONCE = 100
log = structlog.get_logger("plant_community.privacy")


@transaction.atomic
def schedule_deletion(user_id: int, *, session_key: str) -> dt.datetime:
    """When the account will be deleted: ACCOUNT_UNDO_DAYS from now, or earlier if it was asked for before.

    It can do nothing but take that back from now on, and is signed out everywhere but in the session of this key.
    """
    user = User.objects.select_for_update().get(pk=user_id)
    if user.deletion_due is None:
        user.deletion_due = timezone.now() + dt.timedelta(days=settings.ACCOUNT_UNDO_DAYS)
        user.save(update_fields=["deletion_due"])
    sign_ins.end_sessions(user, but=session_key)
    return user.deletion_due


def undo_deletion(user_id: int) -> bool:
    """Whether the account stays after all; False when nobody wanted to delete it, or its time has come."""
    return bool(User.objects.filter(pk=user_id, deletion_due__gt=timezone.now()).update(deletion_due=None))


async def delete_due_accounts(services: Services) -> int:
    """Delete every account whose time has come; how many there were."""
    due = await in_database(
        lambda: list(User.objects.filter(deletion_due__lte=timezone.now()).values_list("pk", flat=True))
    )
    deleted = 0
    for user_id in due:
        deleted += await delete_account(user_id, services)
    return deleted


async def delete_account(user_id: int, services: Services) -> bool:
    """Delete an account whose time has come, and all that is its. False while a question of its still runs: not yet."""
    await services.history.flush()
    while identifications := await in_database(_some_identifications, user_id):
        for identification in identifications:
            if identification.status == Identification.Status.RUNNING:  # what it brings would come after we looked
                return False
            await delete_identification(identification, services)
    gone = await in_database(_delete_rows, user_id)
    if gone is None:
        return False
    await erase_files()
    for caller in gone.callers:
        await services.rates.forget(caller.group, (*api_limits(caller), *identify_limits(caller)))
    await erase_at_providers(services)
    await letters.send(letters.DELETED, gone.address)
    log.info("[AUTH] an account was deleted as its owner wished")
    return True


@dataclass(frozen=True, slots=True)
class Gone:
    """What has to be known of an account after its rows are gone."""

    address: str
    callers: tuple[Caller, ...]  # under which names its requests were counted


def _some_identifications(user_id: int) -> list[Identification]:
    if not User.objects.filter(pk=user_id, deletion_due__lte=timezone.now()).exists():  # taken back a moment ago
        return []
    return list(Identification.objects.filter(owner_id=user_id).order_by("status")[:AT_ONCE])


@transaction.atomic
def _delete_rows(user_id: int) -> Gone | None:
    """Delete the account with all rows that name it; None when it must not be, or has something left."""
    user = User.objects.select_for_update().filter(pk=user_id, deletion_due__lte=timezone.now()).first()
    if user is None or Identification.objects.filter(owner=user).exists():
        return None
    keys = list(ApiKey.objects.filter(owner=user))
    names = [f"user:{user.pk}", f"sandbox:{user.pk}"]
    callers = [Caller(name, signed_in=True) for name in names]
    callers += [
        Caller(names[key.is_test], signed_in=True, key=f"key:{key.caller}", rate=key.rate_limit)
        for key in keys
        if key.rate_limit
    ]
    delete_exports(Export.objects.filter(owner=user))
    sign_ins.end_sessions(user)
    sign_ins.forget_attempts(user)
    _forget_admin_log(user)
    _forget_loose_references(user)
    address = user.email
    user.delete()
    return Gone(address=address, callers=tuple(callers))


def _forget_admin_log(user: User) -> None:
    """What the person did in the admin goes with the row; this is what others did to it: its address stands there."""
    LogEntry.objects.filter(content_type=ContentType.objects.get_for_model(User), object_id=str(user.pk)).delete()


def _forget_loose_references(user: User) -> None:
    """Empty the references that a library keeps beyond their user, such as logs of a CMS."""
    for relation in User._meta.related_objects:  # noqa: SLF001 - Django's documented way to its models
        if relation.on_delete is models.DO_NOTHING and relation.field.null:
            relation.related_model._base_manager.filter(**{relation.field.name: user}).update(  # noqa: SLF001 - as above
                **{relation.field.name: None}
            )
