"""The store of one process: for a server of one process, and while the shared store is away (law 8)."""

import asyncio
import math
from collections import OrderedDict, deque
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence

from resilience.ports import Cell, Clock, Hit, Joined, Lead, SharedFailure, Swap, SystemClock, Wait
from resilience.stores.bounds import check_duration, check_moment
from resilience.stores.expiring import Expiring

ANSWERS_MAX = 4_096
BYTES_MAX = 64 * 1024 * 1024  # of the answers' payloads
NEWS_MAX = 1_024  # unheard messages of one listener; a slower one is told "" instead
STEP_MAX = 1.0  # seconds the wall clock may run ahead of the monotonic one before it is believed: the machine slept


class MemoryStore:
    """Cells and flights of this process alone. Implements ports.CellStore and ports.FlightStore.

    Never raises StoreUnavailable. Entries end when their time has come, looked at when they are asked for: no task
    runs. Answers are bounded in number and bytes, the oldest go first. Belongs to one event loop.
    """

    def __init__(
        self, clock: Clock | None = None, *, answers_max: int = ANSWERS_MAX, bytes_max: int = BYTES_MAX
    ) -> None:
        self._clock = clock or SystemClock()
        self._offset = self._clock.wall() - self._clock.monotonic()
        self._version = 0
        self._cells: Expiring[tuple[int, bytes]] = Expiring()
        self._orders: Expiring[str] = Expiring()
        self._leads: Expiring[str] = Expiring()
        self._failures: Expiring[bytes] = Expiring()
        self._answers = Answers(number=answers_max, size_bytes=bytes_max)
        self._listeners: set[Listening] = set()
        self._closed = False

    async def close(self) -> None:
        """End every news()."""
        self._closed = True
        for listener in self._listeners:
            listener.close()

    async def ping(self) -> float:
        """Seconds of one round trip: none."""
        return 0.0

    async def load(self, key: str) -> Cell:
        """The cell, with version 0 and no bytes when there is none."""
        return self._load(key, self._now())

    async def swap(self, key: str, *, version: int, value: bytes, ttl: float) -> Swap:
        """Write `value` if the cell still has `version`; it stays for `ttl` seconds, 0.001 or more."""
        check_duration("ttl", ttl)
        now = self._now()
        cell = self._load(key, now)
        if cell.version != version:
            return Swap(done=False, cell=cell)
        self._version = max(self._version + 1, int(now * 1e6))
        self._cells.put(key, (self._version, value), ends_at=now + ttl, now=now)
        return Swap(done=True, cell=self._load(key, now))

    async def order(self, key: str, override: str, *, ttl: float | None = None) -> None:
        """Set the operator's word for this cell, "" to take it back; it ends after `ttl` seconds where given."""
        now, ends_at = self._now(), math.inf
        if ttl is not None:
            check_duration("ttl", ttl)
            ends_at = now + ttl
        self._orders.drop(key)
        if override:
            self._orders.put(key, override, ends_at=ends_at, now=now)

    async def read(self, key: str) -> Hit | None:
        """The answer, fresh or stale; None when there is none."""
        return self._answers.find(key, now=self._now())

    async def join(self, key: str, *, token: str, lease: float) -> Joined:
        """Take part: a fresh answer, a shared failure, the lead (also again, for the same token), or a wait."""
        check_duration("lease", lease)
        now = self._now()
        hit = self._answers.find(key, now=now)
        if hit is not None and hit.fresh_until > now:
            return hit
        if (failure := self._failures.find(key, now=now)) is not None:
            return SharedFailure(failure)
        if self._leads.find(key, now=now) not in {None, token}:
            return Wait(self._leads.ends_at(key) - now)
        self._leads.put(key, token, ends_at=now + lease, now=now)
        return Lead()

    async def renew(self, tokens: Mapping[str, str], *, lease: float) -> Sequence[str]:
        """Renew the leads in `tokens` (token by key); the keys whose lead was lost."""
        check_duration("lease", lease)
        now, lost = self._now(), []
        for key, token in tokens.items():
            if self._leads.find(key, now=now) == token:
                self._leads.put(key, token, ends_at=now + lease, now=now)
            else:
                lost.append(key)
        return lost

    async def publish(self, key: str, *, token: str, hit: Hit) -> bool:
        """Store an answer and tell everybody; kept also when the lead was lost (law 4). Whether `token` still led."""
        check_moment("fresh_until", hit.fresh_until)
        check_moment("stale_until", hit.stale_until)
        self._answers.put(key, hit, now=self._now())
        self._failures.drop(key)
        led = self._end_lead(key, token)
        self._tell(key)
        return led

    async def publish_failure(self, key: str, *, token: str, payload: bytes, ttl: float) -> bool:
        """Share a failure for `ttl` seconds and end the lead; nothing when the lead was lost. Whether `token` led."""
        check_duration("ttl", ttl)
        if not self._end_lead(key, token):
            return False
        now = self._now()
        self._failures.put(key, payload, ends_at=now + ttl, now=now)
        self._tell(key)
        return True

    async def leave(self, key: str, *, token: str) -> bool:
        """End the lead without an outcome, so that the next in line leads at once. Whether `token` led."""
        led = self._end_lead(key, token)
        if led:
            self._tell(key)
        return led

    async def forget(self, keys: Sequence[str]) -> None:
        """Delete the answers and failures under these keys (law 12), and tell everybody who keeps copies."""
        for key in keys:
            self._answers.drop(key)
            self._failures.drop(key)
            self._tell(key)

    def news(self) -> AsyncIterator[str]:
        """The key of every outcome as it comes; "" first. Ends when the store is closed.

        Leads that were left and keys that were forgotten are told as well.
        """
        return self._listen()

    async def _listen(self) -> AsyncGenerator[str]:
        listener = Listening()
        self._listeners.add(listener)
        try:
            while not self._closed and (message := await listener.hear()) is not None:
                yield message
        finally:
            self._listeners.discard(listener)

    def _now(self) -> float:
        """Seconds UTC that never step back: monotonic, and brought forward after the machine slept."""
        now = self._clock.monotonic() + self._offset
        ahead = self._clock.wall() - now
        if ahead > STEP_MAX:
            self._offset += ahead
            now += ahead
        return now

    def _load(self, key: str, now: float) -> Cell:
        version, value = self._cells.find(key, now=now) or (0, b"")
        return Cell(version=version, value=value, now=now, override=self._orders.find(key, now=now) or "")

    def _end_lead(self, key: str, token: str) -> bool:
        led = self._leads.find(key, now=self._now()) == token
        if led:
            self._leads.drop(key)
        return led

    def _tell(self, key: str) -> None:
        for listener in self._listeners:
            listener.tell(key)


class Answers:
    """Answers by key, at most `number` of them and `size_bytes` of payloads; the oldest go first."""

    def __init__(self, *, number: int, size_bytes: int) -> None:
        self._number, self._size_max, self._size = number, size_bytes, 0
        self._hits: OrderedDict[str, Hit] = OrderedDict()

    def find(self, key: str, *, now: float) -> Hit | None:
        """The answer, None when there is none or its end has come."""
        hit = self._hits.get(key)
        return hit if hit is not None and hit.stale_until > now else None

    def put(self, key: str, hit: Hit, *, now: float) -> None:
        """Keep `hit`, unless there is one that is fresh for longer, or it is larger than all there is room for."""
        held = self.find(key, now=now)
        if held is not None and held.fresh_until > hit.fresh_until:
            return
        self.drop(key)
        if hit.stale_until <= now or len(hit.payload) > self._size_max:
            return
        self._hits[key] = hit
        self._size += len(hit.payload)
        while len(self._hits) > self._number or self._size > self._size_max:
            self.drop(next(iter(self._hits)))

    def drop(self, key: str) -> bool:
        """Delete the answer. Whether there was one."""
        hit = self._hits.pop(key, None)
        self._size -= len(hit.payload) if hit is not None else 0
        return hit is not None


class Listening:
    """The messages one listener has not heard yet; "" when some were dropped, and at first."""

    def __init__(self) -> None:
        self._unheard: deque[str | None] = deque([""])
        self._woken = asyncio.Event()

    def tell(self, message: str) -> None:
        """Add a message; too many unheard ones become one "": look for yourself."""
        if len(self._unheard) >= NEWS_MAX:
            self._unheard.clear()
            message = ""
        self._unheard.append(message)
        self._woken.set()

    def close(self) -> None:
        """Let nothing be heard any more."""
        self._unheard = deque([None])
        self._woken.set()

    async def hear(self) -> str | None:
        """The next message, None when there will be none."""
        while not self._unheard:
            self._woken.clear()
            await self._woken.wait()
        return self._unheard.popleft()
