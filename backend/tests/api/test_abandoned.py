"""Questions whose process has ended: what Plant.id was paid for is found again, also when it is down at that moment."""

import datetime as dt

import pytest
from django.utils import timezone

from apps.plant_identification import upkeep
from apps.plant_identification.models import Identification, ProviderAnswer
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
