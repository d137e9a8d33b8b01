"""What the doctor says of settings, quota, disk and backup: each with a severity that fits, and none without a reason."""

import datetime as dt

import pytest

from apps.operations.registry import QUICK, Disk, Facts
from apps.operations.to_fix import find_what_to_fix, judge
from apps.safekeeping.note import BackupNote
from apps.usage.alerts import Allowance
from identification.answer import ProviderName

NOON = dt.datetime(2026, 11, 28, 12, tzinfo=dt.UTC)
FINE = {"database": [{"status": "pass", "output": ""}], "store": [{"status": "pass"}]}
SMTP = {"default": {"BACKEND": "django.core.mail.backends.smtp.EmailBackend"}}


def disk(*, free=500 << 30, total=1000 << 30, built=True, made_days_ago=0.0, verified=True):
    """A disk with room and a backup."""
    made = None if made_days_ago is None else NOON - dt.timedelta(days=made_days_ago)
    note = made and BackupNote(finished_at=made, file="a.zip", verified_at=made if verified else None)
    return Disk(bytes_free=free, bytes_total=total, is_web_built=built, backup=note)


def find(*, checks=FINE, allowances=(), on=None, now=NOON):
    """Severity and check of each finding."""
    facts = Facts(checks=checks, numbers={}, allowances=allowances, disk=on or disk(), now=now)
    return [(each.severity, name) for name, check in QUICK.items() for each in check(facts)]


@pytest.fixture(autouse=True)
def public(settings):
    """A server that others reach, with which nothing is wrong."""
    settings.DEMO_MODE = settings.DEBUG = False
    settings.PUBLIC_URL, settings.IS_HTTPS, settings.TRUSTED_PROXY_COUNT = "https://plants.example.org", True, 1
    settings.ALLOWED_HOSTS = ["plants.example.org"]
    settings.SECRET_KEY, settings.OPERATOR_EMAIL, settings.MAILERS = "k" * 64, ["a@example.org"], SMTP
    return settings


def test_a_sound_server_has_nothing_to_fix():
    """No check cries wolf."""
    assert find() == []


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"WEB_CONCURRENCY": 3}, ("error", "store")),
        ({"TRUSTED_PROXY_COUNT": 0}, ("warning", "address")),
        ({"ALLOWED_HOSTS": ["other.example.org"]}, ("error", "address")),
        ({"ALLOWED_HOSTS": ["*"]}, ("warning", "settings")),
        ({"DEBUG": True}, ("error", "settings")),
        ({"SECRET_KEY": "short"}, ("error", "settings")),
        ({"OPERATOR_EMAIL": []}, ("info", "alerts")),
        ({"MAILERS": {"default": {"BACKEND": "django.core.mail.backends.console.EmailBackend"}}}, ("warning", "mail")),
    ],
)
def test_each_weak_setting_is_told_once(public, changed, expected):
    """With a severity that fits a server that others reach."""
    for name, value in changed.items():
        setattr(public, name, value)
    assert find() == [expected]


def test_a_server_at_home_is_judged_more_gently(public):
    """What would be an error in public is none on one's own machine."""
    public.PUBLIC_URL, public.IS_HTTPS, public.TRUSTED_PROXY_COUNT = "", False, 0
    public.ALLOWED_HOSTS, public.DEBUG, public.SECRET_KEY = (
        ["localhost", "127.0.0.1", "plants.localhost"],
        True,
        "short",
    )
    assert find(on=disk(made_days_ago=None)) == [("warning", "settings"), ("info", "backup")]


@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        (disk(built=False), [("warning", "web")]),
        (disk(free=100 << 20), [("error", "disk")]),
        (disk(free=1 << 30, total=100 << 30), [("warning", "disk")]),
        (disk(free=1 << 30, total=4 << 30), []),
        (disk(made_days_ago=None), [("warning", "backup")]),
        (disk(made_days_ago=9), [("warning", "backup")]),
        (disk(made_days_ago=7), []),
        (disk(verified=False), [("info", "backup")]),
    ],
)
def test_folders_and_backups(seen, expected):
    """Little room, no web app, no backup, an old one, one that nobody read."""
    assert find(on=seen) == expected


@pytest.mark.parametrize(
    ("used", "hour", "expected"),
    [
        (300, 12, [("warning", "quota")]),  # at this pace 600 of 500
        (249, 12, []),
        (60, 1, []),  # too early to tell
        (410, 23, [("info", "quota")]),
        (480, 12, [("warning", "quota")]),
    ],
)
def test_a_quota_that_will_not_last_is_told_before_it_is_used_up(used, hour, expected):
    """At the pace of this day, once there is one."""
    allowance = Allowance(ProviderName.PLANTNET, NOON.date(), used, 500.0)
    assert find(allowances=[allowance], now=NOON.replace(hour=hour)) == expected


def test_the_health_tells_strangers_that_there_are_errors_and_not_which(public):
    """A warning of the health; what to mend is for staff."""
    public.SECRET_KEY = "short"
    facts = Facts(checks=FINE, numbers={}, disk=disk(), now=NOON)
    assert judge(facts)["to-fix"] == [{"status": "warn", "observedValue": 1, "observedUnit": "errors"}]
    assert [each.severity for each in find_what_to_fix(facts)] == ["error"]
