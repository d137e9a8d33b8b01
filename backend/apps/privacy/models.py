"""What is kept of an export while it is made and until it is fetched."""

import datetime as dt
import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone


class Licence(models.TextChoices):
    """Under what the owner wants to give occurrences away; GBIF takes these three (machine-readable by address)."""

    NONE = "", "none given"
    CC0 = "CC0-1.0", "https://creativecommons.org/publicdomain/zero/1.0/"
    BY = "CC-BY-4.0", "https://creativecommons.org/licenses/by/4.0/"
    BY_NC = "CC-BY-NC-4.0", "https://creativecommons.org/licenses/by-nc/4.0/"


class Export(models.Model):
    """All that is kept of one account, as a zip that is made once and deleted after EXPORT_RETENTION_DAYS."""

    class State(models.TextChoices):
        """How far it is."""

        QUEUED = "queued"
        RUNNING = "running"
        READY = "ready"
        FAILED = "failed"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    state = models.CharField(max_length=16, choices=State, default=State.QUEUED)
    licence = models.CharField(max_length=16, choices=Licence, blank=True, default=Licence.NONE)
    done = models.PositiveIntegerField(default=0)  # identifications in it
    total = models.PositiveIntegerField(null=True, blank=True)  # None: not counted yet
    attempts = models.PositiveSmallIntegerField(default=0)  # how often it was begun; again after a crash
    size_bytes = models.PositiveBigIntegerField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    beat_at = models.DateTimeField(null=True, blank=True)  # last sign of life of the process that makes it
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        """One under way for each account."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["owner"], condition=models.Q(state__in=["queued", "running"]), name="one_export_at_a_time"
            )
        ]

    def __str__(self) -> str:
        """State and day."""
        return f"{self.state} {self.created_at:%Y-%m-%d}"

    @property
    def file_name(self) -> str:
        """Where its file lies in the storage; there is one only when it is ready, or a crash left it."""
        return f"exports/{self.pk}.zip"

    @property
    def expires_at(self) -> dt.datetime | None:
        """When it is deleted; None while it is under way."""
        return self.finished_at and self.finished_at + dt.timedelta(days=settings.EXPORT_RETENTION_DAYS)
