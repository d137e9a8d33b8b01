"""What a Pl@ntNet v2 answer says: pure reading of its JSON and headers.

Names and scores are read strictly: another type or scale there means that we are outdated. Everything else is
optional; a part that cannot be read is left out.
"""

import re
from collections.abc import Mapping
from typing import Any

import msgspec

from identification.answer import (
    Attribution,
    Candidate,
    PredictedOrgan,
    ProviderAnswer,
    ProviderName,
    ReferenceImage,
    TaxonIds,
)
from identification.providers.http import Reply
from identification.providers.reading import (
    Share,
    amount,
    decode,
    integer,
    mapping,
    rank_of_name,
    share,
    text,
    texts,
    web_url,
)
from identification.question import PHOTOS_MAX
from identification.usage import ProviderUsage, Window
from resilience.errors import ProviderReplyInvalid

NO_SPECIES = "species not found"  # message of the 404 that is an answer; other 404s are mistakes of ours
FILE_NAME = re.compile(r"photo-([1-9])\.jpg")
RESULTS_MAX = 50
IMAGES_MAX = 6


class _Species(msgspec.Struct, rename="camel"):
    scientific_name_without_author: str
    scientific_name_authorship: Any = None
    genus: Any = None
    family: Any = None
    common_names: Any = None


class _Row(msgspec.Struct):
    score: Share
    species: _Species
    gbif: Any = None
    powo: Any = None
    iucn: Any = None
    images: Any = None


class _Identified(msgspec.Struct, rename="camel"):
    results: list[_Row]
    version: Any = None
    predicted_organs: Any = None
    remaining_identification_requests: Any = None


class RateLimit(msgspec.Struct, frozen=True):
    """The RateLimit header: requests left, and seconds until the count starts anew; None where it says nothing."""

    remaining: int | None = None
    reset: float | None = None


def file_name(position: int) -> str:
    """The name under which the photo at `position` (from 0) is sent, and found again among the predicted organs."""
    return f"photo-{position + 1}.jpg"


def read_identified(reply: Reply) -> ProviderAnswer:
    """The answer in a 200 of `/v2/identify`.

    Raises ProviderReplyInvalid for anything else; the request is counted all the same.
    """
    answer = decode(ProviderName.PLANTNET, reply, _Identified, billable=True)
    rows = sorted(answer.results, key=lambda row: -row.score)[:RESULTS_MAX]
    in_body = _count(answer.remaining_identification_requests)
    return ProviderAnswer(
        provider=ProviderName.PLANTNET,
        is_plant=bool(rows),  # no row at all says the same as their 404
        credits=1.0,
        model_version=text(answer.version) or "unknown",
        candidates=tuple(
            _candidate(row, name) for row in rows if (name := text(row.species.scientific_name_without_author))
        ),
        predicted_organs=_organs(answer.predicted_organs),
        quota_remaining=parse_rate_limit(reply.headers).remaining if in_body is None else in_body,
        simulated=reply.simulated,
    )


def no_species(reply: Reply) -> ProviderAnswer:
    """The answer that their 404 "Species not found" is: no plant they know. It counts as a request."""
    return ProviderAnswer(
        provider=ProviderName.PLANTNET,
        is_plant=False,
        credits=1.0,
        model_version="unknown",
        quota_remaining=parse_rate_limit(reply.headers).remaining,
        simulated=reply.simulated,
    )


def says_no_species(reply: Reply) -> bool:
    """Whether a 404 is the answer "Species not found"."""
    try:
        message = msgspec.json.decode(reply.body, type=dict[str, Any]).get("message")
    except (ValueError, RecursionError):
        return False
    return (text(message) or "").casefold().rstrip(".") == NO_SPECIES


def read_usage(reply: Reply) -> ProviderUsage:
    """The day's count in an answer of `/v2/quota/daily`. Raises ProviderReplyInvalid for anything else."""
    quota = mapping(decode(ProviderName.PLANTNET, reply, dict[str, Any], billable=False).get("quota")).get("identify")
    counts = mapping(quota)
    limit = amount(quota) if not counts else amount(counts.get("total"))
    used, remaining = amount(counts.get("count")), amount(counts.get("remaining"))
    if limit is None and remaining is None:
        raise ProviderReplyInvalid(ProviderName.PLANTNET, "a quota report without quota.identify")
    if remaining is None and limit is not None and used is not None:
        remaining = max(0.0, limit - used)
    can_use = remaining is None or remaining >= 1
    return ProviderUsage(
        provider=ProviderName.PLANTNET,
        can_use=can_use,
        reason=None if can_use else "The identifications of this day are used up; the count starts anew at 00:00 UTC.",
        windows={"day": Window(limit=limit, used=used, remaining=remaining)},
        simulated=reply.simulated,
    )


def parse_rate_limit(headers: Mapping[str, str]) -> RateLimit:
    """The tightest policy in RateLimit (draft-ietf-httpapi-ratelimit-headers-08): `"dailyQuota";r=497;t=30600`."""
    policies: list[RateLimit] = []
    for item in headers.get("RateLimit", "")[:1000].split(","):
        pairs = dict(re.findall(r";\s*([rt])=(\d{1,9})(?![\d.])", item, re.ASCII))
        if "r" in pairs:
            policies.append(RateLimit(int(pairs["r"]), float(pairs["t"]) if "t" in pairs else None))
    return min(policies, key=lambda policy: policy.remaining or 0, default=RateLimit())


def _count(value: Any) -> int | None:
    number = amount(value)
    return None if number is None else int(number)


def _candidate(row: _Row, name: str) -> Candidate:
    species = row.species
    return Candidate(
        name=name,
        score=share(row.score),
        authorship=text(species.scientific_name_authorship) or "",
        rank=rank_of_name(name),
        genus=_taxon(species.genus),
        family=_taxon(species.family),
        common_names=texts(species.common_names),
        ids=TaxonIds(
            gbif_backbone=integer(mapping(row.gbif).get("id")),  # a number written as text
            powo=text(mapping(row.powo).get("id")),
            iucn_category=text(mapping(row.iucn).get("category")),
        ),
        images=_images(row.images),
    )


def _taxon(value: Any) -> str | None:
    return text(mapping(value).get("scientificNameWithoutAuthor"))


def _images(value: Any) -> tuple[ReferenceImage, ...]:
    rows = [mapping(entry) for entry in (value if isinstance(value, list) else [])[:IMAGES_MAX]]
    return tuple(image for row in rows if (image := _image(row)))


def _image(row: Mapping[str, Any]) -> ReferenceImage | None:
    sizes = mapping(row.get("url")) or {"o": row.get("url")}
    url = web_url(sizes.get("m")) or web_url(sizes.get("o"))
    if url is None:
        return None
    author = text(row.get("author")) or text(row.get("citation"))
    return ReferenceImage(
        url=url,
        thumb_url=web_url(sizes.get("s")),
        organ=text(row.get("organ")),
        attribution=Attribution(author=author, license_name=text(row.get("license"))),
    )


def _organs(value: Any) -> tuple[PredictedOrgan, ...]:
    rows = [mapping(entry) for entry in (value if isinstance(value, list) else [])[:PHOTOS_MAX]]
    return tuple(organ for index, row in enumerate(rows) if (organ := _organ(index, row)))


def _organ(index: int, row: Mapping[str, Any]) -> PredictedOrgan | None:
    organ, score = text(row.get("organ")), amount(row.get("score"))
    if organ is None or score is None or score > 1:
        return None
    ours = FILE_NAME.fullmatch(text(row.get("filename")) or "")
    return PredictedOrgan(position=int(ours[1]) - 1 if ours else index, organ=organ, score=score)
