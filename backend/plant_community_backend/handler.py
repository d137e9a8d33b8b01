"""Django's ASGI handler: for disks that are full, for deletions whose client has gone, and without needless threads.

Each turn through a thread costs a request about a fifth of a millisecond, and more when many come at once; Django takes
one for what is hardly any work.
"""

import asyncio
import io
from http import HTTPStatus
from typing import Any

import django
from django.conf import settings
from django.core.handlers.asgi import ASGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, reset_queries
from django.http import HttpRequest
from django.urls import set_urlconf
from django.utils.log import log_response

from plant_community_backend.body_limit import Message, Receive, Scope, Send, read_to_the_end
from plant_community_backend.problems import NO_ROOM

CARRIED_OUT = {"DELETE", "PATCH", "PUT"}  # not POST: what it makes would be nobody's
EXPECTED = {HTTPStatus.SERVICE_UNAVAILABLE}  # a provider or the database is away: our own lines tell which


class Handler(ASGIHandler):
    """Leaves the line about a refused request to `middleware.request_id`; Django logs another one, through a thread."""

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request. A change is carried out also when its client hangs up, as browsers do for a page that is left."""
        heard = without_hanging_up(receive) if scope["method"] in CARRIED_OUT else receive
        await super().handle(scope, heard, send)

    async def read_body(self, receive: Receive) -> Any:
        """The body as a file, on the disk when it is large. Where there is no room, whoever reads it hears so: an error as any."""
        try:
            return await super().read_body(receive)
        except OSError as error:
            if error.errno not in NO_ROOM:
                raise
            await read_to_the_end(receive)
            return NoRoom(OSError(*error.args))  # without its frames, which hold the file

    async def get_response_async(self, request: HttpRequest) -> Any:
        """The answer of the middleware and the view."""
        set_urlconf(settings.ROOT_URLCONF)
        response = await self._middleware_chain(request)  # type: ignore[attr-defined] # private; set by `load_middleware`
        response._resource_closers.append(request.close)  # noqa: SLF001 - as Django's own does
        if response.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR and response.status_code not in EXPECTED:
            log_response("%s: %s", response.reason_phrase, request.path, response=response, request=request)
        return response


def without_hanging_up(receive: Receive) -> Receive:
    """`receive`, which says no more once the request is here: Django would cancel its work at once."""
    is_here = False

    async def receive_request() -> Message:
        nonlocal is_here
        if is_here:
            await asyncio.Event().wait()  # until Django, which listens here, has answered
        message = await receive()
        is_here = not message.get("more_body", False)
        return message

    return receive_request


class NoRoom(io.RawIOBase):
    """A body for which the disk has no room."""

    def __init__(self, reason: OSError) -> None:
        super().__init__()
        self._reason = reason

    def readable(self) -> bool:
        """It can be tried."""
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        """Nothing to go back in."""
        del offset, whence
        return 0

    def readinto(self, buffer: Any, /) -> int:
        """Raises the OSError that said so."""
        del buffer
        raise self._reason


def make_handler() -> Handler:
    """Django, set up. What it does for the database before each request is left to the end of the one before."""
    django.setup(set_prefix=False)
    for receiver in (close_old_connections, reset_queries):
        request_started.disconnect(receiver)
        request_finished.connect(receiver)  # the first is there already; connected again it is still once
    return Handler()
