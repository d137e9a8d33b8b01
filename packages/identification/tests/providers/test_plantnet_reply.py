"""Reading Pl@ntNet's answers: every shape it is known to have, and none it has not."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from identification.answer import ProviderAnswer
from identification.providers.http import Reply
from identification.providers.plantnet_reply import (
    parse_rate_limit,
    read_identified,
    read_usage,
    says_no_species,
)
from resilience.errors import ProviderReplyInvalid


def reply_of(content: bytes, **headers: str) -> Reply:
    """A reply with this body."""
    return Reply(status=200, headers=headers, body=content)


def read(content: bytes) -> ProviderAnswer:
    """The answer in a body."""
    return read_identified(reply_of(content))


def row(name: str = "Pleroma granulosum", score: float = 0.3, **rest: Any) -> dict[str, Any]:
    """One result."""
    species = {
        "scientificNameWithoutAuthor": name,
        "scientificNameAuthorship": "(Desr.) D.Don",
        "genus": {"scientificNameWithoutAuthor": "Pleroma", "scientificNameAuthorship": ""},
        "family": {"scientificNameWithoutAuthor": "Melastomataceae"},
        "commonNames": ["Quaresmeira"],
    }
    return {"score": score, "species": species, **rest}


def body(*rows: Any, **rest: Any) -> bytes:
    """A whole answer."""
    return json.dumps({"results": rows, "version": "2026-03-20 (7.5)", **rest}).encode()


def test_read_identified_full_row_is_all_kept():
    """Names, identifiers and pictures arrive in their fields; numbers written as text are numbers."""
    picture = {
        "organ": "flower",
        "author": "Ann",
        "license": "cc-by-sa",
        "citation": "Ann / Pl@ntNet, cc-by-sa",
        "url": {"o": "https://b.example/o", "m": "https://b.example/m", "s": "https://b.example/s"},
    }
    answer = read(
        body(
            row(gbif={"id": "5601452"}, powo={"id": "1028835-2"}, iucn={"id": "1", "category": "LC"}, images=[picture]),
            remainingIdentificationRequests=12,
        )
    )
    (found,) = answer.candidates
    assert (found.name, found.authorship, found.rank) == ("Pleroma granulosum", "(Desr.) D.Don", "species")
    assert (found.genus, found.family, found.common_names) == ("Pleroma", "Melastomataceae", ("Quaresmeira",))
    assert (found.ids.gbif_backbone, found.ids.powo, found.ids.iucn_category) == (5601452, "1028835-2", "LC")
    (image,) = found.images
    assert (image.url, image.thumb_url, image.organ) == ("https://b.example/m", "https://b.example/s", "flower")
    assert (image.attribution.author, image.attribution.license_name) == ("Ann", "cc-by-sa")
    assert (answer.model_version, answer.quota_remaining) == ("2026-03-20 (7.5)", 12)


def test_read_identified_bare_row_is_enough():
    """A name and a score are an answer; the rest is optional."""
    bare = b'{"results":[{"score":1,"species":{"scientificNameWithoutAuthor":"Acer"}}]}'
    answer = read_identified(reply_of(bare, RateLimit='"dailyQuota";r=3;t=5'))
    assert (answer.candidates[0].name, answer.candidates[0].rank, answer.candidates[0].score) == ("Acer", "genus", 1.0)
    assert (answer.model_version, answer.quota_remaining) == ("unknown", 3)


def test_read_identified_rows_come_best_first():
    """The order is ours, whatever theirs is."""
    answer = read(body(row("A b", 0.1), row("C d", 0.6), row("E f", 0.2)))
    assert [each.name for each in answer.candidates] == ["C d", "E f", "A b"]


def test_read_identified_no_row_says_not_a_plant():
    """An empty list says the same as their 404."""
    answer = read(body())
    assert (answer.is_plant, answer.credits) == (False, 1.0)


def test_read_identified_predicted_organs_are_placed_by_our_file_names():
    """An organ belongs to the photo of its name, in whatever order they list them; else to its place in the list."""
    organs = [
        {"image": "x", "filename": "photo-2.jpg", "organ": "leaf", "score": 0.9},
        {"image": "y", "filename": "photo-1.jpg", "organ": "flower", "score": 1},
        {"image": "z", "filename": "blob", "organ": "bark", "score": 0.5},
        {"organ": "leaf", "score": 7},
        None,
    ]
    answer = read(body(row(), predictedOrgans=organs))
    assert [(each.position, each.organ) for each in answer.predicted_organs] == [
        (1, "leaf"),
        (0, "flower"),
        (2, "bark"),
    ]


@pytest.mark.parametrize("url", ["https://b.example/o", {"o": "https://b.example/o"}])
def test_read_identified_picture_in_one_size_is_kept(url):
    """The original does where no smaller one is given; the citation where no author is."""
    answer = read(body(row(images=[{"url": url, "citation": "Ann / Pl@ntNet"}, {"url": "data:x"}, 3])))
    (image,) = answer.candidates[0].images
    assert (image.url, image.thumb_url, image.attribution.author) == ("https://b.example/o", None, "Ann / Pl@ntNet")


@pytest.mark.parametrize(
    "garbage",
    [
        b"",
        b"<html>",
        b"\xff",
        b"null",
        b"[" * 50_000,
        b"{}",
        b'{"results":{}}',
        b'{"results":[{"score":0.5}]}',
        b'{"results":[{"score":50,"species":{"scientificNameWithoutAuthor":"Acer"}}]}',
        b'{"results":[{"score":"0.5","species":{"scientificNameWithoutAuthor":"Acer"}}]}',
    ],
)
def test_read_identified_garbage_is_invalid_and_counted(garbage):
    """Another type or scale in the essentials means that we are outdated; the request counts all the same."""
    with pytest.raises(ProviderReplyInvalid) as caught:
        read(garbage)
    assert caught.value.charged


@pytest.mark.parametrize(
    ("reply", "says"),
    [
        (b'{"statusCode":404,"error":"Not Found","message":"Species not found"}', True),
        (b'{"message":" species NOT found. "}', True),
        (b'{"message":"Project not found"}', False),
        (b'{"message":null}', False),
        (b'"Species not found"', False),
        (b"<html>Species not found</html>", False),
        (b"[" * 50_000, False),
    ],
)
def test_says_no_species_only_their_own_sentence(reply, says):
    """The two 404s are told apart by the message, not by the status."""
    assert says_no_species(reply_of(reply)) is says


@pytest.mark.parametrize(
    ("header", "remaining", "reset"),
    [
        ('"dailyQuota";r=497;t=30600;pk=:ZXhhbXBsZQ==:', 497, 30600.0),
        ('"dailyQuota";t=30600;r=0', 0, 30600.0),
        ('"burst";r=9;t=1, "dailyQuota";r=3;t=60', 3, 60.0),
        ('"dailyQuota"; r=5', 5, None),
        ("", None, None),
        ("nonsense", None, None),
        ('"dailyQuota";r=-1;t=5', None, None),
        ('"dailyQuota";r=99999999999999', None, None),
    ],
)
def test_parse_rate_limit_takes_the_tightest_policy(header, remaining, reset):
    """The draft's structured field is read for what is left and when it starts anew."""
    limit = parse_rate_limit({"RateLimit": header})
    assert (limit.remaining, limit.reset) == (remaining, reset)


@pytest.mark.parametrize(
    ("reply", "limit", "used", "remaining", "can_use"),
    [
        (b'{"quota":{"identify":{"count":3,"total":500,"remaining":497}}}', 500, 3, 497, True),
        (b'{"quota":{"identify":{"count":500,"total":500}}}', 500, 500, 0, False),
        (b'{"quota":{"identify":500}}', 500, None, None, True),
    ],
)
def test_read_usage_in_both_forms(reply, limit, used, remaining, can_use):
    """The daily count, or the bare allowance."""
    usage = read_usage(reply_of(reply))
    day = usage.windows["day"]
    assert (day.limit, day.used, day.remaining, usage.can_use) == (limit, used, remaining, can_use)


@pytest.mark.parametrize("reply", [b"", b"{}", b'{"quota":{}}', b'{"quota":{"identify":"many"}}', b"[]"])
def test_read_usage_garbage_is_invalid_and_free(reply):
    """A report we cannot read never counts as a request."""
    with pytest.raises(ProviderReplyInvalid) as caught:
        read_usage(reply_of(reply))
    assert not caught.value.charged


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
FIELDS = ("gbif", "powo", "iucn", "images", "score", "species")


def is_answer_or_invalid(reply: bytes) -> bool:
    """Whether reading ends in one of the two ways it may."""
    try:
        return isinstance(read(reply), ProviderAnswer)
    except ProviderReplyInvalid:
        return True


@given(value=JSON)
def test_read_identified_any_json_is_an_answer_or_invalid(value):
    """No JSON value breaks the reader."""
    assert is_answer_or_invalid(json.dumps(value).encode())


@settings(max_examples=300)
@given(name=st.sampled_from(FIELDS), value=JSON)
def test_read_identified_anything_in_a_row_is_an_answer_or_invalid(name, value):
    """Any value in any field of a row leads to an answer or to a clear error."""
    assert is_answer_or_invalid(body({**row(), name: value}))


@given(name=st.sampled_from(("version", "predictedOrgans", "remainingIdentificationRequests")), value=JSON)
def test_read_identified_any_side_remark_leaves_the_answer(name, value):
    """What stands beside the rows never costs the answer."""
    assert read(body(row(), **{name: value})).candidates


@given(header=st.text(max_size=60))
def test_parse_rate_limit_any_header_is_read(header):
    """No header breaks the reader, and none gives a negative count."""
    assert (parse_rate_limit({"RateLimit": header}).remaining or 0) >= 0
