"""Bad input: each gets a clear problem, nothing is stored, and nobody is paid."""

import asyncio
import errno
import json
import os
import struct
import tempfile
import zlib

import httpx
import pytest

from apps.plant_identification.models import Identification, Photo
from plant_community_backend.database import in_database

IDENTIFY = "/api/v1/plant-identification/identify/"


def flat_png(width, height):
    """A PNG of one colour: huge in pixels, small in bytes."""

    def chunk(name, data):
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = zlib.compressobj(9)
    row = b"\0" * (width + 1)
    pixels = b"".join(rows.compress(row) for _ in range(height)) + rows.flush()
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"></svg>'
GIF = (
    b"GIF89a"
    + struct.pack("<HH", 8, 8)
    + b"\x80\0\0\0\0\0\xff\xff\xff"
    + (b"!\xf9\x04\x04\x0a\0\0\0,\0\0\0\0\x08\0\x08\0\0\x02\x04\x84\x8f\x09\x05\0" * 3)
    + b";"
)


async def nothing_happened(simulator):
    """Whether no row exists and no provider was asked."""
    rows = await in_database(lambda: Identification.objects.count() + Photo.objects.count())
    return rows == 0 and simulator.billing.calls("plant_id") == simulator.billing.calls("plantnet") == 0


async def refused(response, simulator, status, code):
    """Assert that the answer is this problem and that nothing happened."""
    assert response.status_code == status, response.text
    assert response.headers["Content-Type"] == "application/problem+json"
    problem = response.json()
    assert (problem["code"], problem["status"]) == (code, status)
    assert problem["detail"]
    assert problem["request_id"] == response.headers["X-Request-ID"]
    assert await nothing_happened(simulator)
    return problem


@pytest.mark.parametrize(
    ("name", "content", "status", "code"),
    [
        ("empty.jpg", b"", 422, "photo-empty"),
        ("notes.jpg", b"this is only text, whatever the name says", 415, "photo-unsupported"),
        ("drawing.svg", SVG, 415, "photo-unsupported"),
        ("moving.gif", GIF, 415, "photo-unsupported"),
        ("flat.png", flat_png(20_000, 20_000), 413, "photo-too-large"),
        ("page.html", b"<html><body>502 Bad Gateway</body></html>", 415, "photo-unsupported"),
    ],
    ids=["empty", "text", "svg", "gif", "20000x20000", "html"],
)
async def test_identify_file_that_is_no_photo_is_refused(client, simulator, name, content, status, code):
    """A file that cannot be used is refused before anything is paid or stored."""
    response = await client.post(IDENTIFY, files={"image": (name, content, "image/jpeg")})
    problem = await refused(response, simulator, status, code)
    assert problem["errors"][0]["pointer"] == "#/images/0"
    assert problem["hint"]


async def test_identify_truncated_jpeg_is_refused(client, simulator, leaf):
    """A photo cut off on its way is refused, not half identified."""
    response = await client.post(IDENTIFY, files={"image": ("cut.jpg", leaf[: len(leaf) // 2], "image/jpeg")})
    await refused(response, simulator, 422, "photo-damaged")


async def test_identify_one_pixel_is_refused(client, simulator, make_photo):
    """Nobody sees a plant on one pixel."""
    response = await client.post(IDENTIFY, files={"image": ("dot.png", make_photo(1, 1, "PNG"), "image/png")})
    await refused(response, simulator, 422, "photo-too-small")


async def test_identify_photo_over_15_mb_is_refused(client, simulator, leaf):
    """One photo may have 15 MB."""
    response = await client.post(IDENTIFY, files={"image": ("big.jpg", leaf + b"\0" * 15 * 1024 * 1024, "image/jpeg")})
    await refused(response, simulator, 413, "photo-too-large")


async def test_identify_bare_photo_over_15_mb_is_refused(client, simulator, leaf):
    """The same limit holds for a bare body."""
    body = leaf + b"\0" * 17 * 1024 * 1024
    response = await client.post(IDENTIFY, content=body, headers={"Content-Type": "image/jpeg"})
    await refused(response, simulator, 413, "photo-too-large")


@pytest.mark.parametrize("way", ["form", "bare"])
async def test_identify_large_photo_on_a_full_disk_is_told(client, simulator, leaf, monkeypatch, way):
    """Uploads of more than 2.5 MB go through a file; without room for it the answer is a problem as any, read to its end."""

    def no_room(self):
        self.close()  # Django leaves it to the garbage collector, which warns
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(tempfile.SpooledTemporaryFile, "rollover", no_room)
    photo = leaf + bytes(3_000_000)
    sent = (
        {"files": {"image": ("leaf.jpg", photo, "image/jpeg")}}
        if way == "form"
        else {"content": photo, "headers": {"Content-Type": "image/jpeg"}}
    )
    problem = await refused(await client.post(IDENTIFY, **sent), simulator, 503, "storage-full")
    assert problem["retryable"]


@pytest.mark.parametrize(
    "options",
    [{"kind": "JPEG", "mode": "CMYK", "color": (40, 10, 90, 20)}, {"kind": "PNG", "mode": "I;16", "color": 30_000}],
)
async def test_identify_unusual_pixels_are_accepted(client, make_photo, options):
    """A CMYK JPEG and a 16-bit PNG are photos like any other."""
    response = await client.post(IDENTIFY, files={"image": ("odd", make_photo(**options), "image/jpeg")})
    assert response.status_code == 200, response.text


@pytest.mark.parametrize(
    ("data", "pointer"),
    [
        ({"organs": "trunk"}, "#/organs"),
        ({"organs": ["leaf", "flower"]}, "#/organs"),
        ({"latitude": "91", "longitude": "0"}, "#/latitude"),
        ({"latitude": "NaN", "longitude": "0"}, "#/latitude"),
        ({"latitude": "10", "longitude": "inf"}, "#/longitude"),
        ({"latitude": "10"}, "#/longitude"),
        ({"latitude": ["1", "2"], "longitude": "0"}, "#/latitude"),
        ({"language": "no language"}, "#/language"),
        ({"include_diseases": "perhaps"}, "#/include_diseases"),
        ({"organ": "leaf"}, "#/organ"),
        ({"image": "text instead of a file"}, "#/image"),
    ],
    ids=lambda value: json.dumps(value) if isinstance(value, dict) else "",
)
async def test_identify_wrong_option_is_named_with_its_pointer(client, simulator, leaf, data, pointer):
    """A wrong option is refused by its name, before anything is paid."""
    response = await client.post(IDENTIFY, data=data, files={"images": ("leaf.jpg", leaf, "image/jpeg")})
    problem = await refused(response, simulator, 400, "invalid-input")
    assert any(error["pointer"].startswith(pointer) for error in problem["errors"])


async def test_identify_six_photos_are_refused(client, simulator, leaf):
    """At most five photos of one plant."""
    response = await client.post(IDENTIFY, files=[("images", (f"{n}.jpg", leaf, "image/jpeg")) for n in range(6)])
    problem = await refused(response, simulator, 400, "invalid-input")
    assert "5" in problem["detail"]


async def test_identify_third_photo_damaged_is_named_by_its_position(client, simulator, leaf):
    """The one bad photo among good ones is pointed at."""
    photos = [leaf, leaf, leaf[:2000]]
    response = await client.post(IDENTIFY, files=[("images", ("x.jpg", photo, "image/jpeg")) for photo in photos])
    problem = await refused(response, simulator, 422, "photo-damaged")
    assert problem["errors"][0]["pointer"] == "#/images/2"


async def test_identify_without_photo_is_refused(client, simulator):
    """A form without a photo says which field is missing."""
    response = await client.post(IDENTIFY, files={"language": (None, "en")})
    problem = await refused(response, simulator, 400, "invalid-input")
    assert problem["errors"][0]["pointer"] == "#/images"


async def test_identify_image_and_images_together_are_refused(client, simulator, leaf):
    """Two names for the same thing in one request are a mistake."""
    response = await client.post(IDENTIFY, files={"image": ("a.jpg", leaf), "images": ("b.jpg", leaf)})
    await refused(response, simulator, 400, "invalid-input")


async def test_identify_thousand_fields_are_refused(client, simulator, leaf):
    """A form with a thousand fields is refused as such."""
    response = await client.post(
        IDENTIFY, data={f"field{n}": "x" for n in range(1000)}, files={"image": ("a.jpg", leaf)}
    )
    await refused(response, simulator, 400, "too-many-fields")


async def test_identify_broken_multipart_is_refused(client, simulator):
    """A body without its boundary is no form."""
    headers = {"Content-Type": "multipart/form-data"}
    response = await client.post(IDENTIFY, content=b"--nothing\r\n", headers=headers)
    await refused(response, simulator, 400, "malformed-body")


async def test_identify_multipart_cut_off_is_refused(client, simulator, leaf):
    """A form whose last boundary never came is refused."""
    head = b'--b\r\nContent-Disposition: form-data; name="image"; filename="a.jpg"\r\nContent-Type: image/jpeg\r\n\r\n'
    headers = {"Content-Type": "multipart/form-data; boundary=b"}
    response = await client.post(IDENTIFY, content=head + leaf[:3000], headers=headers)
    assert response.status_code in {400, 422}
    assert response.headers["Content-Type"] == "application/problem+json"
    assert await nothing_happened(simulator)


@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE"])
async def test_identify_wrong_method_is_405_with_allow(client, simulator, method):
    """Other methods are told which ones exist."""
    response = await client.request(method, IDENTIFY)
    await refused(response, simulator, 405, "method-not-allowed")
    assert "POST" in response.headers["Allow"]


async def test_identify_wrong_accept_is_406(client, simulator, leaf):
    """A format that does not exist is refused before anything is paid."""
    response = await client.post(IDENTIFY, files={"image": ("a.jpg", leaf)}, headers={"Accept": "application/pdf"})
    await refused(response, simulator, 406, "not-acceptable")


@pytest.mark.parametrize(
    "content_type", ["application/json", "text/plain", "image/svg+xml", "application/x-www-form-urlencoded"]
)
async def test_identify_wrong_content_type_is_415(client, simulator, content_type):
    """A body of a type that is not taken is refused."""
    response = await client.post(IDENTIFY, content=b"{}", headers={"Content-Type": content_type})
    assert response.json()["code"] in {"unsupported-media-type", "photo-unsupported"}
    assert response.status_code == 415
    assert await nothing_happened(simulator)


async def test_identify_60_mb_are_refused_before_they_are_read(client, simulator):
    """The declared length is enough to refuse; the server does not wait for the bytes."""
    url = httpx.URL(str(client.base_url))
    reader, writer = await asyncio.open_connection(url.host, url.port)
    try:
        lines = [
            f"POST {IDENTIFY} HTTP/1.1",
            "Host: 127.0.0.1",
            "Content-Type: image/jpeg",
            f"Content-Length: {60 * 1024 * 1024}",
            "",
            "",
        ]
        writer.write("\r\n".join(lines).encode())
        async with asyncio.timeout(5):
            head = await reader.readuntil(b"\r\n\r\n")
            body = await reader.readuntil(b"}")
    finally:
        writer.close()
    assert b" 413 " in head.splitlines()[0]
    assert json.loads(body)["code"] == "body-too-large"
    assert await nothing_happened(simulator)


async def test_identify_endless_chunks_are_refused_at_the_limit(client, simulator, against):
    """Without a declared length the bytes are counted as they come."""
    against.BODY_BYTES_MAX = 1024 * 1024

    async def endless():
        for _ in range(64):
            yield b"x" * 65_536

    response = await client.post(IDENTIFY, content=endless(), headers={"Content-Type": "image/jpeg"})
    assert response.status_code == 413
    assert await nothing_happened(simulator)


async def test_identify_stalled_upload_does_not_hold_up_others(client, leaf):
    """An upload that stops in its middle costs nobody else a wait."""
    url = httpx.URL(str(client.base_url))
    _, writer = await asyncio.open_connection(url.host, url.port)
    try:
        writer.write(
            f"POST {IDENTIFY} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: image/jpeg\r\nContent-Length: 99999\r\n\r\n".encode()
            + b"x" * 1024
        )
        await writer.drain()
        assert (await client.get("/livez")).status_code == 200
        assert (await client.post(IDENTIFY, files={"image": ("a.jpg", leaf)})).status_code == 200
    finally:
        writer.close()
