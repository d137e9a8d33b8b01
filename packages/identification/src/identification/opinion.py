"""What one provider's answer says by itself, on that provider's own scale (docs/adr/0006-consensus.md)."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

from identification.answer import Candidate, Level, ProviderAnswer, ProviderName
from identification.names import ABOVE_GENUS, FAMILY, GENUS, SPECIES, Name, fold, read_name

SPECIES_SHARE = 0.6  # of its genus' sum: below it a species does not stand out among its sisters
CLEAR_LEAD = 2.0  # times the next other species: below it a name is at most "maybe"


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """Scores from which one provider's word counts, each on that provider's own scale of 0..1."""

    sure: float  # sure even alone
    likely: float
    maybe: float
    family: float  # sum over a family that stands for it
    voice: float  # best score of an answer that offers a name worth weighing
    noise: float  # rows below are listed, and say nothing


THRESHOLDS = {
    ProviderName.PLANT_ID: Thresholds(sure=0.98, likely=0.70, maybe=0.40, family=0.80, voice=0.10, noise=0.02),
    ProviderName.PLANTNET: Thresholds(sure=0.90, likely=0.50, maybe=0.30, family=0.60, voice=0.05, noise=0.01),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One candidate with its name read, at its `place` in the provider's list (from 1)."""

    candidate: Candidate
    name: Name
    place: int

    @property
    def score(self) -> float:
        """The provider's own score, verbatim."""
        return self.candidate.score

    @property
    def genus(self) -> str | None:
        """The genus as shown; the provider's word where the name itself does not tell."""
        return self.name.genus or self.candidate.genus

    @property
    def family(self) -> str | None:
        """The family as the provider states it; never looked up elsewhere."""
        return self.name.canonical if self.name.rank == FAMILY else self.candidate.family

    @property
    def tier(self) -> str:
        """How fine the name is: all below genus are one tier, cultivars too."""
        return self.name.rank if self.name.rank == GENUS or self.name.rank in ABOVE_GENUS else SPECIES


def read_rows(candidates: Sequence[Candidate]) -> tuple[Row, ...]:
    """The candidates best first, one row per name (the best score stays), blank names left out."""
    named: dict[str, tuple[Candidate, Name]] = {}
    for candidate in sorted(candidates, key=lambda each: -each.score):
        name = read_name(candidate.name, rank=candidate.rank)
        if name is not None:
            named.setdefault(name.key, (candidate, name))
    return tuple(Row(candidate=each, name=name, place=place) for place, (each, name) in enumerate(named.values(), 1))


class Opinion:
    """One answer, read: its level alone, the name that goes with it, and whether it has a voice beside another."""

    def __init__(self, answer: ProviderAnswer) -> None:
        self.provider = answer.provider
        self.sees_plant = answer.is_plant
        self.limits = THRESHOLDS[answer.provider]
        self.rows = read_rows(answer.candidates) if answer.is_plant else ()
        self.loud = [row for row in self.rows if row.score >= self.limits.noise]

    @property
    def top(self) -> Row:
        """The best row. Ask only an answer that speaks."""
        return self.rows[0]

    @property
    def speaks(self) -> bool:
        """Whether it offers a name worth weighing. Otherwise it neither agrees nor disagrees."""
        return bool(self.loud) and (self.level is not Level.UNSURE or self.top.score >= self.limits.voice)

    @property
    def level(self) -> Level:
        """How far the name can be trusted if nobody else is heard: SURE to UNSURE. The caller checks `sees_plant`."""
        return self._judged[0]

    @property
    def name(self) -> str | None:
        """The name for `level`: a species, genus or family; None when unsure."""
        return self._judged[1]

    @property
    def rank(self) -> str | None:
        """The rank of `name`."""
        return self._judged[2]

    @cached_property
    def is_close(self) -> bool:
        """Whether another species comes near the best one."""
        if not self.loud or self.top.name.species is None:
            return False
        return self.level is Level.GROUP or not self._leads_clearly()

    @cached_property
    def _judged(self) -> tuple[Level, str | None, str | None]:
        level = self._species_level()
        if level is not Level.UNSURE:
            return level, self.top.name.binomial, SPECIES
        genus, mass = _heaviest(self.loud, lambda row: row.genus)
        if mass * SPECIES_SHARE >= self.limits.maybe:  # so a species that fails only by its share ends here
            return Level.GROUP, genus, GENUS
        family, mass = _heaviest(self.loud, lambda row: row.family)
        if mass >= self.limits.family:
            return Level.GROUP, family, FAMILY
        return Level.UNSURE, None, None

    def _species_level(self) -> Level:
        score = self._species_sum()
        if score < self.limits.maybe or score < SPECIES_SHARE * self._sisters_sum():
            return Level.UNSURE
        if score < self.limits.likely or not self._leads_clearly():
            return Level.MAYBE
        return Level.SURE if score >= self.limits.sure else Level.LIKELY

    def _species_sum(self) -> float:
        """The best species with its varieties and cultivars; 0 when the best row is coarser than a species."""
        if not self.loud or self.top.name.species is None:
            return 0.0
        return math.fsum(row.score for row in self.loud if row.name.species == self.top.name.species)

    def _sisters_sum(self) -> float:
        """All species of the best row's genus, itself among them."""
        genus = fold(self.top.genus or "")
        if not genus:
            return self._species_sum()
        return math.fsum(row.score for row in self.loud if row.tier == SPECIES and fold(row.genus or "") == genus)

    def _leads_clearly(self) -> bool:
        others = [row.score for row in self.loud if row.tier == SPECIES and row.name.species != self.top.name.species]
        return self._species_sum() >= CLEAR_LEAD * max(others, default=0.0)


def _heaviest(rows: Sequence[Row], taxon: Callable[[Row], str | None]) -> tuple[str | None, float]:
    """The group with the greatest sum, as (name as shown, sum). A genus row may hold its species' scores already.

    So the tiers are not added up: the greatest of them counts.
    """
    groups: dict[str, tuple[str, dict[str, list[float]]]] = {}
    for row in rows:
        shown = taxon(row)
        if shown is not None and fold(shown):
            _, tiers = groups.setdefault(fold(shown), (shown, {}))
            tiers.setdefault(row.tier, []).append(row.score)
    sums = [(shown, max(map(math.fsum, tiers.values()))) for shown, tiers in groups.values()]
    return max(sums, key=lambda each: each[1], default=(None, 0.0))
