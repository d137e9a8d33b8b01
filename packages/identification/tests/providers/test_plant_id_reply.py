"""Reading Plant.id's records: every shape it is known to have, and none it has not."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from identification.answer import ProviderAnswer
from identification.providers.http import Reply
from identification.providers.plant_id_reply import RecordPending, read_record, read_usage
from resilience.errors import ProviderReplyInvalid, ProviderUnavailable

PLANT = {"probability": 1, "threshold": 0.5, "binary": True}
OAK = {"id": "a1", "name": "Quercus robur", "probability": 0.81}


def record(**result: Any) -> bytes:
    """A completed record with this result."""
    whole = {"status": "COMPLETED", "model_version": "plant_id:5.0.0", "result": {"is_plant": PLANT, **result}}
    return json.dumps(whole).encode()


def reply_of(body: bytes) -> Reply:
    """A reply with this body."""
    return Reply(status=200, headers={}, body=body)


def read(body: bytes, *, health: bool = False, language: str = "en") -> ProviderAnswer:
    """The record's answer."""
    return read_record(reply_of(body), language=language, health_asked=health)


def oak(**details: Any) -> bytes:
    """A record with one oak that has these details."""
    return record(classification={"suggestions": [{**OAK, "details": details}]})


def sick(health: Any = None, **disease: Any) -> bytes:
    """A record with a health part."""
    judged = {"probability": 0.2, "binary": False, "threshold": 0.525} if health is None else health
    return record(classification={"suggestions": [OAK]}, is_healthy=judged, disease=disease)


def test_read_record_full_details_are_all_kept():
    """Everything asked for arrives in its field, with its source."""
    (tree,) = read(
        oak(
            common_names=["English oak", "Pedunculate oak"],
            taxonomy={"genus": "Quercus", "family": "Fagaceae", "class": "Magnoliopsida"},
            url="https://en.wikipedia.org/wiki/Quercus_robur",
            gbif_id=2878688,
            inaturalist_id="56133",
            rank="species",
            name_authority="Quercus robur L.",
            synonyms=["Quercus pedunculata", "Quercus pedunculata", ""],
            description={"value": "A tree.", "citation": "https://w.example/oak", "license_name": "CC BY-SA 3.0"},
            image={"value": "https://p.example/oak.jpg", "citation": "//c.example/Ann", "license_name": "CC BY 4.0"},
        )
    ).candidates
    assert (tree.name, tree.score, tree.authorship, tree.rank) == ("Quercus robur", 0.81, "L.", "species")
    assert (tree.genus, tree.family) == ("Quercus", "Fagaceae")
    assert tree.common_names == ("English oak", "Pedunculate oak")
    assert tree.synonyms == ("Quercus pedunculata",)
    assert (tree.ids.gbif_backbone, tree.ids.inaturalist) == (2878688, 56133)
    assert tree.wikipedia_url == "https://en.wikipedia.org/wiki/Quercus_robur"
    assert tree.description is not None
    assert tree.description.attribution.source_url == "https://w.example/oak"
    assert tree.images[0].attribution.source_url == "https://c.example/Ann"


def test_read_record_integer_probability_is_a_number():
    """`1` is as good as `1.0`."""
    answer = read(record(classification={"suggestions": [{**OAK, "probability": 1}]}))
    assert (answer.plant_probability, answer.candidates[0].score) == (1.0, 1.0)


def test_read_record_candidates_come_best_first():
    """The order is ours, whatever theirs is."""
    rows = [{"name": name, "probability": p} for name, p in (("Acer", 0.1), ("Fagus", 0.7), ("Tilia", 0.3))]
    answer = read(record(classification={"suggestions": rows}))
    assert [each.name for each in answer.candidates] == ["Fagus", "Tilia", "Acer"]


@pytest.mark.parametrize(
    ("name", "rank"),
    [
        ("Quercus robur", "species"),
        ("Quercus", "genus"),
        ("Fagaceae", "family"),
        ("Gasteria carinata var. carinata", "variety"),
        ("Acer saccharum subsp. nigrum", "subspecies"),
    ],
)
def test_read_record_rank_without_details_follows_the_name(name, rank):
    """A genus among species rows is not called a species because its details are null."""
    rows = [{"name": name, "probability": 0.5, "details": None}]
    assert read(record(classification={"suggestions": rows})).candidates[0].rank == rank


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (["oak"], ("oak",)),
        ("oak", ("oak",)),
        (None, ()),
        ({"de": ["Eiche"], "en": ["oak"]}, ("oak",)),
        ({"de": ["Eiche"]}, ("Eiche",)),
        ({"en": None}, ()),
        ([1, None, " oak\x00 "], ("oak",)),
        (7, ()),
    ],
)
def test_read_record_common_names_in_every_shape(value, expected):
    """Null, a list, a text, or an object by language: the names, clean."""
    assert read(oak(common_names=value)).candidates[0].common_names == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"value": "A tree.", "license_name": "CC BY-SA"}, "A tree."),
        ({"en": {"value": "A tree.", "citation": "https://w.example"}}, "A tree."),
        ({"value": "A tree.", "citation": None, "license_name": None}, None),
        ("A tree.", None),
        ({"value": None, "citation": "https://w.example"}, None),
    ],
)
def test_read_record_description_only_with_its_source(value, expected):
    """Law 11: a text without source or licence is not shown."""
    description = read(oak(description=value)).candidates[0].description
    assert (description.text if description else None) == expected


@pytest.mark.parametrize("address", ["javascript:alert(1)", "ftp://x", "https://a b", 3, None, ""])
def test_read_record_odd_address_is_left_out(address):
    """No link and no picture that is no web address."""
    tree = read(oak(url=address, image={"value": address, "license_name": "CC0"})).candidates[0]
    assert (tree.wikipedia_url, tree.images) == (None, ())


def test_read_record_similar_images_keep_their_makers():
    """A picture carries its author and licence; without them they stay empty, not invented."""
    pictures = [
        {"url": "https://i.example/1", "url_small": "https://i.example/1s", "similarity": 0.6, "citation": "Ann"},
        {"url": "https://i.example/2", "similarity": "high"},
        {"similarity": 0.4},
        None,
    ]
    rows = [{**OAK, "similar_images": pictures}]
    first, second = read(record(classification={"suggestions": rows})).candidates[0].images
    assert (first.thumb_url, first.similarity, first.attribution.author) == ("https://i.example/1s", 0.6, "Ann")
    assert (second.similarity, second.attribution.license_name) == (None, None)


def test_read_record_classification_raw_gives_the_species():
    """The object form of classification_raw is read too."""
    groups = {"genus": [{"name": "Quercus", "probability": 0.99}], "species": [OAK], "infraspecies": None}
    answer = read(record(classification={"suggestions": groups}))
    assert [each.name for each in answer.candidates] == ["Quercus robur"]


def test_read_record_not_a_plant_is_an_answer_without_candidates():
    """Law 7: no plant is an answer; the nonsense names and the "illness" of a shoe are dropped."""
    body = record(
        is_plant={"probability": 0.02, "binary": False},
        classification={"suggestions": [OAK]},
        is_healthy={"probability": 0.5, "binary": False},
        disease={"suggestions": [OAK]},
    )
    answer = read(body, health=True)
    assert (answer.is_plant, answer.candidates, answer.health, answer.health_asked) == (False, (), None, True)
    assert (answer.plant_probability, answer.credits) == (0.02, 2.0)


@pytest.mark.parametrize(("probability", "is_plant"), [(0.49, False), (0.5, True)])
def test_read_record_missing_binary_is_taken_from_the_threshold(probability, is_plant):
    """Their own threshold decides when they leave the verdict out."""
    body = record(is_plant={"probability": probability, "threshold": 0.5}, classification={"suggestions": []})
    assert read(body).is_plant is is_plant


def test_read_record_of_the_oldest_model_has_no_is_plant():
    """Model 3.0.0 judges health without saying whether it is a plant."""
    body = record(is_plant=None, is_healthy={"probability": 0.94, "binary": True, "threshold": 0.63})
    answer = read(body, health=True)
    assert (answer.is_plant, answer.plant_probability, answer.candidates) == (True, None, ())
    assert answer.health is not None
    assert answer.health.is_healthy


def test_read_record_healthy_plant_still_has_findings():
    """Health is decided by their verdict, never by whether findings exist."""
    body = sick({"probability": 0.94, "binary": True}, suggestions=[{"name": "rust", "probability": 0.1}])
    health = read(body, health=True).health
    assert health is not None
    assert (health.is_healthy, health.probability, len(health.findings)) == (True, 0.94, 1)


def test_read_record_finding_is_read_in_full():
    """A finding has its treatment, its cause and both kinds of description."""
    row = {
        "name": "rust",
        "probability": 0.7,
        "details": {
            "local_name": "Rost",
            "description": "A fungus.",
            "cause": "Puccinia",
            "classification": ["Fungi"],
            "common_names": None,
            "url": "https://w.example/rust",
            "treatment": {"prevention": ["Keep leaves dry."], "biological": "Cut.", "other": ["?"]},
        },
    }
    health = read(sick(suggestions=[row]), health=True).health
    assert health is not None
    (rust,) = health.findings
    assert (rust.local_name, rust.description, rust.cause) == ("Rost", "A fungus.", "Puccinia")
    assert (rust.classification, rust.common_names) == (("Fungi",), ())
    assert (rust.treatment.prevention, rust.treatment.biological) == (("Keep leaves dry.",), ("Cut.",))
    assert rust.treatment.chemical == ()


@pytest.mark.parametrize("treatment", [{}, None, [], "rest"])
def test_read_record_treatment_may_be_nothing(treatment):
    """An empty treatment is empty, not an error."""
    row = {"name": "abiotic", "probability": 0.7, "details": {"treatment": treatment}}
    health = read(sick(suggestions=[row]), health=True).health
    assert health is not None
    assert health.findings[0].treatment.prevention == ()


def test_read_record_redundant_findings_are_dropped():
    """General classes beside the exact one say nothing."""
    rows = [
        {"name": "Fungi", "probability": 0.9, "redundant": True},
        {"name": "rust", "probability": 0.7, "redundant": False},
    ]
    health = read(sick(suggestions=rows), health=True).health
    assert health is not None
    assert [each.name for each in health.findings] == ["rust"]


def test_read_record_question_is_for_showing():
    """The question that tells two findings apart, with what each answer speaks for."""
    question = {
        "text": "Wet soil?",
        "translation": "Nasse Erde?",
        "options": {"yes": {"name": "water excess"}, "no": {"name": "rust"}},
    }
    health = read(sick(suggestions=[], question=question), health=True).health
    assert health is not None
    assert health.question is not None
    assert (health.question.text, health.question.yes, health.question.no) == ("Nasse Erde?", "water excess", "rust")


@pytest.mark.parametrize("question", [None, {}, {"text": "?"}, {"text": "?", "options": {"yes": {"name": "x"}}}, "?"])
def test_read_record_half_a_question_is_none(question):
    """A question that cannot be shown is left out."""
    health = read(sick(suggestions=[], question=question), health=True).health
    assert health is not None
    assert health.question is None


def test_read_record_health_auto_without_diseases_is_healthy():
    """`auto` leaves the diseases out when it sees none."""
    body = record(is_healthy={"probability": 0.97, "binary": True}, classification={"suggestions": [OAK]})
    health = read(body, health=True).health
    assert health is not None
    assert (health.is_healthy, health.findings) == (True, ())


@pytest.mark.parametrize("health", [{"binary": True}, {"probability": "x"}, [], 3])
def test_read_record_broken_health_part_is_missing_not_healthy(health):
    """A health part that cannot be read costs neither the species nor says healthy."""
    answer = read(sick(health, suggestions=[]), health=True)
    assert (answer.health, answer.health_asked) == (None, True)
    assert answer.candidates[0].name == "Quercus robur"


def test_read_record_health_asked_and_left_out_is_told():
    """Asked, paid, missing: the answer says so."""
    answer = read(record(classification={"suggestions": [OAK]}), health=True)
    assert (answer.health, answer.health_asked, answer.credits) == (None, True, 2.0)


@pytest.mark.parametrize("status", ["CREATED", "SUBMITTED"])
def test_read_record_without_result_is_pending(status):
    """They took the call and work on it."""
    with pytest.raises(RecordPending) as caught:
        read(json.dumps({"status": status}).encode())
    assert caught.value.charged


def test_read_record_failed_is_unavailable():
    """A failed identification is their failure, perhaps a billed one."""
    with pytest.raises(ProviderUnavailable, match="failed") as caught:
        read(b'{"status":"FAILED"}')
    assert caught.value.charged


@pytest.mark.parametrize("token", [None, 7, "", "../x", "a" * 99])
def test_read_record_odd_token_is_no_remote_id(token):
    """Only what can be a record's name is kept as one."""
    body = json.dumps({"access_token": token, "result": {"is_plant": PLANT}}).encode()
    assert read(body).remote_id is None


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"true",
        b"<html>",
        b"\xff\xfe",
        b"[" * 50_000,
        b"{}",
        b'{"status":"COMPLETED","result":{}}',
        b'{"result":{"is_plant":{"probability":87}}}',
        b'{"result":{"is_plant":{"probability":"high"}}}',
        b'{"result":{"is_plant":{"probability":1},"classification":{"suggestions":[{"probability":0.5}]}}}',
        b'{"result":{"is_plant":{"probability":1},"classification":{"suggestions":[{"name":"x","probability":-1}]}}}',
    ],
)
def test_read_record_garbage_is_invalid_and_may_be_charged(body):
    """Another type or scale in the essentials means that we are outdated; it was paid all the same."""
    with pytest.raises(ProviderReplyInvalid) as caught:
        read(body)
    assert caught.value.charged


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
FULL = json.loads(
    sick(
        suggestions=[
            {"name": "rust", "probability": 0.7, "similar_images": [{"url": "https://i.example"}], "details": {}}
        ],
        question={"text": "?", "options": {"yes": {"name": "a"}, "no": {"name": "b"}}},
    )
)
FULL["result"]["classification"]["suggestions"][0] |= {
    "similar_images": [{"url": "https://i.example/1", "similarity": 0.5}],
    "details": {
        "common_names": ["oak"],
        "taxonomy": {"genus": "Quercus"},
        "description": {"value": "A tree.", "license_name": "CC0"},
        "image": {"value": "https://p.example", "license_name": "CC0"},
        "synonyms": ["x"],
        "gbif_id": 1,
    },
}


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place in a JSON value."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for key, each in inner for place in places(each, (*path, key)))]


def replaced(value: Any, path: tuple[Any, ...], new: Any) -> Any:
    """The JSON value with another one at the place."""
    if not path:
        return new
    copy = value.copy()
    copy[path[0]] = replaced(value[path[0]], path[1:], new)
    return copy


def outcome(body: bytes) -> type:
    """What reading the body comes to."""
    try:
        return type(read(body, health=True))
    except (ProviderReplyInvalid, ProviderUnavailable) as error:
        return type(error)


@given(value=JSON)
def test_read_record_any_json_is_an_answer_or_invalid(value):
    """No JSON value breaks the reader."""
    assert outcome(json.dumps(value).encode()) in {ProviderAnswer, ProviderReplyInvalid, RecordPending}


@settings(max_examples=300)
@given(path=st.sampled_from(places(FULL)), value=JSON)
def test_read_record_anything_anywhere_is_an_answer_or_invalid(path, value):
    """Any value at any place of a full record leads to an answer or to a clear error."""
    body = json.dumps(replaced(FULL, path, value)).encode()
    assert outcome(body) in {ProviderAnswer, ProviderReplyInvalid, RecordPending, ProviderUnavailable}


@given(body=st.binary(max_size=200))
def test_read_record_any_bytes_are_invalid_or_an_answer(body):
    """No bytes break the reader."""
    assert outcome(body) in {ProviderAnswer, ProviderReplyInvalid}


@given(value=JSON)
def test_read_usage_any_count_is_left_out_or_a_number(value):
    """No JSON value breaks the reader of the key's state: a count that is none is left out."""
    body = json.dumps({"can_use_credits": {"value": True}, "remaining": value, "used": {"day": value}}).encode()
    usage = read_usage(reply_of(body))
    assert usage.can_use
    assert (usage.windows["day"].used or 0) >= 0


def test_read_usage_inactive_key_cannot_be_used():
    """A key that is switched off is of no use, whatever its credits."""
    usage = read_usage(reply_of(b'{"active": false, "can_use_credits": {"value": true, "reason": null}}'))
    assert (usage.can_use, usage.reason) == (False, "The key is not active.")
