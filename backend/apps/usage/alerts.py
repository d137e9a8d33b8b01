"""Tells the operator when half, four fifths and nearly all of a provider's day is used: once in the whole cluster."""

import asyncio
import contextvars
import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

import structlog
from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction

from apps.plant_identification.ledger import read_periods
from apps.plant_identification.wiring import circuit_limits
from apps.usage.models import QuotaAlert
from identification.answer import ProviderName
from plant_community_backend.database import in_database

LEVELS = (50, 80, 95)  # percent
UNITS = {ProviderName.PLANT_ID: "credits", ProviderName.PLANTNET: "requests"}
log = structlog.get_logger("plant_community.quota")


@dataclass(frozen=True, slots=True)
class Allowance:
    """What is used of one provider's day: the larger of our count and its own."""

    provider: ProviderName
    day: dt.date
    used: float
    limit: float

    @property
    def percent(self) -> float:
        """How much that is; of nothing, all is used."""
        return 100 * self.used / self.limit if self.limit else 100.0

    @property
    def sentence(self) -> str:
        """The line of the log, and the subject of the mail."""
        return (
            f"[QUOTA] {self.provider} {self.percent:.0f}% of today's {self.limit:g} {UNITS[self.provider]} used "
            f"({self.used:g})"
        )


def reached(percent: float) -> tuple[int, ...]:
    """The levels that are reached, the highest first."""
    return tuple(level for level in reversed(LEVELS) if percent >= level)


def read_allowances() -> list[Allowance]:
    """Of each provider that has a limit for its day and was asked today."""
    limits = {
        name: quota.limit for name in ProviderName for quota in circuit_limits(name)["quotas"] if quota.window == "day"
    }
    return [
        Allowance(name, dt.date.fromisoformat(day), max(row["used"], row["theirs"] or 0.0), limits[name])
        for row in read_periods()
        for name, (window, _, day) in [(ProviderName(row["provider"]), row["period"].partition(":"))]
        if window == "day" and name in limits
    ]


def find_news() -> list[Allowance]:
    """Those of which the operator does not know yet; from now on it is said that they do."""
    return [allowance for allowance in read_allowances() if _is_news(allowance)]


@transaction.atomic
def _is_news(allowance: Allowance) -> bool:
    """Whether this process is the first to see the highest level it has reached; lower ones are told with it."""
    levels = reached(allowance.percent)
    today = QuotaAlert.objects.filter(provider=allowance.provider, day=allowance.day)
    if not levels or today.filter(level=levels[0]).exists():
        return False
    _, is_first = today.get_or_create(provider=allowance.provider, day=allowance.day, level=levels[0])
    lower = [QuotaAlert(provider=allowance.provider, day=allowance.day, level=level) for level in levels[1:]]
    QuotaAlert.objects.bulk_create(lower, ignore_conflicts=True)
    return is_first


class QuotaAlerts:
    """Looks, logs and sends mails; nobody waits for a mail, and one that cannot be sent is logged."""

    def __init__(self) -> None:
        self._mails: set[asyncio.Task[None]] = set()

    async def look(self) -> None:
        """Tell the operator what is new."""
        try:
            news = await in_database(find_news)
        except Exception:
            log.exception("[QUOTA] the allowances could not be looked at")
            return
        for allowance in news:
            log.warning(allowance.sentence)
            self._send(allowance)

    def _send(self, allowance: Allowance) -> None:
        receivers = [*settings.OPERATOR_EMAIL, *addresses_of(settings.ADMINS)]
        if receivers:
            mail = asyncio.create_task(send(allowance, receivers), name="quota mail", context=contextvars.Context())
            self._mails.add(mail)
            mail.add_done_callback(self._mails.discard)

    async def close(self) -> None:
        """Wait for the mails under way; the mailer has a time-out of its own."""
        await asyncio.gather(*self._mails)


def addresses_of(admins: Iterable[str | tuple[str, str]]) -> list[str]:
    """The addresses in Django's ADMINS: addresses, or pairs of a name and one."""
    return [admin if isinstance(admin, str) else admin[1] for admin in admins]


async def send(allowance: Allowance, receivers: list[str]) -> None:
    """One mail to all of them, from a thread."""
    text = (
        f"{allowance.sentence}.\n\nThe count begins anew at 00:00 UTC. When all is used, {allowance.provider.label} is "
        "not asked any more today; what is kept is still answered.\n\n"
        f"Who uses most: {settings.PUBLIC_URL}/admin/usage/dayofuse/\n"
    )
    mail = EmailMessage(allowance.sentence, text, settings.DEFAULT_FROM_EMAIL, receivers)
    try:
        await asyncio.to_thread(mail.send)
    except Exception:
        log.exception("[QUOTA] the operator's mail was not sent")
