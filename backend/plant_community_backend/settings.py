"""Every setting, read once from the environment; a bad value stops the start with its name.

Each name can also be given as `NAME_FILE`, the path of a file that holds the value (for secrets). docs/guides/configuration.md
lists them, with words from settings_words.py: `make settings`.

Long on purpose: Django reads one module, and whoever looks for a setting looks in one place.
"""

import datetime as dt
import ipaddress
import math
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import available_timezones

import dj_database_url
from django.core.exceptions import ImproperlyConfigured
from environs import FileAwareEnv, ValidationError, validate
from limits import parse_many

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


def rate(value: str) -> None:
    """Refuse what is not one rate, such as 10/hour."""
    try:
        items = parse_many(value)
    except ValueError:
        items = []
    if len(items) != 1 or items[0].amount < 1:
        message = "must be one rate, such as 10/hour, 5/minute or 100 per 2 days"
        raise ValidationError(message)


def network(text: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network:
    """The network in a text such as 10.0.0.0/8; one address is a network, too."""
    try:
        return ipaddress.ip_network(text.strip())
    except ValueError as error:
        message = f"METRICS_ALLOWED_NETWORKS: {error}"
        raise ImproperlyConfigured(message) from error


def refuse_half_a_bucket(*, bucket: str, endpoint: str, region: str, **more: str) -> None:
    """Settings of a bucket that do not fit together stop the start: photos would go where nobody looks for them."""
    given = {"endpoint": endpoint, "region": region} | more
    message = ""
    if not bucket and (left := next((name for name, value in given.items() if value), None)):
        message = f"MEDIA_S3_{left.upper()} is set, and MEDIA_S3_BUCKET is not"
    elif bool(more["access_key_id"]) != bool(more["secret_access_key"]):
        message = "MEDIA_S3_ACCESS_KEY_ID and MEDIA_S3_SECRET_ACCESS_KEY need each other"
    elif endpoint and not (urlsplit(endpoint).scheme in {"http", "https"} and urlsplit(endpoint).hostname):
        message = "MEDIA_S3_ENDPOINT must be an address, such as https://s3.example.org"
    elif bucket and not (endpoint or region):
        message = "MEDIA_S3_BUCKET needs MEDIA_S3_REGION at Amazon, or the MEDIA_S3_ENDPOINT of another server"
    if message:
        raise ImproperlyConfigured(message)


def has_opentelemetry() -> bool:
    """Whether the extra `otel` is installed, all of it."""
    try:
        return find_spec("opentelemetry.exporter.otlp.proto.http") is not None
    except ModuleNotFoundError:  # not even what it is a part of
        return False


PRIVATE_NETWORKS = ["127.0.0.0/8", "::1/128", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"]
BASE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = Path(env.str("DATA_DIR", str(BASE_DIR.parent / "var"))).resolve()  # database, media, secret key

# --- Django ------------------------------------------------------------------------------------------------------
DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = env.str("SECRET_KEY", "") or find_or_make_secret_key(DATA_DIR / "secret_key")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", ["localhost", "127.0.0.1", "[::1]"])
PUBLIC_URL = env.str("PUBLIC_URL", "").rstrip("/")  # as users see it; empty: taken from each request
PORT = env.int("PORT", 8000, validate=validate.Range(min=1, max=65535))

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",  # dates on the page of devices
    "django.contrib.postgres",  # Wagtail's search, when the database is PostgreSQL: `manage` refuses to do anything without
    "django.contrib.staticfiles",
    "apps.users",  # before allauth, whose templates it replaces
    "allauth",
    "allauth.account",
    "allauth.headless",
    "allauth.mfa",
    "allauth.usersessions",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.google",
    "allauth.socialaccount.providers.github",
    "allauth.socialaccount.providers.apple",
    "apps.care_guides",  # before Wagtail, some of whose templates it replaces
    "wagtail.users",
    "wagtail.sites",
    "wagtail.images",
    "wagtail.documents",  # its admin does not open without; none has an address here
    "wagtail.search",
    "wagtail.admin",
    "wagtail",
    "modelcluster",
    "taggit",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "apps.api_keys",
    "apps.plant_identification",
    "apps.usage",
    "apps.api_versions",
    "apps.privacy",
    "apps.operations",
    "apps.metrics",
    "apps.pages",
]
# --- Traces ------------------------------------------------------------------------------------------------------
# OpenTelemetry's own names; what stands not here (OTEL_SERVICE_NAME, OTEL_TRACES_SAMPLER, ...) its library reads itself.
OTEL_ENDPOINT = env.str("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "")
if not OTEL_ENDPOINT and (collector := env.str("OTEL_EXPORTER_OTLP_ENDPOINT", "")):
    OTEL_ENDPOINT = f"{collector.rstrip('/')}/v1/traces"
OTEL_HEADERS = env.str("OTEL_EXPORTER_OTLP_HEADERS", "")  # may hold a token
OTEL_TIMEOUT_SECONDS = env.float("OTEL_EXPORTER_OTLP_TIMEOUT", 3.0, validate=seconds)
env.str("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf", validate=validate.OneOf(["http/protobuf"]))
TRACES = bool(OTEL_ENDPOINT) and not env.bool("OTEL_SDK_DISABLED", default=False)
if TRACES and urlsplit(OTEL_ENDPOINT).scheme not in {"http", "https"}:
    message = "OTEL_EXPORTER_OTLP_ENDPOINT must be an address such as http://collector:4318"
    raise ImproperlyConfigured(message)
if TRACES and not has_opentelemetry():
    message = "OTEL_EXPORTER_OTLP_ENDPOINT needs the extra: install plant-community-backend[otel]"
    raise ImproperlyConfigured(message)
MIDDLEWARE = [
    *(["apps.tracing.middleware.traces"] if TRACES else []),  # first, so that every log line has the trace's id
    "plant_community_backend.middleware.request_id",
    "apps.metrics.middleware.metrics",
    "plant_community_backend.addresses.never_html",
    "apps.api_versions.middleware.count_callers",
    "apps.api_versions.middleware.legacy_api",
    "apps.plant_identification.api.rate_fields.rate_limits",
    "plant_community_backend.middleware.Security",
    "plant_community_backend.middleware.ContentSecurityPolicy",
    "plant_community_backend.middleware.Sessions",
    "plant_community_backend.middleware.Common",
    "plant_community_backend.middleware.Csrf",
    "plant_community_backend.middleware.Authentication",
    "plant_community_backend.middleware.Messages",
    "allauth.account.middleware.AccountMiddleware",
    "apps.users.middleware.auth_problems",
    "apps.users.middleware.staff_with_second_factor",
    "apps.care_guides.middleware.cms_policy",
]
ROOT_URLCONF = "plant_community_backend.urls"
ASGI_APPLICATION = "plant_community_backend.asgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",  # allauth and Wagtail
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
TIME_ZONE = "UTC"
STATIC_URL = "/static/"
WEB_DIR = Path(env.str("WEB_DIR", str(BASE_DIR.parent / "web" / "dist")))  # the built web app (make web)
APPEND_SLASH = True

IS_HTTPS = PUBLIC_URL.startswith("https://")
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXY_COUNT", 0, validate=validate.Range(min=0, max=8))
ALLAUTH_TRUSTED_PROXY_COUNT = TRUSTED_PROXY_COUNT
METRICS_ALLOWED_NETWORKS = [  # who may read /metrics: this machine and private networks; empty: nobody
    network(each) for each in env.list("METRICS_ALLOWED_NETWORKS", PRIVATE_NETWORKS) if each.strip()
]
if IS_HTTPS:
    SECURE_HSTS_SECONDS = 365 * 24 * 3600
    SECURE_HSTS_INCLUDE_SUBDOMAINS = env.bool("HSTS_SUBDOMAINS", default=False)  # other hosts may not be ready for it
    SECURE_HSTS_PRELOAD = env.bool("HSTS_PRELOAD", default=False)
if IS_HTTPS and TRUSTED_PROXY_COUNT:  # this server speaks HTTP; the proxy in front of it says what the user spoke
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_SSL_REDIRECT = True
    SECURE_REDIRECT_EXEMPT = ["^livez$", "^readyz$"]  # asked from inside; /metrics is answered before
SILENCED_SYSTEM_CHECKS = [
    "security.W001",  # middleware.Security, .ContentSecurityPolicy and .Csrf are Django's own, run without threads
    "security.W003",
    "security.W002",  # X-Frame-Options: SECURE_CSP has frame-ancestors, which every browser of today reads
    "security.W005",  # HSTS for other hosts of the domain, and for ever: the operator's to say, not ours
    "security.W021",
]
PERMISSIONS_POLICY = "camera=(self), geolocation=(self), microphone=(), payment=(), usb=(), browsing-topics=()"
# --- Accounts ------------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "users.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
PASSWORD_LENGTH_MIN = env.int("PASSWORD_LENGTH_MIN", 15, validate=validate.Range(min=8, max=64))
# NIST SP 800-63B-4, 3.1.1.2: length, a list of known passwords, nothing about digits and capitals.
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": PASSWORD_LENGTH_MIN},
    },
    {"NAME": "apps.users.passwords.MaximumLengthValidator"},
    {"NAME": "apps.users.passwords.KnownPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = IS_HTTPS
if IS_HTTPS:  # the prefix makes browsers refuse these from another host of the domain, and without TLS
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-sessionid", "__Host-csrftoken"
    CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]
CSRF_FAILURE_VIEW = "plant_community_backend.problems.csrf_failed"
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "apps.users.adapters.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True  # a code works in every client, also where the mail is read elsewhere
ACCOUNT_PASSWORD_RESET_BY_CODE_ENABLED = True
ACCOUNT_PREVENT_ENUMERATION = True  # sign-up and reset answer alike for known and unknown addresses
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if IS_HTTPS else "http"
HEADLESS_CLIENTS = ("app", "browser")
MFA_ADAPTER = "apps.users.adapters.MFAAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", "webauthn"]
MFA_PASSKEY_LOGIN_ENABLED = MFA_PASSKEY_SIGNUP_ENABLED = True
MFA_TOTP_TOLERANCE = 1  # a code of the step before or after: clocks differ (RFC 6238, 5.2)
MFA_TOTP_ISSUER = "Plant Community"
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = DEBUG  # http://localhost
SOCIALACCOUNT_PROVIDERS = {
    name: {"APPS": [{"client_id": client_id, "secret": env.str(f"{name.upper()}_CLIENT_SECRET", "")} | more]}
    for name, more in {
        "google": {},
        "github": {},
        "apple": {
            "key": env.str("APPLE_TEAM_ID", ""),
            "settings": {"certificate_key": env.str("APPLE_PRIVATE_KEY", "")},
        },
    }.items()
    if (client_id := env.str(f"{name.upper()}_CLIENT_ID", ""))
}
SIGN_IN_HOSTS = {
    "google": "https://accounts.google.com",
    "github": "https://github.com",
    "apple": "https://appleid.apple.com",
}
# Counts tries of signing in, for all processes; the database, since signing in needs it anyway.
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "attempts", "KEY_PREFIX": "v1"},
    "renditions": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"},  # pictures of guides: a query finds them
}

# --- Mail ----------------------------------------------------------------------------------------------------------
if mail_host := env.str("EMAIL_HOST", ""):
    MAILERS = {
        "default": {
            "BACKEND": "django.core.mail.backends.smtp.EmailBackend",
            "OPTIONS": {
                "host": mail_host,
                "port": env.int("EMAIL_PORT", 587, validate=validate.Range(min=1, max=65535)),
                "username": env.str("EMAIL_HOST_USER", ""),
                "password": env.str("EMAIL_HOST_PASSWORD", ""),
                "use_tls": env.bool("EMAIL_USE_TLS", default=True),
                "timeout": 10,
            },
        }
    }
else:  # mails go to standard output
    MAILERS = {"default": {"BACKEND": "django.core.mail.backends.console.EmailBackend"}}
OPERATOR_EMAIL: list[str] = env.list("OPERATOR_EMAIL", [])  # who is told that a provider's day is nearly used up
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.str("DEFAULT_FROM_EMAIL", "Plant Community <plants@localhost>")

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
else:  # libpq's own wait is without an end: a database behind a broken switch would hold every request past its deadline
    DATABASES["default"]["OPTIONS"] = {
        "connect_timeout": 3,  # seconds
        "tcp_user_timeout": 5000,  # milliseconds until what was sent has to be acknowledged
        "keepalives_idle": 5,  # seconds of silence before the other side is asked whether it is there
        "keepalives_interval": 2,
        "keepalives_count": 2,
    } | DATABASES["default"].get("OPTIONS", {})  # what DATABASE_URL says holds
# Threads that talk to the database, each with its own connection. SQLite lets one write at a time anyway.
DATABASE_THREADS = env.int("DATABASE_THREADS", 1 if DATABASE_IS_SQLITE else 6, validate=validate.Range(min=1, max=64))
REDIS_URL = env.str("REDIS_URL", "")

# --- Media -------------------------------------------------------------------------------------------------------
MEDIA_ROOT = Path(env.str("MEDIA_ROOT", str(DATA_DIR / "media")))
MEDIA_S3_BUCKET = env.str("MEDIA_S3_BUCKET", "")
MEDIA_S3_PREFIX = env.str("MEDIA_S3_PREFIX", "").strip("/")
MEDIA_S3_ENDPOINT = env.str("MEDIA_S3_ENDPOINT", "").rstrip("/")
MEDIA_S3_REGION = env.str("MEDIA_S3_REGION", "")
MEDIA_S3_ACCESS_KEY_ID = env.str("MEDIA_S3_ACCESS_KEY_ID", "")
MEDIA_S3_SECRET_ACCESS_KEY = env.str("MEDIA_S3_SECRET_ACCESS_KEY", "")
refuse_half_a_bucket(
    bucket=MEDIA_S3_BUCKET,
    prefix=MEDIA_S3_PREFIX,
    endpoint=MEDIA_S3_ENDPOINT,
    region=MEDIA_S3_REGION,
    access_key_id=MEDIA_S3_ACCESS_KEY_ID,
    secret_access_key=MEDIA_S3_SECRET_ACCESS_KEY,
)
STORAGES: dict[str, dict[str, Any]] = {
    "default": {"BACKEND": "plant_community_backend.media.FolderMedia"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    "guide_pictures": {  # in a folder of their own: they are public, photos are not
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": MEDIA_ROOT / "guides", "base_url": "/media/guides/"},
    },
}
if MEDIA_S3_BUCKET:
    in_bucket = {
        "bucket_name": MEDIA_S3_BUCKET,
        "endpoint_url": MEDIA_S3_ENDPOINT or None,
        "region_name": MEDIA_S3_REGION or "us-east-1",  # what servers of one's own go by
        "access_key": MEDIA_S3_ACCESS_KEY_ID or None,  # None: of the machine's role, as boto3 finds it
        "secret_key": MEDIA_S3_SECRET_ACCESS_KEY or None,
    }
    for storage, folder, options in (
        ("default", MEDIA_S3_PREFIX, {}),
        # Names of pictures come from people: a second picture of a name does not replace the first.
        (
            "guide_pictures",
            f"{MEDIA_S3_PREFIX}/guides".lstrip("/"),
            {"base_url": "/media/guides/", "file_overwrite": False},
        ),
    ):
        STORAGES[storage] = {
            "BACKEND": "plant_community_backend.s3.S3Media",
            "OPTIONS": in_bucket | {"location": folder} | options,
        }

# --- Uploads -----------------------------------------------------------------------------------------------------
BODY_BYTES_MAX = 50 * 1024 * 1024  # one request; Pl@ntNet takes no more than that in total either
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000  # a long guide in the editor; the API takes FORM_FIELDS_MAX, 40
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
SANDBOX_TIMEOUT_SECONDS = env.float("SANDBOX_TIMEOUT_SECONDS", 6.0, validate=seconds)  # of calls for test keys
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
    "worker-src": ["'self'"],  # photos are made smaller beside the page; the app opens without a network
    "manifest-src": ["'self'"],
    "img-src": ["'self'", "blob:", "data:", *PICTURE_SOURCES],
    "form-action": ["'self'", *(SIGN_IN_HOSTS[name] for name in SOCIALACCOUNT_PROVIDERS)],  # the form leads there
    "base-uri": ["'none'"],
    "frame-ancestors": ["'none'"],
}

# --- Care guides -----------------------------------------------------------------------------------------------------
WAGTAIL_SITE_NAME = "Plant Community"
WAGTAILADMIN_BASE_URL = PUBLIC_URL or f"http://localhost:{PORT}"  # in mails
WAGTAILAPI_BASE_URL = PUBLIC_URL or None
WAGTAILADMIN_LOGIN_URL = "account_login"
# Passwords and addresses are changed on the account pages, which know limits and second factors.
WAGTAIL_PASSWORD_MANAGEMENT_ENABLED = WAGTAIL_PASSWORD_RESET_ENABLED = WAGTAIL_EMAIL_MANAGEMENT_ENABLED = False
WAGTAILUSERS_PASSWORD_ENABLED = False
WAGTAIL_ENABLE_UPDATE_CHECK = WAGTAIL_ENABLE_WHATS_NEW_BANNER = False  # nothing is asked of other hosts
WAGTAIL_GRAVATAR_PROVIDER_URL = None
WAGTAILIMAGES_IMAGE_MODEL = "care_guides.GuideImage"
WAGTAILIMAGES_RENDITION_STORAGE = "guide_pictures"
WAGTAIL_AUTOSAVE_INTERVAL = 0  # a draft is stored when its writer says so, not twice a second and half filled in
WAGTAIL_USER_TIME_ZONES = sorted(available_timezones() - {"localtime"})  # which is none to a browser
CMS_CSP = {  # the CMS reads its scripts from files, too; its editor and its hints write styles
    "default-src": ["'none'"],
    "script-src": ["'self'"],
    "style-src": ["'self'", "'unsafe-inline'"],
    "connect-src": ["'self'"],
    "img-src": ["'self'", "blob:", "data:"],
    "font-src": ["'self'"],
    "frame-src": ["'self'"],  # the preview
    "form-action": ["'self'"],
    "base-uri": ["'none'"],
    "frame-ancestors": ["'self'"],
}
PREVIEW_CSP = SECURE_CSP | {"frame-ancestors": ["'self'"]}

# --- API ---------------------------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_VERSIONING_CLASS": "rest_framework.versioning.NamespaceVersioning",
    "DEFAULT_VERSION": "v1",
    "ALLOWED_VERSIONS": ["v1"],
    "VERSION_PARAM": "version",
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "apps.api_keys.authentication.ApiKeyAuthentication",
        "apps.users.authentication.SessionTokenAuthentication",
        "apps.users.authentication.CookieAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["apps.api_keys.permissions.HasScope"],
    "DEFAULT_THROTTLE_CLASSES": ["apps.plant_identification.throttles.ApiThrottle"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_SCHEMA_CLASS": "plant_community_backend.description.Description",
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
    "PREPROCESSING_HOOKS": ["plant_community_backend.openapi.leave_out_legacy"],
    "POSTPROCESSING_HOOKS": ["plant_community_backend.openapi.add_answer_schemas"],
    "LICENSE": {"name": "MIT"},
}

# --- The API without a version -----------------------------------------------------------------------------------------
LEGACY_API = env.str("LEGACY_API", "on", validate=validate.OneOf(["on", "gone"]))  # gone: 410 with the address in v1
LEGACY_API_DEPRECATED_SINCE = dt.datetime.combine(
    env.date("LEGACY_API_DEPRECATED_SINCE", dt.date(2026, 1, 1)), dt.time.min, dt.UTC
)
LEGACY_API_SUNSET = dt.datetime.combine(
    env.date("LEGACY_API_SUNSET", dt.date(2027, 6, 30)), dt.time(23, 59, 59), dt.UTC
)
if LEGACY_API_SUNSET < LEGACY_API_DEPRECATED_SINCE:  # RFC 9745, 4
    message = "LEGACY_API_SUNSET must not be before LEGACY_API_DEPRECATED_SINCE"
    raise ImproperlyConfigured(message)

# --- Who may ask, and how often --------------------------------------------------------------------------------------
IDENTIFY_ANONYMOUS_PER_DAY = env.int("IDENTIFY_ANONYMOUS_PER_DAY", 0, validate=validate.Range(min=0))
IDENTIFY_RATE_ANONYMOUS = env.str("IDENTIFY_RATE_ANONYMOUS", "10/hour", validate=rate)
IDENTIFY_RATE_AUTHENTICATED = env.str("IDENTIFY_RATE_AUTHENTICATED", "100/hour", validate=rate)
IDENTIFY_BURST_ANONYMOUS = env.str("IDENTIFY_BURST_ANONYMOUS", "5/minute", validate=rate)
IDENTIFY_BURST_AUTHENTICATED = env.str("IDENTIFY_BURST_AUTHENTICATED", "20/minute", validate=rate)
# Plant.id credits one account may use until 00:00 UTC; None: no limit. The admin has exceptions for single accounts.
USER_CREDITS_PER_DAY = env.float("USER_CREDITS_PER_DAY", None, validate=amount)
API_RATE = env.str("API_RATE", "600/minute", validate=rate)  # every other route, for each caller

# --- How long things are kept -----------------------------------------------------------------------------------------
kept = validate.Range(min=0, max=36_500)
PHOTO_RETENTION_DAYS = env.int("PHOTO_RETENTION_DAYS", 0, validate=kept)  # 0: photos stay as long as their answers
VISITOR_RETENTION_DAYS = env.int("VISITOR_RETENTION_DAYS", 90, validate=kept)  # asked without an account; 0: stays
EXPORT_RETENTION_DAYS = env.int("EXPORT_RETENTION_DAYS", 7, validate=validate.Range(min=1, max=365))
ACCOUNT_UNDO_DAYS = env.int("ACCOUNT_UNDO_DAYS", 7, validate=kept)  # from asking for an account's deletion to its end

# --- Start -------------------------------------------------------------------------------------------------------
WEB_CONCURRENCY = env.int("WEB_CONCURRENCY", 1, validate=validate.Range(min=1, max=64))

LOGGING_CONFIG = None  # structlog does it, below, before anything logs
LOGGING = logging_config(debug=DEBUG, key=SECRET_KEY)
