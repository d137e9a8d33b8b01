"""`plant-community serve`: check, migrate, serve."""

import contextlib
import signal
import sys
import time
from collections.abc import Callable, Iterator

import django
import uvicorn
from django.conf import settings
from django.core.management import call_command
from django.db import connection

from plant_community_backend.metrics_folder import metrics_folder

MIGRATION_LOCK = 0x706C616E74  # "plant": the number of the lock in the database
LOCK_POLL_SECONDS = 0.2
# Of an idle connection: longer than clients (httpx 5) and proxies (nginx, AWS 60, Caddy 120) keep theirs. Else they write to one
# that is being closed, and nobody sends a POST twice.
KEEP_ALIVE_SECONDS = 150
GRACE_SECONDS = 60  # after SIGTERM: how long open connections and running identifications may take to finish


def serve(*, host: str, port: int | None, workers: int | None, greet: Callable[[str], None]) -> int:
    """Serve until SIGTERM; the exit code. Refuses settings that cannot work, with the reason.

    `greet` is called with the server's address, once the database is ready.
    """
    port, workers = port or settings.PORT, workers or settings.WEB_CONCURRENCY
    if reason := find_reason_not_to_serve(workers):
        sys.stderr.write(f"plant-community: {reason}\n")
        return 1
    with metrics_folder(settings.DATA_DIR / "metrics"):
        _serve(host, port, workers, greet)
    return 0


def _serve(host: str, port: int, workers: int, greet: Callable[[str], None]) -> None:
    django.setup()
    prepare_database()
    shown = "localhost" if host in {"127.0.0.1", "0.0.0.0", "::"} else host  # noqa: S104 - only compared
    sys.stderr.write(
        f"Plant Community listens on http://{shown}:{port}/{'  (demo mode: answers are simulated)' if settings.DEMO_MODE else ''}\n"
    )
    greet(settings.PUBLIC_URL or f"http://{shown}:{port}")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))  # uvicorn hands the signal back after its graceful stop
    uvicorn.run(
        settings.ASGI_APPLICATION.replace(".application", ":application"),
        host=host,
        port=port,
        workers=workers,
        lifespan="on",
        loop="uvloop",
        http="httptools",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,  # TRUSTED_PROXY_COUNT decides, not the sender
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )


def find_reason_not_to_serve(workers: int) -> str | None:
    """Why these settings cannot work together, None when they can."""
    if workers > 1 and not settings.REDIS_URL:
        return f"{workers} workers need REDIS_URL: without it they could not share limits, locks and running calls. Set REDIS_URL, or use one worker."
    if workers > 1 and settings.DEMO_MODE:
        return "demo mode is one process: set PLANT_ID_API_KEY or PLANTNET_API_KEY, or use one worker."
    return None


def prepare_database() -> None:
    """Create the data folder and apply the migrations; of many servers that start at once, one applies them."""
    settings.DATA_DIR.mkdir(parents=True, exist_ok=True)
    with _one_at_a_time():
        call_command("migrate", verbosity=0, interactive=False)


@contextlib.contextmanager
def _one_at_a_time() -> Iterator[None]:
    """PostgreSQL's own lock, which ends with the connection; SQLite is one machine's, whose servers start one by one.

    Asked for again and again: a session that waits inside the database keeps an index from being built beside it.
    """
    if connection.vendor != "postgresql":
        yield
        return
    while not _ask("pg_try_advisory_lock"):
        time.sleep(LOCK_POLL_SECONDS)
    try:
        yield
    finally:
        _ask("pg_advisory_unlock")


def _ask(function: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {function}(%s)", [MIGRATION_LOCK])
        return bool(cursor.fetchone()[0])
