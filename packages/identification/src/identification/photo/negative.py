"""What a format's module finds in a file before any pixel is drawn, and what drawing them will cost."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NoReturn, Protocol

from PIL import Image

from identification.errors import PhotoDamaged

LARGE = 1500  # pixels, longest side of the largest rendition: Plant.id scales down what is larger
STRIPS_BYTES = 8_000_000  # what the work in strips takes (raster.py), and the smaller things
PROFILE_BYTES_MAX = 4_000_000  # the profile of a printing press has 2.5 MB; a larger one is no profile


class Source(Protocol):
    """Decoded pixels, cut out in boxes (left, upper, right, lower); a Pillow image is one."""

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        ...

    def crop(self, box: tuple[int, int, int, int]) -> Image.Image:
        """The pixels inside `box`, as a picture of their own."""
        ...

    def close(self) -> None:
        """Free the memory of the pixels."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Negative:
    """A photo whose header was read and whose pixels were not yet drawn.

    `size` is as stored, before `orientation` (1..8, as in EXIF) is applied. `memory` is how many bytes drawing and
    scaling take at their peak, beside the file itself: estimated from the header, measured in benchmarks/normalise.py.
    `expose` draws the pixels and may raise anything at all. `profile` is the ICC profile of the colours, if any.
    """

    size: tuple[int, int]
    memory: int
    expose: Callable[[], Source]
    orientation: int = 1
    profile: bytes | None = None


def checked_profile(profile: object) -> bytes | None:
    """The ICC profile as a decoder gave it; None when there is none, or it is beyond all size."""
    return profile if isinstance(profile, bytes) and 0 < len(profile) <= PROFILE_BYTES_MAX else None


def reduction(size: tuple[int, int]) -> int:
    """By how many times each side may be averaged down at once and stay no smaller than the largest rendition."""
    return max(1, max(size) // LARGE)


def memory_for(size: tuple[int, int], *, decoding: float, held: float, copies: int, fixed: int = 0) -> int:
    """The peak in bytes while a photo is drawn and averaged down.

    `decoding` is bytes a pixel while the decoder works, and `fixed` bytes beside them; `held` is bytes a pixel after it,
    while their smaller RGB copy (4 bytes a pixel in Pillow) grows beside them. `copies` of the file last throughout.
    """
    pixels = size[0] * size[1]
    drawing = int(pixels * decoding) + fixed
    averaging = int(pixels * (held + 4 / reduction(size) ** 2)) + STRIPS_BYTES
    return copies + max(drawing, averaging)


def refuse(what: str) -> NoReturn:
    """Raise the refusal of a file that starts well and does not go on so; `what` is a note for the log, not the user."""
    refusal = damaged()
    refusal.add_note(what)
    raise refusal


def damaged() -> PhotoDamaged:
    """The same refusal, to be raised from what a decoder raised."""
    return PhotoDamaged("This photo is cut off or damaged and cannot be read to its end.")
