"""`plant-community doctor`: a report whatever is broken, in bounded time, and never a paid call."""

import contextlib
import json
import sqlite3
import time

import pytest

REPORT_SECONDS = 45  # of a process that starts on a busy machine; the checks themselves take eight at most


def examine(run, *arguments, **settings):
    """Exit code, and findings by the name of their check."""
    begun = time.monotonic()
    ended = run("doctor", "--json", *arguments, **settings)
    assert time.monotonic() - begun < REPORT_SECONDS
    assert "Traceback" not in ended.stderr
    found = {}
    for each in json.loads(ended.stdout)["to_fix"]:
        found.setdefault(each["check"], []).append((each["severity"], each["title"]))
    return ended.returncode, found


def test_doctor_asks_for_the_keys_and_spends_nothing(run, keys, providers):
    """Both keys are good; nobody was billed."""
    code, found = examine(run, "--only", "keys", **keys)
    assert (code, found) == (0, {})
    assert providers.do(lambda running: (running.billing.calls("plant_id"), running.billing.calls("plantnet"))) == (
        0,
        0,
    )


def test_doctor_tells_a_refused_key_and_a_provider_that_is_away(run, keys):
    """The one is the operator's error, of the other nothing is known."""
    broken = keys | {"PLANT_ID_API_KEY": "unknown", "PLANTNET_BASE_URL": "http://127.0.0.1:1"}
    code, found = examine(run, "--only", "keys", **broken)
    assert (code, found["keys"]) == (
        2, [("error", "Plant.id refuses the key"), ("warning", "Pl@ntNet does not answer")]
    )  # fmt: skip


def test_doctor_tells_that_nothing_is_left_of_the_credits(run, keys):
    """The key is known, and a call made now would be refused."""
    code, found = examine(run, "--only", "keys", **keys | {"PLANT_ID_API_KEY": "no-credits"})
    assert (code, found) == (2, {"keys": [("error", "Plant.id would refuse a call now")]})


@pytest.mark.parametrize(
    ("setting", "check"),
    [
        ({"REDIS_URL": "redis://127.0.0.1:1/0"}, "store-clock"),
        ({"REDIS_URL": "nonsense"}, "settings"),
        ({"DATABASE_URL": "postgres://nobody@127.0.0.1:1/none"}, "database"),
        ({"MEDIA_ROOT": "/proc/nowhere"}, "storage"),
    ],
)
def test_doctor_reports_an_error_with_the_worst_part_broken(run, keys, setting, check):
    """It ends with 2, and names the part."""
    code, found = examine(run, **keys, **setting)
    assert code == 2
    assert found[check][0][0] == "error"


def test_doctor_tells_in_words_and_refuses_a_check_that_nobody_knows(run, keys):
    """A table for people; a misspelt name is no clean bill of health."""
    told = run("doctor", **keys)
    assert told.returncode in {0, 1}
    assert "There is no backup" in told.stdout
    assert run("doctor", "--only", "kees", **keys).returncode == 2


def test_site_of_the_guides_follows_the_public_address_from_the_start(run, serve, keys, tmp_path):
    """Set at the first start; what somebody changed is told, and mended by the next start."""
    public = keys | {"PUBLIC_URL": "http://plants.example.org:8080", "ALLOWED_HOSTS": "plants.example.org,127.0.0.1"}
    assert examine(run, "--only", "site", **public)[1]["site"][0][0] == "warning"
    with serve(**public):
        assert examine(run, "--only", "site", **public) == (0, {})
    with contextlib.closing(sqlite3.connect(tmp_path / "plant-community.sqlite3")) as database, database:
        assert database.execute("select hostname, port from wagtailcore_site").fetchall() == [
            ("plants.example.org", 8080)
        ]
        database.execute("update wagtailcore_site set port = 80")
    assert examine(run, "--only", "site", **public)[0] == 1
    with serve(**public):
        assert examine(run, "--only", "site", **public) == (0, {})
