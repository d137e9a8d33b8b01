"""Accounts: sign-up, login, second factors, devices, passwords; and what needs an account."""

import httpx
import pytest
from django.conf import settings as django_settings
from django.core import mail
from django.core.cache import cache

from plant_community_backend.database import in_database

IDENTIFY = "/api/v1/plant-identification/identify/"
HISTORY = "/api/v1/plant-identification/identifications/"


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


async def identify(person, photo):
    """Ask as this person."""
    return await person.http.post(IDENTIFY, content=photo, headers=person.headers | {"Content-Type": "image/jpeg"})


def is_problem(reply, status, code):
    """The body of the reply, which must be this problem."""
    body = reply.json()
    assert (reply.status_code, body["status"], body["code"]) == (status, status, code), reply.text
    assert reply.headers["Content-Type"] == "application/problem+json"
    return body


async def test_production_refuses_an_anonymous_identification_and_says_what_to_do(http, leaf):
    """401, the scheme, and what to do; no provider is asked (IsAuthenticatedForIdentification)."""
    reply = await http.post(IDENTIFY, content=leaf, headers={"Content-Type": "image/jpeg"})
    body = is_problem(reply, 401, "unauthorized")
    assert "account" in body["detail"]
    assert "/api/v1/auth/" in body["hint"]
    assert "realm=" in reply.headers["WWW-Authenticate"]


async def test_with_debug_anybody_may_ask(http, leaf, production):
    """IsAuthenticatedOrAnonymousWithStrictRateLimit, while DEBUG is on."""
    production.DEBUG = True
    reply = await http.post(IDENTIFY, content=leaf, headers={"Content-Type": "image/jpeg"})
    assert reply.status_code == 200, reply.text


async def test_an_operator_may_give_visitors_a_budget(http, leaf, production):
    """IDENTIFY_ANONYMOUS_PER_DAY opens production to visitors."""
    production.IDENTIFY_ANONYMOUS_PER_DAY = 5
    reply = await http.post(IDENTIFY, content=leaf, headers={"Content-Type": "image/jpeg"})
    assert reply.status_code == 200, reply.text


@pytest.mark.parametrize("kind", ["browser", "app"])
async def test_sign_up_mail_login_second_factor_identify_logout(http, leaf, kind, accounts):
    """The whole way, for a browser with its cookie and for an app with its token."""
    person = accounts.Person(http, kind)
    assert (await person.sign_up()).json()["meta"]["is_authenticated"]
    secret = await person.add_second_factor()
    is_problem(await person.sign_out(), 401, "unauthorized")

    half = is_problem(await person.sign_in(), 401, "unauthorized")  # the password alone is not enough
    assert {"mfa_authenticate"} <= {flow["id"] for flow in half["data"]["flows"]}
    is_problem(await identify(person, leaf), 401, "unauthorized")
    whole = await person.call("POST", "auth/2fa/authenticate", {"code": accounts.totp(secret, steps=1)})
    assert whole.status_code == 200, whole.text

    answer = await identify(person, leaf)
    assert answer.status_code == 200, answer.text
    history = await http.get(HISTORY, headers=person.headers)
    assert [row["id"] for row in history.json()["results"]] == [answer.json()["id"]]

    is_problem(await person.sign_out(), 401, "unauthorized")
    is_problem(await identify(person, leaf), 401, "unauthorized")
    assert (await http.get(answer.json()["url"])).status_code == 404  # somebody else's now


async def test_a_token_is_worth_nothing_after_logout_also_where_anybody_may_ask(http, leaf, production, accounts):
    """A token that ended is an error, not an anonymous request."""
    production.DEBUG = True
    person = accounts.Person(http, "app")
    await person.sign_up()
    await person.sign_out()
    is_problem(await identify(person, leaf), 401, "unauthorized")


async def test_a_signed_in_browser_that_sends_no_csrf_token_is_refused(http, leaf, accounts):
    """Neither our API nor the account routes take a cookie without its token."""
    person = accounts.Person(http)
    await person.sign_up()
    without = await http.post(IDENTIFY, content=leaf, headers={"Content-Type": "image/jpeg"})
    is_problem(without, 403, "csrf-failed")
    is_problem(await person.call("POST", "auth/login", {}, **{"X-CSRFToken": "forged"}), 403, "csrf-failed")


async def test_cookies_are_closed_to_scripts_and_other_sites(http, accounts):
    """The flags of the session cookie."""
    person = accounts.Person(http)
    verified = await person.sign_up()
    session = next(c for c in verified.headers.get_list("set-cookie") if c.startswith("sessionid="))
    assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= set(session.split("; "))


async def test_devices_are_listed_and_revoked(http, serve, accounts):
    """A lost device is signed out from another one."""
    here = accounts.Person(http, "app")
    await here.sign_up()
    async with httpx.AsyncClient(base_url=http.base_url) as other:
        there = accounts.Person(other, "app")
        assert (await there.sign_in()).status_code == 200
        sessions = (await here.call("GET", "auth/sessions")).json()["data"]
        assert len(sessions) == 2
        lost = next(each["id"] for each in sessions if not each["is_current"])
        assert (await here.call("DELETE", "auth/sessions", {"sessions": [lost]})).status_code == 200
        is_problem(await there.call("GET", "account/email"), 410, "gone")
        is_problem(await http.get(HISTORY, headers=there.headers), 401, "unauthorized")


async def test_a_forgotten_password_is_reset_by_a_code(http, accounts):
    """By a code in a mail, for any client."""
    person = accounts.Person(http)
    await person.sign_up()
    await person.sign_out()
    await person.arrive()
    await person.call("POST", "auth/password/request", {"email": person.email})
    person.password = "another-quiet-pear-at-noon"
    done = await person.call(
        "POST", "auth/password/reset", {"key": accounts.code_of_last_mail(person.email), "password": person.password}
    )
    assert done.status_code in {200, 401}, done.text  # 401: changed, and not signed in by that
    assert (await person.sign_in()).status_code in {200, 409}
    assert (await person.call("GET", "auth/session")).status_code == 200


async def test_sign_up_and_reset_do_not_tell_who_has_an_account(http, accounts):
    """Known and unknown addresses get the same answers."""
    known = accounts.Person(http, "app")
    await known.sign_up()
    again, new = accounts.Person(http, "app"), accounts.Person(http, "app", email="moss@example.org")
    replies = []
    for person in (again, new):
        await in_database(cache.clear)  # nobody has written to either of them a moment ago
        await person.arrive()
        reply = await person.call("POST", "auth/signup", {"email": person.email, "password": person.password})
        asked = await accounts.Person(http, "app").call("POST", "auth/password/request", {"email": person.email})
        body = reply.json()
        replies.append((reply.status_code, body["detail"], body["data"]["flows"], asked.status_code))
    assert replies[0] == replies[1]


async def test_wrong_passwords_are_limited_for_one_account(http, accounts):
    """Guesses are counted for the account, whichever session they come from."""
    await accounts.Person(http, "app").sign_up()
    mail.outbox.clear()
    guesser = accounts.Person(http, "app", password="not-the-right-password")
    codes = [(await guesser.sign_in()).status_code for _ in range(8)]
    assert set(codes[:5]) == {400}
    limited = await accounts.Person(http, "app").sign_in()
    assert limited.status_code in {400, 429}, "closed for a while, for right guesses too"
    assert "many" in limited.json()["detail"]


@pytest.mark.parametrize(
    "password",
    ["short", "passwordpassword", "abcdefghijklmnop", "9876543210987654", "aaaaaaaaaaaaaaaaaa", "password12345678", "x" * 257,
     "fern@example.org", "plantcommunityplant"],
)  # fmt: skip
async def test_bad_passwords_are_refused_with_the_reason(http, password, accounts):
    """Too short, too long, leaked, repeated, in a sequence, or the address itself (NIST SP 800-63B-4)."""
    person = accounts.Person(http, "app", password=password)
    body = is_problem(
        await person.call("POST", "auth/signup", {"email": person.email, "password": password}), 400, "invalid-input"
    )
    assert body["errors"][0]["pointer"] == "#/password"


@pytest.mark.parametrize("password", ["four words and blanks", "ein Löwe frißt keinen Klee"])
async def test_long_passwords_need_no_digits_or_capitals(http, password, accounts):
    """No rules of composition; blanks and any script are welcome."""
    person = accounts.Person(http, "app", password=password)
    assert (await person.sign_up()).status_code == 200


async def test_second_factors_are_unreadable_in_the_database(http, accounts):
    """A stolen database makes no one-time codes."""
    from allauth.mfa.models import Authenticator  # noqa: PLC0415

    person = accounts.Person(http, "app")
    await person.sign_up()
    secret = await person.add_second_factor()
    rows = await in_database(lambda: [str(row.data) for row in Authenticator.objects.all()])
    assert rows
    assert not any(secret in row for row in rows)


async def test_a_password_is_kept_as_argon2(http, accounts):
    """The hash."""
    from apps.users.models import User  # noqa: PLC0415

    await accounts.Person(http, "app").sign_up()
    user = await in_database(User.objects.get, email="fern@example.org")
    assert user.password.startswith("argon2")


@pytest.mark.parametrize("path", ["/admin/", "/admin/users/user/"])
async def test_staff_without_a_second_factor_is_led_to_set_one_up(http, path, accounts):
    """In production the admin opens with a second factor only."""
    from apps.users.models import User  # noqa: PLC0415

    person = accounts.Person(http)
    await person.sign_up()
    await in_database(User.objects.filter(email=person.email).update, is_staff=True, is_superuser=True)
    led = await http.get(path)
    assert (led.status_code, led.headers["Location"]) == (302, "/accounts/2fa/")
    await person.add_second_factor()
    assert (await http.get(path)).status_code == 200


def test_social_login_is_offered_only_when_it_is_configured():
    """Nothing is configured, nothing is offered."""
    assert django_settings.SOCIALACCOUNT_PROVIDERS == {}
