"""Settings come from the environment; a bad value stops the start with its name."""

import os
import subprocess
import sys

import pytest

SHOW = "from django.conf import settings; print(getattr(settings, {name!r}))"


def start(tmp_path, code, **environment):
    """Python with our settings and this environment."""
    base = {
        "DATA_DIR": str(tmp_path),
        "DJANGO_SETTINGS_MODULE": "plant_community_backend.settings",
        "PATH": os.environ["PATH"],
    }
    return subprocess.run(
        [sys.executable, "-c", code], env=base | environment, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DEBUG", "perhaps"),
        ("PORT", "0"),
        ("WEB_CONCURRENCY", "many"),
        ("PLANT_ID_TIMEOUT_SECONDS", "-1"),
        ("PLANT_ID_TIMEOUT_SECONDS", "nan"),
        ("PLANTNET_TIMEOUT_SECONDS", "inf"),
        ("IDENTIFY_DEADLINE_SECONDS", "nan"),
        ("TRUSTED_PROXY_COUNT", "-1"),
        ("METRICS_ALLOWED_NETWORKS", "10.0.0.1/8"),
        ("IDENTIFY_RATE_ANONYMOUS", "10"),
        ("IDENTIFY_RATE_AUTHENTICATED", "0/hour"),
        ("IDENTIFY_BURST_ANONYMOUS", "5/fortnight"),
        ("IDENTIFY_BURST_AUTHENTICATED", "20/minute;100/hour"),
        ("API_RATE", "many"),
        ("IDENTIFY_ANONYMOUS_PER_DAY", "-1"),
        ("PLANT_ID_BASE_URL", "not an address"),
        ("PLANTNET_BASE_URL", "ftp://example.org"),
        ("PLANT_ID_CIRCUIT_FAIL_MAX", "0"),
        ("PLANT_ID_CIRCUIT_RESET_TIMEOUT", "-60"),
        ("PLANTNET_CIRCUIT_RESET_TIMEOUT", "nan"),
        ("PLANTNET_CIRCUIT_SUCCESS_THRESHOLD", "half"),
        ("PLANT_ID_CIRCUIT_FAILURE_RATE", "1.5"),
        ("PLANTNET_CIRCUIT_SLOW_RATE", "nan"),
        ("PLANTNET_CIRCUIT_MINIMUM_CALLS", "2.5"),
        ("PLANT_ID_CIRCUIT_PROBE_LEASE", "400"),  # longer than all probing may take
        ("PLANTNET_DAILY_QUOTA", "-1"),
        ("PLANT_ID_CREDITS_PER_DAY", "nan"),
        ("PLANTNET_MAX_IN_FLIGHT", "0"),
        ("CACHE_LOCK_EXPIRE", "0"),
        ("CACHE_LOCK_TIMEOUT", "nan"),
        ("CACHE_LOCK_BLOCKING", "sometimes"),
        ("MEDIA_S3_ENDPOINT", "https://s3.example.org"),  # these five without a bucket
        ("MEDIA_S3_REGION", "eu-central-1"),
        ("MEDIA_S3_PREFIX", "plants"),
        ("MEDIA_S3_ACCESS_KEY_ID", "plants"),
        ("MEDIA_S3_SECRET_ACCESS_KEY", "key"),
        ("MEDIA_S3_BUCKET", "photos"),  # and a bucket that is nowhere
        ("CACHE_LOCK_AUTO_RENEWAL", "false"),  # with a lease shorter than a call each call would be paid twice
    ],
)
def test_settings_bad_value_stops_the_start_with_its_name(tmp_path, name, value):
    """The operator learns which setting is wrong."""
    ended = start(tmp_path, "from django.conf import settings; settings.DEBUG", **{name: value})
    assert ended.returncode != 0
    assert name in ended.stderr.splitlines()[-1]


def test_settings_secret_from_file_is_read_and_not_shown(tmp_path):
    """Every secret can come from a file, and no repr shows it (law 13)."""
    secret = tmp_path / "key"
    secret.write_text("sesame-1234567890\n")
    ended = start(tmp_path, SHOW.format(name="PLANT_ID"), PLANT_ID_API_KEY_FILE=str(secret))
    assert ended.returncode == 0, ended.stderr
    assert "sesame" not in ended.stdout
    shown = start(
        tmp_path, "from django.conf import settings; print(settings.PLANT_ID.key)", PLANT_ID_API_KEY_FILE=str(secret)
    )
    assert shown.stdout.strip() == "sesame-1234567890"


def test_settings_without_keys_are_demo_mode(tmp_path):
    """No keys: the simulator answers."""
    assert start(tmp_path, SHOW.format(name="DEMO_MODE")).stdout.strip() == "True"
    assert start(tmp_path, SHOW.format(name="DEMO_MODE"), PLANTNET_API_KEY="k" * 20).stdout.strip() == "False"


def test_settings_leases_without_renewal_need_to_outlast_a_call(tmp_path):
    """The mission's way of locking is there for who wants it, as long as it pays once (law 1)."""
    allowed = {"CACHE_LOCK_AUTO_RENEWAL": "false", "CACHE_LOCK_EXPIRE": "31"}
    assert start(tmp_path, SHOW.format(name="CACHE_LOCK_EXPIRE"), **allowed).stdout.strip() == "31.0"


def test_settings_each_limit_of_a_circuit_can_be_set(tmp_path):
    """Beside the mission's three: whatever the circuit decides by."""
    given = {"PLANT_ID_CIRCUIT_FAILURE_RATE": "0.4", "PLANT_ID_CIRCUIT_WINDOW": "30"}
    shown = start(tmp_path, SHOW.format(name="CIRCUIT_LIMITS"), **given).stdout.strip()
    assert shown == str({"PLANT_ID": {"window": 30.0, "failure_rate": 0.4}, "PLANTNET": {}})


PRODUCTION = {
    "PUBLIC_URL": "https://plants.example.org",
    "ALLOWED_HOSTS": "plants.example.org",
    "TRUSTED_PROXY_COUNT": "1",
    "EMAIL_HOST": "mail.example.org",
    "SECRET_KEY": "x9" * 40 + "only-for-this-test-and-long-enough",
}


def test_settings_of_production_pass_djangos_deployment_check(tmp_path):
    """`manage check --deploy` has nothing to say."""
    code = "import sys; from plant_community_backend.cli import main; sys.argv[1:] = ['manage', 'check', '--deploy', '--fail-level', 'INFO']; main()"
    ended = start(tmp_path, code, **PRODUCTION)
    assert ended.returncode == 0, ended.stderr
    assert "no issues" in ended.stdout
    assert "WARNING" not in ended.stderr


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SESSION_COOKIE_NAME", "__Host-sessionid"),
        ("CSRF_COOKIE_NAME", "__Host-csrftoken"),
        ("SESSION_COOKIE_SECURE", "True"),
        ("SESSION_COOKIE_HTTPONLY", "True"),
        ("SESSION_COOKIE_SAMESITE", "Lax"),
        ("SECURE_HSTS_SECONDS", "31536000"),
        ("SECURE_SSL_REDIRECT", "True"),
    ],
)
def test_settings_of_production_close_cookies_and_plain_http(tmp_path, name, value):
    """Behind https the cookies have the host prefix, and browsers stay with https."""
    assert start(tmp_path, SHOW.format(name=name), **PRODUCTION).stdout.strip() == value


@pytest.mark.parametrize(
    ("name", "more"),
    [
        ("MEDIA_S3_SECRET_ACCESS_KEY", {"MEDIA_S3_REGION": "eu-central-1", "MEDIA_S3_ACCESS_KEY_ID": "plants"}),
        ("MEDIA_S3_ACCESS_KEY_ID", {"MEDIA_S3_REGION": "eu-central-1", "MEDIA_S3_SECRET_ACCESS_KEY": "key"}),
        ("MEDIA_S3_ENDPOINT", {"MEDIA_S3_ENDPOINT": "s3.example.org:9000"}),
    ],
)
def test_settings_of_half_a_bucket_stop_the_start(tmp_path, name, more):
    """Photos would go where nobody looks for them."""
    ended = start(tmp_path, SHOW.format(name="DEBUG"), MEDIA_S3_BUCKET="photos", **more)
    assert ended.returncode != 0
    assert name in ended.stderr


def test_settings_of_a_bucket_are_read_from_files_and_import_nothing_without(tmp_path):
    """Keys as files; and who has no bucket does not pay for the library."""
    (tmp_path / "key").write_text("from a file\n")
    keys = {"MEDIA_S3_ACCESS_KEY_ID": "plants", "MEDIA_S3_SECRET_ACCESS_KEY_FILE": str(tmp_path / "key")}
    shown = start(tmp_path, SHOW.format(name="STORAGES"), MEDIA_S3_BUCKET="photos", MEDIA_S3_REGION="eu-west-1", **keys)
    assert "from a file" in shown.stdout, shown.stderr
    code = "import django, sys; django.setup(); print(sorted({'boto3', 'botocore', 'storages'} & set(sys.modules)))"
    assert start(tmp_path, code).stdout.strip() == "[]"
