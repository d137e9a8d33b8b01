"""What is on a photo: a decision from its pixels that is the same each time, and in each size the photo is sent in.

Nothing is recognised here. A photo is reduced to a raster of 6 x 6 cells, and the plant whose fixed pseudo-random
pattern correlates best with that raster is "found". So different photos show different plants, and the rendition of
1500 pixels that one provider gets and that of 1280 for the other show the same one. Whether there is a plant at all,
whether it flowers and whether it ails is counted in pixels by colour.
"""

import hashlib
import math
import struct
from collections import Counter
from dataclasses import dataclass
from io import BytesIO

from PIL import Image

from plant_simulator.cards import read_card
from plant_simulator.catalogue import DISEASES, PLANTS, Disease, Plant
from plant_simulator.likeness import correlate, features_of, pattern_of
from plant_simulator.tints import Tints, count_tints

THRESHOLD = 0.5  # of plant_probability, as Plant.id says of itself

_RASTER = 48  # pixels per side of the raster whose colours are counted
_DRAFT = 240  # pixels a JPEG is decoded to at least; decoding to an eighth costs a fraction of the whole
_PIXELS_MAX = 50_000_000  # twice what Plant.id takes; more is not worth the memory
_DECODE_ERRORS = (
    OSError,
    ValueError,
    SyntaxError,  # Pillow, of a broken PNG
    EOFError,
    struct.error,
    Image.DecompressionBombError,
    Image.DecompressionBombWarning,  # where warnings are errors
)
_ORIENTATION = 0x0112  # EXIF tag
_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}  # EXIF orientation to the turn that undoes it


_PLANT_PATTERNS = [(plant, pattern_of(plant.name)) for plant in PLANTS]
_DISEASE_PATTERNS = [(disease, pattern_of(disease.name)) for disease in DISEASES]
_SPECIES_IN_GENUS = Counter(plant.genus for plant in PLANTS)


class Unreadable(Exception):  # noqa: N818  # named as the field says it
    """The bytes are no JPEG or PNG that can be decoded whole. Also for WebP and HEIC, which Pl@ntNet refuses."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """What is on one photo. Scores are 0 to 1, best first, and need not sum to 1.

    `clear` is False when several species score alike (best below 0.4), and always when there is no plant. `diseases`
    has rows for healthy plants too, with low scores. `organ` is "leaf" or "flower". `fault` is the name on a test card.
    """

    digest: str  # SHA-256 of the bytes, hexadecimal
    is_plant: bool
    plant_probability: float
    ranking: tuple[tuple[Plant, float], ...]
    clear: bool
    healthy_probability: float
    diseases: tuple[tuple[Disease, float], ...]
    organ: str
    fault: str | None


def see(data: bytes) -> Sight:
    """What is on a photo, JPEG or PNG. Raises Unreadable for anything else, and for a photo cut short."""
    image, raster = _decode(data)
    digest = hashlib.sha256(data).hexdigest()
    fault = read_card(image)
    return _see_photo(raster, digest) if fault is None else _see_card(fault, digest)


def _see_photo(small: Image.Image, digest: str) -> Sight:
    tints = count_tints(small)
    features = features_of(small)
    is_plant = tints.plant_probability >= THRESHOLD
    ranking, clear = _rank(correlate(features, _PLANT_PATTERNS)) if is_plant else (_rank_nothing(features), False)
    return Sight(
        digest=digest,
        is_plant=is_plant,
        plant_probability=tints.plant_probability,
        ranking=ranking,
        clear=clear,
        healthy_probability=tints.healthy_probability,
        diseases=_rank_diseases(correlate(features, _DISEASE_PATTERNS), tints),
        organ=tints.organ,
        fault=None,
    )


def _see_card(fault: str, digest: str) -> Sight:
    """The Sight that the card asks for; the species follows from the name alone, so every rendition shows the same."""
    tints = Tints(vegetation=0.6, yellow=0.0, brown=0.25 if fault == "unhealthy" else 0.0, pale=0.0, bloom=0.0)
    features = pattern_of(f"card {fault}")
    rows = correlate(features, _PLANT_PATTERNS)
    if fault == "genus_only":
        rows = [row for row in rows if _SPECIES_IN_GENUS[row[0].genus] > 1]
    is_plant = fault != "not_a_plant_card"
    clear = is_plant and fault != "low_confidence"
    gap = 4 * _GAP_CLEAR if clear else _GAP_CLEAR / 2
    return Sight(
        digest=digest,
        is_plant=is_plant,
        plant_probability=0.99 if is_plant else 0.01,
        ranking=_score(rows, gap) if is_plant else _rank_nothing(features),
        clear=clear,
        healthy_probability=tints.healthy_probability,
        diseases=_rank_diseases(correlate(features, _DISEASE_PATTERNS), tints),
        organ="leaf",
        fault=fault,
    )


def _decode(data: bytes) -> tuple[Image.Image, Image.Image]:
    """The photo in RGB, made small where the format allows it, and its raster upright. Raises Unreadable."""
    try:
        image: Image.Image = Image.open(BytesIO(data), formats=("JPEG", "PNG"))
        if image.width * image.height > _PIXELS_MAX:
            raise Unreadable
        turn = _UPRIGHT.get(image.getexif().get(_ORIENTATION, 1))
        drafted = image.draft("RGB", (_DRAFT, _DRAFT))
        # The true edges lie within the last pixels of a draft; without them each rendition would be stretched otherwise.
        edges = drafted[1] if drafted else (0, 0, *image.size)
        image = _flatten(image)
        raster = image.resize((_RASTER, _RASTER), Image.Resampling.BOX, box=edges)
    except _DECODE_ERRORS as exc:
        raise Unreadable from exc
    return image, raster if turn is None else raster.transpose(turn)


def _flatten(image: Image.Image) -> Image.Image:
    """The image in RGB; what is transparent becomes white paper."""
    if not image.has_transparency_data:
        return image.convert("RGB")
    layer = image.convert("RGBA")
    paper = Image.new("RGBA", layer.size, "white")
    return Image.alpha_composite(paper, layer).convert("RGB")


# --- scores -------------------------------------------------------------------------------------------------------

_ROWS = 10
_GAP_CLEAR = 0.006  # lead of the best over the second below which a photo is not clear: one in six, as the patterns lie
_GAP_TYPICAL = 0.02
_CONGENER, _CONFAMILIAR = 2.0, 0.1  # what looks alike is mostly related: congeners follow the best, then chance decides


def _rank(rows: list[tuple[Plant, float]]) -> tuple[tuple[tuple[Plant, float], ...], bool]:
    gap = rows[0][1] - rows[1][1]
    return _score(rows, gap), gap >= _GAP_CLEAR


def _score(rows: list[tuple[Plant, float]], gap: float) -> tuple[tuple[Plant, float], ...]:
    """Scores for the best and for those most like it: one clear winner, or several alike when `gap` is small."""
    winner = rows[0][0]
    tail = sorted(rows[1:], key=lambda row: -row[1] - _kinship(row[0], winner))[: _ROWS - 1]
    if gap >= _GAP_CLEAR:
        best = 0.6 + 0.39 * (1 - math.exp((_GAP_CLEAR - gap) / _GAP_TYPICAL))
        first, fall = (1 - best) * 0.4, 0.55
    else:
        best = 0.18 + 0.06 * gap / _GAP_CLEAR
        first, fall = best * 0.96, 0.68
    return (winner, best), *((plant, first * fall**place) for place, (plant, _) in enumerate(tail))


def _kinship(plant: Plant, other: Plant) -> float:
    if plant.genus == other.genus:
        return _CONGENER
    return _CONFAMILIAR if plant.family == other.family else 0.0


def _rank_nothing(features: list[float]) -> tuple[tuple[Plant, float], ...]:
    """Suggestions for a photo without a plant: the providers give some too, none of them likely."""
    rows = correlate(features, _PLANT_PATTERNS)[:_ROWS]
    return tuple((plant, 0.04 * 0.7**place) for place, (plant, _) in enumerate(rows))


_SHOWN_BY = {
    "yellow": ("water excess", "nutrient deficiency", "senescence", "spider mites", "root rot"),
    "brown": ("water deficiency", "light excess", "leaf spot", "rust", "Fungi"),
    "pale": ("powdery mildew", "thrips", "grey mould", "light excess"),
}


def _rank_diseases(rows: list[tuple[Disease, float]], tints: Tints) -> tuple[tuple[Disease, float], ...]:
    """The troubles that the leading off-colour speaks for, then others, with less the healthier the plant."""
    shown = _SHOWN_BY[tints.leading]
    likely = sorted(rows, key=lambda row: row[0].name not in shown)[:6]  # stable: by correlation within each half
    first = 0.05 + 0.75 * (1 - tints.healthy_probability)
    return tuple((disease, first * 0.6**place) for place, (disease, _) in enumerate(likely))
