import pytest
from PIL.PngImagePlugin import PngInfo

from identification.photo import normalise

SECRET = b"Elm Street 12"
JFIF_SEGMENTS = {0xE0, 0xDB, 0xC0, 0xC4, 0xDA}  # JFIF header, tables, frame, scan: nothing that speaks


def markers(jpeg):
    """The markers of a JPEG's segments up to its scan."""
    found, at = set(), 2
    while 0xDA not in found:
        found.add(jpeg[at + 1])
        at += 2 + int.from_bytes(jpeg[at + 2 : at + 4])
    return found


def options(photos, kind):
    """Everything a format can say beside the picture."""
    xmp = b"<x:xmpmeta xmlns:x='adobe:ns:meta/'>" + SECRET + b"</x:xmpmeta>"
    given = {"exif": photos.exif(6 if kind != "heic" else 1), "icc_profile": photos.profile(name=SECRET.decode())}
    if kind in {"jpeg", "webp", "avif", "heic"}:
        given["xmp"] = xmp
    if kind == "jpeg":
        given["comment"] = SECRET
    if kind == "png":
        given["pnginfo"] = PngInfo()
        given["pnginfo"].add_text("Author", SECRET.decode())
        given["pnginfo"].add_itxt("XML:com.adobe.xmp", xmp.decode())
    return given


@pytest.mark.parametrize("kind", ["jpeg", "png", "webp", "avif", "heic"])
@pytest.mark.parametrize("size", [(480, 360), (1800, 1350)])
def test_normalise_leaves_no_metadata(photos, kind, size):
    """EXIF, place, XMP, comments and profiles never leave (law 12): what goes out has a JFIF header and pixels."""
    data = photos.encode(photos.leaves(*size), kind, **options(photos, kind))
    photo = normalise(data)
    assert SECRET in data or kind == "png"
    for part in (photo.large, photo.medium, photo.thumbnail):
        picture = photos.decode(part)
        assert markers(part) == JFIF_SEGMENTS
        assert SECRET not in part
        assert dict(picture.getexif()) == {}
        assert set(picture.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density", "dpi"}


def test_normalise_what_a_phone_appends_is_dropped(photos):
    """The film behind a motion photo and the second picture of an MPO are neither read nor sent (law 12)."""
    data = photos.encode(photos.leaves())
    appended = photos.encode(photos.leaves(seed=5), exif=photos.exif()) + b"\0\0\0\x18ftypmp42" + SECRET
    assert normalise(data + appended) == normalise(data)


def test_photo_repr_holds_no_pixels(photos):
    """A photo that ends up in a log line says its size and digest, not its bytes."""
    photo = normalise(photos.encode(photos.leaves()))
    assert photo.digest in repr(photo)
    assert len(repr(photo)) < 300
