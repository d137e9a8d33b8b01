"""The JSON bodies of /api/v1/me/, as types; the OpenAPI document's schemas are made from them."""

import datetime as dt
from typing import Literal

from django.urls import reverse

from apps.privacy.models import Export
from identification.answer import Struct


class MeBody(Struct):
    """The account that is signed in."""

    id: int
    email: str
    email_verified: bool
    second_factor: bool
    staff: bool
    joined_at: dt.datetime
    keep_place: bool  # whether identifications keep where they were asked, rounded to 0.1 degree
    deletion_scheduled_for: dt.datetime | None  # null: nobody wants to delete it


class DeletionBody(Struct):
    """When the account will be deleted, and where that can be taken back until then."""

    deletion_scheduled_for: dt.datetime
    undo_url: str


class ExportBody(Struct):
    """An export: `done` of `total` identifications are in it; `total` is null until they are counted."""

    id: str
    state: Literal["queued", "running", "ready", "failed"]
    url: str
    created_at: dt.datetime
    done: int
    total: int | None
    size_bytes: int | None
    expires_at: dt.datetime | None  # it is deleted then
    download_url: str | None  # when it is ready


def export_body(export: Export) -> ExportBody:
    """The body of an export."""
    ready = export.state == Export.State.READY
    return ExportBody(
        id=str(export.pk),
        state=export.state,  # type: ignore[arg-type] # the model's choices are these four
        url=reverse("v1:export", kwargs={"export_id": export.pk}),
        created_at=export.created_at,
        done=export.done,
        total=export.total,
        size_bytes=export.size_bytes,
        expires_at=export.expires_at,
        download_url=reverse("v1:export-download", kwargs={"export_id": export.pk}) if ready else None,
    )
