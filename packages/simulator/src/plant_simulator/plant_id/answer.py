"""The bodies of Plant.id's identifications and health assessments."""

from collections.abc import Iterable
from typing import Any

from plant_simulator.catalogue import DISEASES, Disease
from plant_simulator.config import PlantIdSwitches
from plant_simulator.eyes import HEALTHY_THRESHOLD, Verdict
from plant_simulator.pictures import CITATION, LICENSE_NAME, LICENSE_URL, picture_url
from plant_simulator.plant_id.ask import Ask, View
from plant_simulator.plant_id.details import DetailWriter, disease_id
from plant_simulator.plant_id.records import Record
from plant_simulator.plant_id.taxa import Ranked, genera, infraspecies, species_of
from plant_simulator.stable import hex_of, part_of

MODEL_VERSION = "plant_id:simulated"
_PLANT_THRESHOLD = 0.5
_LEAST = 0.002  # the provider leaves out less likely rows
_CERTAIN = 0.9995  # shown as the integer 1


class AnswerWriter:
    """Writes the answer to one call, as its query and the switches want it."""

    def __init__(self, view: View, switches: PlantIdSwitches, base_url: str) -> None:
        self._view, self._switches, self._base_url = view, switches, base_url
        self._details = DetailWriter(
            view.details,
            view.languages,
            base_url=base_url,
            echo=switches.several_languages_echo,
            placeholders=switches.care_details == "placeholder",
        )

    def write(self, record: Record) -> dict[str, Any]:
        """The whole body; without `result` while the record is pending or has failed."""
        completed = record.status == "COMPLETED"
        return {
            "access_token": record.token,
            "model_version": MODEL_VERSION,
            "custom_id": record.ask.custom_id,
            "input": self._input(record),
            **({"result": self._result(record)} if completed else {}),
            "status": record.status,
            "sla_compliant_client": completed,
            "sla_compliant_system": completed,
            "created": record.created,
            "completed": record.completed,
            **({"feedback": record.feedback} if record.feedback is not None else {}),
        }

    def _input(self, record: Record) -> dict[str, Any]:
        ask = record.ask
        optional = {
            "health": ask.health,
            "classification_level": ask.level,
            "classification_raw": ask.raw,
        }
        images = [f"{self._base_url}/media/imgs/{digest[:32]}.jpg" for digest in record.verdict.digests]
        return {
            "latitude": ask.latitude,
            "longitude": ask.longitude,
            **{name: value for name, value in optional.items() if value is not None},
            "similar_images": ask.similar_images,
            "images": images,
            "datetime": ask.taken_at,
        }

    def _result(self, record: Record) -> dict[str, Any]:
        verdict, ask = record.verdict, record.ask
        result: dict[str, Any] = {"is_plant": _evaluation(verdict.plant_probability, _PLANT_THRESHOLD)}
        if ask.health != "only":
            result["classification"] = {"suggestions": self._classification(verdict, ask)}
        if self._shows_is_healthy(record):
            healthy = verdict.healthy_probability if verdict.is_plant else 0.5012
            result["is_healthy"] = _evaluation(healthy, HEALTHY_THRESHOLD)
        if self._shows_disease(record):
            result["disease"] = self._disease(verdict, ask)
        return result

    def _shows_is_healthy(self, record: Record) -> bool:
        unasked = record.ask.health == "auto" and record.verdict.is_plant
        return record.with_health or (unasked and self._switches.auto_when_healthy != "nothing")

    def _shows_disease(self, record: Record) -> bool:
        unasked = record.ask.health == "auto" and record.verdict.is_plant
        return record.with_health or (unasked and self._switches.auto_when_healthy == "everything")

    # --- species ---

    def _classification(self, verdict: Verdict, ask: Ask) -> Any:
        species = self._species(verdict)
        genus = genera(species)
        varieties = infraspecies(species) if ask.level == "all" else []
        if ask.raw:
            raw = {"species": self._plant_rows(species, ask), "genus": self._plant_rows(genus, ask)}
            return raw | ({"infraspecies": self._plant_rows(varieties, ask)} if ask.level == "all" else {})
        if ask.level == "genus":
            return self._plant_rows(genus, ask)
        if ask.level == "all":
            return self._plant_rows(sorted([*species, *varieties, *genus], key=_by_probability), ask)
        if species and verdict.is_plant and not verdict.clear:
            # Seen with the provider: a genus among species, when it cannot decide.
            species = sorted([*species, (genus[0][0], species[:5][-1][1] * 0.99)], key=_by_probability)
        return self._plant_rows(species, ask)

    def _species(self, verdict: Verdict) -> Ranked:
        synonym = self._switches.answer_synonyms
        ranking = [(species_of(plant, synonym=synonym), score) for plant, score in verdict.ranking]
        if verdict.card == "genus_only":
            return genera(ranking)
        if verdict.is_plant:
            return ranking
        if self._switches.not_plant_suggestions == "empty":
            return []
        return ranking[:2]

    def _plant_rows(self, ranking: Ranked, ask: Ask) -> list[dict[str, Any]]:
        return [
            {
                "id": taxon.entity_id,
                "name": taxon.name,
                "probability": _rounded(probability),
                **self._similar_images(taxon.plant.name, ask),
                "details": self._details.plant(taxon),
            }
            for taxon, probability in ranking
            if probability >= _LEAST
        ][:10]

    # --- health ---

    def _disease(self, verdict: Verdict, ask: Ask) -> dict[str, Any]:
        if not verdict.is_plant:
            return {"suggestions": []}
        diseases = [(disease, probability) for disease, probability in verdict.diseases if probability >= _LEAST]
        rows = [self._disease_row(disease, probability, ask) for disease, probability in diseases]
        if self._view.full_disease_list:
            rows += [
                self._disease_row(disease, part, ask) | {"redundant": True} for disease, part in ancestors(diseases)
            ]
            rows.sort(key=lambda row: -row["probability"])
        answer: dict[str, Any] = {"suggestions": rows}
        if self._asks_question(verdict) and len(diseases) > 1:
            answer["question"] = _question(rows, [disease for disease, _ in diseases[:2]])
        return answer

    def _disease_row(self, disease: Disease, probability: float, ask: Ask) -> dict[str, Any]:
        return {
            "id": disease_id(disease.name),
            "name": disease.name,
            "probability": _rounded(probability),
            **self._similar_images(disease.name, ask),
            "details": self._details.disease(disease),
        }

    def _asks_question(self, verdict: Verdict) -> bool:
        wish = self._switches.disease_question
        return wish == "always" or (wish == "some" and not verdict.is_healthy and part_of(*verdict.digests) < 0.5)  # noqa: PLR2004  # half of them

    # --- both ---

    def _similar_images(self, name: str, ask: Ask) -> dict[str, Any]:
        if not ask.similar_images:
            return {}
        rows = []
        for organ, most in (("leaf", 0.8), ("flower", 0.6)):
            rows.append(
                {
                    "id": hex_of("similar", name, organ, length=40),
                    "url": picture_url(self._base_url, name, organ=organ),
                    "license_name": LICENSE_NAME,
                    "license_url": LICENSE_URL,
                    "citation": CITATION,
                    "similarity": round(most - 0.2 * part_of(name, organ), 3),
                    "url_small": picture_url(self._base_url, name, size=150, organ=organ),
                }
            )
        return {"similar_images": rows}


def ancestors(diseases: Iterable[tuple[Disease, float]]) -> list[tuple[Disease, float]]:
    """The classes above ranked diseases (Fungi, Abiotic ...), each as likely as all its members together."""
    ranked = list(diseases)
    sums: dict[str, float] = {}
    for disease, probability in ranked:
        for name in disease.classification:
            sums[name] = min(sums.get(name, 0.0) + probability, 1.0)
    names = {disease.name for disease, _ in ranked}
    return [(_class_of_diseases(name), probability) for name, probability in sums.items() if name not in names]


def _class_of_diseases(name: str) -> Disease:
    unknown = Disease(name=name, local_names={"en": name}, description=f"Simulated description of {name}.")
    return next((disease for disease in DISEASES if disease.name == name), unknown)


def _question(rows: list[dict[str, Any]], diseases: list[Disease]) -> dict[str, Any]:
    text = f"Does the plant look more like {diseases[0].name} than like {diseases[1].name}? (simulated)"
    index = {row["name"]: position for position, row in enumerate(rows)}
    options = {
        answer: {
            "suggestion_index": index[disease.name],
            "entity_id": disease_id(disease.name),
            "name": disease.name,
            "translation": answer.capitalize(),
        }
        for answer, disease in zip(("yes", "no"), diseases, strict=True)
    }
    return {"text": text, "translation": text, "options": options}


def _evaluation(probability: float, threshold: float) -> dict[str, Any]:
    return {
        "probability": _rounded(probability),
        "binary": probability >= threshold,
        "threshold": threshold,
    }


def _rounded(probability: float) -> float:
    """Seven decimals; certainty is the integer 1, as in the official sample."""
    return 1 if probability >= _CERTAIN else round(probability, 7)


def _by_probability(row: tuple[object, float]) -> float:
    return -row[1]
