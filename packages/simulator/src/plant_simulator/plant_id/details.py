"""The `details` of plants and diseases, in one language or several.

The catalogue knows names and taxonomy. What it does not know is null, as with the provider: care, edible parts and
toxicity are never made up.
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from plant_simulator.catalogue import Disease
from plant_simulator.pictures import CITATION, LICENSE_NAME, LICENSE_URL, picture_url
from plant_simulator.plant_id.taxa import Taxon
from plant_simulator.stable import hex_of

_CARE_LISTS = frozenset({"edible_parts", "propagation_methods"})
_CARE_TEXTS = frozenset(
    {"best_watering", "best_light_condition", "best_soil_type", "common_uses", "toxicity", "cultural_significance"}
)
_NAMES = frozenset({"common_names", "url", "description", "taxonomy", "name_authority", "rank", "synonyms"})
_PLANT_IDS = frozenset({"gbif_id", "inaturalist_id"})
PLANT_DETAILS = _NAMES | _PLANT_IDS | {"image", "images", "watering"} | _CARE_LISTS | _CARE_TEXTS
DISEASE_DETAILS = frozenset(
    {"local_name", "description", "url", "treatment", "classification", "common_names", "cause"}
)
DETAILS = PLANT_DETAILS | DISEASE_DETAILS | {"image"}
_LOCALIZED = frozenset({"common_names", "url", "description", "local_name"})
type Value = Callable[[str], Any]  # of a language code


class DetailWriter:
    """Writes the details that were asked for, in the languages that were asked for."""

    def __init__(
        self, names: tuple[str, ...], languages: tuple[str, ...], *, base_url: str, echo: str, placeholders: bool
    ) -> None:
        self._names, self._languages, self._base_url = names, languages, base_url
        self._echo = ",".join(languages) if echo == "joined" else languages[0]
        self._placeholders = placeholders

    def plant(self, taxon: Taxon) -> dict[str, Any]:
        """Details of a plant: the asked ones, then `language` and `entity_id`."""
        names = [name for name in self._names if name in PLANT_DETAILS]
        values = {name: self._localized(name, partial(self._plant_value, taxon, name)) for name in names}
        return values | {"language": self._echo, "entity_id": taxon.entity_id}

    def disease(self, disease: Disease) -> dict[str, Any]:
        """Details of a disease; `description` is a plain text here."""
        names = [name for name in self._names if name in DISEASE_DETAILS or name == "image"]
        values = {name: self._localized(name, partial(self._disease_value, disease, name)) for name in names}
        return values | {"language": self._echo, "entity_id": disease_id(disease.name)}

    def _localized(self, name: str, value: Value) -> Any:
        if name in _LOCALIZED and len(self._languages) > 1:
            return {code: value(code) for code in self._languages}
        return value(self._languages[0])

    def _plant_value(self, taxon: Taxon, name: str, language: str) -> Any:
        if name in _CARE_LISTS:
            return ["simulated"] if self._placeholders else None
        if name in _CARE_TEXTS:
            return f"Simulated text: nothing is known about {name} here." if self._placeholders else None
        if name == "watering":
            return {"max": 2, "min": 1} if self._placeholders else None
        if name in {"image", "images"}:
            image = licensed(picture_url(self._base_url, taxon.plant.name))
            return image if name == "image" else [image]
        return _known_of_plant(taxon, language).get(name)

    def _disease_value(self, disease: Disease, name: str, language: str) -> Any:
        if name == "image":
            return licensed(picture_url(self._base_url, disease.name))
        return _known_of_disease(disease, language).get(name)


def licensed(value: str) -> dict[str, Any]:
    """A text or an address, with the rights to it."""
    return {"value": value, "citation": CITATION, "license_name": LICENSE_NAME, "license_url": LICENSE_URL}


def _known_of_plant(taxon: Taxon, language: str) -> Mapping[str, Any]:
    plant, is_species = taxon.plant, taxon.rank == "species"
    common_names = list(in_language(plant.common_names, language) or ()) if is_species else []
    gbif_id = plant.gbif_id if is_species else None
    text = f"Simulated description of {taxon.name} ({taxon.rank}, family {plant.family})."
    return {
        "common_names": common_names or None,
        "url": f"https://www.gbif.org/species/{gbif_id}" if gbif_id else None,
        "description": licensed(text),
        "taxonomy": {
            "class": None,
            "genus": plant.genus,
            "order": plant.order,
            "family": plant.family,
            "phylum": "Tracheophyta",
            "kingdom": "Plantae",
        },
        "name_authority": f"{plant.name} {plant.authorship}".strip() if is_species else None,
        "rank": taxon.rank,
        "gbif_id": gbif_id,
        "inaturalist_id": None,
        "synonyms": [name for name in (plant.name, *plant.synonyms) if name != taxon.name] if is_species else [],
    }


def _known_of_disease(disease: Disease, language: str) -> Mapping[str, Any]:
    treatment = {"chemical": disease.chemical, "biological": disease.biological, "prevention": disease.prevention}
    local_name = in_language(disease.local_names, language) or disease.name
    return {
        "local_name": local_name,
        "description": disease.description,
        "url": None,
        "treatment": {kind: list(steps) for kind, steps in treatment.items() if steps},
        "classification": list(disease.classification),
        "common_names": [local_name] if local_name != disease.name else None,
        "cause": disease.cause,
    }


def in_language[Value](values: Mapping[str, Value], language: str) -> Value | None:
    """The value for a language code, else the English one: the provider falls back so too."""
    return values.get(language) or values.get("en")


def disease_id(name: str) -> str:
    """The entity id of a disease, or of a class of diseases."""
    return hex_of("disease", name)
