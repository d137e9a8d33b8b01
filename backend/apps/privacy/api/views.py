"""A person's own account: what it is, its place setting, its export, its deletion."""

import uuid
from collections.abc import AsyncIterator, Mapping
from typing import Any, Protocol

import msgspec
from allauth.account.models import EmailAddress
from allauth.mfa.utils import is_mfa_enabled
from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.parsers import JSONParser
from rest_framework.request import Request

from apps.plant_identification.api.negotiation import OneFormat
from apps.plant_identification.models import Identification
from apps.privacy import deletion, exports, letters
from apps.privacy.api import schema
from apps.privacy.api.bodies import DeletionBody, MeBody, export_body
from apps.privacy.api.forms import ExportForm, MeForm
from apps.privacy.api.sessions import OwnAccount, require_confirmation, session_of
from apps.privacy.lifespan import wake_exporter
from apps.privacy.models import Export
from apps.users.models import User
from plant_community_backend.async_views import APIView
from plant_community_backend.database import in_database
from plant_community_backend.media import get_media, in_media
from plant_community_backend.problems import Problem, files_unavailable

PRIVATE = {"Cache-Control": "private, no-store", "Vary": "Cookie"}
CHUNK = 256 * 1024
RETRY_SECONDS = "2"


def private(body: Any, headers: Mapping[str, str] | None = None, *, status: int = 200) -> HttpResponse:
    """A typed body as JSON; nobody else may keep it."""
    return HttpResponse(
        msgspec.json.encode(body), status=status, content_type="application/json", headers=PRIVATE | dict(headers or {})
    )


def person(request: Request) -> User:
    """Who is signed in; the permission has seen to it that somebody is."""
    assert isinstance(request.user, User)
    return request.user


class OwnView(APIView):
    """A view of the signed-in person's own account, also of one that is to be deleted."""

    permission_classes = (OwnAccount,)
    parser_classes = (JSONParser,)
    open_to_leavers = True


class MeView(OwnView):
    """The account."""

    @extend_schema(**schema.READ)
    async def get(self, request: Request, **_: Any) -> HttpResponseBase:
        """Who is signed in."""
        return private(await in_database(_me, person(request).pk))

    @extend_schema(**schema.CHANGE)
    async def patch(self, request: Request, **_: Any) -> HttpResponseBase:
        """Say whether places are kept."""
        form = MeForm(data=request.data)
        form.is_valid(raise_exception=True)
        if "keep_place" in form.validated_data:
            await in_database(_set_keep_place, person(request).pk, keep=form.validated_data["keep_place"])
        return private(await in_database(_me, person(request).pk))

    @extend_schema(**schema.DELETE)
    async def delete(self, request: Request, **_: Any) -> HttpResponseBase:
        """Ask for the account's deletion."""
        await in_database(require_confirmation, request)
        key = session_of(request).session_key or ""
        due = await in_database(deletion.schedule_deletion, person(request).pk, session_key=key)
        await letters.send(letters.SCHEDULED, person(request).email, due=due)
        return private(DeletionBody(deletion_scheduled_for=due, undo_url=reverse("v1:undo-deletion")), status=202)


def _me(user_id: int) -> MeBody:
    user = User.objects.get(pk=user_id)
    return MeBody(
        id=user.pk,
        email=user.email,
        email_verified=EmailAddress.objects.filter(user=user, email__iexact=user.email, verified=True).exists(),
        second_factor=is_mfa_enabled(user),
        staff=user.is_staff,
        joined_at=user.date_joined,
        keep_place=user.keep_place,
        deletion_scheduled_for=user.deletion_due,
    )


def _set_keep_place(user_id: int, *, keep: bool) -> None:
    """Keep places from now on, or forget all of them; one that is being asked forgets its own at its end."""
    User.objects.filter(pk=user_id).update(keep_place=keep)
    if not keep:
        ended = Identification.objects.filter(owner_id=user_id).exclude(status=Identification.Status.RUNNING)
        ended.update(latitude=None, longitude=None)


class UndoDeletionView(OwnView):
    """The way back."""

    @extend_schema(**schema.UNDO)
    async def post(self, request: Request, **_: Any) -> HttpResponseBase:
        """Keep the account after all."""
        if not await in_database(deletion.undo_deletion, person(request).pk):
            raise Problem("conflict", "Nobody asked for the deletion of this account, or its time has come.")
        await letters.send(letters.KEPT, person(request).email)
        return private(await in_database(_me, person(request).pk))


class ExportsView(OwnView):
    """Exports."""

    @extend_schema(**schema.EXPORT)
    async def post(self, request: Request, **_: Any) -> HttpResponseBase:
        """Ask for one; one that is under way is told again."""
        form = ExportForm(data=request.data)
        form.is_valid(raise_exception=True)
        export = await in_database(exports.request_export, person(request), licence=form.validated_data["licence"])
        wake_exporter()
        body = export_body(export)
        return private(body, {"Location": body.url, "Retry-After": RETRY_SECONDS}, status=202)


class ExportView(OwnView):
    """One export."""

    @extend_schema(**schema.READ_EXPORT)
    async def get(self, request: Request, export_id: uuid.UUID, **_: Any) -> HttpResponseBase:
        """How far it is."""
        export = await in_database(_access, request, export_id)
        under_way = {"Retry-After": RETRY_SECONDS} if export.state in exports.UNDER_WAY else {}
        return private(export_body(export), under_way)


class DownloadView(OwnView):
    """The file of an export."""

    content_negotiation_class = OneFormat

    @extend_schema(**schema.DOWNLOAD)
    async def get(self, request: Request, export_id: uuid.UUID, **_: Any) -> HttpResponseBase:
        """The zip."""
        export = await in_database(_access, request, export_id)
        if export.state != Export.State.READY:
            raise Problem(
                "conflict", "The export is not ready.", hint=f"GET {export_body(export).url} tells its state."
            )
        try:
            file = await in_media(get_media().open, export.file_name)
        except FileNotFoundError:
            raise Problem("not-found", "There is no such export, or it was deleted.") from None
        except OSError as error:
            raise files_unavailable() from error
        name = f"plant-community-{timezone.localdate(export.created_at):%Y-%m-%d}.zip"
        headers = PRIVATE | {
            "Content-Disposition": f'attachment; filename="{name}"',
            "Content-Length": str(export.size_bytes),
        }
        return StreamingHttpResponse(_chunks(file), content_type="application/zip", headers=headers)


class Readable(Protocol):
    """An open file."""

    def read(self, size: int, /) -> bytes:
        """Its next bytes."""
        ...

    def close(self) -> None:
        """End it."""
        ...


async def _chunks(file: Readable) -> AsyncIterator[bytes]:
    """The file piece by piece, each read beside the event loop."""
    try:
        while chunk := await in_media(file.read, CHUNK):
            yield chunk
    finally:
        file.close()


def _access(request: Request, export_id: uuid.UUID) -> Export:
    """The export, if it is this person's. Raises Problem, 404, also for somebody else's."""
    export = Export.objects.filter(pk=export_id, owner_id=person(request).pk).first()
    if export is None:
        raise Problem("not-found", "There is no such export, or it was deleted.")
    return export
