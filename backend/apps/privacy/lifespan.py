"""What this app does as long as the process lives: exports made, accounts deleted when their time has come, old things too."""

import asyncio
import contextlib
import contextvars
import itertools
from collections.abc import AsyncIterator, Awaitable, Callable

import structlog

from apps.plant_identification.wiring import Services, get_services
from apps.privacy.deletion import delete_due_accounts
from apps.privacy.exports import claim_export, make_export
from apps.privacy.retention import retain
from plant_community_backend.database import in_database
from plant_community_backend.jobs import job
from resilience.news import happens_within

EVERY_SECONDS = 60.0  # how often accounts whose time has come are looked for, and exports that another process left
RETAIN_EVERY = 60  # times of that: how often old things are deleted
_wakers: list[asyncio.Event] = []
log = structlog.get_logger("plant_community.privacy")


def wake_exporter() -> None:
    """Somebody has asked for an export: this process makes it now."""
    for waker in _wakers:
        waker.set()


@contextlib.asynccontextmanager
async def keeping_privacy() -> AsyncIterator[None]:
    """Both go on until the end of the block. The services must be open, and stay so."""
    services, waker = get_services(), asyncio.Event()
    _wakers.append(waker)
    tasks = [
        asyncio.create_task(work, name=name, context=contextvars.Context())
        for name, work in (("exporter", _export(services, waker)), ("deletions", _delete(services)))
    ]
    try:
        yield
    finally:
        _wakers.remove(waker)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _export(services: Services, waker: asyncio.Event) -> None:
    while True:
        waker.clear()
        await _try("exports", make_waiting_exports, services)
        await happens_within(waker, EVERY_SECONDS)


async def make_waiting_exports(services: Services) -> None:
    """Make every export that waits, one after another."""
    while (export := await in_database(claim_export)) is not None:
        await make_export(export, services)


async def _delete(services: Services) -> None:
    for minute in itertools.count():
        await _try("deletions", delete_due_accounts, services)
        if minute % RETAIN_EVERY == 0:
            await _try("retention", retain, services)
        await asyncio.sleep(EVERY_SECONDS)


async def _try(name: str, work: Callable[[Services], Awaitable[object]], services: Services) -> None:
    try:
        with job(name):
            await work(services)
    except Exception:
        log.exception("keeping privacy failed; it is tried again", seconds=EVERY_SECONDS)
