"""Probes: alive (no input or output at all), ready (the database answers and is migrated). Never a provider."""

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse

from plant_community_backend.database import in_database


async def livez(_request: HttpRequest) -> JsonResponse:
    """200 as long as the process answers."""
    return JsonResponse({"status": "pass"})


async def readyz(_request: HttpRequest) -> JsonResponse:
    """200 when requests can be served, else 503 with the reason."""
    reason = await in_database(find_reason_not_ready)
    return JsonResponse(
        {"status": "fail", "output": reason} if reason else {"status": "pass"}, status=503 if reason else 200
    )


def find_reason_not_ready() -> str | None:
    """Why the database cannot serve, None when it can."""
    try:
        executor = MigrationExecutor(connection)
    except DatabaseError as error:
        return f"the database does not answer: {type(error).__name__}"
    waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return f"{len(waiting)} migrations are not applied: run `plant-community manage migrate`" if waiting else None
