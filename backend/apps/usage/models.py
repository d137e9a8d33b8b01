"""What is kept of use: counts of each day, which stay when an identification is deleted, budgets, and told alerts."""

from typing import ClassVar

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models

from apps.plant_identification.models import choices
from identification.answer import ProviderName


class DayOfUse(models.Model):
    """What one caller used on one day (UTC). `caller` is `user:ID`, `key:ID` of an API key, or `anonymous`.

    Of each provider: calls paid for and their credits; credits of calls that failed and may have been billed all the
    same; answers that came from another request's call, from what is kept, or from what is kept too long; and the
    credits which these saved. Plant.id counts credits, Pl@ntNet requests: they are never added up.
    """

    day = models.DateField()
    caller = models.CharField(max_length=80)
    user = models.ForeignKey(  # the account behind it; the counts go with it
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )
    identifications = models.PositiveBigIntegerField(default=0)  # that ended, with an answer or without
    free = models.PositiveBigIntegerField(default=0)  # of these answered without a call of their own
    failed = models.PositiveBigIntegerField(default=0)  # of these without an answer
    refused = models.PositiveBigIntegerField(default=0)  # asked in vain: no provider may be asked, or no budget is left

    plant_id_calls = models.PositiveBigIntegerField(default=0)
    plant_id_credits = models.FloatField(default=0.0)
    plant_id_unsure = models.FloatField(default=0.0)
    plant_id_collapsed = models.PositiveBigIntegerField(default=0)
    plant_id_cached = models.PositiveBigIntegerField(default=0)
    plant_id_stale = models.PositiveBigIntegerField(default=0)
    plant_id_saved = models.FloatField(default=0.0)

    plantnet_calls = models.PositiveBigIntegerField(default=0)
    plantnet_credits = models.FloatField(default=0.0)
    plantnet_unsure = models.FloatField(default=0.0)
    plantnet_collapsed = models.PositiveBigIntegerField(default=0)
    plantnet_cached = models.PositiveBigIntegerField(default=0)
    plantnet_stale = models.PositiveBigIntegerField(default=0)
    plantnet_saved = models.FloatField(default=0.0)

    class Meta:
        """One row per day and caller, newest first."""

        ordering: ClassVar[list[str]] = ["-day", "caller"]
        verbose_name = "use of a day"
        verbose_name_plural = "use by day"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["day", "caller"], name="one_use_per_day_and_caller"),
        ]
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["user", "day"], name="use_of_user")]

    def __str__(self) -> str:
        """Who, and when."""
        return f"{self.day} {self.caller}"


class AccountLimit(models.Model):
    """What one account may use in a day, in the place of USER_CREDITS_PER_DAY."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    credits_per_day = models.FloatField(
        null=True,
        blank=True,
        validators=[MinValueValidator(0.0)],
        help_text="Plant.id credits until 00:00 UTC. Empty: no limit. 0: only what is kept already.",
    )

    class Meta:
        """As the admin calls it."""

        verbose_name = "budget of an account"
        verbose_name_plural = "budgets of accounts"

    def __str__(self) -> str:
        """How much."""
        return "no limit" if self.credits_per_day is None else f"{self.credits_per_day:g} credits a day"


class AccountDay(models.Model):
    """The Plant.id credits one account has taken on one day (UTC): reserved and settled."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    day = models.DateField()
    taken = models.FloatField(default=0.0)

    class Meta:
        """One row per account and day."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["user", "day"], name="one_count_per_account_and_day"),
        ]

    def __str__(self) -> str:
        """Day and count."""
        return f"{self.day}: {self.taken:g}"


class QuotaAlert(models.Model):
    """One alert about a provider's allowance of one day: whoever stores it tells the operator, and nobody else."""

    provider = models.CharField(max_length=16, choices=choices(ProviderName))
    day = models.DateField()
    level = models.PositiveSmallIntegerField()  # percent
    told_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        """Once for each level."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["provider", "day", "level"], name="one_alert_per_level"),
        ]

    def __str__(self) -> str:
        """Which."""
        return f"{self.provider} {self.day} {self.level}%"
