import json

import pytest

from identification.errors import PhotoRefused
from identification.photo import normalise, sniff

REFUSED = {
    "generated/truncated.jpg": "photo_damaged",
    "generated/one_pixel.jpg": "photo_too_small",
    "generated/fake.heic": "photo_damaged",
    "generated/text_named.jpg": "photo_unsupported",
}


@pytest.fixture(scope="session")
def known(upstream):
    """What is known about each real photo."""
    return json.loads((upstream / "ground_truth.json").read_text())


def test_normalise_real_photos_come_out_upright_and_bare(upstream, known, photos):
    """Each real photo is developed at its size, turned as its camera says, with nothing of its EXIF left (law 12)."""
    usable = [row for row in known if row["file"] not in REFUSED]
    for row in usable:
        photo = normalise((upstream / row["file"]).read_bytes())
        size = (row["width"], row["height"])
        upright = size if photo.width * size[1] == photo.height * size[0] else size[::-1]
        assert abs(photo.width / photo.height - upright[0] / upright[1]) < 0.01
        assert max(photo.width, photo.height) == min(1500, max(size))
        assert dict(photos.decode(photo.large).getexif()) == {}
    assert len(usable) >= 10


def test_normalise_broken_files_are_each_refused_for_what_they_are(upstream, known):
    """Cut, tiny, hollow and mislabelled files have their own codes."""
    codes = {}
    for row in known:
        if row["file"] in REFUSED:
            with pytest.raises(PhotoRefused) as refused:
                normalise((upstream / row["file"]).read_bytes())
            codes[row["file"]] = refused.value.code
    assert codes == REFUSED


def test_sniff_goes_by_content_not_by_name(upstream):
    """A text called .jpg is text."""
    assert sniff((upstream / "generated/text_named.jpg").read_bytes()) == "text"
