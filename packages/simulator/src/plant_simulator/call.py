"""One call on its way through a simulated provider."""

from dataclasses import dataclass

from aiohttp import web

from plant_simulator.faults import Fault, find_card_fault


class Struck(Exception):  # noqa: N818  # a fault on purpose, not an error of the simulator
    """The photo's own fault comes instead of any work."""


@dataclass(slots=True, kw_only=True)
class Call:
    """A request, its body once read, the fault it meets, and whether the provider has taken it on."""

    request: web.Request
    provider: str
    route: str  # such as "GET identification"
    identify: bool  # one of the calls that cost an identification
    key: str
    fault: Fault | None
    body: bytes = b""
    accepted: bool = False

    def meet(self, card: str | None) -> None:
        """Let the fault of a card strike, unless one laid out came first. Raises Struck when it is unbilled."""
        if self.fault is None:
            self.fault = find_card_fault(card)
            if self.fault is not None and not self.fault.billed:
                raise Struck
