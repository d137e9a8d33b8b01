"""A photo that is added later: one plant in the history, one deletion for all of it, and never somebody else's."""

import uuid

from apps.plant_identification.models import Identification, Picture
from plant_community_backend.database import in_database
from plant_simulator.drawings import draw_plant

IDENTIFY = "/api/v1/plant-identification/identify/"
HISTORY = "/api/v1/plant-identification/identifications/"
LEAF, FLOWER = (draw_plant("Monstera deliciosa", size=500, organ=organ) for organ in ("leaf", "flower"))


async def ask(client, *photos, **fields):
    """The reply to a form with these photos."""
    return await client.post(IDENTIFY, files=[("images", ("photo.jpg", photo)) for photo in photos], data=fields)


async def listed(client):
    """The ids of the history."""
    return [each["id"] for each in (await client.get(HISTORY)).json()["results"]]


async def test_history_lists_one_plant_once(client):
    """The later one, which says what it continues; the earlier is still at its address."""
    first = (await ask(client, LEAF)).json()
    second = (await ask(client, LEAF, FLOWER, continues=first["id"])).json()
    assert (first["continues"], second["continues"]) == (None, first["id"])
    assert len(second["photos"]) == 2
    assert await listed(client) == [second["id"]]
    assert (await client.get(first["url"])).json()["id"] == first["id"]


async def test_what_is_answered_by_what_is_kept_continues_too(client, simulator):
    """The same two photos of before: no call, and one plant in the history."""
    await ask(client, LEAF, FLOWER)
    first = (await ask(client, LEAF)).json()
    second = (await ask(client, LEAF, FLOWER, continues=first["id"])).json()
    assert second["receipt"]["source"] == "cached"
    assert second["id"] in await listed(client)
    assert first["id"] not in await listed(client)


async def test_one_that_fails_leaves_the_earlier_where_it_was(client, simulator):
    """The answer of before is better than none."""
    first = (await ask(client, LEAF)).json()
    simulator.inject("status", times=None, code=500)
    second = await ask(client, LEAF, FLOWER, continues=first["id"])
    assert second.status_code == 503
    assert first["id"] in await listed(client)


async def test_deleted_with_all_it_stands_for(client):
    """Three questions about one plant, one deletion: no row and no picture is left (law 12)."""
    first = (await ask(client, LEAF)).json()
    second = (await ask(client, LEAF, FLOWER, continues=first["id"])).json()
    third = (await ask(client, LEAF, FLOWER, FLOWER, continues=second["id"])).json()
    assert (await client.delete(third["url"])).status_code == 204
    assert await in_database(lambda: (Identification.objects.count(), Picture.objects.count())) == (0, 0)


async def test_what_another_one_stands_for_stays(client):
    """Two continue the same one; when the first of them goes, the other still has its earlier."""
    first = (await ask(client, LEAF)).json()
    one = (await ask(client, LEAF, FLOWER, continues=first["id"])).json()
    other = (await ask(client, FLOWER, LEAF, continues=first["id"])).json()
    await client.delete(one["url"])
    assert (await client.get(first["url"])).status_code == 200
    await client.delete(other["url"])
    assert (await client.get(first["url"])).status_code == 404


async def test_only_ones_own_can_be_continued(client, simulator, accounts):
    """Of nobody, of a stranger, or one without an answer: a clear problem, and nothing is asked or hidden (law 12)."""
    first = (await ask(client, LEAF)).json()
    stranger = accounts.Person(client, "app")
    await stranger.sign_up()
    files = {"images": ("photo.jpg", FLOWER)}
    for headers, continues in ((stranger.headers, first["id"]), ({}, str(uuid.uuid4())), ({}, "the last one")):
        reply = await client.post(IDENTIFY, files=files, data={"continues": continues}, headers=headers)
        assert reply.status_code == 400
        assert reply.json()["errors"][0]["pointer"] == "#/continues"
    assert simulator.billing.calls("plant_id") == 1
    assert await listed(client) == [first["id"]]
