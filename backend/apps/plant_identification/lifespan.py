"""What this app does as long as the process lives: services open, abandoned work finished, erasures repeated."""

import asyncio
import contextlib
import itertools
from collections.abc import AsyncIterator

import structlog

from apps.plant_identification import upkeep
from apps.plant_identification.constants import RECONCILE_EVERY, UPKEEP_SECONDS
from apps.plant_identification.files import erase_files
from apps.plant_identification.sandbox import open_sandbox
from apps.plant_identification.wiring import Services, open_services
from plant_community_backend.database import close_database_threads
from plant_community_backend.jobs import job

log = structlog.get_logger("plant_community.lifespan")


@contextlib.asynccontextmanager
async def living_services() -> AsyncIterator[Services]:
    """The services of `wiring`, with the upkeep running beside them."""
    try:
        async with open_services() as services, open_sandbox(services):
            keeping_up = asyncio.create_task(keep_up(services), name="upkeep")
            try:
                yield services
            finally:
                keeping_up.cancel()
                await asyncio.gather(keeping_up, return_exceptions=True)
    finally:
        close_database_threads()


async def keep_up(services: Services) -> None:
    """At once and then every minute: settle what a crash left behind, erase what was ordered to be; now and then count."""
    for minute in itertools.count():
        try:
            with job("upkeep"):
                await _keep_up_once(services, minute)
        except Exception:
            log.exception("upkeep failed; it is tried again", seconds=UPKEEP_SECONDS)
        await asyncio.sleep(UPKEEP_SECONDS)


async def _keep_up_once(services: Services, minute: int) -> None:
    settled = await upkeep.settle_abandoned(services)
    if settled:
        log.warning("identifications of a process that ended too early were settled", count=settled)
    await upkeep.look_for_unheard(services)
    await upkeep.erase_at_providers(services)
    await erase_files()
    if minute % RECONCILE_EVERY == 0:
        await upkeep.reconcile_quota(services)
    for listener in services.listeners:
        await listener.look_after()
