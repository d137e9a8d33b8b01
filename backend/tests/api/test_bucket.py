"""Photos in a bucket: a real S3 server holds them, this server shows them, and an answer waits for neither (law 4)."""

import io
import time
import zipfile

import httpx
import pytest
from bucket import Bucket

from apps.plant_identification.files import erase_files
from apps.plant_identification.models import FileErasure, Picture, ProviderAnswer
from apps.plant_identification.wiring import get_services
from plant_community_backend.database import in_database
from plant_simulator.drawings import draw_sample_leaf

IDENTIFY = "/api/v1/plant-identification/identify/"
ME = "/api/v1/me/"
IMAGE = {"Content-Type": "image/jpeg"}


@pytest.fixture
def bucket(against):
    """A bucket of this test's own, in which the server keeps its photos."""
    with Bucket(prefix="plants/one") as started:
        started.put_into(against)
        yield started


@pytest.fixture
async def http(bucket, client):
    """A client of the server."""
    return client


async def identify(http, content):
    """The body of the answer to this photo."""
    reply = await http.post(IDENTIFY, content=content, headers=IMAGE)
    assert reply.status_code == 200, reply.text
    return reply.json()


def is_filed(body):
    """Whether the picture of this answer names its files."""
    return Picture.objects.filter(photos__identification_id=body["id"]).exclude(file="").exists()


async def until(condition):
    """Return when `condition()` holds in the database; fails after 20 seconds."""
    give_up = time.monotonic() + 20
    while not await in_database(condition):
        if time.monotonic() > give_up:
            pytest.fail("waited 20 seconds in vain")


async def test_photo_in_a_bucket_is_shown_by_this_server_and_by_nobody_else(http, bucket, leaf):
    """As from a folder: with its headers, to who may see it; the bucket itself gives it to nobody (law 12)."""
    body = await identify(http, leaf)
    photo, thumbnail = [await http.get(body["photos"][0][name]) for name in ("url", "thumbnail_url")]
    assert (photo.status_code, photo.content[:2], len(photo.content) > len(thumbnail.content)) == (
        200,
        b"\xff\xd8",
        True,
    )
    assert photo.headers["Content-Disposition"] == 'inline; filename="photo-1.jpg"'
    assert "private" in photo.headers["Cache-Control"]
    names = bucket.names()
    assert [name.rpartition("/")[2] for name in names] == ["photo.jpg", "thumbnail.jpg"]
    assert all(name.startswith("plants/one/photos/") for name in names)
    async with httpx.AsyncClient() as stranger:
        refused = await stranger.get(f"http://127.0.0.1:{bucket.port}/{bucket.name}/{names[0]}")
    assert refused.status_code == 403


@pytest.mark.parametrize("trouble", ["kill", "freeze"])
async def test_bucket_in_trouble_costs_a_photo_and_no_answer(http, bucket, simulator, leaf, trouble):
    """The answer comes, is paid for and stored; the photo is told to be missing, and is kept when it comes again (law 4)."""
    begun = time.monotonic()
    getattr(bucket, trouble)()
    body = await identify(http, leaf)
    assert time.monotonic() - begun < 5.0  # WAIT_SECONDS, and what a busy machine adds
    assert await in_database(ProviderAnswer.objects.count) == 2
    missing = await http.get(body["photos"][0]["url"])
    assert (missing.status_code, missing.json()["code"]) == (404, "not-found")
    assert (await identify(http, draw_sample_leaf(7)))["status"] == "complete"  # nobody waits any more
    await get_services().runs.drain()
    {"kill": bucket.start, "freeze": bucket.thaw}[trouble]()
    again = await identify(http, leaf)
    assert (again["status"], simulator.billing.calls("plant_id")) == ("complete", 2)
    await until(lambda: is_filed(again))
    for one in (body, again):
        assert (await http.get(one["photos"][0]["url"])).status_code == 200
    await erase_files()
    assert len(bucket.names()) == 2  # nothing is left of the writes that failed, or came late


async def test_photo_of_a_bucket_that_is_away_is_a_problem_to_try_again(http, bucket, leaf):
    """Its answer is read as ever; the photo itself says when to come again."""
    body = await identify(http, leaf)
    bucket.kill()
    photo = await http.get(body["photos"][0]["url"])
    assert (photo.status_code, photo.json()["code"], photo.json()["retryable"]) == (503, "files-unavailable", True)
    assert int(photo.headers["Retry-After"]) >= 1
    assert (await http.get(body["url"])).status_code == 200


async def test_full_disk_costs_a_photo_and_no_answer(against, client, tmp_path, leaf):
    """A folder that takes nothing is as a bucket that is away (law 4)."""
    against.MEDIA_ROOT = tmp_path / "file" / "media"
    (tmp_path / "file").write_bytes(b"no folder can be made below")
    body = await identify(client, leaf)
    assert (await client.get(body["photos"][0]["url"])).status_code == 404
    assert await in_database(ProviderAnswer.objects.count) == 2
    (tmp_path / "file").unlink()
    again = await identify(client, leaf)
    await until(lambda: is_filed(again))
    assert (await client.get(body["photos"][0]["url"])).status_code == 200


async def test_deletion_while_the_bucket_is_away_is_made_good(http, bucket, leaf):
    """The rows go at once, and the files as soon as they can: nobody has to remember them (law 12)."""
    body = await identify(http, leaf)
    bucket.freeze()
    try:
        assert (await http.delete(body["url"])).status_code == 204
    finally:
        bucket.thaw()
    assert (await http.get(body["url"])).status_code == 404
    assert len(bucket.names()) <= 2
    await erase_files()
    assert (bucket.names(), await in_database(FileErasure.objects.count)) == ([], 0)


async def test_export_is_made_and_fetched_with_photos_of_the_bucket(accounts, http, bucket, leaf):
    """Made in the background, fetched through this server; the photo in it is the one of the bucket."""
    person = accounts.Person(http)
    await person.sign_up()
    reply = await person.http.post(IDENTIFY, files={"image": ("a.jpg", leaf)}, headers=person.headers)
    photo = (await person.http.get(reply.json()["photos"][0]["url"], headers=person.headers)).content
    url = (await person.http.post(f"{ME}export/", headers=person.headers)).json()["url"]
    give_up = time.monotonic() + 20
    while (told := (await person.http.get(url, headers=person.headers)).json())["state"] != "ready":
        assert time.monotonic() < give_up
    fetched = await person.http.get(f"{url}download/", headers=person.headers)
    assert (fetched.status_code, len(fetched.content)) == (200, told["size_bytes"])
    with zipfile.ZipFile(io.BytesIO(fetched.content)) as archive:
        assert photo in {archive.read(name) for name in archive.namelist()}
    assert any(name.startswith("plants/one/exports/") for name in bucket.names())
