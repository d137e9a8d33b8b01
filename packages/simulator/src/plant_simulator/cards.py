"""Test cards: pictures that name a fault, and the reader that gets the name back after scaling and JPEG.

A card is 16 x 12 cells: a black ring, a white ring, 5 rows of 12 data cells, and below them the name for people. The 60
data cells are the first bits of a SHA-256 of the name, so they are code and checksum in one: of 2**60 patterns only those
of the names below mean anything, and only inside both rings. Nothing but a card reads as a card.
"""

import hashlib
from io import BytesIO
from itertools import product

from PIL import Image, ImageDraw, ImageFont

FAULT_CARDS: tuple[str, ...] = (
    "latency_5s",
    "hang",
    "slow_drip",
    "reset_mid_body",
    "reset_before_answer",
    "truncated_json",
    "html_502",
    "error_500",
    "error_503",
    "error_503_retry_after",
    "throttled_429",
    "throttled_429_retry_after",
    "unauthorized_401",
    "wrong_content_type",
    "charged_but_never_answered",
    "not_json",
    "empty_body",
    "not_a_plant_card",
    "low_confidence",
    "disagree",
    "genus_only",
    "unhealthy",
    "healthy",
)

_COLUMNS, _ROWS = 16, 12
_DATA = tuple((column, row) for row, column in product(range(2, 7), range(2, 14)))
_RING_CELLS = tuple(product(range(_COLUMNS), range(_ROWS)))
_BLACK_RING = tuple((c, r) for c, r in _RING_CELLS if c in (0, _COLUMNS - 1) or r in (0, _ROWS - 1))
_WHITE_RING = tuple(
    (c, r)
    for c, r in product(range(1, _COLUMNS - 1), range(1, _ROWS - 1))
    if c in (1, _COLUMNS - 2) or r in (1, _ROWS - 2)
)
_SAMPLES = 4  # pixels per side that a cell is reduced to; the inner 2 x 2 of them are read
_DARK, _BRIGHT = 80, 175  # of 255; a cell between the two is no cell of a card


def _bits(name: str) -> tuple[bool, ...]:
    number = int.from_bytes(hashlib.sha256(f"fault card: {name}".encode()).digest())
    return tuple(bool(number >> place & 1) for place in range(len(_DATA)))


_NAMES = {_bits(name): name for name in FAULT_CARDS}


def draw_fault_card(fault: str) -> bytes:
    """A JPEG of 1200 x 900 pixels that `read_card` knows again. Raises ValueError for a name not in FAULT_CARDS."""
    if fault not in FAULT_CARDS:
        message = f"no fault card is called {fault!r}"
        raise ValueError(message)
    cell = 75
    card = Image.new("L", (_COLUMNS * cell, _ROWS * cell), 255)
    draw = ImageDraw.Draw(card)
    black = [*_BLACK_RING, *(place for place, bit in zip(_DATA, _bits(fault), strict=True) if bit)]
    for column, row in black:
        draw.rectangle((column * cell, row * cell, (column + 1) * cell - 1, (row + 1) * cell - 1), fill=0)
    middle = _COLUMNS * cell / 2
    draw.text((middle, 8.1 * cell), fault, fill=0, font=ImageFont.load_default(60), anchor="mm")
    draw.text((middle, 9.3 * cell), "test card of the simulator", fill=90, font=ImageFont.load_default(32), anchor="mm")
    out = BytesIO()
    card.convert("RGB").save(out, "JPEG", quality=92)
    return out.getvalue()


def read_card(image: Image.Image) -> str | None:
    """The fault that a picture is the card of, None for every other picture."""
    grey = image.convert("L").resize((_COLUMNS * _SAMPLES, _ROWS * _SAMPLES), Image.Resampling.BOX, reducing_gap=2.0)
    levels = grey.tobytes()
    if not _all(levels, _BLACK_RING, dark=True) or not _all(levels, _WHITE_RING, dark=False):
        return None
    cells = [_level(levels, column, row) for column, row in _DATA]
    if any(_DARK <= level <= _BRIGHT for level in cells):
        return None
    return _NAMES.get(tuple(level < _DARK for level in cells))


def _all(levels: bytes, cells: tuple[tuple[int, int], ...], *, dark: bool) -> bool:
    return all((level < _DARK) if dark else (level > _BRIGHT) for level in (_level(levels, c, r) for c, r in cells))


def _level(levels: bytes, column: int, row: int) -> float:
    first = (row * _SAMPLES + 1) * _COLUMNS * _SAMPLES + column * _SAMPLES + 1
    second = first + _COLUMNS * _SAMPLES
    return (levels[first] + levels[first + 1] + levels[second] + levels[second + 1]) / 4
