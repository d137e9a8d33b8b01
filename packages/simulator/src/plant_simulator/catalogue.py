"""The plants and plant troubles the simulator knows: real names, real taxonomy, nothing else about them.

The data is `catalogue.json` beside this file. Names and authors follow Plants of the World Online (Royal Botanic Gardens,
Kew), families and orders APG IV (Angiosperm Phylogeny Group 2016, doi:10.1111/boj.12385). Nothing there is guessed: a name
or number that was in doubt is left out. Care, toxicity and edibility are not in it on purpose (law 11).
"""

import json
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Any, Literal, get_args

Habit = Literal["house", "garden"]
LeafShape = Literal["ovate", "heart", "lance", "sword", "round", "palmate", "split", "pinnate", "needle", "pad"]
FlowerColour = Literal["white", "yellow", "orange", "red", "pink", "violet", "blue", "green"]

LANGUAGES = ("en", "de", "fr", "es")
HABITS: tuple[Habit, ...] = get_args(Habit)
LEAF_SHAPES: tuple[LeafShape, ...] = get_args(LeafShape)
FLOWER_COLOURS: tuple[FlowerColour, ...] = get_args(FlowerColour)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plant:
    """One species (or hybrid) by its accepted name; `synonyms` are names it had before.

    `common_names` has each of LANGUAGES as a key; an empty tuple means no name is known to us. `leaf_shape` and
    `flower_colour` only tell `drawings` what to draw: they describe no cultivar and decide nothing.
    """

    name: str
    authorship: str
    family: str
    genus: str
    common_names: dict[str, tuple[str, ...]] = field(hash=False)
    habit: Habit
    gbif_id: int | None = None
    order: str | None = None
    synonyms: tuple[str, ...] = ()
    leaf_shape: LeafShape = "ovate"
    flower_colour: FlowerColour = "white"


@dataclass(frozen=True, slots=True, kw_only=True)
class Disease:
    """One trouble a plant can have, in the manner of Plant.id: a living cause, or none (`cause` is then None).

    `local_names` has each of LANGUAGES as a key. `classification` goes from the widest class to the narrowest and does
    not hold the name itself; empty for a class of its own, such as "Fungi".
    """

    name: str
    local_names: dict[str, str] = field(hash=False)
    description: str
    cause: str | None = None
    classification: tuple[str, ...] = ()
    biological: tuple[str, ...] = ()
    chemical: tuple[str, ...] = ()
    prevention: tuple[str, ...] = ()


def _plant(row: dict[str, Any], orders: dict[str, str]) -> Plant:
    common = {language: tuple(names) for language, names in row["common_names"].items()}
    return Plant(
        name=row["name"],
        authorship=row["authorship"],
        family=row["family"],
        genus=row["name"].split()[0],
        common_names=common,
        habit=row["habit"],
        gbif_id=row.get("gbif_id"),
        order=orders.get(row["family"]),
        synonyms=tuple(row.get("synonyms", ())),
        leaf_shape=row["leaf_shape"],
        flower_colour=row["flower_colour"],
    )


def _disease(row: dict[str, Any]) -> Disease:
    return Disease(
        name=row["name"],
        local_names=row["local_names"],
        description=row["description"],
        cause=row.get("cause"),
        classification=tuple(row.get("classification", ())),
        biological=tuple(row.get("biological", ())),
        chemical=tuple(row.get("chemical", ())),
        prevention=tuple(row.get("prevention", ())),
    )


def _load() -> tuple[tuple[Plant, ...], tuple[Disease, ...]]:
    text = files("plant_simulator").joinpath("catalogue.json").read_text(encoding="utf-8")
    data = json.loads(text)
    plants = tuple(_plant(row, data["orders"]) for row in data["plants"])
    return plants, tuple(_disease(row) for row in data["diseases"])


PLANTS: tuple[Plant, ...]
DISEASES: tuple[Disease, ...]
PLANTS, DISEASES = _load()
