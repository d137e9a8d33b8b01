"""The whole server on a free port of this machine, in the test's own event loop, against the simulator."""

import asyncio
import contextlib
import io
import os
import socket
from dataclasses import replace

import httpx
import pytest
import uvicorn
from django.conf import settings as django_settings
from django.db import connections
from migrated import copy_migrated_database
from PIL import Image

from plant_community_backend.asgi import application, lanes
from plant_community_backend.database import close_database_threads
from plant_community_backend.serving import KEEP_ALIVE_SECONDS
from plant_simulator import Simulator, SimulatorConfig
from plant_simulator.drawings import draw_sample_leaf


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item):
    """The marker would bring pytest-django's own way, which leaves another database than the migrations do."""
    if item.get_closest_marker("django_db"):
        pytest.fail("ask for the fixture transactional_db instead of the marker django_db", pytrace=False)


@pytest.fixture(scope="session")
def django_db_keepdb():
    """The SQLite file is there before Django looks, with all tables; PostgreSQL's database is made by Django."""
    return django_settings.DATABASE_IS_SQLITE


@pytest.fixture(scope="session")
def django_db_modify_db_settings():
    """A database for each test process; SQLite in a file, since several threads share it, as they do in a server."""
    process = os.environ.get("PYTEST_XDIST_WORKER", "main")
    database = django_settings.DATABASES["default"]
    if not django_settings.DATABASE_IS_SQLITE:
        database["TEST"]["NAME"] = f"test_{process}"
        return
    path = django_settings.DATA_DIR / f"test-{process}.sqlite3"
    copy_migrated_database(path)
    database["TEST"]["NAME"] = str(path)
    database["OPTIONS"]["init_command"] += (
        "PRAGMA synchronous=OFF;"  # each test's last connection would wait for the disk
    )


@pytest.fixture(scope="session")
def baseline(django_db_setup, django_db_blocker):
    """The database as the migrations left it."""
    from baseline import Baseline  # noqa: PLC0415 - models need Django set up

    with django_db_blocker.unblock():
        return Baseline()


@pytest.fixture
def transactional_db(baseline, django_db_blocker):
    """The database for a test that uses it from several threads; what the test changed is undone, none stays connected.

    Instead of pytest-django's, which empties all tables and fills them again, in about half a second.
    """
    with django_db_blocker.unblock():
        yield
        close_database_threads()  # they end what they have begun, so that it is undone too
        asyncio.run(lanes.close_connections())
        connections.close_all()
        baseline.restore()
        connections.close_all()


@pytest.fixture
async def simulator():
    """Both providers, without latency."""
    async with Simulator(SimulatorConfig()) as running:
        yield running


@pytest.fixture
def against(settings, simulator):
    """Settings that point to the simulator."""
    settings.DEMO_MODE = False
    settings.PLANT_ID_API_KEY = settings.PLANTNET_API_KEY = "demo"
    settings.PLANT_ID = replace(settings.PLANT_ID, url=simulator.plant_id_url, key="demo", timeout=5.0)
    settings.PLANTNET = replace(settings.PLANTNET, url=simulator.plantnet_url, key="demo", timeout=5.0)
    settings.ALLOWED_HOSTS = ["127.0.0.1"]
    settings.IDENTIFY_ANONYMOUS_PER_DAY = 1_000_000  # most tests ask without an account; test_accounts.py shows who may
    for name in ("IDENTIFY_RATE", "IDENTIFY_BURST"):  # and as often as it likes; test_rate_limits.py shows how often
        for who in ("ANONYMOUS", "AUTHENTICATED"):
            setattr(settings, f"{name}_{who}", "1000000/hour")
    settings.API_RATE = "1000000/hour"
    return settings


@contextlib.asynccontextmanager
async def serving():
    """The address of a running server."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    config = uvicorn.Config(
        application,
        lifespan="on",
        log_config=None,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=10,
        ws="none",
        proxy_headers=False,
    )
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        async with asyncio.timeout(20):
            while not server.started and not task.done():
                await asyncio.sleep(0.01)
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        await task
        listener.close()


@pytest.fixture(scope="session")
def serve():
    """Serves in a `with`; one after another are processes that share database and store, and remember nothing else."""

    @contextlib.asynccontextmanager
    async def serve_and_connect():
        async with serving() as address, httpx.AsyncClient(base_url=address, timeout=30) as connected:
            yield connected

    return serve_and_connect


@pytest.fixture
async def client(transactional_db, against, serve):
    """An HTTP client of the running server; it keeps cookies, as a browser does."""
    async with serve() as connected:
        yield connected


@pytest.fixture(scope="session")
def leaf():
    """A photo of a plant."""
    return draw_sample_leaf()


@pytest.fixture(scope="session")
def make_photo():
    """Makes a photo of a size and format."""

    def make(width=400, height=300, kind="JPEG", mode="RGB", color=None, **options):
        image = Image.new(mode, (width, height), color if color is not None else (60, 140, 40))
        stream = io.BytesIO()
        image.save(stream, kind, **options)
        return stream.getvalue()

    return make
