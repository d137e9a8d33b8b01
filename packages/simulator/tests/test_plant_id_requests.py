import base64
import json
from io import BytesIO

import aiohttp
import pytest
from PIL import Image

from plant_simulator import SimulatorConfig

SENTENCES = [
    ({}, "Missing image data"),
    ({"images": []}, "Missing image data"),
    ({"images": "aGk="}, "Images have to be list of base64 strings"),
    ({"images": [1]}, "Images have to be list of base64 strings"),
    ({"images": ["***"]}, "Invalid base64 image data"),
    ({"images": [""]}, "Invalid base64 image data"),
    ({"images": [base64.b64encode(b"no picture").decode()]}, "Invalid image data"),
    ({"images": ["https://example.org/a.jpg"]}, "Invalid base64 image data"),
]
FIELDS = [
    ({"custom_id": 2**63}, "Custom id is too large"),
    ({"custom_id": "7"}, "Invalid JSON value error: custom_id has to be an integer"),
    ({"custom_id": True}, "Invalid JSON value error: custom_id has to be an integer"),
    ({"datetime": "2026-07-30T17:52:58Z"}, "Datetime 2026-07-30T17:52:58Z is not in ISO format"),
    ({"datetime": "30.07.2026"}, "Datetime 30.07.2026 is not in ISO format"),
    ({"datetime": "2026-02-30"}, "Datetime 2026-02-30 is not in ISO format"),
    ({"datetime": 1785433978}, "Datetime 1785433978 is not a string"),
    ({"health": "some"}, "Invalid JSON value error: health has to be one of all, only, auto"),
    (
        {"classification_level": "family"},
        "Invalid JSON value error: classification_level has to be one of species, all, genus",
    ),
    ({"classification_raw": "yes"}, "Invalid JSON value error: classification_raw has to be a boolean"),
    ({"similar_images": 1}, "Invalid JSON value error: similar_images has to be a boolean"),
    ({"latitude": "49"}, "Invalid JSON value error: latitude has to be a number"),
    ({"latitude": 91}, "Invalid JSON value error: latitude is out of range"),
    ({"longitude": -181}, "Invalid JSON value error: longitude is out of range"),
    ({"suggestion_filter": "houseplant"}, "Invalid JSON value error: suggestion_filter has to be an object"),
]


@pytest.mark.parametrize(("body", "sentence"), SENTENCES)
async def test_identification_with_bad_images_is_refused_in_plain_text(plant_id, sim, body, sentence):
    """Images that are no list of base64 pictures give 400 with the provider's bare sentence, at no cost."""
    reply = await plant_id.call("POST", "/identification", json=body)
    assert (reply.status, reply.text) == (400, sentence)
    assert reply.headers["Content-Type"] == "text/html; charset=utf-8"
    assert (sim.billing.rejected("plant_id"), sim.billing.credits("plant_id")) == (1, 0)


@pytest.mark.parametrize(("field", "sentence"), FIELDS)
async def test_identification_with_a_bad_field_is_refused_as_a_whole(plant_id, photos, field, sentence):
    """One bad optional field rejects the call, however good the photo is."""
    reply = await plant_id.identify(photos.healthy, **field)
    assert (reply.status, reply.text) == (400, sentence)


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (b"", "Missing json data"),
        (b"{", "Invalid json data"),
        (b"[]", "Data have to be dict"),
        (b"7", "Data have to be dict"),
    ],
)
async def test_identification_with_a_body_that_is_no_object_is_refused(plant_id, body, sentence):
    """Nothing, broken JSON and other JSON than an object each have their sentence."""
    reply = await plant_id.call("POST", "/identification", data=body, headers={"Content-Type": "application/json"})
    assert (reply.status, reply.text) == (400, sentence)


@pytest.mark.parametrize(
    ("sent", "echoed"),
    [
        ("2026-07-30T17:52:58", "2026-07-30T17:52:58+00:00"),
        ("2026-07-30", "2026-07-30T00:00:00+00:00"),
        ("2026-07-30T17:52:58+02:00", "2026-07-30T15:52:58+00:00"),
        ("2023-11-28T08:38:48.538187+00:00", "2023-11-28T08:38:48.538187+00:00"),
    ],
)
async def test_identification_with_an_iso_datetime_echoes_it_in_utc(plant_id, photos, sent, echoed):
    """Dates without a zone or with an offset are accepted; the answer shows UTC."""
    reply = await plant_id.identify(photos.healthy, datetime=sent)
    assert (reply.status, reply.json["input"]["datetime"]) == (201, echoed)


async def test_identification_without_a_datetime_takes_the_present(plant_id, photos):
    """A photo without a date was taken now."""
    assert (await plant_id.identify(photos.healthy)).json["input"]["datetime"] == "2026-01-01T10:00:00+00:00"


async def test_identification_of_five_photos_is_one_and_of_six_is_refused(plant_id, photos, sim):
    """Up to five photos of one plant are one identification, for one credit."""
    five, six = [await plant_id.identify(*[photos.healthy] * count) for count in (5, 6)]
    assert (five.status, len(five.json["input"]["images"])) == (201, 5)
    assert (six.status, six.text) == (400, "Invalid JSON value error: at most 5 images are allowed")
    assert sim.billing.credits("plant_id") == 1


async def test_identification_with_the_largest_custom_id_is_accepted(plant_id, photos):
    """The bound itself still fits."""
    assert (await plant_id.identify(photos.healthy, custom_id=2**63 - 1)).json["custom_id"] == 2**63 - 1


async def test_identification_with_a_data_uri_depends_on_the_switch(plant_id, photos, sim):
    """Both readings of data URIs: accepted, or refused as no base64."""
    images = [f"data:image/jpeg;base64,{photos.healthy.base64}"]
    accepted = await plant_id.call("POST", "/identification", json={"images": images})
    sim.configure({"plant_id": {"data_uri": "refuse"}})
    refused = await plant_id.call("POST", "/identification", json={"images": images})
    assert (accepted.status, refused.status, refused.text) == (201, 400, "Invalid base64 image data")


async def test_identification_as_a_form_reads_files_of_any_name_and_typed_fields(plant_id, photos):
    """multipart/form-data: files are the photos, text fields mean what they would mean in JSON."""
    form = aiohttp.FormData()
    form.add_field("picture", photos.healthy.data, filename="a.jpg", content_type="image/jpeg")
    form.add_field("custom_id", "410233")
    form.add_field("latitude", "49.2")
    form.add_field("similar_images", "true")
    form.add_field("health", "all")
    form.add_field("datetime", "2026-05-04T09:15:00")
    body = (await plant_id.call("POST", "/identification", data=form)).json
    assert (body["custom_id"], body["input"]["latitude"], body["input"]["similar_images"]) == (410233, 49.2, True)
    assert "disease" in body["result"]


async def test_identification_as_a_form_without_files_is_refused(plant_id):
    """A form without a photo is a call without images."""
    form = aiohttp.FormData(default_to_multipart=True)
    form.add_field("health", "all")
    reply = await plant_id.call("POST", "/identification", data=form)
    assert (reply.status, reply.text) == (400, "Missing image data")


async def test_identification_of_more_than_25_megapixels_is_refused(plant_id, sim):
    """5000 by 5000 pixels are the most; the size is read from the bytes."""
    stream = BytesIO()
    Image.new("L", (5001, 5000), 90).save(stream, "PNG")
    body = {"images": [base64.b64encode(stream.getvalue()).decode()]}
    reply = await plant_id.call("POST", "/identification", json=body)
    assert (reply.status, reply.text) == (400, "Invalid image data: more than 25 megapixels")
    assert sim.billing.accepted() == 0


@pytest.mark.parametrize("path", ["/identification", "/health_assessment"])
async def test_identification_with_an_unknown_detail_is_refused_in_both_wordings(plant_id, photos, sim, path):
    """An unknown detail is a 400; sources disagree on the first word."""
    replies = []
    for wording in ("Invalid modifier", "Unknown modifier"):
        sim.configure({"plant_id": {"unknown_detail_text": wording}})
        replies.append(await plant_id.identify(photos.healthy, path=path, params={"details": "url,foo"}))
    assert [(reply.status, reply.text) for reply in replies] == [
        (400, "Invalid modifier foo"),
        (400, "Unknown modifier foo"),
    ]


async def test_identification_with_four_languages_is_refused(plant_id, photos):
    """Three languages are the most."""
    reply = await plant_id.identify(photos.healthy, params={"language": "en,de,fr,es"})
    assert reply.status == 400


async def test_identification_with_unknown_fields_depends_on_the_switch(plant_id, photos, sim):
    """Both readings of unknown fields: ignored, or refused."""
    ignored = await plant_id.identify(photos.healthy, modifiers=["x"])
    sim.configure({"plant_id": {"unknown_fields": "refuse"}})
    refused = await plant_id.identify(photos.healthy, modifiers=["x"])
    assert (ignored.status, refused.status) == (201, 400)


class TestSmallLimit:
    """A simulator that takes short bodies only."""

    @pytest.fixture
    def config(self):
        return SimulatorConfig().changed({"plant_id": {"max_body_bytes": 100}})

    async def test_identification_with_too_long_a_body_is_refused(self, plant_id, photos, sim):
        """A longer body gives 413, declared or not, and costs nothing."""

        async def chunks():
            yield json.dumps({"images": [photos.healthy.base64]}).encode()

        declared = await plant_id.identify(photos.healthy)
        chunked = await plant_id.call("POST", "/identification", data=chunks())
        assert [(r.status, r.text) for r in (declared, chunked)] == [(413, "Request Entity Too Large")] * 2
        assert (sim.billing.calls(), sim.billing.accepted()) == (2, 0)


async def test_identification_with_text_that_is_no_unicode_is_refused_not_broken(plant_id, photos):
    """A lone surrogate in JSON is echoed as well as it can be."""
    body = b'{"images": ["%s"], "datetime": "\\ud800"}' % photos.healthy.base64.encode()
    reply = await plant_id.call("POST", "/identification", data=body)
    assert (reply.status, reply.text) == (400, "Datetime ? is not in ISO format")
