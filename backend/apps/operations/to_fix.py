"""What an operator should look at, said with what to do about it. Pure: it looks at what was read already."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal

from django.conf import settings

from apps.usage.alerts import Allowance, addresses_of
from identification.answer import ProviderName, Struct

QUOTA_PERCENT = {95: "warning", 80: "info"}  # of the levels the operator is alerted at; half a day's use is no news


class ToFix(Struct):
    """One thing: what it is, what comes of it, and how to mend it."""

    severity: Literal["error", "warning", "info"]
    title: str
    text: str
    mend: str


def find_what_to_fix(
    checks: Mapping[str, Sequence[Mapping[str, Any]]],
    numbers: Mapping[str, Mapping[str, Any]],
    allowances: Sequence[Allowance],
) -> tuple[ToFix, ...]:
    """The worst first. `checks` and `numbers` are those of apps.operations.health."""
    found = [*_of_server(checks), *_of_circuits(numbers), *_of_quota(allowances), *_of_alerts()]
    return tuple(sorted(found, key=lambda each: ("error", "warning", "info").index(each.severity)))


def _of_server(checks: Mapping[str, Sequence[Mapping[str, Any]]]) -> Iterator[ToFix]:
    database = checks["database"][0]
    if database["status"] != "pass":
        yield ToFix(
            severity="error",
            title="The database is not ready",
            text=f"{database['output']}.",
            mend="Look whether DATABASE_URL can be reached, and run `plant-community manage migrate`.",
        )
    if checks["store"][0]["status"] != "pass":
        yield ToFix(
            severity="error",
            title="The shared store does not answer",
            text=f"Since {checks['store'][0]['degraded_since']} each process goes on by itself, with a share of what is free.",
            mend="Look whether REDIS_URL can be reached; once it answers, all goes on by itself.",
        )
    if settings.DEMO_MODE:
        yield ToFix(
            severity="warning",
            title="Demo mode",
            text="No key is set: a simulator answers, nobody looks at the photos, and every answer says so.",
            mend="Set PLANT_ID_API_KEY or PLANTNET_API_KEY and start the server again.",
        )


def _of_circuits(numbers: Mapping[str, Mapping[str, Any]]) -> Iterator[ToFix]:
    for name, each in numbers.items():
        label = ProviderName(name).label
        if each["override"] == "forced_open":
            yield ToFix(
                severity="warning",
                title=f"{label} is held open by an operator",
                text=f"{label} is not asked until somebody takes the order back.",
                mend=f"`plant-community circuits close {name}`, or POST /api/v1/circuits/{name}/close/.",
            )
        if each["paused_for_seconds"] and each["pause_reason"] == "key refused":
            yield ToFix(
                severity="error",
                title=f"{label} refuses the key",
                text=f"{label} is not asked for a while: it did not accept our key.",
                mend=f"Check {name.upper()}_API_KEY, start the server again, and reset the circuit.",
            )


def _of_quota(allowances: Sequence[Allowance]) -> Iterator[ToFix]:
    for each in allowances:
        severity = next((word for level, word in QUOTA_PERCENT.items() if each.percent >= level), None)
        if severity is not None:
            yield ToFix(
                severity=severity,  # type: ignore[arg-type] # QUOTA_PERCENT has these words only
                title=f"{each.percent:.0f} % of today's quota of {each.provider.label} is used",
                text=f"{each.used:g} of {each.limit:g}. When all is used it is not asked until 00:00 UTC.",
                mend="See /admin/usage/dayofuse/ for who uses most; USER_CREDITS_PER_DAY bounds each account.",
            )


def _of_alerts() -> Iterator[ToFix]:
    if not (settings.DEMO_MODE or settings.OPERATOR_EMAIL or addresses_of(settings.ADMINS)):
        yield ToFix(
            severity="info",
            title="Nobody is told when a quota runs out",
            text="At 50, 80 and 95 % of a provider's day a warning is logged, and mailed to nobody.",
            mend="Set OPERATOR_EMAIL, and EMAIL_HOST for mails that leave this machine.",
        )
