"""One key, one bill: the same question is paid once, failures are shared, and an outage or a full quota costs nothing."""

import asyncio

import pytest

from apps.plant_identification.constants import FAILURE_SHARED_SECONDS
from apps.plant_identification.models import ProviderAnswer, QuotaEntry, QuotaPeriod
from plant_community_backend.database import in_database
from plant_simulator.drawings import draw_not_a_plant

IDENTIFY = "/api/v1/plant-identification/identify/"
HEALTH = "/api/v1/plant-identification/identify/health/"


async def ask(client, photo, **data):
    """The reply to one photo."""
    return await client.post(IDENTIFY, files={"image": ("a.jpg", photo, "image/jpeg")}, data=data)


def bills(simulator):
    """Calls paid so far, Plant.id's and Pl@ntNet's."""
    return simulator.billing.calls("plant_id"), simulator.billing.calls("plantnet")


async def test_identify_same_photo_again_costs_nothing(client, simulator, leaf):
    """The answer serves everybody until it expires; the receipt says that it was kept (law 1, law 10)."""
    first = await ask(client, leaf)
    client.cookies.clear()
    again = await ask(client, leaf)
    assert bills(simulator) == (1, 1)
    assert again.json()["verdict"] == first.json()["verdict"]
    assert again.json()["receipt"]["source"] == "cached"
    assert again.json()["cost"] == {}
    assert again.headers["Cache-Status"].startswith("PlantCommunity; hit; ttl=")
    assert await in_database(ProviderAnswer.objects.count) == 2


async def test_identify_thirty_at_once_are_one_call_each(client, simulator, leaf):
    """A stampede is one paid call per provider; the others join it (law 1)."""
    simulator.inject("latency", times=None, seconds=0.3)
    replies = await asyncio.gather(*(ask(client, leaf) for _ in range(30)))
    assert {reply.status_code for reply in replies} == {200}
    assert bills(simulator) == (1, 1)
    statuses = [reply.headers["Cache-Status"] for reply in replies]
    assert sum("stored" in status for status in statuses) == 1
    assert any("collapsed" in status for status in statuses)
    assert all("collapsed" in status or "hit" in status for status in statuses if "stored" not in status)


async def test_identify_failure_answers_all_who_wait(client, simulator, leaf):
    """Twenty who wait for a call that fails are answered by that one failure, asked again when its time is over (law 5)."""
    simulator.inject("status", times=None, code=500)
    started = asyncio.get_running_loop().time()
    replies = await asyncio.gather(*(ask(client, leaf) for _ in range(20)))
    rounds = 1 + int((asyncio.get_running_loop().time() - started) / FAILURE_SHARED_SECONDS)
    assert {reply.status_code for reply in replies} == {503}
    assert all(simulator.billing.requests(*each) <= rounds < 20 for each in POSTS)


POSTS = (("plant_id", "POST identification"), ("plantnet", "POST identify"))


async def test_identify_health_later_asks_only_the_one_that_knows(client, simulator, leaf):
    """Pl@ntNet knows nothing of health, so it is not asked again for it (law 1)."""
    await ask(client, leaf)
    body = (await ask(client, leaf, include_diseases="true")).json()
    assert body["health"] is not None
    assert bills(simulator) == (2, 1)


async def test_identify_other_place_is_another_question_for_plant_id_only(client, simulator, leaf):
    """Place is part of Plant.id's question, and none of Pl@ntNet's."""
    await ask(client, leaf)
    await ask(client, leaf, latitude="48.1", longitude="11.6")
    assert bills(simulator) == (2, 1)


async def test_identify_after_delete_asks_anew(client, simulator, leaf):
    """Deleting deletes the kept answers too, in every cache (law 12)."""
    body = (await ask(client, leaf)).json()
    assert (await client.delete(body["url"])).status_code == 204
    await ask(client, leaf)
    assert bills(simulator) == (2, 2)


async def test_identify_deleted_by_one_stays_for_the_other(client, simulator, leaf):
    """Two who asked the same share the paid answer; one of them deleting takes nothing from the other (law 1, law 12)."""
    mine = (await ask(client, leaf)).json()
    client.cookies.clear()
    theirs = (await ask(client, leaf)).json()
    await client.delete(mine["url"])
    assert (await client.get(theirs["url"])).json()["verdict"] == theirs["verdict"]
    await ask(client, leaf)
    assert bills(simulator) == (1, 1)


async def test_identify_outage_opens_the_circuits_and_then_costs_nothing(client, simulator, make_photo, caplog):
    """After fail_max failures nobody is asked any more; the problem says when to come back (law 6)."""
    simulator.inject("status", times=None, code=503)
    for number in range(5):
        await ask(client, make_photo(color=(30, 100 + 9 * number, 30)))
    asked = [simulator.billing.requests(*each) for each in POSTS]
    assert asked == [3, 5]
    refused = await ask(client, make_photo(color=(90, 160, 30)))
    assert refused.status_code == 503
    assert 1 <= int(refused.headers["Retry-After"]) <= 66
    assert {each["state"] for each in refused.json()["providers"]} == {"circuit_open"}
    assert [simulator.billing.requests(*each) for each in POSTS] == asked
    health = (await client.get(HEALTH)).json()
    assert (health["health"], health["checks"]["plant_id:circuit"][0]["state"]) == ("degraded", "open")
    for line in (
        "[CIRCUIT] plant_id_api state transition: CLOSED → OPEN (fail_count=3)",
        "[CIRCUIT] plant_id_api call BLOCKED - Circuit is OPEN, fast-failing",
        "[CIRCUIT] plantnet_api state transition: CLOSED → OPEN (fail_count=5)",
    ):
        assert line in caplog.text
    assert "[CIRCUIT] plant_id_api circuit OPENED - API calls blocked for" in caplog.text


async def test_identify_kept_answer_serves_while_the_circuits_are_open(client, simulator, make_photo, leaf):
    """What is known is answered, whatever the providers do (design 6)."""
    await ask(client, leaf)
    simulator.inject("status", times=None, code=503)
    for number in range(5):
        await ask(client, make_photo(color=(30, 100 + 9 * number, 30)))
    assert (await ask(client, leaf)).status_code == 200


async def test_identify_many_non_plants_open_nothing(client, make_photo, simulator):
    """Cats are answers: the circuits stay closed (law 7)."""
    replies = [await ask(client, draw_not_a_plant())]
    replies += [await ask(client, make_photo(color=(90 + 9 * number, 100, 110))) for number in range(8)]
    assert {reply.json()["verdict"]["level"] for reply in replies} == {"not_a_plant"}
    health = (await client.get(HEALTH)).json()
    assert health["checks"]["plantnet:circuit"][0]["state"] == "closed"


@pytest.fixture
def small_quota(against):
    """Pl@ntNet may be asked twice a day."""
    against.PLANTNET_DAILY_QUOTA = 2.0


async def test_identify_past_the_quota_nobody_is_asked(small_quota, client, simulator, make_photo):
    """The quota is exact, also when many ask at once, and the ledger equals the bill (law 2)."""
    photos = [make_photo(color=(30, 100 + 9 * number, 30)) for number in range(10)]
    replies = await asyncio.gather(*(ask(client, photo) for photo in photos))
    assert {reply.status_code for reply in replies} == {200}
    assert bills(simulator) == (10, 2)
    states = [
        each["state"] for reply in replies for each in reply.json()["providers"] if each["provider"] == "plantnet"
    ]
    assert sorted(states) == ["ok"] * 2 + ["quota"] * 8

    def ledger():
        taken = QuotaPeriod.objects.get(provider="plantnet", period__startswith="day:").taken
        return taken, QuotaEntry.objects.filter(provider="plantnet", settled_at=None).count()

    assert await in_database(ledger) == (2.0, 0)


async def test_identify_provider_that_is_exhausted_is_left_alone_until_it_says(client, simulator, make_photo):
    """A 429 pauses the provider for as long as it says, and opens no circuit (law 7)."""
    simulator.inject("status", provider="plantnet", times=1, code=429, retry_after=40)
    first = (await ask(client, make_photo(color=(30, 120, 30)))).json()
    second = (await ask(client, make_photo(color=(30, 150, 30)))).json()
    assert [each["state"] for each in first["providers"]] == ["ok", "exhausted"]
    assert [each["state"] for each in second["providers"]] == ["ok", "paused"]
    assert 30 <= second["providers"][1]["retry_after"] <= 40
    assert (await client.get(HEALTH)).json()["checks"]["plantnet:circuit"][0]["state"] == "closed"
