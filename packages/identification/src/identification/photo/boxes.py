"""The boxes of ISO base media files (ISO/IEC 14496-12), which hold AVIF and HEIC pictures, and films."""

from collections.abc import Iterator
from typing import NamedTuple

from identification.photo.negative import refuse

HEIC_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx"})
AVIF_BRANDS = frozenset({b"avif", b"avis"})
INFE_WIDE, ILOC_WIDE = 3, 2  # versions from which the numbers of items have 4 bytes
PICTURE = frozenset({b"meta", b"mdat"})  # the boxes that a picture needs
BOX_HEADER = 8  # bytes of size and name
FULL = 4  # bytes of version and flags with which a "full box" begins


class Box(NamedTuple):
    """One box: its name, and where its content starts and ends in the file."""

    kind: bytes
    start: int
    end: int


class Reader:
    """Numbers read one after the other from `data`; raises PhotoDamaged past the end of it."""

    def __init__(self, data: bytes, at: int, end: int) -> None:
        self._data, self._at, self._end = data, at, end

    def number(self, size: int) -> int:
        """The next big-endian number of `size` bytes; 0 when `size` is 0."""
        at, self._at = self._at, self._at + size
        if self._at > self._end:
            refuse("a box is shorter than it says")
        return int.from_bytes(self._data[at : self._at])


def brands(data: bytes) -> set[bytes]:
    """The brands a file claims in its first box; empty when that is not `ftyp`."""
    if data[4:8] != b"ftyp":
        return set()
    end = min(int.from_bytes(data[:4]), len(data), 1024)
    return {data[8:12], *(data[at : at + 4] for at in range(16, end - 3, 4))}


def boxes(data: bytes, start: int, end: int) -> Iterator[Box]:
    """Each box between two places of the file. Raises PhotoDamaged where one runs past the end: the file was cut."""
    while start + 8 <= end:
        size, header = int.from_bytes(data[start : start + 4]), 8
        if size == 1:
            size, header = int.from_bytes(data[start + 8 : start + 16]), 16
        stop = start + size if size else end
        if stop > end or stop < start + header:
            refuse("a box runs past the end")
        yield Box(data[start + 4 : start + 8], start + header, stop)
        start = stop


def top_boxes(data: bytes) -> dict[bytes, Box]:
    """The file's outermost boxes by name, the first of each. Raises PhotoDamaged for a file that was cut.

    What follows `meta` and `mdat` and is no whole box belongs to something else that a phone appended.
    """
    found: dict[bytes, Box] = {}
    start = 0
    while start + 8 <= len(data) and not (found.keys() >= PICTURE and not is_whole(data, start)):
        box = next(boxes(data, start, len(data)))
        found.setdefault(box.kind, box)
        start = box.end
    return found


def is_whole(data: bytes, start: int) -> bool:
    """Whether what starts here is a box with a plain name that ends within the file."""
    size = int.from_bytes(data[start : start + 4])
    return data[start + 4 : start + 8].isalnum() and BOX_HEADER <= size <= len(data) - start


def items(data: bytes, meta: Box, kind: bytes) -> Iterator[bytes]:
    """The content of each item of one kind (av01, Exif, ...), put together from where `iloc` says it lies."""
    inside = {box.kind: box for box in boxes(data, meta.start + FULL, meta.end)}
    if b"iinf" not in inside or b"iloc" not in inside:
        refuse("no list of items")
    wanted = item_ids(data, inside[b"iinf"], kind)
    idat = inside[b"idat"].start if b"idat" in inside else 0
    budget = len(data)  # extents may overlap: a small file could claim terabytes
    for item, extents in locations(data, inside[b"iloc"], idat):
        if item in wanted:
            budget -= sum(length or len(data) for _, length in extents)
            if budget < 0:
                refuse("items longer than the file")
            yield b"".join(data[at : at + length if length else None] for at, length in extents)


def item_ids(data: bytes, iinf: Box, kind: bytes) -> set[int]:
    """The numbers of the items of one kind."""
    wide = data[iinf.start] > 0
    found = set()
    for box in boxes(data, iinf.start + FULL + (4 if wide else 2), iinf.end):
        size = 4 if data[box.start] >= INFE_WIDE else 2
        entry = Reader(data, box.start + FULL, box.end)
        number = entry.number(size)
        entry.number(2)  # protection
        if entry.number(4).to_bytes(4) == kind:
            found.add(number)
    return found


def locations(data: bytes, iloc: Box, idat: int) -> Iterator[tuple[int, list[tuple[int, int]]]]:
    """Each item's number and its extents (place in the file, length or 0 for "to the end"), from `iloc`."""
    version = data[iloc.start]
    read = Reader(data, iloc.start + FULL, iloc.end).number
    sizes, more = read(1), read(1)
    offset_size, length_size, base_size = sizes >> 4, sizes & 15, more >> 4
    index_size = more & 15 if version else 0
    wide = 4 if version == ILOC_WIDE else 2
    for _ in range(read(wide)):
        item = read(wide)
        in_idat = version > 0 and read(2) & 15 == 1
        read(2)  # data reference: this file
        base = read(base_size) + (idat if in_idat else 0)
        extents = []
        for _ in range(read(2)):
            read(index_size)
            extents.append((base + read(offset_size), read(length_size)))
        yield item, extents
