"""A photo that is known costs no work: answered without decoding and without a query; an outage costs no work either."""

import asyncio
import contextlib
import threading
from pathlib import Path

import pytest
import redis
from django.conf import settings as django_settings
from django.db import transaction

from apps.plant_identification.models import Identification, Photo, Picture, ProviderAnswer
from apps.plant_identification.wiring import get_services
from plant_community_backend.database import in_database
from resilience.gate import Override
from resilience.testing_valkey import Valkey

IDENTIFY = "/api/v1/plant-identification/identify/"
HISTORY = "/api/v1/plant-identification/identifications/"
BARE = {"Content-Type": "image/jpeg"}


async def ask(client, photo, **options):
    """The reply to one bare photo."""
    return await client.post(IDENTIFY, content=photo, headers=BARE | options)


def close_darkroom():
    """From here on nothing can be decoded."""
    get_services().darkroom.close()


@contextlib.asynccontextmanager
async def blocked_database():
    """No query of this process gets through until the block ends."""
    go_on = threading.Event()
    blocking = [asyncio.ensure_future(in_database(go_on.wait)) for _ in range(django_settings.DATABASE_THREADS)]
    try:
        yield
    finally:
        go_on.set()
        await asyncio.gather(*blocking)


async def test_known_upload_is_answered_without_decoding_and_without_a_query(client, simulator, leaf):
    """The bytes alone say which photo it is, and its answer is at hand (law 1); the receipt says so (law 10)."""
    first = (await ask(client, leaf)).json()
    close_darkroom()
    async with blocked_database(), asyncio.timeout(10):
        reply = await ask(client, leaf)
    again = reply.json()
    assert (reply.status_code, again["receipt"]["source"], again["cost"]) == (200, "cached", {})
    assert reply.headers["Cache-Status"].startswith("PlantCommunity; hit; ttl=")
    assert again["id"] != first["id"]
    same = ("verdict", "suggestions", "health", "status", "degraded")
    assert {name: again[name] for name in same} == {name: first[name] for name in same}
    assert [(each["width"], each["height"]) for each in again["photos"]] == [
        (each["width"], each["height"]) for each in first["photos"]
    ]
    assert simulator.billing.calls("plant_id") == simulator.billing.calls("plantnet") == 1


async def test_known_form_of_several_photos_is_answered_without_decoding(client, simulator, make_photo):
    """The same for a form, photo by photo; one that is new among them is looked at."""
    photos = [make_photo(color=(40 + 10 * number, 150, 40)) for number in range(3)]
    form = [("images", ("a.jpg", photo, "image/jpeg")) for photo in photos]
    await client.post(IDENTIFY, files=form)
    close_darkroom()
    assert (await client.post(IDENTIFY, files=form)).json()["receipt"]["source"] == "cached"
    assert simulator.billing.calls("plantnet") == 1


async def test_known_upload_has_its_place_in_history_at_once(client, leaf):
    """It is stored right after it was given; who asks this server for it finds it, photos included (law 12: theirs)."""
    await ask(client, leaf)
    again = (await ask(client, leaf)).json()
    listed = (await client.get(HISTORY)).json()["results"]
    assert listed[0]["id"] == again["id"]
    read = (await client.get(again["url"])).json()
    assert (read["verdict"], read["photos"], read["created_at"]) == (
        again["verdict"],
        again["photos"],
        again["created_at"],
    )
    assert (await client.get(again["photos"][0]["thumbnail_url"])).status_code == 200
    assert (await client.post(f"{again['url']}feedback/", json={"was_right": "yes"})).status_code == 200

    def links():
        return Identification.objects.get(pk=again["id"]).provider_answers.count()

    assert await in_database(links) == 2


async def test_known_upload_as_a_stream_tells_the_same_events(client, leaf):
    """A page need not know how the answer came about."""
    await ask(client, leaf)
    reply = await ask(client, leaf, Accept="text/event-stream")
    names = [line.removeprefix("event: ") for line in reply.text.splitlines() if line.startswith("event: ")]
    assert names == ["accepted", "provider", "provider", "result"]


async def test_hundred_known_uploads_at_once_are_all_stored(client, leaf):
    """Nothing is lost of what was given, however many come at once."""
    await ask(client, leaf)
    replies = await asyncio.gather(*(ask(client, leaf) for _ in range(100)))
    assert {reply.json()["receipt"]["source"] for reply in replies} == {"cached"}
    await get_services().history.flush()
    stored = await in_database(lambda: {str(pk) for pk in Identification.objects.values_list("pk", flat=True)})
    assert {reply.json()["id"] for reply in replies} <= stored


async def test_known_upload_whose_answer_was_deleted_meanwhile_is_stored_without_it(client, leaf):
    """Somebody deletes while another is being answered: the other keeps their answer, no row points nowhere (law 12)."""
    await ask(client, leaf)
    async with blocked_database():
        again = (await ask(client, leaf)).json()
        deleting = asyncio.ensure_future(in_database(delete_all_answers))
        await asyncio.sleep(0)
    await deleting
    read = (await client.get(again["url"])).json()
    assert (read["verdict"], read["status"]) == (again["verdict"], "complete")


@transaction.atomic
def delete_all_answers():
    """As if everybody had deleted theirs, who lock them first."""
    answers = list(ProviderAnswer.objects.select_for_update().order_by("pk"))
    ProviderAnswer.objects.filter(pk__in=[answer.pk for answer in answers]).delete()


async def test_same_photo_of_two_people_is_one_picture_until_both_deleted_it(client, leaf):
    """The files are shared, unseen by either, and go with the last of the two (law 12)."""
    mine = (await ask(client, leaf)).json()
    client.cookies.clear()
    theirs = (await ask(client, leaf)).json()
    await get_services().history.flush()
    path = Path(await in_database(lambda: Picture.objects.get().file.path))
    assert (await client.delete(mine["url"])).status_code == 204
    assert path.exists()
    assert (await client.get(theirs["photos"][0]["url"])).status_code == 200
    assert (await client.delete(theirs["url"])).status_code == 204
    assert not path.exists()
    assert await in_database(lambda: (Picture.objects.count(), Photo.objects.count())) == (0, 0)


async def open_all():
    """The operator's word: nobody is asked."""
    for guard in get_services().guards.values():
        await guard.order(Override.FORCED_OPEN)


async def test_new_photo_in_an_outage_is_refused_before_any_work(client, simulator, leaf):
    """Nobody may be asked and nothing is kept: a 503 at once; nothing decoded, stored or asked (design 6)."""
    await open_all()
    close_darkroom()
    reply = await ask(client, leaf)
    assert (reply.status_code, reply.json()["code"]) == (503, "no-provider-available")
    assert int(reply.headers["Retry-After"]) >= 1
    assert {each["state"] for each in reply.json()["providers"]} == {"circuit_open"}
    assert await in_database(Identification.objects.count) == 0
    assert simulator.billing.calls("plant_id") == 0


async def test_known_photo_in_an_outage_is_answered_from_the_archive(against, transactional_db, serve, leaf):
    """Every cache forgot, nobody may be asked: what was paid for is in the database and serves (law 4, design 6)."""
    async with serve() as client:
        await ask(client, leaf)
    async with serve() as client:
        await open_all()
        reply = await ask(client, leaf)
        assert (reply.status_code, reply.json()["receipt"]["source"]) == (200, "cached")
        assert {each["source"] for each in reply.json()["providers"]} == {"archive"}


async def test_one_provider_that_may_be_asked_is_asked(client, leaf):
    """One circuit open is no outage: the other answers, and the answer says which is missing (design 6)."""
    first = next(iter(get_services().guards.values()))
    await first.order(Override.FORCED_OPEN)
    reply = await ask(client, leaf)
    assert reply.status_code == 200
    assert {each["state"] for each in reply.json()["providers"]} == {"ok", "circuit_open"}


@pytest.fixture
def valkey(against):
    """A store that servers of this test share."""
    with Valkey() as server:
        against.REDIS_URL = server.url
        yield server


async def test_known_upload_costs_a_new_process_two_round_trips_and_then_none(transactional_db, valkey, serve, leaf):
    """One to know the photo, one for both answers at once; afterwards this process knows (design 5)."""
    async with serve() as client:
        await ask(client, leaf)
    async with serve() as client:
        with redis.Redis(port=valkey.port) as control:
            control.config_set("slowlog-log-slower-than", 0)
            control.config_set("slowlog-max-len", 10_000)
            control.slowlog_reset()
            assert (await ask(client, leaf)).json()["receipt"]["source"] == "cached"
            keys = [key.split("{")[1] for key in asked_for(control)]
            assert [key.split(":")[1] for key in keys if "photo-" in key] == ["photo-1"]
            assert len(keys) == 3  # the photo; then Plant.id's and Pl@ntNet's answer, side by side
            control.slowlog_reset()
            assert (await ask(client, leaf)).json()["receipt"]["source"] == "cached"
            assert asked_for(control) == []


def asked_for(control):
    """The keys of flights that scripts were called with, as the server logged them; oldest first."""
    commands = [entry["command"].decode("latin-1").split() for entry in reversed(control.slowlog_get(10_000))]
    return [words[3] for words in commands if words[0] == "EVALSHA" and "{flight:" in words[3]]
