"""A key's credits of a day: reserved before a question is asked, settled when its cost is known."""

import datetime as dt

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from apps.api_keys.models import ApiKey, CreditsOfDay


class CreditsUsedUpError(Exception):
    """The key's credits of this day do not suffice. `wait`: seconds until the next day begins, at 00:00 UTC."""

    def __init__(self, *, limit: float, taken: float, wait: float) -> None:
        super().__init__(f"{taken:g} of {limit:g} credits are used")
        self.limit, self.taken, self.wait = limit, taken, wait


@transaction.atomic
def reserve(api_key_id: int, cost: float, at: dt.datetime) -> None:
    """Take `cost` of the day of `at`. Raises CreditsUsedUpError; of two at the limit the database lets one past."""
    limit = ApiKey.objects.filter(pk=api_key_id).values_list("credits_per_day", flat=True).first()
    count, _ = CreditsOfDay.objects.get_or_create(api_key_id=api_key_id, day=_day(at))
    room = CreditsOfDay.objects.filter(pk=count.pk)
    if limit is not None:
        room = room.filter(taken__lte=limit - cost)
    if not room.update(taken=F("taken") + cost):
        assert limit is not None
        raise CreditsUsedUpError(limit=limit, taken=taken_on(api_key_id, at), wait=seconds_to_tomorrow(at))


def settle(api_key_id: int, *, reserved: float, cost: float, at: dt.datetime) -> None:
    """What was reserved at `at` cost `cost`. To be called once for each reservation; never called, it counts in full."""
    if cost != reserved:
        CreditsOfDay.objects.filter(api_key_id=api_key_id, day=_day(at)).update(taken=F("taken") + (cost - reserved))


def taken_on(api_key_id: int, at: dt.datetime) -> float:
    """What the key has taken on the day of `at`."""
    taken = CreditsOfDay.objects.filter(api_key_id=api_key_id, day=_day(at)).values_list("taken", flat=True).first()
    return taken or 0.0


def taken_today(api_key_id: int) -> float:
    """What the key has taken since 00:00 UTC."""
    return taken_on(api_key_id, timezone.now())


def seconds_to_tomorrow(now: dt.datetime) -> float:
    """Until 00:00 UTC."""
    tomorrow = dt.datetime.combine(_day(now) + dt.timedelta(days=1), dt.time.min, dt.UTC)
    return (tomorrow - now).total_seconds()


def _day(at: dt.datetime) -> dt.date:
    return at.astimezone(dt.UTC).date()
