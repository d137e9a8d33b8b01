"""What is kept of the use of each version: how often each client called it on each day."""

from typing import ClassVar

from django.conf import settings
from django.db import models


class CallerCount(models.Model):
    """The calls of one client to one version of the API on one day (UTC).

    `client` is `user:ID`, `key:PREFIX` of an API key, or `address:DIGEST`, a keyed hash: no address is kept.
    """

    day = models.DateField()
    version = models.CharField(max_length=16)  # v1, v2, ..., or legacy
    client = models.CharField(max_length=80)
    owner = models.ForeignKey(  # whose key or session it was; the count goes with the account
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )
    calls = models.PositiveBigIntegerField(default=0)
    last_call = models.DateTimeField()

    class Meta:
        """One row per day, version and client; the newest and busiest first."""

        ordering: ClassVar[list[str]] = ["-day", "version", "-calls"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["day", "version", "client"], name="one_count_per_caller"),
        ]

    def __str__(self) -> str:
        """Who called what, and how often."""
        return f"{self.day} {self.version} {self.client}: {self.calls}"
