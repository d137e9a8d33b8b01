"""One answer out of the ended calls: the receipt's lines, what is missing and why, and the consensus behind them."""

from collections.abc import Iterable, Sequence

from identification.answer import (
    Answer,
    CallState,
    Consensus,
    Health,
    ProviderAnswer,
    ProviderName,
    ProviderReport,
    Struct,
    Told,
)
from identification.consensus import reach_consensus
from identification.errors import IdentificationError
from identification.question import Organ
from resilience.cache import Source as KeptIn
from resilience.errors import (
    CallRefused,
    DeadlinePassed,
    ProviderExhausted,
    ProviderKeyRefused,
    ProviderRejected,
    ProviderReplyInvalid,
    ResilienceError,
)
from resilience.gate import Reason

FRESH = KeptIn.FRESH.value
HOURS_TOLD_MAX = 48  # from there on an age is told in days
WHY_MISSING = {
    CallState.UNAVAILABLE: "is not reachable or too slow right now",
    CallState.REPLY_INVALID: "sent a reply that could not be read",
    CallState.EXHAUSTED: "has used up its allowance",
    CallState.KEY_REFUSED: "refuses this server's key; the operator has to act",
    CallState.REJECTED: "did not accept the request; this is logged for the operator",
    CallState.LATE: "did not answer in time",
    CallState.CIRCUIT_OPEN: "has failed too often of late and is not asked for a while",
    CallState.PAUSED: "asked us to wait",
    CallState.QUOTA: "is not asked any more: the limit set for it is reached",
    CallState.BUSY: "is being asked by too many at once",
}


class NoAnswer(IdentificationError):  # noqa: N818 - the fact itself; "Error" is said by the base
    """No provider answered. `reports` says why each did not, `retry_after` when the first may again (seconds)."""

    def __init__(self, reports: tuple[ProviderReport, ...]) -> None:
        super().__init__(" ".join(map(sentence_missing, reports)))
        self.reports = reports
        known = [report.retry_after for report in reports if report.retry_after is not None]
        self.retry_after: float | None = min(known, default=None)


class Call(Struct):
    """One ended call: its line of the receipt, and the answer when there is one."""

    report: ProviderReport
    answer: ProviderAnswer | None = None


def answered_report(told: Told, seconds: float) -> ProviderReport:
    """The receipt's line of a provider that answered, or whose kept answer serves."""
    answer = told.answer
    return ProviderReport(
        provider=answer.provider,
        state=CallState.OK,
        seconds=seconds,
        credits=answer.credits if told.source == FRESH else 0.0,
        source=told.source,
        age=told.age,
        ttl=told.ttl,
        stale_because=told.stale_because,
        is_plant=answer.is_plant,
        model_version=answer.model_version,
        reconciled=answer.reconciled,
        simulated=answer.simulated,
    )


def failed_report(name: ProviderName, error: ResilienceError, seconds: float) -> ProviderReport:
    """The receipt's line of a provider that gave none."""
    return ProviderReport(
        provider=name,
        state=judge(error),
        seconds=seconds,
        maybe_charged=isinstance(error, DeadlinePassed) or getattr(error, "charged", False),
        retry_after=getattr(error, "retry_after", None),
    )


def judge(error: ResilienceError) -> CallState:
    """The state that stands for `error` in the receipt (law 7)."""
    if isinstance(error, CallRefused):
        return REFUSED.get(error.reason, CallState.UNAVAILABLE)
    return next((state for kind, state in FAILED.items() if isinstance(error, kind)), CallState.UNAVAILABLE)


REFUSED: dict[str, CallState] = {
    Reason.CIRCUIT_OPEN: CallState.CIRCUIT_OPEN,
    Reason.FORCED_OPEN: CallState.CIRCUIT_OPEN,
    Reason.PAUSED: CallState.PAUSED,
    Reason.QUOTA: CallState.QUOTA,
    Reason.IN_FLIGHT: CallState.BUSY,
}
FAILED: dict[type[ResilienceError], CallState] = {
    ProviderExhausted: CallState.EXHAUSTED,
    ProviderKeyRefused: CallState.KEY_REFUSED,
    ProviderRejected: CallState.REJECTED,
    ProviderReplyInvalid: CallState.REPLY_INVALID,
    DeadlinePassed: CallState.LATE,
}


def late_report(name: ProviderName, seconds: float) -> ProviderReport:
    """The receipt's line of a provider that is still at it."""
    return ProviderReport(provider=name, state=CallState.LATE, seconds=seconds, maybe_charged=True)


def answer_from_archive(paid: Sequence[ProviderAnswer], *, organs: Sequence[Organ], health_asked: bool) -> Answer:
    """The answer made of what had been paid when the process that asked ended; the other provider was interrupted."""
    calls = [Call(report=answered_report(Told(answer=answer), 0.0), answer=answer) for answer in paid]
    answered = {answer.provider for answer in paid}
    lost = [late_report(name, 0.0) for name in ProviderName if name not in answered]
    return make_answer(calls, lost, organs=organs, health_asked=health_asked)


def consensus_of(calls: Iterable[Call], organs: Sequence[Organ]) -> Consensus | None:
    """What the answers among `calls` mean together, None while there is none."""
    answers = [call.answer for call in calls if call.answer is not None]
    return reach_consensus(answers, organs=organs) if answers else None


def make_answer(
    ended: Iterable[Call],
    late: Iterable[ProviderReport],
    *,
    organs: Sequence[Organ],
    health_asked: bool,
    consensus: Consensus | None = None,
) -> Answer:
    """The answer made of all that ended and all that is late. Raises NoAnswer when nobody answered.

    `consensus` is that of the calls, where it is known already.
    """
    calls = sorted((*ended, *(Call(report=report) for report in late)), key=lambda call: call.report.provider)
    reports = tuple(call.report for call in calls)
    consensus = consensus or consensus_of(calls, organs)
    if consensus is None:
        raise NoAnswer(reports)
    health = next((call.answer.health for call in calls if call.answer and call.answer.health), None)
    return Answer(
        consensus=consensus,
        reports=reports,
        health=health,
        health_asked=health_asked,
        degraded=(*_missing(reports), *_stale(reports), *_missing_health(calls, asked=health_asked, health=health)),
        cost={report.provider: report.credits for report in reports if report.credits},
        simulated=any(report.simulated for report in reports),
    )


def _missing(reports: Iterable[ProviderReport]) -> tuple[str, ...]:
    return tuple(sentence_missing(report) for report in reports if report.state is not CallState.OK)


def _stale(reports: Iterable[ProviderReport]) -> tuple[str, ...]:
    """A sentence for each answer that is older than it should be, with its age."""
    return tuple(
        f"{report.provider.label}'s answer is {_age(report.age)} old: {report.stale_because}."
        for report in reports
        if report.stale_because
    )


def _age(seconds: float) -> str:
    hours = max(1, round(seconds / 3600))
    return f"{hours} hours" if hours < HOURS_TOLD_MAX else f"{round(hours / 24)} days"


def sentence_missing(report: ProviderReport) -> str:
    """Why this provider has no part in the answer, as a sentence for the user."""
    return f"{report.provider.label} {WHY_MISSING[report.state]}."


def _missing_health(calls: Iterable[Call], *, asked: bool, health: Health | None) -> tuple[str, ...]:
    """A sentence when health was asked and a provider that sees a plant left it out: missing is not healthy."""
    if not asked or health is not None:
        return ()
    left_out = any(call.answer and call.answer.health_asked and call.answer.is_plant for call in calls)
    return ("Plant.id answered without the health assessment that was asked for.",) if left_out else ()
