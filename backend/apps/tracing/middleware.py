"""A span for each request, named by its route, never by the address as it was sent; its id stands in the log lines."""

from collections.abc import Awaitable, Callable
from http import HTTPStatus

import structlog
from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.decorators import async_only_middleware
from opentelemetry.context import Context
from opentelemetry.trace import SpanKind, format_trace_id
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from apps.tracing.spans import METHOD, ROUTE, SCHEME, STATUS, mark_failed, span
from plant_community_backend.addresses import UNMATCHED, method_of, route_of

PROBES = {"/livez", "/readyz", "/metrics"}  # asked every few seconds, and of no interest to anybody here
type Next = Callable[[HttpRequest], Awaitable[HttpResponseBase]]


@async_only_middleware
def traces(get_response: Next) -> Next:
    """Begin a span, go on, and say how it ended; it ends when the answer begins, as the metrics' time does."""

    async def middleware(request: HttpRequest) -> HttpResponseBase:
        if request.path in PROBES:
            return await get_response(request)
        method, parent = method_of(request), parent_of(request)
        with span(method, {METHOD: method}, kind=SpanKind.SERVER, parent=parent) as it:
            trace_id = format_trace_id(it.get_span_context().trace_id)
            request.trace_id = trace_id  # type: ignore[attr-defined]
            with structlog.contextvars.bound_contextvars(trace_id=trace_id):
                response = await get_response(request)
            route = route_of(request)
            it.set_attributes({STATUS: response.status_code, SCHEME: request.scheme or "http"})
            if route != UNMATCHED:
                it.update_name(f"{method} {route}")
                it.set_attribute(ROUTE, route)
            if response.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
                mark_failed(it, str(response.status_code))
        return response

    return middleware


def parent_of(request: HttpRequest) -> Context:
    """The trace that the proxy began (W3C traceparent); a new one where no proxy is configured: clients begin none.

    tracestate and baggage are left: they are free text, and would be sent on.
    """
    given = request.headers.get("traceparent", "") if settings.TRUSTED_PROXY_COUNT else ""
    return TraceContextTextMapPropagator().extract({"traceparent": given} if given else {}, context=Context())
