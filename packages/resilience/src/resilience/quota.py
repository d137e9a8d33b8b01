"""Quota windows: which period a call falls into, when it ends, and what is still free in it. Pure."""

import datetime as dt
import functools
import math
from collections.abc import Iterable, Mapping

from resilience.config import DAY, QuotaConfig

FIRST_DAY = dt.date(1970, 1, 1)
PERIODS = {"day": "day:%Y-%m-%d", "month": "month:%Y-%m", "total": "total"}  # periods of a window sort by time


def period_of(window: str, now: float) -> str:
    """The period of `window` at `now` (seconds since 1970, UTC), such as "day:2026-11-23"; used counts are kept by it."""
    return _period_of_day(window, int(now // DAY))


@functools.lru_cache(maxsize=64)  # asked several times in each decision; a new day comes once a day
def _period_of_day(window: str, day: int) -> str:
    return (FIRST_DAY + dt.timedelta(days=day)).strftime(PERIODS[window])


def seconds_to_reset(window: str, now: float) -> float | None:
    """Seconds until the next period begins, at 00:00 UTC; None for a total, which never does."""
    moment = dt.datetime.fromtimestamp(now, dt.UTC)
    midnight = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    if window == "day":
        return (midnight + dt.timedelta(days=1) - moment).total_seconds()
    if window == "month":
        first = (midnight.replace(day=1) + dt.timedelta(days=32)).replace(day=1)
        return (first - moment).total_seconds()
    return None


def find_full(
    quotas: Iterable[QuotaConfig], taken: Mapping[str, float], *, cost: float, interactive: bool, now: float
) -> QuotaConfig | None:
    """The quota that has no room for `cost` more; of several, the one that has room last; None when all have.

    `taken` is used and reserved, by period.
    """
    full = [
        quota
        for quota in quotas
        if taken.get(period_of(quota.window, now), 0.0) + cost > allowance(quota, interactive=interactive)
    ]
    return max(
        full, key=lambda quota: seconds_to_room(quota, cost=cost, interactive=interactive, now=now), default=None
    )


def seconds_to_room(quota: QuotaConfig, *, cost: float, interactive: bool, now: float) -> float:
    """Seconds until a full quota has room for `cost`; infinite for a total, and for more than the whole quota holds."""
    reset = seconds_to_reset(quota.window, now)
    return math.inf if reset is None or cost > allowance(quota, interactive=interactive) else reset


def allowance(quota: QuotaConfig, *, interactive: bool) -> float:
    """What such a call may use of the quota: all of it when somebody waits for the answer."""
    return quota.limit if interactive else quota.limit - quota.limit * quota.kept_back


def without_old(used: Mapping[str, float], *, now: float) -> dict[str, float]:
    """Used counts without periods that ended more than a day ago: a clock that steps back over midnight finds its own."""
    oldest = {window: period_of(window, now - DAY) for window in PERIODS}
    return {period: count for period, count in used.items() if period >= oldest.get(period.partition(":")[0], "~")}
