"""Health of identification, and what this server offers. Neither asks a provider or spends a credit."""

import datetime as dt
import importlib.metadata
from typing import Any

import msgspec
from django.conf import settings
from django.http import JsonResponse
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.request import Request

from apps.api_keys.permissions import PUBLIC
from apps.operations.api.bodies import HealthBody
from apps.operations.views import find_reason_not_ready
from apps.plant_identification.wiring import Services, get_services
from identification.photo import BYTES_MAX, PIXELS_MAX, READERS
from identification.question import PHOTOS_MAX, Organ
from plant_community_backend.async_views import APIView
from plant_community_backend.database import in_database
from plant_community_backend.versions import in_version, known_versions

HEALTH_TYPE = "application/health+json"
QUOTA_WARNING_PERCENT = 95
OBJECT = {"type": "object", "additionalProperties": True}


class IdentifyHealthView(APIView):
    """How identification is doing."""

    scope = PUBLIC

    @extend_schema(
        tags=["operations"],
        operation_id="identify_health",
        summary="Health of identification; spends nothing",
        responses={(200, HEALTH_TYPE): OBJECT, (503, HEALTH_TYPE): OBJECT},
    )
    async def get(self, request: Request, **_: Any) -> JsonResponse:
        """`pass`, `warn` (a provider's last call failed) or `fail`, in the health+json form."""
        services = get_services()
        reason = await in_database(find_reason_not_ready)
        checks: dict[str, Any] = {"database": [{"status": "fail" if reason else "pass", "output": reason or ""}]}
        for name in services.providers:
            checks[f"{name}:last-call"] = [services.last_calls.check(name)]
            numbers = await services.circuits[name].read()
            checks[f"{name}:circuit"] = [_circuit_check(numbers)]
            checks[f"{name}:quota"] = [_quota_check(quota) for quota in numbers["quota"]]
        checks["store"] = [_store_check(services)]
        checks["identifications:running"] = [
            {"status": "pass", "observedValue": len(services.runs), "observedUnit": "runs"}
        ]
        verdict = _overall([check["status"] for each in checks.values() for check in each])
        body = HealthBody(status=verdict, health=HEALTH_WORDS[verdict], demo=settings.DEMO_MODE, checks=checks)
        return JsonResponse(
            msgspec.to_builtins(in_version(request, body)),
            status=503 if verdict == "fail" else 200,
            content_type=HEALTH_TYPE,
            headers={"Cache-Control": "no-store"},
        )


def _circuit_check(numbers: dict[str, Any]) -> dict[str, Any]:
    """Warn when calls to this provider are refused: circuit not closed, paused, or a quota used up."""
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


HEALTH_WORDS = {"pass": "healthy", "warn": "degraded", "fail": "unhealthy"}


def _overall(statuses: list[str]) -> str:
    return next((worst for worst in ("fail", "warn") if worst in statuses), "pass")


class AboutView(APIView):
    """What this server is."""

    scope = PUBLIC

    @extend_schema(
        tags=["operations"],
        operation_id="about",
        summary="Version, limits and providers of this server",
        responses={200: OpenApiResponse(response=OBJECT)},
    )
    async def get(self, _request: Request, **_: Any) -> JsonResponse:
        """What a client has to know to show the right choices."""
        return JsonResponse(
            {
                "name": "Plant Community",
                "version": importlib.metadata.version("plant-community-backend"),
                "api_versions": list(known_versions()),
                "demo": settings.DEMO_MODE,
                "providers": [name.value for name in get_services().providers],
                "limits": {
                    "photos": PHOTOS_MAX,
                    "photo_bytes": BYTES_MAX,
                    "photo_pixels": PIXELS_MAX,
                    "request_bytes": settings.BODY_BYTES_MAX,
                    "wait_seconds": settings.IDENTIFY_DEADLINE_SECONDS,
                },
                "photo_formats": sorted(READERS),
                "organs": [organ.value for organ in Organ],
            }
        )
