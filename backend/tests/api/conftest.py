"""People with a client, who sign up, read mails and sign in, with cookies or with a token."""

import re
from types import SimpleNamespace

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.core import mail
from django.core.cache import cache

PASSWORD = "quiet-orange-lamp-under-snow"
CODE = re.compile(r"^\s*([A-Z0-9]{3,}(?:-[A-Z0-9]{3,})+|[A-Z0-9]{6,})\s*$", re.MULTILINE)


class Person:
    """Somebody with an e-mail address; `kind` is `browser` (cookies and CSRF) or `app` (token)."""

    def __init__(self, http, kind="browser", email="fern@example.org", password=PASSWORD):
        self.http, self.kind, self.email, self.password, self.token = http, kind, email, password, ""

    @property
    def headers(self):
        if self.kind == "app":
            return {"X-Session-Token": self.token} if self.token else {}
        return {"X-CSRFToken": self.http.cookies.get("csrftoken", "")}

    async def call(self, method, path, body=None, **headers):
        url = f"/api/v1/auth/{self.kind}/v1/{path}"
        reply = await self.http.request(method, url, json=body, headers=self.headers | headers)
        if self.kind == "app" and reply.headers.get("Content-Type", "").endswith("json"):
            self.token = reply.json().get("meta", {}).get("session_token") or self.token
        return reply

    async def arrive(self):
        return await self.call("GET", "config")

    async def sign_up(self):
        await self.arrive()
        asked = await self.call("POST", "auth/signup", {"email": self.email, "password": self.password})
        assert asked.status_code == 401, asked.text
        verified = await self.call("POST", "auth/email/verify", {"key": code_of_last_mail(self.email)})
        assert verified.status_code == 200, verified.text
        return verified

    async def sign_in(self, **more):
        self.token = ""
        await self.arrive()
        return await self.call("POST", "auth/login", {"email": self.email, "password": self.password} | more)

    async def sign_out(self):
        return await self.call("DELETE", "auth/session")

    async def add_second_factor(self):
        await self.call("POST", "auth/reauthenticate", {"password": self.password})
        offered = (await self.call("GET", "account/authenticators/totp")).json()["meta"]
        added = await self.call("POST", "account/authenticators/totp", {"code": totp(offered["secret"])})
        assert added.status_code == 200, added.text
        return offered["secret"]


def code_of_last_mail(address):
    """The code in the newest mail to this address."""
    letter = next(letter for letter in reversed(mail.outbox) if letter.to == [address])
    return CODE.search(letter.body).group(1)


def totp(secret, steps=0):
    """The code of this moment; with `steps` of an earlier or later half minute. Each is taken once."""
    counters = list(yield_hotp_counters_from_time())
    now = counters[len(counters) // 2]
    return format_hotp_value(hotp_value(secret, now + steps))


@pytest.fixture
def accounts(transactional_db):
    """`Person`, the code of the last mail, and one-time codes; nobody has tried to sign in yet."""
    cache.clear()
    return SimpleNamespace(Person=Person, code_of_last_mail=code_of_last_mail, totp=totp)
