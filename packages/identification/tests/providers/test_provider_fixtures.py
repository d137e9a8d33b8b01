"""The collected answers of both services, where they lie beside the checkout: every one is read or refused rightly."""

import json
from pathlib import Path

import pytest

from identification.providers import plant_id_reply, plantnet_reply
from identification.providers.http import Reply
from resilience.errors import (
    ProviderExhausted,
    ProviderKeyRefused,
    ProviderRejected,
    ProviderReplyInvalid,
    ProviderUnavailable,
)

FIXTURES = Path(__file__).resolve().parents[4].parent / "shared" / "upstream" / "fixtures"
RECORDS = (
    "plant_id_identification_success",
    "plant_id_identification_classification_raw",
    "plant_id_identification_get_with_feedback",
    "plant_id_identification_health_all_healthy",
    "plant_id_identification_health_all_unhealthy_details",
    "plant_id_identification_health_auto_healthy",
    "plant_id_identification_low_confidence",
    "plant_id_identification_not_a_plant",
    "plant_id_identification_not_a_plant_health_all",
    "plant_id_health_assessment_healthy_official",
    "plant_id_health_assessment_unhealthy",
    "plant_id_health_assessment_with_question",
)
IDENTIFIED = (
    "plantnet_identify_detailed",
    "plantnet_identify_low_confidence",
    "plantnet_identify_no_reject_not_a_plant",
    "plantnet_identify_success_multi_image",
    "plantnet_identify_success_no_gbif",
    "plantnet_identify_success_related_images",
)
CLASSES = {401: ProviderKeyRefused, 403: ProviderKeyRefused, 402: ProviderExhausted, 429: ProviderExhausted}

pytestmark = pytest.mark.skipif(not FIXTURES.is_dir(), reason="the collected answers are not beside this checkout")


def load(name):
    """One file as JSON."""
    return json.loads((FIXTURES / f"{name}.json").read_text())


def reply_of(name):
    """One raw body as a reply."""
    return Reply(status=200, headers={}, body=(FIXTURES / f"{name}.json").read_bytes())


def record(name):
    """The answer in a Plant.id record."""
    return plant_id_reply.read_record(reply_of(name), language="en", health_asked="health" in name)


def named(prefix):
    """The files whose names begin so; none while the folder is absent."""
    return sorted(path.stem for path in FIXTURES.glob(f"{prefix}*.json"))


def expected_error(provider, status, body):
    """The class a status has by law 7, None for the 404 that is an answer."""
    if provider == "plantnet" and status == 404 and "Species not found" in body:
        return None
    return CLASSES.get(status, ProviderUnavailable if status >= 500 else ProviderRejected)


@pytest.mark.parametrize("name", RECORDS)
def test_read_record_of_a_collected_answer(name):
    """Each record is read: what it names is there, and the same as in the file."""
    answer, result = record(name), load(name)["result"]
    is_plant = result.get("is_plant", {"binary": True})["binary"]
    suggestions = result.get("classification", {"suggestions": []})["suggestions"]
    rows = suggestions["species"] if isinstance(suggestions, dict) else suggestions
    assert answer.is_plant is is_plant
    assert [each.name for each in answer.candidates] == ([each["name"] for each in rows] if is_plant else [])
    assert answer.remote_id == load(name)["access_token"]
    assert (answer.health is not None) is ("is_healthy" in result and is_plant)


def test_every_collected_record_is_among_them():
    """No collected answer is left out of these tests."""
    pending = {name for name in named("plant_id_identification") if load(name)["status"] != "COMPLETED"}
    assert {*named("plant_id_identification"), *named("plant_id_health")} - pending == set(RECORDS)
    assert set(named("plantnet_identify")) == set(IDENTIFIED)


def test_read_record_keeps_text_and_pictures_with_their_licences():
    """The Wikipedia text and the pictures come with author, licence and source."""
    (snowflake,) = record("plant_id_identification_success").candidates
    assert snowflake.description is not None
    assert snowflake.description.attribution.license_name == "CC BY-SA 3.0"
    assert snowflake.images[0].attribution.source_url == "https://commons.wikimedia.org/wiki/User:Smihael"
    assert (snowflake.images[1].attribution.author, snowflake.images[1].similarity) == ("hen_ry", 0.683)
    assert (snowflake.ids.gbif_backbone, snowflake.family, len(snowflake.synonyms)) == (2860409, "Amaryllidaceae", 8)


def test_read_record_healthy_official_sample_drops_redundant_rows():
    """The official healthy plant is healthy, with low findings, none of them redundant."""
    health = record("plant_id_health_assessment_healthy_official").health
    rows = load("plant_id_health_assessment_healthy_official")["result"]["disease"]["suggestions"]
    assert health is not None
    assert health.is_healthy
    assert [each.name for each in health.findings] == [row["name"] for row in rows if not row.get("redundant")]


def test_read_record_question_of_the_collected_answer():
    """The question that tells two problems apart is read."""
    health = record("plant_id_health_assessment_with_question").health
    assert health is not None
    assert health.question is not None
    assert (health.question.yes, health.question.no) == ("water excess or uneven watering", "nutrient deficiency")


@pytest.mark.parametrize("name", ["plant_id_identification_async_created", "plant_id_identification_async_submitted"])
def test_read_record_of_a_collected_pending_answer(name):
    """A record without result is one to read again."""
    with pytest.raises(plant_id_reply.RecordPending):
        record(name)


def test_read_record_of_the_collected_failure():
    """A failed record is an error, not an answer."""
    with pytest.raises(ProviderUnavailable):
        record("plant_id_identification_failed")


@pytest.mark.parametrize(
    ("name", "can_use", "left"),
    [
        ("plant_id_usage_info", True, 98.0),
        ("plant_id_usage_info_day_limited", False, 1137.5),
        ("plant_id_usage_info_no_credits", False, 0.0),
    ],
)
def test_read_usage_of_a_collected_answer(name, can_use, left):
    """The key's state: whether it can be used, what is left, and why not."""
    usage = plant_id_reply.read_usage(reply_of(name))
    assert (usage.can_use, usage.windows["total"].remaining) == (can_use, left)
    assert (usage.reason is None) is can_use


@pytest.mark.parametrize("name", IDENTIFIED)
def test_read_identified_of_a_collected_answer(name):
    """Each answer is read: names, scores, ids and organs are those of the file."""
    answer, file = plantnet_reply.read_identified(reply_of(name)), load(name)
    assert [(each.name, each.score) for each in answer.candidates] == [
        (row["species"]["scientificNameWithoutAuthor"], row["score"]) for row in file["results"]
    ]
    assert [each.ids.gbif_backbone for each in answer.candidates] == [
        int(row["gbif"]["id"]) if "gbif" in row else None for row in file["results"]
    ]
    assert [len(each.images) for each in answer.candidates] == [len(row.get("images", [])) for row in file["results"]]
    assert [each.organ for each in answer.predicted_organs] == [row["organ"] for row in file["predictedOrgans"]]
    assert (answer.quota_remaining, answer.model_version) == (file["remainingIdentificationRequests"], file["version"])


def test_read_usage_of_the_collected_day():
    """The daily count, and the bare allowance."""
    assert plantnet_reply.read_usage(reply_of("plantnet_quota_daily")).windows["day"].remaining == 497
    assert plantnet_reply.read_usage(reply_of("plantnet_quota")).windows["day"].limit == 500


@pytest.mark.parametrize("name", [*named("plant_id_error_"), *named("plantnet_error_")])
async def test_identify_collected_error_becomes_its_class(upstream, services, ask, deadline, name):
    """Law 7: every error that was ever collected ends in its class, or is the answer it is."""
    envelope = load(name)
    text = envelope.get("body_text") or json.dumps(envelope.get("body"))
    headers = {field.replace("-", "_"): value for field, value in envelope["headers"].items()}
    upstream.reply("POST", text.encode(), status=envelope["status"], **headers)
    upstream.reply("GET", b"The requested identification does not exist.", status=404)
    provider = "plant_id" if name.startswith("plant_id") else "plantnet"
    error = expected_error(provider, envelope["status"], text)
    outcome = await services[provider].identify(ask(), deadline=deadline) if error is None else None
    if error is not None:
        with pytest.raises(error) as caught:
            await services[provider].identify(ask(), deadline=deadline)
        assert type(caught.value) is error
        assert "<" not in caught.value.detail
    else:
        assert outcome is not None
        assert not outcome.is_plant
    assert upstream.count("POST") == 1


async def test_identify_collected_429_names_the_next_midnight(upstream, plantnet, ask, deadline):
    """The header of the collected refusal tells when the quota starts anew."""
    envelope = load("plantnet_error_429_quota_exhausted")
    upstream.reply("POST", b"{}", status=429, RateLimit=envelope["headers"]["RateLimit"])
    with pytest.raises(ProviderExhausted) as caught:
        await plantnet.identify(ask(), deadline=deadline)
    assert caught.value.retry_after == 30600.0


@pytest.mark.parametrize("name", ["plant_id_kb_name_search", "plant_id_conversation", "plantnet_diseases_identify"])
def test_read_of_an_answer_to_another_question_is_invalid(name):
    """An answer of another route is never taken for an identification."""
    reader = record if name.startswith("plant_id") else lambda each: plantnet_reply.read_identified(reply_of(each))
    with pytest.raises(ProviderReplyInvalid):
        reader(name)
