"""Pictures the simulator draws itself, free of rights: plants, sample photos, test cards, and a thing that is no plant.

Everything follows from the arguments: the same call gives the same bytes (with the same version of Pillow).
"""

import math
import random
from collections.abc import Sequence
from io import BytesIO

from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageFont, ImageOps

from plant_simulator.cards import FAULT_CARDS, draw_fault_card
from plant_simulator.catalogue import DISEASES, LEAF_SHAPES, PLANTS, FlowerColour, LeafShape, Plant
from plant_simulator.leaf_shapes import Line, Outline, Point, outline_of

__all__ = ["FAULT_CARDS", "draw_fault_card", "draw_not_a_plant", "draw_plant", "draw_sample_leaf"]

type Colour = tuple[int, int, int]
type Spot = tuple[float, float, float, Colour]  # where across and along the leaf, how wide, in which colour

_PETALS: dict[FlowerColour, Colour] = {
    "white": (246, 244, 238),
    "yellow": (246, 200, 40),
    "orange": (240, 140, 40),
    "red": (206, 40, 52),
    "pink": (226, 110, 160),
    "violet": (140, 90, 190),
    "blue": (90, 120, 215),
    "green": (150, 185, 90),
}
_BACKDROPS: tuple[tuple[Colour, Colour], ...] = (
    ((238, 236, 230), (204, 200, 194)),
    ((226, 230, 236), (178, 186, 196)),
    ((240, 230, 220), (206, 190, 178)),
    ((214, 216, 214), (150, 152, 154)),
    ((232, 224, 236), (190, 182, 198)),
)
_RUST, _STRAW, _FLOUR = (142, 92, 48), (206, 176, 84), (232, 232, 226)
_SPOT_COLOURS = {
    "leaf spot": _RUST,
    "nutrient deficiency": _STRAW,
    "powdery mildew": _FLOUR,
    "rust": _RUST,
    "senescence": _STRAW,
    "water deficiency": _RUST,
    "water excess": _STRAW,
}


def draw_plant(name: str, *, size: int = 400, organ: str = "leaf") -> bytes:
    """A square JPEG, `size` pixels wide, of an organ (leaf, flower, fruit, bark) of a catalogue plant.

    A genus shows its first species, a disease a leaf that has it, an unknown name or organ some leaf.
    """
    rng = random.Random(f"{name}/{organ}")  # noqa: S311  # a drawing needs no cryptography
    plant = _find_plant(name) or rng.choice(PLANTS)
    picture = _backdrop((size, size), rng)
    spots = _spots(rng, name) if any(disease.name == name for disease in DISEASES) else ()
    if organ == "bark":
        picture = _bark(size, rng)
    elif organ in {"flower", "fruit"}:
        _paste_leaves(picture, plant, rng, count=5)
        picture = _paste_flower(picture, plant, rng) if organ == "flower" else _paste_fruits(picture, plant, rng)
    else:
        shape: LeafShape = "ovate" if spots else plant.leaf_shape
        leaf = _leaf(int(size * (1.35 if spots else 0.86)), shape, _tone(rng), spots=spots)  # spots show close up
        _paste(picture, leaf, (size // 2, int(size * 0.48)), rng.uniform(-18, 18))
    return _sign_and_save(picture)


def draw_sample_leaf(seed: int = 0, *, width: int = 1200, height: int = 900) -> bytes:
    """A JPEG like a photo of some leaves on a table; `see` finds a plant on it. Each `seed` gives another photo."""
    rng = random.Random(f"sample leaf {seed}")  # noqa: S311  # a drawing needs no cryptography
    picture = _backdrop((width, height), rng)
    shapes = [shape for shape in LEAF_SHAPES if shape != "pad"]
    shape, tone, side = rng.choice(shapes), _tone(rng), min(width, height)
    spots = _spots(rng) if rng.random() < 1 / 6 else ()
    for _ in range(rng.randint(2, 5)):
        small = _leaf(int(side * rng.uniform(0.4, 0.7)), shape, _shift(tone, -25))
        _paste(picture, small, (rng.randrange(width), rng.randrange(height)), rng.uniform(-180, 180))
    large = _leaf(int(side * rng.uniform(0.8, 1.0)), shape, tone, spots=spots)
    place = (int(width * rng.uniform(0.35, 0.65)), int(height * rng.uniform(0.42, 0.58)))
    _paste(picture, large, place, rng.uniform(-120, 120))
    return _sign_and_save(picture)


def draw_not_a_plant() -> bytes:
    """A JPEG of a mug on a table: `see` finds no plant on it."""
    picture = Image.new("RGB", (900, 675), (196, 186, 178))
    draw = ImageDraw.Draw(picture)
    draw.rectangle((0, 430, 900, 675), fill=(128, 96, 72))
    draw.ellipse((300, 500, 640, 580), fill=(104, 76, 56))
    draw.ellipse((520, 240, 690, 450), outline=(66, 92, 140), width=34)
    draw.rounded_rectangle((300, 180, 580, 550), radius=46, fill=(74, 104, 156))
    draw.ellipse((300, 150, 580, 226), fill=(60, 84, 128))
    draw.ellipse((318, 162, 562, 216), fill=(62, 40, 30))
    return _sign_and_save(picture.filter(ImageFilter.SMOOTH))


# --- leaves -------------------------------------------------------------------------------------------------------


def _find_plant(name: str) -> Plant | None:
    return next((plant for plant in PLANTS if name in {plant.name, plant.genus}), None)


def _tone(rng: random.Random) -> Colour:
    return rng.randint(34, 84), rng.randint(118, 158), rng.randint(30, 66)


def _shift(colour: Colour, by: int) -> Colour:
    red, green, blue = (min(255, max(0, channel + by)) for channel in colour)
    return red, green, blue


def _spots(rng: random.Random, disease: str = "") -> tuple[Spot, ...]:
    """Forty-five spots on a leaf, in the off-colour of a disease, or in any."""
    colour = _SPOT_COLOURS.get(disease) or rng.choice((_RUST, _STRAW, _FLOUR))
    places = ((rng.uniform(0.28, 0.72), rng.uniform(0.15, 0.85), rng.uniform(0.02, 0.055)) for _ in range(45))
    return tuple((x, y, radius, colour) for x, y, radius in places)


def _leaf(side: int, shape: LeafShape, tone: Colour, *, spots: Sequence[Spot] = ()) -> Image.Image:
    """A leaf in RGBA on a transparent square, tip upwards: shaded along its length and on one half."""
    outline = outline_of(shape)
    mask = _mask(outline, side)
    ramp = Image.linear_gradient("L").resize((side, side))
    blade = ImageOps.colorize(ramp, _shift(tone, 38), _shift(tone, -22))
    half = Image.new("L", (side, side), 0)
    half.paste(48, (side // 2, 0, side, side))
    blade.paste(_shift(tone, -45), mask=half)
    draw = ImageDraw.Draw(blade, "RGBA")
    for x, y, radius, colour in spots:
        _draw_spot(draw, side, (x, y), radius, colour)
    _draw_lines(draw, outline.veins, side, (*_shift(tone, 70), 150), max(1, side // 130))
    leaf = Image.new("RGBA", (side, side))
    _draw_lines(ImageDraw.Draw(leaf), outline.stalk, side, (*_shift(tone, 15), 255), max(2, side // 45))
    leaf.paste(blade, mask=mask)
    return leaf


def _mask(outline: Outline, side: int) -> Image.Image:
    """Where the leaf is, drawn at double size for smooth edges."""
    mask = Image.new("L", (2 * side, 2 * side), 0)
    draw = ImageDraw.Draw(mask)
    for points, level in [*((blade, 255) for blade in outline.blades), *((cut, 0) for cut in outline.cuts)]:
        draw.polygon([(2 * side * x, 2 * side * y) for x, y in points], fill=level)
    return mask.reduce(2)


def _draw_spot(draw: ImageDraw.ImageDraw, side: int, place: Point, radius: float, colour: Colour) -> None:
    x, y = place[0] * side, place[1] * side
    for part, alpha in ((1.0, 110), (0.7, 255)):
        reach = radius * side * part
        draw.ellipse((x - reach, y - reach, x + reach, y + reach), fill=(*colour, alpha))


def _draw_lines(
    draw: ImageDraw.ImageDraw, lines: Sequence[Line], side: int, colour: tuple[int, ...], width: int
) -> None:
    for (x0, y0), (x1, y1) in lines:
        draw.line((x0 * side, y0 * side, x1 * side, y1 * side), fill=colour, width=width)


def _paste(picture: Image.Image, leaf: Image.Image, middle: tuple[int, int], angle: float) -> None:
    """Lay a leaf on the picture, turned by `angle` degrees, with its shadow."""
    turned = leaf.rotate(angle, Image.Resampling.BILINEAR, expand=True)
    left, top = middle[0] - turned.width // 2, middle[1] - turned.height // 2
    soft = turned.getchannel("A").reduce(8).filter(ImageFilter.GaussianBlur(2)).resize(turned.size)
    drop = max(2, leaf.width // 40)
    picture.paste((48, 44, 40), (left + drop, top + drop), soft.point([level * 2 // 5 for level in range(256)]))
    picture.paste(turned, (left, top), turned)


def _paste_leaves(picture: Image.Image, plant: Plant, rng: random.Random, *, count: int) -> None:
    tone = _tone(rng)
    for place in range(count):
        angle = 360 * place / count + rng.uniform(-15, 15)
        leaf = _leaf(int(picture.width * 0.55), plant.leaf_shape, _shift(tone, rng.randint(-20, 10)))
        reach = picture.width * 0.27
        x = picture.width / 2 - reach * math.sin(math.radians(angle))
        y = picture.height / 2 - reach * math.cos(math.radians(angle))
        _paste(picture, leaf, (int(x), int(y)), angle)


# --- flower, fruit, bark, paper -----------------------------------------------------------------------------------


def _paste_flower(picture: Image.Image, plant: Plant, rng: random.Random) -> Image.Image:
    """The picture with a flower in the middle: two rings of petals, or one dense ring for the daisy family."""
    colour, side = _PETALS[plant.flower_colour], picture.width
    petals = 18 if plant.family == "Asteraceae" else rng.choice((5, 5, 6))
    slim = 0.1 if petals == 18 else 0.26  # noqa: PLR2004  # the daisy family of the line above
    start = rng.uniform(0, 360)
    for ring, (reach, tint) in enumerate(((0.3, -18), (0.24, 8))):
        petal = _petal(int(side * reach * 2), slim * 0.5 / reach, _shift(colour, tint))
        for place in range(petals):
            turned = petal.rotate(start + 360 * (place + ring / 2) / petals, Image.Resampling.BILINEAR)
            picture.paste(turned, ((side - turned.width) // 2, (side - turned.height) // 2), turned)
    heart = (150, 104, 40) if plant.flower_colour == "yellow" else (240, 196, 70)
    _disc(picture, (side / 2, side / 2), side * 0.07, heart)
    return picture


def _petal(side: int, slim: float, colour: Colour) -> Image.Image:
    """One petal of a flower that fills a square of `side`, pointing up from the middle."""
    petal = Image.new("RGBA", (side, side))
    draw = ImageDraw.Draw(petal)
    half = side * slim / 2
    draw.ellipse((side / 2 - half, side * 0.02, side / 2 + half, side * 0.52), fill=(*colour, 255))
    draw.line((side / 2, side * 0.12, side / 2, side * 0.5), fill=(*_shift(colour, -28), 255), width=max(1, side // 90))
    return petal


def _paste_fruits(picture: Image.Image, plant: Plant, rng: random.Random) -> Image.Image:
    side = picture.width
    colour = rng.choice(((176, 36, 44), (214, 120, 36), (78, 52, 110), (150, 150, 50)))
    for place in range(3 if plant.habit == "house" else 4):
        angle = 2 * math.pi * place / 3 + rng.uniform(-0.3, 0.3)
        reach = side * (0.13 if place < 3 else 0.0)  # noqa: PLR2004  # three around, the fourth in the middle
        _disc(picture, (side / 2 + reach * math.cos(angle), side / 2 + reach * math.sin(angle)), side * 0.12, colour)
    return picture


def _disc(picture: Image.Image, middle: Point, radius: float, colour: Colour) -> None:
    """A ball: darker at its rim, with a highlight."""
    draw = ImageDraw.Draw(picture)
    for part, tint in ((1.0, -40), (0.92, 0), (0.6, 14)):
        reach, lift = radius * part, radius * (1 - part) * 0.5
        x, y = middle[0] - lift, middle[1] - lift
        draw.ellipse((x - reach, y - reach, x + reach, y + reach), fill=_shift(colour, tint))


def _bark(size: int, rng: random.Random) -> Image.Image:
    """Upright furrows of bark, with a few leaves of moss so that it passes for a plant."""
    narrow = Image.new("RGB", (48, 24))
    for x in range(48):
        ridge = rng.randint(70, 140)
        for y in range(24):
            level = max(30, ridge + rng.randint(-22, 22))
            mossy = rng.random() < 0.16  # noqa: PLR2004  # share of moss
            narrow.putpixel(
                (x, y), (level * 2 // 3, level, level // 3) if mossy else (level, level * 4 // 5, level * 3 // 5)
            )
    return narrow.resize((size, size), Image.Resampling.BICUBIC)


def _backdrop(size: tuple[int, int], rng: random.Random) -> Image.Image:
    """A lit table top: light from one side, with a few soft patches, drawn small and enlarged."""
    light, dark = rng.choice(_BACKDROPS)
    ramp = Image.linear_gradient("L").rotate(rng.choice((0, 90, 180, 270))).resize((96, 72))
    patches = Image.new("L", ramp.size, 0)
    draw = ImageDraw.Draw(patches)
    for _ in range(9):
        x, y, radius = rng.randrange(96), rng.randrange(72), rng.randint(5, 22)
        draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=rng.randint(20, 110))
    mixed = ImageChops.add(ramp, patches.filter(ImageFilter.GaussianBlur(6)))
    return ImageOps.colorize(mixed, light, dark).resize(size, Image.Resampling.BICUBIC)


def _sign_and_save(picture: Image.Image) -> bytes:
    """The picture as JPEG, with the word "simulated" small in its lower right corner."""
    points = max(9, min(picture.size) // 32)
    place = (picture.width - points // 2, picture.height - points // 3)
    draw = ImageDraw.Draw(picture)
    font = ImageFont.load_default(points)
    draw.text(
        place, "simulated", fill=(96, 92, 88), font=font, anchor="rd", stroke_width=1, stroke_fill=(244, 242, 238)
    )
    out = BytesIO()
    picture.save(out, "JPEG", quality=90)
    return out.getvalue()
