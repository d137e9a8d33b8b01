"""What this app does as long as the process lives: the index of published guides is read, and read again."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

import structlog

from apps.care_guides.queries import reload_guides
from plant_community_backend.database import in_database

RELOAD_SECONDS = 60.0  # how long another process may not know of a guide that this one published
log = structlog.get_logger("plant_community.guides")


@contextlib.asynccontextmanager
async def living_guides() -> AsyncIterator[None]:
    """The index is there, and follows what is published."""
    await in_database(reload_guides)
    following = asyncio.create_task(_follow(), name="guides")
    try:
        yield
    finally:
        following.cancel()
        await asyncio.gather(following, return_exceptions=True)


async def _follow() -> None:
    while True:
        await asyncio.sleep(RELOAD_SECONDS)
        try:
            await in_database(reload_guides)
        except Exception:
            log.exception("the published guides cannot be read; it is tried again", seconds=RELOAD_SECONDS)
