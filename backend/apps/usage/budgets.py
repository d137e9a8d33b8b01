"""The daily budget of an account, in Plant.id credits: reserved before a question is asked, settled when it has ended."""

import datetime as dt

from django.conf import settings
from django.db.models import F

from apps.api_keys.credits import seconds_to_tomorrow
from apps.plant_identification.budgets import BudgetUsedUpError
from apps.plant_identification.models import Identification
from apps.usage.models import AccountDay, AccountLimit

POLICY = "user-credits"  # the name of this budget in `violated-policies`


class AccountBudget:
    """Implements plant_identification.budgets.Budget. Counts also where there is no limit: one may be set at noon."""

    def reserve(self, identification: Identification, cost: float) -> None:
        """Take `cost` of the day in which it was asked. Raises BudgetUsedUpError; of two at the limit one gets past."""
        if identification.owner_id is None:
            return
        day, limit = day_of(identification.created_at), limit_of(identification.owner_id)
        count, _ = AccountDay.objects.get_or_create(user_id=identification.owner_id, day=day)
        room = AccountDay.objects.filter(pk=count.pk)
        if limit is not None:
            room = room.filter(taken__lte=limit - cost)
        if not room.update(taken=F("taken") + cost) and limit is not None:
            wait = seconds_to_tomorrow(identification.created_at)
            raise BudgetUsedUpError(POLICY, limit=limit, taken=taken_on(identification.owner_id, day), wait=wait)

    def settle(self, identification: Identification, *, reserved: float, cost: float) -> None:
        """What took `reserved` cost `cost`."""
        if identification.owner_id is not None and cost != reserved:
            count = AccountDay.objects.filter(user_id=identification.owner_id, day=day_of(identification.created_at))
            count.update(taken=F("taken") + (cost - reserved))


def limit_of(user_id: int) -> float | None:
    """What this account may take in a day: its own limit, else USER_CREDITS_PER_DAY; None for no limit."""
    own = list(AccountLimit.objects.filter(user_id=user_id).values_list("credits_per_day", flat=True))
    default: float | None = settings.USER_CREDITS_PER_DAY
    return own[0] if own else default


def taken_on(user_id: int, day: dt.date) -> float:
    """What the account has taken on that day, reserved and settled."""
    return AccountDay.objects.filter(user_id=user_id, day=day).values_list("taken", flat=True).first() or 0.0


def day_of(at: dt.datetime) -> dt.date:
    """The day (UTC) to which a moment belongs."""
    return at.astimezone(dt.UTC).date()
