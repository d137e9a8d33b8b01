"""Follows a question from station to station: each is wrapped in one that tells its span, and changes nothing.

A flight runs detached, in a context of its own: of the request's it is given the span alone, and whose errand it is.
"""

import contextvars
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from types import SimpleNamespace

import aiohttp
from opentelemetry.context import attach, get_current
from opentelemetry.trace import SpanKind

from apps.tracing.spans import (
    ATTEMPT,
    CREDITS,
    DECISION,
    LEVEL,
    METHOD,
    OUTCOME,
    PHOTOS,
    PROVIDER,
    REASON,
    ROLE,
    SERVER,
    SOURCE,
    STATUS,
    mark_failed,
    span,
    tracer,
)
from identification.answer import Answer, ProviderName, Told
from identification.assembly import NoAnswer
from identification.combined import CombinedIdentificationService, Keep, KeptAnswer, Tell, tell_nobody
from identification.ports import Gatekeeper, KeptAnswers, Source
from identification.question import Asked, Question
from resilience.cache import Source as KeptIn
from resilience.deadline import Deadline
from resilience.errors import CallRefused, ProviderError
from resilience.gate import Refusal
from resilience.guard import Bill, outcome_of

ROLES = {KeptIn.FRESH.value: "lead", KeptIn.COLLAPSED.value: "wait"}  # everything else was kept: a hit


@dataclass(slots=True)
class _Errand:
    """One question to one provider: whether it was this request that asked, and how often."""

    provider: str
    led: bool = False
    attempts: int = 0


_errand: contextvars.ContextVar[_Errand | None] = contextvars.ContextVar("errand", default=None)


class Following:
    """Implements plant_identification.listeners.Tracing."""

    def combined(self, service: CombinedIdentificationService) -> CombinedIdentificationService:
        """The service, followed."""
        return FollowedService(service)

    def source(self, source: Source) -> Source:
        """The source, followed."""
        return FollowedSource(source)

    def gate(self, provider: ProviderName, gate: Gatekeeper) -> Gatekeeper:
        """The gate, followed."""
        return FollowedGate(provider.value, gate)

    def http(self) -> Sequence[aiohttp.TraceConfig]:
        """What tells of each HTTP call to a provider. It adds no header: whom we ask for, and when, is not theirs to know."""
        config = aiohttp.TraceConfig()
        config.on_request_start.append(_call_begins)
        config.on_request_end.append(_call_answered)
        config.on_request_exception.append(_call_failed)
        return (config,)

    def flight_context(self) -> contextvars.Context:
        """An empty context with the caller's span and errand, and nothing else of the request."""
        context = contextvars.Context()
        context.run(attach, get_current())
        context.run(_errand.set, _errand.get())
        return context


class FollowedService(CombinedIdentificationService):
    """Tells how a question ended and how sure the answer is: of no plant, person or place."""

    def __init__(self, service: CombinedIdentificationService) -> None:  # it has no sources of its own
        self._service = service

    async def identify(self, question: Question, *, deadline: Deadline, keep: Keep, tell: Tell = tell_nobody) -> Answer:
        """As the service does."""
        with span("identification", {PHOTOS: len(question.photos)}) as it:
            asking = self._service.identify(question, deadline=deadline, keep=keep, tell=tell)
            del question  # whoever waits for an answer holds no photos
            try:
                answer = await asking
            except NoAnswer:
                it.set_attribute(OUTCOME, "no_answer")
                raise
            except BaseException:
                it.set_attribute(OUTCOME, "failed")
                raise
            it.set_attributes({OUTCOME: "answered", LEVEL: answer.consensus.verdict.level.value})
            return answer

    async def find_answer(self, asked: Asked, kept: KeptAnswers) -> KeptAnswer | None:
        """As the service does."""
        with span("find kept answer") as it:
            found = await self._service.find_answer(asked, kept)
            it.set_attribute(OUTCOME, "answered" if found else "nothing kept")
            if found:
                it.set_attribute(LEVEL, found.answer.consensus.verdict.level.value)
            return found

    async def find_refusal(self, asked: Asked, kept: KeptAnswers) -> NoAnswer | None:
        """As the service does."""
        with span("find refusal") as it:
            refused = await self._service.find_refusal(asked, kept)
            it.set_attribute(OUTCOME, "refused" if refused else "may ask")
            return refused

    async def drain(self) -> None:
        """As the service does."""
        await self._service.drain()


class FollowedSource:
    """Tells whether an answer was kept, awaited or asked for. Implements identification.ports.Source."""

    def __init__(self, source: Source) -> None:
        self._source = source

    @property
    def name(self) -> ProviderName:
        """Whose answers they are."""
        return self._source.name

    def key(self, asked: Asked) -> str:
        """As the source does."""
        return self._source.key(asked)

    async def ask(self, question: Question, *, deadline: Deadline) -> Told:
        """As the source does."""
        errand = _Errand(self.name.value)
        before = _errand.set(errand)
        try:
            with span(f"flight {self.name.value}", {PROVIDER: self.name.value}) as it:
                asking = self._source.ask(question, deadline=deadline)
                del question  # as above
                try:
                    told = await asking
                except BaseException:
                    it.set_attribute(ROLE, "lead" if errand.led else "wait")
                    raise
                it.set_attributes({ROLE: ROLES.get(told.source, "hit"), SOURCE: told.source})
                return told
        finally:
            _errand.reset(before)

    async def find_refusal(self, asked: Asked) -> Refusal | None:
        """As the source does."""
        return await self._source.find_refusal(asked)

    def refuse(self, refusal: Refusal) -> CallRefused:
        """As the source does."""
        with span(f"gate {self.name.value}", {PROVIDER: self.name.value}) as it:
            it.set_attributes({DECISION: "refused", REASON: refusal.reason.value})
            return self._source.refuse(refusal)


class FollowedGate:
    """Tells who was let out and who was not, and what became of the call. Implements identification.ports.Gatekeeper."""

    def __init__(self, provider: str, gate: Gatekeeper) -> None:
        self._provider, self._gate = provider, gate

    async def call[T](
        self, work: Callable[[], Awaitable[T]], *, cost: float, bill: Callable[[T], Bill], interactive: bool = True
    ) -> T:
        """As the gate does."""
        gate = tracer().start_span(f"gate {self._provider}", attributes={PROVIDER: self._provider})
        admitted = False
        if (errand := _errand.get()) is not None:
            errand.led = True

        async def let_out() -> T:
            nonlocal admitted
            admitted = True
            gate.set_attribute(DECISION, "admitted")
            gate.end()
            return await self._out(work, cost=cost, bill=bill)

        try:
            return await self._gate.call(let_out, cost=cost, bill=bill, interactive=interactive)
        except CallRefused as refused:
            if not admitted:
                gate.set_attributes({DECISION: "refused", REASON: str(refused.reason)})
            raise
        except BaseException as error:
            if not admitted:
                mark_failed(gate, type(error).__name__)
            raise
        finally:
            if not admitted:
                gate.end()

    async def _out[T](self, work: Callable[[], Awaitable[T]], *, cost: float, bill: Callable[[T], Bill]) -> T:
        with span(f"call {self._provider}", {PROVIDER: self._provider}) as it:
            try:
                result = await work()
            except ProviderError as error:
                it.set_attributes({OUTCOME: outcome_of(error).value, CREDITS: cost if error.charged else 0.0})
                raise
            it.set_attributes({OUTCOME: "ok", CREDITS: bill(result).cost})
            return result

    async def find_refusal(self, *, cost: float, interactive: bool = True) -> Refusal | None:
        """As the gate does."""
        return await self._gate.find_refusal(cost=cost, interactive=interactive)

    def refuse(self, refusal: Refusal) -> CallRefused:
        """As the gate does."""
        return self._gate.refuse(refusal)


async def _call_begins(
    _session: aiohttp.ClientSession, mine: SimpleNamespace, sent: aiohttp.TraceRequestStartParams
) -> None:
    """Of the address only the host: the rest names records, and at Pl@ntNet holds the key (law 13)."""
    said: dict[str, str | int] = {METHOD: sent.method, SERVER: sent.url.host or ""}
    if (errand := _errand.get()) is not None:
        errand.attempts += 1
        said |= {PROVIDER: errand.provider, ATTEMPT: errand.attempts}
    mine.span = tracer().start_span(sent.method, kind=SpanKind.CLIENT, attributes=said)


async def _call_answered(
    _session: aiohttp.ClientSession, mine: SimpleNamespace, got: aiohttp.TraceRequestEndParams
) -> None:
    mine.span.set_attribute(STATUS, got.response.status)
    if got.response.status >= 400:  # noqa: PLR2004 - an error to whoever asked
        mark_failed(mine.span, str(got.response.status))
    mine.span.end()


async def _call_failed(
    _session: aiohttp.ClientSession, mine: SimpleNamespace, got: aiohttp.TraceRequestExceptionParams
) -> None:
    mark_failed(mine.span, type(got.exception).__name__)
    mine.span.end()
