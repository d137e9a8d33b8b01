"""Pictures that answers point to: drawn on request by the simulator itself, free of rights."""

import asyncio
from collections import OrderedDict

from aiohttp import web

from plant_simulator.catalogue import DISEASES, PLANTS
from plant_simulator.drawings import draw_plant

LICENSE_NAME = "CC0"
LICENSE_URL = "https://creativecommons.org/publicdomain/zero/1.0/"
CITATION = "simulated"
ORGANS = ("leaf", "flower", "fruit", "bark")
SIZES = (150, 400, 800)  # pixels; a request gets the next that is not smaller
_KEPT = 256


def slug_of(name: str) -> str:
    """The file name, without ending, of the pictures of a plant, genus or disease."""
    return "-".join("".join(sign if sign.isalnum() else " " for sign in name.lower()).split())


_NAMES = {
    slug_of(name): name
    for name in [
        *(disease.name for disease in DISEASES),
        *(plant.genus for plant in PLANTS),
        *(plant.name for plant in PLANTS),
    ]
}


def picture_url(base_url: str, name: str, *, size: int = 400, organ: str = "leaf") -> str:
    """Where the picture of a plant, genus or disease is."""
    return f"{base_url}/pictures/{slug_of(name)}.jpg?size={size}&organ={organ}"


class Pictures:
    """Draws beside the event loop and remembers the last pictures."""

    def __init__(self) -> None:
        self._drawn: OrderedDict[tuple[str, int, str], bytes] = OrderedDict()

    async def find(self, slug: str, *, size: int = 400, organ: str = "leaf") -> bytes | None:
        """The JPEG of a slug, None for one that names nothing in the catalogue."""
        name = _NAMES.get(slug)
        if name is None:
            return None
        key = (slug, next((step for step in SIZES if step >= size), SIZES[-1]), organ if organ in ORGANS else "leaf")
        if key not in self._drawn:
            self._drawn[key] = await asyncio.to_thread(draw_plant, name, size=key[1], organ=key[2])
            while len(self._drawn) > _KEPT:
                self._drawn.popitem(last=False)
        return self._drawn[key]

    async def get(self, request: web.Request) -> web.Response:
        """Answer GET /pictures/{slug}.jpg, with `size` (pixels) and `organ` in the query."""
        size = request.query.get("size", "400")
        picture = await self.find(
            request.match_info["slug"],
            size=int(size) if size.isdecimal() and len(size) < 6 else 400,  # noqa: PLR2004  # no size has more digits
            organ=request.query.get("organ", "leaf"),
        )
        if picture is None:
            raise web.HTTPNotFound
        return web.Response(body=picture, content_type="image/jpeg", headers={"Cache-Control": "max-age=86400"})
