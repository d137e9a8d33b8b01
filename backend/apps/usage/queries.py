"""What is read: use by day and in total, and what is left of today's budgets."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.db.models import F, QuerySet, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone

from apps.api_keys.credits import taken_today
from apps.api_keys.models import ApiKey
from apps.usage.budgets import POLICY, day_of, limit_of, taken_on
from apps.usage.models import DayOfUse
from apps.usage.sums import COUNTED, FIELDS, Counts, caller_name


@dataclass(frozen=True, slots=True)
class BudgetLeft:
    """One budget of today. `limit` None: there is none."""

    policy: str
    limit: float | None
    used: float


def use_of(*, owner_id: int, api_key: ApiKey | None) -> QuerySet[DayOfUse]:
    """Rows of this key; without one, of this account and all its keys."""
    own = DayOfUse.objects.filter(user_id=owner_id)
    return own if api_key is None else own.filter(caller=caller_name(owner_id, api_key.pk))


def by_day(rows: QuerySet[DayOfUse], first: dt.date, last: dt.date) -> Mapping[dt.date, Counts]:
    """The counts of each day from `first` to `last` on which there was any, oldest first."""
    days = rows.filter(day__range=(first, last)).order_by("day").values("day").annotate(**sums())
    return {row["day"]: counts_in(row) for row in days}


def use_of_everybody(day: dt.date) -> Counts:
    """The counts of all callers together on that day."""
    return counts_in(DayOfUse.objects.filter(day=day).aggregate(**sums()))


def sums() -> dict[str, Coalesce]:
    """Every count as the aggregate `sum_FIELD`."""
    return {f"sum_{field}": Coalesce(Sum(field), 0, output_field=_field(field)) for field in FIELDS}


def counts_in(row: Mapping[str, Any]) -> Counts:
    """The counts of a row that has the aggregates of `sums`."""
    return {field: row[f"sum_{field}"] for field in FIELDS}


def _field(name: str) -> "models.Field[Any, Any]":
    return models.BigIntegerField() if name in COUNTED else models.FloatField()


def budgets_left(*, owner_id: int, api_key: ApiKey | None) -> list[BudgetLeft]:
    """The account's budget of today, and the key's where one is used."""
    today = day_of(timezone.now())
    found = [BudgetLeft(POLICY, limit_of(owner_id), taken_on(owner_id, today))]
    if api_key is not None:
        found.append(BudgetLeft("key-credits", api_key.credits_per_day, taken_today(api_key.pk)))
    return found


def who_costs_most(rows: QuerySet[DayOfUse], at_most: int) -> list[tuple[str, str, Counts]]:
    """Caller, address of the account, and counts of those who used most Plant.id credits, then most identifications."""
    callers = (
        rows.order_by().values("caller", email=F("user__email")).annotate(**sums())
        .order_by("-sum_plant_id_credits", "-sum_identifications", "caller")[:at_most]  # type: ignore[misc] # made by sums
    )  # fmt: skip
    return [(row["caller"], row["email"] or "", counts_in(row)) for row in callers]
