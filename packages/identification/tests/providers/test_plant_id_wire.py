"""Plant.id over real sockets: what goes out, what each outcome becomes."""

import asyncio
import base64
import json

import pytest

from identification.answer import ProviderName
from identification.providers.plant_id import PlantIDAPIService, PlantIDConfig
from identification.question import Place
from resilience.deadline import Deadline
from resilience.errors import (
    ProviderExhausted,
    ProviderKeyRefused,
    ProviderRejected,
    ProviderReplyInvalid,
    ProviderUnavailable,
)

RECORD = {
    "access_token": "aB3dE5gH7jK9mN1",
    "model_version": "plant_id:5.0.0",
    "custom_id": None,
    "status": "COMPLETED",
    "result": {
        "is_plant": {"probability": 0.98, "threshold": 0.5, "binary": True},
        "classification": {"suggestions": [{"id": "1", "name": "Monstera deliciosa", "probability": 0.9}]},
    },
}
RECORD_BYTES = json.dumps(RECORD).encode()
NOT_FOUND = b"The requested identification does not exist."


async def test_identify_sends_one_json_body_with_all_photos(upstream, plant_id, ask, deadline, key):
    """The request is what the documentation asks for, byte by byte, with the photos in order as raw base64."""
    upstream.reply("POST", RECORD, status=201)
    question = ask(100_000, 3, 2, 1, health=True, place=Place.rounded(52.123, -1.96), language="de")
    answer = await plant_id.identify(question, deadline=deadline)
    (heard,) = upstream.heard
    assert (heard.method, heard.path) == ("POST", "/v3/identification")
    assert heard.headers["Api-Key"] == key
    assert heard.headers["Content-Type"] == "application/json"
    assert heard.headers["Content-Length"] == str(len(heard.body))
    assert json.loads(heard.body) == {
        "custom_id": question.reference,
        "similar_images": True,
        "health": "all",
        "latitude": 52.1,
        "longitude": -2.0,
        "images": [base64.b64encode(photo.large).decode() for photo in question.photos],
    }
    assert answer.candidates[0].name == "Monstera deliciosa"


@pytest.mark.parametrize(
    ("health", "extra"), [(False, ""), (True, ",local_name,treatment,classification,cause")], ids=["species", "health"]
)
async def test_identify_asks_only_for_whitelisted_details(upstream, plant_id, ask, deadline, health, extra):
    """Details are a strict list without care facts (law 11), and one language."""
    upstream.reply("POST", RECORD)
    await plant_id.identify(ask(health=health, language="en-GB"), deadline=deadline)
    species = (
        "common_names,url,description,taxonomy,name_authority,rank,gbif_id,inaturalist_id,synonyms,image"  # one list
    )
    assert upstream.heard[0].query == {"details": species + extra, "language": "en"}


async def test_identify_without_health_or_place_sends_neither(upstream, plant_id, ask, deadline):
    """What was not asked for is not sent: no place, no health, no time of the photo (law 12)."""
    upstream.reply("POST", RECORD)
    await plant_id.identify(ask(), deadline=deadline)
    assert json.loads(upstream.heard[0].body).keys() == {"custom_id", "similar_images", "images"}


@pytest.mark.parametrize("status", [200, 201])
async def test_identify_accepts_both_statuses(upstream, plant_id, ask, deadline, status):
    """Their documentation does not say whether it is 200 or 201: both are an answer."""
    upstream.reply("POST", RECORD, status=status, X_Simulated="true")
    answer = await plant_id.identify(ask(), deadline=deadline)
    assert (answer.provider, answer.credits, answer.simulated) == (ProviderName.PLANT_ID, 1.0, True)
    assert (answer.remote_id, answer.reconciled) == ("aB3dE5gH7jK9mN1", False)


@pytest.mark.parametrize(
    ("status", "error", "charged"),
    [
        (400, ProviderRejected, False),
        (401, ProviderKeyRefused, False),
        (402, ProviderExhausted, False),
        (403, ProviderKeyRefused, False),
        (404, ProviderRejected, False),
        (405, ProviderRejected, False),
        (408, ProviderUnavailable, False),
        (413, ProviderRejected, False),
        (429, ProviderExhausted, False),
        (301, ProviderReplyInvalid, False),
        (500, ProviderUnavailable, False),
        (502, ProviderUnavailable, True),
        (503, ProviderUnavailable, False),
    ],
)
async def test_identify_status_becomes_its_class(upstream, plant_id, ask, deadline, status, error, charged):
    """Law 7: each status has its class; a failure they state, without a record, is certainly not billed."""
    upstream.reply("POST", b"a plain sentence", status=status, Location="https://elsewhere.example/")
    upstream.reply("GET", NOT_FOUND, status=404)
    with pytest.raises(error) as caught:
        await plant_id.identify(ask(), deadline=deadline)
    assert type(caught.value) is error
    assert caught.value.charged is charged
    assert "a plain sentence" in caught.value.detail
    assert upstream.count("POST") == 1


@pytest.mark.parametrize("status", [429, 503])
async def test_identify_retry_after_is_passed_on(upstream, plant_id, ask, deadline, status):
    """What they ask us to wait is told to the caller."""
    upstream.reply("POST", b"later", status=status, Retry_After="120")
    upstream.reply("GET", NOT_FOUND, status=404)
    with pytest.raises((ProviderExhausted, ProviderUnavailable)) as caught:
        await plant_id.identify(ask(), deadline=deadline)
    assert caught.value.retry_after == 120.0


async def test_identify_out_of_credits_without_a_word_knows_no_end(upstream, plant_id, ask, deadline):
    """Credits come back when somebody pays: no moment is invented."""
    upstream.reply("POST", b"The specified api key does not have sufficient number of available credits.", status=429)
    with pytest.raises(ProviderExhausted) as caught:
        await plant_id.identify(ask(), deadline=deadline)
    assert caught.value.retry_after is None


async def test_identify_after_a_lost_answer_reads_it_again(upstream, plant_id, ask, deadline, pauses):
    """Law 9: a call that timed out is found by its reference, on the second look, and billed once."""
    upstream.hang("POST")
    upstream.reply("GET", NOT_FOUND, status=404)
    upstream.reply("GET", RECORD)
    question = ask(health=True)
    answer = await plant_id.identify(question, deadline=deadline)
    assert (answer.reconciled, answer.credits, answer.health_asked) == (True, 2.0, True)
    assert [heard.method for heard in upstream.heard] == ["POST", "GET", "GET"]
    assert upstream.heard[1].path == f"/v3/identification/{question.reference}"
    assert upstream.heard[1].query == upstream.heard[0].query
    assert pauses == [0.25]


@pytest.mark.parametrize(
    "fault", ["reset", "cut", "html", "empty", "half", "pending", "500", "502", "503", "504", "huge"]
)
async def test_identify_doubtful_ending_is_reconciled(upstream, plant_id, ask, deadline, fault):
    """Law 9: whatever follows a sent body, an answer they hold is fetched and none is bought twice."""
    endings = {
        "reset": lambda: upstream.reset("POST"),
        "cut": lambda: upstream.cut("POST", RECORD_BYTES),
        "html": lambda: upstream.reply("POST", b"<html>Welcome to the hotel</html>"),
        "empty": lambda: upstream.reply("POST", b"", status=201),
        "half": lambda: upstream.reply("POST", RECORD_BYTES[:99], status=201),
        "pending": lambda: upstream.reply("POST", {**RECORD, "status": "CREATED", "result": None}, status=201),
        "huge": lambda: upstream.reply("POST", RECORD_BYTES + b" " * 5_000_000, status=201),
    }
    endings.get(fault, lambda: upstream.reply("POST", b"failed", status=int(fault)))()
    upstream.reply("GET", RECORD)
    answer = await plant_id.identify(ask(), deadline=deadline)
    assert answer.reconciled
    assert (upstream.count("POST"), upstream.count("GET")) == (1, 1)


@pytest.mark.parametrize(
    ("fault", "error"),
    [("hang", ProviderUnavailable), ("reset", ProviderUnavailable), ("html", ProviderReplyInvalid)],
)
async def test_identify_never_found_again_may_have_been_charged(
    upstream, plant_id, ask, deadline, fault, error, pauses
):
    """Without a record in time the first failure is told, as one that may have been billed; looks grow apart."""
    {"hang": upstream.hang, "reset": upstream.reset, "html": lambda m: upstream.reply(m, b"<html>")}[fault]("POST")
    upstream.reply("GET", NOT_FOUND, status=404)
    with pytest.raises(error) as caught:
        await plant_id.identify(ask(), deadline=deadline)
    assert caught.value.charged
    assert upstream.count("POST") == 1
    assert pauses == sorted(pauses)
    assert 3 <= len(pauses) <= 6


async def test_identify_still_pending_record_is_looked_for_again(upstream, plant_id, ask, deadline):
    """A record they are working on is not the end of the looking."""
    upstream.hang("POST")
    upstream.reply("GET", {"status": "SUBMITTED", "access_token": "x"})
    upstream.reply("GET", RECORD)
    assert (await plant_id.identify(ask(), deadline=deadline)).reconciled


@pytest.mark.parametrize("method", ["POST", "GET"])
async def test_identify_record_of_another_call_is_never_shown(upstream, plant_id, ask, deadline, method):
    """Law 12: a record with another reference is somebody else's plant, wherever it turns up."""
    upstream.reply("POST", {**RECORD, "custom_id": 17} if method == "POST" else b"<html>")
    upstream.reply("GET", {**RECORD, "custom_id": 17})
    with pytest.raises(ProviderReplyInvalid):
        await plant_id.identify(ask(), deadline=deadline)
    assert upstream.count("POST") == 1


async def test_identify_record_of_this_call_is_taken(upstream, plant_id, ask, deadline):
    """The reference comes back as it was sent, all 53 bits of it."""
    question = ask()
    upstream.reply("POST", {**RECORD, "custom_id": question.reference})
    assert not (await plant_id.identify(question, deadline=deadline)).reconciled


async def test_identify_failed_record_ends_the_looking(upstream, plant_id, ask, deadline, pauses):
    """FAILED is their last word: nobody waits longer."""
    upstream.hang("POST")
    upstream.reply("GET", {"status": "FAILED"})
    with pytest.raises(ProviderUnavailable, match="failed on their side"):
        await plant_id.identify(ask(), deadline=deadline)
    assert pauses == []


async def test_identify_key_refused_while_looking_is_told(upstream, plant_id, ask, deadline):
    """A key that is refused on the second look is for the operator, not an outage."""
    upstream.reset("POST")
    upstream.reply("GET", b"The specified api key is not active.", status=401)
    with pytest.raises(ProviderKeyRefused):
        await plant_id.identify(ask(), deadline=deadline)


async def test_identify_nobody_listening_costs_nothing(session, ask, deadline, pauses, unused_tcp_port):
    """A refused connection certainly was not billed, and is not looked for."""
    config = PlantIDConfig(url=f"http://127.0.0.1:{unused_tcp_port}", key="k", timeout=2)
    with pytest.raises(ProviderUnavailable, match="ECONNREFUSED") as caught:
        await PlantIDAPIService(session, config).identify(ask(), deadline=deadline)
    assert not caught.value.charged


async def test_identify_deadline_already_over_sends_nothing(upstream, plant_id, ask, clock):
    """Law 3: without time left the provider is not called."""
    with pytest.raises(ProviderUnavailable, match="no time") as caught:
        await plant_id.identify(ask(), deadline=Deadline.after(0.0, clock))
    assert not caught.value.charged
    assert upstream.heard == []


async def test_identify_keeps_time_back_for_the_second_look(upstream, session, ask, real_deadline):
    """A timeout as long as the deadline still leaves a fifth of it for finding what was paid."""
    service = PlantIDAPIService(session, PlantIDConfig(url=upstream.url, key="k", timeout=30))
    upstream.hang("POST")
    upstream.reply("GET", RECORD)
    answer = await service.identify(ask(), deadline=Deadline.after(1.0, real_deadline.clock))
    assert answer.reconciled


async def test_identify_trickling_answer_ends_in_time_and_harms_no_other(upstream, plant_id, ask, deadline):
    """The end is a total one: a byte now and then does not extend it, and other calls go on meanwhile."""
    upstream.trickle("POST")
    upstream.reply("POST", RECORD)
    upstream.reply("GET", RECORD)
    loop = asyncio.get_running_loop()
    started = loop.time()
    slow = asyncio.create_task(plant_id.identify(ask(), deadline=deadline))
    while not upstream.heard:
        await asyncio.sleep(0)
    answer = await plant_id.identify(ask(), deadline=deadline)
    assert not answer.reconciled
    assert not slow.done()
    assert (await slow).reconciled
    assert loop.time() - started < 3.0


@pytest.mark.parametrize("status", [200, 500, 503])
async def test_recover_that_cannot_be_told_is_no_none(upstream, plant_id, deadline, status):
    """Down, or with an answer nobody can read: who asked looks again later, and does not give it up (law 4)."""
    upstream.reply("GET", b"<html>", status=status)
    with pytest.raises(ProviderUnavailable):
        await plant_id.recover(17, language="fr", health=True, deadline=deadline)


async def test_recover_finds_a_record_at_any_later_time(upstream, plant_id, deadline):
    """A paid answer that nobody waited for is had for free, by reference alone."""
    upstream.reply("GET", NOT_FOUND, status=404)
    upstream.reply("GET", RECORD)
    wanted = {"language": "fr", "health": True}
    assert await plant_id.recover(17, **wanted, deadline=deadline) is None
    answer = await plant_id.recover(17, **wanted, deadline=deadline)
    assert answer is not None
    assert (answer.reconciled, answer.credits) == (True, 2.0)
    assert upstream.heard[0].path == "/v3/identification/17"


@pytest.mark.parametrize(("status", "body"), [(200, b"true"), (204, b""), (404, NOT_FOUND)])
async def test_forget_gone_is_gone(upstream, plant_id, deadline, status, body, key):
    """Law 12: deleting is done when the record is gone, by us or before."""
    upstream.reply("DELETE", body, status=status)
    assert await plant_id.forget("aB3dE5gH7jK9mN1", deadline=deadline)
    assert upstream.heard[0].path == "/v3/identification/aB3dE5gH7jK9mN1"
    assert upstream.heard[0].headers["Api-Key"] == key


@pytest.mark.parametrize("name", ["", "..", "a/b", "a?b", "x" * 65])
async def test_forget_odd_name_goes_nowhere(upstream, plant_id, deadline, name):
    """What is no record's name never becomes a path of a DELETE."""
    with pytest.raises(ProviderRejected):
        await plant_id.forget(name, deadline=deadline)
    assert upstream.heard == []


async def test_forget_down_is_an_error_without_a_bill(upstream, plant_id, deadline):
    """A record that may still be there is not called gone."""
    upstream.reply("DELETE", b"", status=503)
    with pytest.raises(ProviderUnavailable) as caught:
        await plant_id.forget("aB3dE5gH7jK9mN1", deadline=deadline)
    assert not caught.value.charged


async def test_usage_tells_what_is_left(upstream, plant_id, deadline):
    """The key's state is typed: each period's limit, use and rest, and whether a call may go."""
    upstream.reply(
        "GET",
        {
            "active": True,
            "credit_limits": {"day": 10, "week": None, "month": None, "total": 100},
            "used": {"day": 10.0, "week": 12.5, "month": 12.5, "total": 12.5},
            "can_use_credits": {"value": False, "reason": "day limit"},
            "remaining": {"day": 0, "week": None, "month": None, "total": 87.5},
        },
    )
    usage = await plant_id.usage(deadline=deadline)
    assert (usage.can_use, usage.reason) == (False, "day limit")
    assert usage.windows["day"].remaining == 0.0
    assert (usage.windows["total"].limit, usage.windows["total"].used) == (100.0, 12.5)
    assert usage.windows["week"].limit is None


async def test_usage_wrong_key_is_refused(upstream, plant_id, deadline):
    """A key check tells a wrong key from an outage."""
    upstream.reply("GET", b"The specified api key not found.", status=401)
    with pytest.raises(ProviderKeyRefused):
        await plant_id.usage(deadline=deadline)


async def test_usage_odd_answer_is_invalid_and_free(upstream, plant_id, deadline):
    """A usage report we cannot read never counts as a bill."""
    upstream.reply("GET", {"remaining_total": 3})
    with pytest.raises(ProviderReplyInvalid) as caught:
        await plant_id.usage(deadline=deadline)
    assert not caught.value.charged


@pytest.mark.parametrize(
    "url",
    ["https://api.plant.id", "https://api.plant.id/", "https://api.plant.id/v3", "https://api.plant.id/v3/"],
)
def test_config_base_is_the_same_however_written(url):
    """A closing slash or a missing version is no mistake."""
    assert PlantIDConfig(key="k", url=url).base == "https://api.plant.id/v3"


@pytest.mark.parametrize(
    ("wrong", "setting"),
    [
        ({"key": ""}, "PLANT_ID_API_KEY"),
        ({"key": "two words"}, "PLANT_ID_API_KEY"),
        ({"key": "line\r\nfeed"}, "PLANT_ID_API_KEY"),
        ({"url": "plant.id"}, "PLANT_ID_BASE_URL"),
        ({"url": "ftp://plant.id"}, "PLANT_ID_BASE_URL"),
        ({"url": "https://me:secret@plant.id"}, "PLANT_ID_BASE_URL"),
        ({"url": "https://plant.id/?api-key=secret"}, "PLANT_ID_BASE_URL"),
        ({"timeout": 0.0}, "PLANT_ID_TIMEOUT_SECONDS"),
        ({"timeout": float("nan")}, "PLANT_ID_TIMEOUT_SECONDS"),
        ({"timeout": 1000.0}, "PLANT_ID_TIMEOUT_SECONDS"),
    ],
)
def test_config_wrong_value_names_its_setting(wrong, setting):
    """A bad value stops the start by the name of its setting, and is not itself shown."""
    with pytest.raises(ValueError, match=setting) as caught:
        PlantIDConfig(**{"key": "k", **wrong})
    assert "secret" not in str(caught.value)
    assert "two words" not in str(caught.value)
