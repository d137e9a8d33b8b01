"""`RateLimit` and `RateLimit-Policy` on every answer of the API (draft-ietf-httpapi-ratelimit-headers-10)."""

from collections.abc import Awaitable, Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.decorators import async_only_middleware

from apps.plant_identification.throttles import api_limits, caller_at, charge, name_of
from plant_community_backend.problems import Problem, as_response, whole_seconds
from plant_community_backend.versions import LEGACY_PREFIX
from resilience.rates import Taken

type Next = Callable[[HttpRequest], Awaitable[HttpResponseBase]]
V1, AUTH = "/api/v1/", "/api/v1/auth/"  # allauth has limits of its own


@async_only_middleware
def rate_limits(get_response: Next) -> Next:
    """Say on each answer how the limits stand that its request was counted against.

    One that was refused before it came to them (404, 401, 406 ...) is counted by its address, and refused as too many
    when it is: keys cannot be tried out without end.
    """

    async def middleware(request: HttpRequest) -> HttpResponseBase:
        response = await get_response(request)
        if not hasattr(request, "rates"):
            if not request.path.startswith((V1, LEGACY_PREFIX)) or request.path.startswith(AUTH):
                return response
            response = await _counted(request, response)
        write_fields(response, request.rates)  # type: ignore[attr-defined]
        return response

    return middleware


async def _counted(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    """`response`, or 429 in its place."""
    caller = caller_at(request)
    try:
        await charge(request, caller, api_limits(caller))
    except Problem as problem:
        response.close()
        return as_response(problem, request)
    return response


def write_fields(response: HttpResponseBase, taken: Taken) -> None:
    """Both fields: structured-field lists of strings. `t` is when the first of the requests counts no more."""
    policies, states = [], []
    for count in taken.counts:
        name = name_of(count.limit)
        policies.append(f'"{name}";q={count.limit.amount};w={max(1, round(count.limit.seconds))}')
        states.append(f'"{name}";r={count.left}' + (f";t={whole_seconds(count.wait)}" if count.used else ""))
    response.headers["RateLimit-Policy"] = ", ".join(policies)
    response.headers["RateLimit"] = ", ".join(states)
