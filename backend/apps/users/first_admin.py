"""The link with which the first admin is made: no password stands anywhere, and nobody needs a shell on the server.

The server prints it at its start while there is no admin. It works once, for an hour, and for nobody once there is one.
Only a digest is kept, in a file that all processes of this machine see.
"""

import datetime as dt
import hashlib
import hmac
import os
import secrets
import sys
from pathlib import Path

import msgspec
from allauth.account.models import EmailAddress
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from apps.users.models import User

VALID_FOR = dt.timedelta(hours=1)


class Invitation(msgspec.Struct, frozen=True):
    """What is kept of the link."""

    digest: str
    expires_at: dt.datetime


def is_needed() -> bool:
    """Whether there is no admin yet."""
    return not User.objects.filter(is_superuser=True).exists()


def offer(address: str) -> None:
    """While there is no admin, print the link to whoever started the server."""
    if is_needed():
        line = f"There is no admin yet. To make one, within an hour: {address}/setup/?token={invite()}"
        sys.stderr.write(f"{line}\n")
        sys.stderr.flush()


def invite() -> str:
    """A new token; earlier ones are not valid any more."""
    token = secrets.token_urlsafe(32)
    draft = _path().with_name(f"{_path().name}.{secrets.token_hex(8)}")
    content = msgspec.json.encode(Invitation(_digest(token), timezone.now() + VALID_FOR))
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
    draft.replace(_path())
    return token


def is_valid(token: str) -> bool:
    """Whether an admin may be made with it now. Reads the database."""
    try:
        invitation = msgspec.json.decode(_path().read_bytes(), type=Invitation)
    except (OSError, msgspec.MsgspecError):
        return False
    is_right = hmac.compare_digest(invitation.digest, _digest(token))
    return is_right and timezone.now() < invitation.expires_at and is_needed()


def make_admin(token: str, email: str, password: str) -> User | None:
    """The admin, whose address counts as confirmed; None when somebody else was faster. The token is used up then."""
    if not is_valid(token):
        return None
    try:
        _path().unlink()  # of two at once, one finds it
    except FileNotFoundError:
        return None
    with transaction.atomic():
        user = User.objects.create_superuser(email=email, password=password)
        EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


def _path() -> Path:
    return Path(settings.DATA_DIR) / "first_admin.json"


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
