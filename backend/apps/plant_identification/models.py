"""What is kept: identifications with their photos, and every answer a provider was paid for."""

import hashlib
import unicodedata
import uuid
from typing import ClassVar

from django.conf import settings
from django.core.files.storage import Storage, storages
from django.db import models
from django.utils import timezone

from identification.answer import Answer, Level, ProviderName
from identification.question import Organ


def choices(words: type[ProviderName] | type[Level] | type[Organ]) -> list[tuple[str, str]]:
    """The members of an enumeration as Django choices."""
    return [(word.value, word.value) for word in words]


class Asker(models.Model):
    """Abstract: whose it is. A signed-in user, or the holder of a visitor cookie (only its digest is kept)."""

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )
    visitor = models.CharField(max_length=64, blank=True, db_index=True)

    class Meta:
        """Not a table."""

        abstract = True


def visitor_digest(cookie: str) -> str:
    """What is kept of a visitor cookie, so that a stolen database opens nobody's history; "" for no cookie."""
    return hashlib.sha256(cookie.encode()).hexdigest() if cookie else ""


def fold(text: str) -> str:
    """The text as searches compare it: SQLite itself knows no capitals beyond ASCII."""
    return unicodedata.normalize("NFKC", text).casefold()


def names_in(answer: Answer) -> str:
    """Every name of the plant the verdict names, one a line, as `fold` has them; "" where it names none."""
    name = answer.consensus.verdict.name
    if name is None:
        return ""
    found = next((each for each in answer.consensus.suggestions if each.name == name), None)
    more = (*found.also_called, *found.common_names) if found else ()
    return fold("\n".join((name, *more)))[:NAMES_MAX]


NAMES_MAX = 2_000


class ProviderAnswer(models.Model):
    """One answer of one provider, as it was paid for: the durable archive (law 4)."""

    provider = models.CharField(max_length=16, choices=choices(ProviderName))
    reference = models.BigIntegerField(db_index=True)  # our integer, known to Plant.id as custom_id (law 9)
    remote_id = models.CharField(max_length=64, blank=True)  # Plant.id's access token of its own record
    payload = models.JSONField()  # identification.answer.ProviderAnswer
    credits = models.FloatField()  # Plant.id credits or Pl@ntNet requests
    model_version = models.CharField(max_length=100)
    simulated = models.BooleanField()
    key = models.CharField(max_length=100, blank=True, db_index=True)  # of the question (identification.shared)
    fresh_seconds = models.FloatField(null=True, blank=True)  # None: as long as the cache's setting says
    produced_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        """Provider and time."""
        return f"{self.provider} {self.produced_at:%Y-%m-%d %H:%M}"


class IdentificationQuerySet(models.QuerySet["Identification"]):
    """Identifications, narrowed to what one asker may see."""

    def of(self, *, owner_id: int | None, visitor: str) -> "IdentificationQuerySet":
        """Those of this user, or of this visitor digest when nobody is signed in; none for neither (law 12)."""
        if owner_id is not None:
            return self.filter(owner_id=owner_id)
        return self.filter(owner=None, visitor=visitor) if visitor else self.none()

    def seen_by(self, *, test_key: bool) -> "IdentificationQuerySet":
        """Those of the sandbox for a test key, the real ones for everybody else."""
        return self.filter(sandbox=test_key)

    def named(self, text: str) -> "IdentificationQuerySet":
        """Those whose plant has `text` in its accepted name, another scientific name, or a common name."""
        return self.filter(names__contains=fold(text))


class Identification(Asker):
    """One question about one plant, and how it ended.

    Its id is random (122 bits): for a question asked without an account, holding the id is the permission to read it.
    Under an Idempotency-Key it is made of that and of the asker, a visitor by the random cookie (`repeats.py`).
    """

    class Status(models.TextChoices):
        """How far it is."""

        RUNNING = "running"
        COMPLETE = "complete"
        FAILED = "failed"  # no provider answered; `problem` says why

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    status = models.CharField(max_length=16, choices=Status, default=Status.RUNNING)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    completed_at = models.DateTimeField(null=True, blank=True)
    reference = models.BigIntegerField(unique=True)  # ProviderAnswer.reference of its answers
    language = models.CharField(max_length=16)
    latitude = models.FloatField(null=True, blank=True)  # degrees, rounded to 0.1 (law 12)
    longitude = models.FloatField(null=True, blank=True)
    health_asked = models.BooleanField(default=False)
    provider_answers = models.ManyToManyField(ProviderAnswer, related_name="identifications")
    answer = models.JSONField(null=True, blank=True)  # identification.answer.Answer
    problem = models.JSONField(null=True, blank=True)  # code, detail and retry_after of a failed one
    level = models.CharField(max_length=16, blank=True, choices=choices(Level))  # of the verdict, for lists
    name = models.CharField(max_length=200, blank=True)  # of the verdict
    names = models.TextField(blank=True, default="", db_default="")  # what `named` looks in, made by names_in
    api_key = models.ForeignKey("api_keys.ApiKey", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    sandbox = models.BooleanField(default=False)  # asked with a test key: simulated, kept apart, free
    credits = models.FloatField(default=0.0)  # of Plant.id: reserved while it runs, then what it cost
    continues = models.UUIDField(null=True, blank=True)  # the earlier one it stands for
    continued = models.BooleanField(default=False, db_default=False)  # an answered one stands for it

    given: Answer | None = None  # no column: the answer of one that was given and is about to be stored

    objects = IdentificationQuerySet.as_manager()

    class Meta:
        """Newest first, which is how history is read."""

        ordering: ClassVar[list[str]] = ["-created_at", "id"]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["owner", "-created_at"], name="identification_of_owner"),
            models.Index(fields=["visitor", "-created_at"], name="identification_of_visitor"),
            models.Index(fields=["status", "created_at"], name="identification_by_status"),
            models.Index(
                fields=["continues"], condition=models.Q(continues__isnull=False), name="identification_continues"
            ),
        ]

    def __str__(self) -> str:
        """Name, or how far it is."""
        return self.name or self.status


def photo_storage() -> Storage:
    """Where photos lie; a callable, so that migrations do not carry the place."""
    return storages["default"]


def picture_path(picture: "Picture", filename: str) -> str:
    """Where a picture's files lie: a folder of its own."""
    return f"photos/{str(picture.pk)[:2]}/{picture.pk}/{filename}"


class Picture(models.Model):
    """A photo as it was normalised: oriented, scaled, without any metadata of the original (law 12).

    Whoever uploads the same photo again shares the row and its files; they go with the last photo that refers to them.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    digest = models.CharField(max_length=128, db_index=True)  # of the normalised pixels
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    # Both empty until the files lie there, which an answer does not wait for: a photo that cannot be stored has none.
    file = models.FileField(upload_to=picture_path, storage=photo_storage, max_length=200)
    thumbnail = models.FileField(upload_to=picture_path, storage=photo_storage, max_length=200)

    def __str__(self) -> str:
        """Size."""
        return f"{self.width} x {self.height}"


class Photo(models.Model):
    """One photo of one identification."""

    identification = models.ForeignKey(Identification, on_delete=models.CASCADE, related_name="photos")
    position = models.PositiveSmallIntegerField()  # from 0, as uploaded
    organ = models.CharField(max_length=16, choices=choices(Organ))
    raw_digest = models.CharField(
        max_length=128, db_index=True, blank=True
    )  # of the uploaded file: known again undecoded
    picture = models.ForeignKey(Picture, on_delete=models.PROTECT, related_name="photos")

    class Meta:
        """In the order of the upload."""

        ordering: ClassVar[list[str]] = ["position"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["identification", "position"], name="one_photo_per_position"),
        ]

    def __str__(self) -> str:
        """Position and organ."""
        return f"{self.position} {self.organ}"


class Feedback(models.Model):
    """Whether the answer was right, by the one who asked."""

    class WasRight(models.TextChoices):
        """The three things a user can say."""

        YES = "yes"
        ANOTHER = "another"  # another of the suggestions, or a name typed in
        NO = "no"

    identification = models.OneToOneField(Identification, on_delete=models.CASCADE, related_name="feedback")
    was_right = models.CharField(max_length=8, choices=WasRight)
    name = models.CharField(max_length=200, blank=True)  # the right one, where given
    comment = models.CharField(max_length=1000, blank=True)
    given_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        """What was said."""
        return self.was_right


class QuotaPeriod(models.Model):
    """What is taken of a provider's allowance in one period; the last word on quota (law 2)."""

    provider = models.CharField(max_length=16, choices=choices(ProviderName))
    period = models.CharField(max_length=24)  # resilience.quota.period_of, such as day:2026-11-23
    taken = models.FloatField(default=0.0)  # reserved and settled, in the provider's unit
    theirs = models.FloatField(null=True, blank=True)  # what the provider itself has counted
    theirs_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        """One row per provider and period."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["provider", "period"], name="one_count_per_period"),
        ]

    def __str__(self) -> str:
        """Provider, period and count."""
        return f"{self.provider} {self.period}: {self.taken:g}"


class QuotaEntry(models.Model):
    """One call: reserved before it goes out, settled when its cost is known; never settled, it counts as reserved."""

    provider = models.CharField(max_length=16, choices=choices(ProviderName))
    token = models.CharField(max_length=32, unique=True)
    cost = models.FloatField()
    periods = models.JSONField()
    reserved_at = models.DateTimeField(auto_now_add=True, db_index=True)
    settled_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        """Provider and cost."""
        return f"{self.provider} {self.cost:g}"


class UnheardCall(models.Model):
    """A call to Plant.id that may be paid for and whose answer did not come before its identification ended.

    Kept until Plant.id has said what it holds (law 4, law 9).
    """

    identification = models.ForeignKey(Identification, on_delete=models.CASCADE, related_name="+")
    reference = models.BigIntegerField()  # it was asked under this one; asked anew, the identification has another
    key = models.CharField(max_length=100)  # of the question: its place is forgotten by then
    look_at = models.DateTimeField(db_index=True)
    ended_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        """When it is looked for."""
        return f"{self.look_at:%Y-%m-%d %H:%M}"


class FileErasure(models.Model):
    """A file that is to go, kept until it has gone: its row is deleted already, and its bucket may be away (law 12)."""

    name = models.CharField(max_length=200)
    ordered_at = models.DateTimeField(auto_now_add=True)
    attempts = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        """Name."""
        return self.name


class Erasure(models.Model):
    """A provider's own record that is to be deleted, kept until the provider has confirmed it (law 12)."""

    provider = models.CharField(max_length=16, choices=choices(ProviderName))
    remote_id = models.CharField(max_length=64)
    requested_at = models.DateTimeField(auto_now_add=True)
    attempts = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        """Provider and when."""
        return f"{self.provider} since {self.requested_at:%Y-%m-%d}"
