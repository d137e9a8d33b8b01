"""How Plant.id finds a key and words a refusal: a bare sentence."""

import base64
import binascii

from aiohttp import web

from plant_simulator.config import PlantIdSwitches
from plant_simulator.plant_id.credits import NO_CREDITS
from plant_simulator.refusal import Refusal
from plant_simulator.simulation import Simulation

NOT_FOUND = "API endpoint not found. Please check documentation at https://plant.id/docs."
_SENTENCES = {
    401: "The specified api key not found.",
    403: "Forbidden",
    404: NOT_FOUND,
    405: "Method Not Allowed",
    413: "Request Entity Too Large",
    429: NO_CREDITS,
    500: "Internal Server Error",
    502: "Bad Gateway",
    503: "Service Unavailable",
    504: "Gateway Timeout",
}


class PlantIdForm:
    """The manners of Plant.id."""

    name = "plant_id"

    def __init__(self, simulation: Simulation) -> None:
        self._simulation = simulation

    @property
    def switches(self) -> PlantIdSwitches:
        """The present readings of what sources leave open."""
        return self._simulation.config.plant_id

    def key_of(self, request: web.Request) -> str:
        """The key in `Api-Key`, or the password of HTTP Basic's user `client`; "" without one."""
        if "Api-Key" in request.headers:
            return request.headers["Api-Key"].strip()
        return _basic_password(request.headers.get("Authorization", "")) or ""

    def max_body_bytes(self) -> int:
        """No limit is documented: a switch."""
        return self.switches.max_body_bytes

    def refuse(self, refusal: Refusal) -> web.Response:
        """A plain sentence, with the content type of a web page."""
        response = web.Response(
            status=refusal.status, body=refusal.message.encode(errors="replace"), headers=refusal.headers
        )
        response.headers["Content-Type"] = self.switches.error_content_type
        return response

    def say(self, status: int) -> str:
        """The usual sentence of a status."""
        return _SENTENCES.get(status, "Error")


def _basic_password(header: str) -> str | None:
    scheme, _, encoded = header.partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        user, _, password = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    return password if user == "client" else None
