"""Who hears how identifications end, and what happens on the way: apps above, which this one does not know.

They register at the start.
"""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from identification.answer import ProviderName, ProviderReport, Verdict
from resilience.flight_events import FlightEvent
from resilience.ports import Listener as CircuitListener


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How one question ended. `reports` are the lines of its receipt, `prices` what asking each provider costs.

    `refused`: nobody was asked and nothing was stored, since no provider may be asked, or a budget is used up.
    """

    at: dt.datetime
    owner_id: int | None
    api_key_id: int | None = None
    sandbox: bool = False
    answered: bool = False
    refused: bool = False
    reports: tuple[ProviderReport, ...] = ()
    prices: Mapping[ProviderName, float] = field(default_factory=dict)
    verdict: Verdict | None = None  # of an answered one
    seconds: float = 0.0  # from asking the providers to the end; nothing for what was kept


class Listener(Protocol):
    """One object for each process, on its event loop."""

    def ended(self, ended: Ended) -> None:
        """A question has ended. Returns at once: the answer waits for it."""
        ...

    async def flush(self) -> None:
        """Return when all that was heard before is stored; called before it is read."""
        ...

    async def look_after(self) -> None:
        """Whatever is to be done each minute."""
        ...

    async def close(self) -> None:
        """Store the rest; nothing more ends."""
        ...


class Witness(CircuitListener, Protocol):
    """Hears each event of the circuits and of answers on their way, where it happens; returns at once, raises nothing."""

    def flew(self, event: FlightEvent) -> None:
        """Something happened to an answer on its way."""
        ...


_makers: list[Callable[[], Listener]] = []
_witnesses: list[Witness] = []


def register_listener(make: Callable[[], Listener]) -> None:
    """Let each process that opens its services from now on have a listener that `make` makes."""
    _makers.append(make)


def register_witness(witness: Witness) -> None:
    """Let services that open from now on tell this one too."""
    _witnesses.append(witness)


def find_witnesses() -> tuple[Witness, ...]:
    """All of them."""
    return tuple(_witnesses)


def tell_flight(event: FlightEvent) -> None:
    """Tell every witness; implements resilience.flight_events.FlightListener."""
    for witness in _witnesses:
        witness.flew(event)


def make_listeners() -> tuple[Listener, ...]:
    """The listeners of this process."""
    return tuple(make() for make in _makers)
