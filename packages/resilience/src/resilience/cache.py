"""Kept answers: how long one serves, where it came from, and how it is written down."""

import enum
from typing import Protocol

import msgspec

from resilience.ports import Hit


class Source(enum.StrEnum):
    """Where an answer came from; part of its receipt (law 10)."""

    L1 = "l1"  # this process' memory
    STORE = "store"  # the shared store
    ARCHIVE = "archive"  # the database: paid for earlier, forgotten by the store
    STALE = "stale"  # older than it should be; the reason is given with it
    FRESH = "fresh"  # asked and paid for by this request
    COLLAPSED = "collapsed"  # asked and paid for by another request at the same time


class Fresh(msgspec.Struct, frozen=True):
    """What a paid call brought. `fresh` and `stale` are seconds from now, None for the configured ones."""

    payload: bytes
    fresh: float | None = None
    stale: float | None = None


class Archived(msgspec.Struct, frozen=True):
    """What the archive holds. `produced_at` in seconds UTC, `fresh` and `stale` in seconds from then, as in Fresh."""

    payload: bytes
    produced_at: float
    fresh: float | None = None
    stale: float | None = None


class Archive(Protocol):
    """The durable memory of paid answers, a database; whoever pays writes it before anybody is told (law 4)."""

    async def find(self, key: str) -> Archived | None:
        """The newest answer under `key`, None when none was ever paid for or it was deleted."""
        ...


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """An answer with its life: fresh, then stale (to be shown with its age), then gone. All in seconds UTC."""

    payload: bytes
    produced_at: float
    fresh_until: float
    stale_until: float

    def is_fresh(self, now: float) -> bool:
        """Whether it serves as it is."""
        return now < self.fresh_until

    def is_usable(self, now: float) -> bool:
        """Whether it serves at all, fresh or stale."""
        return now < max(self.fresh_until, self.stale_until)


class _Letter(msgspec.Struct, frozen=True, array_like=True):
    """What is inside `Hit.payload`. Another `version` is read as no answer; new fields go to the end."""

    version: int
    produced_at: float
    payload: bytes


VERSION = 1


def make_entry(payload: bytes, *, produced_at: float, fresh: float, stale: float) -> Entry:
    """An entry that is fresh for `fresh` seconds from `produced_at`, and of use for `stale` seconds, if that is more."""
    return Entry(
        payload=payload,
        produced_at=produced_at,
        fresh_until=produced_at + fresh,
        stale_until=produced_at + max(fresh, stale),
    )


def to_hit(entry: Entry) -> Hit:
    """The entry as the store keeps it."""
    letter = _Letter(VERSION, entry.produced_at, entry.payload)
    return Hit(msgspec.msgpack.encode(letter), entry.fresh_until, entry.stale_until)


def from_hit(hit: Hit) -> Entry | None:
    """The entry in a store's hit, None when it was written by another version of this program or is damaged."""
    try:
        letter = msgspec.msgpack.decode(hit.payload, type=_Letter)
    except (msgspec.DecodeError, ValueError):  # ValueError: text that is no UTF-8
        return None
    if letter.version != VERSION:
        return None
    return Entry(
        payload=letter.payload,
        produced_at=letter.produced_at,
        fresh_until=hit.fresh_until,
        stale_until=hit.stale_until,
    )
