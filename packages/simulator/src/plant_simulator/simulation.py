"""All that the simulated providers share: settings, time, faults, the bill, eyes."""

import random
import time
from collections.abc import Callable

from aiohttp import web

from plant_simulator.billing import Billing
from plant_simulator.call import Call
from plant_simulator.config import SimulatorConfig
from plant_simulator.eyes import Eyes
from plant_simulator.faults import FaultBook
from plant_simulator.traffic import Traffic
from plant_simulator.waits import Waits

DAY = 86_400.0


class Simulation:
    """The state of a running simulator. `wall` gives seconds since 1970-01-01 UTC."""

    def __init__(self, config: SimulatorConfig, wall: Callable[[], float] = time.time) -> None:
        self.config, self.wall, self._first_config = config, wall, config
        self.faults, self.billing, self.traffic = FaultBook(config.seed), Billing(), Traffic()
        self.eyes, self.waits = Eyes(config.sights_kept), Waits()
        self._chance = random.Random(config.seed)  # noqa: S311  # repeatable on purpose

    def reset(self) -> None:
        """Back to the first configuration, without faults and bills; the providers forget on their own."""
        self.config = self._first_config
        self.faults.clear()
        self.billing = Billing()
        self.traffic.forget_peaks()
        self._chance.seed(self.config.seed)

    def latency_of(self, call: Call) -> float:
        """The next waiting time, in seconds: the provider's, or that of a latency fault."""
        config = self.config
        latency = config.plant_id_latency if call.provider == "plant_id" else config.plantnet_latency
        if call.fault is not None and call.fault.name == "latency":
            latency = call.fault.latency()
        return latency.sample(self._chance)

    async def pace(self, call: Call) -> None:
        """Take the time a call takes. Raises Refusal (503) when the simulator stops meanwhile."""
        await self.waits.sleep(self.latency_of(call))

    def accept(self, call: Call, *, credits_taken: float, digests: tuple[str, ...]) -> None:
        """Take a call on: from here it is billed, whatever becomes of its answer."""
        call.accepted = True
        self.billing.accept(call.provider, call.key, credits_taken=credits_taken, digests=digests)
        self.traffic.changed()

    def base_url(self, request: web.Request) -> str:
        """The address under which the client reaches the simulator, without a slash at the end."""
        return self.config.public_url or f"{request.scheme}://{request.host}"
