"""A question sent again under its Idempotency-Key is the same identification: one row in history, one bill."""

import asyncio
import json

import httpx
import pytest
from django.contrib.auth import get_user_model

from apps.api_keys.actions import create_key
from apps.api_keys.keys import Mode
from apps.api_keys.models import CreditsOfDay, Scope
from apps.plant_identification import deletions
from apps.plant_identification.models import Identification, Photo, ProviderAnswer
from apps.plant_identification.wiring import get_services
from plant_community_backend.database import in_database

IDENTIFY = "/api/v1/plant-identification/identify/"
LEGACY = "/api/plant-identification/identify/"
HISTORY = "/api/v1/plant-identification/identifications/"
KEY = "8e03978e-40d5-43dd-bc93-6894a57f9324"
STREAM = {"Accept": "text/event-stream"}
AT_ONCE = {"Prefer": "respond-async"}
MINE = {"Cookie": "visitor=a-value-of-the-client's-own-choice"}


async def ask(client, photo, key=KEY, *, headers=(), path=IDENTIFY, timeout=30.0, **options):  # noqa: ASYNC109 - httpx has it
    """The reply to one bare photo under a key."""
    headers = {"Content-Type": "image/jpeg", "Idempotency-Key": key} | dict(headers)
    return await client.post(path, content=photo, headers=headers, params=options, timeout=timeout)


async def send(client, *photos, **data):
    """The reply to a form of several photos under the key."""
    files = [("images", ("a.jpg", photo, "image/jpeg")) for photo in photos]
    return await client.post(IDENTIFY, files=files, data=data, headers={"Idempotency-Key": KEY})


def bills(simulator):
    """Calls paid so far, Plant.id's and Pl@ntNet's."""
    return simulator.billing.calls("plant_id"), simulator.billing.calls("plantnet")


async def rows():
    """How many identifications are stored."""
    return await in_database(Identification.objects.count)


def events(reply):
    """Names and data of a stream."""
    blocks = [dict(line.split(": ", 1) for line in block.splitlines()) for block in reply.text.strip().split("\n\n")]
    return [(block["event"], json.loads(block["data"])) for block in blocks]


def without_request_id(body):
    """An answer without what belongs to the one request it was read from."""
    return body | {"receipt": body["receipt"] | {"request_id": ""}}


async def new_program(name, mode=Mode.LIVE, **fields):
    """A new key of this account, and the headers of the program that has it."""

    def make():
        owner, _ = get_user_model().objects.get_or_create(username=name, email=f"{name}@example.org")
        return create_key(owner, mode=mode, name="x", scopes=Scope.values, **fields)

    key, text = await in_database(make)
    return key, {"Authorization": f"Bearer {text}"}


# --- Sent again ----------------------------------------------------------------------------------------------------


async def test_sent_again_after_the_answer_is_the_same_identification(client, simulator, leaf):
    """The same row and the same answer, which costs nothing (law 1)."""
    first = await ask(client, leaf)
    again = await ask(client, leaf)
    assert (first.status_code, again.status_code) == (200, 200)
    assert without_request_id(again.json()) == without_request_id(first.json())
    assert again.headers["Content-Location"] == first.json()["url"]
    assert (bills(simulator), await rows()) == ((1, 1), 1)
    assert [each["id"] for each in (await client.get(HISTORY)).json()["results"]] == [first.json()["id"]]


async def test_without_a_key_each_is_one_of_its_own(client, leaf):
    """The key makes the difference, and only that key: neither none nor another one."""
    first = (await ask(client, leaf)).json()["id"]
    other = (await ask(client, leaf, "another")).json()["id"]
    none = (await client.post(IDENTIFY, content=leaf, headers={"Content-Type": "image/jpeg"})).json()["id"]
    await get_services().history.flush()
    assert len({first, other, none}) == await rows() == 3


async def test_sent_again_after_the_connection_was_lost(client, simulator, leaf):
    """The client hears nothing of the first; the second waits for the very same run (law 1, law 4)."""
    simulator.inject("latency", times=None, seconds=0.6)
    with pytest.raises(httpx.ReadTimeout):
        await ask(client, leaf, headers=MINE, timeout=0.3)
    reply = await ask(client, leaf, headers=MINE)
    assert (reply.status_code, reply.json()["status"]) == (200, "complete")
    assert (bills(simulator), await rows()) == ((1, 1), 1)


async def test_sent_again_to_another_process(transactional_db, against, serve, simulator, leaf):
    """A server that remembers nothing finds it in the database (law 1, law 4)."""
    async with serve() as client:
        first = await ask(client, leaf, headers=MINE)
    async with serve() as client:
        again = await ask(client, leaf, headers=MINE)
    assert without_request_id(again.json()) == without_request_id(first.json())
    assert (bills(simulator), await rows()) == ((1, 1), 1)


async def test_sent_again_while_another_process_runs_it(transactional_db, against, serve, simulator, leaf):
    """It says where the answer will be, at once and as JSON, as reading does (law 3); nobody is asked again (law 1)."""
    simulator.inject("latency", times=None, seconds=1.5)
    async with serve() as one:
        begun = (await ask(one, leaf, headers=MINE | AT_ONCE)).json()
        async with serve() as two:
            for more in ({}, STREAM, AT_ONCE):
                reply = await ask(two, leaf, headers=MINE | more)
                assert (reply.status_code, reply.headers["Location"]) == (202, begun["url"])
                assert (reply.json()["status"], int(reply.headers["Retry-After"])) == ("running", 2)
    assert (bills(simulator), await rows()) == ((1, 1), 1)


async def test_sent_again_while_it_runs_joins_it_in_the_form_asked_for(client, simulator, leaf):
    """202, the answer, or a stream from its beginning: of one run (law 1, law 3)."""
    simulator.inject("latency", times=None, seconds=0.6)
    begun = await ask(client, leaf, headers=AT_ONCE)
    once_more, answer, stream = await asyncio.gather(
        ask(client, leaf, headers=AT_ONCE), ask(client, leaf), ask(client, leaf, headers=STREAM)
    )
    assert (begun.status_code, once_more.status_code, answer.status_code) == (202, 202, 200)
    assert once_more.headers["Location"] == begun.headers["Location"]
    assert once_more.headers["Preference-Applied"] == "respond-async"
    assert [name for name, _ in events(stream)] == ["accepted", "provider", "provider", "result"]
    ids = {begun.json()["id"], once_more.json()["id"], answer.json()["id"], events(stream)[-1][1]["id"]}
    assert (len(ids), bills(simulator), await rows()) == (1, (1, 1), 1)


async def test_sent_again_as_a_stream_after_the_answer(client, simulator, leaf):
    """A client that lost a stream gets one again, with the same events."""
    first = events(await ask(client, leaf, headers=STREAM))
    again = events(await ask(client, leaf, headers=STREAM))
    assert [name for name, _ in again] == ["accepted", "provider", "provider", "result"]
    assert again[0] == first[0]
    assert without_request_id(again[-1][1]) == without_request_id(first[-1][1])
    assert (bills(simulator), await rows()) == ((1, 1), 1)


async def test_sent_again_to_the_address_without_a_version(client, simulator, leaf):
    """One view, one key; only the words differ."""
    first = (await ask(client, leaf)).json()
    old = (await ask(client, leaf, path=LEGACY)).json()
    assert (old["id"], old["success"]) == (first["id"], True)
    assert (bills(simulator), await rows()) == ((1, 1), 1)


async def test_key_is_the_same_with_and_without_quotes(client, leaf):
    """The draft's string in quotes, and what most clients send."""
    assert (await ask(client, leaf)).json()["id"] == (await ask(client, leaf, f'"{KEY}"')).json()["id"]


# --- At once -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("known", [False, True])
async def test_twelve_at_once_are_one(client, simulator, leaf, known):
    """The database lets one of them through, and all get that one; whether somebody has to be asked or not (law 1)."""
    before = (await ask(client, leaf, "before")).json()["id"] if known else None
    client.cookies.clear()
    replies = await asyncio.gather(*(ask(client, leaf, headers=MINE) for _ in range(12)))
    assert {reply.status_code for reply in replies} == {200}
    ids = {reply.json()["id"] for reply in replies}
    assert len(ids) == 1
    assert before not in ids
    assert (bills(simulator), await rows()) == ((1, 1), 1 + known)
    assert await in_database(Photo.objects.count) == 1 + known


async def test_two_photos_at_once_under_one_key_are_one_answer_and_one_refusal(client, simulator, make_photo):
    """Whichever is first has the key; the other costs nothing."""
    photos = [make_photo(color=(30, 100 + 40 * number, 30)) for number in range(2)]
    replies = await asyncio.gather(*(ask(client, photo, headers=MINE) for photo in photos))
    assert sorted(reply.status_code for reply in replies) == [200, 422]
    assert (bills(simulator), await rows()) == ((1, 1), 1)


async def test_two_at_once_take_one_credit_of_a_budget_that_has_one(client, simulator, leaf):
    """The second is no question, so it needs no credit (law 1)."""
    key, headers = await new_program("fern", credits_per_day=1.0)
    replies = await asyncio.gather(*(ask(client, leaf, headers=headers) for _ in range(2)))
    assert [reply.status_code for reply in replies] == [200, 200]
    assert bills(simulator) == (1, 1)
    assert await in_database(lambda: CreditsOfDay.objects.get(api_key=key).taken) == 1.0


# --- Another question ----------------------------------------------------------------------------------------------


async def test_other_question_under_the_same_key_is_refused(client, simulator, make_photo):
    """A client that mixes its keys up hears of it; what it asked before is named, and nothing is paid."""
    one, two, three = (make_photo(color=(30, 100 + 40 * number, 30)) for number in range(3))
    asked = {"organs": ["leaf", "flower"], "language": "de"}
    first = (await send(client, one, two, **asked)).json()
    others = [
        await send(client, one, three, **asked),
        await send(client, two, one, **asked),
        await send(client, one, organs=["leaf"], language="de"),
        await send(client, one, two, three, organs=["leaf", "flower", "leaf"], language="de"),
        await send(client, one, two, **asked | {"organs": ["leaf", "leaf"]}),
        await send(client, one, two, **asked | {"language": "fr"}),
        await send(client, one, two, **asked, include_diseases="true"),
    ]
    for reply in others:
        body = reply.json()
        assert (reply.status_code, body["code"], body["retryable"]) == (422, "idempotency-key-reused", False)
        assert body["identification"] == first["url"]
    assert (await client.get(httpx.URL(others[0].json()["type"]).path)).status_code == 200
    assert (await send(client, one, two, **asked)).json()["id"] == first["id"]
    assert (bills(simulator), await rows()) == ((1, 1), 1)


@pytest.mark.parametrize(
    "key", ["", '"', '""', '"a', 'a"b', "a b", "a,b", '"a", "b"', "a\\b", '"a\\b"', "é", "a" * 256, '"a"; b=1']
)
async def test_key_that_is_none_is_refused(client, simulator, leaf, key):
    """400 names the header; nobody is asked and nothing stored."""
    reply = await ask(client, leaf, key.encode("latin-1"))
    assert (reply.status_code, reply.json()["code"]) == (400, "invalid-input")
    assert reply.json()["errors"][0]["header"] == "Idempotency-Key"
    assert (bills(simulator), await rows()) == ((0, 0), 0)


@pytest.mark.parametrize("key", ["a", "a" * 255, '"a b"', '"\\"\\\\"', "!#$%&'()*+-./:;<=>?@[]^_`{|}~"])
async def test_key_may_be_any_visible_text(client, leaf, key):
    """It means nothing to us."""
    first, again = await ask(client, leaf, key), await ask(client, leaf, key)
    assert (first.status_code, first.json()["id"]) == (200, again.json()["id"])


# --- Whose it is ---------------------------------------------------------------------------------------------------


async def test_same_key_of_somebody_else_is_their_own(client, simulator, leaf, make_photo):
    """Visitors, accounts: each has own keys, so knowing one opens nothing (law 12); what is paid is shared (law 1)."""
    _, fern = await new_program("fern")
    _, moss = await new_program("moss")
    ids = [(await ask(client, leaf, headers=who)).json()["id"] for who in (fern, moss, {}, MINE)]
    assert len(set(ids)) == await rows() == 4
    assert bills(simulator) == (1, 1)
    client.cookies.clear()
    assert (await ask(client, make_photo(color=(30, 150, 30)))).status_code == 200  # nor does it tell of theirs
    assert (await client.get(f"{HISTORY}{ids[0]}/", headers=moss)).status_code == 404


async def test_all_keys_of_an_account_are_one_asker(client, simulator, leaf):
    """Whichever of its programs sends it again."""
    programs = [(await new_program("fern"))[1] for _ in range(2)]
    first, again = [await ask(client, leaf, headers=program) for program in programs]
    assert first.json()["id"] == again.json()["id"]
    assert (bills(simulator), await rows()) == ((1, 1), 1)


async def test_sandbox_has_its_own(client, simulator, leaf):
    """A test key's question is never the account's real one, nor the other way round."""
    _, live = await new_program("fern")
    _, test = await new_program("fern", Mode.TEST)
    tried = [(await ask(client, leaf, headers=test)).json() for _ in range(2)]
    assert (tried[0]["id"], tried[0]["simulated"]) == (tried[1]["id"], True)
    assert bills(simulator) == (0, 0)
    real = (await ask(client, leaf, headers=live)).json()
    assert real["id"] != tried[0]["id"]
    assert (bills(simulator), await rows()) == ((1, 1), 2)


# --- Failed, kept, deleted -----------------------------------------------------------------------------------------


def fail_once(simulator):
    """The next call of each provider fails."""
    for provider in ("plant_id", "plantnet"):
        simulator.inject("status", provider=provider, times=1, code=500)


async def until_answered(client, photo, **more):
    """The first reply that is no 503: for a moment a failure is everybody's (law 5)."""
    async with asyncio.timeout(20):
        while (reply := await ask(client, photo, **more)).status_code == 503:
            pass
    return reply


@pytest.fixture
def failures_end_at_once(monkeypatch):
    """A failure is shared for no time: else the two services' end one after the other, and half an answer is stored."""
    monkeypatch.setattr("apps.plant_identification.wiring.FAILURE_SHARED_SECONDS", 0.001)


async def test_failed_one_is_asked_anew_in_its_row(failures_end_at_once, client, simulator, leaf):
    """There was no answer to give again; the row becomes the answer's, and the budget counts what was billed (law 2)."""
    key, headers = await new_program("fern", credits_per_day=100.0)
    fail_once(simulator)
    failed = await ask(client, leaf, headers=headers)
    assert (failed.status_code, bills(simulator)) == (503, (1, 1))
    reply = await until_answered(client, leaf, headers=headers)
    body = reply.json()
    assert (reply.status_code, body["url"]) == (200, failed.json()["identification"])
    assert (len(body["photos"]), body["problem"]) == (1, None)
    assert (await ask(client, leaf, headers=headers)).json()["id"] == body["id"]
    assert (await client.get(body["url"], headers=headers)).json()["verdict"] == body["verdict"]
    assert (bills(simulator), await rows()) == ((2, 2), 1)

    def kept():
        return Photo.objects.count(), ProviderAnswer.objects.count(), CreditsOfDay.objects.get(api_key=key).taken

    assert await in_database(kept) == (1, 2, 1.0)  # what the first attempt had reserved was given back


async def test_failed_one_that_somebody_else_paid_for_since_costs_nothing(
    failures_end_at_once, client, simulator, leaf
):
    """What is kept answers it in its row, also when the budget is used up (law 1, law 4)."""
    key, headers = await new_program("fern", credits_per_day=1.0)
    fail_once(simulator)
    failed = await ask(client, leaf, headers=headers)
    assert failed.status_code == 503
    await in_database(CreditsOfDay.objects.filter(api_key=key).update, taken=1.0)
    await until_answered(client, leaf)
    paid = bills(simulator)
    reply = await ask(client, leaf, headers=headers)
    assert (reply.status_code, reply.json()["url"]) == (200, failed.json()["identification"])
    assert (reply.json()["receipt"]["source"], bills(simulator)) == ("cached", paid)


async def test_kept_answer_is_stored_before_it_is_given(client, simulator, leaf):
    """Whoever sends it again, to whichever process, finds it (law 1)."""
    await ask(client, leaf, "before")
    kept = (await ask(client, leaf)).json()
    assert kept["receipt"]["source"] == "cached"
    assert await in_database(Identification.objects.filter(pk=kept["id"]).count) == 1
    again = (await ask(client, leaf)).json()
    assert without_request_id(again) == without_request_id(kept)
    assert (bills(simulator), await rows()) == ((1, 1), 2)


async def test_after_delete_the_key_begins_anew(client, simulator, leaf, make_photo):
    """What was deleted does not come back: the question is asked anew, and may be another one (law 12)."""
    first = (await ask(client, leaf)).json()
    assert (await client.delete(first["url"])).status_code == 204
    reply = await ask(client, make_photo(color=(30, 150, 30)))
    assert (reply.status_code, bills(simulator), await rows()) == (200, (2, 2), 1)


async def test_answer_of_a_deleted_question_does_not_reach_the_next_under_its_key(client, simulator, make_photo):
    """Deleted while it ran, and the key used for another plant: that one has its own answer and nothing else (law 12)."""
    simulator.inject("latency", times=2, seconds=0.8)
    begun = (await ask(client, make_photo(color=(120, 100, 110)), headers=AT_ONCE)).json()
    assert (await client.delete(begun["url"])).status_code == 204
    mine = (await ask(client, make_photo(color=(30, 150, 30)))).json()
    await get_services().runs.drain()
    read = (await client.get(mine["url"])).json()
    assert (read["verdict"], read["completed_at"]) == (mine["verdict"], mine["completed_at"])
    assert await in_database(ProviderAnswer.objects.filter(identifications=mine["id"]).count) == 2
    assert await in_database(ProviderAnswer.objects.count) == 2


async def test_without_its_photos_it_is_known_by_its_options(client, leaf):
    """Photos deleted since are not taken in again (law 12)."""
    first = (await ask(client, leaf)).json()
    stored = await in_database(Identification.objects.get, pk=first["id"])
    await deletions.delete_photos(stored, get_services())
    again = (await ask(client, leaf)).json()
    assert (again["id"], again["photos"]) == (first["id"], [])
    assert (await ask(client, leaf, language="de")).status_code == 422
    assert await in_database(Photo.objects.count) == 0


# --- Limits --------------------------------------------------------------------------------------------------------


async def test_sent_again_costs_nothing_of_the_hour(client, against, leaf):
    """As a kept answer it is work, and no money: only the burst limit counts it."""
    against.IDENTIFY_RATE_ANONYMOUS, against.IDENTIFY_BURST_ANONYMOUS = "2/hour", "4/minute"
    replies = [await ask(client, leaf) for _ in range(5)]
    assert [reply.status_code for reply in replies] == [200, 200, 200, 200, 429]
    assert replies[4].json()["violated-policies"] == ["identify-burst"]
