"""AVIF: what its AV1 stream says of itself, and the first frame drawn by libavif.

The size in the container is a claim; the decoder takes memory for the size in the AV1 sequence header. A file of 2 kB
that claims 640 x 480 and codes 12,000 x 12,000 took 261 MB, so that header is read here (AV1 specification, 5.5).
"""

from collections.abc import Iterator

from PIL import Image, _avif

from identification.photo.boxes import Box, items, top_boxes
from identification.photo.negative import Negative, checked_profile, memory_for, refuse

SEQUENCE_HEADER = 1  # OBU type
CHROMA_SAMPLES = {0: 0.5, 1: 2.0, 2: 2.0}  # by seq_profile: 4:2:0; 4:4:4; 4:2:2 or anything at 12 bits
LEVEL_WITHOUT_TIER = 7  # from the next level on, a bit says which tier
GOLOMB_ZEROS_MAX = 32
ROUNDING = 1.06  # libavif's measured use over the sum of its planes


class Bits:
    """The bits of a byte string, the highest of each byte first; zeros after its end."""

    def __init__(self, data: bytes) -> None:
        self._data, self._at = data, 0

    def take(self, count: int) -> int:
        """The next `count` bits as a number."""
        first, self._at = self._at, self._at + count
        window = int.from_bytes(self._data[first // 8 : self._at // 8 + 1].ljust(count // 8 + 2, b"\0"))
        spare = 8 * (count // 8 + 2) - first % 8 - count
        return window >> spare & ((1 << count) - 1)


def read_avif(data: bytes) -> Negative:
    """The negative of an AVIF file, of its primary picture if it is a sequence. Raises PhotoDamaged for one that is cut."""
    data = as_still(data)
    found = top_boxes(data)
    if b"meta" not in found:
        refuse("no meta box")
    meta, data = found[b"meta"], data[: max(box.end for box in found.values())]
    decoder = _avif.AvifDecoder(data, "auto", 1)  # one thread: the darkroom has several photos at once
    size, _, mode, profile, _, orientation, _ = decoder.get_info()
    coded, seq_profile = coded_size(data, meta)
    if coded[0] * coded[1] > size[0] * size[1]:  # tiles of a grid are smaller than the whole; nothing is larger
        refuse("codes more pixels than it claims")
    return Negative(
        size=size,
        memory=memory_for(size, decoding=decoding_bytes(data, mode, seq_profile), held=2 * len(mode), copies=len(data)),
        expose=lambda: draw(data, mode, size),
        orientation=orientation,  # libavif gives irot and imir as EXIF would: 1 to 8
        profile=checked_profile(profile),
    )


def as_still(data: bytes) -> bytes:
    """The same file with the brand of a still picture, so that libavif draws the primary picture, not the film."""
    return data[:8] + b"avif" + data[12:] if data[8:12] == b"avis" else data


def decoding_bytes(data: bytes, mode: str, seq_profile: int) -> float:
    """Bytes a pixel at the peak of decoding: the planes of AV1, the interleaved pixels, and Pillow's copy of those."""
    at = data.find(b"av1C")
    deep = at < 0 or data[at + 6] & 0x40  # high_bitdepth
    planes = 1.0 + (CHROMA_SAMPLES[seq_profile] if "RGB" in mode else 0) + ("A" in mode)
    return ROUNDING * (planes * (2 if deep else 1) + 2 * len(mode))


def draw(data: bytes, mode: str, size: tuple[int, int]) -> Image.Image:
    """The pixels. Past Pillow's own plugin, which would parse the EXIF block and warn of what it finds there."""
    decoder = _avif.AvifDecoder(data, "auto", 1)
    pixels = decoder.get_frame(0)[0]
    del decoder  # and with it the planes
    return Image.frombytes(mode, size, pixels)


def coded_size(data: bytes, meta: Box) -> tuple[tuple[int, int], int]:
    """Width and height of the largest AV1 picture in the file, and the highest profile among them."""
    headers = [header for item in items(data, meta, b"av01") for header in sequence_headers(item)]
    if not headers:
        refuse("no AV1 sequence header")
    return max((size for size, _ in headers), key=lambda size: size[0] * size[1]), max(
        profile for _, profile in headers
    )


def sequence_headers(item: bytes) -> Iterator[tuple[tuple[int, int], int]]:
    """Size and profile from each sequence header among the OBUs (open bitstream units) of an item."""
    at = 0
    while at < len(item):
        header = item[at]
        at += 2 if header & 4 else 1  # an extension byte
        length = len(item) - at
        if header & 2:
            length, at = leb128(item, at)
        if header >> 3 & 15 == SEQUENCE_HEADER:
            yield largest_frame(Bits(item[at : at + length]))
        at += length


def leb128(data: bytes, at: int) -> tuple[int, int]:
    """The number at `at` in little-endian groups of seven bits, and the place after it."""
    value = 0
    for index, byte in enumerate(data[at : at + 8]):
        value |= (byte & 0x7F) << 7 * index
        if not byte & 0x80:
            return value, at + index + 1
    return refuse("length of an OBU")


def largest_frame(bits: Bits) -> tuple[tuple[int, int], int]:
    """The maximum frame size and the profile in a sequence header; names of fields as in the specification, 5.5.1."""
    seq_profile, _still_picture, reduced_still_picture_header = bits.take(3), bits.take(1), bits.take(1)
    if seq_profile not in CHROMA_SAMPLES:
        refuse("AV1 profile")
    if reduced_still_picture_header:
        bits.take(5)
    else:
        skip_operating_points(bits)
    width_bits, height_bits = bits.take(4) + 1, bits.take(4) + 1
    return (bits.take(width_bits) + 1, bits.take(height_bits) + 1), seq_profile


def skip_operating_points(bits: Bits) -> None:
    """Pass over timing and operating points, which lie between the profile and the size."""
    delay_bits = 0
    if bits.take(1):  # timing_info_present_flag
        bits.take(64)
        if bits.take(1):  # equal_picture_interval: an exponential-Golomb number
            bits.take(next((zeros for zeros in range(GOLOMB_ZEROS_MAX) if bits.take(1)), GOLOMB_ZEROS_MAX))
        if bits.take(1):  # decoder_model_info_present_flag
            delay_bits = bits.take(5) + 1
            bits.take(42)
    initial_display_delay_present = bits.take(1)
    for _ in range(bits.take(5) + 1):
        bits.take(12)
        if bits.take(5) > LEVEL_WITHOUT_TIER:  # seq_level_idx
            bits.take(1)
        if delay_bits and bits.take(1):
            bits.take(2 * delay_bits + 1)
        if initial_display_delay_present and bits.take(1):
            bits.take(4)
