"""Traces for OpenTelemetry, where OTEL_EXPORTER_OTLP_ENDPOINT is set; else nothing here is imported.

Follows one question through the server as spans of time. What a span says is written in spans.py and nowhere else, and is
about the server: no address, account, key, place, photo or plant (docs/adr/0024-traces.md).
"""
