"""From decoded pixels of any kind to one upright RGB picture, in strips, so that two full pictures never exist at once.

Each strip is turned upright before anything is averaged: a photo stored sideways with a tag and the same photo stored
upright give the same picture to the last bit.
"""

import io

from PIL import Image, ImageCms

from identification.photo.negative import Negative, Source, reduction

STRIP_PIXELS = 250_000  # 1 MB in Pillow, of which up to four exist at once
SIDEWAYS = 5  # from this orientation on, width and height change places
TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
SPACES = {"RGB": "RGB", "CMYK": "CMYK", "L": "GRAY"}  # Pillow's modes as ICC names them


def upright(negative: Negative) -> Image.Image:
    """The photo upright, in RGB on white, averaged down by whole factors to less than twice the largest rendition."""
    source = negative.expose()
    if negative.orientation == 1 and reduction(source.size) == 1 and is_plain(source):
        assert isinstance(source, Image.Image)
        return source
    factor = reduction(source.size)
    width, height = source.size if negative.orientation < SIDEWAYS else source.size[::-1]
    picture = Image.new("RGB", (-(-width // factor), -(-height // factor)))
    rows = factor * max(1, STRIP_PIXELS // width // factor)
    for upper in range(0, height, rows):
        lower = min(upper + rows, height)
        strip = source.crop(box_of(upper, lower, source.size, negative.orientation))
        strip = to_rgb(strip, negative.profile)
        if negative.orientation in TURNS:
            strip = strip.transpose(TURNS[negative.orientation])
        picture.paste(strip.reduce(factor) if factor > 1 else strip, (0, upper // factor))
    source.close()
    return picture


def is_plain(source: Source) -> bool:
    """Whether the pixels are RGB already, with nothing to see through."""
    return isinstance(source, Image.Image) and source.mode == "RGB" and "transparency" not in source.info


def box_of(upper: int, lower: int, size: tuple[int, int], orientation: int) -> tuple[int, int, int, int]:
    """Where the upright rows `upper` to `lower` lie in the pixels as stored."""
    width, height = size
    if orientation in {1, 2}:
        return 0, upper, width, lower
    if orientation in {3, 4}:
        return 0, height - lower, width, height - upper
    if orientation in {5, 6}:
        return upper, 0, lower, height
    return width - lower, 0, width - upper, height


def to_rgb(strip: Image.Image, profile: bytes | None) -> Image.Image:
    """The strip in RGB: what is transparent on white, 16 bits cut to 8, ink and grey by their profile if they have one."""
    if strip.mode == "I;16":
        strip = Image.frombytes("L", strip.size, strip.tobytes()[1::2])  # the high byte of each little-endian pair
    if strip.has_transparency_data:
        ink = strip.convert("RGBA")
        paper = Image.new("RGB", strip.size, "white")
        paper.paste(ink, mask=ink.getchannel("A"))
        return paper
    if strip.mode in {"CMYK", "L"} and (transform := transform_from(profile, strip.mode)):
        return ImageCms.applyTransform(strip, transform) or strip
    return strip.convert("RGB")


def to_srgb(picture: Image.Image, profile: bytes | None) -> None:
    """Turn an RGB picture's colours into sRGB in place; nothing when the profile is of another kind of pixels."""
    if transform := transform_from(profile, "RGB"):
        ImageCms.applyTransform(picture, transform, inPlace=True)


def transform_from(profile: bytes | None, mode: str) -> ImageCms.ImageCmsTransform | None:
    """The way from `profile` to sRGB; None when there is none to go: no profile, sRGB itself, broken, other pixels."""
    if not profile:
        return None
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        if source.profile.xcolor_space.strip() != SPACES[mode] or "sRGB" in ImageCms.getProfileDescription(source):
            return None
        return ImageCms.buildTransform(source, ImageCms.createProfile("sRGB"), mode, "RGB")
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return None
