"""Real processes that guard one provider on a real server: one probe, few failing calls, never past the quota."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple

import pytest
from redis import Redis

from resilience.testing_valkey import Valkey

WORKER = Path(__file__).with_name("guard_worker.py")
WAIT_SECONDS = 30.0
CIRCUIT = {"fail_max": 3, "reset_timeout": 0.8, "success_threshold": 2, "jitter": 0.0, "half_open_max": 60.0}
LATE_MAX = (
    1.0  # seconds a probe may come later than it could: who asks, asks every 50 ms, on a machine that may be busy
)


@pytest.fixture
def server():
    """A valkey-server that a test may kill."""
    with Valkey() as valkey:
        yield valkey


class Line(NamedTuple):
    """One line of the log: a call that begins, ends or fails, a refusal, or what the circuit becomes."""

    word: str
    pid: int
    at: float
    what: str


class Call(NamedTuple):
    """One call that reached the provider; `end` is infinite when its process was killed meanwhile, or it still runs."""

    pid: int
    begin: float
    end: float


class Service:
    """The processes, and what they log."""

    def __init__(self, server, folder, *, processes, **plan) -> None:
        self.folder = folder
        plan = {"url": server.url, "folder": str(folder), "circuit": CIRCUIT} | plan
        command = [sys.executable, str(WORKER), json.dumps(plan)]
        self.processes = [
            subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
            for _ in range(processes)
        ]
        self.hear("ready")

    def hear(self, word) -> None:
        """Return when every process has said it."""
        for process in self.processes:
            assert process.stdout.readline() == f"{word}\n"

    def tell(self) -> None:
        """Let every process that lives go on, at once."""
        for process in self.processes:
            if process.poll() is None:
                process.stdin.write("\n")
                process.stdin.flush()

    def break_provider(self) -> None:
        """From now on every call that begins fails."""
        (self.folder / "down").touch()

    def mend_provider(self) -> None:
        """From now on every call that begins is answered."""
        (self.folder / "down").unlink()

    def log(self, word=None, what=None) -> list[Line]:
        """The lines so far, in their order, or those of one word."""
        path = self.folder / "log"
        words = [line.split() for line in path.read_text().splitlines()] if path.exists() else []
        lines = [Line(each[0], int(each[1]), float(each[2]), each[3]) for each in words]
        return [line for line in lines if word in {None, line.word} and what in {None, line.what}]

    def calls(self, *, since=0.0) -> list[Call]:
        """The calls that began after `since`, in their order."""
        ends = {line.what: line.at for word in ("ends", "fails") for line in self.log(word)}
        begun = [line for line in self.log("begins") if line.at > since]
        calls = [Call(line.pid, line.at, ends.get(line.what, float("inf"))) for line in begun]
        return sorted(calls, key=lambda call: call.begin)

    def until(self, condition):
        """What `condition()` gives, as soon as that is something."""
        give_up = time.monotonic() + WAIT_SECONDS
        while not (found := condition()):
            assert time.monotonic() < give_up, "it did not come"
            time.sleep(0.01)
        return found

    def open_circuit(self) -> float:
        """Begin, with a provider that is down until the circuit has opened; the moment of that."""
        self.break_provider()
        self.tell()
        self.until(lambda: self.log("becomes", "open"))
        self.mend_provider()
        return self.log("becomes", "open")[0].at

    def stop(self) -> None:
        """Let every process end by itself, or end it."""
        self.tell()
        for process in self.processes:
            try:
                process.wait(timeout=WAIT_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            process.stdin.close()
            process.stdout.close()

    def kill(self) -> None:
        """End what is left, after a test that failed."""
        for process in self.processes:
            if process.poll() is None:
                process.kill()
                process.wait()
            process.stdin.close()
            process.stdout.close()


@pytest.fixture
def start(server, tmp_path):
    """Starts a service on an empty store, and ends it with the test."""
    started = []

    def start_service(**plan) -> Service:
        started.append(Service(server, tmp_path, **plan))
        return started[-1]

    yield start_service
    for service in started:
        service.kill()


def test_twelve_processes_at_the_end_of_the_open_wait_send_one_probe_at_a_time(start):
    """All ask at once, again and again: one probe is out in the whole cluster, two successes close (law 6)."""
    service = start(processes=12, seconds=0.4)
    opened = service.open_circuit()
    service.until(lambda: service.log("becomes", "closed"))
    service.until(lambda: len(service.calls(since=opened + CIRCUIT["reset_timeout"])) > 2)
    service.stop()
    first, second, next_one, *_ = service.calls(since=opened + CIRCUIT["reset_timeout"] / 2)
    assert first.begin - opened < CIRCUIT["reset_timeout"] + LATE_MAX
    assert first.end <= second.begin
    assert second.end <= next_one.begin
    assert [line.what for line in service.log("becomes")] == ["open", "half_open", "closed"]
    waiting = {line.pid for line in service.log("refused", "circuit_open") if first.begin < line.at < second.end}
    assert len(waiting) >= 11  # everybody else asked meanwhile, and was told to wait


def test_probe_whose_process_is_killed_is_followed_by_the_next_within_its_lease(start):
    """A killed probe heals by its lease, and until then nobody else probes (law 6)."""
    lease = 1.0
    service = start(processes=4, seconds=0.4, circuit=CIRCUIT | {"probe_lease": lease})
    opened = service.open_circuit()
    since = opened + CIRCUIT["reset_timeout"] / 2
    (probe,) = service.until(lambda: service.calls(since=since))
    os.kill(probe.pid, signal.SIGKILL)
    killed = time.monotonic()
    service.until(lambda: service.log("becomes", "closed"))
    service.until(lambda: len(service.calls(since=since)) > 3)
    service.stop()
    lost, second, third, next_one, *_ = service.calls(since=since)
    assert lost == probe._replace(end=float("inf"))
    assert killed < second.begin < probe.begin + lease + LATE_MAX
    assert second.end <= third.begin
    assert third.end <= next_one.begin
    assert [line.what for line in service.log("becomes")] == ["open", "half_open", "closed"]


def test_outage_under_load_costs_what_was_out_and_the_failures_that_open(start):
    """When the outage begins, four busy processes lose fail_max calls and those out already, not that many each (law 6)."""
    service = start(
        processes=4,
        callers=6,
        max_in_flight=8,
        failing_seconds=0.8,  # so that every answer of before is in when the first failure comes
        pause=0.02,
        circuit=CIRCUIT | {"reset_timeout": 60.0, "slow_seconds": 30.0},
    )
    service.tell()
    service.until(lambda: len(service.log("ends")) > 40)
    service.break_provider()
    service.until(lambda: service.log("becomes", "open"))
    refused = service.until(lambda: len({line.pid for line in service.log("refused", "circuit_open")}) == 4)
    service.stop()
    assert refused
    failed = len(service.log("fails"))
    assert CIRCUIT["fail_max"] <= failed <= CIRCUIT["fail_max"] + 8
    assert len(service.log("begins")) == failed + len(service.log("ends"))
    assert [line.what for line in service.log("becomes")] == ["open"]


def test_quota_holds_with_the_server_killed_in_the_middle_and_empty_after(start, server, tmp_path):
    """Eight processes, 60 tries each: all of the quota and not one call more, and the ledger says so too (law 2)."""
    quota = 100
    service = start(processes=8, callers=3, tries=10, rounds=2, quota=quota, max_in_flight=24)
    service.tell()
    service.until(lambda: len(service.calls()) >= quota // 3)
    server.kill()
    service.hear("done")
    assert len(service.calls()) <= quota
    server.start()
    with Redis.from_url(server.url) as redis:
        assert redis.dbsize() == 0
    service.tell()
    service.hear("done")
    service.stop()
    calls = len(service.calls())
    ledger = sqlite3.connect(tmp_path / "ledger")
    (taken,) = ledger.execute("select taken from period").fetchone()
    unsettled = ledger.execute("select count(*) from entry where not settled").fetchone()
    ledger.close()
    assert calls == len(service.log("ends")) == taken == quota
    assert unsettled == (0,)
    assert service.log("refused", "quota")
