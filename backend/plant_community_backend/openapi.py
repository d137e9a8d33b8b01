"""The OpenAPI 3.1 document: routes from the views, schemas from the typed bodies. Committed as docs/openapi.json."""

import json
from pathlib import Path
from typing import Any

import msgspec
from django.conf import settings
from drf_spectacular.generators import SchemaGenerator

from apps.operations.api import bodies as operations
from apps.plant_identification.api import bodies
from apps.privacy.api import bodies as privacy
from apps.usage.api.bodies import UsageBody
from plant_community_backend.versions import is_legacy

DOCUMENT = Path(settings.BASE_DIR).parent / "docs" / "openapi.json"
TYPES = (bodies.IdentificationBody, bodies.IdentificationPage, bodies.FeedbackBody, bodies.ProblemBody, bodies.AcceptedEvent, bodies.ProviderEvent, UsageBody, privacy.MeBody, privacy.DeletionBody, privacy.ExportBody, operations.AboutBody, operations.StatusBody, operations.CircuitsBody)  # fmt: skip
CLOSED = {"NewKeyForm", "PatchedChangeKeyForm", "ChangeKeyForm"}  # a field that nobody knows is refused there
REF = "#/components/schemas/{name}"


def leave_out_legacy(endpoints: list[tuple[str, ...]], **_: Any) -> list[tuple[str, ...]]:
    """drf-spectacular's hook: the addresses without a version are deprecated, and described by those of v1."""
    return [endpoint for endpoint in endpoints if not is_legacy(endpoint[0])]


def add_answer_schemas(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """drf-spectacular's hook: add the schemas of `TYPES` and all that they hold, and say that problems are problem+json."""
    schemas = msgspec.json.schema_components(TYPES, ref_template=REF)[1]
    result["components"]["schemas"] |= schemas
    for name in CLOSED & set(result["components"]["schemas"]):
        result["components"]["schemas"][name]["additionalProperties"] = False
    for path in result["paths"].values():
        for operation in path.values():
            _add_common_problems(operation)
            _problems_as_problem_json(operation["responses"])
    return result


COMMON = {
    "401": "The token, key or session is not valid, or an account is needed.",
    "403": "The account, key or cookie may not do this.",
    "429": "Too many requests, or a budget is used up; Retry-After says when to come back.",
}


def _add_common_problems(operation: dict[str, Any]) -> None:
    """What any operation may answer, said once."""
    schema = {"application/json": {"schema": {"$ref": REF.format(name="ProblemBody")}}}
    for status, description in COMMON.items():
        operation["responses"].setdefault(status, {"description": description, "content": schema})


def _problems_as_problem_json(responses: dict[str, Any]) -> None:
    for status, response in responses.items():
        if status[0] in "45" and "content" in response:
            response["content"] = {"application/problem+json": next(iter(response["content"].values()))}


def document() -> str:
    """The document as committed: JSON, two spaces, keys in the order of the code."""
    schema = SchemaGenerator(api_version="v1").get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def write() -> None:
    """Write the committed document anew."""
    DOCUMENT.write_text(document(), encoding="utf-8")


def is_current() -> bool:
    """Whether the committed document is what the code says."""
    return DOCUMENT.exists() and DOCUMENT.read_text(encoding="utf-8") == document()
