"""Two answers, one verdict: by accepted name, each score on its own provider's scale (docs/adr/0006-consensus.md).

How much a level says: SURE > LIKELY > MAYBE, GROUP > UNSURE. MAYBE and GROUP are equal: one is a weak word about a
species, the other a firm word about its genus or family. NOT_A_PLANT stands outside: it says nothing of a name.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from identification.answer import Agreement, Consensus, Level, ProviderAnswer, ProviderName, Verdict
from identification.merging import accepted, is_same_species, merge_suggestions
from identification.names import FAMILY, GENUS, SPECIES, fold
from identification.next_photo import PhotoReason, suggest_photo
from identification.opinion import Opinion, Row
from identification.question import Organ

STRONGEST_FIRST = tuple(Level)
NAMES_A_SPECIES = frozenset({Level.SURE, Level.LIKELY, Level.MAYBE})
STRONG = frozenset({Level.SURE, Level.LIKELY})
ONE_UP = {  # what a second voice for the same species makes of the better of the two
    Level.SURE: Level.SURE,
    Level.LIKELY: Level.SURE,
    Level.MAYBE: Level.LIKELY,
    Level.GROUP: Level.MAYBE,
    Level.UNSURE: Level.MAYBE,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A verdict in the making. `leaders` are the rows it names: they head the suggestions."""

    level: Level
    agreement: Agreement
    reason: str
    name: str | None = None
    rank: str | None = None
    leaders: tuple[Row, ...] = ()
    contested: bool = False  # the providers contradict one another


def reach_consensus(answers: Sequence[ProviderAnswer], *, organs: Sequence[Organ] = ()) -> Consensus:
    """The verdict of one or two answers in any order, with at most ten suggestions behind it.

    `organs` is what the user says of each photo. Raises ValueError for no answer, or two of one provider.
    """
    by_provider = {answer.provider: answer for answer in answers}
    if not answers or len(by_provider) != len(answers):
        message = "answers must be one per provider, and at least one"
        raise ValueError(message)
    ordered = [by_provider[provider] for provider in ProviderName if provider in by_provider]
    opinions = [Opinion(answer) for answer in ordered]
    found = _find(opinions)
    next_photo = None
    if found.level not in {Level.SURE, Level.NOT_A_PLANT}:  # no part to name where nobody sees a plant
        next_photo = suggest_photo(ordered, organs, _pressing(found, opinions))
    verdict = Verdict(
        level=found.level,
        agreement=found.agreement,
        name=found.name,
        rank=found.rank,
        reason=found.reason,
        next_photo=next_photo,
    )
    return Consensus(verdict=verdict, suggestions=merge_suggestions(opinions, found.leaders))


def _find(opinions: Sequence[Opinion]) -> Finding:
    """The one rule that fits, from the coarsest question to the finest."""
    seeing = [opinion for opinion in opinions if opinion.sees_plant]
    if not seeing:
        return _nobody_sees_a_plant(opinions)
    if len(seeing) < len(opinions):
        blind = next(opinion for opinion in opinions if not opinion.sees_plant)
        return _one_sees_no_plant(seeing[0], blind)
    speaking = [opinion for opinion in seeing if opinion.speaks]
    if len(speaking) < 2:  # noqa: PLR2004 - two make a conversation
        return _at_most_one_speaks(seeing, speaking)
    return _both_speak(*speaking)


def _both_speak(one: Opinion, other: Opinion) -> Finding:
    if is_same_species(one.top, other.top):
        return _same_species(one, other)
    if _is_shared(one.top.genus, other.top.genus):
        return _same_genus(one, other)
    if one.top.name.key == other.top.name.key:
        return _same_higher_taxon(one)
    return _disagree(one, other)


def _nobody_sees_a_plant(opinions: Sequence[Opinion]) -> Finding:
    if len(opinions) == 1:
        reason = f"{opinions[0].provider.label} sees no plant here."
        return Finding(level=Level.NOT_A_PLANT, agreement=Agreement.SINGLE, reason=reason)
    return Finding(level=Level.NOT_A_PLANT, agreement=Agreement.BOTH, reason="Neither service sees a plant here.")


def _one_sees_no_plant(seeing: Opinion, blind: Opinion) -> Finding:
    """A strong name is kept as "maybe"; a weaker one does not outweigh that the other sees no plant at all."""
    if seeing.level in STRONG:
        reason = f"{seeing.provider.label} names {seeing.name}, but {blind.provider.label} sees no plant."
        return _contested(seeing, reason)
    reason = f"{seeing.provider.label} sees a plant without a certain name, and {blind.provider.label} sees no plant."
    return Finding(level=Level.UNSURE, agreement=Agreement.DISAGREE, reason=reason, contested=True)


def _at_most_one_speaks(seeing: Sequence[Opinion], speaking: Sequence[Opinion]) -> Finding:
    """The only voice counts as if it were alone; one without a clear name neither supports nor contradicts it."""
    if not speaking:
        who = (
            "Both services see a plant, but have"
            if len(seeing) > 1
            else f"{seeing[0].provider.label} sees a plant, but has"
        )
        return Finding(level=Level.UNSURE, agreement=Agreement.SINGLE, reason=f"{who} no clear name for it.")
    voice = speaking[0]
    silent = "".join(f"; {each.provider.label} has no clear name" for each in seeing if each is not voice)
    return Finding(
        level=voice.level,
        agreement=Agreement.SINGLE,
        reason=f"{_alone(voice)}{silent}.",
        name=voice.name,
        rank=voice.rank,
        leaders=(voice.top,) if voice.level in NAMES_A_SPECIES else (),
    )


def _alone(voice: Opinion) -> str:
    label = voice.provider.label
    match voice.level:
        case Level.SURE:
            return f"{label} names {voice.name}, with a very high score"
        case Level.LIKELY:
            return f"{label} names {voice.name}, with a good score"
        case Level.MAYBE:
            return f"{label} names {voice.name}, but is not certain"
        case Level.GROUP:
            finer = "species" if voice.rank == GENUS else "genus"
            return f"{label} sees the {voice.rank} {voice.name}, but not which {finer}"
        case _:
            return f"{label} has names to offer, none with a good score"


def _same_species(one: Opinion, other: Opinion) -> Finding:
    """One level up, if both are at least "maybe" alone, or neither is; else the better of the two."""
    strong, weak = sorted((one.level, other.level), key=STRONGEST_FIRST.index)
    lifts = weak in NAMES_A_SPECIES or strong not in NAMES_A_SPECIES
    level = ONE_UP[strong] if lifts else strong
    name = accepted(one.top, other.top).name.binomial
    manner = ", with low scores" if level is Level.MAYBE else ""
    return Finding(
        level=level,
        agreement=Agreement.BOTH,
        reason=f"Both services name {name}{manner}.",
        name=name,
        rank=SPECIES,
        leaders=(one.top, other.top),
    )


def _same_genus(one: Opinion, other: Opinion) -> Finding:
    """The genus, which two name independently; a species only if the other names the genus and no species."""
    genus = one.top.genus
    if one.top.name.species and other.top.name.species:
        reason = f"Both services name the genus {genus}, but different species."
        return _genus_finding(genus, reason, contested=True)
    finer = one if one.top.name.species else other
    if finer.level not in NAMES_A_SPECIES:
        return _genus_finding(genus, f"Both services name the genus {genus}, but no certain species.")
    return Finding(
        level=finer.level,
        agreement=Agreement.GENUS,
        reason=f"Both services name the genus {genus}; only {finer.provider.label} names the species, {finer.name}.",
        name=finer.name,
        rank=finer.rank,
        leaders=(finer.top,),
    )


def _genus_finding(genus: str | None, reason: str, *, contested: bool = False) -> Finding:
    return Finding(
        level=Level.GROUP, agreement=Agreement.GENUS, reason=reason, name=genus, rank=GENUS, contested=contested
    )


def _same_higher_taxon(one: Opinion) -> Finding:
    """The same family (or higher) given by both as their best row."""
    name = one.top.name
    reason = f"Both services name the {name.rank} {name.canonical}, and nothing finer."
    return Finding(
        level=Level.GROUP, agreement=Agreement.BOTH, reason=reason, name=name.canonical, rank=name.rank, leaders=()
    )


def _disagree(one: Opinion, other: Opinion) -> Finding:
    """At most "maybe": the stronger name if one is strong, else the family that both are in, else unsure."""
    reason = f"{one.provider.label} names {_top_name(one)}, {other.provider.label} names {_top_name(other)}."
    strong = [opinion for opinion in (one, other) if opinion.level in STRONG]
    if strong:
        return _contested(min(strong, key=lambda each: _weight(each, other if each is one else one)), reason)
    if _is_shared(one.top.family, other.top.family):
        family = one.top.family
        reason = f"{reason[:-1]}; both are of the family {family}."
        return Finding(
            level=Level.GROUP,
            agreement=Agreement.DISAGREE,
            reason=reason,
            name=family,
            rank=FAMILY,
            contested=True,
        )
    return Finding(level=Level.UNSURE, agreement=Agreement.DISAGREE, reason=reason, contested=True)


def _weight(opinion: Opinion, other: Opinion) -> tuple[int, bool]:
    """Sort key among strong names that contradict: the higher level, then the one that the other lists as well."""
    backed = any(is_same_species(opinion.top, row) for row in other.loud)
    return STRONGEST_FIRST.index(opinion.level), not backed


def _contested(opinion: Opinion, reason: str) -> Finding:
    return Finding(
        level=Level.MAYBE,
        agreement=Agreement.DISAGREE,
        reason=reason,
        name=opinion.name,
        rank=opinion.rank,
        leaders=(opinion.top,),
        contested=True,
    )


def _top_name(opinion: Opinion) -> str:
    return opinion.top.name.binomial or opinion.top.name.canonical


def _is_shared(one: str | None, other: str | None) -> bool:
    return bool(one and other) and fold(one or "") == fold(other or "")


def _pressing(found: Finding, opinions: Sequence[Opinion]) -> PhotoReason | None:
    """The reason for another photo that lies in the answers themselves."""
    if found.contested:
        return PhotoReason.PROVIDERS_DISAGREE
    if not any(opinion.speaks for opinion in opinions):
        return PhotoReason.NOT_RECOGNISED
    if any(opinion.is_close for opinion in opinions if opinion.speaks):
        return PhotoReason.SCORES_CLOSE
    return None
