"""Around every request: /metrics, and what is counted of all others. Addresses are counted by their route, never as sent."""

import time
from collections.abc import Awaitable, Callable
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.decorators import async_only_middleware
from django.utils.functional import LazyObject, empty

from apps.metrics.access import may_read
from apps.metrics.instruments import API_REQUESTS, HTTP_SECONDS, RATE_LIMITED
from apps.metrics.scrape import expose
from apps.plant_identification.throttles import name_of
from apps.plant_identification.wiring import get_services
from plant_community_backend.addresses import method_of, route_of
from plant_community_backend.problems import Problem, as_response
from plant_community_backend.versions import version_of

PATH = "/metrics"
type Next = Callable[[HttpRequest], Awaitable[HttpResponseBase]]


@async_only_middleware
def metrics(get_response: Next) -> Next:
    """Answer /metrics, count everything else.

    /metrics is answered here, before the names of hosts are looked at: Prometheus asks each server by its address.
    """

    async def middleware(request: HttpRequest) -> HttpResponseBase:
        if request.path == PATH:
            return await answer_scrape(request)
        started = time.perf_counter()
        response = await get_response(request)
        count(request, response, time.perf_counter() - started)
        return response

    return middleware


async def answer_scrape(request: HttpRequest) -> HttpResponse:
    """The metrics, for those who may read them; to others there is nothing here."""
    if request.method not in {"GET", "HEAD"}:
        problem = as_response(Problem("method-not-allowed", "Metrics are read with GET."), request)
        problem.headers["Allow"] = "GET, HEAD"
        return problem
    if not may_read(request):
        return as_response(Problem("not-found", f"There is nothing at {PATH} for this client."), request)
    text, content_type = await expose(get_services(), request.headers.get("Accept", ""))
    return HttpResponse(text, content_type=content_type, headers={"Cache-Control": "no-store"})


def count(request: HttpRequest, response: HttpResponseBase, seconds: float) -> None:
    """Count one answered request."""
    status = response.status_code
    HTTP_SECONDS.labels(method_of(request), route_of(request), f"{status // 100}xx").observe(seconds)
    if version := version_of(request.path):
        API_REQUESTS.labels(version, caller_of(request), status).inc()
    if status == HTTPStatus.TOO_MANY_REQUESTS and (taken := getattr(request, "rates", None)) is not None:
        for refused in taken.violated:
            RATE_LIMITED.labels(name_of(refused.limit)).inc()


def caller_of(request: HttpRequest) -> str:
    """What kind of caller it was, as far as the view has found out: to look for a user here would cost a query."""
    if getattr(getattr(request, "auth", None), "prefix", ""):
        return "key"
    user = getattr(request, "user", None)
    known = user is not None and not (isinstance(user, LazyObject) and user._wrapped is empty)  # noqa: SLF001 - Django tells no other way
    return "account" if known and user is not None and user.is_authenticated else "visitor"
