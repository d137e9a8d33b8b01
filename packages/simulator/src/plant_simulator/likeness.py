"""How like two pictures are: a photo as a short vector, a fixed pseudo-random vector for each name, and their correlation.

The vector of a photo hardly changes with its size in pixels or its JPEG quality: it holds means over large cells, as
floats. What most photos have in common (how bright they are, a subject in the middle) is taken out of it, so that photos
spread over all the names.
"""

import hashlib
import math
from array import array
from collections.abc import Sequence

from PIL import Image

_CELLS = 6  # per side
_LENGTH = 3 * _CELLS * _CELLS + 3  # lightness and two colour differences per cell, and the mean of each
_CHROMA = 1.6  # weight of a colour difference, which varies less over a photo than lightness
_MEANS = 0.5  # weight of the means: enough to tell plain colours apart, too little to group photos by exposure


def features_of(small: Image.Image) -> list[float]:
    """A vector of length 1 that stands for the photo."""
    reds, greens, blues = (_cell_means(channel) for channel in small.split())
    lightness = [0.299 * r + 0.587 * g + 0.114 * b for r, g, b in zip(reds, greens, blues, strict=True)]
    planes = [
        lightness,
        [_CHROMA * (r - y) for r, y in zip(reds, lightness, strict=True)],
        [_CHROMA * (b - y) for b, y in zip(blues, lightness, strict=True)],
    ]
    means = [math.fsum(plane) / len(plane) for plane in planes]
    own = [value for plane in planes for value in _strip(plane, _COMMON)]
    return _unit([*own, *(_MEANS * (mean - middle) for mean, middle in zip(means, (128, 0, 0), strict=True))])


def _cell_means(channel: Image.Image) -> array[float]:
    """The mean of each cell, in floats: rounded to 8 bits, two renditions of a photo would differ four times as much."""
    cells = channel.convert("F").resize((_CELLS, _CELLS), Image.Resampling.BOX)
    return array("f", cells.tobytes())


def _unit(vector: list[float]) -> list[float]:
    length = math.hypot(*vector)
    return [value / length for value in vector] if length else vector


def _common_shapes() -> list[list[float]]:
    """What most photos have in common: a level, and a subject in the middle. Orthogonal vectors of length 1."""
    middle = (_CELLS - 1) / 2
    squares = [(x - middle) ** 2 + (y - middle) ** 2 for y in range(_CELLS) for x in range(_CELLS)]
    shapes: list[list[float]] = []
    for power in range(3):
        shapes.append(_unit(_strip([square**power for square in squares], shapes)))
    return shapes


def _strip(plane: list[float], shapes: list[list[float]]) -> list[float]:
    for shape in shapes:
        amount = math.sumprod(plane, shape)
        plane = [value - amount * part for value, part in zip(plane, shape, strict=True)]
    return plane


_COMMON = _common_shapes()


def pattern_of(name: str) -> list[float]:
    """The fixed pseudo-random vector of length 1 of a name."""
    return _unit([byte - 127.5 for byte in hashlib.shake_256(name.encode()).digest(_LENGTH)])


def correlate[Thing](features: list[float], patterns: Sequence[tuple[Thing, list[float]]]) -> list[tuple[Thing, float]]:
    """Each thing with the correlation of its pattern and a photo's features, -1 to 1, best first."""
    rows = [(thing, math.sumprod(features, pattern)) for thing, pattern in patterns]
    return sorted(rows, key=lambda row: -row[1])
