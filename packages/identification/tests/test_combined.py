"""Both providers under one deadline: one may fail, what is paid is kept, nobody waits too long."""

import asyncio
import dataclasses

import msgspec
import pytest

from identification.answer import (
    Agreement,
    CallState,
    Candidate,
    Health,
    Level,
    ProviderAnswer,
    ProviderName,
    Told,
)
from identification.assembly import NoAnswer, answer_from_archive
from identification.combined import CombinedIdentificationService, Policy
from identification.photo import NormalisedPhoto
from identification.question import Organ, Question
from resilience.answers import Got
from resilience.cache import Source
from resilience.deadline import Deadline
from resilience.errors import (
    CallRefused,
    ProviderExhausted,
    ProviderKeyRefused,
    ProviderRejected,
    ProviderReplyInvalid,
    ProviderUnavailable,
    StoreUnavailable,
)
from resilience.gate import Reason, Refusal
from resilience.ports import SystemClock

PHOTO = NormalisedPhoto(digest="d", width=8, height=8, large=b"l", medium=b"m", thumbnail=b"t")
QUESTION = Question(photos=(PHOTO,), organs=(Organ.AUTO,), reference=7)
HEALTH_QUESTION = Question(photos=(PHOTO,), organs=(Organ.AUTO,), reference=7, health=True)


class ScriptedProvider:
    """A provider that gives what it was told to, once its gate is open."""

    def __init__(self, name, outcome, *, open_now=True):
        self.name, self.outcome, self.calls = name, outcome, 0
        self.refusal, self.refused = None, 0
        self.gate = asyncio.Event()
        if open_now:
            self.gate.set()

    def key(self, asked):
        return f"{self.name}:{','.join(asked.digests)}"

    async def find_refusal(self, asked):
        del asked
        return self.refusal

    def refuse(self, refusal):
        self.refused += 1
        return CallRefused(self.name, refusal.reason, retry_after=refusal.retry_after)

    async def ask(self, question, *, deadline):
        del question, deadline
        self.calls += 1
        await self.gate.wait()
        if isinstance(self.outcome, Exception):
            raise self.outcome
        return Told(answer=self.outcome)


def answer(provider, name="Monstera deliciosa", score=0.97, **more):
    """A provider's answer with one candidate."""
    fields = {"is_plant": True, "credits": 1.0, "model_version": "test"} | more
    candidates = (Candidate(name=name, score=score, genus=name.split()[0]),) if fields["is_plant"] else ()
    return ProviderAnswer(provider=provider, candidates=candidates, **fields)


def plant_id(outcome=None, **options):
    """Plant.id, answering unless told otherwise."""
    return ScriptedProvider(ProviderName.PLANT_ID, outcome or answer(ProviderName.PLANT_ID), **options)


def plantnet(outcome=None, **options):
    """Pl@ntNet, answering unless told otherwise."""
    return ScriptedProvider(ProviderName.PLANTNET, outcome or answer(ProviderName.PLANTNET), **options)


class Shelf:
    """Where answers are kept; remembers them in order."""

    def __init__(self):
        self.kept = []

    async def keep(self, paid):
        self.kept.append(paid.provider)


async def identify(*providers, question=QUESTION, seconds=30.0, **more):
    """What the service answers with these providers."""
    service = CombinedIdentificationService(providers)
    more.setdefault("keep", Shelf().keep)
    return await service.identify(question, deadline=Deadline.after(seconds, SystemClock()), **more)


async def test_identify_both_answer_gives_one_verdict_and_both_lines():
    """Two answers, one verdict, one receipt with a line for each (law 10)."""
    both = await identify(plant_id(), plantnet())
    assert both.consensus.verdict.agreement is Agreement.BOTH
    assert [report.state for report in both.reports] == [CallState.OK, CallState.OK]
    assert both.cost == {ProviderName.PLANT_ID: 1.0, ProviderName.PLANTNET: 1.0}
    assert both.degraded == ()


@pytest.mark.parametrize(
    ("error", "state"),
    [
        (ProviderUnavailable("plantnet", "503", retry_after=9.0), CallState.UNAVAILABLE),
        (ProviderReplyInvalid("plantnet", "html", charged=True), CallState.REPLY_INVALID),
        (ProviderExhausted("plantnet", "429", retry_after=60.0), CallState.EXHAUSTED),
        (ProviderKeyRefused("plantnet", "401"), CallState.KEY_REFUSED),
        (ProviderRejected("plantnet", "400"), CallState.REJECTED),
    ],
)
async def test_identify_one_fails_answers_with_the_other_and_says_why(error, state):
    """One provider is enough, and the answer says which is missing and why (law 7, law 10)."""
    one = await identify(plant_id(), plantnet(error))
    assert one.consensus.verdict.agreement is Agreement.SINGLE
    assert one.reports[1].state is state
    assert one.reports[1].maybe_charged is error.charged
    assert len(one.degraded) == 1
    assert "Pl@ntNet" in one.degraded[0]


async def test_identify_none_answers_raises_with_the_earliest_retry():
    """When nobody answers, the caller learns the earliest moment anybody may (design 6)."""
    with pytest.raises(NoAnswer) as raised:
        await identify(
            plant_id(ProviderUnavailable("plant_id", "503", retry_after=42.0)),
            plantnet(ProviderExhausted("plantnet", "429", retry_after=7.0)),
        )
    assert raised.value.retry_after == 7.0
    assert {report.state for report in raised.value.reports} == {CallState.UNAVAILABLE, CallState.EXHAUSTED}


async def test_identify_not_a_plant_from_both_is_an_answer():
    """A photo of a cat is answered, not failed (law 7)."""
    cat = await identify(
        plant_id(answer(ProviderName.PLANT_ID, is_plant=False)), plantnet(answer(ProviderName.PLANTNET, is_plant=False))
    )
    assert cat.consensus.verdict.level is Level.NOT_A_PLANT
    assert cat.degraded == ()


async def test_identify_keeps_each_answer_before_anybody_is_told():
    """Paid is kept first, told second (law 4)."""
    order = []

    async def keep(paid):
        order.append(("kept", paid.provider))

    await identify(plant_id(), plantnet(), keep=keep, tell=lambda done: order.append(("told", done.report.provider)))
    for name in ProviderName:
        assert order.index(("kept", name)) < order.index(("told", name))


async def test_identify_keep_fails_ends_the_identification():
    """An answer that cannot be stored is not handed out as if it were (law 4)."""

    async def keep(_paid):
        message = "disk full"
        raise OSError(message)

    with pytest.raises(OSError, match="disk full"):
        await identify(plant_id(), keep=keep)


async def test_identify_past_deadline_reports_late_and_keeps_the_late_answer():
    """Nobody waits past the deadline; what comes after it is kept all the same (law 3, law 4)."""
    slow, shelf = plantnet(open_now=False), Shelf()
    service = CombinedIdentificationService([plant_id(), slow])
    partial = await service.identify(QUESTION, deadline=Deadline.after(0.05, SystemClock()), keep=shelf.keep)
    assert [report.state for report in partial.reports] == [CallState.OK, CallState.LATE]
    assert partial.reports[1].maybe_charged
    assert shelf.kept == [ProviderName.PLANT_ID]
    slow.gate.set()
    await service.drain()
    assert shelf.kept == [ProviderName.PLANT_ID, ProviderName.PLANTNET]


async def test_identify_cancelled_lets_the_paid_calls_run_on():
    """A caller that is cancelled does not throw away what is being paid for (law 4)."""
    slow, shelf = plantnet(open_now=False), Shelf()
    service = CombinedIdentificationService([slow])
    caller = asyncio.create_task(
        service.identify(QUESTION, deadline=Deadline.after(30.0, SystemClock()), keep=shelf.keep)
    )
    while not slow.calls:  # bounded by the test's own time-out
        await asyncio.sleep(0)
    caller.cancel()
    with pytest.raises(asyncio.CancelledError):
        await caller
    slow.gate.set()
    await service.drain()
    assert shelf.kept == [ProviderName.PLANTNET]


async def test_identify_first_answer_is_told_while_the_other_is_waited_for():
    """The first answer is shown at once, with the verdict it gives alone (design 6)."""
    slow, news = plantnet(open_now=False), []

    def tell(done):
        news.append(done)
        slow.gate.set()

    await identify(plant_id(), slow, tell=tell)
    assert [done.report.provider for done in news] == [ProviderName.PLANT_ID, ProviderName.PLANTNET]
    assert news[0].so_far.verdict.agreement is Agreement.SINGLE
    assert news[1].so_far.verdict.agreement is Agreement.BOTH


async def test_identify_health_asked_and_left_out_is_called_missing():
    """A health part that is missing is said to be missing: it is not healthy."""
    without = answer(ProviderName.PLANT_ID, health_asked=True)
    missing = await identify(plant_id(without), question=HEALTH_QUESTION)
    assert missing.health is None
    assert missing.degraded == ("Plant.id answered without the health assessment that was asked for.",)


async def test_identify_health_present_is_passed_on():
    """The assessment reaches the answer as the provider gave it."""
    health = Health(is_healthy=False, probability=0.2)
    well = answer(ProviderName.PLANT_ID, health=health, health_asked=True, credits=2.0)
    told = await identify(plant_id(well), plantnet(), question=HEALTH_QUESTION)
    assert told.health == health
    assert told.cost[ProviderName.PLANT_ID] == 2.0
    assert told.degraded == ()


async def cascade(*providers, question=QUESTION):
    """What the service answers when it asks one after the other."""
    service = CombinedIdentificationService(providers, policy=Policy.CASCADE)
    return await service.identify(question, deadline=Deadline.after(30.0, SystemClock()), keep=Shelf().keep)


async def test_identify_cascade_asks_the_second_only_on_doubt():
    """A clear answer of the free service saves a credit; a doubtful one, or none, is worth a second opinion."""
    for first, asked in (
        (answer(ProviderName.PLANTNET, score=0.95), 0),
        (answer(ProviderName.PLANTNET, is_plant=False), 0),
        (answer(ProviderName.PLANTNET, score=0.2), 1),
        (ProviderUnavailable("plantnet", "503"), 1),
    ):
        second = plant_id()
        told = await cascade(second, plantnet(first))
        assert second.calls == asked
        assert len(told.reports) == 1 + asked


async def test_identify_cascade_with_health_asks_both():
    """Only one of them knows of health, so there is nothing to wait for."""
    second = plant_id(answer(ProviderName.PLANT_ID, health=Health(is_healthy=True, probability=0.9), health_asked=True))
    told = await cascade(second, plantnet(), question=HEALTH_QUESTION)
    assert second.calls == 1
    assert told.health is not None


def test_answer_from_archive_makes_an_answer_and_names_the_lost_half():
    """What was paid before a crash becomes the answer; the other half is said to be lost (law 4)."""
    found = answer_from_archive([answer(ProviderName.PLANTNET)], organs=[Organ.AUTO], health_asked=False)
    assert found.consensus.verdict.name == "Monstera deliciosa"
    assert [report.state for report in found.reports] == [CallState.LATE, CallState.OK]


OPEN = Refusal(reason=Reason.CIRCUIT_OPEN, retry_after=40.0)
DOUBTFUL = {"name": "Ficus lyrata", "score": 0.05}


class Kept:
    """What is kept, by key; `old` is of use only when there is nothing newer, `broken` cannot be read."""

    def __init__(self, *answers, old=(), broken=False):
        self.fresh, self.old, self.broken = {self.key(each): self.got(each) for each in answers}, old, broken

    @staticmethod
    def key(paid):
        return f"{paid.provider}:{PHOTO.digest}"

    @staticmethod
    def got(paid):
        return Got(payload=msgspec.json.encode(paid), source=Source.L1, age=60.0, ttl=3600.0)

    async def find_fresh(self, keys):
        return [self.fresh[key] for key in keys] if set(keys) <= set(self.fresh) else None

    async def find(self, key):
        if self.broken:
            raise StoreUnavailable("archive")  # noqa: EM101 - the verb
        return self.fresh.get(key) or next((self.got(each) for each in self.old if self.key(each) == key), None)


async def test_find_answer_of_two_kept_ones_asks_nobody():
    """All that it takes is at hand: the same verdict as when it was paid for, a receipt that says so (law 1, law 10)."""
    one, other = plant_id(), plantnet()
    kept = Kept(one.outcome, other.outcome)
    found = await CombinedIdentificationService([one, other]).find_answer(QUESTION.asked, kept)
    assert found.answer.consensus == (await identify(plant_id(), plantnet())).consensus
    assert [(report.source, report.age) for report in found.answer.reports] == [("l1", 60.0)] * 2
    assert (found.answer.cost, found.paid) == ({}, (one.outcome, other.outcome))
    assert (one.calls, other.calls) == (0, 0)


async def test_find_answer_with_one_part_missing_is_none():
    """A part that has to be asked for is no answer at hand."""
    one, other = plant_id(), plantnet()
    service = CombinedIdentificationService([one, other])
    assert await service.find_answer(QUESTION.asked, Kept(one.outcome)) is None


@pytest.mark.parametrize(("first", "health", "found"), [({}, False, True), ({}, True, False), (DOUBTFUL, False, False)])
async def test_find_answer_of_a_cascade_takes_what_the_cascade_would_ask(first, health, found):
    """One sure answer is enough where one is all that would be asked; not on doubt, and not for health."""
    service = CombinedIdentificationService([plant_id(), plantnet()], policy=Policy.CASCADE)
    question = HEALTH_QUESTION if health else QUESTION
    kept = await service.find_answer(question.asked, Kept(answer(ProviderName.PLANTNET, **first)))
    assert (kept is not None) is found


async def test_find_refusal_says_when_to_come_back_and_counts_once():
    """Nobody may be asked, nothing is kept: the earliest moment any provider may answer (design 6)."""
    one, other = plant_id(), plantnet()
    one.refusal, other.refusal = OPEN, Refusal(reason=Reason.PAUSED, retry_after=9.0)
    no_answer = await CombinedIdentificationService([one, other]).find_refusal(QUESTION.asked, Kept())
    assert [report.state for report in no_answer.reports] == [CallState.CIRCUIT_OPEN, CallState.PAUSED]
    assert no_answer.retry_after == 9.0
    assert (one.refused, other.refused, one.calls, other.calls) == (1, 1, 0, 0)


@pytest.mark.parametrize(
    ("one", "kept"),
    [
        (None, Kept()),
        (OPEN, Kept(old=[answer(ProviderName.PLANTNET)])),
        (OPEN, Kept(broken=True)),
    ],
)
async def test_find_refusal_while_there_may_be_an_answer_is_none(one, kept):
    """One that may be asked, something old, or an archive nobody can read: no reason to turn anybody away yet."""
    first, second = plant_id(), plantnet()
    first.refusal, second.refusal = one, OPEN
    assert await CombinedIdentificationService([first, second]).find_refusal(QUESTION.asked, kept) is None
    assert (first.refused, second.refused) == (0, 0)


async def test_find_refusal_of_unknown_photos_looks_for_nothing():
    """Of a photo that nobody remembers nothing can be kept: a broken archive changes nothing."""
    one = plant_id()
    one.refusal = OPEN
    unknown = dataclasses.replace(QUESTION.asked, digests=())
    assert await CombinedIdentificationService([one]).find_refusal(unknown, Kept(broken=True)) is not None
