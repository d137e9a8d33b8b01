"""Health and status of the server, what it offers, and the circuits. Nothing here asks a provider or spends a credit."""

import asyncio
import importlib.metadata
from collections.abc import Mapping
from typing import Any

import msgspec
from allauth.account.adapter import get_adapter
from django.conf import settings
from django.http import HttpResponse, JsonResponse
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from apps.api_keys.permissions import PUBLIC, HasScope
from apps.operations.api import schema
from apps.operations.api.bodies import (
    AboutBody,
    CircuitBody,
    CircuitsBody,
    HealthBody,
    LimitsBody,
    ProviderQuota,
    StatusBody,
    circuit_body,
    provider_status,
    quota_bodies,
    today_body,
)
from apps.operations.circuits import Order, carry_out
from apps.operations.health import HEALTH_WORDS, overall, within
from apps.operations.permissions import IsStaff, is_staff, lacks_factor
from apps.operations.registry import read_facts
from apps.operations.to_fix import find_what_to_fix, judge
from apps.plant_identification.permissions import IsAuthenticatedOrAnonymousWithStrictRateLimit as Anybody
from apps.plant_identification.permissions import permission_for_identification
from apps.plant_identification.wiring import Services, get_services
from apps.usage.queries import use_of_everybody
from identification.answer import ProviderName
from identification.photo import BYTES_MAX, PIXELS_MAX, READERS
from identification.question import LANGUAGES, PHOTOS_MAX, Organ
from plant_community_backend.async_views import APIView
from plant_community_backend.database import in_database
from plant_community_backend.problems import Problem
from plant_community_backend.versions import in_version, known_versions
from resilience.errors import StoreUnavailable

RETRY_SECONDS = 2.0
NO_STORE = {"Cache-Control": "private, no-store"}


def answer(request: Request, body: Any, headers: Mapping[str, str] | None = None) -> HttpResponse:
    """A typed body as JSON."""
    content = msgspec.json.encode(in_version(request, body))
    return HttpResponse(content, content_type="application/json", headers=headers)


class IdentifyHealthView(APIView):
    """How identification is doing."""

    scope = PUBLIC
    open_to_leavers = True

    @extend_schema(**schema.HEALTH)
    async def get(self, request: Request, **_: Any) -> JsonResponse:
        """`pass`, `warn` (a provider's last call failed) or `fail`, in the health+json form."""
        checks = judge(await read_facts(get_services(), for_staff=False))
        verdict = overall(checks)
        body = HealthBody(status=verdict, health=HEALTH_WORDS[verdict], demo=settings.DEMO_MODE, checks=checks)
        return JsonResponse(
            msgspec.to_builtins(in_version(request, body)),
            status=503 if verdict == "fail" else 200,
            content_type=schema.HEALTH_TYPE,
            headers={"Cache-Control": "no-store"},
        )


class AboutView(APIView):
    """What this server is."""

    scope = PUBLIC
    open_to_leavers = True

    @extend_schema(**schema.ABOUT)
    async def get(self, request: Request, **_: Any) -> HttpResponse:
        """What a client has to know to show the right choices."""
        return answer(request, _about(request))


def _about(request: Request) -> AboutBody:
    return AboutBody(
        name="Plant Community",
        version=importlib.metadata.version("plant-community-backend"),
        api_versions=known_versions(),
        demo=settings.DEMO_MODE,
        providers=tuple(get_services().providers),
        limits=LimitsBody(
            photos=PHOTOS_MAX,
            photo_bytes=BYTES_MAX,
            photo_pixels=PIXELS_MAX,
            request_bytes=settings.BODY_BYTES_MAX,
            wait_seconds=settings.IDENTIFY_DEADLINE_SECONDS,
        ),
        photo_formats=tuple(sorted(READERS)),
        organs=tuple(Organ),
        languages=LANGUAGES,
        anonymous=permission_for_identification() is Anybody,
        sign_up=bool(get_adapter().is_open_for_signup(request._request)),  # noqa: SLF001 - DRF has no other way
        social=tuple(sorted(settings.SOCIALACCOUNT_PROVIDERS)),
    )


class StatusView(APIView):
    """How the server is doing, for everybody; for staff also what to mend."""

    scope = PUBLIC
    open_to_leavers = True

    @extend_schema(**schema.STATUS)
    async def get(self, request: Request, **_: Any) -> HttpResponse:
        """Waits for the database a few seconds at most, for a store that is away not even that."""
        services = get_services()
        today, for_staff = await asyncio.gather(
            within(in_database(use_of_everybody, timezone.now().date()), None), _asks_as_staff(request)
        )
        facts = await read_facts(services, for_staff=for_staff)
        body = StatusBody(
            health=HEALTH_WORDS[overall(judge(facts))],  # type: ignore[arg-type] # one of the three
            demo=settings.DEMO_MODE,
            at=timezone.now(),
            providers=tuple(provider_status(name, facts.numbers.get(name)) for name in services.providers),
            today=None if today is None else today_body(today),
        )
        if for_staff:
            quota = tuple(
                ProviderQuota(provider=ProviderName(name), windows=quota_bodies(each))
                for name, each in facts.numbers.items()
            )
            body = msgspec.structs.replace(body, quota=quota, to_fix=find_what_to_fix(facts))
        return answer(request, body, NO_STORE)


async def _asks_as_staff(request: Request) -> bool:
    return is_staff(request) and not await within(in_database(lacks_factor, request), True)  # noqa: FBT003 - the default


class StaffView(APIView):
    """A view for staff."""

    permission_classes = (HasScope, IsStaff)
    scope = PUBLIC  # IsStaff refuses every key
    needs_account_because = "The circuits are for the staff of this server."


class CircuitsView(StaffView):
    """The circuits of the whole cluster."""

    @extend_schema(**schema.CIRCUITS)
    async def get(self, request: Request, **_: Any) -> HttpResponse:
        """All of them."""
        services = get_services()
        circuits = tuple([await _circuit(services, name) for name in services.circuits])
        return answer(request, CircuitsBody(circuits=circuits), NO_STORE)


class OrderView(StaffView):
    """An operator's order."""

    parser_classes = ()

    @extend_schema(**schema.ORDER)
    async def post(self, request: Request, provider: str, order: str, **_: Any) -> HttpResponse:
        """Carry it out for the whole cluster; ordered again, it changes nothing."""
        services = get_services()
        name = next((each for each in services.guards if each.value == provider), None)
        if name is None or order not in set(Order):
            there = ", ".join(services.guards)
            raise Problem(
                "not-found",
                "There is no such circuit, or no such order.",
                hint=f"The orders are {', '.join(Order)}; the circuits are {there}.",
            )
        try:
            await carry_out(Order(order), services.guards[name], by=f"account {request.user.pk}")
        except StoreUnavailable as error:
            detail = "The shared store does not answer, so nothing was ordered."
            raise Problem("store-unavailable", detail, retry_after=RETRY_SECONDS) from error
        return answer(request, await _circuit(services, name), NO_STORE)


async def _circuit(services: Services, name: ProviderName) -> CircuitBody:
    return circuit_body(name, await services.circuits[name].read(), services.last_calls.find(name))
