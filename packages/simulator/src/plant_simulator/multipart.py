"""Reads a multipart/form-data body that is already in memory (RFC 7578)."""

from dataclasses import dataclass

from aiohttp import content_disposition_filename, parse_content_disposition
from aiohttp.helpers import parse_mimetype


@dataclass(frozen=True, slots=True)
class Part:
    """One field of a form; `filename` and `content_type` are None where the client named none."""

    name: str
    data: bytes
    filename: str | None
    content_type: str | None

    @property
    def text(self) -> str:
        """The value of a text field."""
        return self.data.decode("utf-8", errors="replace")


class NotAForm(Exception):  # noqa: N818  # named for what the body is
    """The body is not what its content type says."""


def read_form(body: bytes, content_type: str) -> list[Part]:
    """The parts of a form in order. Raises NotAForm."""
    boundary = parse_mimetype(content_type).parameters.get("boundary")
    if not boundary:
        raise NotAForm
    chunks = (b"\r\n" + body).split(b"\r\n--" + boundary.encode("utf-8", errors="replace"))
    if len(chunks) < 2 or not chunks[-1].startswith(b"--"):  # noqa: PLR2004  # before the first, and the last mark
        raise NotAForm
    return [_read_part(chunk) for chunk in chunks[1:-1]]


def _read_part(chunk: bytes) -> Part:
    head, found, data = chunk.partition(b"\r\n\r\n")
    if not found:
        raise NotAForm
    headers = {}
    for line in head.decode("utf-8", errors="replace").split("\r\n"):
        name, _, value = line.partition(":")
        headers[name.strip().lower()] = value.strip()
    kind, parameters = parse_content_disposition(headers.get("content-disposition"))
    if kind != "form-data" or "name" not in parameters:
        raise NotAForm
    return Part(parameters["name"], data, content_disposition_filename(parameters), headers.get("content-type"))
