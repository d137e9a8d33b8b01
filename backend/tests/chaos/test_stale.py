"""Nobody may be asked: what is kept is served with its age, and what nobody knows is refused in plain words (law 10)."""

import re

DAYS = 2
AGE = f"""
from datetime import timedelta
from django.db.models import F
from apps.plant_identification.models import ProviderAnswer
ProviderAnswer.objects.update(produced_at=F("produced_at") - timedelta(days={DAYS}))
"""


async def test_circuits_open_stale_answers_are_served_with_their_age(start_cluster, draw):
    """Two days old, only in the archive: 200, and receipt, headers and sentences say how old it is (law 10)."""
    cluster, photo = start_cluster(2), draw()
    assert (await cluster.upload(photo)).status == 200
    with cluster.servers_down():
        cluster.store.ask("FLUSHALL")
        await cluster.run("manage", "shell", "-c", AGE)
    await cluster.command("circuits", "open")
    for at in (0, 1):
        reply = await cluster.upload(photo, at=at)
        assert reply.status == 200
        assert reply.body["receipt"]["source"] == "stale"
        assert set(reply.sources.values()) == {"stale"}
        assert all(each["age"] >= DAYS * 86_400 for each in reply.body["providers"])
        assert re.fullmatch(r"PlantCommunity; hit; ttl=-\d+", reply.headers["Cache-Status"])
        assert reply.body["degraded"] is True
        assert all(f"answer is {DAYS} days old" in sentence for sentence in reply.body["degraded_because"])
        assert len(reply.body["degraded_because"]) == 2
        assert reply.body["cost"] == {}
    unseen = await cluster.upload(draw())
    assert unseen.status == 503
    assert set(unseen.states.values()) == {"circuit_open"}
    assert int(unseen.headers["Retry-After"]) >= 1
    assert [cluster.calls("plant_id"), cluster.calls("plantnet")] == [1, 1]
