"""Tracing as long as the process lives: begins before the services, which it wraps, and ends after them."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

from apps.plant_identification.listeners import register_tracing, unregister_tracing
from apps.tracing.exporting import exporting
from apps.tracing.following import Following


@contextlib.asynccontextmanager
async def living_traces() -> AsyncIterator[None]:
    """Services that open in this block are followed; at its end the last spans are sent, beside the event loop."""
    following = Following()
    with contextlib.ExitStack() as stack:
        stack.enter_context(exporting())
        register_tracing(following)
        try:
            yield
        finally:
            unregister_tracing(following)
            await asyncio.to_thread(stack.pop_all().close)
