"""PNG (W3C, third edition): its chunks, what it costs to draw, and the file reduced to what drawing needs."""

import io
import struct
import zlib
from collections.abc import Iterator
from typing import NamedTuple

from PIL import Image

from identification.photo.exif import orientation_of
from identification.photo.negative import PROFILE_BYTES_MAX, Negative, memory_for, refuse

SIGNATURE = b"\x89PNG\r\n\x1a\n"
# Without the animation chunks an APNG is its still picture; without texts there are no text bombs.
DRAWN = frozenset({b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"})
GREY, PALETTE = 0, 3  # colour types
DEEP = 16  # bits a sample


class Chunk(NamedTuple):
    """One chunk; `start` is at its length field, `end` past its checksum."""

    kind: bytes
    start: int
    end: int

    def body(self, data: bytes) -> bytes:
        """The content, without length, kind and checksum."""
        return data[self.start + 8 : self.end - 4]


def read_png(data: bytes) -> Negative:
    """The negative of a PNG file, of the still picture if it is animated. Raises PhotoDamaged for one that is cut."""
    found: dict[bytes, Chunk] = {}
    drawn: list[Chunk] = []
    for chunk in chunks(data):
        found.setdefault(chunk.kind, chunk)
        if chunk.kind in DRAWN:
            drawn.append(chunk)
    if drawn[0].kind != b"IHDR" or b"IDAT" not in found:
        refuse("no header or no image data")
    width, height, depth, colour = struct.unpack_from(">IIBB", data, drawn[0].start + 8)
    held = bytes_held(depth, colour)
    return Negative(
        size=(width, height),
        memory=memory_for((width, height), decoding=held, held=held, copies=len(data)),
        expose=lambda: draw(data, drawn),
        orientation=orientation_of(found[b"eXIf"].body(data)) if b"eXIf" in found else 1,
        profile=profile_in(found[b"iCCP"].body(data)) if b"iCCP" in found else None,
    )


def chunks(data: bytes) -> Iterator[Chunk]:
    """Each chunk, IEND last, the checksums of those we draw verified. Raises PhotoDamaged where the file stops short."""
    start = len(SIGNATURE)
    while start + 12 <= len(data):
        end = start + 12 + int.from_bytes(data[start : start + 4])
        kind = data[start + 4 : start + 8]
        if end > len(data):
            break
        if kind in DRAWN and zlib.crc32(memoryview(data)[start + 4 : end - 4]) != int.from_bytes(data[end - 4 : end]):
            break
        yield Chunk(kind, start, end)
        if kind == b"IEND":
            return
        start = end
    refuse("no IEND, or a wrong checksum")


def draw(data: bytes, drawn: list[Chunk]) -> Image.Image:
    """The pixels, at full size: PNG cannot be decoded smaller."""
    parts = (data[chunk.start : chunk.end] for chunk in drawn)
    image = Image.open(io.BytesIO(SIGNATURE + b"".join(parts)), formats=["PNG"])
    image.load()
    return image


def bytes_held(depth: int, colour: int) -> int:
    """Bytes a pixel takes in Pillow: 1 in grey and palette pictures, 2 in 16-bit grey, else 4."""
    if colour == PALETTE or (colour == GREY and depth < DEEP):
        return 1
    return 2 if colour == GREY else 4


def profile_in(body: bytes) -> bytes | None:
    """The ICC profile in an iCCP chunk: a name, 0, the method 0, deflated bytes. None when broken or beyond all size."""
    inflater = zlib.decompressobj()
    try:
        profile = inflater.decompress(body.partition(b"\0")[2][1:], PROFILE_BYTES_MAX)
    except zlib.error:
        return None
    return profile if inflater.eof else None
