"""Plant.id's knowledge base: searching names is free, reading one entry is not."""

import base64
import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from plant_simulator.catalogue import DISEASES, Disease
from plant_simulator.config import PlantIdSwitches
from plant_simulator.plant_id.details import DISEASE_DETAILS, PLANT_DETAILS, in_language
from plant_simulator.plant_id.taxa import ALL_TAXA, Taxon
from plant_simulator.refusal import Refusal

LIMIT_DEFAULT, LIMIT_MAX = 10, 20


def token_of(kind: str, name: str) -> str:
    """Forty-five signs that stand for an entry; not its entity id."""
    digest = hashlib.sha512(f"{kind}/{name}".encode()).digest()[:33]
    return base64.urlsafe_b64encode(digest).decode() + "-"


KINDS: Mapping[str, Mapping[str, Taxon | Disease]] = {
    "plants": {token_of("plants", taxon.name): taxon for taxon in ALL_TAXA},
    "diseases": {token_of("diseases", disease.name): disease for disease in DISEASES},
}


@dataclass(frozen=True, slots=True)
class _Name:
    text: str
    kind: str  # entity_name, common_name or synonym
    entity: str
    token: str


def search(kind: str, query: Mapping[str, str], switches: PlantIdSwitches) -> dict[str, Any]:
    """The answer of GET /kb/{kind}/name_search: names in which some word begins like `q`. Raises Refusal."""
    wanted = query.get("q", "").strip()
    if not wanted:
        raise Refusal(400, "Query parameter q must be provided")
    limit = _read_limit(query.get("limit"))
    pattern = re.compile(rf"(?<!\w){re.escape(wanted)}", re.IGNORECASE)
    names = _names_of(kind, language_of(query, switches))
    found = [(name, match) for name in names if (match := pattern.search(name.text))]
    found.sort(key=lambda hit: (hit[0].kind != "entity_name", hit[1].start(), hit[0].text))
    rows = [
        {
            "matched_in": name.text,
            "matched_in_type": name.kind,
            "access_token": name.token,
            "match_position": match.start(),
            "match_length": match.end() - match.start(),
            "entity_name": name.entity,
        }
        for name, match in found[:limit]
    ]
    return {"entities": rows, "entities_trimmed": len(found) > limit, "limit": limit}


def find_entry(kind: str, token: str) -> Taxon | Disease | None:
    """The plant, genus or disease a token of `search` stands for."""
    return KINDS[kind].get(token)


def read_details(kind: str, query: Mapping[str, str], switches: PlantIdSwitches) -> tuple[str, ...]:
    """The asked details of an entry; at least one has to be asked for. Raises Refusal."""
    allowed = PLANT_DETAILS if kind == "plants" else DISEASE_DETAILS | {"image"}
    names = tuple(dict.fromkeys(name.strip() for name in query.get("details", "").split(",") if name.strip()))
    if not names:
        raise Refusal(400, "Query parameter details must be provided")
    for name in names:
        if name not in allowed:
            raise Refusal(400, f"{switches.unknown_detail_text} {name}")
    return names


def language_of(query: Mapping[str, str], switches: PlantIdSwitches) -> str:
    """The one language of a call: official examples say `lang`, the SDK says `language`."""
    wanted = switches.kb_language_parameter
    found = (query.get(name) for name in ("lang", "language") if wanted in {"both", name})
    return next((code for code in found if code), "en")


def _read_limit(text: str | None) -> int:
    if text is None:
        return LIMIT_DEFAULT
    if not text.isdecimal() or int(text[:6]) < 1:
        raise Refusal(400, "Limit must be positive integer.")
    return min(int(text[:6]), LIMIT_MAX)


def _names_of(kind: str, language: str) -> Iterator[_Name]:
    for token, entry in KINDS[kind].items():
        yield _Name(entry.name, "entity_name", entry.name, token)
        if isinstance(entry, Disease):
            local_name = in_language(entry.local_names, language)
            if local_name and local_name != entry.name:
                yield _Name(local_name, "common_name", entry.name, token)
        elif entry.rank == "species":
            for text in in_language(entry.plant.common_names, language) or ():
                yield _Name(text, "common_name", entry.name, token)
            for text in entry.plant.synonyms:
                yield _Name(text, "synonym", entry.name, token)
