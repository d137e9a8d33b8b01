"""Photos of a wanted size, and the two ways in which they are uploaded."""

import functools
import io
import random
from typing import NamedTuple

import aiohttp
from PIL import Image

QUALITIES = range(95, 20, -3)


class Size(NamedTuple):
    """A kind of photo."""

    name: str
    pixels: tuple[int, int]
    size_bytes: int
    grain: float  # of the noise: more makes a larger file


SIZES = (Size("100 KB", (1024, 768), 100_000, 12.0), Size("3 MB, 12 megapixels", (4000, 3000), 3_000_000, 14.0))
FORMS = ("bare body", "multipart")


@functools.cache
def _scene(size: Size) -> tuple[Image.Image, int]:
    """A gradient with noise, and the JPEG quality at which it has about the wanted size."""
    bands = [
        Image.blend(
            Image.linear_gradient("L").rotate(90 * turn).resize(size.pixels),
            Image.effect_noise(size.pixels, 4 * size.grain),
            0.25,
        )
        for turn in range(3)
    ]
    picture = Image.merge("RGB", bands)
    best = min(QUALITIES, key=lambda quality: abs(len(_encoded(picture, quality)) - size.size_bytes))
    return picture, best


def _encoded(picture: Image.Image, quality: int) -> bytes:
    stream = io.BytesIO()
    picture.save(stream, "JPEG", quality=quality)
    return stream.getvalue()


def make_photo(size: Size, number: int) -> bytes:
    """Photo `number` of this size; each shows something else, by a few blocks of its pixels."""
    scene, quality = _scene(size)
    picture, luck = scene.copy(), random.Random(f"{size.name} {number}")
    for _ in range(8):
        x, y = luck.randrange(size.pixels[0] - 32), luck.randrange(size.pixels[1] - 32)
        picture.paste(tuple(luck.randbytes(3)), (x, y, x + 32, y + 32))
    return _encoded(picture, quality)


def body_of(photo: bytes, form: str) -> tuple[bytes, dict[str, str]]:
    """Body and headers of an upload; made once, so that the load generator has no work with it."""
    if form == "bare body":
        return photo, {"Content-Type": "image/jpeg"}
    boundary = "----benchmark"
    head = f'--{boundary}\r\nContent-Disposition: form-data; name="image"; filename="leaf.jpg"\r\nContent-Type: image/jpeg\r\n\r\n'
    body = head.encode() + photo + f"\r\n--{boundary}--\r\n".encode()
    return body, {"Content-Type": f"multipart/form-data; boundary={boundary}"}


def open_session() -> aiohttp.ClientSession:
    """A client without limits of its own, and without a cookie jar: cookies are given as headers."""
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=0),
        timeout=aiohttp.ClientTimeout(total=120),
        cookie_jar=aiohttp.DummyCookieJar(),
    )
