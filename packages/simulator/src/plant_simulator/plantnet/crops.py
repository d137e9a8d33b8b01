"""Pl@ntNet's diseases and varieties: both are about crops, and neither names the plant on a photo of a houseplant."""

from collections.abc import Sequence
from typing import Any

from plant_simulator.catalogue import PLANTS
from plant_simulator.eyes import Verdict
from plant_simulator.pictures import CITATION
from plant_simulator.plantnet.answer import species
from plant_simulator.stable import part_of

DISEASES: Sequence[tuple[str, str, str]] = (  # EPPO code, scientific and common name, category
    ("UNCINE", "Erysiphe necator (grapevine powdery mildew)", "fungus"),
    ("PHYTIN", "Phytophthora infestans (late blight)", "oomycete"),
    ("PLASVI", "Plasmopara viticola (grapevine downy mildew)", "oomycete"),
    ("BOTRCI", "Botrytis cinerea (grey mould)", "fungus"),
    ("VENTIN", "Venturia inaequalis (apple scab)", "fungus"),
    ("ALTESO", "Alternaria solani (early blight)", "fungus"),
    ("SEPTTR", "Zymoseptoria tritici (septoria leaf blotch)", "fungus"),
)
_GRAPE = next(plant for plant in PLANTS if plant.name == "Vitis vinifera")
_VARIETIES = ("Merlot", "Syrah", "Chardonnay", "Riesling")


def list_diseases() -> list[dict[str, Any]]:
    """The body of GET /v2/diseases."""
    return [{"name": code, "label": label, "categories": [category]} for code, label, category in DISEASES]


def list_varieties() -> list[dict[str, Any]]:
    """The body of GET /v2/varieties; its shape is a guess, no source shows one."""
    return [{"species": f"{_GRAPE.name} {_GRAPE.authorship}", "varieties": list(_VARIETIES)}]


def rank_diseases(verdict: Verdict, nb_results: int, *, with_images: bool) -> list[dict[str, Any]]:
    """Results of POST /v2/diseases/identify: a healthy plant gets low scores, not none."""
    sickness = 1 - verdict.healthy_probability
    scores = {code: part_of(code, *verdict.digests) * sickness * 0.6 for code, _, _ in DISEASES}
    rows = [
        {"name": code, "score": round(scores[code], 5), "description": label}
        | ({"images": [{"organ": "leaf", "author": CITATION, "license": "cc0"}]} if with_images else {})
        for code, label, _ in sorted(DISEASES, key=lambda row: -scores[row[0]])
    ]
    return rows[:nb_results]


def rank_varieties(verdict: Verdict, language: str) -> list[dict[str, Any]]:
    """Results of POST /v2/varieties/identify."""
    scores = {name: part_of(name, *verdict.digests) * 0.4 for name in _VARIETIES}
    varieties = [{"name": n, "score": round(scores[n], 5)} for n in sorted(_VARIETIES, key=lambda name: -scores[name])]
    return [{"species": species(_GRAPE, _GRAPE.common_names.get(language, ())), "varieties": varieties}]
