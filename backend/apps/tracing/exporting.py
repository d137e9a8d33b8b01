"""Where spans go: into a bounded queue, from there in a thread of its own to the collector. Nobody waits for either.

A collector that is away, slow or full costs spans, never an answer: what the queue has no room for is dropped.
"""

import contextlib
import importlib.metadata
import logging
import threading
import time
from collections.abc import Iterator

from django.conf import settings
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import OTELResourceDetector, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.util.re import parse_env_headers

from apps.tracing.spans import drop_tracer, use_tracer

NAME = "plant-community"
CLOSING_SECONDS = 5.0  # for the last spans, when the server stops
LOGGED_EVERY_SECONDS = 60.0
NOISY = (
    "opentelemetry.exporter.otlp.proto.http.trace_exporter",
    "opentelemetry.sdk._shared_internal",
)  # what they say of a collector that is away is the same every few seconds


class Seldom(logging.Filter):
    """Lets one line a minute pass: an outage of the collector is no reason to fill a disk."""

    def __init__(self) -> None:
        super().__init__()
        self._logged_at = -LOGGED_EVERY_SECONDS

    def filter(self, record: logging.LogRecord) -> bool:  # noqa: ARG002 - as logging calls it
        """Whether a minute has passed since the last line."""
        now = time.monotonic()
        if now - self._logged_at < LOGGED_EVERY_SECONDS:
            return False
        self._logged_at = now
        return True


SELDOM = Seldom()


@contextlib.contextmanager
def exporting() -> Iterator[None]:
    """Spans that end in the block are sent; blocks at its end, CLOSING_SECONDS at most, until the last ones are."""
    exporter = OTLPSpanExporter(
        endpoint=settings.OTEL_ENDPOINT,
        headers=parse_env_headers(settings.OTEL_HEADERS, liberal=True),
        timeout=settings.OTEL_TIMEOUT_SECONDS,
    )
    provider = TracerProvider(resource=_resource(), shutdown_on_exit=False)
    provider.add_span_processor(BatchSpanProcessor(exporter))
    tracer = provider.get_tracer("plant_community")
    for name in NOISY:
        logging.getLogger(name).addFilter(SELDOM)  # for good: its threads speak after the end, too
    use_tracer(tracer)
    try:
        yield
    finally:
        drop_tracer(tracer)
        _close(provider, exporter)


def _resource() -> Resource:
    """Who sends: OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES, else our name; always the version."""
    said = OTELResourceDetector().detect().attributes
    version = importlib.metadata.version("plant-community-backend")
    return Resource.create({"service.name": said.get("service.name", NAME), "service.version": version})


def _close(provider: TracerProvider, exporter: OTLPSpanExporter) -> None:
    """Send the last spans. The library would wait half a minute for a collector that is away; we do not."""
    closing = threading.Thread(target=provider.shutdown, name="last spans", daemon=True)
    closing.start()
    closing.join(CLOSING_SECONDS)
    if closing.is_alive():
        exporter.shutdown()  # type: ignore[no-untyped-call] # ends the waiting between two tries
