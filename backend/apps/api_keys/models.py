"""Keys, and what each has cost on each day."""

import datetime as dt
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone

from apps.api_keys.keys import Mode
from apps.api_keys.rates import check_rate


class Scope(models.TextChoices):
    """What a key may do; its owner gives it as little as it needs."""

    IDENTIFY = "identify:write"
    READ_HISTORY = "history:read"
    WRITE_HISTORY = "history:write"
    READ_USAGE = "usage:read"


def default_scopes() -> list[str]:
    """Ask, and read what was answered."""
    return [Scope.IDENTIFY.value, Scope.READ_HISTORY.value]


class ApiKey(models.Model):
    """One key of one account. The key itself is not here, only its digest."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="api_keys")
    name = models.CharField(max_length=100)  # what it is for, in its owner's words
    key_id = models.CharField(max_length=16, unique=True)  # the part of the key that finds this row; no secret
    digest = models.CharField(max_length=64)  # keys.digest of the whole key
    mode = models.CharField(max_length=8, choices=[(mode.value, mode.value) for mode in Mode])
    scopes = models.JSONField(default=default_scopes)
    rate = models.CharField(
        max_length=40, blank=True, validators=[check_rate]
    )  # of identifications, such as 50/hour; "": the account's own
    credits_per_day = models.FloatField(null=True, blank=True)  # Plant.id credits until 00:00 UTC; None: no limit
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    expires_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)  # to the minute
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        """Newest first."""

        ordering: ClassVar[list[str]] = ["-created_at", "-pk"]
        verbose_name = "API key"

    def __str__(self) -> str:
        """Name and the part that is no secret."""
        return f"{self.name} ({self.prefix}...)"

    @property
    def prefix(self) -> str:
        """How the key begins: enough to tell keys apart, too little to use one."""
        return f"pk_{self.mode}_{self.key_id}"

    @property
    def is_test(self) -> bool:
        """Whether it opens the sandbox, and only that."""
        return self.mode == Mode.TEST

    @property
    def caller(self) -> str:
        """Under which its requests are counted, by the limits of throttles.py."""
        return self.key_id

    @property
    def rate_limit(self) -> str:
        """Its own limit of identifications, "" where that of its owner's account holds."""
        return self.rate

    def may(self, scope: str) -> bool:
        """Whether it was given this scope."""
        return scope in self.scopes

    def why_refused(self, now: dt.datetime) -> str:
        """A sentence when it opens nothing any more, else ""."""
        if self.revoked_at is not None:
            return f"The API key was revoked on {self.revoked_at:%Y-%m-%d}."
        if self.expires_at is not None and self.expires_at <= now:
            return f"The API key expired on {self.expires_at:%Y-%m-%d}."
        if not self.owner.is_active:
            return "The account of this API key is closed."
        return ""

    def revoke(self) -> None:
        """It opens nothing from now on; the day it was revoked first stays."""
        if self.revoked_at is None:
            self.revoked_at = timezone.now()
            self.save(update_fields=["revoked_at"])


class CreditsOfDay(models.Model):
    """The Plant.id credits one key has taken on one day (UTC): reserved and settled (budgets.py).

    A count of its own, since deleting an identification gives no credits back.
    """

    api_key = models.ForeignKey(ApiKey, on_delete=models.CASCADE, related_name="credits_by_day")
    day = models.DateField()
    taken = models.FloatField(default=0.0)

    class Meta:
        """One row per key and day."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["api_key", "day"], name="one_count_per_key_and_day"),
        ]

    def __str__(self) -> str:
        """Day and count."""
        return f"{self.day}: {self.taken:g}"


def key_of(auth: Any) -> ApiKey | None:
    """The key that `request.auth` is, None for a session and for nobody."""
    return auth if isinstance(auth, ApiKey) else None
