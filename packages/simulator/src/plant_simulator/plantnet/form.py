"""How Pl@ntNet finds a key and words a refusal: the JSON of a hapi server."""

from http import HTTPStatus

from aiohttp import web

from plant_simulator.config import PlantNetSwitches
from plant_simulator.refusal import Refusal
from plant_simulator.simulation import Simulation
from plant_simulator.wire import json_response

FORM_OVERHEAD = 1_048_576  # bytes of boundaries and small fields beside the files
_REASONS = {413: "Request Entity Too Large", 414: "URI Too Long"}  # hapi's words, where Python says other ones


class PlantNetForm:
    """The manners of Pl@ntNet."""

    name = "plantnet"

    def __init__(self, simulation: Simulation) -> None:
        self._simulation = simulation

    @property
    def switches(self) -> PlantNetSwitches:
        """The present readings of what sources leave open."""
        return self._simulation.config.plantnet

    def key_of(self, request: web.Request) -> str:
        """The key in the query; one in a header does not count. "" without one."""
        return request.query.get("api-key", "")

    def max_body_bytes(self) -> int:
        """The limit of the files together, and room for the rest of the form."""
        return self.switches.max_total_bytes + FORM_OVERHEAD

    def refuse(self, refusal: Refusal) -> web.Response:
        """`statusCode`, `error`, `message`."""
        body = {"statusCode": refusal.status, "error": _reason(refusal.status), "message": refusal.message}
        return json_response(body, status=refusal.status, headers=refusal.headers)

    def say(self, status: int) -> str:
        """The message that hapi itself gives to a status."""
        if status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
            return f"Payload content length greater than maximum allowed: {self.switches.max_total_bytes}"
        return "An internal server error occurred" if status == HTTPStatus.INTERNAL_SERVER_ERROR else _reason(status)


def _reason(status: int) -> str:
    known = status in _REASONS or status not in HTTPStatus
    return _REASONS.get(status, "Unknown") if known else HTTPStatus(status).phrase
