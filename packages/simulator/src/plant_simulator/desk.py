"""Takes the calls of one provider: the fault, the body, work that goes on when the client has gone, the answer."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Protocol

from aiohttp import web

from plant_simulator.call import Call, Struck
from plant_simulator.refusal import Refusal
from plant_simulator.simulation import Simulation
from plant_simulator.wire import Wire

logger = logging.getLogger(__name__)
type Work = Callable[[Call], Awaitable[web.Response]]
type Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Form(Protocol):
    """How one provider finds the key and words its refusals."""

    name: str

    def key_of(self, request: web.Request) -> str:
        """The key a call carries, "" without one."""
        ...

    def max_body_bytes(self) -> int:
        """Longer bodies are refused with 413 unread."""
        ...

    def refuse(self, refusal: Refusal) -> web.Response:
        """The refusal in the provider's own form."""
        ...

    def say(self, status: int) -> str:
        """The provider's usual sentence for an error status."""
        ...


class Desk:
    """Where all calls of one provider come in."""

    def __init__(self, simulation: Simulation, form: Form) -> None:
        self._simulation, self._form = simulation, form
        self._wire = Wire(simulation.waits, form.refuse, form.say)
        self._works: set[asyncio.Task[web.Response | None]] = set()

    def handler(self, route: str, work: Work, *, identify: bool = False) -> Handler:
        """What aiohttp calls for a route: `work` behind everything that concerns all calls."""

        async def handle(request: web.Request) -> web.StreamResponse:
            call = Call(
                request=request,
                provider=self._form.name,
                route=route,
                identify=identify,
                key=self._form.key_of(request),
                fault=self._simulation.faults.take(self._form.name, identify=identify),
            )
            return await self._take(call, work)

        return handle

    async def _take(self, call: Call, work: Work) -> web.StreamResponse:
        traffic = self._simulation.traffic
        if call.identify:
            traffic.enter(call.provider)
        try:
            call.body = await read_body(call.request, self._form)
            self._note(call)
            return await self._wire.answer(call, await self._do(call, work))
        except Refusal as refusal:  # the body is too long
            self._note(call)
            self._settle(call)
            return self._form.refuse(refusal)
        finally:
            if call.identify:
                traffic.leave(call.provider)

    async def _do(self, call: Call, work: Work) -> web.Response | None:
        if call.fault is not None and not call.fault.billed:
            self._settle(call)
            return None
        # A provider does not stop computing, nor billing, when the client hangs up: aiohttp cancels only the waiting.
        task = asyncio.create_task(self._work(call, work))
        self._works.add(task)
        task.add_done_callback(self._finished)
        return await asyncio.shield(task)

    async def _work(self, call: Call, work: Work) -> web.Response | None:
        try:
            return await work(call)
        except Refusal as refusal:
            return self._form.refuse(refusal)
        except Struck:
            return None
        finally:
            self._settle(call)

    def _note(self, call: Call) -> None:
        account = self._simulation.billing.account(call.provider, call.key)
        account.requests[call.route] += 1
        account.calls += call.identify
        self._simulation.traffic.changed()

    def _settle(self, call: Call) -> None:
        if call.identify and not call.accepted:
            self._simulation.billing.account(call.provider, call.key).rejected += 1
        self._simulation.traffic.changed()

    def _finished(self, task: asyncio.Task[web.Response | None]) -> None:
        self._works.discard(task)
        if not task.cancelled() and task.exception() is not None:
            logger.error("A simulated call failed.", exc_info=task.exception())

    async def close(self) -> None:
        """Wait for the work under way; the simulation's waits are over by now."""
        await asyncio.gather(*self._works, return_exceptions=True)


async def read_body(request: web.Request, form: Form) -> bytes:
    """The whole body. Raises Refusal (413) when it is too long for the provider; unread, when its length is declared."""
    limit, status = form.max_body_bytes(), 413
    if (request.content_length or 0) > limit:
        raise Refusal(status, form.say(status))
    body = bytearray()
    async for chunk in request.content.iter_any():
        body += chunk
        if len(body) > limit:
            raise Refusal(status, form.say(status))
    return bytes(body)
