"""Deleting an account leaves no row, file, cache key or simulator record: searched everywhere, not assumed."""

import asyncio
import datetime as dt
import hashlib
import types

import httpx
import pytest
import redis
from bucket import Bucket
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.core import mail
from django.db import connection
from django.utils import timezone

from apps.api_versions.counting import find_counter
from apps.plant_identification.models import Erasure, Identification, Photo, ProviderAnswer
from apps.plant_identification.sandbox import get_sandbox
from apps.plant_identification.wiring import get_services
from apps.privacy.deletion import delete_due_accounts
from apps.users.models import User
from plant_community_backend.database import in_database
from resilience.testing_valkey import Valkey

USER_ID = 7_654_321  # a number that stands for nothing else
IDENTIFY = "/api/v1/plant-identification/identify/"
ME = "/api/v1/me/"


@pytest.fixture(params=["memory", "valkey"])
def store(request, against):
    """The store of the server: its memory, or a real valkey-server."""
    if request.param == "memory":
        yield None
        return
    with Valkey() as valkey:
        against.REDIS_URL = valkey.url
        with redis.Redis(port=valkey.port) as connected:
            yield connected


@pytest.fixture(params=["folder", "bucket"])
def files(request, against, tmp_path):
    """Tells the names of all files: of a folder of the test's own, or of a bucket of a real S3 server."""
    against.MEDIA_ROOT = folder = tmp_path / "media"
    if request.param == "folder":
        yield lambda: sorted(str(each.relative_to(folder)) for each in folder.glob("**/*") if each.is_file())
        return
    with Bucket() as bucket:
        bucket.put_into(against)
        yield bucket.names


@pytest.fixture
async def http(transactional_db, store, files, serve):
    """A client of the running server, which has files of its own."""
    async with serve() as connected:
        yield connected


def _begin_ids_at(number):
    """The next user gets this id."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT setval(pg_get_serial_sequence('users_user', 'id'), %s)", [number - 1])
        else:
            User.objects.create(email="before@example.net").delete()  # so that there is a row to change
            cursor.execute("UPDATE sqlite_sequence SET seq = %s WHERE name = 'users_user'", [number - 1])


async def ask(person, method, path, **more):
    """A request of this person, which must succeed."""
    reply = await person.http.request(method, path, headers=person.headers, **more)
    assert reply.is_success, reply.text
    return reply


async def identify(person, photo):
    """The body of an answer that this person gets."""
    place = {"latitude": "48.1", "longitude": "11.6", "include_diseases": "true"}
    return (await ask(person, "POST", IDENTIFY, files={"image": ("a.jpg", photo)}, data=place)).json()


async def use_everything(person, accounts, address):
    """Whatever an account can leave behind."""
    await person.sign_up()
    await person.add_second_factor()
    await ask(person, "PATCH", ME, json={"keep_place": True})
    made = (
        await ask(
            person,
            "POST",
            "/api/v1/api-keys/",
            json={"name": "robot", "mode": "live", "credits_per_day": 50, "rate": "20/hour"},
        )
    ).json()
    async with httpx.AsyncClient(base_url=address, timeout=30) as client:
        elsewhere = accounts.Person(client, "app", email=person.email)
        await elsewhere.sign_in()  # stays half-way: there is a second factor
        guesser = accounts.Person(client, "app", email=person.email, password="not-the-right-password")
        await guesser.sign_in()
        await accounts.Person(client, "app", email=person.email).call(
            "POST", "auth/password/request", {"email": person.email}
        )
    export = (await ask(person, "POST", f"{ME}export/")).json()
    async with asyncio.timeout(20):
        while (await ask(person, "GET", export["url"])).json()["state"] != "ready":
            await asyncio.sleep(0.02)
    return made


async def ask_with_key(address, key, photo):
    """The body of an answer that a program gets."""
    async with httpx.AsyncClient(base_url=address, timeout=30) as client:
        headers = {"Authorization": f"Bearer {key}", "Content-Type": "image/jpeg"}
        reply = await client.post(IDENTIFY, content=photo, headers=headers)
        assert reply.status_code == 200, reply.text
        return reply.json()


def _leave_a_trace_in_the_admin():
    """By the person, and by somebody else about the person."""
    users, other = ContentType.objects.get_for_model(User), User.objects.get(email="moss@example.org")
    for actor in (USER_ID, other.pk):
        LogEntry.objects.create(
            user_id=actor,
            content_type=users,
            object_id=str(USER_ID),
            object_repr="fern@example.org",
            action_flag=CHANGE,
        )


def _digests(ids):
    rows = Photo.objects.filter(identification_id__in=ids)
    return {text for row in rows.values_list("picture__digest", "raw_digest", "picture_id") for text in map(str, row)}


def _all_rows():
    """Every row of every table, as text; sessions as they read decoded."""
    lines = [str(session.get_decoded()) for session in Session.objects.all()]
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor, include_views=True):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")  # noqa: S608 - our own tables
            lines += [f"{table}: {row}" for row in cursor.fetchall()]
    return lines


def _in_valkey(connected):
    """Every key with its value, as text."""
    readers = {b"string": connected.get, b"hash": connected.hgetall}
    return [f"{key}: {readers[connected.type(key)](key)}" for key in connected.scan_iter()]


def _in_memory(*roots):
    """Every text that is reachable from these objects through attributes and containers."""
    seen, waiting, found = set(), list(roots), []
    aside = (type, types.ModuleType, types.CodeType, types.FrameType, asyncio.AbstractEventLoop)
    while waiting:
        each = waiting.pop()
        if id(each) in seen or isinstance(each, aside):
            continue
        seen.add(id(each))
        match each:
            case str() | bytes():
                found.append(each if isinstance(each, str) else repr(each))
            case dict():
                waiting += [*each.keys(), *each.values()]
            case list() | tuple() | set() | frozenset():
                waiting += each
            case int() | float() | None:
                pass
            case _:
                waiting += _parts(each)
    return found


def _parts(thing):
    """What an object of ours, or of a container library, holds."""
    names = {name for kind in type(thing).__mro__ for name in getattr(kind, "__slots__", ()) if isinstance(name, str)}
    names |= set(getattr(thing, "__struct_fields__", ())) | set(getattr(thing, "__dict__", ()))
    parts = [vars(thing)] if hasattr(thing, "__dict__") else []
    parts += [
        getattr(thing, name) for name in names if name not in {"__dict__", "__weakref__"} and hasattr(thing, name)
    ]
    if type(thing).__name__ == "deque":
        parts += list(thing)
    return parts


def _mentions(lines, needles):
    return [(needle, line[:300]) for line in lines for needle in needles if needle in line.casefold()]


async def _texts(store, kind):
    """Everything of one kind of place."""
    if kind == "rows":
        return await in_database(_all_rows)
    if kind == "store":
        return [] if store is None else await asyncio.to_thread(_in_valkey, store)
    return _in_memory(get_services(), get_sandbox(), find_counter())


async def test_deleting_an_account_leaves_nothing(  # noqa: PLR0915 - one story
    http, accounts, store, files, simulator, leaf, make_photo
):
    """No row, no file, no key in memory or store, no record at the service; a shared photo stays for the other one."""
    await in_database(_begin_ids_at, USER_ID)
    address = str(http.base_url)
    person = accounts.Person(http, email="fern@example.org")
    made = await use_everything(person, accounts, address)
    trial = (await ask(person, "POST", "/api/v1/api-keys/", json={"name": "trial", "mode": "test"})).json()
    bodies = [
        await identify(person, leaf),
        await identify(person, make_photo()),
        await identify(person, make_photo()),  # answered by what is kept
        await ask_with_key(address, made["key"], make_photo(color=(20, 99, 40))),
        await ask_with_key(address, trial["key"], make_photo(color=(20, 99, 90))),
    ]
    await ask(
        person, "POST", f"{bodies[1]['url']}feedback/", json={"was_right": "another", "comment": "my secret garden"}
    )
    async with httpx.AsyncClient(base_url=address, timeout=30) as client:
        other = accounts.Person(client, "app", email="moss@example.org")
        await other.sign_up()
        shared = await identify(other, leaf)
        await get_services().history.flush()
        await in_database(_leave_a_trace_in_the_admin)
        assert (await ask(person, "GET", ME)).json()["id"] == USER_ID
        theirs = await in_database(_digests, [shared["id"]])
        own = await in_database(_digests, [body["id"] for body in bodies]) - theirs
        records = await in_database(
            lambda: list(
                ProviderAnswer.objects.exclude(identifications=shared["id"])
                .exclude(remote_id="")
                .values_list("remote_id", flat=True)
            )
        )
        sessions = [http.cookies["sessionid"]]
        keys = await in_database(
            lambda: list(ProviderAnswer.objects.exclude(identifications=shared["id"]).values_list("key", flat=True))
        )
        ids = [body["id"] for body in bodies]
        needles = {
            "fern@example.org", str(USER_ID), hashlib.sha256(b"fern@example.org").hexdigest(), "my secret garden",
            made["key"].casefold(), made["key"].split("_")[2][:8].casefold(), *ids, *(each.replace("-", "") for each in ids),
            *own, *(each.replace("-", "") for each in own), *(each.casefold() for each in records + keys), *sessions,
        }  # fmt: skip
        assert sum(name.startswith("exports/") for name in files()) == 1, "the search finds what is there"
        assert len(files()) > 3
        before = {kind: _mentions(await _texts(store, kind), needles) for kind in ("rows", "store", "memory")}
        found = {kind: {needle for needle, _ in mentions} for kind, mentions in before.items()}
        assert {"fern@example.org", str(USER_ID), "my secret garden", *own} <= found["rows"], (
            "the search finds what is there"
        )
        assert {str(USER_ID), *keys} <= found["memory"], "in memory as well"
        assert store is None or {str(USER_ID), *keys} <= found["store"], "and in the shared store"
        assert len(records) == 2
        for record in records:
            url = f"{simulator.plant_id_url}/identification/{record}"
            assert (await client.get(url, headers={"Api-Key": "demo"})).status_code == 200

        await person.call("POST", "auth/reauthenticate", {"password": person.password})
        await ask(person, "DELETE", ME)
        await in_database(User.objects.filter(pk=USER_ID).update, deletion_due=timezone.now() - dt.timedelta(seconds=1))
        assert await delete_due_accounts(get_services()) == 1
        await find_counter().flush()
        for listener in get_services().listeners:
            await listener.flush()

        for kind in ("rows", "store", "memory"):
            assert _mentions(await _texts(store, kind), needles) == [], kind
        for record in records:
            url = f"{simulator.plant_id_url}/identification/{record}"
            assert (await client.get(url, headers={"Api-Key": "demo"})).status_code == 404
        assert await in_database(Erasure.objects.count) == 0
        kept = await in_database(
            lambda: sorted(
                name for row in Photo.objects.all() for name in (row.picture.file.name, row.picture.thumbnail.name)
            )
        )
        assert files() == kept
        assert len(kept) == 2
        assert mail.outbox[-1].to == ["fern@example.org"]
        assert mail.outbox[-1].subject.endswith("Your account is deleted")

        assert (await http.get(ME)).status_code == 401
        assert (await ask(other, "GET", shared["url"])).json()["verdict"] == shared["verdict"]
        assert (await ask(other, "GET", shared["photos"][0]["url"])).headers["Content-Type"] == "image/jpeg"
        assert await in_database(Identification.objects.count) == 1
        again = await person.sign_in()
        assert again.status_code == 400, "nobody of this address"
