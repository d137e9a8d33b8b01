"""Signing in, step by step; and where the server is."""

import ipaddress
from urllib.parse import urlsplit

from state.problems import Problem

SIGNED_IN, SIGN_IN, SECOND_FACTOR, VERIFY_EMAIL = "signed-in", "sign-in", "second-factor", "verify-email"
_STEPS = {"mfa_authenticate": SECOND_FACTOR, "verify_email": VERIFY_EMAIL}


def step_of(problem: Problem) -> str:
    """The step that a 401 of the account routes asks for; "" for a problem that is no step."""
    if problem.status != 401:  # noqa: PLR2004 - everything else is a failure
        return ""
    pending = next((flow["id"] for flow in problem.flows if flow.get("is_pending")), "")
    return _STEPS.get(pending, SIGN_IN)


def server_address(typed: str) -> str:
    """The address of a server as it was typed, made whole; "" when it is none. Without a scheme it is https."""
    text = typed.strip()
    whole = text if "://" in text else f"https://{text}"
    try:
        parts = urlsplit(whole)
        port = parts.port
    except ValueError:
        return ""
    if parts.scheme not in {"http", "https"} or not parts.hostname or " " in whole or parts.username:
        return ""
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return f"{parts.scheme}://{host}" + (f":{port}" if port else "")


def is_plain(address: str) -> bool:
    """Whether what is sent there can be read on the way: no encryption, and not this very device."""
    parts = urlsplit(address)
    if parts.scheme == "https":
        return False
    try:
        return not ipaddress.ip_address(parts.hostname or "").is_loopback
    except ValueError:
        return parts.hostname != "localhost"
