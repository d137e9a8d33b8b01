"""Scientific names read into parts, so that two spellings of one name meet.

The parser is GBIF's own (gbif-name-parser 0.4.0). Measured: 0.2 to 3 ms a name, the first call 0.1 s; hence the cache.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

import nameparser

CACHE_NAMES = 4096  # names kept in memory, about 2 MB: more than two providers offer in an hour
NAME_CHARS_MAX = 200  # longer is no name: kept as it is, not parsed, not cached
GENUS, FAMILY, SPECIES = "genus", "family", "species"
HYBRID_SIGN = "\N{MULTIPLICATION SIGN}"
LIGATURES = str.maketrans({"æ": "ae", "œ": "oe"})  # NFKD leaves these whole
OLD_CULTIVAR = re.compile(r"\bcv\.\s*([^']+)$")  # "cv. Mauna Loa" was the way to write 'Mauna Loa' before 1996
TITLE_CASE = re.compile(r"[A-Za-z]{2,} [A-Z][a-z-]{3,}")  # "Monstera Deliciosa": the parser takes an author
ABOVE_GENUS = frozenset({FAMILY, "subfamily", "tribe", "order", "class", "phylum", "kingdom"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Name:
    """A scientific name, read. Two names are the same name exactly when their keys are equal.

    A key ignores case, accents, authors, the hybrid sign and rank markers: for synonymy the botanical code disregards
    the sign (Art. H.3.3), and an epithet may not be used twice under one species, whatever the rank marker.
    """

    key: str
    canonical: str  # as shown, without author; a hybrid with its sign
    rank: str  # "species", "genus", "family", "variety", "cultivar", ...
    species: str | None = None  # key of the species that this is or belongs to; None above species
    binomial: str | None = None  # that species as shown
    genus: str | None = None  # as shown; None above genus, and in names that could not be parsed
    authorship: str = ""


def read_name(text: str, *, rank: str = SPECIES) -> Name | None:
    """The name in `text`, or None when it is blank. `rank` is the provider's, used where the text does not tell.

    What the parser refuses (hybrid formulas, viruses, words that are no names) is kept as it is written.
    """
    return _kept(text, rank) if len(text) <= NAME_CHARS_MAX else _read(text, rank)


@lru_cache(maxsize=CACHE_NAMES)
def _kept(text: str, rank: str) -> Name | None:
    return _read(text, rank)


def _read(text: str, rank: str) -> Name | None:
    printable = "".join(sign if sign.isprintable() else " " for sign in text)
    tidy = " ".join(printable.replace("_", " ").split())
    if not fold(tidy):
        return None
    return _parsed(tidy, rank) if len(tidy) <= NAME_CHARS_MAX else _unread(tidy, rank)


def fold(text: str) -> str:
    """`text` without case, accents and hybrid signs: "Aloë" and "ALOE" are equal."""
    plain = unicodedata.normalize("NFKD", text.casefold().translate(LIGATURES)).replace(HYBRID_SIGN, " ")
    return " ".join("".join(sign for sign in plain if not unicodedata.combining(sign)).split())


def _parsed(text: str, rank: str) -> Name:
    text = OLD_CULTIVAR.sub(r"'\1'", text)
    parsed = _parse(text) or _parse(text[0].upper() + text[1:])  # "rosa" alone is refused, "Rosa" is not
    if rank != GENUS and TITLE_CASE.fullmatch(text) and isinstance(parsed, nameparser.ParsedName) and parsed.uninomial:
        parsed = _parse(text.capitalize()) or parsed
    if isinstance(parsed, nameparser.Informal):  # "Rosa sp."
        return Name(key=fold(parsed.taxon), canonical=parsed.taxon, rank=GENUS, genus=parsed.taxon)
    if parsed is None or not (parsed.genus or parsed.uninomial):
        return _unread(text, rank)
    return _from_uninomial(parsed, rank) if parsed.uninomial else _from_parts(parsed, rank)


def _parse(text: str) -> nameparser.ParsedName | nameparser.Informal | None:
    try:
        return nameparser.parse(text)
    except nameparser.UnparsableNameError:
        return None


def _from_uninomial(parsed: nameparser.ParsedName, rank: str) -> Name:
    canonical = parsed.canonical_name_without_authorship() or parsed.uninomial or ""
    found = FAMILY if parsed.rank == "FAMILY" else rank if rank in ABOVE_GENUS else GENUS
    return Name(
        key=fold(canonical),
        canonical=canonical,
        rank=found,
        genus=canonical if found == GENUS else None,
        authorship=parsed.authorship_complete() or "",
    )


def _from_parts(parsed: nameparser.ParsedName, rank: str) -> Name:
    hybrid = parsed.notho or []
    genus = f"{HYBRID_SIGN} {parsed.genus}" if "GENERIC" in hybrid else parsed.genus or ""
    binomial = species = None
    if parsed.specific_epithet:
        sign = f"{HYBRID_SIGN} " if "SPECIFIC" in hybrid else ""
        binomial = f"{genus} {sign}{parsed.specific_epithet}"
        species = fold(binomial)
    parts = (genus, parsed.infrageneric_epithet, parsed.specific_epithet, parsed.infraspecific_epithet)
    cultivar = (f"'{parsed.cultivar_epithet}'",) if parsed.cultivar_epithet else ()
    return Name(
        key=fold(" ".join(part for part in (*parts, *cultivar) if part)),
        canonical=parsed.canonical_name_without_authorship() or binomial or genus,
        rank=_rank_word(parsed.rank, rank),
        species=species,
        binomial=binomial,
        genus=genus,
        authorship=parsed.authorship_complete() or "",
    )


def _rank_word(parsed: str, given: str) -> str:
    """The rank in the words of the answer; the provider's own where the text leaves it open."""
    if parsed in {"UNRANKED", "INFRASPECIFIC_NAME"}:
        return given if given != SPECIES else "infraspecies"
    return parsed.lower().replace("_", " ")


def _unread(text: str, rank: str) -> Name:
    """A text kept as it is. Several words pass for a species whatever the given rank, so equal keys mean one taxon."""
    key = fold(text)
    if " " in key:
        below = rank if rank != GENUS and rank not in ABOVE_GENUS else SPECIES
        return Name(key=key, canonical=text, rank=below, species=key, binomial=text)
    above = rank if rank in ABOVE_GENUS else GENUS
    return Name(key=key, canonical=text, rank=above, genus=text if above == GENUS else None)
