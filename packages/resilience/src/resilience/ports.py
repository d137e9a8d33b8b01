"""What this package asks of its surroundings."""

import time
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Protocol

import msgspec


class Clock(Protocol):
    """Tells the time; a fake one in tests."""

    def monotonic(self) -> float:
        """Seconds since some fixed moment; never steps back."""
        ...

    def wall(self) -> float:
        """Seconds since 1970-01-01 UTC; may step."""
        ...


class SystemClock:
    """The machine's own time."""

    def monotonic(self) -> float:
        """Seconds since some fixed moment; never steps back."""
        return time.monotonic()

    def wall(self) -> float:
        """Seconds since 1970-01-01 UTC; may step."""
        return time.time()


class Cell(msgspec.Struct, frozen=True, kw_only=True):
    """A small value that all processes share. `version` 0: there is none. `now` is the store's own time, seconds UTC.

    `override` is what an operator ordered, "" for nothing; it is kept beside the value and outlives it.
    """

    version: int
    value: bytes
    now: float
    override: str = ""


class Swap(msgspec.Struct, frozen=True, kw_only=True):
    """How a swap ended. `cell` is what the store holds now: the new value when done, else somebody else's."""

    done: bool
    cell: Cell


class CellStore(Protocol):
    """Keeps versioned cells. Every method raises StoreUnavailable, within a tenth of a second (law 8)."""

    async def load(self, key: str) -> Cell:
        """The cell, with version 0 and no bytes when there is none."""
        ...

    async def swap(self, key: str, *, version: int, value: bytes, ttl: float) -> Swap:
        """Write `value` if the cell still has `version`; it stays for `ttl` seconds, anew with each swap.

        The new version is one that no earlier cell had, also after the store lost everything.
        """
        ...

    async def order(self, key: str, override: str, *, ttl: float | None = None) -> None:
        """Set the operator's word for this cell, "" to take it back; it ends after `ttl` seconds where given."""
        ...


class Hit(msgspec.Struct, frozen=True):
    """The answer is there; `fresh_until` and `stale_until` are seconds of the store's clock."""

    payload: bytes
    fresh_until: float
    stale_until: float


class SharedFailure(msgspec.Struct, frozen=True):
    """The last leader failed a moment ago: its error, shared (law 5)."""

    payload: bytes


class Lead(msgspec.Struct, frozen=True):
    """You are the leader until your lease ends, unless you renew it."""


class Wait(msgspec.Struct, frozen=True):
    """Somebody else leads; their lease ends in `seconds` unless they renew it."""

    seconds: float


type Joined = Hit | SharedFailure | Lead | Wait


class FlightStore(Protocol):
    """Keeps answers, who is getting one, and tells when one has come. Raises StoreUnavailable as CellStore does."""

    async def read(self, key: str) -> Hit | None:
        """The answer, fresh or stale; None when there is none. One round trip."""
        ...

    async def join(self, key: str, *, token: str, lease: float) -> Joined:
        """Take part: a fresh answer, a shared failure, the lead (also again, for the same token), or a wait."""
        ...

    async def renew(self, tokens: Mapping[str, str], *, lease: float) -> Sequence[str]:
        """Renew the leads in `tokens` (token by key); the keys whose lead was lost."""
        ...

    async def publish(self, key: str, *, token: str, hit: Hit) -> bool:
        """Store an answer and tell everybody; kept also when the lead was lost (law 4). Whether `token` still led."""
        ...

    async def publish_failure(self, key: str, *, token: str, payload: bytes, ttl: float) -> bool:
        """Share a failure for `ttl` seconds and end the lead; nothing when the lead was lost. Whether `token` led."""
        ...

    async def leave(self, key: str, *, token: str) -> bool:
        """End the lead without an outcome, so that the next in line leads at once. Whether `token` led."""
        ...

    async def forget(self, keys: Sequence[str]) -> None:
        """Delete the answers and failures under these keys (law 12)."""
        ...

    def news(self) -> AsyncIterator[str]:
        """The key of every outcome as it comes, from every process; "" when messages may have been missed.

        Ends only when closed; survives a lost connection. One subscription per process serves everybody.
        """
        ...


class Listener(Protocol):
    """Hears what happens to a provider's circuit; called outside the rules, one event exactly once per cluster."""

    def transition(self, provider: str, change: object) -> None:
        """The circuit changed state: a circuit.Transition."""
        ...

    def refused(self, provider: str, refusal: object) -> None:
        """A call was refused: a gate.Refusal."""
        ...

    def called(self, provider: str, call: object) -> None:
        """A call has ended, in this process: a guard.Called."""
        ...
