"""The normalised photo: three sizes without metadata, and the digest that stands for the picture."""

import hashlib
import io
from dataclasses import dataclass, field

from PIL import Image

from identification.errors import PhotoRefused
from identification.photo.formats import inspect
from identification.photo.negative import LARGE, Negative, damaged
from identification.photo.raster import to_srgb, upright

MEDIUM = 1280  # pixels, longest side: what Pl@ntNet's own apps send
THUMBNAIL = 320  # pixels, longest side: a list of earlier photos
QUALITY, THUMBNAIL_QUALITY = 90, 80
SCHEME = "photo-1"  # change it whenever the same file gives other pixels: old digests then meet no new ones


@dataclass(frozen=True, slots=True, kw_only=True)
class NormalisedPhoto:
    """One photo in the sizes we use, and the digest that stands for its picture. No metadata is left in any of them.

    `width` and `height` are those of `large`. A photo is never made larger than it came; when it is small, `medium`
    is the same object as `large`.
    """

    digest: str  # SHA-256 in hex of the pixels `large` was made from, with their size and the scheme
    width: int
    height: int
    large: bytes = field(repr=False)  # JPEG, longest side <= 1500: Plant.id
    medium: bytes = field(repr=False)  # JPEG, longest side <= 1280: Pl@ntNet
    thumbnail: bytes = field(repr=False)  # JPEG, longest side <= 320: history


def raw_digest(data: bytes) -> str:
    """What stands for a file as it came, beside the scheme: finds the digest of its picture without drawing it again."""
    return f"{SCHEME}:{hashlib.sha256(data).hexdigest()}"


def normalise(data: bytes) -> NormalisedPhoto:
    """The photo in a file, normalised. Takes 0.1 to 1 second of a CPU. Raises a PhotoRefused, and nothing else."""
    return develop(inspect(data))


def develop(negative: Negative) -> NormalisedPhoto:
    """The photo of a negative. Raises PhotoDamaged when its pixels cannot be drawn."""
    try:
        picture = upright(negative)
        picture = fitted(picture, LARGE)
        to_srgb(picture, negative.profile)
    except PhotoRefused:
        raise
    except Exception as fault:  # decoders on hostile bytes: no list of what they raise is complete
        raise damaged() from fault
    return renditions(picture)


def renditions(large: Image.Image) -> NormalisedPhoto:
    """All sizes of an RGB picture that already has its largest."""
    encoded = jpeg(large, QUALITY)
    medium = fitted(large, MEDIUM)
    return NormalisedPhoto(
        digest=digest_of(large),
        width=large.width,
        height=large.height,
        large=encoded,
        medium=encoded if medium is large else jpeg(medium, QUALITY),
        thumbnail=jpeg(thumbnail_of(medium), THUMBNAIL_QUALITY),
    )


def fitted(picture: Image.Image, side: int) -> Image.Image:
    """The picture with its longest side at most `side`; the very same when it is small enough.

    Hamming's filter: half the time of Lanczos, and what it averages was scaled down well before, by the decoder or by
    whole factors. The measurements are in docs/adr/0003.
    """
    longest = max(picture.size)
    if longest <= side:
        return picture
    size = (max(1, round(picture.width * side / longest)), max(1, round(picture.height * side / longest)))
    return picture.resize(size, Image.Resampling.HAMMING)


def thumbnail_of(picture: Image.Image) -> Image.Image:
    """The picture for lists: averaged down by a whole factor first, which is all there is to do for 1280 pixels."""
    factor = max(picture.size) // THUMBNAIL
    return fitted(picture.reduce(factor) if factor > 1 else picture, THUMBNAIL)


def digest_of(picture: Image.Image) -> str:
    """SHA-256 in hex of the scheme, the size and the pixels; SHA-256 because processors have it built in."""
    digest = hashlib.sha256(f"{SCHEME}:{picture.width}x{picture.height}:".encode())
    digest.update(picture.tobytes())
    return digest.hexdigest()


def jpeg(picture: Image.Image, quality: int) -> bytes:
    """A JPEG with a JFIF header and nothing else beside the pixels."""
    picture.info.clear()  # Pillow would write a comment back
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=quality, subsampling="4:2:0")
    return buffer.getvalue()
