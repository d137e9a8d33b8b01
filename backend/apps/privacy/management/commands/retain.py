"""`plant-community manage retain`: delete now what has been kept long enough, and accounts whose time has come."""

import asyncio
from typing import Any

from django.core.management.base import BaseCommand

from apps.plant_identification.wiring import open_services
from apps.privacy.deletion import delete_due_accounts
from apps.privacy.retention import retain
from plant_community_backend.database import close_database_threads


class Command(BaseCommand):
    """A server does the same by itself; this is for one that has just got other settings, and for proof."""

    help = "Delete what has been kept longer than PHOTO_RETENTION_DAYS, VISITOR_RETENTION_DAYS and EXPORT_RETENTION_DAYS say."

    def handle(self, *_: Any, **__: Any) -> None:
        """Print how many of each there were."""
        try:
            deleted = asyncio.run(_retain())
        finally:
            close_database_threads()
        for name, number in deleted.items():
            self.stdout.write(f"{number} {name}")


async def _retain() -> dict[str, int]:
    async with open_services() as services:
        accounts = await delete_due_accounts(services)
        return {"accounts": accounts} | await retain(services)
