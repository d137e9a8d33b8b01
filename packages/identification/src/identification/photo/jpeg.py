"""JPEG (ITU T.81): its segments, what it costs to draw, and the file reduced to what drawing needs."""

import io
import re
from collections.abc import Iterator
from typing import NamedTuple

from PIL import Image

from identification.errors import PhotoUnsupported
from identification.photo.exif import EXIF_HEADER, orientation_of
from identification.photo.negative import LARGE, Negative, checked_profile, memory_for, refuse

# The next marker: 0xFF and a byte that is neither stuffing (00), a restart inside a scan (D0-D7) nor filling (FF).
MARKER = re.compile(rb"\xff([^\x00\xd0-\xd7\xff])")
SOI, EOI, SOS, TEM, DHT, DQT, DRI, DNL, COM, APP0, APP1, APP2, APP14, APP15 = (
    *(0xD8, 0xD9, 0xDA, 0x01, 0xC4, 0xDB, 0xDD, 0xDC, 0xFE),
    *(0xE0, 0xE1, 0xE2, 0xEE, 0xEF),
)
PROGRESSIVE = 0xC2
FRAMES_READ = frozenset({0xC0, 0xC1, PROGRESSIVE})  # baseline, extended, progressive: all that cameras and editors make
FRAMES = frozenset(range(0xC0, 0xD0)) - {DHT, 0xC8, 0xCC}
FACTORS = range(1, 5)  # of sampling
ICC_HEADER = b"ICC_PROFILE\0"
SCANS_MAX = 100  # cameras make 1, editors about 10; a file of 500,000 scans draws for minutes
SCALES = (8, 4, 2, 1)  # what libjpeg halves to while it decodes, at a fraction of the work


class Segment(NamedTuple):
    """One marker segment: `body` is where its content starts, after the length; `end` is past its last byte."""

    marker: int
    start: int
    body: int
    end: int


class Frame(NamedTuple):
    """What the frame header says: size, and the sampling factors (horizontal, vertical) of each component."""

    progressive: bool
    size: tuple[int, int]
    sampling: tuple[tuple[int, int], ...]

    @property
    def coefficients(self) -> int:
        """Bytes libjpeg needs to keep all coefficients, which it does when they come in several scans."""
        across, down = (max(factors) for factors in zip(*self.sampling, strict=True))
        share = sum(h * v for h, v in self.sampling) / (across * down)
        return int(2 * share * (self.size[0] + 8 * across) * (self.size[1] + 8 * down))


class Outline(NamedTuple):
    """A JPEG file without its entropy-coded data: the parts that drawing needs, and the two facts from metadata."""

    frame: Frame
    kept: list[slice]  # of the file, in order; the last one runs from the first scan to the end of the image
    buffered: bool  # in several scans
    exif: bytes
    profile: bytes | None


def read_jpeg(data: bytes) -> Negative:
    """The negative of a JPEG file; what follows the end of the image (motion photos, depth maps) is ignored."""
    outline = outline_of(data)
    width, height = outline.frame.size
    scale = next(scale for scale in SCALES if scale == 1 or max(width, height) // scale >= LARGE)
    scaled = (-(-width // scale), -(-height // scale))
    coefficients = outline.frame.coefficients if outline.buffered else 0
    return Negative(
        size=(width, height),
        memory=memory_for(scaled, decoding=4, held=4, copies=len(data), fixed=coefficients),
        expose=lambda: draw(data, outline.kept, (max(1, width // scale), max(1, height // scale))),
        orientation=orientation_of(outline.exif),
        profile=outline.profile,
    )


def draw(data: bytes, kept: list[slice], size: tuple[int, int]) -> Image.Image:
    """The pixels, scaled down by libjpeg to `size` or a little more. Pillow sees neither metadata nor what follows."""
    image = Image.open(io.BytesIO(b"".join(data[part] for part in kept)), formats=["JPEG"])
    image.draft(None, size)
    image.load()
    return image


def outline_of(data: bytes) -> Outline:
    """What the segments say. Raises PhotoDamaged when the end of the image is missing, wherever the file was cut."""
    frames: list[Frame] = []
    kept, scans, exif, profile = [slice(0, 2)], [], b"", []
    for segment in segments(data):
        body = data[segment.body : segment.end] if segment.marker in {SOS, *FRAMES, APP0, APP1, APP2} else b""
        if segment.marker in FRAMES:
            frames.append(frame_of(segment.marker, body))
        elif segment.marker == SOS:
            scans.append((segment.start, body))
        elif segment.marker == APP1 and body.startswith(EXIF_HEADER) and not exif:
            exif = body
        elif segment.marker == APP2 and body.startswith(ICC_HEADER):
            profile.append(body)
        if not scans and needed(segment.marker, body):
            kept.append(slice(segment.start, segment.end))
    if len(frames) != 1 or not 1 <= len(scans) <= SCANS_MAX:
        refuse(f"{len(frames)} frames, {len(scans)} scans")
    kept.append(slice(scans[0][0], segment.end))
    buffered = frames[0].progressive or scans[0][1][:1] != bytes([len(frames[0].sampling)])
    return Outline(frames[0], kept, buffered, exif, joined_profile(profile))


def segments(data: bytes) -> Iterator[Segment]:
    """Each segment, the end of image last. Raises PhotoDamaged where the file stops short of it."""
    at = 2
    while found := MARKER.search(data, at):
        marker, start, body = found[1][0], found.start(), found.end()
        if marker in {SOI, TEM, EOI}:
            yield Segment(marker, start, body, body)
            if marker == EOI:
                return
            at = body
            continue
        at = body + int.from_bytes(data[body : body + 2])
        if at < body + 2 or at > len(data):
            break
        yield Segment(marker, start, body + 2, at)
    refuse("no end of image")


def frame_of(marker: int, body: bytes) -> Frame:
    """What a frame header says. Raises PhotoUnsupported for the kinds of JPEG that only hospitals and archives use."""
    if marker not in FRAMES_READ or body[:1] != b"\x08":
        sentence = "This is a rare kind of JPEG (lossless, arithmetic or 12-bit) that cannot be read here."
        raise PhotoUnsupported(sentence)
    sampling = tuple((factors >> 4, factors & 15) for factors in body[7::3])
    if len(sampling) not in {1, 3, 4} or not all(h in FACTORS and v in FACTORS for h, v in sampling):
        refuse("frame header")
    size = (int.from_bytes(body[3:5]), int.from_bytes(body[1:3]))
    return Frame(marker == PROGRESSIVE, size, sampling)


def needed(marker: int, body: bytes) -> bool:
    """Whether a segment before the first scan changes the pixels. JFIF and Adobe say which colours the numbers mean."""
    if marker == APP0:
        return body.startswith(b"JFIF\0")
    return marker == APP14 or not (APP0 <= marker <= APP15 or marker in {COM, EOI, SOI, TEM, SOS})


def joined_profile(pieces: list[bytes]) -> bytes | None:
    """The ICC profile from its numbered pieces; None when there is none, or it is beyond all size."""
    numbered = sorted(pieces, key=lambda piece: piece[12:13])
    return checked_profile(b"".join(piece[14:] for piece in numbered))
