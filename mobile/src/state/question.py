"""What is asked: one to five photos of one plant, and what belongs to them."""

import io
from dataclasses import dataclass, replace

from PIL import Image, ImageOps

ORGANS = ("auto", "leaf", "flower", "fruit", "bark", "habit", "other")
PHOTOS_MAX = 5
SIDE_MAX = 1_500  # pixels: the server uses so many, and mobile data is dear
BYTES_MAX = 400_000
QUALITIES = (85, 78, 70, 60, 50)  # of the JPEG, tried in order until it is small enough


@dataclass(frozen=True, slots=True)
class Photo:
    """`content` is what is sent; `problem` is what the server said of it, "" when nothing."""

    content: bytes
    organ: str = "auto"
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """Degrees, rounded to 0.1 (about 11 km) before anything keeps or sends them (law 12)."""

    latitude: float
    longitude: float

    @classmethod
    def rounded(cls, latitude: float, longitude: float) -> "Place":
        """The rough place of an exact one."""
        return cls(round(latitude, 1) + 0.0, round(longitude, 1) + 0.0)  # + 0.0: no -0.0


@dataclass(frozen=True, slots=True)
class Question:
    """Kept as it is until it is sent: the same bytes again are the same question (docs/guides/sending-again.md)."""

    photos: tuple[Photo, ...]
    language: str
    health: bool = False
    place: Place | None = None
    continues: str = ""  # the id of an earlier answer about the same plant: this one stands for it

    def fields(self) -> dict[str, str | list[str]]:
        """The form of the API, without the photos."""
        form: dict[str, str | list[str]] = {
            "organs": [photo.organ for photo in self.photos],
            "language": self.language,
        }
        if self.health:
            form["include_diseases"] = "true"
        if self.place:
            form |= {"latitude": str(self.place.latitude), "longitude": str(self.place.longitude)}
        if self.continues:
            form["continues"] = self.continues
        return form


def shrink(content: bytes) -> bytes | None:
    """The photo as it is sent: upright, at most 1500 pixels, without EXIF (law 12). None when it cannot be read here."""
    try:
        with Image.open(io.BytesIO(content)) as opened:
            picture = ImageOps.exif_transpose(opened).convert("RGB")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return None
    picture.thumbnail((SIDE_MAX, SIDE_MAX))
    for quality in QUALITIES:
        stream = io.BytesIO()
        picture.save(stream, "JPEG", quality=quality)
        if stream.tell() <= BYTES_MAX:
            break
    return stream.getvalue()


@dataclass(frozen=True, slots=True)
class Draft:
    """The question that is being put together."""

    photos: tuple[Photo, ...] = ()
    health: bool = False
    place: Place | None = None
    continues: str = ""  # as of a question

    @property
    def room(self) -> int:
        """How many photos still fit."""
        return PHOTOS_MAX - len(self.photos)

    def with_photo(self, photo: Photo) -> "Draft":
        """With one more; as it is when there is no room, or the photo is there already."""
        if self.room == 0 or any(each.content == photo.content for each in self.photos):
            return self
        return replace(self, photos=(*self.photos, photo))

    def without(self, index: int) -> "Draft":
        """Without one of its photos; with fewer than an earlier question had, it does not stand for that one."""
        return replace(self, photos=self.photos[:index] + self.photos[index + 1 :], continues="")

    def showing(self, index: int, organ: str) -> "Draft":
        """With the part of the plant that a photo shows."""
        changed = replace(self.photos[index], organ=organ)
        return replace(self, photos=(*self.photos[:index], changed, *self.photos[index + 1 :]))

    def blamed(self, pointers: dict[int, str]) -> "Draft":
        """With what the server said of single photos, by their position."""
        photos = tuple(replace(photo, problem=pointers.get(at, "")) for at, photo in enumerate(self.photos))
        return replace(self, photos=photos)

    def question(self, language: str) -> Question:
        """What is sent."""
        return Question(self.photos, language, self.health, self.place, self.continues)
