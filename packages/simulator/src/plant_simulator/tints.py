"""How much of a photo is green, yellow, brown, pale or in bloom: what tells a plant, a flower and a sick leaf by colour.

Vegetation is told by the Excess Green index, 2g - r - b on chromatic coordinates (each channel divided by the sum of the
three): Woebbecke, Meyer, Von Bargen, Mortensen (1995), Color indices for weed identification under various soil, residue,
and lighting conditions, Transactions of the ASAE 38(1), 259-269.
"""

from dataclasses import dataclass

from PIL import Image

_EXCESS_GREEN = 0.08  # from here on a pixel is vegetation; grey is 0, pure green 2
_DARKEST = 75  # sum of the three channels below which colour is noise
_STRONG = 0.25  # saturation from which a colour counts as one
_PALE = 130  # least channel of a pale spot
_BLOOM = 110  # greatest channel of a petal, at least
_BRIGHT = 190  # red channel of a yellow or orange petal, at least
_AILING = 0.16  # share of the plant in off-colours at which healthy and ill are equally likely
_FLOWERING = 0.03  # share of bloom from which a photo shows a flower
_HALF = 0.04  # share of vegetation at which a plant and none are equally likely


@dataclass(frozen=True, slots=True, kw_only=True)
class Tints:
    """Shares of all pixels, 0 to 1. Off-colours (yellow, brown, pale) count only beside vegetation."""

    vegetation: float
    yellow: float
    brown: float
    pale: float
    bloom: float

    @property
    def plant_probability(self) -> float:
        """That there is a plant: 0.5 where _HALF of the photo is vegetation."""
        square = self.vegetation * self.vegetation
        return square / (square + _HALF * _HALF)

    @property
    def healthy_probability(self) -> float:
        """That the plant is healthy: 0.5 where _AILING of the plant is off-colour."""
        off = self.yellow + self.brown + 1.5 * self.pale  # the rim of a pale spot blends into the green around it
        share = off / (off + self.vegetation + 0.05)  # the 0.05 keeps a photo with hardly a plant from looking sick
        return 0.97 - 0.94 * share * share / (share * share + _AILING * _AILING)

    @property
    def leading(self) -> str:
        """The off-colour there is most of: "yellow", "brown" or "pale"."""
        shares = {"yellow": self.yellow, "brown": self.brown, "pale": self.pale}
        return max(shares, key=lambda tint: shares[tint])

    @property
    def organ(self) -> str:
        """What is shown: "flower" where a good share is in strong colours that no leaf has, else "leaf"."""
        return "flower" if self.bloom >= _FLOWERING else "leaf"


def count_tints(small: Image.Image) -> Tints:
    """The tints of a small RGB image, one look at each pixel."""
    raw = small.tobytes()
    kinds = [_kind(red, green, blue) for red, green, blue in zip(raw[0::3], raw[1::3], raw[2::3], strict=True)]
    total = len(kinds)
    return Tints(
        vegetation=kinds.count("vegetation") / total,
        yellow=kinds.count("yellow") / total,
        brown=kinds.count("brown") / total,
        pale=_count_pale_spots(kinds) / total,
        bloom=kinds.count("bloom") / total,
    )


def _kind(red: int, green: int, blue: int) -> str:
    total = red + green + blue
    if total < _DARKEST:
        return "dark"
    strongest, weakest = max(red, green, blue), min(red, green, blue)
    strong = strongest - weakest >= _STRONG * strongest
    # A hue of 21 degrees (orange) to 60 (yellow), which Excess Green would count as vegetation.
    if strong and red >= green >= blue and 20 * (green - blue) >= 7 * (red - blue):
        return _warm_kind(red, green, blue)
    if 3 * green >= (1 + _EXCESS_GREEN) * total:
        return "vegetation"
    if not strong:
        return "pale" if weakest >= _PALE else "dull"
    return "bloom" if strongest >= _BLOOM else "dull"


def _warm_kind(red: int, green: int, blue: int) -> str:
    """Yellow and brown of a dying leaf, which is duller than the yellow of a flower."""
    if red >= _BRIGHT and blue * 4 <= red:
        return "bloom"
    return "yellow" if 3 * (green - blue) >= 2 * (red - blue) else "brown"


def _count_pale_spots(kinds: list[str]) -> int:
    """Pale pixels with vegetation close by on either side: spots on a leaf, and not the wall behind it."""
    return sum(
        kind == "pale" and "vegetation" in kinds[max(place - 4, 0) : place] and "vegetation" in kinds[place : place + 5]
        for place, kind in enumerate(kinds)
    )
