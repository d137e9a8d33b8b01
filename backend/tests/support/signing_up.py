"""An account at a server that is a process of its own."""

import re
import time

import httpx

PASSWORD = "quiet-orange-lamp-under-snow"
CODE = re.compile(r"^([A-Z0-9]{3,}-[A-Z0-9]{3,}|[A-Z0-9]{6})\s*$", re.MULTILINE)
AUTH = "/api/v1/auth/app/v1/auth"


def sign_up(address, log):
    """The session token of a new account; the server prints its mails into the log."""
    with httpx.Client(base_url=address) as http:
        asked = http.post(f"{AUTH}/signup", json={"email": "fern@example.org", "password": PASSWORD})
        token = asked.json()["meta"]["session_token"]
        give_up = time.monotonic() + 10
        while not (codes := CODE.findall(log.read_text())) and time.monotonic() < give_up:
            time.sleep(0.05)
        verified = http.post(f"{AUTH}/email/verify", json={"key": codes[-1]}, headers={"X-Session-Token": token})
        return verified.json()["meta"]["session_token"]
