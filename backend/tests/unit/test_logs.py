"""Logs without keys and addresses."""

import json
import logging
import uuid

import pytest

from plant_community_backend.logs import Pseudonyms, redact, to_json

HIDE = Pseudonyms("key")


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


@pytest.mark.parametrize(
    "text",
    ["fern@example.org", "Fern.Moss+x@mail.example.co.uk", "192.0.2.7", "2001:db8::17", "2001:db8:1:2:3:4:5:6",
     "::ffff:192.0.2.7", "10.0.0.3"],
)  # fmt: skip
@pytest.mark.parametrize(
    "around", ["{}", "GET /x?for={}&y=1", "[{}]:4711 left", "{}:4711", "no mail to <{}>.", "a\n{}\nb"]
)
def test_pseudonyms_no_address_is_left_in_a_line(text, around):
    """Wherever it stands: in the sentence, a field, a list, an exception; with its port or without."""
    line = around.format(text)
    event = {"event": line, "who": [line, {"x": line}], "error": ValueError(line), "exception": line}
    shown = to_json(HIDE(None, "info", event))
    assert text not in shown
    assert text.casefold() not in shown
    json.loads(shown)


def test_pseudonyms_are_the_same_for_the_same_address_and_key():
    """Lines of one person are found together; who has no key cannot compute them."""
    assert HIDE.clean("fern@example.org") == HIDE.clean("FERN@example.org") != HIDE.clean("moss@example.org")
    assert HIDE.clean("192.0.2.7") != Pseudonyms("another").clean("192.0.2.7")
    assert HIDE.clean("192.0.2.7").startswith("ip:")


@pytest.mark.parametrize(
    "text",
    ["http://127.0.0.1:8000/livez", "on 0.0.0.0:8000", "[::1]:80", "12:30:45", "2026-11-25T11:08:25.123456Z", "version 1.2.3",
     "plant_id: 503", "std::vector", "@property", "[CACHE] HIT (l1, store), 3 s old", "limits==4.10.1.2.3"],
)  # fmt: skip
def test_pseudonyms_leave_what_tells_of_nobody(text):
    """This machine's own addresses, times, versions."""
    assert HIDE.clean(text) == text


def test_pseudonyms_leave_plain_values_alone():
    """Numbers and ids are what they were."""
    event = {
        "status": 200,
        "seconds": 0.1,
        "id": uuid.UUID(int=5),
        "none": None,
        "ok": True,
        "timestamp": "2026-11-25T11:08:25Z",
    }
    assert HIDE(None, "info", event) == event


def test_log_lines_of_the_standard_library_are_without_addresses(capsys):
    """Django, allauth and uvicorn log through it; their lines pass the same processors."""
    logging.getLogger("allauth.somewhere").warning("no mail to %s from %s", "fern@example.org", "192.0.2.7")
    handler = logging.getLogger().handlers[0] if logging.getLogger().handlers else None
    assert handler is not None
    formatter = next(each.formatter for each in logging.getLogger().handlers if hasattr(each.formatter, "processors"))
    record = logging.LogRecord(
        "uvicorn.error", logging.WARNING, "", 1, "%s - closed by %s", ("192.0.2.7:99", "fern@example.org"), None
    )
    line = formatter.format(record)
    assert "192.0.2.7" not in line
    assert "fern@example.org" not in line
