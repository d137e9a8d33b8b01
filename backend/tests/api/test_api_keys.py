"""API keys: made once, kept as a digest, scoped, budgeted, revoked; and what each refusal says."""

import asyncio
import datetime as dt

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from django.utils import timezone

from apps.api_keys.actions import KEYS_MAX, create_key
from apps.api_keys.keys import CHECKSUM_LENGTH, Mode, checksum, make_key
from apps.api_keys.models import ApiKey, CreditsOfDay, Scope
from apps.plant_identification.models import Identification
from plant_community_backend.database import in_database

IDENTIFY = "/api/v1/plant-identification/identify/"
HISTORY = "/api/v1/plant-identification/identifications/"
KEYS = "/api/v1/api-keys/"


@pytest.fixture
def production(against):
    """As in production: without a budget for people who have no account."""
    against.IDENTIFY_ANONYMOUS_PER_DAY = 0
    return against


@pytest.fixture
async def http(transactional_db, production, serve):
    """A client of the running server."""
    async with serve() as connected:
        yield connected


@pytest.fixture
async def owner(http):
    """An account."""
    return await in_database(
        get_user_model().objects.create_user, username="fern", email="fern@example.org", password=None
    )


async def new_key(owner, mode=Mode.LIVE, **fields):
    """A key of this account: row and text."""
    return await in_database(create_key, owner, mode=mode, **{"name": "a program", "scopes": Scope.values} | fields)


def bearer(text):
    """The header a program sends."""
    return {"Authorization": f"Bearer {text}"}


async def identify(http, text, photo, **more):
    """Ask with this key."""
    return await http.post(IDENTIFY, content=photo, headers=bearer(text) | {"Content-Type": "image/jpeg"}, **more)


def logged_by_us(caplog):
    """All that was logged, but for the test's own client, which logs the addresses it calls."""
    return "\n".join(str(record.msg) + record.getMessage() for record in caplog.records if record.name != "httpx")


def is_problem(reply, status, code):
    """The body of the reply, which must be this problem."""
    body = reply.json()
    assert (reply.status_code, body["status"], body["code"]) == (status, status, code), reply.text
    assert reply.headers["Content-Type"] == "application/problem+json"
    return body


async def signed_in(http, accounts, email="rose@example.org"):
    """A person with a token, as an app has it."""
    person = accounts.Person(http, "app", email=email)
    await person.sign_up()
    return person


async def test_key_is_shown_once_and_only_its_digest_is_kept(http, accounts):
    """201 with the key; afterwards neither the API nor the database can tell it."""
    person = await signed_in(http, accounts)
    made = await http.post(KEYS, json={"name": "shop", "mode": "live"}, headers=person.headers)
    body = made.json()
    assert (made.status_code, made.headers["Cache-Control"]) == (201, "no-store"), made.text
    assert body["key"].startswith(f"{body['prefix']}_")
    assert body["scopes"] == ["identify:write", "history:read"]

    read = await http.get(f"{KEYS}{body['id']}/", headers=person.headers)
    listed = (await http.get(KEYS, headers=person.headers)).json()["results"]
    assert listed == [read.json()]
    assert body["key"] not in read.text
    row = await in_database(lambda: ApiKey.objects.filter(pk=body["id"]).values().get())
    assert body["key"].rpartition("_")[2] not in str(row)
    assert (await http.get(HISTORY, headers=bearer(body["key"]))).status_code == 200


async def test_key_identifies_for_its_owner(http, owner, leaf, accounts):
    """What a key asks is its owner's: in their history, with the key noted."""
    key, text = await new_key(owner)
    answer = await identify(http, text, leaf)
    assert answer.status_code == 200, answer.text
    row = await in_database(Identification.objects.get, pk=answer.json()["id"])
    assert (row.owner_id, row.api_key_id, row.sandbox, row.credits) == (owner.pk, key.pk, False, 1.0)
    listed = (await http.get(HISTORY, headers=bearer(text))).json()["results"]
    assert [each["id"] for each in listed] == [answer.json()["id"]]


async def test_each_refused_key_says_why(http, owner):
    """401 with the reason in the body and in WWW-Authenticate, and never the key."""
    _, good = await new_key(owner)
    forged = good[: -CHECKSUM_LENGTH - 1] + ("a" if good[-CHECKSUM_LENGTH - 1] != "a" else "b")
    revoked, revoked_text = await new_key(owner)
    await in_database(revoked.revoke)
    _, expired = await new_key(owner, expires_at=timezone.now() - dt.timedelta(seconds=1))
    reasons = {
        "mistyped": good[:-1],
        "cut off": "eyJhbGciOiJIUzI1NiJ9.e30.c2ln",
        "unknown": make_key(Mode.LIVE),
        "removed": forged + checksum(forged),  # the right id with another secret
        "revoked": revoked_text,
        "expired": expired,
    }
    for word, text in reasons.items():
        reply = await http.get(HISTORY, headers=bearer(text))
        body = is_problem(reply, 401, "invalid-api-key")
        challenge = reply.headers["WWW-Authenticate"]
        assert word in body["detail"]
        assert challenge == (
            f'Bearer realm="Plant Community", error="invalid_token", error_description="{body["detail"]}"'
        )
        assert text not in reply.text + challenge


async def test_a_key_of_a_closed_account_opens_nothing(http, owner):
    """Closing an account closes its keys."""
    _, text = await new_key(owner)
    await in_database(get_user_model().objects.filter(pk=owner.pk).update, is_active=False)
    assert "closed" in is_problem(await http.get(HISTORY, headers=bearer(text)), 401, "invalid-api-key")["detail"]


async def test_a_test_key_is_no_live_key_by_another_name(http, owner):
    """`pk_live_` written over `pk_test_` breaks the checksum; with a right one the mode is not that of the row."""
    _, text = await new_key(owner, Mode.TEST)
    renamed = text.replace("pk_test_", "pk_live_")
    is_problem(await http.get(HISTORY, headers=bearer(renamed)), 401, "invalid-api-key")
    body = renamed[:-CHECKSUM_LENGTH]
    is_problem(await http.get(HISTORY, headers=bearer(body + checksum(body))), 401, "invalid-api-key")


async def test_without_a_credential_the_challenge_names_both_ways(http, leaf):
    """401 offers Bearer and the session."""
    reply = await http.post(IDENTIFY, content=leaf, headers={"Content-Type": "image/jpeg"})
    is_problem(reply, 401, "unauthorized")
    assert reply.headers["WWW-Authenticate"].startswith('Bearer realm="Plant Community", Session realm=')


async def test_a_key_in_the_address_is_refused_and_not_repeated(http, owner, caplog):
    """400 with a hint; not the answer, nor the log of the request, repeats it."""
    _, text = await new_key(owner)
    for name in ("api_key", "key", "anything"):
        reply = await http.get(HISTORY, params={name: text})
        assert "Authorization" in is_problem(reply, 400, "key-in-address")["hint"]
        assert text not in reply.text
    assert text not in logged_by_us(caplog)


async def test_a_key_is_never_in_the_logs(http, owner, leaf, caplog, capfd):
    """Nothing that a request with a key logs has the key or its secret."""
    caplog.set_level("DEBUG")
    _, text = await new_key(owner)
    assert (await identify(http, text, leaf)).status_code == 200
    secret = text.rpartition("_")[2]
    out, err = capfd.readouterr()
    assert secret not in logged_by_us(caplog) + out + err


async def test_last_used_is_written_once_a_minute(http, owner):
    """Many requests cost one write."""
    key, text = await new_key(owner)

    async def last_used():
        return (await in_database(ApiKey.objects.get, pk=key.pk)).last_used_at

    assert await last_used() is None
    await http.get(HISTORY, headers=bearer(text))
    first = await last_used()
    await http.get(HISTORY, headers=bearer(text))
    assert first is not None
    assert await last_used() == first
    await in_database(ApiKey.objects.filter(pk=key.pk).update, last_used_at=first - dt.timedelta(minutes=2))
    await http.get(HISTORY, headers=bearer(text))
    assert await last_used() >= first


async def test_each_route_needs_its_scope(http, owner, leaf):
    """403 names the missing scope; with it the same request passes."""
    _, everything = await new_key(owner)
    asked = (await identify(http, everything, leaf)).json()
    one, photo = asked["url"], asked["photos"][0]["thumbnail_url"]
    calls = [
        ("POST", IDENTIFY, Scope.IDENTIFY, {"content": leaf, "headers": {"Content-Type": "image/jpeg"}}),
        ("GET", HISTORY, Scope.READ_HISTORY, {}),
        ("GET", one, Scope.READ_HISTORY, {}),
        ("GET", photo, Scope.READ_HISTORY, {}),
        ("POST", f"{one}feedback/", Scope.WRITE_HISTORY, {"json": {"was_right": "yes"}}),
        ("DELETE", one, Scope.WRITE_HISTORY, {}),
    ]
    for method, path, scope, more in calls:
        _, without = await new_key(owner, scopes=[each for each in Scope.values if each != scope])
        _, only = await new_key(owner, scopes=[scope.value])
        headers = more.pop("headers", {})
        refused = await http.request(method, path, headers=headers | bearer(without), **more)
        assert scope in is_problem(refused, 403, "forbidden")["detail"]
        assert f'scope="{scope}"' in refused.headers["WWW-Authenticate"]
        allowed = await http.request(method, path, headers=headers | bearer(only), **more)
        assert allowed.status_code in {200, 204}, allowed.text


async def test_public_routes_take_any_key(http, owner):
    """A client that sends its key with everything can read what everybody can."""
    _, text = await new_key(owner, scopes=["usage:read"])
    for path in ("/api/v1/about/", "/api/v1/plant-identification/identify/health/", "/api/v1/openapi.json"):
        assert (await http.get(path, headers=bearer(text))).status_code == 200, path


async def test_keys_cannot_manage_keys_nor_can_nobody(http, owner):
    """A leaked key makes no further ones."""
    key, text = await new_key(owner)
    for method, path in (("GET", KEYS), ("POST", KEYS), ("DELETE", f"{KEYS}{key.pk}/")):
        is_problem(await http.request(method, path, headers=bearer(text)), 403, "forbidden")
        is_problem(await http.request(method, path), 401, "unauthorized")


async def test_an_unverified_address_makes_no_keys(http, accounts):
    """Keys belong to people who can be written to."""
    person = await signed_in(http, accounts)
    user = await in_database(get_user_model().objects.get, email=person.email)
    await in_database(user.emailaddress_set.update, verified=False)
    reply = await http.post(KEYS, json={"name": "shop", "mode": "live"}, headers=person.headers)
    assert "not verified" in is_problem(reply, 403, "forbidden")["detail"]


async def test_a_browser_needs_its_csrf_token_to_make_keys(http, accounts):
    """Another site cannot make a key for somebody."""
    person = accounts.Person(http, "browser")
    await person.sign_up()
    is_problem(await http.post(KEYS, json={"name": "shop", "mode": "live"}), 403, "csrf-failed")
    made = await http.post(KEYS, json={"name": "shop", "mode": "live"}, headers=person.headers)
    assert made.status_code == 201, made.text


async def test_key_is_changed_revoked_and_removed(http, accounts, leaf):
    """PATCH holds at once; a revoked key stays in the list, a removed one does not, and both open nothing."""
    person = await signed_in(http, accounts)
    made = (await http.post(KEYS, json={"name": "shop", "mode": "live"}, headers=person.headers)).json()
    address = f"{KEYS}{made['id']}/"
    change = {"name": "garden", "scopes": ["history:read"], "rate": "10/hour", "credits_per_day": 2}
    changed = await http.patch(address, json=change, headers=person.headers)
    assert change.items() <= changed.json().items(), changed.text
    is_problem(await identify(http, made["key"], leaf), 403, "forbidden")

    for _ in range(2):  # said again, nothing changes
        revoked = await http.post(f"{address}revoke/", headers=person.headers)
        assert revoked.json()["revoked_at"], revoked.text
    is_problem(await http.get(HISTORY, headers=bearer(made["key"])), 401, "invalid-api-key")
    assert (await http.delete(address, headers=person.headers)).status_code == 204
    is_problem(await http.get(address, headers=person.headers), 404, "not-found")
    assert "unknown" in (await http.get(HISTORY, headers=bearer(made["key"]))).json()["detail"]


async def test_nobody_sees_or_ends_the_keys_of_others(http, accounts, owner):
    """404, as if there were none."""
    key, text = await new_key(owner)
    person = await signed_in(http, accounts)
    address = f"{KEYS}{key.pk}/"
    for method, path in (("GET", address), ("PATCH", address), ("DELETE", address), ("POST", f"{address}revoke/")):
        is_problem(await http.request(method, path, headers=person.headers, json={}), 404, "not-found")
    assert (await http.get(KEYS, headers=person.headers)).json() == {"results": []}
    assert (await http.get(HISTORY, headers=bearer(text))).status_code == 200


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("mode", "real"),
        ("name", ""),
        ("scopes", []),
        ("scopes", ["admin"]),
        ("rate", "often"),
        ("rate", "1000000/second"),
        ("credits_per_day", -1),
        ("expires_at", "2020-01-01T00:00:00Z"),
        ("rat", "10/hour"),
    ],
)
async def test_what_a_key_cannot_be_is_refused_by_field(http, accounts, field, value, production):
    """400 with a pointer; a rate looser than the account's, and a misspelt field, among them."""
    production.IDENTIFY_RATE_AUTHENTICATED = "100/hour"
    person = await signed_in(http, accounts)
    reply = await http.post(KEYS, json={"name": "shop", "mode": "live"} | {field: value}, headers=person.headers)
    body = is_problem(reply, 400, "invalid-input")
    assert body["errors"][0]["pointer"].startswith(f"#/{field}")


async def test_an_account_has_a_limited_number_of_keys(http, accounts):
    """409 for one too many, also when many are asked for at once."""
    person = await signed_in(http, accounts)
    user = await in_database(get_user_model().objects.get, email=person.email)
    for _ in range(KEYS_MAX - 2):
        await new_key(user)
    async with asyncio.TaskGroup() as group:
        tasks = [
            group.create_task(http.post(KEYS, json={"name": "x", "mode": "test"}, headers=person.headers))
            for _ in range(4)
        ]
    assert sorted(task.result().status_code for task in tasks) == [201, 201, 409, 409]


# --- the budget ---------------------------------------------------------------------------------------------------


async def test_a_used_up_budget_is_429_until_midnight(http, owner, leaf, make_photo, simulator):
    """The key has two credits: the third question is refused before anybody is asked; kept answers go on."""
    key, text = await new_key(owner, credits_per_day=2)
    for colour in ((40, 150, 40), (60, 160, 30)):
        assert (await identify(http, text, make_photo(color=colour))).status_code == 200
    refused = await identify(http, text, leaf)
    body = is_problem(refused, 429, "too-many-requests")
    assert body["violated-policies"] == ["key-credits"]
    assert 0 < int(refused.headers["Retry-After"]) <= 86_400
    assert simulator.billing.calls("plant_id") == 2
    assert (await identify(http, text, make_photo(color=(40, 150, 40)))).status_code == 200
    await http.get(HISTORY, headers=bearer(text))  # what was just given is stored by now
    assert await in_database(Identification.objects.filter(api_key=key).count) == 3
    await in_database(CreditsOfDay.objects.update, day=dt.date(2020, 1, 1))  # that was another day
    assert (await identify(http, text, leaf)).status_code == 200


async def test_a_health_assessment_needs_two_credits(http, owner, leaf):
    """One credit left is not enough for two; it is enough for one."""
    _, text = await new_key(owner, credits_per_day=1)
    is_problem(await identify(http, text, leaf, params={"include_diseases": "true"}), 429, "too-many-requests")
    assert (await identify(http, text, leaf)).status_code == 200


async def test_a_budget_is_exact_under_concurrency(http, owner, make_photo, simulator):
    """Twelve different questions at once, five credits: five are asked."""
    key, text = await new_key(owner, credits_per_day=5)
    photos = [make_photo(color=(20 + 10 * number, 150, 40)) for number in range(12)]
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(identify(http, text, photo)) for photo in photos]
    assert sorted(task.result().status_code for task in tasks) == [200] * 5 + [429] * 7
    assert simulator.billing.calls("plant_id") == 5
    assert (await in_database(CreditsOfDay.objects.get, api_key=key)).taken == 5


async def test_what_cost_nothing_is_given_back_and_what_may_have_cost_is_not(http, owner, simulator, make_photo):
    """A refusal of Plant.id costs no credit; a call whose end nobody knows counts. Deleting gives nothing back."""
    key, text = await new_key(owner, credits_per_day=10)

    async def taken():
        return (await in_database(CreditsOfDay.objects.get, api_key=key)).taken

    simulator.inject("throttled_429", provider="plant_id", retry_after=0.01)
    free = await identify(http, text, make_photo(color=(30, 150, 40)))
    assert (free.status_code, await taken()) == (200, 0)
    simulator.inject("reset_mid_body", provider="plant_id")
    paid = await identify(http, text, make_photo(color=(50, 150, 40)))
    assert (paid.status_code, await taken()) == (200, 1)
    await http.delete(paid.json()["url"], headers=bearer(text))
    assert await taken() == 1


async def test_two_keys_have_each_their_own_budget(http, owner, make_photo):
    """One key's bill is not the other's; the list shows each."""
    first, text = await new_key(owner, credits_per_day=1)
    _, other = await new_key(owner, credits_per_day=1)
    assert (await identify(http, text, make_photo(color=(30, 150, 40)))).status_code == 200
    is_problem(await identify(http, text, make_photo(color=(50, 150, 40))), 429, "too-many-requests")
    assert (await identify(http, other, make_photo(color=(70, 150, 40)))).status_code == 200
    await in_database(first.delete)
    assert await in_database(Identification.objects.filter(owner=owner).count) == 2


# --- staff --------------------------------------------------------------------------------------------------------


@pytest.fixture
def client_of_staff(db):
    """A browser in which a superuser is signed in."""
    staff = get_user_model().objects.create_superuser(username="fern", email="staff@example.org", password=None)
    browser = Client()
    browser.force_login(staff)
    return browser


def test_the_admin_lists_keys_without_their_digests(client_of_staff, django_user_model, settings):
    """Staff see how a key begins; nothing from which it could be used or checked, and they make none."""
    settings.DEBUG = True  # without a second factor
    owner = django_user_model.objects.create_user(username="fern", email="fern@example.org")
    key, text = create_key(owner, mode=Mode.LIVE, name="shop")
    listed = client_of_staff.get("/admin/api_keys/apikey/")
    one = client_of_staff.get(f"/admin/api_keys/apikey/{key.pk}/change/")
    assert key.prefix in listed.content.decode()
    for page in (listed, one):
        assert page.status_code == 200
        assert key.digest not in page.content.decode()
        assert text not in page.content.decode()
    assert client_of_staff.get("/admin/api_keys/apikey/add/").status_code == 403
    client_of_staff.post("/admin/api_keys/apikey/", {"action": "revoke", "_selected_action": [key.pk]})
    key.refresh_from_db()
    assert key.revoked_at is not None
