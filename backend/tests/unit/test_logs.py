"""Logs without keys."""

import json

from plant_community_backend.logs import redact, to_json


def test_redact_key_in_query_is_replaced():
    """Pl@ntNet's key stands in the query; no log line shows it (law 13)."""
    event = {"event": "GET https://example.org/v2/identify/all?api-key=2b10secret&lang=en", "status": 200}
    assert redact(None, "info", event) == {
        "event": "GET https://example.org/v2/identify/all?api-key=***&lang=en",
        "status": 200,
    }


def test_to_json_of_anything_is_one_line():
    """A value that JSON has no form for costs no log line."""
    line = to_json({"event": "two\nlines → one", "where": complex(1, 2), "seconds": 0.1, "names": {"ö"}})
    assert "\n" not in line
    assert json.loads(line) == {"event": "two\nlines → one", "where": "(1+2j)", "seconds": 0.1, "names": ["ö"]}
