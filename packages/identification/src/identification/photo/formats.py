"""Which format a file is in, and whether it may be drawn: all limits are held against the header, before any pixel."""

from collections.abc import Callable

from identification.errors import PhotoEmpty, PhotoRefused, PhotoTooLarge, PhotoTooSmall, PhotoUnsupported
from identification.photo.avif import read_avif
from identification.photo.boxes import AVIF_BRANDS, HEIC_BRANDS, brands
from identification.photo.heic import read_heic
from identification.photo.jpeg import read_jpeg
from identification.photo.negative import LARGE, Negative, damaged, refuse
from identification.photo.png import SIGNATURE, read_png
from identification.photo.webp import read_webp

BYTES_MAX = 15_000_000  # of one file
PIXELS_MAX = 40_000_000  # of one photo, as stored
SIDE_MIN = 32  # pixels, of the shorter side, as sent to the providers: below it nobody sees a plant
MEMORY_MAX = 100 * 2**20  # bytes, at the peak of drawing one photo
MEMORY_MAX_HEIC = 120 * 2**20  # bytes: room for the 24-megapixel pictures that are an iPhone's default

READERS: dict[str, Callable[[bytes], Negative]] = {
    "jpeg": read_jpeg,
    "png": read_png,
    "webp": read_webp,
    "avif": read_avif,
    "heic": read_heic,
}
PREFIXES = (
    (b"\xff\xd8\xff", "jpeg"),
    (SIGNATURE, "png"),
    (b"GIF87a", "gif"),
    (b"GIF89a", "gif"),
    (b"%PDF-", "pdf"),
    (b"II*\0", "tiff"),
    (b"MM\0*", "tiff"),
    (b"BM", "bmp"),
    (b"PK\x03\x04", "zip"),
    (b"\x1aE\xdf\xa3", "film"),
)
NAMES = {
    "gif": "a GIF",
    "pdf": "a PDF document",
    "tiff": "a TIFF or raw camera file",
    "bmp": "a BMP picture",
    "zip": "a ZIP archive or an office document",
    "film": "a film",
    "svg": "an SVG drawing",
    "html": "a web page",
    "text": "text",
}


def sniff(data: bytes) -> str | None:
    """The format by the first bytes, never by a name: jpeg, png, webp, avif, heic, or one that is refused (gif, pdf, ...).

    None when they are like nothing known.
    """
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "webp"
    for prefix, kind in PREFIXES:
        if data.startswith(prefix):
            return kind
    return sniff_boxes(data) or sniff_text(data)


def sniff_boxes(data: bytes) -> str | None:
    """heic, avif or film for a file of ISO media boxes; None for any other."""
    claimed = brands(data)
    if claimed & HEIC_BRANDS:
        return "heic"
    if claimed & AVIF_BRANDS:
        return "avif"
    return "film" if claimed else None


def sniff_text(data: bytes) -> str | None:
    """svg, html or text for a file that starts with readable characters; None for any other."""
    start = data[:512].removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if not start or not all(byte >= ord(" ") or byte in b"\t\r\n" for byte in start):
        return None
    if b"<svg" in start:
        return "svg"
    if start.startswith((b"<!doctype html", b"<html", b"<head", b"<body")):
        return "html"
    try:
        start.decode("utf-8")
    except UnicodeDecodeError as cut:
        return "text" if cut.start > len(start) - 4 else None
    return "text"


def inspect(data: bytes) -> Negative:
    """The photo's negative, when all limits allow drawing it. Raises a PhotoRefused that says which does not."""
    if not data:
        sentence = "The file is empty."
        raise PhotoEmpty(sentence)
    if len(data) > BYTES_MAX:
        sentence = f"This file has {len(data) / 1e6:.1f} MB; {BYTES_MAX / 1e6:.0f} MB are allowed."
        raise PhotoTooLarge(sentence)
    kind = sniff(data)
    if kind not in READERS:
        sentence = f"This file is {NAMES.get(kind or '', 'no photo in a known format')}, and cannot be read as a photo."
        raise PhotoUnsupported(sentence)
    negative = read(kind, data)
    check_size(negative, MEMORY_MAX_HEIC if kind == "heic" else MEMORY_MAX)
    return negative


def read(kind: str, data: bytes) -> Negative:
    """The negative by the format's own module; whatever goes wrong in there is the file's fault."""
    try:
        return READERS[kind](data)
    except PhotoRefused:
        raise
    except Exception as fault:  # the parsers of five formats on hostile bytes: no list of what they raise is complete
        raise damaged() from fault


def check_size(negative: Negative, memory_max: int) -> None:
    """Nothing, when the photo has neither too many pixels nor too few; else raises PhotoTooLarge or PhotoTooSmall."""
    width, height = negative.size
    if not width or not height:
        refuse("no pixels")
    megapixels = width * height / 1e6
    if width * height > PIXELS_MAX:
        sentence = f"This photo has {megapixels:.0f} megapixels; {PIXELS_MAX / 1e6:.0f} are allowed."
        raise PhotoTooLarge(sentence)
    if min(width, height) * min(1, LARGE / max(width, height)) < SIDE_MIN:
        sentence = f"This photo is too small or too narrow ({width} x {height} pixels) to see a plant on it."
        raise PhotoTooSmall(sentence)
    if negative.memory > memory_max:
        sentence = (
            f"This photo has {megapixels:.0f} megapixels, too many for its format; as a plain JPEG it can be read."
        )
        raise PhotoTooLarge(sentence)
