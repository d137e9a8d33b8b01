"""Versions: which there are, never a page below /api/, who is counted for which, and how another one would be added."""

import asyncio
import json
import sys
from types import ModuleType

import msgspec
import pytest
from django.contrib.auth import get_user_model
from django.urls import include, path
from rest_framework.versioning import BaseVersioning

from apps.api_keys.actions import create_key
from apps.api_keys.keys import Mode
from apps.api_versions.counting import Caller, CallerCounter, Calls, find_counter, store_calls
from apps.api_versions.models import CallerCount
from apps.plant_identification.api.bodies import IdentificationBody
from plant_community_backend import urls, versions
from plant_community_backend.client_address import address_digest
from plant_community_backend.database import in_database
from plant_community_backend.versions import shape

V1 = "/api/v1/plant-identification/"
IDENTIFY = f"{V1}identify/"
NOWHERE = "00000000-0000-0000-0000-000000000000"
PROBLEM = "application/problem+json"


def photo(content):
    """A form with one photo."""
    return {"image": ("leaf.jpg", content, "image/jpeg")}


@pytest.mark.parametrize("address", ["/api/v3/about/", "/api/v0/", "/api/v1.1/about/", "/api/V1/about/", "/api/v99"])
@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_version_that_is_not_there_is_a_problem_that_names_those_that_are(client, method, address):
    """An unknown version is 404 with its own code, and the list to choose from."""
    reply = await client.request(method, address)
    assert (reply.status_code, reply.headers["Content-Type"]) == (404, PROBLEM)
    assert reply.json()["code"] == "unknown-version"
    assert "v1" in reply.json()["versions"]


async def test_address_that_v1_does_not_have_is_not_called_an_unknown_version(client):
    """The version is there, the address in it is not."""
    reply = await client.get("/api/v1/flowers/")
    assert (reply.status_code, reply.json()["code"]) == (404, "not-found")


@pytest.mark.parametrize(
    ("asked", "meant"),
    [
        (f"{V1}identify", IDENTIFY),
        ("/api/v1/about", "/api/v1/about/"),
        (f"{V1}identify/health", f"{V1}identify/health/"),
        ("/api/v1/openapi.json/", "/api/v1/openapi.json"),
        ("/api/v1/auth/browser/v1/config/", "/api/v1/auth/browser/v1/config"),
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_slash_forgotten_is_told_and_not_redirected(client, simulator, leaf, method, asked, meant):
    """No redirect, which would lose the body of a POST: 404 with the right address in the hint."""
    reply = await client.request(method, asked, files=photo(leaf) if method == "POST" else None)
    assert (reply.status_code, reply.headers["Content-Type"]) == (404, PROBLEM)
    assert f"Did you mean {meant}?" in reply.json()["hint"]
    assert simulator.billing.calls("plant_id") == 0


ADDRESSES = [
    "/api", "/api/", "/api//", "/api/nothing", "/api/%0A", "/api/v1", "/api/v1/", "/api/v1/%00", "/api/v3/", "/api/v1.1/x",
    "/api/v1/about", "/api/v1/about/", IDENTIFY, f"{V1}identify", f"{V1}identify/health/", f"{V1}identifications/",
    f"{V1}identifications/{NOWHERE}/", f"{V1}identifications/no-uuid/", f"{V1}identifications/{NOWHERE}/feedback/",
    f"{V1}identifications/{NOWHERE}/photos/0/", "/api/v1/openapi.json", "/api/v1/auth/", "/api/v1/auth/browser/v1/config",
    "/api/v1/auth/browser/v1/auth/login", "/api/v1/auth/app/v1/auth/session", "/api/plant-identification/",
    "/api/plant-identification/identify/", "/api/plant-identification/identify", "/api/plant-identification/nothing/",
    f"/api/plant-identification/identifications/{NOWHERE}/", "/api/docs", "/api/docs/nothing/",
]  # fmt: skip
METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND"]
ODD_HEADERS = [
    {"Accept": "image/png, text/html;q=0.9"},
    {"Accept": ";;;"},
    {"Content-Type": "text/plain"},
    {"Content-Type": "multipart/form-data"},
    {"Content-Type": "application/json; charset=nonsense"},
    {"Cookie": "sessionid=made-up; csrftoken=x"},
    {"X-Session-Token": "made-up"},
    {"Authorization": "Bearer nonsense"},
    {"Host": "somebody.else.example"},
]


@pytest.mark.parametrize("debug", [False, True])
@pytest.mark.parametrize(
    ("headers", "methods"),
    [
        ({}, METHODS),
        ({"Accept": "text/html"}, METHODS),
        *((headers, ["GET", "POST", "DELETE"]) for headers in ODD_HEADERS),
    ],
    ids=str,
)
async def test_nothing_below_api_is_ever_a_page(client, settings, headers, methods, debug):
    """Whatever is asked, however, DEBUG or not: JSON, a problem, events, or nothing; no page and no redirect."""
    settings.DEBUG = debug

    async def ask(method, address):
        return await client.request(method, address, headers=headers, content=b"{" if method == "POST" else None)

    for method in methods:
        for reply in await asyncio.gather(*(ask(method, address) for address in ADDRESSES)):
            check_is_no_page(reply)


def check_is_no_page(reply):
    """Assert that the answer is for programs: no page, no redirect, no trace of our code; an error has its code."""
    asked = reply.request
    said = (asked.method, asked.url.path, reply.status_code, reply.headers.get("Content-Type"), reply.text[:200])
    assert "html" not in reply.headers.get("Content-Type", ""), said
    assert not reply.is_redirect, said
    assert "<html" not in reply.text.lower(), said
    assert "Traceback" not in reply.text, said
    assert reply.status_code < 500, said
    if reply.status_code >= 400 and asked.method != "HEAD":
        assert reply.json()["code"], said
        assert reply.headers["X-Request-ID"] == reply.json()["request_id"], said


@pytest.fixture
def add_addresses(settings, monkeypatch):
    """Puts more addresses before the server's own, until the test ends."""

    def add(*more):
        module = ModuleType("addresses_of_a_test")
        vars(module).update({name: value for name, value in vars(urls).items() if name.startswith("handler")})
        module.urlpatterns = [*more, *urls.urlpatterns]
        monkeypatch.setitem(sys.modules, module.__name__, module)
        settings.ROOT_URLCONF = module.__name__

    return add


@pytest.mark.parametrize("debug", [False, True])
async def test_fault_of_a_view_is_a_problem_without_details(client, settings, add_addresses, debug):
    """An address whose view fails outside of DRF: 500 as a problem, never Django's page with its settings."""
    settings.DEBUG = debug

    async def failing(_request):
        message = "secret-of-the-server"
        raise RuntimeError(message)

    add_addresses(path("api/v1/failing/", failing))
    reply = await client.get("/api/v1/failing/", headers={"Accept": "text/html"})
    assert (reply.status_code, reply.headers["Content-Type"]) == (500, PROBLEM)
    assert reply.json()["code"] == "internal-error"
    assert "secret-of-the-server" not in reply.text


@pytest.fixture
def v3(add_addresses, monkeypatch):
    """A version in which `sentence` is called `summary`: three lines, and the views know nothing of it."""
    monkeypatch.setattr(versions, "_shapes", dict(versions._shapes))
    monkeypatch.setattr(BaseVersioning, "allowed_versions", ["v1", "v3"])
    add_addresses(path("api/v3/", include((urls.v1, "v3"), namespace="v3")))

    @shape("v3", IdentificationBody)
    def with_summary(body):
        members = msgspec.to_builtins(body)
        return {"summary": members.pop("sentence"), **members}


async def test_new_version_with_a_field_renamed_leaves_v1_as_it_is(client, simulator, leaf, v3):
    """The same view answers both from one paid result; only the renamed field differs, as an answer and as an event."""
    old = (await client.post(IDENTIFY, files=photo(leaf))).json()
    new = (await client.get(f"/api/v3/plant-identification/identifications/{old['id']}/")).json()
    again = (await client.get(f"{V1}identifications/{old['id']}/")).json()
    assert new["summary"] == old["sentence"] == again["sentence"]
    assert set(new) - {"summary"} == set(again) - {"sentence"} == set(old) - {"sentence"}
    events = await client.post(IDENTIFY.replace("v1", "v3"), files=photo(leaf), headers={"Accept": "text/event-stream"})
    result = json.loads(events.text.rsplit("data: ", 1)[1])
    assert (result["summary"], "sentence" in result) == (old["sentence"], False)
    assert simulator.billing.calls("plant_id") == simulator.billing.calls("plantnet") == 1


async def test_new_version_is_listed_and_counted_by_itself(client, v3):
    """Nothing else has to be told: the list of versions and the counters follow the addresses."""
    assert (await client.get("/api/v3/about/")).status_code == 200
    assert (await client.get("/api/v4/about/")).json()["versions"] == [*known_before(), "v3"]
    await find_counter().flush()
    counts = await in_database(lambda: dict(CallerCount.objects.values_list("version", "calls")))
    assert counts == {"v3": 1}


def known_before():
    """The versions of the server as it is."""
    return sorted({match[1] for each in urls.urlpatterns if (match := versions.VERSION.match(str(each.pattern)))})


async def test_csrf_failure_is_a_problem_in_both_versions(client, accounts, leaf):
    """A session cookie without its token: 403, in the words of each version."""
    person = accounts.Person(client)
    await person.sign_up()
    v1 = await client.post(IDENTIFY, files=photo(leaf))
    legacy = await client.post("/api/plant-identification/identify/", files=photo(leaf))
    assert (v1.status_code, v1.json()["code"]) == (legacy.status_code, legacy.json()["code"]) == (403, "csrf-failed")
    assert (v1.headers["Content-Type"], legacy.json()["success"]) == (PROBLEM, False)


async def counted():
    """What is stored: calls by (version, kind of client)."""
    await find_counter().flush()

    def read():
        return {
            (row.version, row.client.partition(":")[0], row.owner_id): row.calls for row in CallerCount.objects.all()
        }

    return await in_database(read)


async def test_calls_are_counted_for_their_version_and_client(client, accounts, leaf):
    """Somebody without an account and somebody with one, in v1 and without a version, errors too; pages are not calls."""
    await client.get("/api/plant-identification/identify/health/")
    await client.get("/api/plant-identification/nothing/")
    await client.get(f"{V1}identify/health/")
    await client.get("/api/v3/about/")
    await client.get("/api-versions/")
    assert await counted() == {("legacy", "address", None): 2, ("v1", "address", None): 1}
    person = accounts.Person(client, kind="app")
    await person.sign_up()
    for address in (IDENTIFY, "/api/plant-identification/identify/", "/api/plant-identification/identify/"):
        assert (await client.post(address, files=photo(leaf), headers=person.headers)).status_code == 200
    found = await counted()
    users = {(version, kind): calls for (version, kind, owner), calls in found.items() if owner is not None}
    assert users[("legacy", "user")] == 2
    assert users[("v1", "user")] >= 1


async def test_key_is_counted_by_its_name_for_its_owner(client, leaf):
    """An integrator's key is one client, told apart from the account's sessions; the key itself is nowhere."""

    def make_key():
        owner = get_user_model().objects.create_user("fern", "fern@example.org", None)
        return create_key(owner, mode=Mode.LIVE, name="my shop")

    key, text = await in_database(make_key)
    reply = await client.post(
        "/api/plant-identification/identify/", files=photo(leaf), headers={"Authorization": f"Bearer {text}"}
    )
    assert reply.status_code == 200, reply.text
    await find_counter().flush()
    row = await in_database(CallerCount.objects.get)
    assert (row.version, row.client, row.owner_id, row.calls) == ("legacy", f"key:{key.prefix}", key.owner_id, 1)
    assert text not in row.client


async def test_counts_name_no_address(client, rf):
    """An address is kept as a keyed hash, and as nothing else (law 12)."""
    await client.get("/api/v1/about/")
    await find_counter().flush()
    (client_name,) = await in_database(lambda: list(CallerCount.objects.values_list("client", flat=True)))
    assert client_name == f"address:{address_digest(rf.get('/', REMOTE_ADDR='127.0.0.1'))}"
    assert "127.0.0.1" not in client_name


async def test_counts_of_two_processes_add_up_and_survive_the_end(transactional_db, against, serve):
    """Each process stores its part when it ends, into one row; nothing is written for a single request."""
    for _ in range(2):
        async with serve() as process:
            for _ in range(3):
                await process.get("/api/v1/about/")
            assert await in_database(CallerCount.objects.count) in {0, 1}
    assert await in_database(lambda: [row.calls for row in CallerCount.objects.all()]) == [6]


async def test_counting_costs_no_query_per_request_and_five_for_many_callers(
    transactional_db, django_assert_num_queries
):
    """A hundred callers are stored as cheaply as one."""
    counter = CallerCounter()
    for number in range(100):
        counter.add("v1", f"address:{number}", None)
    batch, counter._pending = counter._pending, {}

    def store():
        with django_assert_num_queries(5):  # begin, insert, read, update, commit
            store_calls(batch)

    await in_database(store)
    assert await in_database(CallerCount.objects.count) == 100
    await counter.close()


async def test_counts_that_cannot_be_stored_are_tried_again(transactional_db):
    """An account that is unknown to the database leaves nothing; what fails for another reason waits and is not lost."""
    counter = CallerCounter()
    counter.add("v1", "address:a", None)
    counter.add("v2", "address:\ud800", None)  # no database takes half of a pair
    await counter.flush()
    assert len(counter._pending) == 2
    counter._pending = {key: calls for key, calls in counter._pending.items() if key.version == "v1"}
    await counter.close()
    assert await in_database(lambda: [row.client for row in CallerCount.objects.all()]) == ["address:a"]


async def test_counts_go_with_their_account(transactional_db):
    """Deleting an account deletes its counts, and what was not stored yet is never stored (law 12)."""
    user = await in_database(lambda: get_user_model().objects.create_user("fern", "fern@example.org", None))
    counter = CallerCounter()
    counter.add("v1", f"user:{user.pk}", user.pk)
    await counter.flush()
    assert await in_database(CallerCount.objects.count) == 1
    counter.add("v1", f"user:{user.pk}", user.pk)
    await in_database(user.delete)
    await counter.close()
    assert await in_database(CallerCount.objects.count) == 0


async def test_callers_without_end_do_not_fill_the_memory(transactional_db, monkeypatch):
    """More different addresses than a process remembers are counted together."""
    monkeypatch.setattr("apps.api_versions.counting.CALLERS_MAX", 10)
    counter = CallerCounter()
    for number in range(1000):
        counter.add("v1", f"address:{number}", None)
    assert len(counter._pending) == 11
    assert sum(calls.number for calls in counter._pending.values()) == 1000
    await counter.close()


def test_calls_of_one_caller_add_up_with_the_later_time():
    """Two counts of one caller are one count."""
    earlier, later = Calls(2, 1), Calls(3, 5)
    later.add(earlier)
    assert (later.number, later.last) == (5, 5)
    assert Caller(1, "v1", "user:1", 1) == Caller(1, "v1", "user:1", 1)
