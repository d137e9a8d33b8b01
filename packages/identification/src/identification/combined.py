"""Both providers at once under one deadline: one may fail, what is paid is kept, and the answer says all of it."""

import asyncio
import enum
from collections.abc import Awaitable, Callable, Iterable, Sequence
from functools import partial

from identification.answer import (
    Answer,
    CallState,
    Consensus,
    Health,
    Level,
    ProviderAnswer,
    ProviderName,
    ProviderReport,
    Struct,
    Told,
)
from identification.consensus import reach_consensus
from identification.errors import IdentificationError
from identification.ports import Source
from identification.question import Organ, Question
from resilience.cache import Source as KeptIn
from resilience.deadline import Deadline
from resilience.errors import (
    CallAbandoned,
    CallRefused,
    DeadlinePassed,
    ProviderError,
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


class ProviderDone(Struct):
    """Progress: one provider has ended. `so_far` is the consensus of those that answered, None while none has."""

    report: ProviderReport
    so_far: Consensus | None


class NoAnswer(IdentificationError):  # noqa: N818 - the fact itself; "Error" is said by the base
    """No provider answered. `reports` says why each did not, `retry_after` when the first may again (seconds)."""

    def __init__(self, reports: tuple[ProviderReport, ...]) -> None:
        super().__init__("; ".join(sentence_missing(report) for report in reports))
        self.reports = reports
        known = [report.retry_after for report in reports if report.retry_after is not None]
        self.retry_after: float | None = min(known, default=None)


type Keep = Callable[[ProviderAnswer], Awaitable[None]]
type Tell = Callable[[ProviderDone], None]


def tell_nobody(_done: ProviderDone) -> None:
    """For callers that do not watch the progress."""


class _Call(Struct):
    """One ended call: its line of the receipt, and the answer when there is one."""

    report: ProviderReport
    answer: ProviderAnswer | None = None


class Policy(enum.StrEnum):
    """Whom to ask when."""

    PARALLEL = "parallel"  # both at once
    CASCADE = "cascade"  # Pl@ntNet first; Plant.id on doubt, or for health: saves credits


class CombinedIdentificationService:
    """Asks the providers the same question, and makes one answer of what comes back."""

    def __init__(self, providers: Sequence[Source], *, policy: Policy = Policy.PARALLEL) -> None:
        self._first: tuple[Source, ...] = tuple(providers)
        self._then: tuple[Source, ...] = ()
        if policy is Policy.CASCADE:
            self._first = tuple(each for each in providers if each.name is ProviderName.PLANTNET) or self._first
            self._then = tuple(each for each in providers if each not in self._first)
        self._late: set[asyncio.Task[_Call]] = set()

    async def identify(self, question: Question, *, deadline: Deadline, keep: Keep, tell: Tell = tell_nobody) -> Answer:
        """The answer to `question` by `deadline`. Raises NoAnswer when no provider gave one.

        `keep` stores each provider's answer before anybody is told of it (law 4), also one that comes after the
        deadline; what it raises ends the identification. `tell` hears of each provider as it ends.
        """
        started = deadline.clock.monotonic()
        ask = partial(_start, question, deadline, keep)
        organs, health_asked = question.organs, question.health
        then: tuple[Source, ...] = () if health_asked else self._then
        running = ask(self._first + self._then if health_asked else self._first)
        if not then:
            del ask
        del question  # the photos are needed until they are sent, not while the answers are awaited
        ended: list[_Call] = []
        try:
            while running:
                done, _ = await asyncio.wait(running, timeout=deadline.remaining(), return_when=asyncio.FIRST_COMPLETED)
                if not done:
                    break
                for task in done:
                    del running[task]
                    ended.append(task.result())
                    tell(ProviderDone(report=ended[-1].report, so_far=_consensus(ended, organs)))
                if then and not running and _is_doubtful(_consensus(ended, organs)):
                    running, then = ask(then), ()
        finally:
            self._let_run_on(running)
        seconds = deadline.clock.monotonic() - started
        late = [_late_report(name, seconds) for name in running.values()]
        return _answer(ended, late, organs=organs, health_asked=health_asked)

    async def drain(self) -> None:
        """Wait until every late call has ended and is kept; for a graceful stop."""
        await asyncio.gather(*self._late, return_exceptions=True)

    def _let_run_on(self, tasks: Iterable[asyncio.Task[_Call]]) -> None:
        for task in tasks:
            self._late.add(task)
            task.add_done_callback(self._late.discard)


def _start(
    question: Question, deadline: Deadline, keep: Keep, providers: Iterable[Source]
) -> "dict[asyncio.Task[_Call], ProviderName]":
    return {asyncio.create_task(_ask(each, question, deadline, keep)): each.name for each in providers}


def _is_doubtful(consensus: Consensus | None) -> bool:
    """Whether a second opinion is worth its price."""
    return consensus is None or consensus.verdict.level not in {Level.SURE, Level.LIKELY, Level.NOT_A_PLANT}


async def _ask(provider: Source, question: Question, deadline: Deadline, keep: Keep) -> _Call:
    started = deadline.clock.monotonic()
    try:
        asking = provider.ask(question, deadline=deadline)
        del question  # as above
        told = await asking
    except (ProviderError, CallRefused, DeadlinePassed, CallAbandoned) as error:
        return _Call(report=_failed_report(provider.name, error, deadline.clock.monotonic() - started))
    seconds = deadline.clock.monotonic() - started
    await keep(told.answer)
    return _Call(report=_answered_report(told, seconds), answer=told.answer)


def _answered_report(told: Told, seconds: float) -> ProviderReport:
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


def _failed_report(name: ProviderName, error: ResilienceError, seconds: float) -> ProviderReport:
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


def _late_report(name: ProviderName, seconds: float) -> ProviderReport:
    return ProviderReport(provider=name, state=CallState.LATE, seconds=seconds, maybe_charged=True)


def answer_from_archive(paid: Sequence[ProviderAnswer], *, organs: Sequence[Organ], health_asked: bool) -> Answer:
    """The answer made of what had been paid when the process that asked ended; the other provider was interrupted."""
    calls = [_Call(report=_answered_report(Told(answer=answer), 0.0), answer=answer) for answer in paid]
    answered = {answer.provider for answer in paid}
    lost = [_late_report(name, 0.0) for name in ProviderName if name not in answered]
    return _answer(calls, lost, organs=organs, health_asked=health_asked)


def _consensus(calls: Iterable[_Call], organs: Sequence[Organ]) -> Consensus | None:
    answers = [call.answer for call in calls if call.answer is not None]
    return reach_consensus(answers, organs=organs) if answers else None


def _answer(
    ended: Iterable[_Call], late: Iterable[ProviderReport], *, organs: Sequence[Organ], health_asked: bool
) -> Answer:
    calls = sorted((*ended, *(_Call(report=report) for report in late)), key=lambda call: call.report.provider)
    reports = tuple(call.report for call in calls)
    consensus = _consensus(calls, organs)
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


def _missing_health(calls: Iterable[_Call], *, asked: bool, health: Health | None) -> tuple[str, ...]:
    """A sentence when health was asked and a provider that sees a plant left it out: missing is not healthy."""
    if not asked or health is not None:
        return ()
    left_out = any(call.answer and call.answer.health_asked and call.answer.is_plant for call in calls)
    return ("Plant.id answered without the health assessment that was asked for.",) if left_out else ()
