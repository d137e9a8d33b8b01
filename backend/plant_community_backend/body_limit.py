"""A bound on request bodies, kept before anything reads them: Content-Length first, then the bytes as they come."""

import asyncio
import contextlib
import json
import secrets
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from django.conf import settings

from plant_community_backend.problems import KINDS, MEDIA_TYPE, Problem, problem_body
from plant_community_backend.versions import is_legacy

type Scope = dict[str, Any]
type Message = Mapping[str, Any]
type Receive = Callable[[], Awaitable[Message]]
type Send = Callable[[Message], Awaitable[None]]
type App = Callable[[Scope, Receive, Send], Awaitable[None]]


LINGER_SECONDS = 10.0  # as long as a refused sender is listened to, so that it gets to read why


class BodyLimit:
    """ASGI: answers 413 to a body of more than BODY_BYTES_MAX bytes, before it is read or as soon as it gets too long."""

    def __init__(self, app: App) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve the request, or refuse its body."""
        limit = settings.BODY_BYTES_MAX
        declared = dict(scope["headers"]).get(b"content-length", b"0")
        if declared.isdigit() and int(declared) > limit:
            await refuse(scope, receive, send)
            return
        received = 0

        async def counted() -> Message:
            """The next message; to the application, a body over the limit is a client that hung up."""
            nonlocal received
            if received > limit:
                return {"type": "http.disconnect"}
            message = await receive()
            received += len(message.get("body", b""))
            return {"type": "http.disconnect"} if received > limit else message

        await self.app(scope, counted, send)
        if received > limit:
            await refuse(scope, receive, send)


async def refuse(scope: Scope, receive: Receive, send: Send) -> None:
    """Send the 413 problem, then let the sender finish: a connection closed on unread bytes would lose the answer."""
    detail = "The upload has more than 50 MB."
    old: dict[str, Any] = {"success": False, "error": detail} if is_legacy(scope["path"]) else {}
    problem = Problem("body-too-large", detail, hint=KINDS["body-too-large"].about, **old)
    request_id = secrets.token_hex(12)
    body = problem_body(problem, instance=scope["path"], request_id=request_id, base_url=settings.PUBLIC_URL)
    content = json.dumps(body).encode()
    headers = [
        (b"content-type", MEDIA_TYPE.encode()),
        (b"content-length", str(len(content)).encode()),
        (b"x-request-id", request_id.encode()),
        (b"connection", b"close"),
    ]
    await send({"type": "http.response.start", "status": 413, "headers": headers})
    await send({"type": "http.response.body", "body": content, "more_body": True})
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(LINGER_SECONDS):
            await read_to_the_end(receive)
    await send({"type": "http.response.body", "body": b""})


async def read_to_the_end(receive: Receive) -> None:
    """Drop what is still being sent: nobody reads an answer while sending."""
    while (await receive()).get("more_body"):
        pass
