"""Both providers, the control routes and the pictures behind one address."""

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from plant_simulator.control import Control
from plant_simulator.pictures import Pictures
from plant_simulator.plant_id.api import PlantIdApi
from plant_simulator.plant_id.form import NOT_FOUND, PlantIdForm
from plant_simulator.plantnet.api import PlantNetApi
from plant_simulator.plantnet.form import PlantNetForm
from plant_simulator.refusal import Refusal
from plant_simulator.simulation import Simulation


class Providers:
    """The web application of a simulation."""

    def __init__(self, simulation: Simulation) -> None:
        self._simulation, self._pictures = simulation, Pictures()
        self._plant_id, self._plantnet = PlantIdApi(simulation), PlantNetApi(simulation, self._pictures)

    def app(self) -> web.Application:
        """The application; make it once."""
        app = web.Application(middlewares=[answer_strays(self._plant_id.form, self._plantnet.form)])
        app.add_routes(self._plant_id.routes())
        app.add_routes(self._plantnet.routes())
        app.add_routes(Control(self._simulation, self.reset).routes())
        app.add_routes([web.get("/ping", _ping), web.get(r"/pictures/{slug:[\w-]+}.jpg", self._pictures.get)])
        app.on_response_prepare.append(_mark)
        return app

    def reset(self) -> None:
        """Forget everything since the start."""
        self._simulation.reset()
        self._plant_id.reset()
        self._plantnet.reset()

    async def close(self) -> None:
        """Wait for the work under way."""
        await self._plant_id.desk.close()
        await self._plantnet.desk.close()


def answer_strays(plant_id: PlantIdForm, plantnet: PlantNetForm) -> Middleware:
    """What words "no such route" and "not with this method" as the provider of the path does."""

    def refuse(request: web.Request, refusal: Refusal) -> web.Response:
        if not request.path.startswith("/v2/"):
            return plant_id.refuse(refusal)
        return plantnet.refuse(Refusal(404, "Not Found"))  # hapi knows a route only with its method

    @web.middleware
    async def answer(request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            return await handler(request)
        except web.HTTPMethodNotAllowed as refusal:
            allow = {"Allow": ",".join(sorted(refusal.allowed_methods))}
            return refuse(request, Refusal(405, "Method Not Allowed", headers=allow))
        except web.HTTPNotFound:
            return refuse(request, Refusal(404, NOT_FOUND))

    return answer


async def _ping(_request: web.Request) -> web.Response:
    return web.Response(text="pong")


async def _mark(_request: web.Request, response: web.StreamResponse) -> None:
    response.headers["X-Simulated"] = "true"
