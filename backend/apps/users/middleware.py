"""What accounts need around every request: errors of /api/v1/auth/ as problems, and a second factor for staff."""

import json
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Any

from allauth.mfa.utils import is_mfa_enabled
from asgiref.sync import sync_to_async
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.decorators import async_only_middleware

from plant_community_backend.problems import BY_STATUS, MEDIA_TYPE, Problem, as_response

type Next = Callable[[HttpRequest], Awaitable[HttpResponseBase]]
AUTH = "/api/v1/auth/"
STAFF = ("/admin/", "/cms/")
WORDS = {  # where allauth says nothing
    HTTPStatus.UNAUTHORIZED: "Signing in is not finished; `data.flows` lists the steps that are open.",
    HTTPStatus.FORBIDDEN: "This is not allowed.",
    HTTPStatus.NOT_FOUND: "There is nothing at this address.",
    HTTPStatus.CONFLICT: "This step is not open: it was finished already, or signing in has not come to it.",
    HTTPStatus.GONE: "The session has ended. Sign in again.",
    HTTPStatus.TOO_MANY_REQUESTS: "Too many tries. Wait a while, then try again.",
}
WAIT_SECONDS = 60.0  # allauth does not tell when a limit ends; most of its limits are per minute


@async_only_middleware
def auth_problems(get_response: Next) -> Next:
    """Errors of the account routes as problem details; what allauth says besides (`data`, `meta`) stays beside it."""

    async def middleware(request: HttpRequest) -> HttpResponseBase:
        response = await get_response(request)
        if not request.path.startswith(AUTH) or response.status_code < HTTPStatus.BAD_REQUEST:
            return response
        if response.get("Content-Type") == MEDIA_TYPE or not isinstance(response, HttpResponse):
            return response
        return _as_problem(request, response)

    return middleware


def _as_problem(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    said = _read(response.content)
    errors = [
        {
            "detail": str(each.get("message", "")),
            "pointer": f"#/{each.get('param', '')}",
            "code": str(each.get("code", "")),
        }
        for each in said.get("errors", [])
    ]
    status = response.status_code
    detail = " ".join(each["detail"] for each in errors) or WORDS.get(HTTPStatus(status), "The request is not valid.")
    more: dict[str, Any] = {name: said[name] for name in ("data", "meta") if name in said}
    if errors:
        more["errors"] = errors
    wait = WAIT_SECONDS if status == HTTPStatus.TOO_MANY_REQUESTS else None
    problem = as_response(Problem(BY_STATUS.get(status, "invalid-input"), detail, retry_after=wait, **more), request)
    problem.cookies = response.cookies
    return problem


def _read(content: bytes) -> dict[str, Any]:
    try:
        said = json.loads(content)
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}


@async_only_middleware
def staff_with_second_factor(get_response: Next) -> Next:
    """In production the admin and the CMS open only to accounts with a second factor; others are led to set one up."""

    async def middleware(request: HttpRequest) -> HttpResponseBase:
        if request.path.startswith(STAFF) and not settings.DEBUG and await sync_to_async(_lacks_factor)(request):
            return HttpResponseRedirect(reverse("mfa_index"))
        return await get_response(request)

    return middleware


def _lacks_factor(request: HttpRequest) -> bool:
    return request.user.is_authenticated and not is_mfa_enabled(request.user)
