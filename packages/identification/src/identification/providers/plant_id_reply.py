"""What a Plant.id v3 record says: pure reading of its JSON, from model 3.0.0 of 2023 to 5.0.0.

Species names, scores and "is it a plant" are read strictly: another type or scale there means that we are outdated.
Everything else is optional; a part that cannot be read is left out.
"""

import re
from typing import Any

import msgspec

from identification.answer import (
    Candidate,
    Health,
    HealthFinding,
    HealthQuestion,
    ProviderAnswer,
    ProviderName,
    ReferenceImage,
    SourcedText,
    TaxonIds,
    Treatment,
)
from identification.providers.http import Reply
from identification.providers.reading import (
    Share,
    amount,
    attribution,
    decode,
    integer,
    localised,
    mapping,
    rank_of_name,
    share,
    text,
    texts,
    web_url,
)
from identification.usage import ProviderUsage, Window
from resilience.errors import ProviderReplyInvalid, ProviderUnavailable

PERIODS = ("day", "week", "month", "total")
RAW_GROUPS = ("species", "infraspecies", "genus")  # of classification_raw: the most useful first
PENDING = frozenset({"CREATED", "SUBMITTED"})
REMOTE_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")  # 15 letters and digits in every sample
ROWS_MAX = 50
IMAGES_MAX = 6


class _Judgement(msgspec.Struct):
    probability: Share
    binary: bool | None = None
    threshold: Share = 0.5

    @property
    def holds(self) -> bool:
        return self.probability >= self.threshold if self.binary is None else self.binary


class _Row(msgspec.Struct):
    name: str
    probability: Share
    similar_images: Any = None
    details: Any = None
    redundant: Any = None


class _Classification(msgspec.Struct):
    suggestions: list[_Row] | dict[str, list[_Row] | None] | None = None


class _Disease(msgspec.Struct):
    suggestions: list[_Row] | None = None
    question: Any = None


class _Result(msgspec.Struct):
    is_plant: _Judgement | None = None
    classification: _Classification | None = None
    is_healthy: Any = None  # read apart: a broken health part must not cost the species
    disease: Any = None


class _Record(msgspec.Struct):
    status: str | None = None
    result: _Result | None = None
    access_token: Any = None
    model_version: Any = None
    custom_id: Any = None


class RecordPending(ProviderUnavailable):
    """The provider took the call and is still working on it: read the record again later."""


def read_record(reply: Reply, *, language: str, health_asked: bool, reference: int | None = None) -> ProviderAnswer:
    """The answer in a record of `/identification`, whose localised texts are wanted in `language`.

    With a `reference` a record that names another `custom_id` is refused: it is somebody else's plant (law 12).

    Raises RecordPending while there is no result yet, ProviderUnavailable for a record that failed, and
    ProviderReplyInvalid for anything that is no record. Each may have been billed.
    """
    record = decode(ProviderName.PLANT_ID, reply, _Record, billable=True)
    if reference is not None and integer(record.custom_id) not in {None, reference}:
        raise ProviderReplyInvalid(ProviderName.PLANT_ID, "the record of another call", charged=True)
    if record.status == "FAILED":
        raise ProviderUnavailable(ProviderName.PLANT_ID, "the identification failed on their side", charged=True)
    if record.result is None:
        if record.status in PENDING:
            raise RecordPending(ProviderName.PLANT_ID, "the identification is not finished", charged=True)
        raise ProviderReplyInvalid(ProviderName.PLANT_ID, "a record without a result", charged=True)
    result = record.result
    if result.is_plant is None and result.classification is None and result.is_healthy is None:
        raise ProviderReplyInvalid(ProviderName.PLANT_ID, "a result that says nothing of a plant", charged=True)
    is_plant = result.is_plant is None or result.is_plant.holds  # model 3.0.0 leaves it out
    return ProviderAnswer(
        provider=ProviderName.PLANT_ID,
        is_plant=is_plant,
        plant_probability=share(result.is_plant.probability) if result.is_plant else None,
        credits=2.0 if health_asked else 1.0,
        model_version=text(record.model_version) or "unknown",
        candidates=_candidates(result.classification, language) if is_plant else (),
        # what is no plant is not ill, although is_healthy is false then
        health=_health(result, language) if is_plant else None,
        health_asked=health_asked,
        remote_id=_remote_id(record.access_token),
        simulated=reply.simulated,
    )


def read_usage(reply: Reply) -> ProviderUsage:
    """The state of the key in an answer of `/usage_info`. Raises ProviderReplyInvalid for anything else."""
    answer = decode(ProviderName.PLANT_ID, reply, dict[str, Any], billable=False)
    verdict = mapping(answer.get("can_use_credits"))
    if type(verdict.get("value")) is not bool:
        raise ProviderReplyInvalid(ProviderName.PLANT_ID, "a usage report without can_use_credits")
    limits, used, left = (mapping(answer.get(part)) for part in ("credit_limits", "used", "remaining"))
    active = answer.get("active") is not False
    return ProviderUsage(
        provider=ProviderName.PLANT_ID,
        can_use=verdict["value"] and active,
        reason=text(verdict.get("reason")) or (None if active else "The key is not active."),
        windows={
            period: Window(
                limit=amount(limits.get(period)), used=amount(used.get(period)), remaining=amount(left.get(period))
            )
            for period in PERIODS
        },
        simulated=reply.simulated,
    )


def _remote_id(token: Any) -> str | None:
    return token if isinstance(token, str) and REMOTE_ID.fullmatch(token) else None


def _candidates(classification: _Classification | None, language: str) -> tuple[Candidate, ...]:
    suggestions = classification.suggestions if classification else None
    rank: str | None = None
    if isinstance(suggestions, dict):  # classification_raw
        groups = [group for group in RAW_GROUPS if suggestions.get(group)]
        rank = groups[0] if groups else None
        suggestions = suggestions[rank] if rank else None
    rows = sorted(suggestions or [], key=lambda row: -row.probability)[:ROWS_MAX]
    return tuple(_candidate(row, name, rank, language) for row in rows if (name := text(row.name)))


def _candidate(row: _Row, name: str, group: str | None, language: str) -> Candidate:
    details = mapping(row.details)
    taxonomy = mapping(details.get("taxonomy"))
    return Candidate(
        name=name,
        score=share(row.probability),
        authorship=_authorship(details.get("name_authority"), name),
        rank=text(details.get("rank")) or (group if group in {"species", "genus"} else rank_of_name(name)),
        genus=text(taxonomy.get("genus")),
        family=text(taxonomy.get("family")),
        common_names=texts(localised(details.get("common_names"), language)),
        synonyms=texts(details.get("synonyms")),
        ids=TaxonIds(gbif_backbone=integer(details.get("gbif_id")), inaturalist=integer(details.get("inaturalist_id"))),
        images=(*_portrait(details.get("image")), *_images(row.similar_images)),
        description=_description(details.get("description"), language),
        wikipedia_url=web_url(localised(details.get("url"), language)),
    )


def _authorship(authority: Any, name: str) -> str:
    """The author in "Taraxacum officinale F.H.Wigg.": what follows the name."""
    full = text(authority) or ""
    return full.removeprefix(name).strip() if full.startswith(f"{name} ") else ""


def _description(value: Any, language: str) -> SourcedText | None:
    """The description with its source; one without source or licence is no fact to show (law 11)."""
    source = mapping(localised(value, language))
    words, origin = text(localised(source.get("value"), language)), attribution(source)
    if words is None or not (origin.source_url or origin.author or origin.license_name):
        return None
    return SourcedText(text=words, attribution=origin)


def _portrait(value: Any) -> tuple[ReferenceImage, ...]:
    """The picture from the knowledge base: only with its licence, it is somebody's work."""
    source = mapping(value)
    url, origin = web_url(source.get("value")), attribution(source)
    return (ReferenceImage(url=url, attribution=origin),) if url and origin.license_name else ()


def _images(value: Any) -> tuple[ReferenceImage, ...]:
    rows = [mapping(entry) for entry in (value if isinstance(value, list) else [])[:IMAGES_MAX]]
    return tuple(
        ReferenceImage(
            url=url,
            thumb_url=web_url(row.get("url_small")),
            similarity=_similarity(row.get("similarity")),
            attribution=attribution(row),
        )
        for row in rows
        if (url := web_url(row.get("url")))
    )


def _similarity(value: Any) -> float | None:
    number = amount(value)
    return number if number is not None and number <= 1 else None


def _health(result: _Result, language: str) -> Health | None:
    """The health part, None when it is missing or cannot be read."""
    try:
        verdict = msgspec.convert(result.is_healthy, _Judgement)
        disease = msgspec.convert(result.disease or {}, _Disease)
    except msgspec.ValidationError:
        return None
    # general classes such as "Fungi" beside the exact one are marked redundant by older models
    rows = [row for row in disease.suggestions or [] if row.redundant is not True]
    rows = sorted(rows, key=lambda row: -row.probability)[:ROWS_MAX]
    return Health(
        is_healthy=verdict.holds,
        probability=share(verdict.probability),
        findings=tuple(_finding(row, name, language) for row in rows if (name := text(row.name))),
        question=_question(disease.question),
    )


def _finding(row: _Row, name: str, language: str) -> HealthFinding:
    details = mapping(row.details)
    treatment = mapping(details.get("treatment"))
    description = localised(details.get("description"), language)
    return HealthFinding(
        name=name,
        score=share(row.probability),
        local_name=text(localised(details.get("local_name"), language)),
        description=text(mapping(description).get("value") or description),
        cause=text(localised(details.get("cause"), language)),
        classification=texts(details.get("classification")),
        common_names=texts(localised(details.get("common_names"), language)),
        url=web_url(localised(details.get("url"), language)),
        treatment=Treatment(
            **{kind: texts(localised(treatment.get(kind), language)) for kind in Treatment.__struct_fields__}
        ),
        images=_images(row.similar_images),
    )


def _question(value: Any) -> HealthQuestion | None:
    question = mapping(value)
    options = mapping(question.get("options"))
    words = text(question.get("translation")) or text(question.get("text"))
    yes, no = (text(mapping(options.get(side)).get("name")) for side in ("yes", "no"))
    return HealthQuestion(text=words, yes=yes, no=no) if words and yes and no else None
