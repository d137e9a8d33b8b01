import re
from collections import Counter

import pytest

from plant_simulator.catalogue import DISEASES, FLOWER_COLOURS, HABITS, LANGUAGES, LEAF_SHAPES, PLANTS

BINOMIAL = re.compile(r"[A-Z][a-z]+ (\u00d7 )?[a-z]+(-[a-z]+)?")  # U+00D7 is the sign of a hybrid
AUTHOR = re.compile(r"(\([^()]+\) )?[^() ][^()]*")


def test_plants_are_at_least_sixty_and_named_once():
    """A name means one plant, also as a synonym."""
    names = [name for plant in PLANTS for name in (plant.name, *plant.synonyms)]
    assert len(PLANTS) >= 60
    assert [name for name, times in Counter(names).items() if times > 1] == []


def test_plants_are_in_alphabetical_order():
    """A new plant has one place to go."""
    keys = [plant.name.replace("\u00d7 ", "") for plant in PLANTS]
    assert keys == sorted(keys)


@pytest.mark.parametrize("plant", PLANTS, ids=lambda plant: plant.name)
def test_plant_is_well_formed(plant):
    """A name is a binomial without author, the genus is its first word, and every field holds what it is for."""
    assert BINOMIAL.fullmatch(plant.name)
    assert all(BINOMIAL.fullmatch(synonym) for synonym in plant.synonyms)
    assert AUTHOR.fullmatch(plant.authorship)
    assert plant.genus == plant.name.split(" ")[0]
    assert plant.family.endswith("aceae")
    assert plant.order is not None
    assert plant.order.endswith("ales")
    assert plant.habit in HABITS
    assert plant.gbif_id is None or plant.gbif_id > 0
    assert plant.leaf_shape in LEAF_SHAPES
    assert plant.flower_colour in FLOWER_COLOURS


@pytest.mark.parametrize("plant", PLANTS, ids=lambda plant: plant.name)
def test_plant_common_names_have_every_language(plant):
    """A language without a known name is there and empty, so that nobody looks for a missing key; English has one."""
    assert tuple(plant.common_names) == LANGUAGES
    names = [name for language in LANGUAGES for name in plant.common_names[language]]
    assert all(name == name.strip() and len(name) > 2 for name in names)
    assert plant.common_names["en"]


def test_plants_have_genera_of_several_species():
    """There are congeners enough for two providers to agree on the genus and not on the species."""
    sizes = Counter(plant.genus for plant in PLANTS)
    assert {"Ficus", "Digitalis", "Acer", "Rosa", "Mentha", "Lavandula"} <= {
        g for g, size in sizes.items() if size >= 3
    }
    assert sum(size > 1 for size in sizes.values()) >= 15


def test_plants_have_one_family_per_genus():
    """A genus is in one family, and a family in one order."""
    assert len({(p.genus, p.family) for p in PLANTS}) == len({p.genus for p in PLANTS})
    assert len({(p.family, p.order) for p in PLANTS}) == len({p.family for p in PLANTS})


@pytest.mark.parametrize(
    ("old", "accepted"),
    [
        ("Sansevieria trifasciata", "Dracaena trifasciata"),
        ("Rosmarinus officinalis", "Salvia rosmarinus"),
        ("Scindapsus aureus", "Epipremnum aureum"),
        ("Saintpaulia ionantha", "Streptocarpus ionanthus"),
    ],
)
def test_plants_carry_accepted_names_with_old_ones_as_synonyms(old, accepted):
    """Today's name is the name; yesterday's finds the same plant."""
    assert [plant.name for plant in PLANTS if old in plant.synonyms] == [accepted]


def test_plants_have_the_authors_and_numbers_the_providers_give():
    """Three rows against what published answers of the providers say."""
    by_name = {plant.name: plant for plant in PLANTS}
    assert by_name["Leucojum vernum"].gbif_id == 2860409
    assert by_name["Aloe vera"].gbif_id == 2777724
    assert by_name["Epipremnum aureum"].authorship == "(Linden & André) G.S.Bunting"


def test_plants_say_nothing_of_care_or_toxicity():
    """Law 11: the catalogue has no field in which a plant fact could be invented."""
    assert not {"watering", "edible_parts", "toxicity", "care", "description"} & set(PLANTS[0].__slots__)


def test_plants_and_diseases_can_be_members_of_a_set():
    """They are values: frozen and hashable."""
    assert len({*PLANTS, *DISEASES}) == len(PLANTS) + len(DISEASES)


def test_diseases_are_at_least_twelve_and_named_once():
    """A name means one disease."""
    assert len({disease.name for disease in DISEASES}) == len(DISEASES) >= 12


@pytest.mark.parametrize("disease", DISEASES, ids=lambda disease: disease.name)
def test_disease_is_well_formed(disease):
    """It has a name in every language, a description in sentences, advice in sentences, and is not its own class."""
    assert tuple(disease.local_names) == LANGUAGES
    assert all(disease.local_names.values())
    advice = [*disease.biological, *disease.chemical, *disease.prevention]
    assert all(text[0].isupper() and text.endswith(".") for text in [disease.description, *advice])
    assert len(disease.description) > 60
    assert disease.name not in disease.classification
    assert disease.cause is None or disease.cause.strip()
    assert advice
