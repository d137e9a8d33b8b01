"""WebP (RFC 9649): its chunks, and the first frame drawn by libwebp."""

import struct
from collections.abc import Iterator

from PIL import Image, _webp

from identification.photo.exif import orientation_of
from identification.photo.negative import Negative, checked_profile, memory_for, refuse

# Two canvases of libwebp and the bytes of the frame, 4 each; a lossless picture has 1.3 more of its own (measured).
LOSSY, LOSSLESS = 12.0, 13.5
START = 12  # past RIFF, size, WEBP


def read_webp(data: bytes) -> Negative:
    """The negative of a WebP file, of the first frame if it is animated. Raises PhotoDamaged for one that is cut."""
    end = 8 + int.from_bytes(data[4:8], "little")
    if end > len(data):
        refuse("shorter than RIFF says")
    data = data[:end]
    parts = dict(reversed(list(chunks(data))))  # of several with one name the first counts
    size = size_in(parts)
    lossy = b"VP8L" not in parts and b"ANMF" not in parts
    return Negative(
        size=size,
        memory=memory_for(size, decoding=LOSSY if lossy else LOSSLESS, held=4, copies=2 * len(data)),
        expose=lambda: draw(data, size),
        orientation=orientation_of(parts.get(b"EXIF")),
        profile=checked_profile(parts.get(b"ICCP")),
    )


def chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The name and content of each chunk. Raises PhotoDamaged where the file stops short."""
    at = START
    while at + 8 <= len(data):
        length = int.from_bytes(data[at + 4 : at + 8], "little")
        if at + 8 + length > len(data):
            refuse("a chunk runs past the end")
        yield data[at : at + 4], data[at + 8 : at + 8 + length]
        at += 8 + length + length % 2


def size_in(parts: dict[bytes, bytes]) -> tuple[int, int]:
    """Width and height of the canvas (RFC 9649, sections 2.5 to 2.7)."""
    if body := parts.get(b"VP8X"):
        return 1 + int.from_bytes(body[4:7], "little"), 1 + int.from_bytes(body[7:10], "little")
    if body := parts.get(b"VP8 "):
        width, height = struct.unpack_from("<HH", body, 6)
        return width & 0x3FFF, height & 0x3FFF
    if body := parts.get(b"VP8L"):
        bits = int.from_bytes(body[1:5], "little")
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    return refuse("no picture")


def draw(data: bytes, size: tuple[int, int]) -> Image.Image:
    """The pixels of the first frame.

    Pillow's own plugin would hold libwebp's two canvases while it copies the frame a second time: 16 bytes a pixel.
    This takes the frame, lets the canvases go, and draws upon the frame's own bytes: 12.
    """
    decoder = _webp.WebPAnimDecoder(data)
    canvas, mode = decoder.get_info()[0], decoder.get_info()[4]
    frame = decoder.get_next() if tuple(canvas) == size else None
    if frame is None:
        refuse("no first frame, or of another size")
    del decoder
    return Image.frombuffer(mode, size, frame[0], "raw", mode, 0, 1)
