"""Pl@ntNet over real sockets: what goes out, what each outcome becomes."""

import email.parser
import email.policy

import pytest

from identification.answer import ProviderName
from identification.providers.plantnet import PlantNetAPIService, PlantNetConfig, organs_to_send
from identification.question import Organ, Place
from resilience.deadline import Deadline
from resilience.errors import (
    ProviderExhausted,
    ProviderKeyRefused,
    ProviderRejected,
    ProviderReplyInvalid,
    ProviderUnavailable,
)
from resilience.testing import FakeClock

OAK = {"score": 0.7, "species": {"scientificNameWithoutAuthor": "Quercus robur"}}
ANSWER = {"results": [OAK], "version": "2026-03-20 (7.5)", "remainingIdentificationRequests": 41}
NO_SPECIES = {"statusCode": 404, "error": "Not Found", "message": "Species not found"}


def parts_of(heard):
    """The form's parts in order: name, file name, type, content."""
    head = f"Content-Type: {heard.headers['Content-Type']}\r\n\r\n".encode()
    message = email.parser.BytesParser(policy=email.policy.HTTP).parsebytes(head + heard.body)
    return [
        (
            part.get_param("name", header="content-disposition"),
            part.get_filename(),
            part.get("Content-Type"),
            part.get_payload(decode=True),
        )
        for part in message.iter_parts()
    ]


async def test_identify_sends_one_form_with_an_organ_per_photo(upstream, plantnet, ask, deadline, key):
    """The request is what the documentation asks for: key and options in the query, nothing else in the form."""
    upstream.reply("POST", ANSWER)
    question = ask(
        100_000, 200, organs=(Organ.FLOWER, Organ.AUTO), language="pt-BR", place=Place.rounded(1, 2), health=True
    )
    answer = await plantnet.identify(question, deadline=deadline)
    (heard,) = upstream.heard
    assert (heard.method, heard.path) == ("POST", "/v2/identify/all")
    assert heard.query == {"api-key": key, "lang": "pt", "nb-results": "10", "include-related-images": "true"}
    assert heard.headers["Content-Length"] == str(len(heard.body))
    assert parts_of(heard) == [
        ("images", "photo-1.jpg", "image/jpeg", question.photos[0].medium),
        ("organs", None, None, b"flower"),
        ("images", "photo-2.jpg", "image/jpeg", question.photos[1].medium),
        ("organs", None, None, b"auto"),
    ]
    assert key not in str(heard.headers)
    assert (answer.provider, answer.credits, answer.quota_remaining) == (ProviderName.PLANTNET, 1.0, 41)


async def test_identify_project_is_in_the_path(upstream, session, ask, deadline):
    """A regional flora can be chosen."""
    upstream.reply("POST", ANSWER, X_Simulated="true")
    config = PlantNetConfig(url=upstream.url, key="k", project="k-middle-europe")
    answer = await PlantNetAPIService(session, config).identify(ask(language="tlh"), deadline=deadline)
    assert upstream.heard[0].path == "/v2/identify/k-middle-europe"
    assert upstream.heard[0].query["lang"] == "en"
    assert answer.simulated


@pytest.mark.parametrize(
    ("organs", "sent"),
    [
        ((Organ.HABIT,), (Organ.AUTO,)),
        ((Organ.HABIT, Organ.OTHER), (Organ.AUTO, Organ.AUTO)),
        ((Organ.HABIT, Organ.LEAF), (Organ.HABIT, Organ.LEAF)),
        ((Organ.OTHER, Organ.AUTO), (Organ.OTHER, Organ.AUTO)),
    ],
)
def test_organs_to_send_habit_alone_becomes_auto(organs, sent):
    """One image must show more than the habit: a whole call is not lost to that rule."""
    assert organs_to_send(organs) == sent


async def test_identify_species_not_found_is_an_answer(upstream, plantnet, ask, deadline):
    """Law 7: their 404 "Species not found" is an answer, and counts."""
    upstream.reply("POST", NO_SPECIES, status=404, RateLimit='"dailyQuota";r=497;t=30600;pk=:ZXg=:')
    answer = await plantnet.identify(ask(), deadline=deadline)
    assert (answer.is_plant, answer.candidates, answer.credits, answer.quota_remaining) == (False, (), 1.0, 497)


@pytest.mark.parametrize(
    ("status", "error", "charged"),
    [
        (400, ProviderRejected, True),
        (401, ProviderKeyRefused, False),
        (402, ProviderExhausted, False),
        (403, ProviderKeyRefused, False),
        (404, ProviderRejected, True),
        (413, ProviderRejected, True),
        (415, ProviderRejected, True),
        (429, ProviderExhausted, False),
        (302, ProviderReplyInvalid, False),
        (500, ProviderUnavailable, True),
        (502, ProviderUnavailable, True),
        (503, ProviderUnavailable, False),
    ],
)
async def test_identify_status_becomes_its_class(upstream, plantnet, ask, deadline, status, error, charged):
    """Law 7: each status has its class; what may have been counted is told as such (law 2)."""
    body = {"statusCode": status, "error": "Reason", "message": "Project not found"}
    upstream.reply("POST", body, status=status, Location="/elsewhere")
    with pytest.raises(error) as caught:
        await plantnet.identify(ask(), deadline=deadline)
    assert type(caught.value) is error
    assert caught.value.charged is charged
    assert "Project not found" in caught.value.detail
    assert len(upstream.heard) == 1


@pytest.mark.parametrize("fault", ["reset", "cut", "hang", "trickle"])
async def test_identify_lost_answer_is_never_asked_again(upstream, plantnet, ask, deadline, fault):
    """Law 9: after the body went out nothing is sent again; the request counts as used."""
    {
        "reset": lambda: upstream.reset("POST"),
        "cut": lambda: upstream.cut("POST", b'{"results":['),
        "hang": lambda: upstream.hang("POST"),
        "trickle": lambda: upstream.trickle("POST"),
    }[fault]()
    with pytest.raises(ProviderUnavailable) as caught:
        await plantnet.identify(ask(), deadline=deadline)
    assert caught.value.charged
    assert len(upstream.heard) == 1


@pytest.mark.parametrize("body", [b"", b"<html>502</html>", b'{"results":[', b"[]", b" " * 5_000_000])
async def test_identify_garbage_with_200_is_invalid(upstream, plantnet, ask, deadline, body):
    """A success that is no answer is a failure, and was counted."""
    upstream.reply("POST", body)
    with pytest.raises(ProviderReplyInvalid) as caught:
        await plantnet.identify(ask(), deadline=deadline)
    assert caught.value.charged
    assert len(upstream.heard) == 1


async def test_identify_nobody_listening_costs_nothing(session, ask, deadline, unused_tcp_port):
    """A refused connection was certainly not counted."""
    config = PlantNetConfig(url=f"http://127.0.0.1:{unused_tcp_port}", key="k")
    with pytest.raises(ProviderUnavailable, match="ECONNREFUSED") as caught:
        await PlantNetAPIService(session, config).identify(ask(), deadline=deadline)
    assert not caught.value.charged


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"RateLimit": '"dailyQuota";r=0;t=30600;pk=:ZXhhbXBsZQ==:', "Retry_After": "5"}, 30600.0),
        ({"Retry_After": "90"}, 90.0),
        ({"RateLimit": '"dailyQuota";r=12;t=30600', "Retry_After": "5"}, 5.0),
        ({"RateLimit": '"dailyQuota";r=0;t=999999'}, 86400.0),
        ({"Retry_After": "Thu, 01 Jan 2026 20:00:30 GMT"}, 30.0),
        ({"RateLimit": '"dailyQuota";r=0'}, 4 * 3600.0),
        ({}, 4 * 3600.0),
        ({"Retry_After": "soon", "RateLimit": "r=;t=x"}, 4 * 3600.0),
    ],
)
async def test_identify_quota_used_up_tells_when_it_starts_anew(upstream, plantnet, ask, headers, seconds):
    """Law 7: 429 pauses until a known moment: theirs, or the next midnight of UTC."""
    upstream.reply("POST", b"{}", status=429, **headers)
    clock = FakeClock(wall=1_767_225_600.0 + 20 * 3600)  # 2026-01-01 20:00 UTC
    with pytest.raises(ProviderExhausted) as caught:
        await plantnet.identify(ask(), deadline=Deadline.after(30.0, clock))
    assert caught.value.retry_after == seconds


async def test_forget_has_nothing_to_delete(upstream, plantnet, deadline):
    """They keep no photo: nothing is asked, and it is gone."""
    assert await plantnet.forget("anything", deadline=deadline)
    assert upstream.heard == []


async def test_usage_tells_the_days_count(upstream, plantnet, deadline, key):
    """The day is theirs: UTC."""
    upstream.reply("GET", {"day": "2026-01-01", "quota": {"identify": {"count": 500, "total": 500, "remaining": 0}}})
    usage = await plantnet.usage(deadline=deadline)
    assert upstream.heard[0].path == "/v2/quota/daily"
    assert upstream.heard[0].query == {"api-key": key, "day": "2026-01-01"}
    assert not usage.can_use
    assert usage.reason is not None
    assert (usage.windows["day"].limit, usage.windows["day"].used, usage.windows["day"].remaining) == (500, 500, 0)


async def test_usage_wrong_key_is_refused(upstream, plantnet, deadline):
    """A key check tells a wrong key from an outage."""
    upstream.reply("GET", {"message": "Unauthorized"}, status=401)
    with pytest.raises(ProviderKeyRefused):
        await plantnet.usage(deadline=deadline)


@pytest.mark.parametrize("url", ["https://my-api.plantnet.org", "https://my-api.plantnet.org/v2/"])
def test_config_base_is_the_same_however_written(url):
    """A closing slash or a version is no mistake."""
    assert PlantNetConfig(key="k", url=url).base == "https://my-api.plantnet.org/v2"


@pytest.mark.parametrize(
    ("wrong", "setting"),
    [
        ({"key": " "}, "PLANTNET_API_KEY"),
        ({"url": "/v2"}, "PLANTNET_BASE_URL"),
        ({"timeout": -1.0}, "PLANTNET_TIMEOUT_SECONDS"),
        ({"project": "../all"}, "PLANTNET_PROJECT"),
        ({"project": ""}, "PLANTNET_PROJECT"),
    ],
)
def test_config_wrong_value_names_its_setting(wrong, setting):
    """A bad value stops the start by the name of its setting."""
    with pytest.raises(ValueError, match=setting):
        PlantNetConfig(**{"key": "k", **wrong})
