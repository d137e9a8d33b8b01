"""Hears how identifications end and counts: in memory at once, in the database a moment later and at the process' end."""

import asyncio
import contextvars
import datetime as dt
from collections.abc import Mapping

import structlog
from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models import F

from apps.plant_identification.constants import CLOSING_SECONDS
from apps.plant_identification.listeners import Ended
from apps.usage.alerts import QuotaAlerts
from apps.usage.models import DayOfUse
from apps.usage.sums import Caller, Counts, add, caller_of, counts_of, is_call
from plant_community_backend.database import in_database
from resilience.news import happens_within

GATHER_SECONDS = 1.0  # how long counts wait for others, unless somebody wants to read them
PENDING_MAX = 10_000  # callers whose counts wait for a database that is away; more are lost, and logged
log = structlog.get_logger("plant_community.usage")


class UseCounter:
    """Implements plant_identification.listeners.Listener; questions of test keys cost nothing and are not counted."""

    def __init__(self, alerts: QuotaAlerts | None = None) -> None:
        self._alerts = alerts or QuotaAlerts()
        self._pending: dict[Caller, Counts] = {}
        self._paid = False  # somebody was asked since the quotas were looked at
        self._writer: asyncio.Task[None] | None = None
        self._storing, self._hurry = asyncio.Lock(), asyncio.Event()

    def ended(self, ended: Ended) -> None:
        """Count it; it is stored soon."""
        if ended.sandbox:
            return
        self._count(caller_of(ended), counts_of(ended))
        self._paid = self._paid or any(is_call(report) for report in ended.reports)
        if self._writer is None or self._writer.done():
            self._writer = asyncio.create_task(self._write(), name="use", context=contextvars.Context())

    def _count(self, caller: Caller, counts: Counts) -> None:
        if caller not in self._pending and len(self._pending) >= PENDING_MAX:
            log.error("use was not counted: the database is away for too long", caller=caller.name)
            return
        add(self._pending.setdefault(caller, {}), counts)

    async def _write(self) -> None:
        while self._pending:
            await happens_within(self._hurry, GATHER_SECONDS)
            self._hurry.clear()
            await self.flush()
            await self._look_at_quotas()

    async def flush(self) -> None:
        """Store what was counted until now; what cannot be stored is kept, and tried again a moment later."""
        async with self._storing:
            batch, self._pending = self._pending, {}
            try:
                if batch:
                    await in_database(store_use, batch)
            except Exception:
                log.exception("use was not stored; it is tried again", callers=len(batch))
                for caller, counts in batch.items():
                    self._count(caller, counts)

    async def _look_at_quotas(self) -> None:
        if self._paid:
            self._paid = False
            await self._alerts.look()

    async def look_after(self) -> None:
        """Look at the quotas too when nothing was paid here: somebody else may use the same keys."""
        await self.flush()
        await self._alerts.look()

    async def close(self) -> None:
        """Store the rest, and send what is to be sent."""
        if self._writer is not None:  # not cut off: an alert that is stored would never be told
            self._hurry.set()
            await asyncio.wait({self._writer}, timeout=CLOSING_SECONDS)
            self._writer.cancel()
            await asyncio.wait({self._writer})
        await self.flush()
        await self._look_at_quotas()
        await self._alerts.close()


@transaction.atomic
def store_use(batch: Mapping[Caller, Counts]) -> None:
    """Add these counts to the rows of their callers, in four queries for as many as fit into one.

    A caller whose account was deleted meanwhile leaves nothing.
    """
    owners = {caller.owner_id for caller in batch if caller.owner_id is not None}
    living = set(get_user_model().objects.filter(pk__in=owners).values_list("pk", flat=True)) if owners else set()
    kept = {
        (caller.day, caller.name): (caller, counts)
        for caller, counts in sorted(batch.items(), key=lambda each: (each[0].day, each[0].name))
        if caller.owner_id is None or caller.owner_id in living
    }
    DayOfUse.objects.bulk_create(
        [DayOfUse(day=day, caller=name, user_id=caller.owner_id) for (day, name), (caller, _) in kept.items()],
        ignore_conflicts=True,
    )
    for row in _rows_of(kept):
        counts = kept[row.day, row.caller][1]
        DayOfUse.objects.filter(pk=row.pk).update(**{field: F(field) + number for field, number in counts.items()})


def _rows_of(kept: Mapping[tuple[dt.date, str], object]) -> list[DayOfUse]:
    """The rows of these callers, locked in one order: two processes that store at once do not lock each other out."""
    found = (
        DayOfUse.objects.select_for_update()
        .filter(day__in={day for day, _ in kept}, caller__in={name for _, name in kept})
        .order_by("pk")
    )
    return [row for row in found if (row.day, row.caller) in kept]
