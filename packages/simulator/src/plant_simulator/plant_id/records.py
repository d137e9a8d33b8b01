"""Identifications that Plant.id has stored: read again, deleted, talked about."""

import random
import string
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Any, Literal

from plant_simulator.eyes import Verdict
from plant_simulator.plant_id.ask import Ask

type Status = Literal["CREATED", "SUBMITTED", "COMPLETED", "FAILED"]
_TOKEN_LENGTH = 15


@dataclass(slots=True, kw_only=True)
class Record:
    """One stored identification. Times are seconds since 1970-01-01 UTC; `completed` is None while pending."""

    token: str
    key: str
    ask: Ask
    verdict: Verdict
    with_health: bool
    created: float
    completed: float | None = None
    status: Status = "CREATED"
    asynchronous: bool = False
    ready_at: float = 0.0  # async=true: not before
    pending_reads: int = 0  # async=true: reads that still find it pending
    feedback: dict[str, Any] | None = None
    conversation: "Conversation | None" = None


@dataclass(slots=True)
class Conversation:
    """Questions and answers about one identification."""

    model_parameters: dict[str, Any]
    messages: list[dict[str, Any]] = field(default_factory=list)
    remaining_calls: int = 20
    feedback: Any = field(default_factory=dict)


class Records:
    """The last `kept` identifications, by access token and by the client's own custom_id."""

    def __init__(self, kept: int, seed: int) -> None:
        self._kept = kept
        self._chance = random.Random(seed)  # noqa: S311  # repeatable on purpose
        self._by_token: OrderedDict[str, Record] = OrderedDict()
        self._by_custom_id: dict[tuple[str, int], str] = {}

    def new_token(self) -> str:
        """Fifteen letters and digits; never digits only, those are custom ids."""
        first = self._chance.choice(string.ascii_letters)
        return first + "".join(self._chance.choices(string.ascii_letters + string.digits, k=_TOKEN_LENGTH - 1))

    def add(self, record: Record) -> None:
        """Store a record; one with the same custom_id is from now on found by its token only."""
        self._by_token[record.token] = record
        if record.ask.custom_id is not None:
            self._by_custom_id[record.key, record.ask.custom_id] = record.token
        while len(self._by_token) > self._kept:
            self.delete(next(iter(self._by_token.values())))

    def find(self, key: str, name: str) -> Record | None:
        """The record of an access token or custom_id, if it is this key's."""
        token = self._by_custom_id.get((key, int(name)), "") if _is_integer(name) else name
        record = self._by_token.get(token)
        return record if record is not None and record.key == key else None

    def delete(self, record: Record) -> None:
        """Forget a record."""
        del self._by_token[record.token]
        custom_id = record.ask.custom_id
        if custom_id is not None and self._by_custom_id.get((record.key, custom_id)) == record.token:
            del self._by_custom_id[record.key, custom_id]


def _is_integer(name: str) -> bool:
    digits = name.removeprefix("-")
    return digits.isascii() and digits.isdecimal() and len(digits) < 40  # noqa: PLR2004  # no custom_id is as long
