"""How the server is doing, from what it knows already: asks no provider, and waits for nothing that does not answer."""

import asyncio
import datetime as dt
from collections.abc import Awaitable
from typing import Any

from django.conf import settings
from django.db import Error as DatabaseError  # InterfaceError too

from apps.operations.views import find_reason_not_ready
from apps.plant_identification.wiring import Services
from plant_community_backend.database import in_database

type Numbers = dict[str, dict[str, Any]]  # of each circuit, by provider, as CircuitStats has them
type Checks = dict[str, list[dict[str, Any]]]  # in the health+json form

QUOTA_WARNING_PERCENT = 95
WAIT_SECONDS = 2.0  # for the database: longer than it ever takes, shorter than a person looks at an empty page
HEALTH_WORDS = {"pass": "healthy", "warn": "degraded", "fail": "unhealthy"}


async def within[T](work: Awaitable[T], default: T) -> T:
    """What `work` returns, or `default` when the database does not answer, or not in time."""
    try:
        async with asyncio.timeout(WAIT_SECONDS):
            return await work
    except (TimeoutError, DatabaseError):
        return default


async def read_numbers(services: Services) -> Numbers:
    """The numbers of each circuit by provider; one that cannot be read is left out."""
    names = list(services.circuits)
    read = await asyncio.gather(*(within(_read(services, name), None) for name in names))
    return {name.value: numbers for name, numbers in zip(names, read, strict=True) if numbers is not None}


async def _read(services: Services, name: Any) -> dict[str, Any] | None:
    return await services.circuits[name].read()


def checks_of(services: Services, numbers: Numbers, database: dict[str, Any]) -> Checks:
    """All checks. `numbers` are those of `read_numbers`, `database` is that of `check_database`."""
    checks: Checks = {"database": [database]}
    for name in services.providers:
        checks[f"{name}:last-call"] = [services.last_calls.check(name)]
        checks[f"{name}:circuit"] = [_circuit_check(numbers.get(name))]
        checks[f"{name}:quota"] = [_quota_check(quota) for quota in numbers.get(name, {}).get("quota", ())]
    checks["store"] = [_store_check(services)]
    checks["identifications:running"] = [
        {"status": "pass", "observedValue": len(services.runs), "observedUnit": "runs"}
    ]
    return checks


async def check_database() -> dict[str, Any]:
    """Fail when it cannot serve; warn when it does not answer in time, as when it has much to do."""
    late = f"the database did not answer within {WAIT_SECONDS:g} seconds"
    reason = await within(in_database(find_reason_not_ready), late)
    status = "warn" if reason is late else "fail" if reason else "pass"
    return {"status": status, "output": reason or ""}


def _circuit_check(numbers: dict[str, Any] | None) -> dict[str, Any]:
    """Warn when calls to this provider are refused: circuit not closed, paused, or a quota used up."""
    if numbers is None:
        return {"status": "warn", "observedValue": "unknown"}
    full = any(quota["remaining"] <= 0 for quota in numbers["quota"])
    refusing = numbers["state"] != "closed" or numbers["override"] == "forced_open" or numbers["paused_for_seconds"]
    return {"status": "warn" if refusing or full else "pass", "observedValue": numbers["state"], **numbers}


def _quota_check(quota: dict[str, Any]) -> dict[str, Any]:
    """Warn when nearly all is used; the operator is told of it too (apps.usage.alerts)."""
    used = round(100 * quota["used"] / quota["limit"], 1) if quota["limit"] else 100.0
    status = "warn" if used >= QUOTA_WARNING_PERCENT else "pass"
    return {"status": status, "observedValue": used, "observedUnit": "percent", **quota}


def _store_check(services: Services) -> dict[str, Any]:
    """Warn while the shared store is away and this process goes on by itself."""
    since = services.answers.health.degraded_since
    at = None if since is None else dt.datetime.fromtimestamp(since, dt.UTC).isoformat()
    kind = "redis" if settings.REDIS_URL else "memory"
    return {
        "status": "pass" if since is None else "warn",
        "componentType": "datastore",
        "observedValue": kind,
        "degraded_since": at,
    }


def overall(checks: Checks) -> str:
    """The worst of all: pass, warn or fail."""
    statuses = {check["status"] for each in checks.values() for check in each}
    return next((worst for worst in ("fail", "warn") if worst in statuses), "pass")
