"""Logs without keys."""

from plant_community_backend.logs import redact


def test_redact_key_in_query_is_replaced():
    """Pl@ntNet's key stands in the query; no log line shows it (law 13)."""
    event = {"event": "GET https://example.org/v2/identify/all?api-key=2b10secret&lang=en", "status": 200}
    assert redact(None, "info", event) == {
        "event": "GET https://example.org/v2/identify/all?api-key=***&lang=en",
        "status": 200,
    }
