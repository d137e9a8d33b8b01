"""Staff orders circuits by API as by command: for the whole cluster, and nobody else may."""

import pytest
from django.contrib.auth import get_user_model

from apps.api_keys.actions import create_key
from apps.api_keys.keys import Mode
from apps.api_keys.models import Scope
from apps.operations.circuits import Order, carry_out
from apps.plant_identification.wiring import get_services, open_services
from identification.answer import ProviderName
from plant_community_backend.database import in_database
from plant_simulator.drawings import draw_sample_leaf
from resilience.testing_valkey import Valkey

IDENTIFY = "/api/v1/plant-identification/identify/"
CIRCUITS = "/api/v1/circuits/"
OPEN = f"{CIRCUITS}plant_id/open/"
IMAGE = {"Content-Type": "image/jpeg"}


async def make_staff(person):
    """Give this person the staff status; their account."""
    user = await in_database(get_user_model().objects.get, email=person.email)
    await in_database(get_user_model().objects.filter(pk=user.pk).update, is_staff=True)
    return user


async def chief_of(accounts, http, kind="app"):
    """Somebody of the staff with a second factor."""
    person = accounts.Person(http, kind, email="chief@example.org")
    await person.sign_up()
    await person.add_second_factor()
    person.user = await make_staff(person)
    return person


@pytest.fixture
async def chief(client, accounts):
    """Staff with a token."""
    return await chief_of(accounts, client)


async def order(person, provider, word):
    """Order it; the circuit from now on."""
    reply = await person.http.post(f"{CIRCUITS}{provider}/{word}/", headers=person.headers)
    assert reply.status_code == 200, reply.text
    assert reply.headers["Cache-Control"] == "private, no-store"
    return reply.json()


async def circuits_of(person):
    """The circuits by provider."""
    reply = await person.http.get(CIRCUITS, headers=person.headers)
    assert reply.status_code == 200, reply.text
    return {each["provider"]: each for each in reply.json()["circuits"]}


async def ask(person, seed):
    """One photo nobody asked about before; how each provider's call ended."""
    photo = draw_sample_leaf(seed, width=320, height=240)
    reply = await person.http.post(IDENTIFY, content=photo, headers=person.headers | IMAGE)
    return {each["provider"]: each["state"] for each in reply.json()["providers"]}


async def test_circuits_tell_state_quota_and_last_call_and_ask_nobody(chief, simulator):
    """Each provider with its numbers; reading them costs nothing."""
    await ask(chief, 20_001)
    paid = simulator.billing.accepted("plant_id")
    circuits = await circuits_of(chief)
    plantnet = circuits["plantnet"]
    assert set(circuits) == {"plant_id", "plantnet"}
    assert (plantnet["label"], plantnet["state"], plantnet["override"]) == ("Pl@ntNet", "closed", None)
    assert (plantnet["not_asked_because"], plantnet["next_try_at"], plantnet["last_call"]["state"]) == (
        None,
        None,
        "ok",
    )
    assert [(each["window"], each["used"], each["limit"]) for each in plantnet["quota"]] == [("day", 1.0, 500.0)]
    assert simulator.billing.accepted("plant_id") == paid == 1


async def test_an_order_holds_until_it_is_taken_back(chief, simulator, caplog):
    """Open: not asked, whatever comes. Close: asked again. Said twice it is the same; the log knows who, by id."""
    opened = await order(chief, "plant_id", "open")
    assert (opened["override"], opened["not_asked_because"], opened["next_try_at"]) == ("forced_open", "paused", None)
    assert await order(chief, "plant_id", "open") == opened
    assert await ask(chief, 20_010) == {"plant_id": "circuit_open", "plantnet": "ok"}
    assert simulator.billing.accepted("plant_id") == 0
    assert (await order(chief, "plant_id", "close"))["override"] is None
    assert await ask(chief, 20_011) == {"plant_id": "ok", "plantnet": "ok"}
    ordered = [line for line in caplog.messages if "ordered by the operator" in line]
    assert len(ordered) == 3
    assert f"account {chief.user.pk}" in ordered[0]
    assert chief.email not in "".join(ordered)


async def test_reset_closes_a_circuit_that_failures_opened(chief, simulator):
    """And the next try was told before."""
    simulator.inject("status", times=None, code=503)
    for seed in range(3):
        await ask(chief, 20_020 + seed)
    opened = (await circuits_of(chief))["plant_id"]
    assert (opened["state"], opened["not_asked_because"]) == ("open", "resting")
    assert opened["next_try_at"] is not None
    closed = await order(chief, "plant_id", "reset")
    assert (closed["state"], closed["not_asked_because"], closed["fail_count"]) == ("closed", None, 0)


@pytest.mark.parametrize(("method", "path"), [("GET", CIRCUITS), ("POST", OPEN)])
async def test_only_staff_in_person_and_with_a_second_factor(client, accounts, method, path):
    """401 for nobody; 403 for others, for any key, and for staff without a second factor; nothing is ordered."""

    async def try_it(headers):
        reply = await client.request(method, path, headers=headers)
        assert reply.headers["Content-Type"] == "application/problem+json"
        return reply.status_code, reply.json()["code"]

    assert await try_it({}) == (401, "unauthorized")
    person = accounts.Person(client, "app")
    await person.sign_up()
    assert await try_it(person.headers) == (403, "forbidden")
    user = await make_staff(person)
    assert await try_it(person.headers) == (403, "forbidden")
    await person.add_second_factor()
    _, key = await in_database(lambda: create_key(user, mode=Mode.LIVE, name="all", scopes=list(Scope)))
    assert await try_it({"Authorization": f"Bearer {key}"}) == (403, "forbidden")
    assert (await get_services().circuits[ProviderName.PLANT_ID].read())["override"] is None
    assert (await client.request(method, path, headers=person.headers)).status_code == 200


async def test_an_order_with_the_cookie_needs_its_csrf_token(client, accounts):
    """Another site cannot order anything."""
    person = await chief_of(accounts, client, "browser")
    forged = await client.post(OPEN)
    assert (forged.status_code, forged.json()["code"]) == (403, "csrf-failed")
    assert (await circuits_of(person))["plant_id"]["override"] is None
    assert (await order(person, "plant_id", "open"))["override"] == "forced_open"


@pytest.mark.parametrize("path", ["plant_id/explode/", "nobody/open/", "plant_id/forced_open/"])
async def test_what_is_no_circuit_or_order_is_404(chief, path):
    """With the words that there are."""
    reply = await chief.http.post(CIRCUITS + path, headers=chief.headers)
    assert (reply.status_code, reply.json()["code"]) == (404, "not-found")
    assert "open, close, reset" in reply.json()["hint"]


async def test_an_order_reaches_other_processes_and_outlives_this_one(transactional_db, against, serve, accounts):
    """Two processes and the command share nothing but the store; whoever orders, all obey."""
    with Valkey() as store:
        against.REDIS_URL = store.url
        async with open_services() as elsewhere:
            guard = elsewhere.guards[ProviderName.PLANT_ID]
            async with serve() as http:
                chief = await chief_of(accounts, http)
                assert get_services() is not elsewhere
                await order(chief, "plant_id", "open")
                assert (await guard.find_refusal(cost=1.0)).reason == "forced_open"
                await carry_out(Order.CLOSE, guard, by="command line")
                assert (await circuits_of(chief))["plant_id"]["override"] is None
                await order(chief, "plant_id", "open")
        async with serve() as http:
            chief.http = http
            assert (await circuits_of(chief))["plant_id"]["override"] == "forced_open"
            assert await ask(chief, 20_040) == {"plant_id": "circuit_open", "plantnet": "ok"}


async def test_a_store_that_is_away_takes_no_order_and_says_so_soon(transactional_db, against, serve, accounts):
    """503, nothing ordered, nobody kept waiting (law 8)."""
    with Valkey() as store:
        against.REDIS_URL = store.url
        async with serve() as http:
            chief = await chief_of(accounts, http)
            store.freeze()
            refused = await http.post(OPEN, headers=chief.headers)
            listed = await http.get(CIRCUITS, headers=chief.headers)
            store.thaw()
    assert (refused.status_code, refused.json()["code"]) == (503, "store-unavailable"), refused.text
    assert refused.headers["Retry-After"] == "2"
    assert [each["alone"] for each in listed.json()["circuits"]] == [True, True]
    assert refused.elapsed.total_seconds() + listed.elapsed.total_seconds() < 3.0
