"""Every key of the recorded bodies exists in the simulator's answer to the same call."""

import json
from urllib.parse import parse_qsl, urlsplit

import pytest

# Keys of older models that no present sample has.
GONE = {"result.disease.suggestions[].source", "result.disease.suggestions[].redundant"}
ALL_PLANT_ID = {"similar_images": True, "latitude": 49.2, "longitude": 16.6}
RAW = {"classification_level": "all", "classification_raw": True}
IDENTIFICATIONS = [
    ("identification_success", "healthy", {}),
    ("health_assessment_healthy_official", "healthy", {}),
    ("health_assessment_unhealthy", "ill", {}),
    ("health_assessment_with_question", "ill", {}),
    ("identification_classification_raw", "healthy", RAW),
    ("identification_health_all_unhealthy_details", "ill", {"health": "all"}),
    ("identification_health_all_healthy", "healthy", {"health": "all"}),
    ("identification_health_auto_healthy", "healthy", {"health": "auto"}),
    ("identification_low_confidence", "unclear", {}),
    ("identification_not_a_plant", "nothing", {}),
    ("identification_not_a_plant_health_all", "nothing", {"health": "all"}),
    ("identification_async_created", "healthy", {"health": "all"}),
]
PLANTNET_IDENTIFICATIONS = [
    ("identify_low_confidence", "unclear"),
    ("identify_success_multi_image", "healthy"),
    ("identify_success_related_images", "healthy"),
    ("identify_success_no_gbif", "healthy"),
    ("identify_no_reject_not_a_plant", "nothing"),
    ("identify_detailed", "healthy"),
    ("diseases_identify", "ill"),
    ("varieties_identify", "healthy"),
]
PLANTNET_LISTS = ["quota", "quota_daily", "status", "projects", "subscription", "diseases", "species_page"]


def paths(value, above=""):
    """All keys of a JSON value, as paths; the rows of a list count as one."""
    if isinstance(value, dict):
        return {f"{above}{key}" for key in value}.union(*(paths(item, f"{above}{key}.") for key, item in value.items()))
    if isinstance(value, list):
        return set().union(*(paths(item, f"{above.removesuffix('.')}[].") for item in value))
    return set()


@pytest.fixture
def record(upstream):
    """Gives a recorded body, and the path and query it answers."""
    index = {row["file"]: row for row in json.loads((upstream / "fixtures" / "index.json").read_text())}

    def load(name):
        row = index[f"{name}.json"]
        parts = urlsplit((row["path"] or "").partition(" (")[0])
        body = json.loads((upstream / "fixtures" / row["file"]).read_text())
        return body, parts.path, dict(parse_qsl(parts.query))

    return load


@pytest.mark.parametrize(("name", "photo", "body"), IDENTIFICATIONS)
async def test_plant_id_answer_has_every_recorded_key(plant_id, sim, photos, record, name, photo, body):
    """Identifications and health assessments of all models that were recorded."""
    sim.configure({"plant_id": {"care_details": "placeholder", "disease_question": "always"}})
    recorded, path, query = record(f"plant_id_{name}")
    reply = await plant_id.identify(getattr(photos, photo), path=path, params=query, **ALL_PLANT_ID, **body)
    if "async_created" in name:
        reply = await plant_id.identify(getattr(photos, photo), params={"async": "true"}, **ALL_PLANT_ID, **body)
    missing = paths(recorded) - paths(reply.json) - GONE
    # What the catalogue does not know is null, with nothing below it.
    assert {key for key in missing if "similar_images[]" not in key or photo != "nothing"} == set()


async def test_plant_id_stored_record_has_every_recorded_key(plant_id, photos, record):
    """A record with feedback, a pending one, and a conversation."""
    body = (await plant_id.identify(photos.ill, health="all", similar_images=True, custom_id=1)).json
    one = f"/identification/{body['access_token']}"
    await plant_id.call("POST", f"{one}/feedback", json={"comment": "fine", "rating": 4})
    stored = await plant_id.call("GET", one)
    talk = await plant_id.call("POST", f"{one}/conversation", json={"question": "What?"})
    await plant_id.identify(photos.ill, custom_id=2, health="all", params={"async": "true"})
    pending = await plant_id.call("GET", "/identification/2")
    assert paths(record("plant_id_identification_get_with_feedback")[0]) <= paths(stored.json)
    assert paths(record("plant_id_conversation")[0]) <= paths(talk.json)
    assert paths(record("plant_id_identification_async_submitted")[0]) <= paths(pending.json)


async def test_plant_id_other_answers_have_every_recorded_key(plant_id, sim, record):
    """Usage and knowledge base."""
    sim.configure({"plant_id": {"care_details": "placeholder"}})
    usage = await plant_id.call("GET", "/usage_info")
    search, path, query = record("plant_id_kb_name_search")
    found = await plant_id.call("GET", path, params=query)
    detail, _, query = record("plant_id_kb_plant_detail")
    entry = await plant_id.call("GET", f"/kb/plants/{found.json['entities'][0]['access_token']}", params=query)
    assert paths(record("plant_id_usage_info_day_limited")[0]) == paths(usage.json)
    assert paths(search) == paths(found.json)
    assert paths(detail) <= paths(entry.json)


@pytest.mark.parametrize(("name", "photo"), PLANTNET_IDENTIFICATIONS)
async def test_plantnet_answer_has_every_recorded_key(plantnet, sim, photos, record, name, photo):
    """Identifications of species, diseases and varieties."""
    sim.configure({"plantnet": {"sparse_rows": False}})
    recorded, path, query = record(f"plantnet_{name}")
    reply = await plantnet.identify(
        getattr(photos, photo), path=path, **{k.replace("-", "_"): v for k, v in query.items()}
    )
    missing = paths(recorded) - paths(reply.json)
    assert {key for key in missing if not key.startswith("results[].gbif")} == set()


@pytest.mark.parametrize("name", PLANTNET_LISTS)
async def test_plantnet_list_has_every_recorded_key(plantnet, record, name):
    """Free routes."""
    recorded, path, query = record(f"plantnet_{name}")
    plantnet.key = "paid"
    reply = await plantnet.get(path, **query)
    assert paths(recorded) <= paths(reply.json)


async def test_plantnet_languages_include_every_recorded_one(plantnet, record):
    """Codes are values, not keys."""
    assert set(record("plantnet_languages")[0]) <= set((await plantnet.get("/v2/languages")).json)


async def test_plantnet_history_has_every_recorded_key(plantnet, photos, record):
    """Days appear once something was used."""
    plantnet.key = "paid"
    await plantnet.identify(photos.healthy)
    assert paths(record("plantnet_quota_history")[0]) == paths((await plantnet.get("/v2/quota/history")).json)


async def test_errors_have_the_recorded_words(plant_id, plantnet, sim, photos, upstream):
    """What both catalogues of errors call certain, word by word."""
    folder = upstream / "fixtures"
    sentences = {row["id"]: row["body_text"] for row in json.loads((folder / "plant_id_errors.json").read_text())}
    bodies = {row["id"]: row.get("body") for row in json.loads((folder / "plantnet_errors.json").read_text())}
    assert (await plant_id.identify()).text == sentences["missing_image"]
    assert (await plant_id.identify(photos.healthy, custom_id=2**70)).text == sentences["custom_id_too_large"]
    assert (await plant_id.identify(photos.healthy, latitude="x")).text == sentences["invalid_json_value"]
    assert (await plant_id.identify(photos.healthy, datetime="2026-07-30T17:52:58Z")).text == sentences[
        "datetime_not_iso"
    ]
    assert (await plant_id.identify(photos.healthy, datetime=1785433978)).text == sentences["datetime_not_string"]
    assert (await plant_id.identify(photos.healthy, params={"details": "foo"})).text == sentences["unknown_detail"]
    assert (await plant_id.call("GET", "/identification/x")).text == sentences["identification_not_found"]
    plant_id.key = "no-credits"
    assert (await plant_id.identify(photos.healthy)).text == sentences["no_credits"]
    assert (await plantnet.identify(photos.nothing)).json == bodies["species_not_found"]
    assert (await plantnet.identify(b"x")).json == bodies["unsupported_file_type"]
    assert (await plantnet.identify(photos.healthy, organs=("leaf",) * 2)).json == bodies["organs_length"]
    assert (await plantnet.identify(photos.healthy, organs=("x",))).json == bodies["bad_organ"]
    assert (await plantnet.get("/v2/nothing")).json == bodies["route_not_found"]
    plantnet.key = "unknown"
    assert (await plantnet.identify(photos.healthy)).json == bodies["unauthorized"]
    sim.inject("error_500")
    assert (await plantnet.identify(photos.healthy)).json == bodies["internal_error"]
