"""Addresses as people type them, and the steps of signing in."""

import pytest

from state.problems import Problem
from state.steps import is_plain, server_address, step_of


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("plants.example.org", "https://plants.example.org"),
        (" https://plants.example.org/ ", "https://plants.example.org"),
        ("http://192.168.1.5:8000/plants?x=1", "http://192.168.1.5:8000"),
        ("[::1]:8000", "https://[::1]:8000"),
        ("", ""),
        ("ftp://plants.example.org", ""),
        ("https://", ""),
        ("two words", ""),
        ("https://me:secret@plants.example.org", ""),
        ("https://plants.example.org:port", ""),
    ],
)
def test_address_of_a_server_as_it_is_typed(typed, address):
    """Encrypted unless the person says otherwise; no path, no password."""
    assert server_address(typed) == address


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("https://a.example", False), ("http://localhost:8000", False), ("http://127.0.0.1", False),
        ("http://192.168.1.5", True), ("http://plants.local", True),
    ],
)  # fmt: skip
def test_address_that_others_can_read_along_is_told(address, expected):
    """This device itself needs no encryption."""
    assert is_plain(address) is expected


@pytest.mark.parametrize(
    ("status", "flow", "step"),
    [
        (401, "mfa_authenticate", "second-factor"),
        (401, "verify_email", "verify-email"),
        (401, "login", "sign-in"),
        (400, "login", ""),
    ],
)
def test_pending_flow_is_the_next_step(status, flow, step):
    """A 401 of the account routes is an answer; everything else is a failure."""
    assert step_of(Problem(code="x", status=status, flows=[{"id": flow, "is_pending": True}])) == step
