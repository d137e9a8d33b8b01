"""Outlines of leaves as points, for `drawings`: a unit square with the base of the leaf at the bottom and the tip on top."""

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from plant_simulator.catalogue import LeafShape

type Point = tuple[float, float]  # x to the right, y downwards, both 0 to 1
type Line = tuple[Point, Point]
type Profile = Callable[[float], float]  # half the width at a height from base (0) to tip (1)

_STEPS = 60  # points along one side of a blade


@dataclass(frozen=True, slots=True)
class Outline:
    """One leaf: the blades it consists of, what is cut out of them, its veins and its stalk."""

    blades: tuple[tuple[Point, ...], ...]
    cuts: tuple[tuple[Point, ...], ...] = ()
    veins: tuple[Line, ...] = ()
    stalk: tuple[Line, ...] = ()


def outline_of(shape: LeafShape) -> Outline:
    """The outline of a kind of leaf."""
    return _SHAPES[shape]()


def _blade(profile: Profile, foot: Point, tip: Point) -> tuple[Point, ...]:
    """The points around a blade that goes from `foot` to `tip`."""
    (x0, y0), (x1, y1) = foot, tip
    length = math.dist(foot, tip)
    across = ((y0 - y1) / length, (x1 - x0) / length)
    sides: list[Point] = []
    for side, steps in ((1, range(_STEPS + 1)), (-1, range(_STEPS, -1, -1))):
        for step in steps:
            t = step / _STEPS
            half = side * profile(t) * length
            sides.append((x0 + (x1 - x0) * t + across[0] * half, y0 + (y1 - y0) * t + across[1] * half))
    return tuple(sides)


def _bulge(width: float, towards_foot: float = 1.0, point: float = 1.0) -> Profile:
    """A blade `width` wide at its widest, which lies nearer to the foot the smaller `towards_foot` is."""
    return lambda t: width / 2 * math.sin(math.pi * t**towards_foot) ** point


def _side_veins(pairs: int, half: float, rise: float, first: float = 0.12, last: float = 0.8) -> Iterable[Line]:
    for pair in range(pairs):
        t = first + (last - first) * pair / max(pairs - 1, 1)
        reach = half * math.sin(math.pi * min(t + 0.12, 1.0)) * 0.85
        foot = (0.5, 0.9 - 0.8 * t)
        for side in (-1, 1):
            yield foot, (0.5 + side * reach, foot[1] - rise)


def _simple(profile: Profile, half: float, pairs: int, *, last: float = 0.8) -> Outline:
    veins = (((0.5, 0.9), (0.5, 0.12)), *_side_veins(pairs, half, 0.09, last=last))
    return Outline((_blade(profile, (0.5, 0.9), (0.5, 0.08)),), veins=veins, stalk=(((0.5, 1.0), (0.5, 0.88)),))


def _ovate() -> Outline:
    return _simple(_bulge(0.58, 0.78), 0.26, 7)


def _lance() -> Outline:
    return _simple(_bulge(0.32, 0.85), 0.14, 8)


def _round() -> Outline:
    return _simple(lambda t: 0.47 * math.sqrt(max(0.0, 1 - (2 * t - 1) ** 2)), 0.4, 4, last=0.62)


def _sword() -> Outline:
    blades = tuple(
        _blade(lambda t: 0.055 * (1 - t**3) * (0.75 + t / 2), (0.5 + lean / 12, 0.98), (0.5 + lean / 3.4, top))
        for lean, top in ((-1.2, 0.3), (1.15, 0.24), (-0.55, 0.12), (0.5, 0.09), (0.02, 0.03))
    )
    return Outline(blades)


def _heart() -> Outline:
    points = []
    for step in range(2 * _STEPS):
        a = math.pi * step / _STEPS
        x = 16 * math.sin(a) ** 3
        y = 13 * math.cos(a) - 5 * math.cos(2 * a) - 2 * math.cos(3 * a) - math.cos(4 * a)
        points.append((0.5 + x / 38, 0.52 + y / 42))
    veins = (((0.5, 0.62), (0.5, 0.16)), *_curved_veins())
    return Outline((tuple((x, y) for x, y in points),), veins=veins, stalk=(((0.5, 1.0), (0.5, 0.62)),))


def _curved_veins() -> Iterable[Line]:
    for foot, reach, top in ((0.62, 0.36, 0.52), (0.62, 0.3, 0.74), (0.52, 0.32, 0.38), (0.42, 0.22, 0.29)):
        for side in (-1, 1):
            yield (0.5, foot), (0.5 + side * reach, top)


def _split() -> Outline:
    heart = _heart()
    cuts = [
        _blade(_bulge(0.2), (0.5 + side * 0.13, y), (0.5 + side * 0.55, y - 0.1))
        for side in (-1, 1)
        for y in (0.68, 0.57, 0.46, 0.36)
    ]
    return Outline(heart.blades, tuple(cuts), heart.veins[:1], heart.stalk)


def _palmate() -> Outline:
    lobes = [(angle, 0.5 - abs(angle) / 520) for angle in (0, -46, 46, -92, 92)]
    ends = [(0.5 + r * math.sin(math.radians(a)), 0.62 - r * 1.1 * math.cos(math.radians(a))) for a, r in lobes]
    blades = tuple(_blade(_bulge(0.36, 0.95, 0.8), (0.5, 0.66), end) for end in ends)
    middle = _blade(_bulge(0.9), (0.5, 0.74), (0.5, 0.42))
    return Outline(
        (*blades, middle), veins=tuple(((0.5, 0.64), end) for end in ends), stalk=(((0.5, 1.0), (0.5, 0.64)),)
    )


def _pinnate() -> Outline:
    return _along_stem(pairs=6, width=0.4, reach=0.31, rise=0.11)


def _needle() -> Outline:
    return _along_stem(pairs=17, width=0.17, reach=0.26, rise=0.16)


def _along_stem(*, pairs: int, width: float, reach: float, rise: float) -> Outline:
    blades, veins = [], []
    for pair in range(pairs):
        t = pair / pairs
        foot, length = (0.5, 0.86 - 0.68 * t), reach * (1 - 0.45 * t)
        for side in (-1, 1):
            tip = (0.5 + side * length, foot[1] - rise)
            blades.append(_blade(_bulge(width, 0.85), foot, tip))
            veins.append((foot, tip))
    blades.append(_blade(_bulge(width, 0.85), (0.5, 0.2), (0.5, 0.02)))
    return Outline(tuple(blades), veins=tuple(veins), stalk=(((0.5, 1.0), (0.5, 0.15)),))


def _pad() -> Outline:
    def oval(t: float) -> float:
        return 0.4 * math.sqrt(max(0.0, 1 - (2 * t - 1) ** 2)) * (0.82 + 0.25 * t)

    blades = (
        _blade(oval, (0.5, 0.98), (0.5, 0.42)),
        _blade(oval, (0.38, 0.5), (0.2, 0.1)),
        _blade(oval, (0.6, 0.5), (0.78, 0.04)),
    )
    return Outline(blades)


_SHAPES: dict[LeafShape, Callable[[], Outline]] = {
    "ovate": _ovate,
    "heart": _heart,
    "lance": _lance,
    "sword": _sword,
    "round": _round,
    "palmate": _palmate,
    "split": _split,
    "pinnate": _pinnate,
    "needle": _needle,
    "pad": _pad,
}
