"""What is asked: small photos without secrets, at most five, a rough place."""

import io

import pytest
from PIL import Image

from state.question import BYTES_MAX, PHOTOS_MAX, SIDE_MAX, Draft, Photo, Place, Question, shrink


def test_large_photo_becomes_small_and_keeps_its_shape():
    """1500 pixels are what the server looks at."""
    stream = io.BytesIO()
    Image.effect_noise((4000, 3000), 80).convert("RGB").save(stream, "JPEG", quality=95)
    small = shrink(stream.getvalue())
    with Image.open(io.BytesIO(small)) as picture:
        assert picture.size == (SIDE_MAX, 1125)
    assert len(small) < len(stream.getvalue()) / 5


def test_usual_photo_is_at_most_so_many_bytes(photo):
    """Mobile data is dear."""
    assert len(shrink(photo(3000, 2000))) <= BYTES_MAX


def test_place_and_name_in_a_photo_do_not_leave_the_phone():
    """EXIF, GPS among it, is gone (law 12); the photo stands upright without it."""
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by a quarter
    exif[0x010F] = "Maker of my phone"
    exif.get_ifd(0x8825)[1] = "N"
    stream = io.BytesIO()
    Image.new("RGB", (80, 40), "green").save(stream, "JPEG", exif=exif)
    small = shrink(stream.getvalue())
    assert b"Maker" not in small
    with Image.open(io.BytesIO(small)) as picture:
        assert picture.size == (40, 80)
        assert not picture.getexif()


@pytest.mark.parametrize("content", [b"", b"no photo", b"\xff\xd8\xff\xe0 cut off"])
def test_what_cannot_be_read_here_is_left_to_the_server(content):
    """It may know the format."""
    assert shrink(content) is None


@pytest.mark.parametrize(
    ("exact", "rough"),
    [((52.5200, 13.4049), (52.5, 13.4)), ((-0.04, 0.04), (0.0, 0.0)), ((-33.8688, 151.2093), (-33.9, 151.2))],
)
def test_place_is_rounded_before_anything_keeps_it(exact, rough):
    """To 0.1 degree, about 11 km (law 12)."""
    place = Place.rounded(*exact)
    assert (place.latitude, place.longitude) == rough
    assert "-0.0" not in {str(place.latitude), str(place.longitude)}


def test_sixth_photo_and_the_same_photo_again_change_nothing():
    """One to five photos of one plant."""
    draft = Draft()
    for number in range(7):
        draft = draft.with_photo(Photo(bytes([number])))
    assert len(draft.photos) == PHOTOS_MAX
    assert Draft((Photo(b"a"),)).with_photo(Photo(b"a", "leaf")).photos == (Photo(b"a"),)


def test_form_has_an_organ_for_each_photo_and_only_what_was_chosen():
    """The API's own names."""
    photos = (Photo(b"a", "leaf"), Photo(b"b"))
    assert Question(photos, "fr").fields() == {"organs": ["leaf", "auto"], "language": "fr"}
    whole = Question(photos, "fr", health=True, place=Place(52.5, 13.4), continues="3f1c").fields()
    assert whole["continues"] == "3f1c"
    assert whole["include_diseases"] == "true"
    assert (whole["latitude"], whole["longitude"]) == ("52.5", "13.4")
