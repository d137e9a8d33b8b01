"""What signing in leaves behind: sessions, half-finished sign-ins, counted tries."""

import hashlib
from collections.abc import Iterator
from typing import Any

from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import connection
from django.utils import timezone

from apps.users.models import User

USER_NAMES = {"_auth_user_id", "account_authentication_methods_user", "user_pk", "user_id"}  # of Django and allauth


def end_sessions(user: User, *, but: str = "") -> None:
    """Sign the person out everywhere, but in the session of this key, and forget half-finished sign-ins."""
    addresses = addresses_of(user)
    keys = {key for key, data in _open_sessions() if key != but and mentions(data, str(user.pk), addresses)}
    keys |= set(UserSession.objects.filter(user=user).exclude(session_key=but).values_list("session_key", flat=True))
    Session.objects.filter(session_key__in=keys).delete()
    UserSession.objects.filter(user=user, session_key__in=keys).delete()


def addresses_of(user: User) -> set[str]:
    """All addresses of the account, in small letters."""
    found = EmailAddress.objects.filter(user=user).values_list("email", flat=True)
    return {address.casefold() for address in (user.email, *found)}


def _open_sessions() -> Iterator[tuple[str, dict[str, Any]]]:
    """All of them: a session does not say in a column whose it is."""
    for session in Session.objects.iterator(chunk_size=500):
        yield session.session_key, session.get_decoded()


def mentions(data: Any, user_id: str, addresses: set[str], name: str = "") -> bool:
    """Whether something in a session's data names this user by id, or by address."""
    match data:
        case dict():
            return any(mentions(value, user_id, addresses, str(key)) for key, value in data.items())
        case list() | tuple():
            return any(mentions(value, user_id, addresses) for value in data)
        case str() if data.casefold() in addresses:
            return True
        case _:
            return name in USER_NAMES and str(data) == user_id


def forget_attempts(user: User) -> None:
    """Delete the tries that allauth counted for this user: by id, or by the hash of an address."""
    names = [f"%:user:{user.pk}", *(f"%:{_hash(address)}" for address in addresses_of(user) | {user.email})]
    with connection.cursor() as cursor:
        for name in names:
            cursor.execute(f"DELETE FROM {_attempts()} WHERE cache_key LIKE %s", [name])  # noqa: S608 - the name is ours


def forget_old_sign_ins() -> int:
    """Delete sessions that are over with what is known of their devices, and tries that count no more; the sessions' number."""
    over, _ = Session.objects.filter(expire_date__lt=timezone.now()).delete()
    living = Session.objects.values("session_key")
    UserSession.objects.exclude(session_key__in=living).delete()
    with connection.cursor() as cursor:
        now = connection.ops.adapt_datetimefield_value(timezone.now().replace(microsecond=0))
        cursor.execute(f"DELETE FROM {_attempts()} WHERE expires < %s", [now])  # noqa: S608 - as above
    return over


def _attempts() -> str:
    return connection.ops.quote_name(settings.CACHES["default"]["LOCATION"])


def _hash(address: str) -> str:
    """As allauth names an address in its counters."""
    return hashlib.sha256(address.encode()).hexdigest()
