"""Making keys, and taking them back."""

from typing import Any

from django.contrib.auth import get_user_model
from django.db import transaction

from apps.api_keys.keys import Mode, digest, make_key, parse_key
from apps.api_keys.models import ApiKey

KEYS_MAX = 20  # of one account


class TooManyKeysError(Exception):
    """The account has KEYS_MAX keys."""


@transaction.atomic
def create_key(owner: Any, *, mode: Mode, **fields: Any) -> tuple[ApiKey, str]:
    """A new key of `owner`, and its text, which nobody can read again. Raises TooManyKeysError."""
    get_user_model().objects.select_for_update().get(pk=owner.pk)  # one at a time for each account
    if ApiKey.objects.filter(owner=owner).count() >= KEYS_MAX:
        raise TooManyKeysError
    text = make_key(mode)
    parsed = parse_key(text)
    assert parsed is not None
    key = ApiKey.objects.create(owner=owner, mode=mode, key_id=parsed.key_id, digest=digest(text), **fields)
    return key, text
