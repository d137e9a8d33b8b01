"""The ASGI application: body limit, static files, Django, and the services that live as long as the process."""

import contextlib
import os
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "plant_community_backend.settings")

from django.conf import settings

from plant_community_backend.handler import make_handler

django: Any = make_handler()

from apps.api_versions.counting import counting_callers  # noqa: E402 - after Django is set up
from apps.care_guides.lifespan import living_guides  # noqa: E402 - after Django is set up
from apps.metrics.lifespan import showing_state  # noqa: E402 - after Django is set up
from apps.plant_identification.lifespan import living_services  # noqa: E402 - after Django is set up
from apps.privacy.lifespan import keeping_privacy  # noqa: E402 - after Django is set up
from plant_community_backend.body_limit import BodyLimit  # noqa: E402
from plant_community_backend.lanes import Lanes  # noqa: E402
from plant_community_backend.static_files import static_files  # noqa: E402

lanes = Lanes(django)
http = BodyLimit(static_files(lanes))


async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """Serve one connection, or the lifespan of the process."""
    if scope["type"] == "lifespan":
        await lifespan(receive, send)
    elif scope["type"] == "http":
        await http(scope, receive, send)
    else:
        message = f"{scope['type']} connections are not served"
        raise ValueError(message)


async def lifespan(receive: Any, send: Any) -> None:
    """Open the services before the first request, and finish what runs before the process ends."""
    async with contextlib.AsyncExitStack() as stack:
        await receive()
        stack.push_async_callback(lanes.close_connections)
        try:
            if settings.TRACES:
                from apps.tracing.lifespan import living_traces  # noqa: PLC0415 - else OpenTelemetry is not imported

                await stack.enter_async_context(living_traces())
            await stack.enter_async_context(living_services())
            await stack.enter_async_context(living_guides())
            await stack.enter_async_context(counting_callers())
            await stack.enter_async_context(keeping_privacy())
            await stack.enter_async_context(showing_state())
        except Exception as error:  # noqa: BLE001 - the server is told, and stops with this message
            await send({"type": "lifespan.startup.failed", "message": f"{type(error).__name__}: {error}"})
            return
        await send({"type": "lifespan.startup.complete"})
        await receive()
    await send({"type": "lifespan.shutdown.complete"})
