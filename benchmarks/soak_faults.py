"""What goes wrong in a soak, one thing after the other, and how it is put right."""

import contextlib
import json
import os
import signal
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from benchmarks.grown import Installation, Member, SmallDisk
from benchmarks.mixed_load import Places

ON_THEIR_WAY_SECONDS = 3.0  # as `preStop` of the manifests: who connects to a server that ends is refused
NOTICED_SECONDS = 1.0  # until a load balancer's probe finds out that a server is gone


def control(simulator_url: str, route: str, body: Any = None, *, method: str | None = None) -> Any:
    """What a control route of the simulator answers."""
    data = None if body is None else json.dumps(body).encode()
    headers = {"Content-Type": "application/json"}
    request = urllib.request.Request(f"{simulator_url}/_control/{route}", data, headers, method=method)
    with urllib.request.urlopen(request, timeout=30) as reply:
        content = reply.read()
    return json.loads(content) if content else None


@dataclass(slots=True)
class Gone:
    """A time in which connections to a server may break, since one of its processes was killed."""

    server: str
    began: float  # time.monotonic()
    ended: float = float("inf")


@dataclass(slots=True)
class Struck:
    """A fault that was there: its name, and from when until when (time.monotonic())."""

    name: str
    began: float
    ended: float = float("inf")
    wrong: str = ""  # what the fault itself proved wrong


@dataclass(slots=True)
class Faults:
    """All that can go wrong with an installation of server A (two workers) and server B (one)."""

    grown: Installation
    simulator_url: str
    places: Places
    disk: SmallDisk
    log: list[Struck] = field(default_factory=list)
    gone: list[Gone] = field(default_factory=list)
    killed: set[int] = field(default_factory=set)

    def all(self) -> Iterator[tuple[str, Callable[[float], str | None], float]]:
        """Name, what to do, and for how many seconds, for ever. The first nine are those that every soak has."""
        while True:
            yield "providers down", self._providers("error_503"), 8.0
            yield "Valkey killed", self._valkey_killed, 5.0
            yield "Plant.id slow", self._providers("latency", provider="plant_id", params={"seconds": 3.0}), 8.0
            yield "PostgreSQL restarted", self._postgres_restarted, 3.0
            yield "worker killed", self._worker_killed, 0.0
            yield "Pl@ntNet garbage", self._providers("not_json", provider="plantnet", share=0.5), 8.0
            yield "Valkey frozen", self._valkey_frozen, 8.0
            yield "disk of photos full", self._disk_full, 8.0
            yield "server told to end", self._server_ended, 0.0
            yield "Plant.id charges, never answers", self._providers("charged_but_never_answered", provider="plant_id", times=3), 8.0  # fmt: skip
            yield "server killed", self._server_killed, 0.0
            yield "Plant.id garbage", self._providers("truncated_json", provider="plant_id", share=0.5), 8.0

    def strike(self, name: str, act: Callable[[float], str | None], seconds: float) -> None:
        """Let it happen for so long; what is broken is put right before this returns."""
        struck = Struck(name, time.monotonic())
        self.log.append(struck)
        try:
            struck.wrong = act(seconds) or ""
        except Exception as error:  # noqa: BLE001 - the soak goes on, and reports it
            struck.wrong = f"{type(error).__name__}: {error}"
        finally:
            struck.ended = time.monotonic()

    def present(self) -> str:
        """The fault of this moment, "" for none."""
        return next((struck.name for struck in self.log if struck.ended == float("inf")), "")

    def _providers(self, kind: str, **more: Any) -> Callable[[float], str | None]:
        def act(seconds: float) -> None:
            fault = {"name": kind, "provider": "any", "times": None} | more
            control(self.simulator_url, "faults", fault)
            time.sleep(seconds)
            control(self.simulator_url, "faults", method="DELETE")

        return act

    def _valkey_killed(self, seconds: float) -> None:
        self.grown.store.kill()
        time.sleep(seconds)
        self.grown.store.start()

    def _valkey_frozen(self, seconds: float) -> None:
        self.grown.store.freeze()
        try:
            time.sleep(seconds)
        finally:
            self.grown.store.thaw()

    def _postgres_restarted(self, seconds: float) -> None:
        self.grown.postgres.stop()
        try:
            time.sleep(seconds)
        finally:
            self.grown.postgres.start()

    def _disk_full(self, seconds: float) -> str | None:
        if self.disk.why_not:
            return None  # said in the report: there is no small disk to fill
        self.disk.fill()
        try:
            time.sleep(seconds)
        finally:
            self.disk.clear()
        return None

    def _worker_killed(self, _seconds: float) -> str | None:
        """The youngest worker of A; its supervisor starts another, and the oldest lives on to the end."""
        member = self.grown.members["A"]
        before = member.pids()
        with self._gone("A", linger=NOTICED_SECONDS):
            self.killed.add(before[-1])
            os.kill(before[-1], signal.SIGKILL)
            time.sleep(NOTICED_SECONDS)
        if not wait_for(lambda: len(member.pids()) == len(before) and before[-1] not in member.pids(), 60.0):
            return "no other worker was started in its place"
        return None

    def _server_ended(self, _seconds: float) -> str | None:
        """As in a rolling deployment: another takes over, the last that were sent here arrive, then this one ends."""
        old, new = self.grown.members["B"], self._replacement("B")
        self._send_to(new)
        time.sleep(ON_THEIR_WAY_SECONDS)
        code = old.end()
        return None if code == 0 else f"a server that was told to end ended with code {code}"

    def _server_killed(self, _seconds: float) -> None:
        """Nobody takes over before it is noticed."""
        old = self.grown.members["B"]
        with self._gone("B", linger=0.0):
            self.killed |= {*old.pids(), old.process.pid}
            old.kill()
            time.sleep(NOTICED_SECONDS)
            share = self.places.by_name.pop("B")
        self.places.by_name["B"] = (self._replacement("B").address, share[1])

    def _replacement(self, name: str) -> Member:
        return self.grown.start(name)

    def _send_to(self, member: Member) -> None:
        self.places.by_name[member.name] = (member.address, self.places.by_name[member.name][1])

    @contextlib.contextmanager
    def _gone(self, server: str, *, linger: float) -> Iterator[None]:
        gone = Gone(server, time.monotonic())
        self.gone.append(gone)
        try:
            yield
        finally:
            gone.ended = time.monotonic() + linger


def wait_for(condition: Callable[[], bool], seconds: float) -> bool:
    """Whether it holds within so many seconds."""
    give_up = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > give_up:
            return False
        time.sleep(0.1)
    return True
