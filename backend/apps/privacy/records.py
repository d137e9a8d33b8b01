"""What is kept of an account beside its identifications, as it is exported: everything but secrets."""

from collections.abc import Iterator
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.contrib.admin.models import LogEntry

from apps.api_keys.models import ApiKey
from apps.api_versions.models import CallerCount
from apps.plant_identification.models import Feedback
from apps.usage.models import AccountDay, AccountLimit, DayOfUse
from apps.users.models import User

KEY_FIELDS = (
    "name", "key_id", "mode", "scopes", "rate", "credits_per_day", "created_at", "expires_at", "last_used_at", "revoked_at",
)  # fmt: skip


def account_of(user: User) -> dict[str, Any]:
    """The account itself. Of second factors only that they are there; of the password nothing."""
    own: dict[str, Any] = {
        name: getattr(user, name)
        for name in ("id", "email", "username", "first_name", "last_name", "date_joined", "last_login", "is_staff")
    }
    return own | {
        "keep_place": user.keep_place,
        "deletion_due": user.deletion_due,
        "emails": list(EmailAddress.objects.filter(user=user).values("email", "verified", "primary")),
        "second_factors": list(Authenticator.objects.filter(user=user).values("type", "created_at", "last_used_at")),
        "social_accounts": list(
            SocialAccount.objects.filter(user=user).values("provider", "uid", "date_joined", "last_login", "extra_data")
        ),
    }


def sessions_of(user: User) -> list[dict[str, Any]]:
    """Where the person is signed in; without the keys of the sessions."""
    return list(UserSession.objects.filter(user=user).values("created_at", "last_seen_at", "ip", "user_agent"))


def api_keys_of(user: User) -> list[dict[str, Any]]:
    """The keys with what they may do; without their digests."""
    return [dict(row) for row in ApiKey.objects.filter(owner=user).values(*KEY_FIELDS)]


def use_of(user: User) -> dict[str, Any]:
    """How often the account called which version of the API, what that used, its budget, and its changes in the admin."""
    return {
        "days": [
            {name: value for name, value in row.items() if name not in {"id", "user_id"}}
            for row in DayOfUse.objects.filter(user=user).values()
        ],
        "credits_per_day": list(AccountLimit.objects.filter(user=user).values_list("credits_per_day", flat=True)),
        "credits_taken": list(AccountDay.objects.filter(user=user).values("day", "taken")),
        "calls": list(CallerCount.objects.filter(owner=user).values("day", "version", "client", "calls", "last_call")),
        "admin": list(LogEntry.objects.filter(user=user).values("action_time", "object_repr", "change_message")),
    }


def feedback_of(user: User) -> Iterator[dict[str, Any]]:
    """All that the person said of answers."""
    rows = Feedback.objects.filter(identification__owner=user).order_by("pk")
    for row in rows.iterator(chunk_size=500):
        yield {
            "identification": str(row.identification_id),
            "was_right": row.was_right,
            "name": row.name,
            "comment": row.comment,
            "given_at": row.given_at,
        }
