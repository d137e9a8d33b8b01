"""The JSON bodies of the API, as types; the OpenAPI document's schemas are made from them."""

import datetime as dt
import uuid
from collections.abc import Sequence
from functools import cache
from typing import Any, Literal

import msgspec
from django.urls import reverse

from apps.care_guides.queries import Guide, GuideLink, PoisonReport, find_guide
from apps.plant_identification.models import Identification
from identification.answer import (
    Answer,
    CallState,
    Consensus,
    Health,
    Level,
    ProviderName,
    ProviderReport,
    Struct,
    Suggestion,
    Verdict,
)
from identification.combined import ProviderDone

NO_ID = uuid.UUID(int=0)
NEVER_EAT = "Never eat or give away a plant because an app named it: names can be wrong, and some mistakes kill."
WARNED_OF_MAX = 5  # candidates; what stands below is hardly ever the plant
OPENING = {
    Level.SURE: "This is {name}.",
    Level.LIKELY: "This is likely {name}.",
    Level.MAYBE: "This may be {name}.",
    Level.GROUP: "This belongs to {name}; which species is unsure.",
    Level.UNSURE: "We are not sure what this is.",
    Level.NOT_A_PLANT: "We see no plant on this photo.",
}
CREDITED_BY = {ProviderName.PLANT_ID: "Identified with Plant.id", ProviderName.PLANTNET: "Powered by Pl@ntNet"}


class PhotoBody(Struct):
    """A stored photo, normalised: oriented, at most 1500 pixels, no metadata."""

    position: int
    organ: str
    width: int
    height: int
    url: str
    thumbnail_url: str


class SafetyBody(Struct):
    """What published guides report of poison, each with its source; without one there is no data, and that is said.

    Reports are of the plants that they name. Where the verdict is not sure, other candidates that are reported toxic are
    among them; nothing reassuring is said of those.
    """

    status: Literal["reported", "no-data"] = "no-data"
    warning: str = NEVER_EAT
    reports: tuple[PoisonReport, ...] = ()


class FeedbackBody(Struct):
    """What the asker said of the answer."""

    was_right: str
    name: str = ""
    comment: str = ""


class ProblemBody(Struct):
    """RFC 9457 problem details; `code` is stable, `type` resolves to a page about it."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    code: str
    request_id: str
    retryable: bool
    hint: str | None = None
    retry_after: int | None = None
    errors: tuple[dict[str, str], ...] | None = None
    identification: str | None = None  # where the question and its photos are kept, when no service answered
    providers: tuple[ProviderReport, ...] | None = None  # why not, one by one


class ReceiptBody(Struct):
    """Where the answer comes from (law 10)."""

    source: str = "fresh"  # fresh; collapsed: another request's call; cached; stale
    request_id: str = ""
    credits_to: tuple[str, ...] = ()  # what has to be said beside the answer, such as "Powered by Pl@ntNet"


class IdentificationBody(Struct):
    """One identification. While `status` is `running` the verdict is that of the providers that answered so far."""

    id: str
    status: Literal["running", "complete", "failed"]
    url: str
    created_at: dt.datetime
    completed_at: dt.datetime | None
    sentence: str  # the verdict as a person would say it, in English
    verdict: Verdict | None
    suggestions: tuple[Suggestion, ...]
    health: Health | None
    health_asked: bool
    safety: SafetyBody
    guide: GuideLink | None  # how to care for the plant, or for its genus, where the community has written about it
    care: tuple[()]  # facts with a source and a licence; the providers give none, so there is no data
    degraded: bool
    degraded_because: tuple[str, ...]
    providers: tuple[ProviderReport, ...]
    cost: dict[ProviderName, float]  # Plant.id credits and Pl@ntNet requests
    photos: tuple[PhotoBody, ...]
    simulated: bool  # demo mode: nobody looked at the photo
    receipt: ReceiptBody
    continues: str | None = None  # the id of the earlier identification that this one stands for
    feedback: FeedbackBody | None = None
    problem: dict[str, Any] | None = None


class IdentificationPage(Struct):
    """A page of history, newest first; `next` and `previous` are addresses or null."""

    next: str | None
    previous: str | None
    results: tuple[IdentificationBody, ...]


class AcceptedEvent(Struct):
    """The first event of a stream: the question is stored, and where to find the answer."""

    id: str
    url: str


class ProviderEvent(Struct):
    """A provider has ended. `sentence` and `so_far` tell the verdict of those that answered until now."""

    report: ProviderReport
    sentence: str | None
    so_far: Consensus | None


def provider_event(done: ProviderDone) -> ProviderEvent:
    """The event of one provider's end."""
    return ProviderEvent(
        report=done.report, so_far=done.so_far, sentence=sentence(done.so_far.verdict) if done.so_far else None
    )


def sentence(verdict: Verdict) -> str:
    """The verdict in words, graded by how much it should be trusted."""
    return OPENING[verdict.level].format(name=verdict.name)


def stored_answer(identification: Identification) -> Answer | None:
    """The answer, typed; None while there is none."""
    if identification.given is not None:
        return identification.given
    return msgspec.convert(identification.answer, Answer) if identification.answer else None


def identification_url(identification: Identification) -> str:
    """The path of one identification."""
    return _address().replace(str(NO_ID), str(identification.pk))


@cache
def _address() -> str:
    """The path of an identification that there is none of: looking a route up takes as long as making the rest."""
    return reverse("v1:identification", kwargs={"identification_id": NO_ID})


def identification_body(
    identification: Identification, *, request_id: str = "", progress: Sequence[ProviderDone] = ()
) -> IdentificationBody:
    """The body of a stored identification; `progress` is the news of one that is still running."""
    answer = stored_answer(identification)
    so_far = progress[-1].so_far if progress else None
    consensus = answer.consensus if answer else so_far
    reports = answer.reports if answer else tuple(done.report for done in progress)
    guide = guide_of(consensus) if consensus else None
    return IdentificationBody(
        id=str(identification.pk),
        status=identification.status,  # type: ignore[arg-type] # the model's choices are these three
        url=identification_url(identification),
        created_at=identification.created_at,
        completed_at=identification.completed_at,
        sentence=sentence(consensus.verdict) if consensus else "",
        verdict=consensus.verdict if consensus else None,
        suggestions=consensus.suggestions if consensus else (),
        health=answer.health if answer else None,
        health_asked=identification.health_asked,
        safety=safety_of(consensus, guide) if consensus else SafetyBody(),
        guide=guide.link if guide else None,
        care=(),
        degraded=bool(answer and answer.degraded),
        degraded_because=answer.degraded if answer else (),
        providers=reports,
        cost=answer.cost if answer else {},
        photos=_photos(identification),
        simulated=any(report.simulated for report in reports),
        receipt=ReceiptBody(source=source_of(reports), request_id=request_id, credits_to=_credits_to(reports)),
        continues=str(identification.continues) if identification.continues else None,
        feedback=_feedback(identification),
        problem=identification.problem,
    )


def guide_of(consensus: Consensus) -> Guide | None:
    """The guide of the best name, under whichever scientific name it was given. Asks no query."""
    name = consensus.verdict.name
    if name is None:
        return None
    also = next((each.also_called for each in consensus.suggestions if each.name == name), ())
    return find_guide(name, *also)


def safety_of(consensus: Consensus, guide: Guide | None) -> SafetyBody:
    """What `guide`, that of the best name, reports, and those of other plants that it may be. Asks no query."""
    reports = guide.poison if guide else ()
    if consensus.verdict.level not in {Level.SURE, Level.NOT_A_PLANT}:
        others = [find_guide(each.name, *each.also_called) for each in consensus.suggestions[:WARNED_OF_MAX]]
        toxic = (each for other in others if other for each in other.poison if each.finding == "reported_toxic")
        reports = tuple(dict.fromkeys((*reports, *toxic)))
    return SafetyBody(status="reported" if reports else "no-data", reports=reports)


def source_of(reports: tuple[ProviderReport, ...]) -> str:
    """Where the answer as a whole comes from: what cost most says it."""
    sources = {report.source for report in reports if report.state is CallState.OK}
    cached = "cached" if sources else "fresh"
    return next((word for word in ("fresh", "collapsed", "stale") if word in sources), cached)


def _credits_to(reports: tuple[ProviderReport, ...]) -> tuple[str, ...]:
    return tuple(CREDITED_BY[report.provider] for report in reports if report.state is CallState.OK)


def _photos(identification: Identification) -> tuple[PhotoBody, ...]:
    base = identification_url(identification)
    return tuple(
        PhotoBody(
            position=photo.position,
            organ=photo.organ,
            width=photo.picture.width,
            height=photo.picture.height,
            url=f"{base}photos/{photo.position}/",
            thumbnail_url=f"{base}photos/{photo.position}/thumbnail/",
        )
        for photo in identification.photos.all()
    )


def _feedback(identification: Identification) -> FeedbackBody | None:
    """Only of an identification read with its feedback: one that was just made has none."""
    feedback = identification._state.fields_cache.get("feedback")  # noqa: SLF001 - asks no query
    return feedback and FeedbackBody(was_right=feedback.was_right, name=feedback.name, comment=feedback.comment)
