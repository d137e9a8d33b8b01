"""Whether a question is a real one or a test key's, and what the X-Test-Scenario header makes of it."""

from typing import Any

from django.utils import timezone
from rest_framework.request import Request

from apps.api_keys.credits import CreditsUsedUpError, seconds_to_tomorrow
from apps.api_keys.models import key_of
from apps.plant_identification.sandbox import get_sandbox
from apps.plant_identification.scenarios import NO_SCENARIO, SCENARIOS, Scenario
from apps.plant_identification.wiring import Services, get_services
from plant_community_backend.problems import Problem

HEADER = "X-Test-Scenario"
KEY_CREDITS = "key-credits"  # the name of this limit in `violated-policies`


def has_test_key(request: Request) -> bool:
    """Whether the request comes with a test key: it sees the sandbox and nothing else."""
    key = key_of(request.auth)
    return key is not None and key.is_test


async def services_of(request: Request) -> Services:
    """The services that answer this request. Raises Problem for a scenario that is one, or that cannot be."""
    scenario = _scenario_of(request)
    if not has_test_key(request):
        return get_services()
    if scenario.problem:
        raise _problem_of(scenario)
    return await get_sandbox().services_for(scenario)


def credits_used_up(error: CreditsUsedUpError) -> Problem:
    """429: the key has taken what its owner gave it for this day."""
    return _used_up(f"The API key has used {error.taken:g} of its {error.limit:g} credits of today.", error.wait)


def who_asks(request: Request) -> dict[str, Any]:
    """The fields of an Ask that a key decides."""
    key = key_of(request.auth)
    return {} if key is None else {"api_key_id": key.pk, "sandbox": key.is_test}


def _scenario_of(request: Request) -> Scenario:
    name = request.headers.get(HEADER, "").strip()
    if not name:
        return NO_SCENARIO
    if not has_test_key(request):
        raise Problem(
            "test-key-needed",
            f"{HEADER} works only with a test key; nothing was asked and nothing was charged.",
            hint="Make an API key with mode `test` at /api/v1/api-keys/, or leave the header out.",
        )
    if name not in SCENARIOS:
        detail = f"{HEADER} names no scenario that there is."
        raise Problem("invalid-input", detail, hint=f"There are {', '.join(SCENARIOS)}.")
    return SCENARIOS[name]


def _problem_of(scenario: Scenario) -> Problem:
    """The scenario's own refusal, as a live key would get it."""
    if scenario.problem == KEY_CREDITS:
        wait = seconds_to_tomorrow(timezone.now())
        return _used_up("The API key has used all of its credits of today (test scenario).", wait)
    more: dict[str, Any] = {"violated-policies": ["identify"]} if scenario.problem == "too-many-requests" else {}
    return Problem(
        scenario.problem, "This is what it would look like (test scenario).", retry_after=scenario.retry_after, **more
    )


def _used_up(detail: str, wait: float) -> Problem:
    return Problem(
        "too-many-requests",
        detail,
        hint="The budget begins anew at 00:00 UTC; its owner can change it with PATCH /api/v1/api-keys/{id}/.",
        retry_after=wait,
        **{"violated-policies": [KEY_CREDITS]},
    )
