"""Counts who calls which version: in memory at once, in the database every few seconds and at the process' end."""

import asyncio
import contextlib
import contextvars
import datetime as dt
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from operator import itemgetter

import structlog
from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from apps.api_versions.models import CallerCount
from plant_community_backend.database import in_database

FLUSH_SECONDS = 5.0
CALLERS_MAX = 2000  # different callers between two flushes; more are counted together, so that memory stays bounded
OTHERS = "address:others"
KEEP_DAYS = 400  # a year and some weeks, to compare with the year before
log = structlog.get_logger("plant_community.api_versions")


@dataclass(frozen=True, slots=True)
class Caller:
    """One client of one version on one day. `owner_id` of the account behind it, None for nobody's."""

    day: dt.date
    version: str
    client: str
    owner_id: int | None = None


@dataclass(slots=True)
class Calls:
    """How often, and when last."""

    number: int
    last: dt.datetime

    def add(self, other: "Calls") -> None:
        """Count the other's too."""
        self.number, self.last = self.number + other.number, max(self.last, other.last)


class CallerCounter:
    """Counts in this process; one writer stores what was counted, every few seconds. For one event loop."""

    def __init__(self) -> None:
        self._pending: dict[Caller, Calls] = {}
        self._writer: asyncio.Task[None] | None = None
        self._storing = asyncio.Lock()

    def add(self, version: str, client: str, owner_id: int | None) -> None:
        """Count one call; it is stored soon."""
        now = timezone.now()
        caller = Caller(now.date(), version, client, owner_id)
        if caller not in self._pending and len(self._pending) >= CALLERS_MAX:
            caller = Caller(now.date(), version, OTHERS)
        self._count(caller, Calls(1, now))
        if self._writer is None or self._writer.done():
            self._writer = asyncio.create_task(self._write(), name="callers", context=contextvars.Context())

    def _count(self, caller: Caller, calls: Calls) -> None:
        if (known := self._pending.get(caller)) is not None:
            known.add(calls)
        else:
            self._pending[caller] = calls

    async def _write(self) -> None:
        while self._pending:
            await asyncio.sleep(FLUSH_SECONDS)
            await self.flush()

    async def flush(self) -> None:
        """Store what was counted until now; what cannot be stored is kept, and tried again with the next calls."""
        async with self._storing:
            batch, self._pending = self._pending, {}
            try:
                await in_database(store_calls, batch)
            except Exception:
                log.exception("counted calls were not stored; they are tried again", callers=len(batch))
                for caller, calls in batch.items():
                    self._count(caller, calls)

    async def close(self) -> None:
        """Store the rest, and stop."""
        if self._writer is not None:
            self._writer.cancel()
            await asyncio.wait({self._writer})
        await self.flush()


@transaction.atomic
def store_calls(batch: Mapping[Caller, Calls]) -> None:
    """Add these calls to the rows of their callers, in as few queries as for one.

    A caller whose account was deleted meanwhile leaves nothing.
    """
    owners = {caller.owner_id for caller in batch if caller.owner_id is not None}
    living = set(get_user_model().objects.filter(pk__in=owners).values_list("pk", flat=True)) if owners else set()
    kept = {
        (caller.day, caller.version, caller.client): (caller, calls)
        for caller, calls in batch.items()
        if caller.owner_id is None or caller.owner_id in living
    }
    CallerCount.objects.bulk_create(
        [
            CallerCount(day=day, version=version, client=client, owner_id=caller.owner_id, last_call=calls.last)
            for (day, version, client), (caller, calls) in sorted(kept.items(), key=itemgetter(0))  # as below
        ],
        ignore_conflicts=True,
    )
    rows = _rows_of(kept)
    for row in rows:
        calls = kept[row.day, row.version, row.client][1]
        row.calls, row.last_call = F("calls") + calls.number, calls.last
    CallerCount.objects.bulk_update(rows, ["calls", "last_call"])


def _rows_of(kept: Mapping[tuple[dt.date, str, str], object]) -> list[CallerCount]:
    """The rows of these callers, locked in one order: two processes that store at once do not lock each other out."""
    found = (
        CallerCount.objects.select_for_update()
        .filter(day__in={key[0] for key in kept}, client__in={key[2] for key in kept})
        .order_by("pk")
    )
    return [row for row in found if (row.day, row.version, row.client) in kept]


def forget_old_calls() -> None:
    """Delete what is older than KEEP_DAYS."""
    CallerCount.objects.filter(day__lt=timezone.now().date() - dt.timedelta(days=KEEP_DAYS)).delete()


_opened: list[CallerCounter] = []


def find_counter() -> CallerCounter | None:
    """The counter of this process; None while none is open, as in a command."""
    return _opened[-1] if _opened else None


@contextlib.asynccontextmanager
async def counting_callers() -> AsyncIterator[None]:
    """Callers are counted until the end of the block; then the rest is stored."""
    counter = CallerCounter()
    _opened.append(counter)
    try:
        await in_database(forget_old_calls)
        yield
    finally:
        _opened.remove(counter)
        await counter.close()
