"""What the processes of a soak hold, looked at now and then, and whether any of it grows without end."""

import contextlib
import re
import statistics
import threading
import time
import urllib.error
import urllib.request
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, Self

import psutil

from benchmarks.grown import Installation
from resilience.stores.redis_link import CONNECTIONS

EVERY_SECONDS = 2.0
TASKS = re.compile(rb"^plant_community_asyncio_tasks(?:\{[^}]*\})? ([0-9.e+]+)", re.MULTILINE)
WARM_UP = 1 / 3  # of the run: caches fill, pools open
SOCKET = "socket:"
POINTS_MAX = 300  # of a slope: every pair of them is looked at


class Sample(NamedTuple):
    """One process at one moment. None: it could not be asked then, as while the database was away."""

    at: float  # time.monotonic()
    memory: float  # bytes, resident
    handles: float  # all that is open
    sockets: float  # of these: connections to clients, providers, store and database
    files: float  # and the rest
    store: float | None  # connections to the store
    tasks: float | None  # of asyncio, in the process of its server that has most
    database: float | None  # connections of its server
    kinds: Counter[str]  # of `files`: how many of which


class Allowance(NamedTuple):
    """How much something may grow over the rest of a run, and why not less."""

    what: str
    field: str
    share: float  # of its median
    more: float
    why: str
    ceiling: float = 0.0  # or up to here: what the settings bound it to

    def growth(self, before: float, *, more: float = 0.0) -> float:
        """How much it may grow from `before`; `more` comes on top."""
        return max(self.share * before + self.more + more, self.ceiling - before)


STORE_MAX = 2 * CONNECTIONS + 1  # answers and circuits, limits of callers, news
DATABASE_MAX = 2 * (6 + 8)  # two workers: DATABASE_THREADS and the lanes
MEGABYTE = 2**20
ALLOWED = (
    Allowance("memory", "memory", 0.12, 8 * MEGABYTE, "the allocator keeps freed pages; what was not full of the bounded caches is added"),
    Allowance("file handles", "files", 0.1, 4, "those that are no connections"),
    Allowance("connections", "sockets", 0.25, STORE_MAX + DATABASE_MAX // 2, "all of them, with the pools of store and database full"),
    Allowance("asyncio tasks", "tasks", 0.25, 12, "jobs of the server itself may be at work"),
    Allowance("store connections", "store", 0.0, 0, "the pools keep what a burst needed", STORE_MAX),
    Allowance("database connections", "database", 0.0, 0, "each thread of two workers keeps one", DATABASE_MAX),
)  # fmt: skip


class Grown(NamedTuple):
    """How much something of one process grew over the run, and how much it may."""

    process: str
    what: str
    usual: float
    growth: float
    allowed: float
    kinds: str = ""  # of what there is more, where one can tell

    @property
    def too_much(self) -> bool:
        """Whether it did."""
        return self.growth > self.allowed


@dataclass(slots=True, frozen=True)
class Watched:
    """A process, by the server it belongs to."""

    server: str
    pid: int


class Sampler(threading.Thread):
    """Looks at every process that serves, as long as the block runs."""

    def __init__(self, grown: Installation) -> None:
        super().__init__(daemon=True, name="sampler")
        self._grown, self._done = grown, threading.Event()
        self.samples: dict[Watched, list[Sample]] = defaultdict(list)
        self.began = time.monotonic()

    def run(self) -> None:
        """Look every two seconds."""
        while not self._done.wait(EVERY_SECONDS):
            with contextlib.suppress(Exception):  # the next look is soon, and a process may end in the middle of one
                for watched, sample in self.look().items():
                    self.samples[watched].append(sample)

    def look(self) -> dict[Watched, Sample]:
        """Each process at this moment."""
        seen = {}
        connections = self._database_connections()
        for name, member in list(self._grown.members.items()):
            tasks = _read_tasks(member.address)
            for pid in member.pids():
                with contextlib.suppress(psutil.Error):
                    seen[Watched(name, pid)] = self._sample(pid, tasks, connections.get(name))
        return seen

    def _sample(self, pid: int, tasks: float | None, database: float | None) -> Sample:
        process, port = psutil.Process(pid), self._grown.store.port
        links = [each for each in process.net_connections("tcp") if each.raddr and each.raddr.port == port]
        kinds = _kinds(pid)
        sockets = kinds.pop(SOCKET, 0)
        held = process.memory_info().rss, sockets + kinds.total(), sockets, kinds.total(), len(links)
        return Sample(time.monotonic(), *map(float, held), tasks, database, kinds)

    def _database_connections(self) -> dict[str, float]:
        sql = "SELECT application_name, count(*) FROM pg_stat_activity WHERE backend_type = 'client backend' GROUP BY 1"
        with contextlib.suppress(Exception):
            return {name: float(count) for name, count in self._grown.postgres.query(sql)}
        return {}

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_exc: object) -> None:
        self._done.set()
        self.join()


def _kinds(pid: int) -> Counter[str]:
    """What it has open, by kind: a file by its folder, whatever else by what the kernel calls it."""
    kinds = Counter[str]()
    for handle in Path(f"/proc/{pid}/fd").iterdir():
        with contextlib.suppress(FileNotFoundError):  # closed meanwhile
            target = str(handle.readlink())
            kinds[
                str(Path(target).parent) if target.startswith("/") else target.partition("[")[0].rstrip("0123456789")
            ] += 1
    return kinds


def _read_tasks(address: str) -> float | None:
    with contextlib.suppress(OSError, urllib.error.URLError):
        with urllib.request.urlopen(f"{address}/metrics", timeout=5) as reply:
            found = TASKS.search(reply.read())
        return float(found[1]) if found else None
    return None


def judge_growth(
    memory: dict[Watched, list[Sample]],
    rest: Sequence[dict[Watched, Sample]],
    *,
    began: float,
    ended: float,
    unfilled_bytes: float,
) -> list[Grown]:
    """What grew in each process that lived on; `rest` has what each held before and after the run.

    Memory by its slope after the warm-up, since what was freed is not given back; `unfilled_bytes` of the bounded caches
    were empty then. All else at rest, before and after: what a request holds is gone there, and only a leak is left.
    """
    found, (rest_before, rest_after) = [], rest
    for watched in rest_before.keys() & rest_after.keys():
        name = f"{watched.server} {watched.pid}"
        for allowance in ALLOWED:
            before, after = (
                getattr(rest_before[watched], allowance.field),
                getattr(rest_after[watched], allowance.field),
            )
            more = 0.0
            if allowance.field == "memory":
                warm = began + WARM_UP * (ended - began)
                points = [(each.at, each.memory) for each in memory[watched] if warm <= each.at <= ended]
                before, more = statistics.median(value for _, value in points), unfilled_bytes
                after = before + slope(points) * (points[-1][0] - points[0][0])
            if before is not None and after is not None:
                allowed = allowance.growth(before, more=more)
                more_of = rest_after[watched].kinds - rest_before[watched].kinds if allowance.field == "files" else {}
                kinds = ", ".join(f"{count} {kind}" for kind, count in more_of.items())
                found.append(Grown(name, allowance.what, before, after - before, allowed, kinds))
    return sorted(found)


def slope(points: list[tuple[float, float]]) -> float:
    """The median slope of all pairs (Theil and Sen): a fault's peak, or a third of all points, does not move it."""
    thinned = points[:: -(-len(points) // POINTS_MAX)]
    slopes = [
        (later[1] - earlier[1]) / (later[0] - earlier[0])
        for at, earlier in enumerate(thinned)
        for later in thinned[at + 1 :]
        if later[0] > earlier[0]
    ]
    return statistics.median(slopes) if slopes else 0.0
