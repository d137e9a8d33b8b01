"""How often one caller may ask. A caller is an account with all its devices and API keys, else the client's address.

All limits of a request are decided together by one short script of the store (resilience/stores/lua/take.lua), so
exactly as many are admitted as a limit says, over any number of processes, and a refused request costs nothing in any
of them. The package `limits` reads the rates ("10/hour"); its own strategies decide one limit at a time and cannot give
one back, so that a request refused by its second limit would have cost its first (benchmarks/rate_limits.py).

An identification that asked no provider, because its answer is kept or nobody may be asked, is given back to the
limits that stand for money; the burst limit, which stands for work, keeps it.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import structlog
from asgiref.sync import async_to_sync
from django.conf import settings
from django.http import HttpRequest
from limits import RateLimitItem, parse_many
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from apps.plant_identification.permissions import is_signed_in
from apps.plant_identification.wiring import get_services
from plant_community_backend.client_address import address_digest
from plant_community_backend.problems import Problem
from resilience.rates import Limit, Taken

API, BURST, IDENTIFY, KEY, EVERYBODY = "api", "identify-burst", "identify", "identify-key", "identify-anonymous-day"
MONEY = {IDENTIFY, KEY, EVERYBODY}  # given back when no provider was asked
ANONYMOUS = "anonymous"  # the group of all who have no account: they share a budget, which is on one node of a cluster
DAY_SECONDS = 86_400.0
WORDS = {
    API: "This client asks more often than this server allows.",
    BURST: "Too many identifications at once.",
    IDENTIFY: "The identifications of this client are used up for now.",
    KEY: "The identifications of this API key are used up for now.",
    EVERYBODY: "The identifications this server gives to visitors without an account are used up for today.",
}
HINTS = {
    IDENTIFY: "With an account you may ask more often: sign up at /accounts/ or through /api/v1/auth/.",
    EVERYBODY: "With an account you can go on: sign up at /accounts/ or through /api/v1/auth/.",
}
log = structlog.get_logger("plant_community.rates")


@dataclass(frozen=True, slots=True)
class Caller:
    """Who is counted. `name` holds no address in clear."""

    name: str
    signed_in: bool
    key: str = ""  # the name of an API key that has a rate of its own
    rate: str = ""

    @property
    def group(self) -> str:
        """Whose limits are decided together."""
        return self.name if self.signed_in else ANONYMOUS


def caller_of(request: Request) -> Caller:
    """Who sends this request. An API key says its `caller` and, where it has one of its own, its `rate_limit`."""
    if not is_signed_in(request):
        return caller_at(request._request)  # noqa: SLF001 - DRF offers no other way to the request itself
    kind = "sandbox" if getattr(request.auth, "is_test", False) else "user"  # trying out costs nothing of the account
    name, rate = f"{kind}:{request.user.pk}", getattr(request.auth, "rate_limit", "")
    if not rate:
        return Caller(name, signed_in=True)
    return Caller(name, signed_in=True, key=f"key:{request.auth.caller}", rate=rate)  # type: ignore[union-attr] # an API key: nothing else has a rate


def caller_at(request: HttpRequest) -> Caller:
    """Whoever is at this request's address."""
    return Caller(f"address:{address_digest(request)}", signed_in=False)


@cache
def read_rate(rate: str) -> RateLimitItem:
    """The one limit in a text such as "10/hour" or "5 per 2 minutes". Raises ValueError."""
    items = parse_many(rate)
    if len(items) != 1 or items[0].amount < 1:
        message = f"{rate!r} is not one rate such as 10/hour"
        raise ValueError(message)
    return items[0]


def limit(name: str, rate: str, *owner: str) -> Limit:
    """The limit of this name for its owner, or for everybody."""
    item = read_rate(rate)
    return Limit(key=":".join((*owner, name)), amount=item.amount, seconds=float(item.get_expiry()))


def name_of(counted: Limit) -> str:
    """The name a client knows this limit by."""
    return counted.key.rpartition(":")[2]


def api_limits(caller: Caller) -> tuple[Limit, ...]:
    """What holds for every route but identification."""
    return (limit(API, settings.API_RATE, caller.name),)


def identify_limits(caller: Caller) -> tuple[Limit, ...]:
    """What holds for asking: at once, in an hour, and in production for all visitors together."""
    if caller.signed_in:
        return account_limits(caller)
    own = (
        limit(BURST, settings.IDENTIFY_BURST_ANONYMOUS, caller.name),
        limit(IDENTIFY, settings.IDENTIFY_RATE_ANONYMOUS, caller.name),
    )
    if settings.DEBUG or not settings.IDENTIFY_ANONYMOUS_PER_DAY:  # without a budget the permission has refused already
        return own
    return (*own, Limit(key=EVERYBODY, amount=settings.IDENTIFY_ANONYMOUS_PER_DAY, seconds=DAY_SECONDS))


def account_limits(caller: Caller) -> tuple[Limit, ...]:
    """What an account may, with all its keys: many keys are no way around it.

    A key's own rate holds besides; only where it is above the account's, which an operator alone can set, in its place.
    """
    account = limit(IDENTIFY, settings.IDENTIFY_RATE_AUTHENTICATED, caller.name)
    burst = settings.IDENTIFY_BURST_AUTHENTICATED
    if not caller.rate:
        return (limit(BURST, burst, caller.name), account)
    own = limit(KEY, caller.rate, caller.key)
    if own.amount * account.seconds > account.amount * own.seconds:
        return (limit(BURST, burst, caller.key), own)
    return (limit(BURST, burst, caller.name), account, own)


async def charge(request: HttpRequest, caller: Caller, limits: Sequence[Limit]) -> Taken:
    """Count the request; what came of it stays with the request, for the headers of its answer. Raises Problem, 429."""
    taken = await get_services().rates.take(caller.group, limits)
    request.rates = taken  # type: ignore[attr-defined]
    if not taken.admitted:
        raise too_many(taken, caller)
    return taken


async def give_back_money(request: HttpRequest) -> None:
    """No provider was asked: only the burst limit keeps this request."""
    taken: Taken | None = getattr(request, "rates", None)
    if taken is None:
        return
    keys = {count.limit.key for count in taken.counts if name_of(count.limit) in MONEY}
    request.rates = await get_services().rates.give_back(taken, keys)  # type: ignore[attr-defined]


def too_many(taken: Taken, caller: Caller) -> Problem:
    """429: which limits, and when the last of them admits a request again."""
    names = [name_of(count.limit) for count in taken.violated]
    log.info("[RATE] refused", caller=caller.name, limits=names)
    hint = "" if caller.signed_in else _first(HINTS, names)
    wait = max(count.wait for count in taken.violated)
    return Problem(
        "too-many-requests", _first(WORDS, names), hint=hint, retry_after=wait, **{"violated-policies": names}
    )


def _first(texts: dict[str, str], names: Collection[str]) -> str:
    """The text of the last limit that has one: the one that lasts longest."""
    return next((texts[name] for name in reversed(list(names)) if name in texts), "")


class ApiThrottle(BaseThrottle):
    """Every route has its limit for each caller."""

    async def admit(self, request: Request, view: Any) -> None:
        """Count the request. Raises Problem, 429, for one too many. Asynchronous views await it."""
        caller = caller_of(request)
        await charge(request._request, caller, self.limits(request, view, caller))  # noqa: SLF001 - as above

    def allow_request(self, request: Request, view: Any) -> bool:
        """True. Raises Problem, 429, for one too many. DRF's own views call it, in a thread."""
        async_to_sync(self.admit)(request, view)
        return True

    def limits(self, request: Request, view: Any, caller: Caller) -> tuple[Limit, ...]:
        """The limits of this request."""
        del request, view
        return api_limits(caller)


class IdentifyThrottle(ApiThrottle):
    """Asking for an identification costs money, so it has limits of its own; OPTIONS and the like have not."""

    def limits(self, request: Request, view: Any, caller: Caller) -> tuple[Limit, ...]:
        """As above."""
        return identify_limits(caller) if request.method == "POST" else super().limits(request, view, caller)
