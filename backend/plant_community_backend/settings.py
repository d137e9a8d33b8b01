"""Every setting, read once from the environment; a bad value stops the start with its name.

Each name can also be given as `NAME_FILE`, the path of a file that holds the value (for secrets). README.md lists them.
"""

import math
from pathlib import Path
from urllib.parse import urlsplit

import dj_database_url
from django.core.exceptions import ImproperlyConfigured
from environs import FileAwareEnv, ValidationError, validate

from apps.plant_identification import constants
from identification.providers.plant_id import PlantIDConfig
from identification.providers.plantnet import PlantNetConfig
from plant_community_backend.logs import logging_config
from plant_community_backend.secret_key import find_or_make_secret_key
from resilience.config import CIRCUIT_RULES, CircuitConfig

env = FileAwareEnv(strip_whitespace=True)


def seconds(value: float) -> None:
    """Refuse what is no time a call could take."""
    if not 0 < value <= SECONDS_MAX:  # NaN too
        message = f"must be seconds, above 0 and at most {SECONDS_MAX}"
        raise ValidationError(message)


SECONDS_MAX = 600


def amount(value: float | None) -> None:
    """Refuse what is no limit of credits or requests."""
    if value is not None and not 0 <= value < math.inf:  # NaN too
        message = "must be a number, 0 or more"
        raise ValidationError(message)


BASE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = Path(env.str("DATA_DIR", str(BASE_DIR.parent / "var"))).resolve()  # database, media, secret key

# --- Django ------------------------------------------------------------------------------------------------------
DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = env.str("SECRET_KEY", "") or find_or_make_secret_key(DATA_DIR / "secret_key")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", ["localhost", "127.0.0.1", "[::1]"])
PUBLIC_URL = env.str("PUBLIC_URL", "").rstrip("/")  # as users see it; empty: taken from each request

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.staticfiles",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "apps.users",
    "apps.plant_identification",
    "apps.operations",
    "apps.pages",
]
MIDDLEWARE = [
    "plant_community_backend.middleware.request_id",
    "plant_community_backend.middleware.Security",
    "plant_community_backend.middleware.ContentSecurityPolicy",
    "plant_community_backend.middleware.Common",
]
ROOT_URLCONF = "plant_community_backend.urls"
ASGI_APPLICATION = "plant_community_backend.asgi.application"
TEMPLATES = [{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}]
AUTH_USER_MODEL = "users.User"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
TIME_ZONE = "UTC"
STATIC_URL = "/static/"
APPEND_SLASH = True

SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
# --- Database ----------------------------------------------------------------------------------------------------
DATABASE_URL = env.str("DATABASE_URL", f"sqlite:///{DATA_DIR / 'plant-community.sqlite3'}")
DATABASES = {"default": dj_database_url.parse(DATABASE_URL, conn_max_age=None, conn_health_checks=True)}
DATABASE_IS_SQLITE = DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3"
if DATABASE_IS_SQLITE:
    DATABASES["default"]["OPTIONS"] = {
        "timeout": 20,  # seconds to wait for another process' write
        "transaction_mode": "IMMEDIATE",  # a transaction that will write takes its turn at its start, not in its middle
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;",
    }
# Threads that talk to the database, each with its own connection. SQLite lets one write at a time anyway.
DATABASE_THREADS = env.int("DATABASE_THREADS", 1 if DATABASE_IS_SQLITE else 6, validate=validate.Range(min=1, max=64))
REDIS_URL = env.str("REDIS_URL", "")

# --- Media -------------------------------------------------------------------------------------------------------
MEDIA_ROOT = Path(env.str("MEDIA_ROOT", str(DATA_DIR / "media")))

# --- Uploads -----------------------------------------------------------------------------------------------------
BODY_BYTES_MAX = 50 * 1024 * 1024  # one request; Pl@ntNet takes no more than that in total either
DATA_UPLOAD_MAX_NUMBER_FIELDS = 40
DATA_UPLOAD_MAX_NUMBER_FILES = 20  # more than are allowed, so that six photos get the message about photos
DATA_UPLOAD_MAX_MEMORY_SIZE = 16 * 1024 * 1024  # a bare image body; photo.py refuses photos above 15 MB

# --- Providers ---------------------------------------------------------------------------------------------------
PLANT_ID_API_KEY = env.str("PLANT_ID_API_KEY", "")
PLANTNET_API_KEY = env.str("PLANTNET_API_KEY", "")
DEMO_MODE = not (
    PLANT_ID_API_KEY or PLANTNET_API_KEY
)  # no keys: the built-in simulator answers, and every answer says so
PLANT_ID = PlantIDConfig(
    url=env.str("PLANT_ID_BASE_URL", "https://api.plant.id/v3"),
    key=PLANT_ID_API_KEY or "demo",
    timeout=env.float("PLANT_ID_TIMEOUT_SECONDS", 30.0, validate=seconds),
)
PLANTNET = PlantNetConfig(
    url=env.str("PLANTNET_BASE_URL", "https://my-api.plantnet.org"),
    key=PLANTNET_API_KEY or "demo",
    timeout=env.float("PLANTNET_TIMEOUT_SECONDS", 20.0, validate=seconds),
    project=env.str("PLANTNET_PROJECT", "all"),
)
count = validate.Range(min=1, max=100_000)
PLANT_ID_CIRCUIT_FAIL_MAX = env.int("PLANT_ID_CIRCUIT_FAIL_MAX", constants.PLANT_ID_CIRCUIT_FAIL_MAX, validate=count)
PLANT_ID_CIRCUIT_RESET_TIMEOUT = env.float("PLANT_ID_CIRCUIT_RESET_TIMEOUT", constants.PLANT_ID_CIRCUIT_RESET_TIMEOUT, validate=seconds)  # fmt: skip
PLANT_ID_CIRCUIT_SUCCESS_THRESHOLD = env.int("PLANT_ID_CIRCUIT_SUCCESS_THRESHOLD", constants.PLANT_ID_CIRCUIT_SUCCESS_THRESHOLD, validate=count)  # fmt: skip
PLANT_ID_MAX_IN_FLIGHT = env.int("PLANT_ID_MAX_IN_FLIGHT", constants.PLANT_ID_MAX_IN_FLIGHT, validate=count)
PLANT_ID_CREDITS_PER_DAY = env.float("PLANT_ID_CREDITS_PER_DAY", None, validate=amount)  # None: no limit of our own
PLANTNET_CIRCUIT_FAIL_MAX = env.int("PLANTNET_CIRCUIT_FAIL_MAX", constants.PLANTNET_CIRCUIT_FAIL_MAX, validate=count)
PLANTNET_CIRCUIT_RESET_TIMEOUT = env.float("PLANTNET_CIRCUIT_RESET_TIMEOUT", constants.PLANTNET_CIRCUIT_RESET_TIMEOUT, validate=seconds)  # fmt: skip
PLANTNET_CIRCUIT_SUCCESS_THRESHOLD = env.int("PLANTNET_CIRCUIT_SUCCESS_THRESHOLD", constants.PLANTNET_CIRCUIT_SUCCESS_THRESHOLD, validate=count)  # fmt: skip
PLANTNET_MAX_IN_FLIGHT = env.int("PLANTNET_MAX_IN_FLIGHT", constants.PLANTNET_MAX_IN_FLIGHT, validate=count)
PLANTNET_DAILY_QUOTA = env.float("PLANTNET_DAILY_QUOTA", constants.PLANTNET_DAILY_QUOTA, validate=amount)
NAMED = ("fail_max", "reset_timeout", "success_threshold")  # limits of a circuit that have settings of their own above
CIRCUIT_LIMITS = {
    prefix: {
        field: value
        for field in CIRCUIT_RULES
        if field not in NAMED and (value := env.float(f"{prefix}_CIRCUIT_{field.upper()}", None)) is not None
    }
    for prefix in ("PLANT_ID", "PLANTNET")
}
for prefix, limits in CIRCUIT_LIMITS.items():  # a wrong one, or two that contradict each other, stop the start here
    named = {field: globals()[f"{prefix}_CIRCUIT_{field.upper()}"] for field in NAMED}
    CircuitConfig.for_calls(
        max(PLANT_ID.timeout, PLANTNET.timeout) + constants.RUN_GRACE_SECONDS,
        setting=f"{prefix}_CIRCUIT",
        **named,
        **limits,
    )
CACHE_LOCK_EXPIRE = env.float("CACHE_LOCK_EXPIRE", constants.CACHE_LOCK_EXPIRE, validate=seconds)
CACHE_LOCK_TIMEOUT = env.float("CACHE_LOCK_TIMEOUT", constants.CACHE_LOCK_TIMEOUT, validate=seconds)
CACHE_LOCK_BLOCKING = env.bool("CACHE_LOCK_BLOCKING", default=constants.CACHE_LOCK_BLOCKING)
CACHE_LOCK_AUTO_RENEWAL = env.bool("CACHE_LOCK_AUTO_RENEWAL", default=constants.CACHE_LOCK_AUTO_RENEWAL)
if not CACHE_LOCK_AUTO_RENEWAL and (longest := max(PLANT_ID.timeout, PLANTNET.timeout)) >= CACHE_LOCK_EXPIRE:
    message = (
        f"CACHE_LOCK_AUTO_RENEWAL=false needs a CACHE_LOCK_EXPIRE above the longest call, {longest:g} seconds: "
        "else a call is made, and paid, twice"
    )
    raise ImproperlyConfigured(message)
DEMO_LATENCY = env.bool("DEMO_LATENCY", default=True)  # the simulator takes as long as the real providers do
IDENTIFY_POLICY = env.str("IDENTIFY_POLICY", "parallel", validate=validate.OneOf(["parallel", "cascade"]))
IDENTIFY_DEADLINE_SECONDS = env.float("IDENTIFY_DEADLINE_SECONDS", 30.0, validate=seconds)

# --- Pages ---------------------------------------------------------------------------------------------------------
# Where candidates' pictures come from: the providers' hosts, and whatever stands in for a provider.
PICTURE_SOURCES = ["https:", *(["http://127.0.0.1:*"] if DEMO_MODE else [])]
PICTURE_SOURCES += [
    urlsplit(url)._replace(path="").geturl() for url in (PLANT_ID.url, PLANTNET.url) if url.startswith("http:")
]
SECURE_CSP = {
    "default-src": ["'none'"],
    "script-src": ["'self'"],
    "style-src": ["'self'"],
    "connect-src": ["'self'"],
    "img-src": ["'self'", "blob:", "data:", *PICTURE_SOURCES],
    "form-action": ["'self'"],
    "base-uri": ["'none'"],
    "frame-ancestors": ["'none'"],
}

# --- API ---------------------------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_VERSIONING_CLASS": "rest_framework.versioning.NamespaceVersioning",
    "DEFAULT_VERSION": "v1",
    "ALLOWED_VERSIONS": ["v1"],
    "VERSION_PARAM": "version",
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_PERMISSION_CLASSES": [],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "plant_community_backend.problems.problem_response",
    "UNAUTHENTICATED_USER": None,
    "URL_FORMAT_OVERRIDE": None,  # ?format= is no field of ours; the Accept header decides
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Plant Community",
    "DESCRIPTION": "A photo goes in, an honest answer comes out: plant identification through Plant.id and Pl@ntNet.",
    "VERSION": "1.0.0",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "POSTPROCESSING_HOOKS": ["plant_community_backend.openapi.add_answer_schemas"],
    "LICENSE": {"name": "MIT"},
}

# --- Start -------------------------------------------------------------------------------------------------------
PORT = env.int("PORT", 8000, validate=validate.Range(min=1, max=65535))
WEB_CONCURRENCY = env.int("WEB_CONCURRENCY", 1, validate=validate.Range(min=1, max=64))
TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXY_COUNT", 0, validate=validate.Range(min=0, max=8))

LOGGING_CONFIG = None  # structlog does it, below, before anything logs
LOGGING = logging_config(debug=DEBUG)
