"""A cluster in one process: several `Answers` on one store, a provider that answers when it is let, an archive."""

import asyncio
from collections.abc import Mapping, Sequence

import pytest

from resilience.answers import Answers
from resilience.cache import Archived, Fresh
from resilience.deadline import Deadline
from resilience.errors import StoreUnavailable
from resilience.flight_config import FlightConfig
from resilience.ports import Hit, SystemClock
from resilience.stores.memory import MemoryStore
from resilience.testing import FakeClock


class Provider:
    """Somebody who is paid for each call. With `hold` a call waits for `let_go`; `fails` is what the next calls raise.

    `archive` is written before a call returns, as the real ones do (law 4).
    """

    def __init__(self, archive, clock) -> None:
        self.archive, self.clock = archive, clock
        self.calls, self.running, self.most_at_once = 0, 0, 0
        self.fails: BaseException | None = None
        self.life: tuple[float | None, float | None] = (None, None)
        self.free, self.called = asyncio.Event(), asyncio.Event()
        self.free.set()

    def hold(self) -> None:
        """From now on calls wait."""
        self.free.clear()
        self.called.clear()

    def let_go(self) -> None:
        """All calls end."""
        self.free.set()

    def ask(self, key: str = "key"):
        """What makes the paid call for `key`."""

        async def call() -> Fresh:
            self.calls += 1
            self.running += 1
            self.most_at_once = max(self.most_at_once, self.running)
            self.called.set()
            number = self.calls
            try:
                await self.free.wait()
                if self.fails is not None:
                    raise self.fails
            finally:
                self.running -= 1
            payload = f"answer {number}".encode()
            self.archive.answers[key] = Archived(payload, self.clock.wall(), *self.life)
            return Fresh(payload, *self.life)

        return call


class MemoryArchive:
    """A database. With `broken` it cannot be read; with `forgetful` it has nothing."""

    def __init__(self) -> None:
        self.answers: dict[str, Archived] = {}
        self.lookups, self.broken, self.forgetful = 0, False, False

    async def find(self, key: str) -> Archived | None:
        self.lookups += 1
        await asyncio.sleep(0)
        if self.broken:
            message = "no connection to postgres://user:secret@host"
            raise OSError(message)
        return None if self.forgetful else self.answers.get(key)


class FaultyStore:
    """A road to a store: each verb takes a few turns of the loop, and may not come through.

    `down`: nothing does. `fails_at`: the verbs that do not, counted from 0, of all that were said. `lost_after`: the
    verb is carried out, but its reply is lost. `busy_at`: as `fails_at`, for want of a connection of our own. `silent`:
    no news is heard.
    """

    def __init__(self, store) -> None:
        self.store, self.said, self.heard = store, [], []  # verbs said, and the classes of what was replied
        self.down, self.silent, self.lost_after = False, False, False
        self.fails_at: set[int] = set()
        self.busy_at: set[int] = set()
        self.turns, self.slow = 1, {}  # turns a verb takes to the store and back; of some verbs more

    async def _say(self, verb, call):
        number = len(self.said)
        self.said.append(verb)
        await turns(self.slow.get(verb, self.turns))
        if number in self.busy_at:
            raise StoreUnavailable(verb, "busy: no free connection")
        broken = self.down or number in self.fails_at
        if broken and not self.lost_after:
            raise StoreUnavailable(verb)
        reply = await call()
        await turns(self.slow.get(verb, self.turns))
        if broken:
            raise StoreUnavailable(verb)
        self.heard.append(type(reply).__name__)
        return reply

    async def read(self, key: str) -> Hit | None:
        return await self._say("read", lambda: self.store.read(key))

    async def join(self, key: str, *, token: str, lease: float):
        return await self._say("join", lambda: self.store.join(key, token=token, lease=lease))

    async def renew(self, tokens: Mapping[str, str], *, lease: float) -> Sequence[str]:
        return await self._say("renew", lambda: self.store.renew(tokens, lease=lease))

    async def publish(self, key: str, *, token: str, hit: Hit) -> bool:
        return await self._say("publish", lambda: self.store.publish(key, token=token, hit=hit))

    async def publish_failure(self, key: str, *, token: str, payload: bytes, ttl: float) -> bool:
        return await self._say(
            "publish_failure", lambda: self.store.publish_failure(key, token=token, payload=payload, ttl=ttl)
        )

    async def leave(self, key: str, *, token: str) -> bool:
        return await self._say("leave", lambda: self.store.leave(key, token=token))

    async def forget(self, keys: Sequence[str]) -> None:
        return await self._say("forget", lambda: self.store.forget(keys))

    async def news(self):
        async for key in self.store.news():
            if not self.silent:
                yield key


async def turns(number: int) -> None:
    """Let everybody else have `number` turns of the event loop."""
    for _ in range(number):
        await asyncio.sleep(0)


class Cluster:
    """`processes` of one service on one store. All clocks stand still; waiting goes by the loop's own, shortly."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.store, self.archive = MemoryStore(self.clock), MemoryArchive()
        self.provider = Provider(self.archive, self.clock)
        self.roads: list[FaultyStore] = []
        self.processes: list[Answers] = []
        self.events: list[str] = []

    def start(self, number: int = 1, **limits) -> list[Answers]:
        """Start processes; `limits` are those of FlightConfig."""
        config = FlightConfig(**{"lease": 4.0, "recheck": 0.02, "l1_seconds": 300.0, **limits})
        for _ in range(number):
            self.roads.append(FaultyStore(self.store))
            answers = Answers(
                self.roads[-1], archive=self.archive, clock=self.clock, config=config, listener=self.events.append
            )
            answers.open()
            self.processes.append(answers)
        return self.processes[-number:]

    def deadline(self, seconds: float = 5.0) -> Deadline:
        """A deadline on the real clock: what a caller waits for really passes."""
        return Deadline.after(seconds, SystemClock())

    def get(self, answers: Answers, key: str = "key", *, refresh: bool = False, deadline: Deadline | None = None):
        """A request of its own, begun at the loop's next turn."""
        asked = answers.get(key, self.provider.ask(key), deadline=deadline or self.deadline(), refresh=refresh)
        return asyncio.create_task(asked)

    def is_free(self, key: str = "key") -> bool:
        """Whether nobody leads `key`."""
        return self.store._leads.find(key, now=self.store._now()) is None

    async def close(self) -> None:
        """Stop every process."""
        for answers in self.processes:
            await answers.close()


@pytest.fixture(scope="session")
def road_to():
    """Makes roads to a store that can be blocked."""
    return FaultyStore


@pytest.fixture(scope="session")
def new_cluster():
    """Makes clusters; for tests that need many. To be used and closed in one event loop."""
    return Cluster


@pytest.fixture
async def cluster():
    """A cluster that has left no task behind when the test is over."""
    cluster = Cluster()
    yield cluster
    await cluster.close()
    left = asyncio.all_tasks() - {asyncio.current_task()}
    assert not [task for task in left if not task.done() and "flight" in task.get_name()]
    assert all(answers.flights == 0 and answers.leads == 0 for answers in cluster.processes)
