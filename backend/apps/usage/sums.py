"""What one ended identification adds to the counts of its caller, and how counts add up. Pure."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from apps.plant_identification.listeners import Ended
from identification.answer import CallState, ProviderName, ProviderReport

type Counts = dict[str, float]  # by the field of models.DayOfUse

WHOLE = ("identifications", "free", "failed", "refused")
OF_PROVIDER = ("calls", "credits", "unsure", "collapsed", "cached", "stale", "saved")
FIELDS = (*WHOLE, *(f"{name}_{what}" for name in ProviderName for what in OF_PROVIDER))
COUNTED = {field for field in FIELDS if not field.endswith(("_credits", "_unsure", "_saved"))}  # the rest are amounts


@dataclass(frozen=True, slots=True, order=True)
class Caller:
    """Whose counts of which day. `owner_id` of the account behind it, None for nobody's."""

    day: dt.date
    name: str
    owner_id: int | None = None


def caller_name(owner_id: int | None, api_key_id: int | None) -> str:
    """Under which name use is counted: the key's where one was used, else the account's."""
    if api_key_id is not None:
        return f"key:{api_key_id}"
    return "anonymous" if owner_id is None else f"user:{owner_id}"


def caller_of(ended: Ended) -> Caller:
    """Whom this end is counted for."""
    return Caller(ended.at.astimezone(dt.UTC).date(), caller_name(ended.owner_id, ended.api_key_id), ended.owner_id)


def counts_of(ended: Ended) -> Counts:
    """What it adds. Only who made a call pays for it: an answer of another request's call is saved, like a kept one."""
    if ended.refused:
        return {"refused": 1}
    counts: Counts = {"identifications": 1}
    if not ended.answered:
        counts["failed"] = 1
    elif not any(is_call(report) for report in ended.reports):
        counts["free"] = 1
    for report in ended.reports:
        add(counts, _counts_of_report(report, ended.prices.get(report.provider, 0.0)))
    return counts


def is_call(report: ProviderReport) -> bool:
    """Whether this request made a call of its own, or may have."""
    return report.maybe_charged or (report.state is CallState.OK and report.source == "fresh")


def _counts_of_report(report: ProviderReport, price: float) -> Counts:
    name = report.provider.value
    if report.state is not CallState.OK:
        return {f"{name}_unsure": price} if report.maybe_charged else {}
    if report.source == "fresh":
        return {f"{name}_calls": 1, f"{name}_credits": report.credits}
    how = report.source if report.source in {"collapsed", "stale"} else "cached"
    return {f"{name}_{how}": 1, f"{name}_saved": price}


def add(counts: Counts, more: Counts) -> None:
    """Add `more` to `counts`."""
    for field, number in more.items():
        counts[field] = counts.get(field, 0) + number


def total(parts: Iterable[Counts]) -> Counts:
    """All of them together, with every field."""
    counts: Counts = dict.fromkeys(FIELDS, 0)
    for part in parts:
        add(counts, part)
    return counts


def share_free(counts: Counts) -> float:
    """The share of identifications that were answered without a call, 0..1; 0 where there was none."""
    asked = counts.get("identifications", 0)
    return counts.get("free", 0) / asked if asked else 0.0


def calls_avoided(counts: Counts) -> float:
    """How many answers of a provider needed no call: of another request's call, kept, or kept too long."""
    return sum(counts.get(f"{name}_{how}", 0) for name in ProviderName for how in ("collapsed", "cached", "stale"))
