"""What an operator should look at, said with what to do about it. Pure: it looks at what was read already."""

import datetime as dt
from collections.abc import Iterator
from urllib.parse import urlsplit

from django.conf import settings
from django.http.request import validate_host

from apps.operations.health import Checks
from apps.operations.registry import QUICK, Facts, ToFix, quick, worst_first
from apps.usage.alerts import Allowance, addresses_of
from identification.answer import ProviderName

QUOTA_PERCENT = {95: "warning", 80: "info"}  # of the levels the operator is alerted at; half a day's use is no news
PACE_PERCENT_MIN = 20  # a few calls after midnight foretell nothing
BACKUP_AGE = dt.timedelta(days=8)  # a week, and a day for the one that is late
ROOM_MIN = {
    "error": (200 << 20, 0.01),
    "warning": (2 << 30, 0.05),
}  # bytes and share that are free, at least one of them
SECRET_LENGTH_MIN = 32
LOCAL = {"localhost", "127.0.0.1", "::1", "[::1]"}


def find_what_to_fix(facts: Facts) -> tuple[ToFix, ...]:
    """What the quick checks find, the worst first."""
    return worst_first(found for check in QUICK.values() for found in check(facts))


def judge(facts: Facts) -> Checks:
    """The checks of the health, with one more: whether there are errors for the operator; which ones is for staff."""
    errors = sum(each.severity == "error" for each in find_what_to_fix(facts))
    status = "warn" if errors else "pass"
    return facts.checks | {"to-fix": [{"status": status, "observedValue": errors, "observedUnit": "errors"}]}


def is_public() -> bool:
    """Whether the settings look like those of a server that others reach."""
    names = [urlsplit(settings.PUBLIC_URL).hostname or "localhost", *settings.ALLOWED_HOSTS]
    return any(name not in LOCAL and not name.endswith(".localhost") for name in names)  # RFC 6761, 6.3


@quick("database")
def _of_database(facts: Facts) -> Iterator[ToFix]:
    database = facts.checks["database"][0]
    if database["status"] != "pass":
        yield ToFix(
            severity="error",
            title="The database is not ready",
            text=f"{database['output']}.",
            mend="Look whether DATABASE_URL can be reached, and run `plant-community manage migrate`.",
        )


@quick("store")
def _of_store(facts: Facts) -> Iterator[ToFix]:
    store = facts.checks["store"][0]
    if store["status"] != "pass":
        yield ToFix(
            severity="error",
            title="The shared store does not answer",
            text=f"Since {store['degraded_since']} each process goes on by itself, with a share of what is free.",
            mend="Look whether REDIS_URL can be reached; once it answers, all goes on by itself.",
        )
    if settings.WEB_CONCURRENCY > 1 and not settings.REDIS_URL:
        yield ToFix(
            severity="error",
            title="Many workers without a shared store",
            text=f"{settings.WEB_CONCURRENCY} workers could not share limits, locks and running calls: the server refuses to start.",
            mend="Set REDIS_URL, or WEB_CONCURRENCY to 1.",
        )


@quick("demo")
def _of_demo(_facts: Facts) -> Iterator[ToFix]:
    if settings.DEMO_MODE:
        yield ToFix(
            severity="warning",
            title="Demo mode",
            text="No key is set: a simulator answers, nobody looks at the photos, and every answer says so.",
            mend="Set PLANT_ID_API_KEY or PLANTNET_API_KEY and start the server again.",
        )


@quick("circuits")
def _of_circuits(facts: Facts) -> Iterator[ToFix]:
    for name, each in facts.numbers.items():
        label = ProviderName(name).label
        if each["override"] == "forced_open":
            yield ToFix(
                severity="warning",
                title=f"{label} is held open by an operator",
                text=f"{label} is not asked until somebody takes the order back.",
                mend=f"`plant-community circuits close {name}`, or POST /api/v1/circuits/{name}/close/.",
            )
        if each["paused_for_seconds"] and each["pause_reason"] == "key refused":
            yield ToFix(
                severity="error",
                title=f"{label} refuses the key",
                text=f"{label} is not asked for a while: it did not accept our key.",
                mend=f"Check {name.upper()}_API_KEY, start the server again, and reset the circuit.",
            )


@quick("quota")
def _of_quota(facts: Facts) -> Iterator[ToFix]:
    for each in facts.allowances:
        severity = next((word for level, word in QUOTA_PERCENT.items() if each.percent >= level), None)
        if severity is not None:
            yield ToFix(
                severity=severity,  # type: ignore[arg-type] # QUOTA_PERCENT has these words only
                title=f"{each.percent:.0f} % of today's quota of {each.provider.label} is used",
                text=f"{each.used:g} of {each.limit:g}. When all is used it is not asked until 00:00 UTC.",
                mend="See /admin/usage/dayofuse/ for who uses most; USER_CREDITS_PER_DAY bounds each account.",
            )
        elif each.percent >= PACE_PERCENT_MIN and (end := _end_of(each, facts.now)) is not None:
            yield ToFix(
                severity="warning",
                title=f"Today's quota of {each.provider.label} ends before its day does",
                text=f"{each.used:g} of {each.limit:g} are used. At this pace all are at {end:%H:%M} UTC, the count begins anew at 00:00.",
                mend="See /admin/usage/dayofuse/ for who uses most; USER_CREDITS_PER_DAY bounds each account.",
            )


def _end_of(allowance: Allowance, now: dt.datetime) -> dt.datetime | None:
    """When all is used at the pace of this day; None when that is not today."""
    midnight = dt.datetime.combine(allowance.day, dt.time.min, dt.UTC)
    end = midnight + (now - midnight) * (allowance.limit / allowance.used)
    return end if end < midnight + dt.timedelta(days=1) else None


@quick("alerts")
def _of_alerts(_facts: Facts) -> Iterator[ToFix]:
    if not (settings.DEMO_MODE or settings.OPERATOR_EMAIL or addresses_of(settings.ADMINS)):
        yield ToFix(
            severity="info",
            title="Nobody is told when a quota runs out",
            text="At 50, 80 and 95 % of a provider's day a warning is logged, and mailed to nobody.",
            mend="Set OPERATOR_EMAIL, and EMAIL_HOST for mails that leave this machine.",
        )


@quick("address")
def _of_address(_facts: Facts) -> Iterator[ToFix]:
    if settings.IS_HTTPS and not settings.TRUSTED_PROXY_COUNT:
        yield ToFix(
            severity="warning",
            title="A proxy is there, and is not believed",
            text="PUBLIC_URL is https, which this server does not speak: all users seem to have the proxy's address, and share its limits.",
            mend="Set TRUSTED_PROXY_COUNT to the number of proxies in front of this server.",
        )
    if settings.TRUSTED_PROXY_COUNT and not settings.PUBLIC_URL:
        yield ToFix(
            severity="warning",
            title="X-Forwarded-For is believed, and the address of this server is not known",
            text="Without a proxy in front anybody can pretend any address, and so pass the limits.",
            mend="Set PUBLIC_URL as users see it, or TRUSTED_PROXY_COUNT to 0 where there is no proxy.",
        )
    host = urlsplit(settings.PUBLIC_URL).hostname
    if host and not validate_host(host, settings.ALLOWED_HOSTS):
        yield ToFix(
            severity="error",
            title="The public address is not among the allowed ones",
            text=f"Every request to {host} is refused.",
            mend=f"Add {host} to ALLOWED_HOSTS.",
        )


@quick("settings")
def _of_settings(_facts: Facts) -> Iterator[ToFix]:
    if settings.DEBUG and is_public():
        yield ToFix(
            severity="error",
            title="DEBUG is on, on a server that others reach",
            text="Errors show what is inside, anybody may ask, and the admin opens without a second factor.",
            mend="Set DEBUG to false.",
        )
    if len(settings.SECRET_KEY) < SECRET_LENGTH_MIN:
        yield ToFix(
            severity="error" if is_public() else "warning",
            title="SECRET_KEY is short",
            text=f"It signs cookies and encrypts second factors; it has {len(settings.SECRET_KEY)} characters.",
            mend=f"Set one of {SECRET_LENGTH_MIN} random characters or more, or none: then one is made. Everybody signs in again.",
        )
    if "*" in settings.ALLOWED_HOSTS:
        yield ToFix(
            severity="warning",
            title="Every host name is allowed",
            text="Links in mails can be led to the host of somebody else.",
            mend="Set ALLOWED_HOSTS to the names under which users reach this server.",
        )


@quick("mail")
def _of_mail(_facts: Facts) -> Iterator[ToFix]:
    backend = str(settings.MAILERS["default"]["BACKEND"])
    if backend.endswith("console.EmailBackend") and not settings.DEMO_MODE and not settings.DEBUG:
        yield ToFix(
            severity="warning" if is_public() else "info",
            title="Mails do not leave this machine",
            text="Codes for signing up and for a forgotten password are printed to the log: nobody can make an account.",
            mend="Set EMAIL_HOST and DEFAULT_FROM_EMAIL.",
        )


@quick("web")
def _of_web_app(facts: Facts) -> Iterator[ToFix]:
    if facts.disk is not None and not facts.disk.is_web_built:
        yield ToFix(
            severity="warning",
            title="The web app is not built",
            text="The API is served; browsers get a page that says so.",
            mend="Run `make web`, or set WEB_DIR to a build.",
        )


@quick("disk")
def _of_disk(facts: Facts) -> Iterator[ToFix]:
    if facts.disk is None:
        return
    free, share = facts.disk.bytes_free, facts.disk.bytes_free / max(1, facts.disk.bytes_total)
    for severity, (least, least_share) in ROOM_MIN.items():
        if free < least and share < least_share:
            yield ToFix(
                severity=severity,  # type: ignore[arg-type] # ROOM_MIN has these words only
                title="The disk is nearly full",
                text=f"{free / 1e9:.2f} GB are free. Without room photos and answers that were paid for cannot be stored.",
                mend="Make room, or see `plant-community media check` and PHOTO_RETENTION_DAYS.",
            )
            return


@quick("backup")
def _of_backup(facts: Facts) -> Iterator[ToFix]:
    if facts.disk is None or settings.DEMO_MODE:
        return
    note, severity = facts.disk.backup, "warning" if is_public() else "info"
    mend = "Run `plant-community backup create` each day, and copy the file to another machine."
    if note is None or facts.now - note.finished_at > BACKUP_AGE:
        yield ToFix(
            severity=severity,  # type: ignore[arg-type] # one of the two
            title="There is no backup"
            if note is None
            else f"The last backup is {(facts.now - note.finished_at).days} days old",
            text="What people asked, and what was paid for, is on one disk only.",
            mend=mend,
        )
    elif note.verified_at is None or note.verified_at < note.finished_at:
        yield ToFix(
            severity="info",
            title="Nobody has read the last backup",
            text=f"{note.file} was written, and not compared with its sums.",
            mend=f"Run `plant-community backup verify {note.file}`.",
        )
