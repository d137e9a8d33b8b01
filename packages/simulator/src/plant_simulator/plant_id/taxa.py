"""Plants as Plant.id ranks them: species, genus and infraspecies rows with entity ids."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from plant_simulator.catalogue import PLANTS, Plant
from plant_simulator.stable import hex_of


@dataclass(frozen=True, slots=True)
class Taxon:
    """A name the provider can answer with. `plant` is the species, or a species of the genus."""

    name: str
    rank: str  # species, genus or variety
    plant: Plant

    @property
    def entity_id(self) -> str:
        """Sixteen hexadecimal digits, the same each time."""
        return hex_of("entity", self.name)


type Ranked = Sequence[tuple[Taxon, float]]


def species_of(plant: Plant, *, synonym: bool = False) -> Taxon:
    """The species itself, under its first synonym when `synonym` is wished and known."""
    return Taxon(plant.synonyms[0] if synonym and plant.synonyms else plant.name, "species", plant)


def genera(ranking: Iterable[tuple[Taxon, float]]) -> list[tuple[Taxon, float]]:
    """The genera of ranked species, each with the sum of its species, best first."""
    sums: dict[str, float] = {}
    members: dict[str, Plant] = {}
    for taxon, probability in ranking:
        sums[taxon.plant.genus] = sums.get(taxon.plant.genus, 0.0) + probability
        members.setdefault(taxon.plant.genus, taxon.plant)
    best = sorted(sums, key=lambda genus: -sums[genus])
    return [(Taxon(genus, "genus", members[genus]), min(sums[genus], 1.0)) for genus in best]


def infraspecies(ranking: Ranked) -> list[tuple[Taxon, float]]:
    """The typical variety of the best species: the one such name that exists for every species with varieties."""
    if not ranking:
        return []
    taxon, probability = ranking[0]
    epithet = taxon.plant.name.split()[-1]
    return [(Taxon(f"{taxon.plant.name} var. {epithet}", "variety", taxon.plant), probability * 0.34)]


ALL_TAXA = (
    *(species_of(plant) for plant in PLANTS),
    *(Taxon(genus, "genus", plant) for genus, plant in {plant.genus: plant for plant in reversed(PLANTS)}.items()),
)
