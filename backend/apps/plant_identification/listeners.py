"""Who hears how identifications end, and what happens on the way: apps above, which this one does not know.

They register at the start.
"""

import contextvars
import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import aiohttp

from identification.answer import ProviderName, ProviderReport, Verdict
from identification.combined import CombinedIdentificationService
from identification.ports import Gatekeeper, Source
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


class Tracing(Protocol):
    """Follows a question on its way: wraps each station in one that behaves the same, and tells how long it took."""

    def combined(self, service: CombinedIdentificationService) -> CombinedIdentificationService:
        """The service, followed."""
        ...

    def source(self, source: Source) -> Source:
        """The source of one provider's answers, followed."""
        ...

    def gate(self, provider: ProviderName, gate: Gatekeeper) -> Gatekeeper:
        """What lets calls out to this provider, followed."""
        ...

    def http(self) -> Sequence[aiohttp.TraceConfig]:
        """Who hears of each HTTP call to a provider."""
        ...

    def flight_context(self) -> contextvars.Context:
        """The context of a flight that begins here: with nothing of the request but what following it needs."""
        ...


class _NotTraced:
    """Implements Tracing for servers that trace nothing: each station as it is."""

    def combined(self, service: CombinedIdentificationService) -> CombinedIdentificationService:
        return service

    def source(self, source: Source) -> Source:
        return source

    def gate(self, _provider: ProviderName, gate: Gatekeeper) -> Gatekeeper:
        return gate

    def http(self) -> Sequence[aiohttp.TraceConfig]:
        return ()

    def flight_context(self) -> contextvars.Context:
        return contextvars.Context()


_tracing: list[Tracing] = [_NotTraced()]
_makers: list[Callable[[], Listener]] = []
_witnesses: list[Witness] = []


def register_listener(make: Callable[[], Listener]) -> None:
    """Let each process that opens its services from now on have a listener that `make` makes."""
    _makers.append(make)


def register_witness(witness: Witness) -> None:
    """Let services that open from now on tell this one too."""
    _witnesses.append(witness)


def register_tracing(tracing: Tracing) -> None:
    """Let services that open from now on be followed."""
    _tracing.append(tracing)


def unregister_tracing(tracing: Tracing) -> None:
    """Follow no services that open from now on."""
    _tracing.remove(tracing)


def get_tracing() -> Tracing:
    """Who follows; nobody, unless somebody registered."""
    return _tracing[-1]


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
