"""The JSON bodies of use, as types; the OpenAPI document's schemas are made from them."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from apps.usage.queries import BudgetLeft
from apps.usage.sums import OF_PROVIDER, Counts, share_free, total
from identification.answer import ProviderName, Struct


class ProviderUse(Struct):
    """Use of one provider. `credits` and `saved` are Plant.id credits, or Pl@ntNet requests: never add the two up."""

    calls: int  # calls that were paid for you
    credits: float  # billed for them
    unsure: float  # of calls that failed on their way and may have been billed all the same
    collapsed: int  # answers of a call that another request had made at the same time
    cached: int  # answers that were kept
    stale: int  # answers that were kept for longer than a day, while nobody could be asked
    saved: float  # what these three would have cost


class Use(Struct):
    """What was used. `free` of the identifications were answered without a call; `share_from_cache` is that share, 0..1."""

    identifications: int
    free: int
    failed: int
    refused: int  # asked in vain: nobody may be asked, or a budget was used up
    share_from_cache: float
    providers: dict[ProviderName, ProviderUse]


class DayUse(Use):
    """The same of one day (UTC)."""

    day: dt.date


class BudgetBody(Struct):
    """A daily budget in Plant.id credits. `limit` and `left` are null where there is no limit."""

    policy: str  # its name in `violated-policies` of a 429
    limit: float | None
    used: float  # what is under way included
    left: float | None
    resets_at: dt.datetime


class UsageBody(Struct):
    """Use from one day to another, both included; days without any are left out."""

    first: dt.date = msgspec.field(name="from")
    last: dt.date = msgspec.field(name="to")
    caller: str  # `account`: this account with all its keys; `key`: the key that asks
    totals: Use
    days: tuple[DayUse, ...]
    budgets: tuple[BudgetBody, ...]


def usage_body(
    days: Mapping[dt.date, Counts],
    budgets: Sequence[BudgetLeft],
    *,
    between: tuple[dt.date, dt.date],
    resets_at: dt.datetime,
    caller: str,
) -> UsageBody:
    """The answer made of each day's counts."""
    return UsageBody(
        first=between[0],
        last=between[1],
        caller=caller,
        totals=_use(total(days.values())),
        days=tuple(_day(day, counts) for day, counts in days.items()),
        budgets=tuple(_budget(budget, resets_at) for budget in budgets),
    )


def _use(counts: Counts) -> Use:
    return Use(**_members(counts))


def _day(day: dt.date, counts: Counts) -> DayUse:
    return DayUse(day=day, **_members(counts))


def _members(counts: Counts) -> dict[str, Any]:
    whole: dict[str, Any] = {field: int(counts[field]) for field in ("identifications", "free", "failed", "refused")}
    return whole | {
        "share_from_cache": round(share_free(counts), 4),
        "providers": {
            name: msgspec.convert({what: counts[f"{name}_{what}"] for what in OF_PROVIDER}, ProviderUse, strict=False)
            for name in ProviderName
        },
    }


def _budget(budget: BudgetLeft, resets_at: dt.datetime) -> BudgetBody:
    left = None if budget.limit is None else max(0.0, budget.limit - budget.used)
    return BudgetBody(policy=budget.policy, limit=budget.limit, used=budget.used, left=left, resets_at=resets_at)
