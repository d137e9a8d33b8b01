"""What the OpenAPI document says of each route; the schemas themselves come from `bodies.py`."""

import datetime as dt
from typing import Any

from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse

from apps.plant_identification.api.filters import LEVELS, PRINTED
from apps.plant_identification.api.forms import FeedbackForm, IdentifyForm, OptionsForm
from apps.plant_identification.api.negotiation import IMAGE_TYPES
from apps.plant_identification.models import Identification

TAGS = ["plant identification"]
MULTIPART = "multipart/form-data"


def body(name: str, description: str) -> OpenApiResponse:
    """A response whose body is the type `name` of bodies.py."""
    return OpenApiResponse(response={"$ref": f"#/components/schemas/{name}"}, description=description)


PROBLEM = body("ProblemBody", "A problem (RFC 9457, application/problem+json).")
NOT_FOUND = {404: PROBLEM}
ONE = body("IdentificationBody", "The identification.")
RUNNING = body("IdentificationBody", "Still running: look again at Location after Retry-After seconds.")

IDENTIFY: dict[str, Any] = {
    "tags": TAGS,
    "operation_id": "identify",
    "summary": "Identify the plant on one to five photos",
    "description": (
        "Asks Plant.id and Pl@ntNet at once and answers with one verdict. Send multipart/form-data, or the bare bytes of "
        "one photo with the options in the query. `Accept: text/event-stream` streams `accepted`, one `provider` event "
        "for each provider as it ends, and `result` (or `problem`). `Prefer: respond-async` answers 202 at once."
    ),
    "parameters": [
        OptionsForm,
        OpenApiParameter(
            "Prefer", str, OpenApiParameter.HEADER, description="`respond-async`, and/or `wait=SECONDS` (RFC 7240)."
        ),
        OpenApiParameter(
            "Idempotency-Key",
            str,
            OpenApiParameter.HEADER,
            description=(
                "1 to 255 visible ASCII characters, best a UUID, in quotes or not. Sent again with the same photos and "
                "options, the same identification is the answer, and nothing is asked or charged; with other ones 422 "
                "`idempotency-key-reused`. One that failed is asked anew."
            ),
        ),
        OpenApiParameter(
            "X-Test-Scenario",
            str,
            OpenApiParameter.HEADER,
            description="With a test key only: what shall happen. /api/v1/sandbox/ lists the scenarios.",
        ),
    ],
    "request": {MULTIPART: IdentifyForm, **{name: {"type": "string", "format": "binary"} for name in IMAGE_TYPES}},
    "responses": {
        200: ONE,
        (200, "text/event-stream"): OpenApiResponse(
            response={"type": "string"},
            description="Server-sent events.",
            examples=[
                OpenApiExample("first event", value='event: accepted\nid: 1\ndata: {"id":"...","url":"..."}\n\n')
            ],
        ),
        202: RUNNING,
        400: PROBLEM,
        406: PROBLEM,
        413: PROBLEM,
        415: PROBLEM,
        422: PROBLEM,
        503: PROBLEM,
    },
}
READ: dict[str, Any] = {
    "tags": TAGS,
    "operation_id": "identification_read",
    "summary": "Read one identification",
    "responses": {200: ONE, 202: RUNNING, **NOT_FOUND},
}
DELETE: dict[str, Any] = {
    "tags": TAGS,
    "operation_id": "identification_delete",
    "summary": "Delete one identification, its photos, and the provider's record of it",
    "responses": {204: None, **NOT_FOUND},
}
FEEDBACK: dict[str, Any] = {
    "tags": TAGS,
    "operation_id": "identification_feedback",
    "summary": "Say whether the answer was right",
    "request": FeedbackForm,
    "responses": {200: body("FeedbackBody", "What was stored."), 400: PROBLEM, **NOT_FOUND},
}
HISTORY: dict[str, Any] = {
    "tags": TAGS,
    "operation_id": "identification_list",
    "summary": "List your identifications, newest first",
    "description": "All filters that are given hold together; `next` and `previous` keep them. Days are those of UTC.",
    "parameters": [
        OpenApiParameter(
            "q",
            {"type": "string", "minLength": 1, "maxLength": 200, "pattern": PRINTED.replace("x01", "x00")},
            description="Part of the plant's name: the accepted one, another scientific one, or a common name in the "
            "language of the question. Capitals do not matter.",
        ),
        OpenApiParameter(
            "level",
            {"type": "array", "items": {"type": "string", "enum": LEVELS}, "minItems": 1},
            explode=False,
            style="form",
            description="How sure the answer is: one or more, separated by commas.",
        ),
        OpenApiParameter("status", str, enum=Identification.Status.values, description="How far it is."),
        OpenApiParameter("since", dt.date, description="The first day, such as 2026-11-25."),
        OpenApiParameter("until", dt.date, description="The last day, included."),
        OpenApiParameter("cursor", str, description="From `next` or `previous` of another page."),
        OpenApiParameter(
            "page_size",
            {"type": "integer", "minimum": 1, "maximum": 100, "default": 20},
            description="1 to 100; 20 when left out.",
        ),
    ],
    "responses": {200: body("IdentificationPage", "One page."), 400: PROBLEM, **NOT_FOUND},
}
PHOTO: dict[str, Any] = {
    "tags": TAGS,
    "summary": "A stored photo",
    "responses": {(200, "image/jpeg"): {"type": "string", "format": "binary"}, **NOT_FOUND},
}
