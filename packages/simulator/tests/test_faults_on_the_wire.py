import asyncio
import json

import aiohttp
import pytest

from plant_simulator import KINDS, Fault
from plant_simulator.cards import FAULT_CARDS
from plant_simulator.faults import SHORT_FOR

UNBILLED = ["html_502", "error_500", "error_503", "throttled_429", "unauthorized_401", "forbidden_403"]


@pytest.fixture(params=["plant_id", "plantnet"])
def client(request):
    """Each provider's client in turn."""
    return request.getfixturevalue(request.param)


def name_of(client):
    """The provider a client calls."""
    return "plantnet" if hasattr(client, "get") else "plant_id"


@pytest.mark.parametrize("name", UNBILLED)
async def test_error_status_comes_instead_of_the_work_and_is_not_billed(client, photos, sim, name):
    """The next call gets the error, in the provider's own form, and costs nothing; the one after is answered."""
    sim.inject(name)
    failed, fine = await client.identify(photos.healthy), await client.identify(photos.healthy)
    assert (failed.status, fine.status // 100) == (int(name[-3:]), 2)
    assert failed.headers["X-Simulated"] == "true"
    assert (sim.billing.rejected(), sim.billing.accepted(), sim.billing.credits()) == (1, 1, 1)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("error_500", "Internal Server Error"),
        ("error_503", "Service Unavailable"),
        ("throttled_429", "The specified api key does not have sufficient number of available credits."),
        ("unauthorized_401", "The specified api key not found."),
    ],
)
async def test_error_status_of_plant_id_is_a_bare_sentence(plant_id, photos, sim, name, text):
    """Plant.id's errors are plain text."""
    sim.inject(name)
    reply = await plant_id.identify(photos.healthy)
    assert (reply.text, reply.headers["Content-Type"]) == (text, "text/html; charset=utf-8")


async def test_error_status_of_plantnet_is_json(plantnet, photos, sim):
    """Pl@ntNet's errors are JSON with statusCode, error and message."""
    sim.inject("error_500")
    assert (await plantnet.identify(photos.healthy)).json == {
        "statusCode": 500,
        "error": "Internal Server Error",
        "message": "An internal server error occurred",
    }


async def test_html_502_is_a_web_page_from_a_proxy(client, photos, sim):
    """Neither provider's form: a page."""
    sim.inject("html_502")
    reply = await client.identify(photos.healthy)
    assert reply.headers["Content-Type"].startswith("text/html")
    assert "<center>" in reply.text


@pytest.mark.parametrize("name", ["error_503", "throttled_429"])
async def test_retry_after_is_sent_only_when_given(client, photos, sim, name):
    """With and without Retry-After, in seconds."""
    sim.inject(name)
    sim.inject(name, retry_after=7)
    replies = [await client.identify(photos.healthy) for _ in range(2)]
    assert [reply.headers.get("Retry-After") for reply in replies] == [None, "7"]


async def test_any_status_can_be_had_with_any_text(plant_id, photos, sim):
    """The general fault."""
    sim.inject("status", code=418, text="I'm a teapot")
    reply = await plant_id.identify(photos.healthy)
    assert (reply.status, reply.text) == (418, "I'm a teapot")


async def test_error_status_can_come_after_the_work_and_the_bill(plant_id, photos, sim):
    """Law 9: an error does not prove that nothing was charged; the record is there."""
    sim.inject("error_500", billed=True)
    failed = await plant_id.identify(photos.healthy, custom_id=8)
    found = await plant_id.call("GET", "/identification/8")
    assert (failed.status, found.status, sim.billing.credits()) == (500, 200, 1)


async def test_hang_answers_nothing_and_bills_nothing(client, photos, sim):
    """The call is read and stays open until its client goes."""
    sim.inject("hang")
    calling = asyncio.create_task(client.identify(photos.healthy))
    await sim.until(lambda s: s.billing.rejected() == 1)
    assert (sim.in_flight(name_of(client)), calling.done()) == (1, False)
    calling.cancel()
    await sim.until(lambda s: s.in_flight(name_of(client)) == 0)
    assert (sim.billing.calls(), sim.billing.accepted()) == (1, 0)


async def test_charged_but_never_answered_is_found_by_custom_id(plant_id, photos, sim):
    """Law 9: the bill and the result are there, though the answer never comes."""
    sim.inject("charged_but_never_answered")
    calling = asyncio.create_task(plant_id.identify(photos.healthy, custom_id=410233))
    await sim.until(lambda s: s.billing.accepted("plant_id") == 1)
    found = await plant_id.call("GET", "/identification/410233")
    calling.cancel()
    assert (found.status, found.json["status"]) == (200, "COMPLETED")
    assert sim.billing.credits("plant_id") == 1


async def test_charged_but_never_answered_of_plantnet_takes_from_the_quota(plantnet, photos, sim):
    """A lost answer is a lost request: there is nothing to read back."""
    sim.inject("charged_but_never_answered")
    calling = asyncio.create_task(plantnet.identify(photos.healthy))
    await sim.until(lambda s: s.billing.accepted("plantnet") == 1)
    calling.cancel()
    daily = (await plantnet.get("/v2/quota/daily")).json
    assert daily["quota"]["identify"]["count"] == 1


async def test_client_that_hangs_up_is_charged_all_the_same(plant_id, photos, sim):
    """The provider goes on when its client has gone: the result is stored."""
    sim.inject("latency", seconds=0.05)
    calling = asyncio.create_task(plant_id.identify(photos.healthy, custom_id=4))
    await sim.until(lambda s: s.billing.accepted() == 1)
    calling.cancel()
    await sim.until(lambda s: s.in_flight("plant_id") == 0)
    async with asyncio.timeout(20):
        while (await plant_id.call("GET", "/identification/4")).json["status"] != "COMPLETED":
            pass
    assert (sim.billing.calls(), sim.billing.credits()) == (1, 1)


@pytest.mark.parametrize(("name", "billed"), [("reset_before_answer", 0), ("reset_mid_body", 1)])
async def test_reset_ends_the_connection_with_an_error(client, photos, sim, name, billed):
    """RST: the client gets no orderly end. Before the answer nothing is billed, amid it the call is."""
    sim.inject(name)
    with pytest.raises((ConnectionResetError, aiohttp.ClientError)):
        await client.identify(photos.healthy)
    assert (sim.billing.accepted(), sim.billing.credits()) == (billed, billed)


async def test_reset_mid_body_sends_half_of_the_answer_and_then_rst(sim, photos):
    """Seen from a bare socket: the head of a success, then ECONNRESET instead of an end."""
    sim.inject("reset_mid_body")
    body = json.dumps({"images": [photos.healthy.base64]}).encode()
    reader, writer = await asyncio.open_connection("127.0.0.1", int(sim.url.rpartition(":")[2]))
    head = f"POST /v3/identification HTTP/1.1\r\nHost: x\r\nApi-Key: demo\r\nContent-Length: {len(body)}\r\n\r\n"
    writer.write(head.encode() + body)
    received = await reader.readuntil(b"\r\n\r\n")
    with pytest.raises(ConnectionResetError):
        await reader.read()
    writer.close()
    assert b"201 Created" in received


async def test_slow_drip_sends_the_right_answer_in_single_bytes(client, photos, sim, session):
    """Complete if waited for; billed like any answer."""
    sim.inject("slow_drip", interval=0)
    reply = await client.identify(photos.healthy)
    assert (reply.status // 100, sim.billing.accepted()) == (2, 1)
    assert reply.json


async def test_slow_drip_leaves_its_client_waiting_for_the_second_byte(plant_id, photos, sim, session):
    """The first byte comes, the rest after the interval."""
    sim.inject("slow_drip", interval=3600)
    url, json_body = f"{sim.plant_id_url}/identification", {"images": [photos.healthy.base64]}
    async with session.post(url, json=json_body, headers={"Api-Key": "demo"}) as response:
        assert await response.content.readexactly(1) == b"{"
        assert not response.content.is_eof()
        response.close()
    await sim.until(lambda s: s.in_flight("plant_id") == 0)


async def test_truncated_json_is_a_whole_response_of_half_a_body(client, photos, sim):
    """HTTP is in order, JSON is not."""
    sim.inject("truncated_json")
    reply = await client.identify(photos.healthy)
    assert reply.status // 100 == 2
    assert int(reply.headers["Content-Length"]) == len(reply.body)
    with pytest.raises(ValueError, match=r"Expecting|Unterminated|delimiter"):
        json.loads(reply.body)


async def test_wrong_content_type_keeps_the_answer(client, photos, sim):
    """The body is right, the label is not."""
    sim.inject("wrong_content_type")
    sim.inject("wrong_content_type", content_type="application/octet-stream")
    replies = [await client.identify(photos.healthy) for _ in range(2)]
    kinds = [reply.headers["Content-Type"] for reply in replies]
    assert kinds == ["text/html; charset=utf-8", "application/octet-stream"]
    assert all(reply.json for reply in replies)


async def test_not_json_and_empty_body_are_successes_without_an_answer(client, photos, sim):
    """Billed, and nothing to read."""
    sim.inject("not_json")
    sim.inject("empty_body")
    page, nothing = [await client.identify(photos.healthy) for _ in range(2)]
    assert [page.status // 100, nothing.status // 100] == [2, 2]
    assert page.text.startswith("<!doctype html>")
    assert nothing.body == b""
    assert sim.billing.credits() == 2


async def test_huge_body_goes_on_with_spaces(client, photos, sim):
    """Still JSON, but too much of it."""
    sim.inject("huge_body", bytes=300_000)
    reply = await client.identify(photos.healthy)
    assert len(reply.body) > 300_000
    assert reply.json


async def test_latency_is_billed_before_it_passes(client, photos, sim):
    """While a slow answer is awaited, the call is taken on already."""
    sim.inject("latency", seconds=3600)
    calling = asyncio.create_task(client.identify(photos.healthy))
    await sim.until(lambda s: s.billing.accepted() == 1)
    assert (calling.done(), sim.in_flight(name_of(client))) == (False, 1)
    calling.cancel()


async def test_latency_can_be_drawn_from_a_distribution(client, photos, sim):
    """Uniform and lognormal, seeded; the answer is the right one."""
    sim.inject("latency", distribution="uniform", low=0.0, high=0.001)
    sim.inject("latency", distribution="lognormal", median=0.0005, sigma=0.1)
    assert [(await client.identify(photos.healthy)).status // 100 for _ in range(2)] == [2, 2]


async def test_fault_strikes_the_named_provider_only(plant_id, plantnet, photos, sim):
    """Faults of one provider leave the other alone."""
    sim.inject("error_500", provider="plantnet", times=None)
    assert (await plant_id.identify(photos.healthy)).status == 201
    assert [(await plantnet.identify(photos.healthy)).status for _ in range(3)] == [500, 500, 500]
    sim.clear_faults()
    assert (await plantnet.identify(photos.healthy)).status == 200


async def test_fault_strikes_identify_calls_unless_told_otherwise(plant_id, photos, sim):
    """Reads pass by default, so that a client can find out what became of its call."""
    made = await plant_id.identify(photos.healthy)
    path = f"/identification/{made.json['access_token']}"
    sim.inject("error_500", times=None)
    free = await plant_id.call("GET", path)
    sim.clear_faults()
    sim.inject("error_503", calls="other")
    other = await plant_id.call("GET", path)
    assert (free.status, other.status) == (200, 503)
    assert sim.billing.rejected() == 0


async def test_faults_follow_one_another_in_order(plant_id, photos, sim):
    """A script: two errors, a pass, another error."""
    sim.inject("error_500", times=2)
    sim.add_fault(Fault(name="error_503", skip=1))
    assert [(await plant_id.identify(photos.healthy)).status for _ in range(5)] == [500, 500, 201, 503, 201]


@pytest.mark.parametrize(
    ("card", "status", "accepted", "retry_after"),
    [
        ("error_500", 500, 0, None),
        ("error_503", 503, 0, None),
        ("error_503_retry_after", 503, 0, "30"),
        ("throttled_429", 429, 0, None),
        ("throttled_429_retry_after", 429, 0, "60"),
        ("unauthorized_401", 401, 0, None),
        ("html_502", 502, 0, None),
        ("empty_body", 2, 1, None),
        ("not_json", 2, 1, None),
        ("truncated_json", 2, 1, None),
        ("wrong_content_type", 2, 1, None),
    ],
)
async def test_photo_of_a_fault_card_brings_its_fault_along(
    client, sim, draw_card, card, status, accepted, retry_after
):
    """Whoever sends the card gets the fault, each time, billed or not as the fault is."""
    for _ in range(2):
        reply = await client.identify(draw_card(card))
        assert status in {reply.status, reply.status // 100}
        assert reply.headers.get("Retry-After") == retry_after
    assert sim.billing.accepted() == 2 * accepted


def test_every_fault_card_is_known_or_decides_what_is_seen():
    """Cards and faults share their names."""
    seen = {"not_a_plant_card", "low_confidence", "disagree", "genus_only", "unhealthy", "healthy"}
    assert set(FAULT_CARDS) - seen <= KINDS.keys() | SHORT_FOR.keys()


async def test_card_of_disagreement_makes_the_providers_differ(plant_id, plantnet, draw_card):
    """One provider's first is the other's second."""
    card = draw_card("disagree")
    one = (await plant_id.identify(card)).json["result"]["classification"]["suggestions"]
    two = (await plantnet.identify(card)).json["results"]
    assert one[0]["name"] != two[0]["species"]["scientificNameWithoutAuthor"]
    assert one[0]["name"] == two[1]["species"]["scientificNameWithoutAuthor"]


async def test_card_of_a_genus_makes_plant_id_name_no_species(plant_id, plantnet, draw_card):
    """Plant.id names the genus, Pl@ntNet a species of it."""
    card = draw_card("genus_only")
    one = (await plant_id.identify(card)).json["result"]["classification"]["suggestions"]
    two = (await plantnet.identify(card)).json["results"]
    assert not any(" " in row["name"] for row in one)
    assert two[0]["species"]["genus"]["scientificName"] == one[0]["name"]
