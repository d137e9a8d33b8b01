"""The simulator as a program."""

import asyncio
import signal
from collections.abc import Callable

from plant_simulator.config import SimulatorConfig
from plant_simulator.control import ROUTES
from plant_simulator.simulator import Simulator


def serve(
    host: str = "127.0.0.1",
    port: int = 8090,
    config: SimulatorConfig | None = None,
    *,
    say: Callable[[str], None] = print,
) -> None:
    """Run a simulator until SIGTERM or SIGINT; say where it listens. Raises OSError when the port is taken.

    Without `config` it is as slow as the providers are (SimulatorConfig.realistic).
    """
    asyncio.run(_serve(Simulator(config or SimulatorConfig.realistic(), host=host, port=port), say))


async def _serve(simulator: Simulator, say: Callable[[str], None]) -> None:
    stop, loop = asyncio.Event(), asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stop.set)
    async with simulator:
        say(greeting(simulator))
        await stop.wait()
    say("The simulator has stopped.")


def greeting(simulator: Simulator) -> str:
    """Addresses, keys and control routes, for people."""
    config = simulator.config
    lines = [
        f"Simulated Plant.id v3:   {simulator.plant_id_url}   (also {simulator.url}/api/v3)",
        f"Simulated Pl@ntNet v2:   {simulator.plantnet_url}   (routes below /v2)",
        f"Keys of Plant.id:        {', '.join(config.plant_id_keys)}",
        f"Keys of Pl@ntNet:        {', '.join(config.plantnet_keys)}",
        "Any other key works like demo." if config.any_key else "Any other key is refused.",
        "Control routes:",
        *(f"  {route:<36} {tells}" for route, tells in ROUTES.items()),
    ]
    return "\n".join(lines)
