"""Own use: what was asked, what it cost, what the cache saved, and what is left of today."""

import datetime as dt
import re
from typing import Any

import msgspec
from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.request import Request

from apps.api_keys.models import ApiKey, Scope, key_of
from apps.api_keys.permissions import HasScope
from apps.plant_identification.permissions import IsAuthenticated
from apps.plant_identification.wiring import get_services
from apps.usage import queries
from apps.usage.api.bodies import UsageBody, usage_body
from plant_community_backend.async_views import APIView
from plant_community_backend.database import in_database
from plant_community_backend.problems import Problem
from plant_community_backend.versions import in_version

DAYS, DAYS_MAX = 30, 366
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
FIELDS = {"from", "to"}


def body(name: str, description: str) -> OpenApiResponse:
    """A response whose body is a type of bodies.py."""
    return OpenApiResponse(response={"$ref": f"#/components/schemas/{name}"}, description=description)


class UsageView(APIView):
    """What the account, or the key that asks, has used."""

    permission_classes = (HasScope, IsAuthenticated)
    scope = Scope.READ_USAGE
    needs_account_because = "Use is counted for each account: sign in to read yours."

    @extend_schema(
        tags=["usage"],
        operation_id="usage",
        summary="Read your own use, its cost, and what the cache saved",
        description=(
            "Counts by day (UTC) and in total. A session reads the account with all its keys, an API key (scope "
            "`usage:read`) its own use. Counts stay when an identification is deleted; questions of test keys are free "
            "and not counted."
        ),
        parameters=[
            OpenApiParameter("from", dt.date, description=f"The first day; {DAYS} days up to `to` when left out."),
            OpenApiParameter("to", dt.date, description="The last day, included; today when left out."),
        ],
        responses={200: body("UsageBody", "The use."), 400: body("ProblemBody", "A problem (RFC 9457).")},
    )
    async def get(self, request: Request, **_: Any) -> HttpResponse:
        """At most a year at once."""
        first, last = read_days(request)
        for listener in get_services().listeners:
            await listener.flush()
        read = await in_database(_read, request.user.pk or 0, key_of(request.auth), first, last)
        return HttpResponse(
            msgspec.json.encode(in_version(request, read)),
            content_type="application/json",
            headers={"Cache-Control": "private, no-store"},
        )


def _read(owner_id: int, api_key: ApiKey | None, first: dt.date, last: dt.date) -> UsageBody:
    midnight = timezone.now().astimezone(dt.UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return usage_body(
        queries.by_day(queries.use_of(owner_id=owner_id, api_key=api_key), first, last),
        queries.budgets_left(owner_id=owner_id, api_key=api_key),
        between=(first, last),
        resets_at=midnight + dt.timedelta(days=1),
        caller="account" if api_key is None else "key",
    )


def read_days(request: Request) -> tuple[dt.date, dt.date]:
    """The first and the last day that the request asks for. Raises Problem with a pointer to each wrong field."""
    errors: dict[str, str] = {}
    for name, values in request.query_params.lists():
        if name not in FIELDS:
            errors[name[:80]] = "is not a field of this request."
        elif len(values) > 1:
            errors[name] = f"came {len(values)} times; it has one value."
    last = _read_day(request, "to", timezone.now().date(), errors)
    first = _read_day(request, "from", _days_before(last), errors)
    if not errors and first > last:
        errors["from"] = "must not be after `to`."
    if not errors and (last - first).days >= DAYS_MAX:
        errors["from"] = f"must be at most {DAYS_MAX} days before the end of `to`."
    if errors:
        detail = " ".join(f"{name} {sentence}" for name, sentence in errors.items())
        pointed = [{"detail": sentence, "pointer": f"#/{name}"} for name, sentence in errors.items()]
        raise Problem("invalid-input", detail, errors=pointed)
    return first, last


def _days_before(last: dt.date) -> dt.date:
    return dt.date.fromordinal(max(1, last.toordinal() - (DAYS - 1)))


def _read_day(request: Request, name: str, default: dt.date, errors: dict[str, str]) -> dt.date:
    text = request.query_params.get(name)
    if text is None or name in errors:
        return default
    try:
        if not DAY.fullmatch(text):
            raise ValueError(text)  # noqa: TRY301 - other ways to write a date are refused like no date
        return dt.date.fromisoformat(text)
    except ValueError:
        errors[name] = "must be a day, written as 2026-11-25."
        return default
