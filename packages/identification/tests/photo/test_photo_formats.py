import struct
import zlib

import pytest

from identification.errors import PhotoDamaged, PhotoEmpty, PhotoTooLarge, PhotoTooSmall, PhotoUnsupported
from identification.photo import normalise, sniff

REFUSED = {
    "gif": b"GIF89a\x01\0\x01\0",
    "svg": b'<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"/>',
    "html": b"<!DOCTYPE html><html><body>404</body></html>",
    "text": "Grüße aus dem Garten".encode(),
    "pdf": b"%PDF-1.7\n%\xe2\xe3",
    "film": b"\0\0\0\x20ftypisom\0\0\x02\0isomiso2avc1mp41",
    "tiff": b"II*\0\x08\0\0\0",
    "bmp": b"BM\x36\0\0\0",
    "zip": b"PK\x03\x04\x14\0",
    None: b"\x00\x01\x02\x03 nothing known",
}


@pytest.mark.parametrize("kind", ["jpeg", "png", "webp", "avif", "heic"])
def test_normalise_each_format_gives_three_jpegs(photos, kind):
    """JPEG, PNG, WebP, AVIF and HEIC come in; three JPEGs of the same picture go out."""
    picture = photos.leaves(1600, 1200)
    data = photos.encode(picture, kind)
    photo = normalise(data)
    large, medium, small = (photos.decode(part) for part in (photo.large, photo.medium, photo.thumbnail))
    assert sniff(data) == kind
    assert (photo.width, photo.height) == large.size == (1500, 1125)
    assert (medium.size, small.size) == ((1280, 960), (320, 240))
    assert {large.format, medium.format, small.format} == {"JPEG"}
    assert photos.psnr(large, picture.resize((1500, 1125))) > 30


@pytest.mark.parametrize(("kind", "data"), REFUSED.items())
def test_normalise_no_photo_says_what_it_is(kind, data):
    """Text, drawings, films and documents are refused by their bytes, with a sentence a person understands."""
    with pytest.raises(PhotoUnsupported, match=r"^This file is .* cannot be read as a photo\.$") as refused:
        normalise(data)
    assert sniff(data) == kind
    assert "JPEG" in refused.value.hint


def test_normalise_nothing_is_empty():
    """No bytes are an upload that failed, not a wrong format."""
    with pytest.raises(PhotoEmpty, match="empty"):
        normalise(b"")


def test_normalise_animated_gif_is_unsupported(photos):
    """GIF is not in the list, however many frames it has."""
    frames = [photos.leaves(64, 64, seed=seed) for seed in (1, 2)]
    with pytest.raises(PhotoUnsupported, match="GIF"):
        normalise(photos.encode(frames[0], "gif", save_all=True, append_images=frames[1:]))


@pytest.mark.parametrize("kind", ["png", "webp", "avif"])
def test_normalise_sequence_takes_the_first_frame(photos, kind):
    """Of an animation the first frame is the photo."""
    first, second = photos.leaves(seed=1), photos.leaves(seed=2)
    photo = normalise(photos.encode(first, kind, save_all=True, append_images=[second], duration=100))
    assert photos.psnr(photos.decode(photo.large), first) > 25 > photos.psnr(photos.decode(photo.large), second)


def test_normalise_too_many_bytes_is_too_large():
    """15 MB a file are allowed, and not one byte more; the content does not matter then."""
    with pytest.raises(PhotoTooLarge, match="15 MB are allowed"):
        normalise(b"\xff\xd8\xff" + bytes(15_000_000))


@pytest.mark.parametrize("kind", ["png", "jpeg"])
def test_normalise_flat_picture_of_400_megapixels_is_too_large(photos, kind):
    """The pixels are counted in the header: a bomb of 20,000 x 20,000 is refused before a pixel exists."""
    small = photos.encode(photos.leaves(100, 100), kind)
    header = struct.pack(">II", 20_000, 20_000) + small[24:29]
    bomb = small[:16] + header + struct.pack(">I", zlib.crc32(b"IHDR" + header)) + small[33:]
    if kind == "jpeg":
        at = small.index(b"\xff\xc0")
        bomb = small[: at + 5] + struct.pack(">HH", 20_000, 20_000) + small[at + 9 :]
    with pytest.raises(PhotoTooLarge, match="400 megapixels; 40 are allowed"):
        normalise(bomb)


@pytest.mark.parametrize("size", [(1, 1), (31, 400), (20_000, 300)])
def test_normalise_too_few_pixels_is_too_small(photos, size):
    """Below 32 pixels on the shorter side, as sent, nobody sees a plant: one pixel, a strip, a thread."""
    with pytest.raises(PhotoTooSmall, match=f"{size[0]} x {size[1]} pixels"):
        normalise(photos.encode(photos.leaves(*size) if size != (1, 1) else photos.leaves(64, 64).resize(size), "png"))


def test_normalise_smallest_photo_allowed_is_not_enlarged(photos):
    """32 x 32 pixels stay 32 x 32, and all sizes are then one."""
    photo = normalise(photos.encode(photos.leaves(32, 32), "png"))
    assert (photo.width, photo.height, photo.medium) == (32, 32, photo.large)
    assert photos.decode(photo.thumbnail).size == (32, 32)


def test_normalise_rare_jpeg_is_unsupported(photos):
    """A lossless JPEG is named as what it is, not as damaged."""
    with pytest.raises(PhotoUnsupported, match="rare kind of JPEG"):
        normalise(photos.encode(photos.leaves()).replace(b"\xff\xc0", b"\xff\xc3", 1))


@pytest.mark.parametrize("body", [b"", b"\0\0\0\0mif1heic", b"\0\0\0\x10meta"])
def test_normalise_magic_bytes_alone_are_damaged(body):
    """A file that begins like a HEIC and has nothing in it is damaged."""
    with pytest.raises(PhotoDamaged):
        normalise(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + body)


def test_normalise_many_scans_is_damaged(photos):
    """A progressive JPEG of thousands of scans, which would draw for minutes, is refused unread."""
    data = photos.encode(photos.leaves(), progressive=True)
    last = data.rindex(b"\xff\xda")
    with pytest.raises(PhotoDamaged):
        normalise(data[:-2] + data[last:-2] * 200 + data[-2:])
