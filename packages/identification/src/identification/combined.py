"""Both providers at once under one deadline: one may fail, what is paid is kept, and the answer says all of it."""

import asyncio
import contextlib
import enum
from collections.abc import Awaitable, Callable, Iterable, Sequence
from functools import lru_cache, partial

from identification.answer import (
    Answer,
    Consensus,
    Level,
    ProviderAnswer,
    ProviderName,
    ProviderReport,
    Struct,
)
from identification.assembly import (
    Call,
    NoAnswer,
    answered_report,
    consensus_of,
    failed_report,
    late_report,
    make_answer,
)
from identification.consensus import reach_consensus
from identification.ports import KeptAnswers, Source
from identification.question import Asked, Organ, Question
from identification.shared import read_payload, told_of
from resilience.deadline import Deadline
from resilience.errors import CallAbandoned, CallRefused, DeadlinePassed, ProviderError, StoreUnavailable

UNDERSTOOD_MAX = 256  # kept answers that a process holds ready, about 20 kB each


class ProviderDone(Struct):
    """Progress: one provider has ended. `so_far` is the consensus of those that answered, None while none has."""

    report: ProviderReport
    so_far: Consensus | None


class KeptAnswer(Struct):
    """An answer made of what was paid for earlier: `paid`."""

    answer: Answer
    paid: tuple[ProviderAnswer, ...]


type Keep = Callable[[ProviderAnswer], Awaitable[None]]
type Tell = Callable[[ProviderDone], None]


def tell_nobody(_done: ProviderDone) -> None:
    """For callers that do not watch the progress."""


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
        self._late: set[asyncio.Task[Call]] = set()

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
        ended: list[Call] = []
        try:
            while running:
                done, _ = await asyncio.wait(running, timeout=deadline.remaining(), return_when=asyncio.FIRST_COMPLETED)
                if not done:
                    break
                for task in done:
                    del running[task]
                    ended.append(task.result())
                    tell(ProviderDone(report=ended[-1].report, so_far=consensus_of(ended, organs)))
                if then and not running and _is_doubtful(consensus_of(ended, organs)):
                    running, then = ask(then), ()
        finally:
            self._let_run_on(running)
        seconds = deadline.clock.monotonic() - started
        late = [late_report(name, seconds) for name in running.values()]
        return make_answer(ended, late, organs=organs, health_asked=health_asked)

    async def find_answer(self, asked: Asked, kept: KeptAnswers) -> KeptAnswer | None:
        """The answer, when all that it takes is kept, at hand and fresh; else None. Asks nobody and pays nothing."""
        everybody = self._first + self._then
        for sources in (everybody,) if asked.health or not self._then else (self._first, everybody):
            got = await kept.find_fresh([each.key(asked) for each in sources])
            if got is None:
                return None
            paid, consensus = _understand(tuple(each.payload for each in got), asked.organs)
            if sources is everybody or not _is_doubtful(consensus):
                told = [told_of(each, answer) for each, answer in zip(got, paid, strict=True)]
                calls = [Call(report=answered_report(each, 0.0), answer=each.answer) for each in told]
                answer = make_answer(calls, (), organs=asked.organs, health_asked=asked.health, consensus=consensus)
                return KeptAnswer(answer=answer, paid=paid)
        return None

    async def find_refusal(self, asked: Asked, kept: KeptAnswers) -> NoAnswer | None:
        """Why there can be no answer at this moment: nobody may be asked, and nothing is kept. Else None.

        `asked` without digests is a question about photos that nobody remembers: nothing can be kept of them.
        """
        everybody = self._first + self._then
        refusals = await asyncio.gather(*(each.find_refusal(asked) for each in everybody))
        if not all(refusals) or (asked.digests and await _is_any_kept(everybody, asked, kept)):
            return None
        refused = [each.refuse(refusal) for each, refusal in zip(everybody, refusals, strict=True) if refusal]
        return NoAnswer(
            tuple(failed_report(each.name, error, 0.0) for each, error in zip(everybody, refused, strict=True))
        )

    async def drain(self) -> None:
        """Wait until every late call has ended and is kept; for a graceful stop."""
        await asyncio.gather(*self._late, return_exceptions=True)

    def _let_run_on(self, tasks: Iterable[asyncio.Task[Call]]) -> None:
        for task in tasks:
            self._late.add(task)
            task.add_done_callback(self._late.discard)


def _start(
    question: Question, deadline: Deadline, keep: Keep, providers: Iterable[Source]
) -> "dict[asyncio.Task[Call], ProviderName]":
    return {asyncio.create_task(_ask(each, question, deadline, keep)): each.name for each in providers}


def _is_doubtful(consensus: Consensus | None) -> bool:
    """Whether a second opinion is worth its price."""
    return consensus is None or consensus.verdict.level not in {Level.SURE, Level.LIKELY, Level.NOT_A_PLANT}


@lru_cache(maxsize=UNDERSTOOD_MAX)  # a popular photo is answered hundreds of times a second, always from the same bytes
def _understand(
    payloads: tuple[bytes, ...], organs: tuple[Organ, ...]
) -> tuple[tuple[ProviderAnswer, ...], Consensus | None]:
    """Kept answers as they were given, and what they mean together."""
    paid = tuple(read_payload(payload) for payload in payloads)
    return paid, reach_consensus(paid, organs=organs) if paid else None


async def _is_any_kept(sources: Iterable[Source], asked: Asked, kept: KeptAnswers) -> bool:
    """Whether anything is kept, however old. An archive that cannot be read may keep something."""
    with contextlib.suppress(StoreUnavailable):
        return any([await kept.find(each.key(asked)) is not None for each in sources])
    return True


async def _ask(provider: Source, question: Question, deadline: Deadline, keep: Keep) -> Call:
    started = deadline.clock.monotonic()
    try:
        asking = provider.ask(question, deadline=deadline)
        del question  # as above
        told = await asking
    except (ProviderError, CallRefused, DeadlinePassed, CallAbandoned) as error:
        return Call(report=failed_report(provider.name, error, deadline.clock.monotonic() - started))
    seconds = deadline.clock.monotonic() - started
    await keep(told.answer)
    return Call(report=answered_report(told, seconds), answer=told.answer)
