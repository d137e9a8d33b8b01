"""An identification as a stream of server-sent events: accepted, one `provider` for each as it ends, then the end."""

import json
from collections.abc import AsyncIterator, Callable
from typing import Any

import msgspec
from django.http import StreamingHttpResponse

from apps.plant_identification.api.bodies import AcceptedEvent, identification_body, identification_url, provider_event
from apps.plant_identification.constants import KEEPALIVE_SECONDS
from apps.plant_identification.models import Identification
from apps.plant_identification.runs import Run

KEEPALIVE = b": keep-alive\n\n"


def event_stream(
    run: Run, problem_body: Any, in_version: Callable[[Any], Any], *, request_id: str
) -> StreamingHttpResponse:
    """The answer to `Accept: text/event-stream`. `problem_body` makes the data of a failed identification's event.

    `in_version` says the other bodies as the version does that was asked for.
    """
    return StreamingHttpResponse(
        _events(run, problem_body, in_version, request_id),
        content_type="text/event-stream; charset=utf-8",
        headers={
            "Cache-Control": "private, no-store",
            "X-Accel-Buffering": "no",  # nginx: pass each event on at once
            "Location": identification_url(run.identification),
        },
    )


async def _events(
    run: Run, problem_body: Any, in_version: Callable[[Any], Any], request_id: str
) -> AsyncIterator[bytes]:
    accepted = AcceptedEvent(id=str(run.identification.pk), url=identification_url(run.identification))
    yield event("accepted", in_version(accepted), number=1)
    number = 1
    async for done in run.watch(quiet=KEEPALIVE_SECONDS):
        if done is None:
            yield KEEPALIVE
            continue
        number += 1
        yield event("provider", in_version(provider_event(done)), number=number)
    number += 1
    if run.identification.status == Identification.Status.COMPLETE:
        result = identification_body(run.identification, request_id=request_id)
        yield event("result", in_version(result), number=number)
    else:
        yield event("problem", problem_body(run.identification), number=number)


def event(name: str, data: Any, *, number: int) -> bytes:
    """One event in the wire form of the HTML standard; JSON has no line breaks, so `data` is one line."""
    body = json.dumps(data, ensure_ascii=False).encode() if isinstance(data, dict) else msgspec.json.encode(data)
    return b"event: %s\nid: %d\ndata: %s\n\n" % (name.encode(), number, body)
