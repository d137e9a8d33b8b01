"""What Pl@ntNet lists: languages, projects, species."""

from typing import Any

from plant_simulator.catalogue import PLANTS, Plant
from plant_simulator.stable import part_of

_CODES = (
    "ar bg bn ca cs cy da de el en eo es et eu fa fi fr gl he hi hr hu id it ja ko lt lv ml nl no pl pt ro ru sk sl sr"
    " sv tr uk zh"
)
LANGUAGES = tuple(_CODES.split())
DEFAULT_PROJECT = "k-world-flora"
_PROJECTS: tuple[tuple[str, str, int], ...] = (  # id, title, count of species in 2026-08
    ("k-world-flora", "World flora", 84_571),
    ("useful", "Useful plants", 5_549),
    ("weeds", "Weeds", 1_431),
    ("invasion", "Invasive plants", 1_095),
    ("eu-trees", "Trees of Europe", 612),
    ("monver", "Monver", 231),
    ("k-southwestern-europe", "Southwestern Europe", 7_686),
    ("k-middle-europe", "Middle Europe", 5_389),
    ("k-northeastern-u-s-a", "Northeastern U.S.A.", 4_052),
)
_LEGACY_PROJECTS = (("the-plant-list", "World flora", 0), ("weurope", "Western Europe", 0), ("canada", "Canada", 0))
_WHOLE_FLORAS = {"all", DEFAULT_PROJECT, "the-plant-list", "useful"}
_SHARE_OF_FLORA = 0.6  # of the catalogue, in every other project


def projects(kind: str) -> list[dict[str, Any]]:
    """The projects of a set, `kt` or `legacy`."""
    rows = _LEGACY_PROJECTS if kind == "legacy" else _PROJECTS
    return [
        {"id": name, "title": title, "description": f"{title} (simulated)", "speciesCount": count}
        for name, title, count in rows
    ]


def has_project(name: str, kind: str) -> bool:
    """Whether identify knows a project; `all` is none, but stands for the default one."""
    return name == "all" or any(row["id"] == name for row in projects(kind))


def is_in_project(plant: Plant, project: str) -> bool:
    """Whether a flora has a plant; regional ones have a part of the catalogue, the same each time."""
    return project in _WHOLE_FLORAS or part_of(project, plant.name) < _SHARE_OF_FLORA


def species_page(project: str, *, language: str, prefix: str, page: int, page_size: int) -> list[dict[str, Any]]:
    """One page of a project's species, by name."""
    wanted = prefix.casefold()
    plants = sorted((p for p in PLANTS if p.name.casefold().startswith(wanted)), key=lambda plant: plant.name)
    rows = [plant for plant in plants if is_in_project(plant, project)]
    return [
        {
            "scientificNameWithoutAuthor": plant.name,
            "scientificNameAuthorship": plant.authorship,
            "gbifId": plant.gbif_id,
            "powoId": None,
            "iucnCategory": None,
            "commonNames": list(plant.common_names.get(language, ())),
        }
        for plant in rows[(page - 1) * page_size : page * page_size]
    ]
