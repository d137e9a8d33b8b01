"""One provider, asked at most once for one question in the whole cluster (law 1): kept answers, flights, the guard."""

import asyncio
import hashlib
import json
from functools import partial

import msgspec

from identification.answer import ProviderAnswer, ProviderName, Told
from identification.ports import AnswerArchive, Gatekeeper, Provider
from identification.question import Asked, Question
from resilience.answers import Answers, Got
from resilience.cache import Fresh
from resilience.deadline import Deadline
from resilience.errors import CallAbandoned, CallRefused
from resilience.gate import Reason, Refusal
from resilience.guard import Bill
from resilience.ports import Clock

ADAPTER_VERSION = 1  # of what we ask and how we read; another version asks anew
INCOMPLETE_FRESH = 600.0  # seconds an answer without the health part it was asked for is fresh
_DECODER = msgspec.json.Decoder(ProviderAnswer)


def question_key(provider: Provider, asked: Asked) -> str:
    """What makes two questions to a provider the same: photos in order, what it heeds of the rest, and our version."""
    parts = [ADAPTER_VERSION, provider.name, *asked.digests, *provider.heeds(asked)]
    return f"{provider.name}:{hashlib.sha256(json.dumps(parts).encode()).hexdigest()}"


def told_of(got: Got, answer: ProviderAnswer | None = None) -> Told:
    """A kept or paid answer, with where it came from; `answer` is what its payload says, where that was read already."""
    return Told(
        answer=answer or read_payload(got.payload),
        source=got.source.value,
        age=got.age,
        ttl=got.ttl,
        stale_because=got.stale_because,
    )


def read_payload(payload: bytes) -> ProviderAnswer:
    """The answer as it is kept."""
    return _DECODER.decode(payload)


class SharedProvider:
    """Answers of one provider for everybody. Implements ports.Source.

    `seconds` bounds one paid call, whoever waits for it.
    """

    def __init__(  # noqa: PLR0913 - the one place where all parts are named
        self, provider: Provider, guard: Gatekeeper, answers: Answers, archive: AnswerArchive, *, clock: Clock, seconds: float
    ) -> None:  # fmt: skip
        self._provider, self._guard, self._answers, self._archive = provider, guard, answers, archive
        self._clock, self._seconds = clock, seconds

    @property
    def name(self) -> ProviderName:
        """Whose answers they are."""
        return self._provider.name

    async def ask(self, question: Question, *, deadline: Deadline) -> Told:
        """The answer, kept or paid for. Raises ProviderError, CallRefused or DeadlinePassed."""
        key, errand = question_key(self._provider, question.asked), _Errand(question)
        getting = self._answers.get(key, partial(self._pay, key, errand), deadline=deadline)
        del question  # who waits holds no photos: they are the errand's, which lets them go with the call
        return told_of(await getting)

    def key(self, asked: Asked) -> str:
        """Under which the answer to this question is kept."""
        return question_key(self._provider, asked)

    async def find_refusal(self, asked: Asked) -> Refusal | None:
        """Why this provider would not be asked at this moment, None when it would."""
        return await self._guard.find_refusal(cost=self._provider.cost(asked))

    def refuse(self, refusal: Refusal) -> CallRefused:
        """Count the refusal of a request; the error that stands for it."""
        return self._guard.refuse(refusal)

    async def _pay(self, key: str, errand: "_Errand") -> Fresh:
        """Make the paid call and archive its answer before anybody is told (law 4)."""
        answer = await self._call(errand, Deadline.after(self._seconds, self._clock))
        incomplete = answer.health_asked and answer.health is None and answer.is_plant
        fresh = INCOMPLETE_FRESH if incomplete else None
        archive_id = await self._archive.keep(key, errand.reference, answer, fresh=fresh)
        payload = msgspec.json.encode(msgspec.structs.replace(answer, archive_id=archive_id))
        return Fresh(payload, fresh=fresh)

    async def _call(self, errand: "_Errand", deadline: Deadline) -> ProviderAnswer:
        """One call through the guard; while too many are under way, in line for a place until the deadline."""
        cost = self._provider.cost(errand.question.asked)
        while True:
            try:
                return await self._guard.call(
                    lambda: self._provider.identify(errand.take(), deadline=deadline), cost=cost, bill=_bill
                )
            except CallRefused as refused:
                wait = refused.retry_after or 0.0
                if refused.reason != Reason.IN_FLIGHT or wait >= deadline.remaining():
                    raise
            await asyncio.sleep(wait)


class _Errand:
    """A question on its way to one call: thousands may be under way, and none holds its photos once they are sent."""

    def __init__(self, question: Question) -> None:
        self.reference = question.reference
        self._question: Question | None = question

    @property
    def question(self) -> Question:
        """The question, while the call has not gone out. Raises CallAbandoned afterwards: it goes out once (law 9)."""
        if self._question is None:
            raise CallAbandoned
        return self._question

    def take(self) -> Question:
        """The question, for the call that goes out now."""
        question, self._question = self.question, None
        return question


def _bill(answer: ProviderAnswer) -> Bill:
    remaining = answer.quota_remaining
    return Bill(answer.credits, None if remaining is None else float(remaining))
