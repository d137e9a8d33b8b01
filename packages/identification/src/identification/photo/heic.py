"""HEIC: the primary picture drawn by libheif, which turns it upright itself (irot, imir) and keeps to the claimed size."""

import pillow_heif
from PIL import Image

from identification.photo.boxes import top_boxes
from identification.photo.negative import Negative, checked_profile, memory_for, refuse

# Bytes a pixel at the peak (measured): the planes of 8-bit 4:2:0, as phones take it, and interleaved RGB; and the worst.
PHONE, RICH = 4.7, 10.0

pillow_heif.options.DECODE_THREADS = 1  # the darkroom has several photos at once


class Rows:
    """Interleaved pixels as libheif left them, cut out by rows: a Pillow image of them would double the memory."""

    def __init__(self, image: pillow_heif.HeifImage) -> None:
        self._pixels: memoryview | None = memoryview(image.data)
        self._mode, self._stride, self.size = image.mode, image.stride, image.size

    def crop(self, box: tuple[int, int, int, int]) -> Image.Image:
        """The pixels inside `box`, which must span whole rows."""
        _, upper, right, lower = box
        assert self._pixels is not None
        rows = self._pixels[upper * self._stride : lower * self._stride]
        size = (right, lower - upper)
        return Image.frombytes(self._mode, size, rows, "raw", self._mode, self._stride)

    def close(self) -> None:
        """Free the pixels."""
        self._pixels = None


def read_heic(data: bytes) -> Negative:
    """The negative of a HEIC file, of its primary picture. EXIF's orientation does not count beside irot and imir."""
    data = data[: max(box.end for box in top_boxes(data).values())]
    file = pillow_heif.open_heif(data, remove_stride=False)
    if not len(file):
        refuse("no picture")
    image = file[file.primary_index]
    phone = image.mode in {"L", "RGB"} and (image.info["bit_depth"], image.info.get("chroma", 420)) == (8, 420)
    return Negative(
        size=image.size,
        memory=memory_for(image.size, decoding=PHONE if phone else RICH, held=len(image.mode), copies=len(data)),
        expose=lambda: draw(data),
        profile=checked_profile(image.info.get("icc_profile")),
    )


def draw(data: bytes) -> Rows:
    """The pixels of the primary picture."""
    file = pillow_heif.open_heif(data, remove_stride=False)
    return Rows(file[file.primary_index])
