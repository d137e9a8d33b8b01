"""The quota ledger in the database: what was reserved and used, by provider and period (law 2)."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from apps.plant_identification.models import QuotaEntry, QuotaPeriod
from plant_community_backend.database import AWAY, in_database, in_database_when_back
from resilience.config import WINDOWS
from resilience.errors import StoreUnavailable
from resilience.ports import Clock, SystemClock
from resilience.quota import period_of


class DatabaseLedger:
    """Implements resilience.guard.Ledger. Two processes at the limit: the database lets one of them past."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    async def reserve(self, provider: str, token: str, *, cost: float, limits: Mapping[str, float]) -> str | None:
        """Take `cost` in each period of `limits`, in all or none; the period that is full, or None.

        Raises StoreUnavailable when the database does not answer: then nobody is asked (law 2).
        """
        try:
            return await in_database(_reserve, provider, token, cost, limits, self._periods())
        except AWAY as error:
            raise StoreUnavailable("reserve", type(error).__name__) from error  # noqa: EM101 - the verb, not a message

    async def settle(self, provider: str, token: str, *, cost: float) -> None:
        """The call of `token` cost `cost`. Twice is once; until it is stored it counts as reserved."""
        await in_database_when_back(_settle, provider, token, cost)

    async def counts(self, provider: str) -> Mapping[str, float]:
        """What is reserved and used in the present periods: the larger of our count and the provider's own."""
        return await in_database(_counts, provider, self._periods())

    async def note_theirs(self, provider: str, period: str, used: float) -> float:
        """Remember what the provider has counted in `period`; how much more that is than ours (negative: less)."""
        return await in_database(_note_theirs, provider, period, used)

    def _periods(self) -> list[str]:
        return [period_of(window, self._clock.wall()) for window in WINDOWS]


@transaction.atomic
def _reserve(provider: str, token: str, cost: float, limits: Mapping[str, float], periods: list[str]) -> str | None:
    for period in periods:
        if not _take(provider, period, cost, limits.get(period)):
            transaction.set_rollback(True)
            return period
    QuotaEntry.objects.create(provider=provider, token=token, cost=cost, periods=periods)
    return None


def _take(provider: str, period: str, cost: float, limit: float | None) -> bool:
    """Whether there was room; the row is made when this is the period's first call."""
    rows = QuotaPeriod.objects.filter(provider=provider, period=period)
    room = rows if limit is None else rows.filter(taken__lte=limit - cost)
    if room.update(taken=F("taken") + cost):
        return True
    QuotaPeriod.objects.get_or_create(provider=provider, period=period)
    return bool(room.update(taken=F("taken") + cost))


@transaction.atomic
def _settle(provider: str, token: str, cost: float) -> None:
    entry = QuotaEntry.objects.select_for_update().filter(token=token, settled_at=None).first()
    if entry is None:
        return
    for period in entry.periods if cost != entry.cost else ():
        QuotaPeriod.objects.filter(provider=provider, period=period).update(taken=F("taken") + (cost - entry.cost))
    QuotaEntry.objects.filter(pk=entry.pk).update(cost=cost, settled_at=timezone.now())


def _counts(provider: str, periods: list[str]) -> dict[str, float]:
    rows = QuotaPeriod.objects.filter(provider=provider, period__in=periods)
    return {row.period: max(row.taken, row.theirs or 0.0) for row in rows}


@transaction.atomic
def _note_theirs(provider: str, period: str, used: float) -> float:
    QuotaPeriod.objects.get_or_create(provider=provider, period=period)
    row = QuotaPeriod.objects.select_for_update().get(provider=provider, period=period)
    QuotaPeriod.objects.filter(pk=row.pk).update(theirs=used, theirs_at=timezone.now())
    return used - row.taken


def read_periods() -> list[dict[str, Any]]:
    """Every period of this day, this month and in total: provider, period, used, and the provider's own count."""
    now = SystemClock().wall()
    rows = QuotaPeriod.objects.filter(period__in=[period_of(window, now) for window in WINDOWS])
    return [
        {"provider": row.provider, "period": row.period, "used": row.taken, "theirs": row.theirs}
        for row in rows.order_by("provider", "period")
    ]
