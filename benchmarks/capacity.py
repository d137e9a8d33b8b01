"""What a server of one, two and four workers does in a second, by kind of request; clients are a process of their own."""

import os
import statistics
import tempfile
from pathlib import Path
from typing import Any, NamedTuple

import psutil

from benchmarks.crew import Crew
from benchmarks.grown import Member, installation
from benchmarks.mixed_load import IDENTIFY
from benchmarks.servers import simulator
from benchmarks.soak_faults import control

WORKERS = (1, 2, 4)
KINDS = {  # kind, and what it is
    "cached": "a photo that was answered before",
    "collapsed": "32 upload the same new photo at once; the call takes 0.5 s",
    "fresh": "a new photo; calls take no time",
    "refused": "a new photo while both circuits are open: 503",
}
ROUNDS, CLIENTS = 3, 16
COLLAPSED_SECONDS = 0.5
OPEN_SECONDS = "600"  # circuits stay open once they are
OPENING = 16  # failing questions, more than open both circuits
SETTINGS = {
    "PLANT_ID_MAX_IN_FLIGHT": "5000",  # what is measured is our own code, not the providers' bulkhead
    "PLANTNET_MAX_IN_FLIGHT": "5000",
    "PLANT_ID_CIRCUIT_RESET_TIMEOUT": OPEN_SECONDS,
    "PLANTNET_CIRCUIT_RESET_TIMEOUT": OPEN_SECONDS,
}


class Row(NamedTuple):
    """Medians of ROUNDS rounds: requests a second, milliseconds of a request, milliseconds of processor in all workers."""

    rate: float
    p50: float
    p99: float
    cpu: float


def measure(workers: int, number: int) -> dict[str, Row]:
    """All kinds at a server of its own with so many workers; photos are numbered from `number`."""
    with tempfile.TemporaryDirectory(prefix="capacity-") as name, simulator() as providers:
        folder = Path(name)
        folder.chmod(0o755)  # PostgreSQL runs as another user when this is root
        with installation(folder, providers, **SETTINGS) as grown, Crew("benchmarks.capacity_worker", 1) as crew:
            member = grown.start("A", workers)
            rows = {}
            for kind in KINDS:
                _prepare(kind, providers, crew, member, number)
                rounds = [_round(kind, crew, member, number + turn) for turn in range(1, ROUNDS + 2)]
                rows[kind] = Row(*(statistics.median(values) for values in zip(*rounds[1:], strict=True)))
                number += 100_000
            return rows


def _prepare(kind: str, providers: str, crew: Crew, member: Member, number: int) -> None:
    seconds = COLLAPSED_SECONDS if kind == "collapsed" else 0.0
    control(providers, "config", {"plant_id_latency": {"seconds": seconds}, "plantnet_latency": {"seconds": seconds}})
    if kind == "refused":
        control(providers, "faults", {"name": "error_500", "provider": "any", "times": None})
        crew.ask(kind="opening", url=member.address + IDENTIFY, number=number, count=OPENING)


def _round(kind: str, crew: Crew, member: Member, number: int) -> Row:
    """One round; the first of each kind only warms up."""
    crew.ask(kind="make", url="", number=number, of=kind)
    before = _busy(member)
    said: Any = crew.ask(kind=kind, url=member.address + IDENTIFY, number=number, clients=CLIENTS)[0]
    busy = _busy(member) - before
    return Row(said["rate"], said["p50"] * 1000, said["p99"] * 1000, busy / said["requests"] * 1000)


def _busy(member: Member) -> float:
    """Seconds of processor that its workers have used."""
    times = [psutil.Process(pid).cpu_times() for pid in member.pids()]
    return sum(each.user + each.system for each in times)


def report() -> str:
    """The table, ratios first."""
    found = {workers: measure(workers, at * 10_000_000) for at, workers in enumerate(WORKERS)}
    cores = len(os.sched_getaffinity(0))
    lines = []
    for kind in KINDS:
        for workers in WORKERS:
            row, one = found[workers][kind], found[WORKERS[0]][kind]
            lines.append(
                f"| {kind} | {workers} | x {row.rate / one.rate:.2f} | {row.cpu:.1f} ms | {row.rate:.0f}/s | {row.p50:.0f} ms | {row.p99:.0f} ms |"
            )
    return "\n".join(
        [
            f"## Capacity: requests a second by kind and by workers ({CLIENTS} clients, median of {ROUNDS} rounds)",
            "",
            f"PostgreSQL, Valkey, both simulated providers, the clients and the workers share {cores} cores: more workers than",
            "cores that are free for them bring nothing here. For a larger machine read the processor time of a request, which",
            "holds the workers' own; photos of 640x480.",
            "",
            *(f"- {kind}: {about}" for kind, about in KINDS.items()),
            "",
            "| kind | workers | rate / one worker | processor a request | rate | p50 | p99 |",
            "|---|---|---|---|---|---|---|",
            *lines,
        ]
    )
