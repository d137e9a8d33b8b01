"""The bodies of Pl@ntNet's identifications."""

from collections.abc import Sequence
from typing import Any

from plant_simulator.catalogue import Plant
from plant_simulator.config import PlantNetSwitches
from plant_simulator.eyes import Verdict
from plant_simulator.pictures import CITATION, picture_url
from plant_simulator.plantnet.ask import Pictures, Query
from plant_simulator.plantnet.lists import DEFAULT_PROJECT, is_in_project
from plant_simulator.stable import hex_of, part_of

VERSION = "2026-03-20 (7.5, simulated)"
_PICTURES_TAKEN_AT = 1_767_225_600  # 2026-01-01, seconds
_MODESTY = 0.95  # this engine scores a little lower than the other provider
type Ranked = Sequence[tuple[Plant, float]]


def rank(verdict: Verdict, query: Query, project: str, switches: PlantNetSwitches) -> list[tuple[Plant, float]]:
    """The species that the answer names, best first; a project leaves out others and changes no score."""
    ranking = list(verdict.ranking)
    if _disagrees(verdict, switches):
        (first, high), (second, low) = ranking[:2]
        ranking[:2] = [(second, high), (first, low)]
    weight = _MODESTY if verdict.is_plant else 0.5
    rows = [(plant, round(min(score, 1.0) * weight, 5)) for plant, score in ranking if is_in_project(plant, project)]
    return rows[: query.nb_results]


def _disagrees(verdict: Verdict, switches: PlantNetSwitches) -> bool:
    """Whether this provider prefers the second candidate: a card wants it, or, now and then, an unclear photo."""
    names = [plant.name for plant, _ in verdict.ranking[:2]]
    undecided = switches.second_opinion and not verdict.clear and part_of(*names) < 0.5  # noqa: PLR2004  # half of them
    return len(names) > 1 and (undecided or verdict.card == "disagree")


def write_query(verdict: Verdict, pictures: Pictures, query: Query) -> dict[str, Any]:
    """What the provider understood; images are digests of uploads, or the addresses a client gave."""
    return {
        "images": list(pictures.urls) or [digest[:32] for digest in verdict.digests],
        "organs": list(pictures.organs),
        "includeRelatedImages": query.include_related_images,
        "noReject": query.no_reject,
    }


class AnswerWriter:
    """Writes the answer to one call, as its query and the switches want it."""

    def __init__(self, project: str, query: Query, switches: PlantNetSwitches, base_url: str) -> None:
        self._project, self._query, self._switches, self._base_url = project, query, switches, base_url

    def write(self, verdict: Verdict, ranking: Ranked, pictures: Pictures, *, remaining: int) -> dict[str, Any]:
        """The whole body, for a ranking that is not empty."""
        project = self._project
        results = [self._row(plant, score) for plant, score in ranking]
        asked = {"project": project} | write_query(verdict, pictures, self._query) | {"type": self._query.kind}
        return {
            "query": asked,
            "predictedOrgans": _predicted_organs(verdict, pictures),
            "language": self._query.language,
            "preferedReferential": DEFAULT_PROJECT if project == "all" else project,
            "bestMatch": results[0]["species"]["scientificName"],
            "results": results,
            "version": VERSION,
            "remainingIdentificationRequests": remaining,
            **({"otherResults": _other_results(ranking)} if self._query.detailed else {}),
        }

    def _row(self, plant: Plant, score: float) -> dict[str, Any]:
        row = {"score": score, "species": species(plant, self._common_names(plant)), **self._references(plant)}
        if self._query.include_related_images:
            row["images"] = [self._image(plant, organ) for organ in ("flower", "leaf")]
        return row

    def _common_names(self, plant: Plant) -> Sequence[str]:
        hidden = self._switches.sparse_rows and part_of(plant.name, "common names") < 0.15  # noqa: PLR2004  # some rows
        return () if hidden else plant.common_names.get(self._query.language, ())

    def _references(self, plant: Plant) -> dict[str, Any]:
        """Ids in other databases. Those of POWO and IUCN are marked: a made-up one could be somebody's."""
        sparse = self._switches.sparse_rows
        shows = {name: not sparse or part_of(plant.name, name) < share for name, share in _SHARES.items()}
        simulated = f"simulated-{hex_of(plant.name, length=8)}"
        return {
            **({"gbif": {"id": str(plant.gbif_id)}} if shows["gbif"] and plant.gbif_id else {}),
            **({"powo": {"id": simulated}} if shows["powo"] else {}),
            **({"iucn": {"id": simulated, "category": "NE"}} if shows["iucn"] else {}),
        }

    def _image(self, plant: Plant, organ: str) -> dict[str, Any]:
        return {
            "organ": organ,
            "author": CITATION,
            "license": "cc0",
            "date": {"timestamp": _PICTURES_TAKEN_AT * 1000, "string": "Jan 1, 2026"},
            "url": {
                letter: picture_url(self._base_url, plant.name, size=size, organ=organ)
                for letter, size in (("o", 800), ("m", 400), ("s", 150))
            },
            "citation": f"{CITATION} / CC0",
        }


_SHARES = {"gbif": 0.85, "powo": 0.7, "iucn": 0.2}  # of rows that have the reference


def species(plant: Plant, common_names: Sequence[str]) -> dict[str, Any]:
    """A species as all routes write it."""
    return {
        "scientificNameWithoutAuthor": plant.name,
        "scientificNameAuthorship": plant.authorship,
        "genus": _higher(plant.genus),
        "family": _higher(plant.family),
        "commonNames": list(common_names),
        "scientificName": f"{plant.name} {plant.authorship}".strip(),
    }


def _higher(name: str) -> dict[str, str]:
    return {"scientificNameWithoutAuthor": name, "scientificNameAuthorship": "", "scientificName": name}


def _predicted_organs(verdict: Verdict, pictures: Pictures) -> list[dict[str, Any]]:
    return [
        {
            "image": digest[:32],
            "filename": upload.filename,
            "organ": organ,
            "score": round(0.8 + 0.2 * part_of(digest, organ), 5),
        }
        for digest, upload, organ in zip(verdict.digests, pictures.uploads, verdict.organs, strict=True)
    ]


def _other_results(ranking: Ranked) -> dict[str, Any]:
    return {level: _sums(ranking, level) for level in ("genus", "family")}


def _sums(ranking: Ranked, level: str) -> list[dict[str, Any]]:
    sums: dict[str, float] = {}
    for plant, score in ranking:
        name: str = getattr(plant, level)
        sums[name] = min(sums.get(name, 0.0) + score, 1.0)
    best = sorted(sums.items(), key=lambda row: -row[1])
    return [{"score": round(score, 5), level: _higher(name)} for name, score in best]
