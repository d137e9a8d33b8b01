"""What the OpenAPI document says of each route; the schemas themselves come from `bodies.py`."""

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse

from apps.plant_identification.api.schema import NOT_FOUND, PROBLEM, body
from apps.privacy.api.forms import LICENCES, ExportForm, Form, MeForm, StrictBoolean

COMMON: dict[str, Any] = {"tags": ["your account"], "auth": [{"sessionToken": []}, {"sessionCookie": []}]}
ME = body("MeBody", "The account.")
CONFLICT = {409: PROBLEM}
BAD_BODY = {400: PROBLEM, 415: PROBLEM}


def closed(form: type[Form]) -> dict[str, Any]:
    """The schema of a form as what it is: no other field is taken, and none is needed."""
    fields = {
        name: {"type": "boolean"} if isinstance(field, StrictBoolean) else {"type": "string", "enum": LICENCES}
        for name, field in form().fields.items()
    }
    for name, field in form().fields.items():
        fields[name]["description"] = str(field.help_text)
    return {"application/json": {"type": "object", "additionalProperties": False, "properties": fields}}


READ = COMMON | {"operation_id": "me", "summary": "Who is signed in", "responses": {200: ME}}
CHANGE = COMMON | {
    "operation_id": "me_change",
    "summary": "Say whether identifications keep where they were asked",
    "request": closed(MeForm),
    "responses": {200: ME, **BAD_BODY},
}
DELETE = COMMON | {
    "operation_id": "me_delete",
    "summary": "Delete the account and all that belongs to it",
    "description": (
        "Needs a confirmation a few minutes before at most: POST reauthenticate below /api/v1/auth/, else 401 "
        "`reauthentication-required`. The account can do nothing from now on but sign in, read, export, and take this "
        "back until the day in the answer; then everything goes, files, caches and Plant.id's own records too. Other "
        "sessions end at once."
    ),
    "responses": {202: body("DeletionBody", "It will be deleted then.")},
}
UNDO = COMMON | {
    "operation_id": "me_undo_deletion",
    "summary": "Keep the account after all",
    "request": None,
    "responses": {200: ME, **CONFLICT},
}
EXPORT = COMMON | {
    "operation_id": "me_export",
    "summary": "Export all that is kept of you",
    "description": (
        "A zip: JSON of everything, a table, the photos, and a Darwin Core Archive. It is made in the background; one at "
        "a time, and one that is under way is told again. It is deleted after some days, or when a newer one is ready."
    ),
    "request": closed(ExportForm),
    "responses": {202: body("ExportBody", "It is being made: look again at Location."), **BAD_BODY},
}
READ_EXPORT = COMMON | {
    "operation_id": "me_export_read",
    "summary": "How far an export is",
    "responses": {200: body("ExportBody", "The export."), **NOT_FOUND},
}
DOWNLOAD = COMMON | {
    "operation_id": "me_export_download",
    "summary": "The zip of an export",
    "responses": {
        (200, "application/zip"): OpenApiResponse(response=OpenApiTypes.BINARY, description="The zip."),
        404: PROBLEM,
        409: PROBLEM,
    },
}
