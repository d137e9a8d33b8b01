"""Who hears how identifications end: apps above this one, which this one does not know. They register at the start."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from identification.answer import ProviderName, ProviderReport


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


_makers: list[Callable[[], Listener]] = []


def register_listener(make: Callable[[], Listener]) -> None:
    """Let each process that opens its services from now on have a listener that `make` makes."""
    _makers.append(make)


def make_listeners() -> tuple[Listener, ...]:
    """The listeners of this process."""
    return tuple(make() for make in _makers)
