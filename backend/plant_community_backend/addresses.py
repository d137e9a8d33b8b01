"""What answers below /api/ where no view does: always a problem, never a page and never a redirect.

A redirect to the address with a slash would turn a POST into a GET, or make a client send its photos twice; the
problem names the right address instead.
"""

import re
from collections.abc import Awaitable, Callable
from http import HTTPStatus

from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import Resolver404, resolve
from django.utils.decorators import async_only_middleware
from django.views.decorators.csrf import csrf_exempt

from plant_community_backend.problems import BY_STATUS, Problem, as_response, bad_request
from plant_community_backend.versions import known_versions

API = "/api/"
PAGES = ("/api/docs/",)  # for people: its answer is a page, its errors are problems as everywhere
LIKE_A_VERSION = re.compile(r"/api/(v\d[^/]*)(?=/|\Z)", re.IGNORECASE)
NOT_DATA = ("text/html", "text/plain")
OF_THE_BODY = {"Content-Type", "Content-Length", "Content-Disposition"}
METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
OTHER_METHOD = "_OTHER"  # OpenTelemetry's word for a method that nobody knows
UNMATCHED = "unmatched"
MANY = ("admin/", "cms/", "accounts/")  # pages by the hundred, of other packages: one route each
WORDS: dict[int, str] = {
    HTTPStatus.BAD_REQUEST: "The request cannot be read.",
    HTTPStatus.FORBIDDEN: "This is not allowed.",
    HTTPStatus.NOT_FOUND: "There is nothing at this address.",
    HTTPStatus.METHOD_NOT_ALLOWED: "This address does not know that method; the Allow header lists those that it does.",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "The request is too large.",
}


@csrf_exempt  # nothing happens here: a wrong address is told as such, whoever asks
def no_such_address(request: HttpRequest, **_: object) -> HttpResponse:
    """404: there is no such version of the API, or no such address in it."""
    asked = LIKE_A_VERSION.match(request.path)
    known = known_versions()
    if asked and asked[1] not in known:
        return as_response(
            Problem(
                "unknown-version",
                f"There is no version {asked[1]} of this API.",
                hint=f"There is {' and '.join(known)}, such as {API}{known[0]}/.",
                versions=list(known),
            ),
            request,
        )
    hint = "The API begins at /api/v1/; its description is at /api/docs/."
    if other := find_route_with_other_slash(request.path):
        hint = f"Did you mean {other}? The slash at the end counts."
    return as_response(Problem("not-found", f"There is nothing at {request.path}.", hint=hint), request)


def route_of(request: HttpRequest) -> str:
    """The route as urls.py writes it: there are as many as there are views, whatever clients send."""
    match = request.resolver_match
    if match is None or match.func is no_such_address:
        return UNMATCHED
    route = str(match.route)
    return next((f"{prefix}*" for prefix in MANY if route.startswith(prefix)), route) or "/"


def method_of(request: HttpRequest) -> str:
    """The method, where it is one that exists."""
    return request.method if request.method in METHODS else OTHER_METHOD


def find_route_with_other_slash(path: str) -> str | None:
    """The address with a slash more or less at its end, if there is something."""
    other = path.rstrip("/") if path.endswith("/") else f"{path}/"
    return other if has_route(other) else None


def has_route(path: str) -> bool:
    """Whether a view of the API answers at `path`."""
    try:
        return path.startswith(API) and resolve(path).func is not no_such_address
    except Resolver404:
        return False


@async_only_middleware
def never_html(
    get_response: Callable[[HttpRequest], Awaitable[HttpResponseBase]],
) -> Callable[[HttpRequest], Awaitable[HttpResponseBase]]:
    """Errors below /api/ that somebody else put into words, as problems: Django's pages while DEBUG is on, and the like."""

    async def middleware(request: HttpRequest) -> HttpResponseBase:
        response = await get_response(request)
        if not f"{request.path}/".startswith(API) or not response.get("Content-Type", "").startswith(NOT_DATA):
            return response
        if response.status_code < HTTPStatus.BAD_REQUEST:
            return response if request.path.startswith(PAGES) else _without_empty_page(response)
        return _as_problem(request, response)

    return middleware


def _without_empty_page(response: HttpResponseBase) -> HttpResponseBase:
    """Django calls every empty answer HTML; it is nothing."""
    if isinstance(response, HttpResponse) and not response.content:
        del response.headers["Content-Type"]
    return response


def _as_problem(request: HttpRequest, response: HttpResponseBase) -> HttpResponse:
    status = response.status_code
    if status == HTTPStatus.BAD_REQUEST and (refused := _find_refused_host(request)):
        return bad_request(request, refused)
    code = BY_STATUS.get(status, "invalid-input" if status < HTTPStatus.INTERNAL_SERVER_ERROR else "internal-error")
    detail = WORDS.get(status, "Something went wrong on this server. It has been logged.")
    code = "malformed-body" if status == HTTPStatus.BAD_REQUEST else code
    problem = as_response(Problem(code, detail), request)
    problem.cookies = response.cookies
    for name, value in response.items():
        if name not in OF_THE_BODY:
            problem.headers.setdefault(name, value)
    return problem


def _find_refused_host(request: HttpRequest) -> DisallowedHost | None:
    try:
        request.get_host()
    except DisallowedHost as refused:
        return refused
    return None
