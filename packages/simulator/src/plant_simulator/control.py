"""The control routes: faults, switches, the bill. They have no key: keep the simulator on loopback."""

import json
from collections.abc import Callable
from typing import Any

from aiohttp import web

from plant_simulator.faults import KINDS, read_fault
from plant_simulator.simulation import Simulation
from plant_simulator.wire import json_response

ROUTES = {
    "GET /_control": "this list",
    "GET /_control/faults": "pending faults, and the kinds there are",
    "POST /_control/faults": "lay out one fault or a list: name, provider, times (null: until cleared), calls, params",
    "DELETE /_control/faults": "take back all faults",
    "DELETE /_control/faults/{number}": "take back one",
    "GET /_control/billing": "calls, credits and photos, by provider and key; calls in flight",
    "GET /_control/config": "all settings",
    "POST /_control/config": "change switches, keys, latencies",
    "POST /_control/reset": "first settings, no faults, no bill, no stored identifications",
}
_NO_OBJECT, _NO_JSON = "send an object", "send JSON"


class Control:
    """Answers the control routes. `reset` makes the whole simulator forget."""

    def __init__(self, simulation: Simulation, reset: Callable[[], None]) -> None:
        self._simulation, self._reset = simulation, reset

    def routes(self) -> list[web.RouteDef]:
        """All of them."""
        return [
            web.get("/_control", self._list),
            web.get("/_control/faults", self._show_faults),
            web.post("/_control/faults", self._add_faults),
            web.delete("/_control/faults", self._clear_faults),
            web.delete(r"/_control/faults/{number:\d{1,9}}", self._clear_faults),
            web.get("/_control/billing", self._show_billing),
            web.get("/_control/config", self._show_config),
            web.post("/_control/config", self._change_config),
            web.post("/_control/reset", self._forget),
        ]

    async def _list(self, _request: web.Request) -> web.Response:
        return json_response(ROUTES)

    async def _show_faults(self, _request: web.Request) -> web.Response:
        kinds = {
            name: {
                "tells": kind.tells,
                "billed": kind.billed,
                "billed_can_change": not kind.spoils,
                "params": {parameter: item.default for parameter, item in kind.parameters.items()},
            }
            for name, kind in KINDS.items()
        }
        pending = [fault.as_json() for fault in self._simulation.faults.pending()]
        return json_response({"pending": pending, "kinds": kinds})

    async def _add_faults(self, request: web.Request) -> web.Response:
        data = await _read(request)
        try:
            faults = [read_fault(item) for item in (data if isinstance(data, list) else [data])]
        except ValueError as exc:
            raise _bad(str(exc)) from exc
        return json_response([self._simulation.faults.add(fault).as_json() for fault in faults], status=201)

    async def _clear_faults(self, request: web.Request) -> web.Response:
        number = request.match_info.get("number")
        return json_response({"cleared": self._simulation.faults.clear(int(number) if number else None)})

    async def _show_billing(self, _request: web.Request) -> web.Response:
        simulation = self._simulation
        known = {*simulation.config.plant_id_keys, *simulation.config.plantnet_keys}
        bill = simulation.billing.as_json(known)
        for provider in ("plant_id", "plantnet"):
            bill[provider]["in_flight"] = simulation.traffic.in_flight(provider)
            bill[provider]["peak_in_flight"] = simulation.traffic.peak(provider)
        return json_response(bill)

    async def _show_config(self, _request: web.Request) -> web.Response:
        return json_response(self._simulation.config.as_json())

    async def _change_config(self, request: web.Request) -> web.Response:
        data = await _read(request)
        if not isinstance(data, dict):
            raise _bad(_NO_OBJECT)
        try:
            self._simulation.config = self._simulation.config.changed(data)
        except ValueError as exc:
            raise _bad(str(exc)) from exc
        return await self._show_config(request)

    async def _forget(self, _request: web.Request) -> web.Response:
        self._reset()
        return json_response({"reset": True})


async def _read(request: web.Request) -> Any:
    try:
        return json.loads(await request.read())
    except ValueError as exc:
        raise _bad(_NO_JSON) from exc


def _bad(message: str) -> web.HTTPBadRequest:
    return web.HTTPBadRequest(text=json.dumps({"error": message}), content_type="application/json")
