import struct
import warnings
import zlib

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from identification.errors import PhotoDamaged, PhotoRefused, PhotoTooLarge
from identification.photo import NormalisedPhoto, normalise
from identification.photo.exif import orientation_of

FORMATS = ("jpeg", "progressive", "cmyk", "png", "palette", "apng", "webp", "lossless", "sequence", "avif", "heic")
CUT = settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
MUTATED = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
EDITS = st.lists(
    st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 8), st.binary(max_size=8)), min_size=1, max_size=6
)


@pytest.fixture(scope="session")
def valid(photos):
    """One small valid file of each sort."""
    picture, other, exif = photos.leaves(96, 80), photos.leaves(96, 80, seed=2), photos.exif(6)
    frames = {"save_all": True, "append_images": [other]}
    return {
        "jpeg": photos.encode(picture, exif=exif, icc_profile=photos.profile()),
        "progressive": photos.encode(picture, progressive=True),
        "cmyk": photos.encode(picture.convert("CMYK")),
        "png": photos.encode(picture, "png", exif=exif, icc_profile=photos.profile()),
        "palette": photos.encode(picture.convert("P"), "png", transparency=3),
        "apng": photos.encode(picture, "png", **frames),
        "webp": photos.encode(picture, "webp", exif=exif, icc_profile=photos.profile()),
        "lossless": photos.encode(picture.convert("RGBA"), "webp", lossless=True),
        "sequence": photos.encode(picture, "avif", **frames),
        "avif": photos.encode(picture, "avif", exif=exif, icc_profile=photos.profile()),
        "heic": photos.encode(picture, "heic", icc_profile=photos.profile()),
    }


def develop_quietly(data):
    """The photo, or the refusal; any other exception and any warning escape."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            return normalise(data)
        except PhotoRefused as refusal:
            return refusal


@pytest.mark.parametrize("kind", FORMATS)
@CUT
@given(share=st.floats(0, 1, exclude_max=True))
@example(share=0.0)
@example(share=0.5)
@example(share=0.9999999)
def test_normalise_cut_anywhere_is_refused(valid, kind, share):
    """A file cut at any place, down to its last byte, is refused: half a photo is never sent to a paid service."""
    data = valid[kind][: int(share * len(valid[kind]))]
    assert isinstance(develop_quietly(data), PhotoRefused)


@pytest.mark.parametrize("kind", ["jpeg", "progressive", "png", "webp", "lossless"])
def test_normalise_cut_in_the_last_bytes_is_damaged(valid, kind):
    """The last 16 bytes each count, although a decoder would draw the whole picture without them."""
    for missing in range(1, 17):
        with pytest.raises(PhotoDamaged):
            normalise(valid[kind][:-missing])


def test_normalise_large_jpeg_cut_is_damaged(photos):
    """Scaled decoding does not hide a cut: a large photo with its last row missing is damaged."""
    data = photos.encode(photos.leaves(3200, 2400))
    for share in (0.3, 0.9, 0.999):
        with pytest.raises(PhotoDamaged):
            normalise(data[: int(share * len(data))])


@pytest.mark.parametrize("kind", FORMATS)
def test_normalise_trailing_bytes_are_ignored(valid, kind):
    """What phones append behind the picture changes nothing."""
    whole = normalise(valid[kind])
    for tail in (bytes(40), b"MotionPhoto_Data" + bytes(range(256)), b"\xff\xd9", b"\0\0\0\x20mpvd" + bytes(24)):
        assert normalise(valid[kind] + tail) == whole


@pytest.mark.parametrize("kind", FORMATS)
@MUTATED
@given(edits=EDITS)
def test_normalise_mutated_file_is_a_photo_or_refused(valid, kind, edits):
    """Whatever is done to a file, the outcome is a photo or a refusal with a sentence: no other error, no warning."""
    data = valid[kind]
    for share, removed, added in edits:
        at = int(len(data) * share**3)  # more often near the start, where the structure is
        data = data[:at] + added + data[at + removed :]
    outcome = develop_quietly(data)
    assert isinstance(outcome, NormalisedPhoto) or outcome.sentence.endswith(".")


@MUTATED
@given(
    data=st.binary(max_size=200), start=st.sampled_from([b"", b"II*\0\x08\0\0\0", b"MM\0*\0\0\0\x08", b"Exif\0\0II*\0"])
)
def test_orientation_of_any_bytes_is_1_to_8(data, start):
    """EXIF is read for one number, and no bytes make that anything but 1 to 8."""
    assert orientation_of(start + data) in range(1, 9)


@pytest.mark.parametrize("kind", ["jpeg", "webp"])
def test_normalise_corrupt_exif_is_ignored(photos, kind):
    """A broken EXIF block is no reason to refuse a photo, nor to warn of it."""
    picture = photos.leaves()
    broken = photos.exif(3)[:30] + b"\xff" * 40
    assert develop_quietly(photos.encode(picture, kind, exif=broken)).width == 480


@pytest.mark.parametrize("kind", [b"zTXt", b"iTXt"])
def test_normalise_png_text_bomb_is_not_inflated(photos, kind):
    """Compressed texts of a PNG are never opened: a thousand of them cost nothing."""
    png = photos.encode(photos.leaves(), "png")
    text = zlib.compress(b"\xf0\x9f\x8c\xb1" * 250_000)
    body = b"Comment\0\0" + text if kind == b"zTXt" else b"Comment\0\1\0\0\0" + text
    bomb = png[:33] + photos.chunk(kind, body) * 1000 + png[33:]
    assert normalise(bomb) == normalise(png)


def test_normalise_png_profile_bomb_is_ignored(photos):
    """A profile that inflates beyond all size is no profile."""
    png = photos.encode(photos.leaves(), "png")
    bomb = photos.with_chunk(png, b"iCCP", b"x\0\0" + zlib.compress(bytes(50_000_000)))
    assert normalise(bomb) == normalise(png)


def test_normalise_png_with_wrong_checksum_is_damaged(photos):
    """One flipped bit in the image data is noticed."""
    png = bytearray(photos.encode(photos.leaves(), "png"))
    png[len(png) // 2] ^= 1
    with pytest.raises(PhotoDamaged):
        normalise(bytes(png))


@pytest.mark.parametrize("kind", ["avif", "heic"])
def test_normalise_container_that_understates_its_picture_is_damaged(photos, kind):
    """A container that claims 96 x 80 around a larger coded picture is refused before the decoder takes memory."""
    honest = photos.encode(photos.leaves(960, 800), kind)
    lie = honest.replace(struct.pack(">II", 960, 800), struct.pack(">II", 96, 80))
    assert lie != honest
    with pytest.raises(PhotoDamaged):
        normalise(lie)


def test_normalise_container_that_overstates_its_picture_is_too_large(photos):
    """A container that claims more than 40 megapixels is taken at its word."""
    honest = photos.encode(photos.leaves(960, 800), "avif")
    with pytest.raises(PhotoTooLarge):
        normalise(honest.replace(struct.pack(">II", 960, 800), struct.pack(">II", 16_000, 16_000)))
