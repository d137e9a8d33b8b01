"""The old response shape, of the addresses without a version: `success`, `plant_name`, `error`, and what stood beside.

Each shape is made from v1's body, so there is one result, said in two ways. What the old service invented (care
instructions, health where nobody asked) stays empty: facts have a source or there are none.
"""

from typing import Any, Literal

import msgspec

from apps.plant_identification.api.bodies import FeedbackBody, IdentificationBody, IdentificationPage
from identification.answer import Attribution, Health, Level, ProviderName, ReferenceImage, Struct, Suggestion
from plant_community_backend.problems import Problem
from plant_community_backend.versions import LEGACY, shape

STILL_RUNNING = "The identification is still running. Ask again at the address in Location after Retry-After seconds."


class LegacyImage(Struct):
    """A picture to compare with, as Plant.id names its parts."""

    url: str
    url_small: str | None
    similarity: float | None
    citation: str | None
    license_name: str | None
    license_url: str | None


class LegacySuggestion(Struct):
    """One candidate. `probability` is the score that `source` gave it."""

    rank: int  # from 1
    plant_name: str
    scientific_name: str
    probability: float
    source: ProviderName
    common_names: tuple[str, ...]
    family: str | None
    genus: str | None
    description: str | None
    description_source: Attribution | None
    url: str | None
    similar_images: tuple[LegacyImage, ...]
    plantnet_score: float | None
    plantnet_matched: bool


class LegacyDisease(Struct):
    """One possible health problem."""

    name: str
    probability: float
    description: str | None


class LegacyHealth(Struct):
    """The health assessment, where it was asked for with `include_diseases`."""

    is_healthy: bool
    probability: float
    disease_name: str | None  # the likeliest problem of a plant that is not healthy
    diseases: tuple[LegacyDisease, ...]


class LegacyIdentification(Struct):
    """An identification. Without a name to give, `success` is false, and `error` and `code` say why."""

    success: bool
    plant_name: str
    scientific_name: str
    confidence: float  # of the first suggestion
    suggestions: tuple[LegacySuggestion, ...]
    care_instructions: None
    disease_detection: LegacyHealth | None
    summary: str
    error: str | None
    code: str | None
    id: str
    simulated: bool
    credits_to: tuple[str, ...]


class LegacyPage(Struct, kw_only=True):
    """A page of history."""

    success: Literal[True] = True
    next: str | None
    previous: str | None
    results: tuple[LegacyIdentification, ...]


class LegacyFeedback(Struct, kw_only=True):
    """What was stored."""

    success: Literal[True] = True
    was_right: str
    name: str
    comment: str


class LegacyProblem(Struct, kw_only=True):
    """Why there is no answer; the HTTP status and `code` are those of v1."""

    success: Literal[False] = False
    error: str
    code: str
    request_id: str
    hint: str | None
    retry_after: int | None


@shape(LEGACY, IdentificationBody)
def legacy_identification(body: IdentificationBody) -> LegacyIdentification:
    """An identification in the old shape."""
    error, code = _why_no_name(body)
    suggestions = tuple(_suggestion(each, number) for number, each in enumerate(body.suggestions, start=1))
    best = suggestions[0] if suggestions else None
    return LegacyIdentification(
        success=code is None,
        plant_name=best.plant_name if best else "Unknown",
        scientific_name=best.scientific_name if best else "",
        confidence=best.probability if best else 0.0,
        suggestions=suggestions,
        care_instructions=None,
        disease_detection=_health(body.health) if body.health else None,
        summary=body.sentence,
        error=error,
        code=code,
        id=body.id,
        simulated=body.simulated,
        credits_to=body.receipt.credits_to,
    )


def _why_no_name(body: IdentificationBody) -> tuple[str | None, str | None]:
    """The old `error` and its code; None twice when there is a name to give."""
    if body.status == "running":
        return STILL_RUNNING, "running"
    if body.status == "failed":
        problem = body.problem or {}
        return str(problem.get("detail", "There is no answer.")), str(problem.get("code", "internal-error"))
    if body.verdict and body.verdict.level is Level.NOT_A_PLANT:
        return body.sentence, "not-a-plant"
    return (None, None) if body.suggestions else (body.sentence, "unsure")


def _suggestion(suggestion: Suggestion, rank: int) -> LegacySuggestion:
    source = next(name for name in ProviderName if name in suggestion.scores)
    description = suggestion.description
    return LegacySuggestion(
        rank=rank,
        plant_name=next(iter(suggestion.common_names), suggestion.name),
        scientific_name=suggestion.name,
        probability=suggestion.scores[source],
        source=source,
        common_names=suggestion.common_names,
        family=suggestion.family,
        genus=suggestion.genus,
        description=description.text if description else None,
        description_source=description.attribution if description else None,
        url=suggestion.wikipedia_url,
        similar_images=tuple(_image(image) for image in suggestion.images),
        plantnet_score=suggestion.scores.get(ProviderName.PLANTNET),
        plantnet_matched=ProviderName.PLANTNET in suggestion.scores,
    )


def _image(image: ReferenceImage) -> LegacyImage:
    return LegacyImage(
        url=image.url,
        url_small=image.thumb_url,
        similarity=image.similarity,
        citation=image.attribution.author,
        license_name=image.attribution.license_name,
        license_url=image.attribution.license_url,
    )


def _health(health: Health) -> LegacyHealth:
    diseases = tuple(
        LegacyDisease(name=each.local_name or each.name, probability=each.score, description=each.description)
        for each in health.findings
    )
    worst = None if health.is_healthy or not diseases else diseases[0].name
    return LegacyHealth(
        is_healthy=health.is_healthy, probability=health.probability, disease_name=worst, diseases=diseases
    )


@shape(LEGACY, IdentificationPage)
def legacy_page(body: IdentificationPage) -> LegacyPage:
    """A page of history in the old shape."""
    results = tuple(legacy_identification(each) for each in body.results)
    return LegacyPage(next=body.next, previous=body.previous, results=results)


@shape(LEGACY, FeedbackBody)
def legacy_feedback(body: FeedbackBody) -> LegacyFeedback:
    """Feedback in the old shape."""
    return LegacyFeedback(was_right=body.was_right, name=body.name, comment=body.comment)


@shape(LEGACY, Problem)
def legacy_problem(members: Any) -> dict[str, Any]:
    """A problem's members in the old shape."""
    problem = LegacyProblem(
        error=members["detail"],
        code=members["code"],
        request_id=members["request_id"],
        hint=members.get("hint"),
        retry_after=members.get("retry_after"),
    )
    built: dict[str, Any] = msgspec.to_builtins(problem)
    return built
