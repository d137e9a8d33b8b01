import io

import pytest
from PIL import Image, ImageOps

from identification.photo import normalise, raw_digest

UNDO = {
    1: None,
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}


def stored(picture, orientation):
    """The pixels as a camera held that way would store them."""
    return picture.transpose(UNDO[orientation]) if UNDO[orientation] is not None else picture


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("size", [(480, 360), (3101, 701)])
def test_normalise_png_stored_sideways_is_the_same_photo(photos, orientation, size):
    """Rotated with a tag or stored upright: the same bytes and the same digest, also when it is scaled down."""
    picture = photos.leaves(*size)
    plain = normalise(photos.encode(picture, "png"))
    turned = normalise(photos.encode(stored(picture, orientation), "png", exif=photos.exif(orientation)))
    assert turned == plain
    assert plain.width > plain.height


@pytest.mark.parametrize("kind", ["jpeg", "webp"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_normalise_orientation_is_applied(photos, kind, orientation):
    """Each of the eight orientations ends upright, as Pillow itself would turn it."""
    data = photos.encode(stored(photos.leaves(), orientation), kind, exif=photos.exif(orientation), quality=95)
    with Image.open(io.BytesIO(data)) as reference:
        upright = ImageOps.exif_transpose(reference).convert("RGB")
    photo = normalise(data)
    assert (photo.width, photo.height) == upright.size == (480, 360)
    assert photos.psnr(photos.decode(photo.large), upright) > 32


@pytest.mark.parametrize("orientation", [1, 3, 6])
def test_normalise_avif_turned_by_its_container_is_upright(photos, orientation):
    """AVIF turns by irot and imir; its EXIF does not count."""
    picture = photos.leaves()
    photo = normalise(photos.encode(stored(picture, orientation), "avif", exif=photos.exif(orientation), quality=90))
    assert photos.psnr(photos.decode(photo.large), picture) > 25


@pytest.mark.parametrize("kind", ["png", "webp", "avif", "heic"])
def test_normalise_transparency_is_laid_on_white(photos, kind):
    """What is transparent becomes white, not the black or the colour that happens to lie beneath."""
    picture = photos.leaves().convert("RGBA")
    picture.paste((255, 0, 0, 0), (240, 0, 480, 360))
    large = photos.decode(normalise(photos.encode(picture, kind)).large)
    assert min(large.getpixel((400, 200))) > 245
    assert large.getpixel((20, 20))[0] > 200
    assert large.getpixel((20, 20))[1] < 90


@pytest.mark.parametrize("mode", ["L", "LA", "1", "P", "RGBA", "RGB"])
def test_normalise_png_of_each_mode_keeps_its_picture(photos, mode):
    """Grey, one-bit, palette and alpha pictures are drawn as any viewer draws them."""
    picture = photos.leaves().convert(mode)
    large = photos.decode(normalise(photos.encode(picture, "png")).large)
    assert large.mode == "RGB"
    assert photos.psnr(large, picture.convert("RGB")) > 20


def test_normalise_palette_with_a_transparent_colour_is_laid_on_white(photos):
    """A palette picture with a transparent entry is one with transparency."""
    picture = Image.new("P", (64, 64), 1)
    picture.putpalette([0, 0, 0, 10, 20, 200])
    picture.paste(0, (0, 0, 32, 64))
    large = photos.decode(normalise(photos.encode(picture, "png", transparency=0)).large)
    assert min(large.getpixel((8, 32))) > 245
    assert large.getpixel((56, 32))[2] > 180


def test_normalise_16_bit_grey_keeps_its_highest_bits(photos):
    """16 bits are cut to 8, not clipped: a third of full light stays a third."""
    picture = Image.new("I;16", (64, 64), 21_845)
    large = photos.decode(normalise(photos.encode(picture, "png")).large)
    assert large.getpixel((30, 30)) == (85, 85, 85)


def test_normalise_cmyk_jpeg_has_its_colours(photos):
    """Ink is turned into light the right way round (Adobe stores it inverted)."""
    picture = photos.leaves()
    large = photos.decode(normalise(photos.encode(picture.convert("CMYK"), quality=95)).large)
    assert photos.psnr(large, picture) > 27


@pytest.mark.parametrize("kind", ["jpeg", "png", "webp", "avif", "heic"])
def test_normalise_wide_gamut_becomes_srgb(photos, kind):
    """The green of a Display P3 photo, which sRGB shows with less red, is converted and not merely relabelled."""
    picture = Image.new("RGB", (64, 64), (120, 200, 80))
    plain = normalise(photos.encode(picture, kind))
    wide = normalise(photos.encode(picture, kind, icc_profile=photos.profile()))
    assert photos.decode(wide.large).getpixel((9, 9))[0] < photos.decode(plain.large).getpixel((9, 9))[0] - 15
    assert wide.digest != plain.digest


def test_normalise_grey_profile_is_applied(photos):
    """A linear grey picture becomes as light as it is meant to be."""
    data = photos.encode(Image.new("L", (64, 64), 60), "png", icc_profile=photos.profile("GRAY", gamma=1.0))
    assert photos.decode(normalise(data).large).getpixel((9, 9))[0] > 110


@pytest.mark.parametrize("profile", [b"x" * 300, b"", None])
def test_normalise_broken_profile_is_no_reason_to_refuse(photos, profile):
    """A profile that cannot be read changes nothing."""
    picture = photos.leaves()
    photo = normalise(photos.encode(picture, "png", icc_profile=profile))
    assert photo == normalise(photos.encode(picture, "png"))


def test_digest_metadata_and_packing_change_nothing(photos):
    """The digest is of the picture: EXIF, texts, an sRGB label and how hard it was compressed do not move it."""
    picture = photos.leaves(1700, 900)
    plain = photos.encode(picture, "png")
    other = photos.encode(picture, "png", compress_level=9, exif=photos.exif(), dpi=(300, 300))
    labelled = photos.encode(picture, "png", icc_profile=photos.profile(name="sRGB built-in"))
    assert len({normalise(data).digest for data in (plain, other, labelled)}) == 1
    assert len({raw_digest(data) for data in (plain, other, labelled)}) == 3


def test_digest_one_pixel_more_is_another_photo(photos):
    """One pixel of another colour, or one column more, and the digest is another."""
    picture = photos.leaves()
    changed = picture.copy()
    changed.putpixel((300, 200), (1, 2, 3))
    files = [photos.encode(one, "png") for one in (picture, changed, picture.crop((0, 0, 479, 360)))]
    assert len({normalise(data).digest for data in files}) == 3


@pytest.mark.parametrize("kind", ["jpeg", "png", "webp", "avif"])
def test_normalise_quality_is_near_plain_lanczos(photos, kind):
    """The short cuts (scaled decoding, averaging, a fast filter) do not show: above 35 dB of the slow way, both as JPEG."""
    data = photos.encode(photos.leaves(3400, 1500), kind, quality=92)
    original = photos.decode(data).convert("RGB")
    photo = normalise(data)
    for part in (photo.large, photo.medium):
        picture = photos.decode(part)
        slow = photos.encode(original.resize(picture.size, Image.Resampling.LANCZOS), quality=90)
        assert photos.psnr(picture, photos.decode(slow)) > 35


def test_normalise_result_is_a_fixed_point(photos):
    """A normalised photo normalised again keeps its size, and is drawn without loss that shows."""
    first = normalise(photos.encode(photos.leaves(1600, 1200)))
    again = normalise(first.large)
    assert (again.width, again.height) == (first.width, first.height)
    assert photos.psnr(photos.decode(first.large), photos.decode(again.large)) > 40
