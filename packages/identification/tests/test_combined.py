"""Both providers under one deadline: one may fail, what is paid is kept, nobody waits too long."""

import asyncio

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
from resilience.deadline import Deadline
from resilience.errors import (
    ProviderExhausted,
    ProviderKeyRefused,
    ProviderRejected,
    ProviderReplyInvalid,
    ProviderUnavailable,
)
from resilience.ports import SystemClock

PHOTO = NormalisedPhoto(digest="d", width=8, height=8, large=b"l", medium=b"m", thumbnail=b"t")
QUESTION = Question(photos=(PHOTO,), organs=(Organ.AUTO,), reference=7)
HEALTH_QUESTION = Question(photos=(PHOTO,), organs=(Organ.AUTO,), reference=7, health=True)


class ScriptedProvider:
    """A provider that gives what it was told to, once its gate is open."""

    def __init__(self, name, outcome, *, open_now=True):
        self.name, self.outcome, self.calls = name, outcome, 0
        self.gate = asyncio.Event()
        if open_now:
            self.gate.set()

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
