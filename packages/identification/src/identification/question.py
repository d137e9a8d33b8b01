"""What a user asks: one plant on one to five photos, with what is known about them."""

import enum
import math
import re
from dataclasses import dataclass

from identification.errors import QuestionInvalid
from identification.photo import NormalisedPhoto

PHOTOS_MAX = 5  # both providers take up to five pictures of one plant
PLACE_DECIMALS = 1  # 0.1 degree, about 11 km: enough for a flora, too coarse for a garden (law 12)
LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z]{2,4})?")
LANGUAGES = ("en", "de", "fr", "es")  # of common names, that are offered; whatever LANGUAGE matches is passed on


class Organ(enum.StrEnum):
    """The part of the plant that a photo shows, in Pl@ntNet's words; AUTO leaves it to the provider."""

    AUTO = "auto"
    LEAF = "leaf"
    FLOWER = "flower"
    FRUIT = "fruit"
    BARK = "bark"
    HABIT = "habit"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Place:
    """Where the plant grows, in degrees (WGS 84), already rounded to 0.1."""

    latitude: float
    longitude: float

    @classmethod
    def rounded(cls, latitude: float, longitude: float) -> "Place":
        """The place at 0.1 degree. Raises QuestionInvalid for a value that is no place on Earth."""
        for field, value, bound in (("latitude", latitude, 90), ("longitude", longitude, 180)):
            if not math.isfinite(value) or abs(value) > bound:
                raise QuestionInvalid(field, f"must be a number from -{bound} to {bound}.")
        return cls(round(latitude, PLACE_DECIMALS) + 0.0, round(longitude, PLACE_DECIMALS) + 0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A question without its pixels: what an answer can depend on. `digests` are those of the photos, in order."""

    digests: tuple[str, ...]
    organs: tuple[Organ, ...]
    place: Place | None
    language: str
    health: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One plant on 1 to 5 photos, and what is known about it.

    `organs` has one entry per photo, in order. `language` is the code for common names. `health` asks Plant.id for a
    health assessment in the same call, which costs one more credit. `reference` is the integer that finds the call
    again at Plant.id after an ambiguous timeout (law 9): random, below 2**53.
    """

    photos: tuple[NormalisedPhoto, ...]
    organs: tuple[Organ, ...]
    reference: int
    place: Place | None = None
    language: str = "en"
    health: bool = False

    def __post_init__(self) -> None:
        if not 1 <= len(self.photos) <= PHOTOS_MAX:
            raise QuestionInvalid("images", f"must be 1 to {PHOTOS_MAX} photos of the same plant.")
        if len(self.organs) != len(self.photos):
            raise QuestionInvalid("organs", "must be one per photo, in the order of the photos.")
        if not LANGUAGE.fullmatch(self.language):
            raise QuestionInvalid("language", "must be a language code such as en, de, fr or es.")

    @property
    def asked(self) -> Asked:
        """The question without its pixels."""
        return Asked(
            digests=tuple(photo.digest for photo in self.photos),
            organs=self.organs,
            place=self.place,
            language=self.language,
            health=self.health,
        )
