"""Errors of the API as RFC 9457 problem details: what happened, why, and what to do.

Every problem has a stable `code`; its page under /problems/<code> is the problem's `type` address.
"""

import errno
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import structlog
from django.conf import settings
from django.core.exceptions import (
    BadRequest,
    DisallowedHost,
    PermissionDenied,
    RequestDataTooBig,
    SuspiciousOperation,
    TooManyFieldsSent,
    TooManyFilesSent,
)
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from django.http.response import HttpResponseBase
from rest_framework import exceptions
from rest_framework.utils.encoders import JSONEncoder

from identification.errors import PhotoRefused, QuestionInvalid
from plant_community_backend.versions import in_version

MEDIA_TYPE = "application/problem+json"
NO_ROOM = (errno.ENOSPC, errno.EDQUOT)
RETRY_AWAY_SECONDS, RETRY_FILES_SECONDS, RETRY_FULL_SECONDS = 5.0, 10.0, 60.0  # a restart; an operator who makes room
SHORTAGES = ("database-unavailable", "storage-full")  # of this server, for an operator to look at: no fault in it
log = structlog.get_logger("plant_community.problem")


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of problem. `about` is the paragraph on its page; `uri` replaces our own page where a registry has one."""

    status: int
    title: str
    about: str
    retryable: bool = False
    uri: str = ""


KINDS = {
    "invalid-input": Kind(400, "The request is not valid", "A field is missing, unknown or out of range. `errors` names each one with a JSON Pointer, or its header."),
    "malformed-body": Kind(400, "The body cannot be read", "The body is not what its Content-Type says: broken multipart, or cut off on its way. Send it again."),
    "too-many-fields": Kind(400, "Too many fields", "The form has more fields or files than any request of this API needs."),
    "key-in-address": Kind(400, "An API key in an address", "Addresses are kept in logs and histories everywhere on the way, so a key is taken only from the Authorization header. The one that came in an address should be revoked."),
    "test-key-needed": Kind(400, "This needs a test key", "X-Test-Scenario makes the sandbox fail on demand, and the sandbox opens only to API keys that begin with pk_test_. Real questions are never made to fail."),
    "invalid-api-key": Kind(401, "The API key is not valid", "The key in the Authorization header is mistyped, unknown, revoked or expired; `detail` says which."),
    "unauthorized": Kind(401, "Please sign in", "This needs an account."),
    "reauthentication-required": Kind(401, "Please confirm that it is you", "What cannot be undone easily needs the password, a code or a passkey again, a few minutes before at most: POST reauthenticate below /api/v1/auth/, then send the same request again."),
    "deletion-scheduled": Kind(403, "The account is to be deleted", "Its owner asked for its deletion; until that day it can do nothing but read what is kept, export it, and take the deletion back: POST /api/v1/me/undo-deletion/."),
    "forbidden": Kind(403, "Not allowed", "The account may not do this."),
    "csrf-failed": Kind(403, "The request may be forged", "Requests that carry the session cookie and change something also carry the token of the csrftoken cookie, in the X-CSRFToken header."),
    "conflict": Kind(409, "Not in this state", "The request fits no step that is under way, such as a sign-up that was finished already."),
    "unknown-version": Kind(404, "No such version of the API", "The address names a version that this server does not have; `versions` lists those that it has."),
    "too-many-keys": Kind(409, "Too many API keys", "An account has a limited number of API keys; those that are not used any more can be removed."),
    "gone": Kind(410, "No longer here", "It was here and has ended; `detail` says what took its place."),
    "not-found": Kind(404, "Not found", "Nothing is here: it never was, it was deleted, or it belongs to somebody else."),
    "method-not-allowed": Kind(405, "Method not allowed", "The address exists, the method does not; the Allow header lists those that do."),
    "not-acceptable": Kind(406, "No such representation", "The Accept header asks for a format this address does not have. It has application/json, and text/event-stream where progress is offered."),
    "body-too-large": Kind(413, "The upload is too large", "One request may carry 50 MB. The photos are scaled to 1500 pixels anyway, so smaller ones give the same answer."),
    "photo-too-large": Kind(413, "The photo is too large", "One photo may have 15 MB and 40 megapixels. 1500 pixels on the longer side are all that is used."),
    "unsupported-media-type": Kind(415, "Unsupported Content-Type", "Send multipart/form-data, or the bare bytes of one photo with Content-Type image/jpeg, image/png, image/webp, image/avif or image/heic."),
    "photo-unsupported": Kind(415, "Not a photo we can read", "The file is no JPEG, PNG, WebP, AVIF or HEIC photo, whatever its name says."),
    "idempotency-key-reused": Kind(422, "The key stands for another question", "An Idempotency-Key belongs to one question: its photos in their order, their organs, the language and the health option. It came before with other ones; `identification` is what was asked then. Send a new key with each new question."),
    "photo-empty": Kind(422, "The photo is empty", "The file arrived without content."),
    "photo-damaged": Kind(422, "The photo is damaged", "The file starts like a photo but cannot be read to its end."),
    "photo-too-small": Kind(422, "The photo is too small", "There are too few pixels to see a plant."),
    "photo-refused": Kind(422, "The photo cannot be used", "The photo cannot be used."),
    "too-many-requests": Kind(429, "Too many requests", "The limit for this client is used up; Retry-After says when it is not.", retryable=True, uri="https://iana.org/assignments/http-problem-types#quota-exceeded"),
    "internal-error": Kind(500, "Something went wrong here", "A fault of this server; it is logged under the request id."),
    "no-provider-available": Kind(503, "No identification service can answer right now", "Neither Plant.id nor Pl@ntNet gave an answer. Retry-After says when it is worth asking again; where `identification` is given, the photos are kept there.", retryable=True, uri="https://iana.org/assignments/http-problem-types#temporary-reduced-capacity"),
    "files-unavailable": Kind(503, "Photos cannot be read right now", "Where photos and exports lie does not answer. Answers are not touched by this; Retry-After says when to try again.", retryable=True),
    "database-unavailable": Kind(503, "The database does not answer", "Nothing can be stored or read right now, as while the database is restarted. What runs goes on, and what was paid for is kept until it can be stored; Retry-After says when to try again.", retryable=True),
    "storage-full": Kind(503, "There is no room for the photo", "A disk of this server is full. Photos that were identified before are still answered; the operator has to make room.", retryable=True),
    "store-unavailable": Kind(503, "The shared store does not answer", "An order for the whole cluster needs the store that all processes share. It did not answer, so nothing was ordered.", retryable=True),
    "interrupted": Kind(503, "The identification was interrupted", "The server stopped while the identification was running. Please ask again.", retryable=True),
}  # fmt: skip
BY_STATUS = {400: "invalid-input", 401: "unauthorized", 403: "forbidden", 404: "not-found", 405: "method-not-allowed", 406: "not-acceptable", 409: "conflict", 410: "gone", 413: "body-too-large", 415: "unsupported-media-type", 429: "too-many-requests"}  # fmt: skip


class Problem(Exception):  # noqa: N818 - RFC 9457's word
    """Ends a request with this problem. `fields` are more members of the body, such as `errors`."""

    def __init__(
        self, code: str, detail: str, *, hint: str = "", retry_after: float | None = None, **fields: Any
    ) -> None:
        super().__init__(detail)
        self.code, self.detail, self.hint, self.retry_after, self.fields = code, detail, hint, retry_after, fields


def files_unavailable() -> Problem:
    """The one of a bucket, or a disk, that does not answer."""
    return Problem("files-unavailable", "The file cannot be read right now.", retry_after=RETRY_FILES_SECONDS)


def problem_body(problem: Problem, *, instance: str, request_id: str, base_url: str) -> dict[str, Any]:
    """The members of the problem, `type` first."""
    kind = KINDS[problem.code]
    body: dict[str, Any] = {
        "type": kind.uri or f"{base_url}/problems/{problem.code}",
        "title": kind.title,
        "status": kind.status,
        "detail": problem.detail,
        "instance": instance,
        "code": problem.code,
        "request_id": request_id,
        "retryable": kind.retryable,
    }
    if problem.hint:
        body["hint"] = problem.hint
    if problem.retry_after is not None:
        body["retry_after"] = whole_seconds(problem.retry_after)
    return body | problem.fields


def whole_seconds(seconds: float) -> int:
    """Seconds for a Retry-After header: rounded up, at least 1."""
    return max(1, -int(-seconds // 1))


def as_response(problem: Problem, request: HttpRequest) -> HttpResponse:
    """The problem as an answer to `request`; in another shape than RFC 9457's where its version has one."""
    body = body_for(problem, request)
    response = HttpResponse(
        JSON.encode(body),
        status=KINDS[problem.code].status,
        content_type=MEDIA_TYPE if "type" in body else "application/json",
        headers={"Cache-Control": "no-store"},
    )
    if problem.retry_after is not None:
        response.headers["Retry-After"] = str(whole_seconds(problem.retry_after))
    return response


def body_for(problem: Problem, request: HttpRequest) -> dict[str, Any]:
    """The problem's members for this request, as its version says them."""
    members = problem_body(
        problem,
        instance=request.path,
        request_id=getattr(request, "request_id", ""),
        base_url=base_url(request),
    )
    if trace_id := getattr(request, "trace_id", ""):  # only where traces are made
        members["trace_id"] = trace_id
    said: dict[str, Any] = in_version(request, members, kind=Problem)
    return said


def base_url(request: HttpRequest) -> str:
    """Where users reach this server: the PUBLIC_URL setting, else what the request says."""
    try:
        return settings.PUBLIC_URL or f"{request.scheme}://{request.get_host()}"
    except DisallowedHost:
        return ""


JSON = JSONEncoder(ensure_ascii=False)


def problem_response(error: Exception, context: Mapping[str, Any]) -> HttpResponseBase:
    """DRF's exception handler: every error of a view as a problem. What is unforeseen is logged and says nothing."""
    request: HttpRequest = context["request"]._request  # noqa: SLF001 - DRF offers no other way to the request itself
    problem = judge(error)
    if problem.code == "internal-error":
        log.error("unforeseen error", exc_info=error, path=request.path)
    elif problem.code in SHORTAGES:  # by one line: an outage under load is no reason to fill a disk
        reason = str(error).partition("\n")[0]
        log.error(problem.detail, reason=f"{type(error).__name__}: {reason}", path=request.path)
    response = as_response(problem, request)
    if response.status_code == HTTPStatus.UNAUTHORIZED:
        response.headers["WWW-Authenticate"] = getattr(error, "auth_header", None) or context[
            "view"
        ].get_authenticate_header(context["request"])
    for name in ("WWW-Authenticate", "Allow"):
        if value := context["view"].headers.get(name):
            response.headers[name] = value
    return response


def judge(error: Exception) -> Problem:
    """The problem that stands for `error`."""
    match error:
        case Problem():
            return error
        case PhotoRefused():
            return _photo_problem(error)
        case QuestionInvalid():
            return Problem("invalid-input", str(error), errors=[_error(error.sentence, f"#/{error.field}")])
        case exceptions.ValidationError():
            errors = _pointed(error.get_full_details())
            return Problem(
                "invalid-input", " ".join(f"{e['pointer'][2:]}: {e['detail']}" for e in errors), errors=errors
            )
        case exceptions.APIException() if not isinstance(error, exceptions.ParseError):
            wait = getattr(error, "wait", None)
            return Problem(BY_STATUS.get(error.status_code, "internal-error"), str(error.detail), retry_after=wait)
    foreseen = (Problem(*said) for kinds, said in FORESEEN if isinstance(error, kinds))
    return _find_shortage(error) or next(foreseen, UNFORESEEN)


def _find_shortage(error: Exception) -> Problem | None:
    """What this server lacks at this moment, None when that is not the reason."""
    if isinstance(error, OperationalError | InterfaceError):
        return Problem("database-unavailable", "The database does not answer.", retry_after=RETRY_AWAY_SECONDS)
    if isinstance(error, OSError) and error.errno in NO_ROOM:
        detail = "There is no room left for photos on this server."
        return Problem("storage-full", detail, retry_after=RETRY_FULL_SECONDS)
    return None


FORESEEN: tuple[tuple[tuple[type[Exception], ...], tuple[str, str]], ...] = (
    ((RequestDataTooBig,), ("photo-too-large", "The photo has more than 15 MB.")),
    ((TooManyFieldsSent, TooManyFilesSent), ("too-many-fields", "The form has too many fields or files.")),
    (
        (MultiPartParserError, exceptions.ParseError),
        ("malformed-body", "The body cannot be read as its Content-Type says."),
    ),
    ((Http404,), ("not-found", "There is nothing at this address.")),
    ((PermissionDenied,), ("forbidden", "This is not allowed.")),
    ((BadRequest, SuspiciousOperation), ("malformed-body", "The request cannot be read.")),
)
UNFORESEEN = Problem("internal-error", "Something went wrong on this server. It has been logged.")


def _error(detail: str, pointer: str) -> dict[str, str]:
    """One entry of `errors`."""
    return {"detail": detail, "pointer": pointer}


def _photo_problem(error: PhotoRefused) -> Problem:
    problem = Problem(error.code.replace("_", "-"), error.sentence, hint=error.hint)
    if error.position is not None:
        problem.fields["errors"] = [_error(error.sentence, f"#/images/{error.position}")]
    return problem


def _pointed(details: Any, pointer: str = "#") -> list[dict[str, str]]:
    """DRF's nested error details as a flat list with JSON Pointers (RFC 6901)."""
    if isinstance(details, Mapping) and "message" in details and "code" in details:
        return [_error(str(details["message"]), pointer)]
    if isinstance(details, Mapping):
        return [each for key, value in details.items() for each in _pointed(value, f"{pointer}/{key}")]
    return [each for value in details for each in _pointed(value, pointer)]


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Django's handler404, and whatever address under /api/ is not ours: never HTML."""
    del exception
    return as_response(
        Problem(
            "not-found",
            f"There is nothing at {request.path}.",
            hint="The API begins at /api/v1/; its description is at /api/docs/.",
        ),
        request,
    )


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Django's handler400: a Host that is not in ALLOWED_HOSTS, or a request that tries something."""
    if isinstance(exception, DisallowedHost):
        hint = "The operator lists the names of this server in ALLOWED_HOSTS."
        return as_response(
            Problem("invalid-input", "This server does not answer to that host name.", hint=hint), request
        )
    return as_response(Problem("malformed-body", "The request cannot be read."), request)


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Django's CSRF_FAILURE_VIEW."""
    return as_response(csrf_failed_problem(reason), request)


def csrf_failed_problem(reason: str) -> Problem:
    """The request carries the session cookie, and not the token that belongs to it."""
    return Problem(
        "csrf-failed",
        f"The request did not prove that it comes from our own pages. {reason}".strip(),
        hint="Send the CSRF cookie's value in the X-CSRFToken header; apps use X-Session-Token instead of cookies.",
    )


def server_error(request: HttpRequest) -> HttpResponse:
    """Django's handler500: what middleware and other views did not foresee. Django calls it while it handles the error."""
    error = sys.exc_info()[1]
    return as_response(judge(error) if isinstance(error, Exception) else UNFORESEEN, request)
