"""The spans of this server: how one begins, how it fails, and the words it may say (laws 12 and 13).

An error is told by its class. Its text, and a stack of frames, may hold an address with a key: neither is recorded.
"""

import contextlib
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Final

from opentelemetry.context import Context
from opentelemetry.trace import NoOpTracer, Span, SpanKind, Status, StatusCode, Tracer

PROVIDER: Final = "plant_community.provider"
OUTCOME: Final = "plant_community.outcome"  # of an identification, or of a call
LEVEL: Final = "plant_community.level"  # how sure the answer is, never of what
PHOTOS: Final = "plant_community.photos"
ROLE: Final = "plant_community.flight.role"  # lead: asked itself; wait: for somebody who asks; hit: it was kept
SOURCE: Final = "plant_community.flight.source"  # as in the receipt
DECISION: Final = "plant_community.gate.decision"
REASON: Final = "plant_community.gate.reason"
CREDITS: Final = "plant_community.credits"
ATTEMPT: Final = "plant_community.attempt"
# OpenTelemetry's own words (semantic conventions 1.44, stable). What they also have, and what is left out on purpose:
# url.path, url.query, url.full, client.address, user_agent.original.
METHOD: Final = "http.request.method"
ROUTE: Final = "http.route"
STATUS: Final = "http.response.status_code"
SCHEME: Final = "url.scheme"
SERVER: Final = "server.address"
ERROR: Final = "error.type"

_tracers: list[Tracer] = []


def use_tracer(tracer: Tracer) -> None:
    """Let spans begin with this one."""
    _tracers.append(tracer)


def drop_tracer(tracer: Tracer) -> None:
    """No span begins with it any more."""
    _tracers.remove(tracer)


def tracer() -> Tracer:
    """The one in use; one that does nothing where none is."""
    return _tracers[-1] if _tracers else NoOpTracer()


@contextlib.contextmanager
def span(
    name: str,
    said: Mapping[str, str | float] = MappingProxyType({}),
    *,
    kind: SpanKind = SpanKind.INTERNAL,
    parent: Context | None = None,
) -> Iterator[Span]:
    """A span around the block, child of the one around it unless a `parent` is given, which says `said`.

    What ends the block is told by its class.
    """
    begun = tracer().start_as_current_span(
        name, context=parent, kind=kind, record_exception=False, set_status_on_exception=False
    )
    with begun as it:
        it.set_attributes(dict(said))
        try:
            yield it
        except BaseException as error:
            mark_failed(it, type(error).__name__)
            raise


def mark_failed(it: Span, kind: str) -> None:
    """Say that it failed, and how: the name of a class, or a status."""
    it.set_attribute(ERROR, kind)
    it.set_status(Status(StatusCode.ERROR))
