"""Who uses which version, for the command and whoever else wants to know."""

import datetime as dt
from typing import Any

from django.db.models import Max, Sum
from django.utils import timezone

from apps.api_versions.models import CallerCount


def calls_by_version(days: int) -> dict[str, int]:
    """How often each version was called in the last `days` days, today included."""
    rows = _since(days).values("version").annotate(total=Sum("calls")).order_by("version")
    return {row["version"]: row["total"] for row in rows}


def callers_of(version: str, days: int) -> list[dict[str, Any]]:
    """The clients of `version` in these days, the busiest first: client, calls, last_call."""
    rows = _since(days).filter(version=version).values("client")
    return list(rows.annotate(total=Sum("calls"), last=Max("last_call")).order_by("-total", "client"))


def _since(days: int) -> Any:
    return CallerCount.objects.filter(day__gt=timezone.now().date() - dt.timedelta(days=days))
