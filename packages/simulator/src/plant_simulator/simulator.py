"""Starts and stops a simulator: in the caller's event loop, or in a thread of its own."""

import asyncio
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from types import TracebackType
from typing import Any, Self

from aiohttp import web

from plant_simulator.app import Providers
from plant_simulator.billing import Billing
from plant_simulator.config import SimulatorConfig
from plant_simulator.faults import Calls, Fault, Provider
from plant_simulator.simulation import Simulation

_STOP_WITHIN = 0.5  # seconds that answers under way still get
_BACKLOG = 4_096  # clients that may knock at the same moment
_URL_MAX = 1_048_576  # bytes the parser reads of a URL, so that our own 414 can answer


class Simulator:
    """Plant.id v3 and Pl@ntNet v2 on a port of this machine, with faults and a billing counter.

    Use it as `async with Simulator(config) as sim:` and point clients at `sim.plant_id_url` and `sim.plantnet_url`.
    `wall` gives seconds since 1970-01-01 UTC. Its methods belong to the event loop it runs in, except those for
    faults, which any thread may call. With `port=0` the system picks a free one.
    """

    def __init__(
        self,
        config: SimulatorConfig | None = None,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        wall: Callable[[], float] = time.time,
    ) -> None:
        self._config, self._wall = config or SimulatorConfig(), wall
        self._host, self._port = host, port
        self._simulation: Simulation | None = None

    async def __aenter__(self) -> Self:
        self._simulation = Simulation(self._config, self._wall)
        self._providers = Providers(self._simulation)
        # A client that hangs up cancels its handler; the provider's work and bill go on (desk.py).
        self._runner = web.AppRunner(
            self._providers.app(),
            access_log=None,  # it would print Pl@ntNet's key, which is in the URL
            handler_cancellation=True,
            shutdown_timeout=_STOP_WITHIN,
            max_line_size=_URL_MAX,
        )
        try:
            await self._runner.setup()
            await web.TCPSite(self._runner, self._host, self._port, backlog=_BACKLOG).start()
        except BaseException:
            await self._stop()
            raise
        self._port = self._runner.addresses[0][1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stop()

    async def _stop(self) -> None:
        self._running.waits.close()
        await self._runner.cleanup()
        await self._providers.close()
        self._running.eyes.close()

    @property
    def _running(self) -> Simulation:
        if self._simulation is None:
            message = "the simulator is not started: use `async with`"
            raise RuntimeError(message)
        return self._simulation

    # --- where ---

    @property
    def url(self) -> str:
        """The simulator itself: control routes and pictures."""
        host = f"[{self._host}]" if ":" in self._host else self._host
        return f"http://{host}:{self._port}"

    @property
    def plant_id_url(self) -> str:
        """Plant.id's base address."""
        return f"{self.url}/v3"

    @property
    def plantnet_url(self) -> str:
        """Pl@ntNet's base address: its routes are below /v2."""
        return self.url

    # --- what happened ---

    @property
    def billing(self) -> Billing:
        """Calls and credits since the start or the last reset."""
        return self._running.billing

    def in_flight(self, provider: str) -> int:
        """Identify calls that are at a provider now."""
        return self._running.traffic.in_flight(provider)

    def peak_in_flight(self, provider: str) -> int:
        """The most identify calls that were at a provider at once."""
        return self._running.traffic.peak(provider)

    async def until(self, condition: Callable[["Simulator"], bool]) -> None:
        """Return as soon as `condition(self)` holds; it is asked whenever something happens to a call."""
        await self._running.traffic.until(lambda: condition(self))

    # --- what shall happen ---

    def inject(
        self,
        name: str,
        *,
        provider: Provider = "any",
        times: int | None = 1,
        calls: Calls = "identify",
        billed: bool | None = None,
        **params: Any,
    ) -> Fault:
        """Lay out a fault for the next calls (see faults.KINDS). Raises ValueError for one that cannot be."""
        fault = Fault(name=name, provider=provider, times=times, calls=calls, billed=billed, params=params)
        return self.add_fault(fault)

    def add_fault(self, fault: Fault) -> Fault:
        """Lay out a fault that has more to it: `skip` and `share`."""
        return self._running.faults.add(fault)

    def pending_faults(self) -> list[Fault]:
        """The faults that still wait for calls."""
        return self._running.faults.pending()

    def clear_faults(self) -> None:
        """Take back all faults; calls that hang already keep hanging."""
        self._running.faults.clear()

    @property
    def config(self) -> SimulatorConfig:
        """The present settings."""
        return self._running.config

    def configure(self, changes: Mapping[str, Any]) -> None:
        """Change settings, as `POST /_control/config` does. Raises ValueError."""
        self._running.config = self._running.config.changed(changes)

    def reset(self) -> None:
        """Forget faults, bills, stored identifications and changed settings."""
        self._running  # noqa: B018  # raises unless started
        self._providers.reset()


class SimulatorThread:
    """A simulator in another thread, for code without an event loop."""

    def __init__(self, simulator: Simulator, loop: asyncio.AbstractEventLoop) -> None:
        self._simulator, self._loop = simulator, loop
        self.url, self.plant_id_url, self.plantnet_url = simulator.url, simulator.plant_id_url, simulator.plantnet_url

    def do[Result](self, action: Callable[[Simulator], Result]) -> Result:
        """The result of `action(simulator)`, run in the simulator's own thread."""

        async def run() -> Result:
            return action(self._simulator)

        return asyncio.run_coroutine_threadsafe(run(), self._loop).result()


@contextmanager
def simulator_in_thread(
    config: SimulatorConfig | None = None,
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    wall: Callable[[], float] = time.time,
) -> Iterator[SimulatorThread]:
    """A running simulator for synchronous code; it stops at the end of the block. Raises OSError for a taken port."""
    started: list[SimulatorThread | BaseException] = []
    ready, stop = threading.Event(), asyncio.Event()
    loops: list[asyncio.AbstractEventLoop] = []

    async def run() -> None:
        loops.append(asyncio.get_running_loop())
        try:
            async with Simulator(config, host=host, port=port, wall=wall) as simulator:
                started.append(SimulatorThread(simulator, loops[0]))
                ready.set()
                await stop.wait()
        except BaseException as exc:
            started.append(exc)
            raise
        finally:
            ready.set()

    thread = threading.Thread(target=_run_quietly, args=(run,), name="plant-simulator", daemon=True)
    thread.start()
    ready.wait()
    if isinstance(started[0], BaseException):
        thread.join()
        raise started[0]
    try:
        yield started[0]
    finally:
        loops[0].call_soon_threadsafe(stop.set)
        thread.join()


def _run_quietly(run: Callable[[], Any]) -> None:
    """Run a coroutine function; what it raises is told by the thread that waits for it."""
    try:
        asyncio.run(run())
    except OSError:
        return
