"""A provider's gate state as all processes share it: read, changed by pure functions, swapped; local when that fails.

Changes of one process are applied together, one swap for all that wait, so that a process never fights itself. While
the store is away the last state known goes on in this process, with a share of what was free (law 8).
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from resilience import gate
from resilience.errors import StoreUnavailable
from resilience.gate import GateState, Override
from resilience.ports import Cell, CellStore, Clock
from resilience.store_breaker import StoreHealth

CONFLICTS_MAX = 100  # swaps lost in a row before the store counts as unavailable: never seen outside of tests
OWED_MAX = 10_000  # reports kept for a store that is away; what is lost beyond that, its reservations' end heals
CELL_TTL = 40 * 86_400.0  # seconds without any call after which a cell is forgotten; a month's quota must survive it

type Counts = Callable[[], Awaitable[Mapping[str, float]]]


@dataclass(frozen=True, slots=True)
class Now:
    """What a change may look at besides the state: the time of the store, and the operator's order.

    `alone` is True while this process decides by itself.
    """

    seconds: float
    override: Override | None
    alone: bool


type Change = Callable[[GateState, Now], tuple[GateState, Any]]


@dataclass(slots=True)
class _Waiting:
    change: Change
    again: bool
    outcome: "asyncio.Future[Any]" = field(default_factory=lambda: asyncio.get_running_loop().create_future())


class SharedState:
    """One provider's gate state. `counts` tells what is used by period when nobody remembers: the ledger."""

    def __init__(self, key: str, store: CellStore, health: StoreHealth, clock: Clock, *, counts: Counts) -> None:
        self._key, self._store, self._health, self._clock, self._counts = key, store, health, clock, counts
        self._waiting: list[_Waiting] = []
        self._worker: asyncio.Task[None] | None = None
        self._known: tuple[GateState, Override | None] = GateState(), None  # when the store was last seen
        self._owed: deque[Change] = deque(maxlen=OWED_MAX)  # made alone, and still to be made in the store
        self._alone: GateState | None = None  # the state this process goes on with while the store is away
        self.own: set[str] = set()  # tokens of the calls that this process has under way

    @property
    def alone(self) -> bool:
        """Whether this process decides by itself at the moment."""
        return self._alone is not None

    @property
    def busy(self) -> bool:
        """Whether changes are on their way."""
        return self._worker is not None and not self._worker.done()

    async def apply(self, change: Change, *, again: bool = False) -> Any:
        """What `change` returns beside the new state; it may be called several times, the last time counts.

        `again`: made while alone, it is made once more in the store when that is back, and has to bear it.
        """
        waiting = _Waiting(change, again)
        self._waiting.append(waiting)
        if self._worker is None or self._worker.done():
            self._worker = asyncio.create_task(self._work(), name=f"cell {self._key}")
        return await waiting.outcome

    async def _work(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting, []
            try:
                outcomes = await self._apply(batch)
            except Exception as error:  # noqa: BLE001 - whoever waits gets it
                outcomes = [error] * len(batch)
            for waiting, outcome in zip(batch, outcomes, strict=True):
                _tell(waiting.outcome, outcome)

    async def _apply(self, batch: list[_Waiting]) -> list[Any]:
        try:
            outcomes = await self._health.attempt(lambda: self._apply_shared(batch))
        except StoreUnavailable:
            return await self._apply_alone(batch)
        self._alone = None
        return outcomes

    async def _apply_shared(self, batch: list[_Waiting]) -> list[Any]:
        cell = await self._store.load(self._key)
        state = await self._state_in(cell)
        for _ in range(CONFLICTS_MAX):
            now, owed = Now(cell.now, _override(cell), alone=False), [*self._owed]
            changed, outcomes = _all([*owed, *(waiting.change for waiting in batch)], state, now)
            swap = await self._store.swap(self._key, version=cell.version, value=gate.encode(changed), ttl=CELL_TTL)
            if swap.done:
                self._known = changed, now.override
                for _ in owed:
                    self._owed.popleft()
                return outcomes[len(owed) :]
            cell, state = swap.cell, await self._state_in(swap.cell)
        verb = "swap_cell"
        raise StoreUnavailable(verb, "lost every time")

    async def _state_in(self, cell: Cell) -> GateState:
        """The state in the cell. One that is absent or unreadable is made anew from the ledger; so is one met again."""
        state = gate.read(cell.value) if cell.version else None
        if state is None or self.alone:
            return raise_taken(state or GateState(), await self._counts())
        return state

    async def _apply_alone(self, batch: list[_Waiting]) -> list[Any]:
        if self._alone is None:
            self._alone = raise_taken(gate.only_own(self._known[0], self.own), await self._counts())
        self._owed.extend(waiting.change for waiting in batch if waiting.again)
        self._alone, outcomes = _all(
            [waiting.change for waiting in batch], self._alone, Now(self._clock.wall(), self._known[1], alone=True)
        )
        return outcomes

    async def peek(self) -> tuple[GateState, Now]:
        """The state as it is, without changing it; for health and the operator."""
        try:
            cell = await self._health.attempt(lambda: self._store.load(self._key))
        except StoreUnavailable:
            return self._alone or self._known[0], Now(self._clock.wall(), self._known[1], alone=True)
        return await self._state_in(cell), Now(cell.now, _override(cell), alone=False)

    async def order(self, override: Override | None, *, ttl: float | None = None) -> None:
        """Set the operator's order, None to take it back. Raises StoreUnavailable."""
        await self._store.order(self._key, override.value if override else "", ttl=ttl)


def raise_taken(state: GateState, counts: Mapping[str, float]) -> GateState:
    """The state with at least `counts` taken in each period: used or under way. Never less than before."""
    taken = gate.taken(state)
    under_way = {period: amount - state.used.get(period, 0.0) for period, amount in taken.items()}
    return gate.raise_used(state, {period: count - under_way.get(period, 0.0) for period, count in counts.items()})


def _all(changes: list[Change], state: GateState, now: Now) -> tuple[GateState, list[Any]]:
    outcomes = []
    for change in changes:
        state, outcome = change(state, now)
        outcomes.append(outcome)
    return state, outcomes


def _override(cell: Cell) -> Override | None:
    """The operator's order; a word nobody knows is none."""
    return Override(cell.override) if cell.override in set(Override) else None


def _tell(future: "asyncio.Future[Any]", outcome: Any) -> None:
    if future.done():  # the one who asked has gone
        return
    if isinstance(outcome, Exception):
        future.set_exception(outcome)
    else:
        future.set_result(outcome)
