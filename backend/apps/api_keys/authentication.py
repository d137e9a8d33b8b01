"""`Authorization: Bearer pk_...`: a program comes with a key of its owner."""

import datetime as dt
from typing import Any

from django.db.models import Q
from django.utils import timezone
from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request

from apps.api_keys.keys import PREFIX, is_same, parse_key
from apps.api_keys.models import ApiKey
from apps.users.authentication import CHALLENGE as SESSION_CHALLENGE
from apps.users.authentication import refuse_leaver
from plant_community_backend.problems import Problem

REALM = 'Bearer realm="Plant Community"'
USED_SECONDS = 60.0  # how exact `last_used_at` is: one write a minute, however many requests come
MAKE_ONE = "Keys are made and revoked at /api/v1/api-keys/, by a person who is signed in."


class KeyRefused(Problem):
    """401 with the reason, also in the header that clients of RFC 6750 read."""

    def __init__(self, detail: str, hint: str = MAKE_ONE) -> None:
        code = "invalid-api-key"
        super().__init__(code, detail, hint=hint)
        self.auth_header = f'{REALM}, error="invalid_token", error_description="{detail}"'


class ApiKeyAuthentication(BaseAuthentication):
    """The owner of the key is `request.user`, the key is `request.auth`."""

    def authenticate(self, request: Request) -> tuple[Any, ApiKey] | None:
        """Owner and key; None without a Bearer header. Raises KeyRefused, and Problem for a key in the address."""
        refuse_key_in_address(request)
        scheme, _, token = request.headers.get("Authorization", "").strip().partition(" ")
        if scheme.lower() != "bearer":
            return None
        key = find_key(token.strip())
        refuse_leaver(request, key.owner)
        _note_use(key)
        return key.owner, key

    def authenticate_header(self, request: Request) -> str:
        """Of the WWW-Authenticate header; this class is the first in the settings, so it says it for all."""
        del request
        return f"{REALM}, {SESSION_CHALLENGE}"


def find_key(token: str) -> ApiKey:
    """The key that opens something now. Raises KeyRefused telling why there is none; no sentence repeats the key."""
    parsed = parse_key(token)
    if parsed is None:
        detail = "This is no API key of this server: it is cut off, mistyped, or something else."
        raise KeyRefused(detail)
    key = ApiKey.objects.select_related("owner").filter(key_id=parsed.key_id, mode=parsed.mode).first()
    if key is None or not is_same(key.digest, token):
        detail = "The API key is unknown: it was removed, or made by another server."
        raise KeyRefused(detail)
    if reason := key.why_refused(timezone.now()):
        raise KeyRefused(reason)
    return key


def refuse_key_in_address(request: Request) -> None:
    """Raise Problem for a key in the query: addresses are kept in logs and histories everywhere on the way."""
    for values in request.query_params.lists():
        if any(PREFIX.match(value.strip()) for value in values[1]):
            code = "key-in-address"
            raise Problem(
                code,
                "An API key does not belong into an address.",
                hint="Send it as `Authorization: Bearer pk_...`. This one is in logs by now: revoke it and make another.",
            )


def _note_use(key: ApiKey) -> None:
    now = timezone.now()
    before = now - dt.timedelta(seconds=USED_SECONDS)
    if key.last_used_at is None or key.last_used_at < before:
        old = Q(last_used_at=None) | Q(last_used_at__lt=before)
        ApiKey.objects.filter(old, pk=key.pk).update(last_used_at=now)
