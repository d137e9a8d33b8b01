"""Two lists of candidates made one: which rows mean the same taxon, and what is shown of it."""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import chain, zip_longest

from identification.answer import ProviderName, ReferenceImage, Suggestion, TaxonIds
from identification.names import NAME_CHARS_MAX, fold, read_name
from identification.opinion import Opinion, Row

SUGGESTIONS_MAX = 10
IMAGES_MAX = 6  # per suggestion
SYNONYMS_MAX = 200  # looked at per candidate
CACHE_SYNONYMS = 256  # lists of synonyms kept per genus asked for: one consensus needs at most 200

type Group = dict[ProviderName, Row]


def merge_suggestions(opinions: Sequence[Opinion], leaders: Sequence[Row]) -> tuple[Suggestion, ...]:
    """At most ten suggestions. `leaders` (what the verdict names) first, then by place in the providers' own lists.

    The best place over the providers decides, then how many name it, then the fixed order of providers: scores of two
    scales are never compared. At most two taxa share a place, so the first five of each provider always have room.
    """
    ordered = sorted(_group(opinions), key=lambda group: _place(group, leaders))
    return tuple(_suggestion(group) for group in ordered[:SUGGESTIONS_MAX])


def _place(group: Group, leaders: Sequence[Row]) -> tuple[bool, int, int, int]:
    is_led = any(row is leader for row in group.values() for leader in leaders)
    place, provider = min((row.place, tuple(ProviderName).index(provider)) for provider, row in group.items())
    return not is_led, place, -len(group), provider


def is_same_species(one: Row, other: Row) -> bool:
    """Whether both rows are of one species, by name, by GBIF backbone id, or by a synonym that either lists."""
    if one.name.species is None or other.name.species is None:
        return False
    return (
        one.name.species == other.name.species
        or _shares_key(one, other)
        or _shares_gbif(one, other)
        or _lists(one, other, species=True)
        or _lists(other, one, species=True)
    )


def accepted(one: Row, other: Row) -> Row:
    """The row whose name is shown for both: not one that the other calls a synonym; else Kew's (POWO); else `one`."""
    if _lists(other, one, species=True) != _lists(one, other, species=True):
        return other if _lists(other, one, species=True) else one
    return other if other.candidate.ids.powo and not one.candidate.ids.powo else one


def _group(opinions: Sequence[Opinion]) -> list[Group]:
    """Rows that mean one taxon, at most one per provider: equal names first, then equal ids, then synonyms."""
    groups: list[Group] = [{opinion.provider: row} for opinion in opinions[:1] for row in opinion.rows]
    for opinion in opinions[1:]:
        free = list(opinion.rows)
        for matches in (_shares_key, _shares_gbif, _is_synonym):
            for group in groups:
                known = next(iter(group.values()))
                found = next((row for row in free if matches(known, row)), None)
                if found is not None and len(group) == 1:
                    group[opinion.provider] = found
                    free.remove(found)
        groups += [{opinion.provider: row} for row in free]
    return groups


def _shares_key(one: Row, other: Row) -> bool:
    return one.name.key == other.name.key


def _shares_gbif(one: Row, other: Row) -> bool:
    known = one.candidate.ids.gbif_backbone
    return known is not None and known == other.candidate.ids.gbif_backbone


def _is_synonym(one: Row, other: Row) -> bool:
    return _lists(one, other) or _lists(other, one)


def _lists(one: Row, other: Row, *, species: bool = False) -> bool:
    """Whether `one` lists `other`'s name among its synonyms; with `species`, also the species that `other` is in."""
    genus = fold(other.name.genus or "")
    if not genus or one.name.species == other.name.species:
        return False
    keys = _synonym_keys(one.candidate.synonyms[:SYNONYMS_MAX], genus)
    return other.name.key in keys or (species and other.name.species in keys)


@lru_cache(maxsize=CACHE_SYNONYMS)
def _synonym_keys(synonyms: tuple[str, ...], genus: str) -> frozenset[str]:
    """The keys of the synonyms in one genus. The rest are not parsed: lists of fifty are common, a name costs 3 ms."""
    near = (read_name(text) for text in synonyms if genus in fold(text[:NAME_CHARS_MAX]))
    return frozenset(name.key for name in near if name is not None)


def _suggestion(group: Group) -> Suggestion:
    rows = [group[provider] for provider in ProviderName if provider in group]
    shown = accepted(*rows) if len(rows) > 1 else rows[0]
    first = [shown, *(row for row in rows if row is not shown)]  # the shown name's own facts come first
    return Suggestion(
        name=shown.name.canonical,
        rank=shown.name.rank,
        scores={provider: group[provider].score for provider in ProviderName if provider in group},
        authorship=shown.candidate.authorship or shown.name.authorship or _borrowed_authorship(shown, rows),
        genus=_first(row.genus for row in first),
        family=_first(row.family for row in first),
        common_names=_distinct(name for row in rows for name in row.candidate.common_names),
        also_called=tuple(row.name.canonical for row in first[1:] if row.name.key != shown.name.key),
        ids=_merged_ids([row.candidate.ids for row in first]),
        images=_alternate([row.candidate.images for row in rows]),
        description=_first(row.candidate.description for row in first),
        wikipedia_url=_first(row.candidate.wikipedia_url for row in first),
    )


def _borrowed_authorship(shown: Row, rows: Sequence[Row]) -> str:
    """The other provider's author, if it is the author of the very same name."""
    return next((row.candidate.authorship for row in rows if row is not shown and _shares_key(row, shown)), "")


def _merged_ids(ids: Sequence[TaxonIds]) -> TaxonIds:
    return TaxonIds(
        gbif_backbone=_first(each.gbif_backbone for each in ids),
        powo=_first(each.powo for each in ids),
        inaturalist=_first(each.inaturalist for each in ids),
        iucn_category=_first(each.iucn_category for each in ids),
    )


def _first[T](values: Iterable[T | None]) -> T | None:
    """The first value that is there, or None."""
    return next((value for value in values if value is not None), None)


def _distinct(names: Iterable[str]) -> tuple[str, ...]:
    """The names in their order, each once whatever its case."""
    seen: dict[str, str] = {}
    for name in names:
        seen.setdefault(" ".join(name.casefold().split()), name.strip())
    seen.pop("", None)
    return tuple(seen.values())


def _alternate(images: Sequence[Sequence[ReferenceImage]]) -> tuple[ReferenceImage, ...]:
    """One of each provider in turn, each address once, six at most."""
    by_url: dict[str, ReferenceImage] = {}
    for image in chain.from_iterable(zip_longest(*images)):
        if image is not None:
            by_url.setdefault(image.url, image)
    return tuple(by_url.values())[:IMAGES_MAX]
