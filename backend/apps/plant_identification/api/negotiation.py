"""Which bodies come in and go out beyond JSON and forms: bare images, event streams, and the Prefer header."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer

IMAGE_TYPES = ("image/jpeg", "image/png", "image/webp", "image/avif", "image/heic", "image/heif")
WAIT = re.compile(r"wait\s*=\s*(\d{1,4})")


class BareImageParser(BaseParser):
    """A body that is the photo itself, as `curl --data-binary @leaf.jpg -H "Content-Type: image/jpeg"` sends it."""

    media_type = "image/*"

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Mapping[str, Any] | None = None) -> Any:
        """The bytes."""
        del media_type, parser_context
        return bytes(stream.read())


class EventStreamRenderer(BaseRenderer):
    """Offers text/event-stream in content negotiation; the stream itself is made by `api/events.py`."""

    media_type = "text/event-stream"
    format = "sse"
    charset = "utf-8"

    def render(
        self, data: Any, accepted_media_type: str | None = None, renderer_context: Mapping[str, Any] | None = None
    ) -> bytes:
        """Never called with data: problems are rendered before this."""
        del accepted_media_type, renderer_context
        return str(data).encode()


class OneFormat(BaseContentNegotiation):
    """For an address that has one format, whatever the Accept header says: a photo is a photo."""

    def select_parser(self, request: Any, parsers: Any) -> Any:
        """The first parser."""
        del request
        return parsers[0]

    def select_renderer(self, request: Any, renderers: Any, format_suffix: str | None = None) -> Any:
        """The first renderer."""
        del request, format_suffix
        return renderers[0], renderers[0].media_type


@dataclass(frozen=True, slots=True)
class Preference:
    """The Prefer header (RFC 7240): whether the client wants 202 at once, and how many seconds it waits at most."""

    respond_async: bool = False
    wait: float = math.inf

    @classmethod
    def read(cls, header: str) -> "Preference":
        """What `header` asks for; unknown preferences are ignored, as the RFC says."""
        words = [word.split(";")[0].strip().lower() for word in header.split(",")]
        respond_async = "respond-async" in words
        waits = [float(match[1]) for word in words if (match := WAIT.fullmatch(word))]
        return cls(respond_async, waits[0] if waits else (0.0 if respond_async else math.inf))

    @property
    def applied(self) -> str:
        """The value of Preference-Applied."""
        parts = ["respond-async"] if self.respond_async else []
        return ", ".join([*parts, *([f"wait={self.wait:.0f}"] if 0 < self.wait < math.inf else [])])
