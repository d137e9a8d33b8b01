"""An authenticator app (RFC 6238): six digits, a new code each half minute."""

import base64
import contextlib
import hashlib
import hmac
import time

import httpx
from signing_up import AUTH, PASSWORD

TOTP = AUTH.removesuffix("auth") + "account/authenticators/totp"


def code(secret, steps=0):
    """The code of this moment; with `steps` of a later half minute. The server takes each once."""
    counter = int(time.time() // 30 + steps).to_bytes(8)
    digest = hmac.new(base64.b32decode(secret), counter, hashlib.sha1).digest()
    start = digest[-1] & 15
    return f"{(int.from_bytes(digest[start : start + 4]) & 0x7FFFFFFF) % 1_000_000:06}"


@contextlib.contextmanager
def second_factor(address, email):
    """The account has a second factor within the block; gives its secret. The code of this half minute is used up."""
    with httpx.Client(base_url=address) as http:

        def call(method, path, body=None):
            reply = http.request(method, path, json=body)
            assert reply.status_code in {200, 404}, reply.text
            meta = reply.json().get("meta") or {}
            if meta.get("session_token"):
                http.headers["X-Session-Token"] = meta["session_token"]
            return meta

        call("POST", f"{AUTH}/login", {"email": email, "password": PASSWORD})
        call("POST", f"{AUTH}/reauthenticate", {"password": PASSWORD})
        secret = call("GET", TOTP)["secret"]
        call("POST", TOTP, {"code": code(secret)})
        try:
            yield secret
        finally:
            call("DELETE", TOTP)
