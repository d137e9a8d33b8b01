"""The JSON bodies of operations, as types: health (also in the shape of the addresses without a version), circuits, status."""

import datetime as dt
from collections.abc import Mapping
from typing import Any, Literal

from django.utils import timezone

from apps.operations.circuits import why_not_asked
from apps.operations.registry import ToFix
from apps.usage.sums import Counts, calls_avoided, share_free
from identification.answer import CallState, ProviderName, ProviderReport, Struct
from identification.question import Organ
from plant_community_backend.versions import LEGACY, shape


class HealthBody(Struct):
    """`status` in the words of health+json, `health` in the mission's."""

    status: str
    health: str
    demo: bool
    checks: dict[str, Any]


class LegacyHealthBody(Struct):
    """The old shape: whether each service is set up, and how it is as a whole."""

    success: bool
    status: Literal["healthy", "degraded", "unhealthy"]
    plant_id_available: bool
    plantnet_available: bool
    message: str


@shape(LEGACY, HealthBody)
def legacy_health(body: HealthBody) -> LegacyHealthBody:
    """Health in the old shape; the old service said "healthy" whatever happened, this one tells."""
    return LegacyHealthBody(
        success=body.status != "fail",
        status=body.health,  # type: ignore[arg-type] # HEALTH_WORDS has these three
        plant_id_available=f"{ProviderName.PLANT_ID}:circuit" in body.checks,
        plantnet_available=f"{ProviderName.PLANTNET}:circuit" in body.checks,
        message=MESSAGES[body.status],
    )


MESSAGES = {
    "pass": "Plant identification service is ready",
    "warn": "Plant identification works with less than it should",
    "fail": "Plant identification is not available",
}


class LastCallBody(Struct):
    """How the last call ended, as far as the process that answers knows."""

    state: CallState
    at: dt.datetime


class QuotaBody(Struct):
    """One window of a provider's quota, in its own unit: Plant.id credits, Pl@ntNet requests."""

    window: Literal["day", "month", "total"]
    limit: float
    used: float  # what is under way included
    remaining: float
    resets_at: dt.datetime | None  # null: never


class CircuitBody(Struct):
    """What stands between this server and one provider, the same for the whole cluster.

    `next_try_at` is null when it is asked now, when the next question tries it, and while an order holds it open.
    """

    provider: ProviderName
    label: str
    state: Literal["closed", "open", "half_open"]
    override: Literal["forced_open", "disabled", "metrics_only"] | None  # the operator's order
    not_asked_because: Literal["resting", "paused", "out_of_quota"] | None
    next_try_at: dt.datetime | None
    open_for_seconds: float | None
    paused_for_seconds: float | None
    pause_reason: str | None
    fail_count: int  # in a row
    in_flight: int
    max_in_flight: int
    alone: bool  # the shared store is away: this is what one process knows
    last_call: LastCallBody | None
    quota: tuple[QuotaBody, ...]


class CircuitsBody(Struct):
    """The circuits of all providers that are set up."""

    circuits: tuple[CircuitBody, ...]


def circuit_body(
    name: ProviderName, numbers: Mapping[str, Any], last: tuple[dt.datetime, ProviderReport] | None
) -> CircuitBody:
    """The body of the numbers of CircuitStats, and of the last call."""
    reason, seconds = why_not_asked(numbers) or (None, None)
    same = ("state", "override", "open_for_seconds", "paused_for_seconds", "pause_reason", "fail_count")
    return CircuitBody(
        provider=name,
        label=name.label,
        not_asked_because=reason,
        next_try_at=moment_in(seconds),
        in_flight=numbers["in_flight"],
        max_in_flight=numbers["max_in_flight"],
        alone=numbers["alone"],
        last_call=last and LastCallBody(state=last[1].state, at=last[0]),
        quota=quota_bodies(numbers),
        **{field: numbers[field] for field in same},
    )


def quota_bodies(numbers: Mapping[str, Any]) -> tuple[QuotaBody, ...]:
    """Its windows."""
    return tuple(
        QuotaBody(
            window=quota["window"],
            limit=quota["limit"],
            used=quota["used"],
            remaining=quota["remaining"],
            resets_at=moment_in(quota["reset_seconds"]),
        )
        for quota in numbers["quota"]
    )


def moment_in(seconds: float | None) -> dt.datetime | None:
    """The moment so many seconds from now, to the second; None for no seconds."""
    if not seconds:
        return None
    return (timezone.now() + dt.timedelta(seconds=seconds)).replace(microsecond=0)


class ProviderStatus(Struct):
    """Whether a provider is asked: answering; resting after failures; paused, by its word or an operator's; out of quota."""

    name: ProviderName
    label: str
    state: Literal["answering", "resting", "paused", "out_of_quota"]
    until: dt.datetime | None  # null: nobody knows


class TodayBody(Struct):
    """What this server did since 00:00 UTC, for everybody together."""

    identifications: int  # answered
    share_from_cache: float  # 0..1
    calls_avoided: int  # answers of a provider that needed no call of their own


class ProviderQuota(Struct):
    """The quota windows of one provider."""

    provider: ProviderName
    windows: tuple[QuotaBody, ...]


class StatusBody(Struct):
    """How the server is doing. `today` is null when the database does not answer; `quota` and `to_fix` are for staff."""

    health: Literal["healthy", "degraded", "unhealthy"]
    demo: bool
    at: dt.datetime
    providers: tuple[ProviderStatus, ...]
    today: TodayBody | None
    quota: tuple[ProviderQuota, ...] | None = None
    to_fix: tuple[ToFix, ...] | None = None


def provider_status(name: ProviderName, numbers: Mapping[str, Any] | None) -> ProviderStatus:
    """Its state. One whose numbers cannot be read is not asked either: the ledger has the last word."""
    if numbers is None:
        return ProviderStatus(name=name, label=name.label, state="resting", until=None)
    reason, seconds = why_not_asked(numbers) or ("answering", None)
    return ProviderStatus(name=name, label=name.label, state=reason, until=moment_in(seconds))


def today_body(counts: Counts) -> TodayBody:
    """The answer made of the counts of everybody."""
    return TodayBody(
        identifications=int(counts["identifications"] - counts["failed"]),
        share_from_cache=round(share_free(counts), 4),
        calls_avoided=int(calls_avoided(counts)),
    )


class LimitsBody(Struct):
    """What one request may carry, and how long it waits."""

    photos: int
    photo_bytes: int
    photo_pixels: int
    request_bytes: int
    wait_seconds: float


class AboutBody(Struct):
    """What a client has to know to show the right choices."""

    name: str
    version: str
    api_versions: tuple[str, ...]
    demo: bool
    providers: tuple[ProviderName, ...]
    limits: LimitsBody
    photo_formats: tuple[str, ...]
    organs: tuple[Organ, ...]
    languages: tuple[str, ...]  # of common names, that are offered; other codes are taken too
    anonymous: bool  # whether one may ask without an account
    sign_up: bool  # whether one may make an account
    social: tuple[str, ...]  # other services one may sign in with
