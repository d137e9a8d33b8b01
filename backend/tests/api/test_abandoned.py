"""What Plant.id was paid for and nobody heard: it is found again, also when it is down at that moment (law 4, law 9)."""

import datetime as dt
from dataclasses import replace

import pytest
from django.utils import timezone

from apps.plant_identification import upkeep
from apps.plant_identification.models import Identification, ProviderAnswer, UnheardCall
from apps.plant_identification.wiring import get_services
from plant_community_backend.database import in_database

IDENTIFY = "/api/v1/plant-identification/identify/"
IMAGE = {"Content-Type": "image/jpeg"}


@pytest.fixture
async def abandoned(client, leaf):
    """The address of a question whose process ended when Plant.id had been paid, and nothing was stored yet."""
    body = (await client.post(IDENTIFY, content=leaf, headers=IMAGE)).json()
    await in_database(_forget, body["id"], age=600)
    return body["url"]


def _forget(pk, *, age):
    ProviderAnswer.objects.all().delete()
    began = timezone.now() - dt.timedelta(seconds=age)
    Identification.objects.filter(pk=pk).update(status="running", answer=None, created_at=began, level="", name="")


async def state(client, url):
    """How far it is, and who has answered."""
    reply = await client.get(url)
    return reply.status_code, [each["provider"] for each in reply.json()["providers"] if each["state"] == "ok"]


async def test_abandoned_waits_while_plant_id_cannot_tell(client, simulator, abandoned):
    """Down, it is asked again the next time; up again, the answer is there, and the bill is one (law 4, law 9)."""
    simulator.inject("status", provider="plant_id", times=None, calls="other", code=503)
    assert await upkeep.settle_abandoned(get_services()) == 0
    assert (await client.get(abandoned)).status_code == 202
    simulator.clear_faults()
    assert await upkeep.settle_abandoned(get_services()) == 1
    assert await state(client, abandoned) == (200, ["plant_id"])
    assert simulator.billing.calls("plant_id") == 1


async def test_abandoned_does_not_wait_for_ever(client, simulator, abandoned):
    """After an hour whoever asked is told to ask again."""
    await in_database(_forget, abandoned.rstrip("/").rpartition("/")[2], age=7200)
    simulator.inject("status", provider="plant_id", times=None, calls="other", code=503)
    assert await upkeep.settle_abandoned(get_services()) == 1
    assert (await client.get(abandoned)).json()["problem"]["code"] == "interrupted"


@pytest.fixture
def impatient(against, settings):
    """Plant.id is waited for half a second."""
    settings.PLANT_ID = replace(settings.PLANT_ID, timeout=0.5)


def _make_due():
    UnheardCall.objects.update(look_at=timezone.now() - dt.timedelta(seconds=1))


async def test_unheard_answer_is_looked_for_after_the_end(impatient, client, simulator, leaf):
    """Paid, never answered, and down when it was asked what it holds: later it is found, and serves whoever asks next."""
    simulator.inject("charged_but_never_answered", provider="plant_id", times=1)
    simulator.inject("status", provider="plant_id", times=None, calls="other", code=503)
    body = (await client.post(IDENTIFY, content=leaf, headers=IMAGE)).json()
    assert {each["provider"]: each["state"] for each in body["providers"]}["plant_id"] == "unavailable"
    assert await upkeep.look_for_unheard(get_services()) == 0, "not at once: the call may go on"
    await in_database(_make_due)
    assert await upkeep.look_for_unheard(get_services()) == 1
    assert await in_database(UnheardCall.objects.count) == 1, "it cannot tell: it is asked again"
    simulator.clear_faults()
    await in_database(_make_due)
    assert await upkeep.look_for_unheard(get_services()) == 1
    assert await in_database(lambda: (UnheardCall.objects.count(), ProviderAnswer.objects.count())) == (0, 2)
    again = (await client.post(IDENTIFY, content=leaf, headers=IMAGE)).json()
    assert {each["provider"] for each in again["providers"] if each["state"] == "ok"} == {"plant_id", "plantnet"}
    assert (simulator.billing.calls("plant_id"), simulator.billing.calls("plantnet")) == (1, 1)


async def test_heard_answers_leave_nothing_to_look_for(client, leaf):
    """The usual end."""
    assert (await client.post(IDENTIFY, content=leaf, headers=IMAGE)).status_code == 200
    assert await in_database(UnheardCall.objects.count) == 0


async def test_unheard_answer_is_erased_with_its_identification(impatient, client, simulator, leaf):
    """Nobody here ever read it, and Plant.id has it all the same: it goes by our number (law 12)."""
    simulator.inject("charged_but_never_answered", provider="plant_id", times=1)
    simulator.inject("status", provider="plant_id", times=None, calls="other", code=503)
    body = (await client.post(IDENTIFY, content=leaf, headers=IMAGE)).json()
    simulator.clear_faults()
    reference = await in_database(lambda: UnheardCall.objects.get().reference)
    record, key = f"{simulator.plant_id_url}/identification/{reference}", {"Api-Key": "demo"}
    assert (await client.get(record, headers=key)).status_code == 200
    assert (await client.delete(body["url"])).status_code == 204
    assert (await client.get(record, headers=key)).status_code == 404
