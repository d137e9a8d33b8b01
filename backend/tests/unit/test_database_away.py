"""A database that cannot be reached: told as what it is, and given up soon (law 3)."""

import os
import subprocess
import sys

import pytest
from django.db import InterfaceError, OperationalError

from plant_community_backend.problems import KINDS, judge

SHOW = "from django.conf import settings; print(settings.DATABASES['default'].get('OPTIONS'))"


@pytest.mark.parametrize("error", [OperationalError("server closed the connection"), InterfaceError("closed")])
def test_database_that_is_away_is_a_problem_to_try_again(error):
    """No fault of this server, and nothing of the error's text, which may name hosts, is told."""
    problem = judge(error)
    assert (problem.code, KINDS[problem.code].status, KINDS[problem.code].retryable) == (
        "database-unavailable",
        503,
        True,
    )
    assert problem.retry_after
    assert str(error) not in problem.detail


def test_postgresql_is_given_up_soon_unless_the_address_says_otherwise(tmp_path):
    """Libpq itself would wait for minutes; what DATABASE_URL says holds."""
    shown = options_of(tmp_path, "postgres://plants@db.example.org/plants?connect_timeout=9")
    assert (shown["connect_timeout"], shown["tcp_user_timeout"]) == (9, 5000)
    assert options_of(tmp_path, "postgres://plants@db.example.org/plants")["connect_timeout"] == 3


def options_of(tmp_path, url):
    """What Django gives to the driver for this address."""
    base = {"DJANGO_SETTINGS_MODULE": "plant_community_backend.settings", "PATH": os.environ["PATH"]}
    environment = base | {"DATA_DIR": str(tmp_path), "DATABASE_URL": url}
    ended = subprocess.run([sys.executable, "-c", SHOW], env=environment, capture_output=True, text=True, check=True)
    return eval(ended.stdout)  # noqa: S307 - a dictionary that we printed
