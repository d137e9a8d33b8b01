"""The one fact taken from EXIF: which way up the photo is. All else in there stays unread (law 12)."""

import struct

ORIENTATION = 0x0112
ORIENTATIONS = range(1, 9)
TIFF_HEADER_BYTES = 8
SHORT = 3  # the TIFF type of the tag
EXIF_HEADER = b"Exif\0\0"  # before the TIFF block in JPEG; some writers put it into WebP too


def orientation_of(exif: bytes | None) -> int:
    """The orientation 1..8 in an EXIF block (a TIFF file of its own, TIFF 6.0); 1 when it is missing or nonsense."""
    tiff = (exif or b"").removeprefix(EXIF_HEADER)
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(tiff[:4])
    if order is None or len(tiff) < TIFF_HEADER_BYTES:
        return 1
    (start,) = struct.unpack_from(order + "I", tiff, 4)
    if start + 2 > len(tiff):
        return 1
    (count,) = struct.unpack_from(order + "H", tiff, start)
    for entry in range(start + 2, min(start + 2 + 12 * count, len(tiff) - 11), 12):
        tag, kind, _, value = struct.unpack_from(order + "HHIH", tiff, entry)
        if tag == ORIENTATION and kind == SHORT:
            return value if value in ORIENTATIONS else 1
    return 1
