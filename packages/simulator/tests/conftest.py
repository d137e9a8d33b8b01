"""A running simulator with a clock that stands still, clients for both providers, and photos of each sort."""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from plant_simulator import Simulator, SimulatorConfig
from plant_simulator.cards import draw_fault_card
from plant_simulator.catalogue import PLANTS
from plant_simulator.drawings import draw_plant
from plant_simulator.seeing import Sight, see

UPSTREAM = Path(__file__).resolve().parents[3].parent / "shared" / "upstream"
START = 1_767_261_600.0  # 2026-01-01 10:00 UTC


class Clock:
    """A wall clock that moves when told to."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> float:
        return self.now


@dataclass(frozen=True)
class Photo:
    """A photo and what the simulator sees on it."""

    data: bytes
    sight: Sight

    @property
    def base64(self) -> str:
        return base64.b64encode(self.data).decode()


def draw_photos():
    """Drawn plants, one after another."""
    for plant in PLANTS:
        data = draw_plant(plant.name, size=320, organ="leaf")
        yield Photo(data, see(data))


@dataclass(frozen=True)
class Photos:
    """One photo of each sort."""

    healthy: Photo
    ill: Photo
    unclear: Photo
    other: Photo  # a clear plant, another than `healthy`
    nothing: Photo  # no plant


@dataclass(frozen=True)
class Reply:
    """What a client gets."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Client:
    """Calls one provider; `key` may be changed."""

    def __init__(self, session: aiohttp.ClientSession, base: str) -> None:
        self.session, self.base, self.key = session, base, "demo"

    async def send(self, method, path, **options) -> Reply:
        async with self.session.request(method, self.base + path, **options) as response:
            return Reply(response.status, response.headers, await response.read())


class PlantIdClient(Client):
    """Calls Plant.id, with the key in its header."""

    async def call(self, method, path, *, headers=None, **options) -> Reply:
        return await self.send(method, path, headers={"Api-Key": self.key} | (headers or {}), **options)

    async def identify(self, *photos, path="/identification", params=None, **body) -> Reply:
        images = {"images": [photo.base64 for photo in photos]} if photos else {}
        return await self.call("POST", path, json=images | body, params=params)


class PlantNetClient(Client):
    """Calls Pl@ntNet, with the key in the query."""

    async def get(self, path, **params) -> Reply:
        return await self.send("GET", path, params={"api-key": self.key} | params)

    async def identify(
        self, *photos, organs=(), path="/v2/identify/all", fields=(), filename="a.jpg", **params
    ) -> Reply:
        form = aiohttp.FormData(default_to_multipart=True)
        for photo in photos:
            data = photo.data if isinstance(photo, Photo) else photo
            form.add_field("images", BytesIO(data), filename=filename, content_type="image/jpeg")
        for name, value in [*(("organs", organ) for organ in organs), *fields]:
            form.add_field(name, value)
        query = {name.replace("_", "-"): value for name, value in params.items()}
        return await self.send("POST", path, data=form, params={"api-key": self.key} | query)


@pytest.fixture(scope="session")
def draw_card():
    """Draws a test card by its name."""

    def draw(name) -> Photo:
        data = draw_fault_card(name)
        return Photo(data, see(data))

    return draw


@pytest.fixture(scope="session")
def photos(draw_card) -> Photos:
    """One photo of each sort."""
    healthy = draw_card("healthy")
    best = healthy.sight.ranking[0][0]
    return Photos(
        healthy=healthy,
        ill=draw_card("unhealthy"),
        unclear=draw_card("low_confidence"),
        other=next(photo for photo in draw_photos() if photo.sight.clear and photo.sight.ranking[0][0] is not best),
        nothing=draw_card("not_a_plant_card"),
    )


@pytest.fixture
def clock() -> Clock:
    """The time of `sim`."""
    return Clock()


@pytest.fixture
def config() -> SimulatorConfig:
    """The settings of `sim`; a test class or module may say otherwise."""
    return SimulatorConfig()


@pytest.fixture
async def sim(config, clock):
    """A running simulator."""
    async with Simulator(config, wall=clock) as simulator:
        yield simulator


@pytest.fixture
async def session():
    """An HTTP client."""
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=30)) as opened:
        yield opened


@pytest.fixture
def plant_id(sim, session) -> PlantIdClient:
    """A client of the simulated Plant.id."""
    return PlantIdClient(session, sim.plant_id_url)


@pytest.fixture
def plantnet(sim, session) -> PlantNetClient:
    """A client of the simulated Pl@ntNet."""
    return PlantNetClient(session, sim.plantnet_url)


@pytest.fixture
def control(sim, session) -> Client:
    """A client of the control routes."""
    return Client(session, sim.url + "/_control")


@pytest.fixture
def upstream() -> Path:
    """The folder of recorded bodies beside the checkout."""
    if not UPSTREAM.is_dir():
        pytest.skip("no recorded bodies beside this checkout")
    return UPSTREAM
