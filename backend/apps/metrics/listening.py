"""Hears what happens, and counts it: a few additions in memory, on the event loop."""

import time

from apps.metrics import instruments
from apps.plant_identification.listeners import Ended
from apps.usage.sums import counts_of
from identification.answer import CallState, ProviderName
from resilience.circuit import Transition
from resilience.flight_events import FlightEvent
from resilience.gate import Refusal
from resilience.guard import Called


class Events:
    """Implements plant_identification.listeners.Witness."""

    def flew(self, event: FlightEvent) -> None:
        """Count where an answer came from, or what else happened to it."""
        is_result = event in instruments.CACHE_RESULTS
        (instruments.CACHE_REQUESTS if is_result else instruments.FLIGHT_EVENTS).labels(event.value).inc()

    def transition(self, provider: str, change: object) -> None:
        """Count a circuit's change."""
        assert isinstance(change, Transition)
        instruments.TRANSITIONS.labels(provider, change.was.value, change.now.value).inc()

    def refused(self, provider: str, refusal: object) -> None:
        """Count a call that was not let out."""
        assert isinstance(refusal, Refusal)
        instruments.REFUSED_CALLS.labels(provider, refusal.reason.value).inc()

    def called(self, provider: str, call: object) -> None:
        """Count a call that ended, its time and what it is charged."""
        assert isinstance(call, Called)
        instruments.PROVIDER_CALLS.labels(provider, call.outcome.value).inc()
        instruments.PROVIDER_SECONDS.labels(provider).observe(call.seconds)
        instruments.CREDITS.labels(provider).inc(call.charge)


class EndCounter:
    """Implements plant_identification.listeners.Listener; what test keys ask is no use, and is not counted."""

    def ended(self, ended: Ended) -> None:
        """Count how it ended."""
        if ended.sandbox:
            return
        source = source_of(ended)
        instruments.IDENTIFICATIONS.labels(outcome_of(ended), source, caller_of(ended)).inc()
        if ended.answered:
            instruments.IDENTIFICATION_SECONDS.labels(source).observe(ended.seconds)
            if any(report.state is not CallState.OK for report in ended.reports):
                instruments.DEGRADED.inc()
        if ended.verdict is not None:
            instruments.AGREEMENT.labels(ended.verdict.agreement.value).inc()
        counts = counts_of(ended)
        for provider in ProviderName:
            instruments.CREDITS_SAVED.labels(provider.value).inc(counts.get(f"{provider.value}_saved", 0.0))

    async def flush(self) -> None:
        """Nothing waits."""

    async def look_after(self) -> None:
        """Nothing is to be done."""

    async def close(self) -> None:
        """Nothing is left."""


def outcome_of(ended: Ended) -> str:
    """How sure the answer is, or why there is none."""
    if ended.refused:
        return "refused"
    return ended.verdict.level.value if ended.answered and ended.verdict is not None else "failed"


def source_of(ended: Ended) -> str:
    """The dearest way in which a part of the answer came."""
    if not ended.answered:
        return "none"
    sources = {report.source for report in ended.reports if report.state is CallState.OK}
    return next((source for source in ("fresh", "collapsed", "stale") if source in sources), "cache")


def caller_of(ended: Ended) -> str:
    """What kind of caller asked; never who."""
    if ended.api_key_id is not None:
        return "key"
    return "visitor" if ended.owner_id is None else "account"


def job_ended(name: str, done: bool, seconds: float) -> None:  # noqa: FBT001 - as plant_community_backend.jobs tells it
    """Count a turn of a job."""
    instruments.JOB_RUNS.labels(name, "done" if done else "failed").inc()
    instruments.JOB_SECONDS.labels(name).inc(seconds)
    if done:
        instruments.JOB_LAST_SUCCESS.labels(name).set(time.time())
