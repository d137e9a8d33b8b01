"""What people may do with what is kept of them, and how long anything is kept."""

import asyncio
import csv
import datetime as dt
import io
import json
import logging
import zipfile
from pathlib import Path

import httpx
import pytest
from django.core import mail
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.core.management import call_command
from django.db.models import F
from django.utils import timezone
from dwca.darwincore.utils import qualname
from dwca.read import DwCAReader

from apps.plant_identification.models import Identification, Photo, Picture
from apps.plant_identification.wiring import get_services
from apps.privacy.deletion import delete_due_accounts
from apps.privacy.lifespan import make_waiting_exports
from apps.privacy.models import Export
from apps.privacy.retention import retain
from apps.users.models import User
from plant_community_backend.database import in_database

ME = "/api/v1/me/"
IDENTIFY = "/api/v1/plant-identification/identify/"
HISTORY = "/api/v1/plant-identification/identifications/"
FOR_EVERYBODY = ("/api/v1/about/", "/api/v1/status/", f"{IDENTIFY}health/", "/api/v2/pages/")
PLACE = {"latitude": "48.137", "longitude": "11.575"}


@pytest.fixture(autouse=True)
def own_media(settings, tmp_path):
    """A folder for the files of each test."""
    settings.MEDIA_ROOT = tmp_path / "media"
    return settings.MEDIA_ROOT


@pytest.fixture
async def http(transactional_db, against, serve):
    """A client of the running server."""
    async with serve() as connected:
        yield connected


@pytest.fixture
async def person(http, accounts):
    """Somebody who is signed in with a browser."""
    somebody = accounts.Person(http)
    await somebody.sign_up()
    return somebody


@pytest.fixture
async def other(http, accounts):
    """Somebody else, signed in with an app."""
    async with httpx.AsyncClient(base_url=http.base_url, timeout=30) as client:
        somebody = accounts.Person(client, "app", email="moss@example.org")
        await somebody.sign_up()
        yield somebody


async def ask(person, method, path, **more):
    """A request of this person."""
    return await person.http.request(method, path, headers=person.headers, **more)


async def identify(person, photo, **data):
    """The body of an answer that this person gets."""
    reply = await ask(person, "POST", IDENTIFY, files={"image": ("a.jpg", photo)}, data=data)
    assert reply.status_code == 200, reply.text
    return reply.json()


async def confirm(person):
    """Give the password again."""
    reply = await person.call("POST", "auth/reauthenticate", {"password": person.password})
    assert reply.status_code == 200, reply.text


async def export_of(person, **body):
    """The finished export of this person, opened."""
    asked = await ask(person, "POST", f"{ME}export/", json=body)
    assert asked.status_code == 202, asked.text
    async with asyncio.timeout(20):
        while (export := (await ask(person, "GET", asked.headers["Location"])).json())["state"] != "ready":
            assert export["state"] in {"queued", "running"}
            await asyncio.sleep(0.02)
    return await ask(person, "GET", export["download_url"]), export


def is_problem(reply, status, code):
    """The body of the reply, which must be this problem."""
    body = reply.json()
    assert (reply.status_code, body["status"], body["code"]) == (status, status, code), reply.text
    assert reply.headers["Content-Type"] == "application/problem+json"
    return body


# --- Who am I ---


async def test_me_tells_who_is_signed_in(person):
    """What the account is, for nobody on the way to keep."""
    reply = await ask(person, "GET", ME)
    body = reply.json()
    assert reply.headers["Cache-Control"] == "private, no-store"
    assert (body["email"], body["email_verified"], body["second_factor"], body["staff"]) == (
        person.email,
        True,
        False,
        False,
    )
    assert (body["keep_place"], body["deletion_scheduled_for"]) == (False, None)
    await person.add_second_factor()
    assert (await ask(person, "GET", ME)).json()["second_factor"] is True


@pytest.mark.parametrize(
    ("method", "path"), [("GET", ""), ("PATCH", ""), ("DELETE", ""), ("POST", "export/"), ("POST", "undo-deletion/")]
)
async def test_me_needs_a_person(http, person, method, path):
    """Nobody gets 401, an API key 403: a leaked key must not take the account along."""
    key = (await ask(person, "POST", "/api/v1/api-keys/", json={"name": "robot", "mode": "live"})).json()["key"]
    async with httpx.AsyncClient(base_url=http.base_url) as client:
        is_problem(await client.request(method, ME + path), 401, "unauthorized")
        with_key = await client.request(method, ME + path, headers={"Authorization": f"Bearer {key}"})
        is_problem(with_key, 403, "forbidden")


@pytest.mark.parametrize(
    "body",
    [{"keep_place": "perhaps"}, {"keep_place": 1}, {"keep_place": None}, {"keep_place": True, "keep_palce": True}, []],
)
async def test_me_refuses_what_it_does_not_understand(person, body):
    """A misspelt wish does not look fulfilled."""
    is_problem(await ask(person, "PATCH", ME, json=body), 400, "invalid-input")


# --- Place ---


async def place_of(body):
    """What the database has of where it was asked."""
    return await in_database(
        lambda: Identification.objects.filter(pk=body["id"]).values_list("latitude", "longitude").get()
    )


async def test_place_is_used_and_forgotten(person, leaf):
    """Without being asked to keep it: the providers are told, the row has none; also of an answer that was kept."""
    first, again = await identify(person, leaf, **PLACE), await identify(person, leaf, **PLACE)
    assert again["receipt"]["source"] == "cached"
    await get_services().history.flush()
    assert (await place_of(first), await place_of(again)) == ((None, None), (None, None))


async def test_place_is_kept_while_its_owner_wants_it_and_forgotten_at_a_word(person, leaf):
    """Kept rounded; when the wish ends, what was kept ends too."""
    assert (await ask(person, "PATCH", ME, json={"keep_place": True})).json()["keep_place"] is True
    first, again = await identify(person, leaf, **PLACE), await identify(person, leaf, **PLACE)
    await get_services().history.flush()
    assert await place_of(first) == await place_of(again) == (48.1, 11.6)
    await ask(person, "PATCH", ME, json={"keep_place": False})
    assert (await place_of(first), await place_of(again)) == ((None, None), (None, None))


async def test_place_of_a_visitor_is_never_kept(http, leaf):
    """Nobody has said that it may be."""
    reply = await http.post(IDENTIFY, files={"image": ("a.jpg", leaf)}, data=PLACE)
    assert await place_of(reply.json()) == (None, None)


# --- Export ---


async def test_export_holds_everything_but_secrets(person, other, leaf, make_photo):
    """Answers with receipts, feedback, photos, keys, sessions, a table; nothing of anybody else."""
    body = await identify(person, leaf, language="de")
    await ask(person, "POST", f"{body['url']}feedback/", json={"was_right": "yes", "comment": "from my garden"})
    made = (await ask(person, "POST", "/api/v1/api-keys/", json={"name": "robot", "mode": "live"})).json()
    await identify(other, make_photo())
    reply, export = await export_of(person)
    assert reply.headers["Content-Type"] == "application/zip"
    assert reply.headers["Content-Disposition"].startswith('attachment; filename="plant-community-')
    assert reply.headers["Cache-Control"] == "private, no-store"
    assert (export["done"], export["total"], export["size_bytes"]) == (1, 1, len(reply.content))
    packed = zipfile.ZipFile(io.BytesIO(reply.content))
    assert packed.testzip() is None
    read = {name: packed.read(name) for name in packed.namelist()}
    identifications = json.loads(read["identifications.json"])
    assert [each["id"] for each in identifications] == [body["id"]]
    assert identifications[0]["providers"] == body["providers"]
    assert len(identifications[0]["provider_answers"]) == 2
    assert json.loads(read["feedback.json"])[0]["comment"] == "from my garden"
    assert json.loads(read["account.json"])["email"] == person.email
    assert json.loads(read["api_keys.json"])[0]["name"] == "robot"
    assert json.loads(read["sessions.json"])[0]["ip"] == "127.0.0.1"
    photo = (await ask(person, "GET", body["photos"][0]["url"])).content
    assert read[f"photos/{body['id']}/0.jpg"] == photo
    table = list(csv.DictReader(io.StringIO(read["identifications.csv"].decode())))
    assert [(row["id"], row["name"], row["was_right"]) for row in table] == [
        (body["id"], body["verdict"]["name"], "yes")
    ]
    whole = b"".join(read.values())
    user = await in_database(User.objects.get, email=person.email)
    for secret in (made["key"], user.password, person.http.cookies["sessionid"], other.email):
        assert secret.encode() not in whole


async def test_export_of_nothing_is_whole_too(person):
    """An account that never asked."""
    packed = zipfile.ZipFile(io.BytesIO((await export_of(person))[0].content))
    assert json.loads(packed.read("identifications.json")) == json.loads(packed.read("feedback.json")) == []


async def test_export_is_a_darwin_core_archive_that_readers_read(person, leaf, make_photo, tmp_path):
    """One occurrence for each plant that was named and not denied; rounded place with its uncertainty, unverified.

    What was asked about one plant again is one occurrence: the last.
    """
    await ask(person, "PATCH", ME, json={"keep_place": True})
    earlier = await identify(person, make_photo(color=(70, 150, 40)))
    body = await identify(person, leaf, continues=earlier["id"], **PLACE)
    denied = await identify(person, make_photo(color=(90, 160, 30)))
    await ask(person, "POST", f"{denied['url']}feedback/", json={"was_right": "no"})
    await in_database(_as_if_not_simulated)
    reply, _ = await export_of(person, licence="CC-BY-4.0")
    with zipfile.ZipFile(io.BytesIO(reply.content)) as packed:
        packed.extractall(tmp_path / "export")
    with DwCAReader(str(tmp_path / "export" / "dwca")) as archive:
        assert archive.descriptor.core.type == qualname("Occurrence")
        (row,) = list(archive)
        data = {term.rpartition("/")[2]: value for term, value in row.data.items()}
        assert archive.metadata.find("dataset/title") is not None
    assert data["occurrenceID"] == row.id == f"urn:uuid:{body['id']}"
    assert data["basisOfRecord"] == "MachineObservation"
    assert data["scientificName"] == body["verdict"]["name"]
    assert (data["taxonRank"], data["kingdom"]) == (body["verdict"]["rank"], "Plantae")
    assert data["identificationVerificationStatus"] == "unverified"
    assert "Plant.id score" in data["identificationRemarks"]
    assert (data["decimalLatitude"], data["decimalLongitude"]) == ("48.1", "11.6")
    assert (
        5_566 < int(data["coordinateUncertaintyInMeters"]) < 7_872
    )  # the half diagonal of 0.1 x 0.1 degree at 48 degrees
    assert data["eventDate"] == ""
    assert data["license"] == "https://creativecommons.org/licenses/by/4.0/"


def _as_if_not_simulated():
    """The simulator says in each answer that it is one; here it stands for the services."""
    for row in Identification.objects.all():
        row.answer["simulated"] = False
        row.save(update_fields=["answer"])


async def test_simulated_answers_are_no_occurrences(person, leaf, tmp_path):
    """No invented plant goes into a database of science (law 11)."""
    await identify(person, leaf)
    packed = zipfile.ZipFile(io.BytesIO((await export_of(person))[0].content))
    assert packed.read("dwca/occurrence.csv").decode().count("\n") == 1  # the header


async def test_export_is_nobody_elses(person, other):
    """Somebody who has its address gets what there is for them: nothing."""
    _, export = await export_of(person)
    for path in (export["url"], export["download_url"]):
        is_problem(await ask(other, "GET", path), 404, "not-found")


async def test_export_under_way_is_told_again(person):
    """One at a time for each account; it has no file yet."""
    user = await in_database(User.objects.get, email=person.email)
    running = await in_database(
        Export.objects.create, owner=user, state=Export.State.RUNNING, attempts=1, beat_at=timezone.now()
    )
    reply = await ask(person, "POST", f"{ME}export/")
    assert (reply.status_code, reply.json()["id"]) == (202, str(running.pk))
    is_problem(await ask(person, "GET", f"{ME}exports/{running.pk}/download/"), 409, "conflict")


async def test_export_survives_the_process_that_made_it(person, leaf):
    """Without a sign of life another process makes it anew; after the third it has failed."""
    await identify(person, leaf)
    user = await in_database(User.objects.get, email=person.email)
    long_ago = timezone.now() - dt.timedelta(minutes=5)
    lost = await in_database(
        Export.objects.create, owner=user, state=Export.State.RUNNING, attempts=1, beat_at=long_ago
    )
    await in_database(storages["default"].save, lost.file_name, ContentFile(b"half a fi"))
    await make_waiting_exports(get_services())
    reply = await ask(person, "GET", f"{ME}exports/{lost.pk}/download/")
    assert zipfile.ZipFile(io.BytesIO(reply.content)).testzip() is None
    hopeless = await in_database(
        Export.objects.create, owner=user, state=Export.State.RUNNING, attempts=3, beat_at=long_ago
    )
    await make_waiting_exports(get_services())
    assert (await ask(person, "GET", f"{ME}exports/{hopeless.pk}/")).json()["state"] == "failed"


async def test_export_ends_after_some_days_and_with_the_next_one(person, own_media):
    """Row and file."""
    _, first = await export_of(person)
    _, second = await export_of(person)
    assert (await ask(person, "GET", first["url"])).status_code == 404
    assert [each.name for each in own_media.glob("exports/*")] == [f"{second['id']}.zip"]
    await in_database(Export.objects.update, finished_at=timezone.now() - dt.timedelta(days=8))
    assert (await retain(get_services()))["exports"] == 1
    assert (await ask(person, "GET", second["url"])).status_code == 404
    assert list(own_media.glob("exports/*")) == []


async def test_export_refuses_a_licence_it_does_not_know(person):
    """Or another field."""
    is_problem(await ask(person, "POST", f"{ME}export/", json={"licence": "WTFPL"}), 400, "invalid-input")


# --- Deletion ---


@pytest.mark.parametrize("kind", ["browser", "app"])
async def test_deletion_needs_the_password_again(http, accounts, kind):
    """A session left open somewhere does not delete the account."""
    somebody = accounts.Person(http, kind)
    await somebody.sign_up()
    await somebody.sign_out()
    await somebody.sign_in()
    refused = is_problem(await ask(somebody, "DELETE", ME), 401, "reauthentication-required")
    assert "reauthenticate" in refused["hint"]
    await confirm(somebody)
    assert (await ask(somebody, "DELETE", ME)).status_code == 202


async def test_deletion_can_be_taken_back_for_some_days(http, accounts, person, leaf):
    """Until then the account does nothing but sign in, read, export and come back; other sessions end at once.

    What a stranger may read it may read too: a page asks what the server is, whoever is here.
    """
    body = await identify(person, leaf)
    key = (await ask(person, "POST", "/api/v1/api-keys/", json={"name": "robot", "mode": "live"})).json()["key"]
    async with httpx.AsyncClient(base_url=http.base_url) as client:
        elsewhere = accounts.Person(client, "app")
        await elsewhere.sign_in()
        await confirm(person)
        scheduled = await ask(person, "DELETE", ME)
        due = dt.datetime.fromisoformat(scheduled.json()["deletion_scheduled_for"])
        assert (scheduled.status_code, scheduled.json()["undo_url"]) == (202, f"{ME}undo-deletion/")
        assert dt.timedelta(days=6.99) < due - timezone.now() <= dt.timedelta(days=7)
        assert mail.outbox[-1].subject.endswith("Your account will be deleted")
        assert f"{due:%d %B %Y}" in mail.outbox[-1].body
        is_problem(await ask(elsewhere, "GET", ME), 401, "unauthorized")

        for headers in (person.headers, {"Authorization": f"Bearer {key}"}):
            sender = client if "Authorization" in headers else http
            asked = await sender.post(IDENTIFY, content=leaf, headers=headers | {"Content-Type": "image/jpeg"})
            is_problem(asked, 403, "deletion-scheduled")
        is_problem(await ask(person, "GET", body["url"]), 403, "deletion-scheduled")
        for each in FOR_EVERYBODY:
            assert (await ask(person, "GET", each)).status_code == 200, each

        assert (await elsewhere.sign_in()).status_code == 200
        is_problem(await ask(elsewhere, "GET", HISTORY), 403, "deletion-scheduled")
        assert (await ask(elsewhere, "GET", ME)).json()["deletion_scheduled_for"] is not None
        assert await delete_due_accounts(get_services()) == 0
        kept = await ask(elsewhere, "POST", f"{ME}undo-deletion/")
        assert (kept.status_code, kept.json()["deletion_scheduled_for"]) == (200, None)
        assert mail.outbox[-1].subject.endswith("Your account stays")
        assert (await ask(elsewhere, "GET", body["url"])).status_code == 200
        is_problem(await ask(elsewhere, "POST", f"{ME}undo-deletion/"), 409, "conflict")


async def test_deletion_asked_twice_keeps_the_first_day(person):
    """Nobody can put the day off for ever."""
    await confirm(person)
    first, second = await ask(person, "DELETE", ME), await ask(person, "DELETE", ME)
    assert first.json() == second.json()


async def test_deletion_that_is_due_cannot_be_taken_back(person):
    """What is half gone does not come back."""
    await confirm(person)
    await ask(person, "DELETE", ME)
    await in_database(User.objects.update, deletion_due=timezone.now())
    is_problem(await ask(person, "POST", f"{ME}undo-deletion/"), 409, "conflict")


# --- How long things are kept ---


async def test_retention_deletes_what_visitors_asked_long_ago(http, person, settings, leaf, make_photo, own_media):
    """Not what is newer, and nothing of an account; as the command does it too."""
    mine = await identify(person, leaf)
    async with httpx.AsyncClient(base_url=http.base_url, timeout=30) as client:
        old = (await client.post(IDENTIFY, files={"image": ("a.jpg", make_photo())})).json()
        new = (await client.post(IDENTIFY, files={"image": ("a.jpg", make_photo(color=(9, 9, 99)))})).json()
        await in_database(_age, [old["id"], mine["id"]], days=91)
        settings.VISITOR_RETENTION_DAYS = 0
        assert (await retain(get_services()))["identifications of visitors"] == 0
        settings.VISITOR_RETENTION_DAYS = 90
        assert (await retain(get_services()))["identifications of visitors"] == 1
        assert [(await client.get(each["url"])).status_code for each in (old, new)] == [404, 200]
    assert (await ask(person, "GET", mine["url"])).status_code == 200
    assert len(list(own_media.glob("photos/**/photo.jpg"))) == 2


async def test_retention_of_photos_keeps_the_answers(person, settings, leaf, own_media):
    """A photo that somebody else sent later stays for them."""
    body = await identify(person, leaf)
    await in_database(_age, [body["id"]], days=31)
    assert (await retain(get_services()))["identifications' photos"] == 0
    settings.PHOTO_RETENTION_DAYS = 30
    assert (await retain(get_services()))["identifications' photos"] == 1
    kept = (await ask(person, "GET", body["url"])).json()
    assert (kept["verdict"], kept["photos"]) == (body["verdict"], [])
    assert [each for each in own_media.glob("**/*") if each.is_file()] == []
    assert await in_database(Picture.objects.count) == 0


def _age(ids, *, days):
    Identification.objects.filter(pk__in=ids).update(created_at=F("created_at") - dt.timedelta(days=days))


def test_retain_command_tells_what_it_deleted(transactional_db, against, capsys):
    """By hand, for proof."""
    call_command("retain")
    lines = capsys.readouterr().out.splitlines()
    assert "0 accounts" in lines
    assert "0 identifications of visitors" in lines


async def test_retention_forgets_sessions_that_are_over(person):
    """With the device and address they came from."""
    from allauth.usersessions.models import UserSession  # noqa: PLC0415 - as below
    from django.contrib.sessions.models import Session  # noqa: PLC0415 - models need Django set up

    await in_database(Session.objects.update, expire_date=timezone.now() - dt.timedelta(seconds=1))
    await retain(get_services())
    assert await in_database(lambda: (Session.objects.count(), UserSession.objects.count())) == (0, 0)


# --- Deleting is deleting ---


async def test_deleting_one_identification_forgets_its_file_too(person, leaf):
    """No process and no store remembers which file was sent (law 12)."""
    body = await identify(person, leaf)
    raw = await in_database(lambda: Photo.objects.get().raw_digest)
    assert await get_services().known_photos.find(raw) is not None
    await ask(person, "DELETE", body["url"])
    assert await get_services().known_photos.find(raw) is None


# --- Logs ---


async def test_logs_of_a_whole_visit_hold_no_address(accounts, http, settings, leaf):
    """Sign-up, a wrong password, a question, a deletion: no e-mail and no IP address in any line."""
    settings.TRUSTED_PROXY_COUNT = settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(
        next(each.formatter for each in logging.getLogger().handlers if hasattr(each.formatter, "processors"))
    )
    logging.getLogger().addHandler(handler)
    http.headers["X-Forwarded-For"] = "192.0.2.77"
    try:
        somebody = accounts.Person(http)
        await somebody.sign_up()
        await accounts.Person(http, "app", password="not-the-right-password").sign_in()
        await identify(somebody, leaf)
        await confirm(somebody)
        await ask(somebody, "DELETE", ME)
        await in_database(User.objects.update, deletion_due=timezone.now())
        assert await delete_due_accounts(get_services()) == 1
    finally:
        logging.getLogger().removeHandler(handler)
    lines = written.getvalue()
    assert '"event":"request"' in lines or "request" in lines
    assert "fern@example.org" not in lines
    assert "192.0.2." not in lines


def test_media_are_not_below_the_static_files(settings):
    """Exports and photos are served by views that ask whose they are, and by nothing else."""
    assert not Path(settings.MEDIA_ROOT).is_relative_to(settings.BASE_DIR)
