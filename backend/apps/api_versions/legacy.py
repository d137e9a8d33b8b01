"""The addresses without a version: what their answers say of the end that is near, and the answer after it."""

import re
import time
from collections.abc import Mapping

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.http import http_date

from plant_community_backend.addresses import has_route
from plant_community_backend.problems import Problem, as_response
from plant_community_backend.versions import CURRENT_PREFIX, LEGACY_PREFIX

PAGE = "/api-versions/"
POLICY = re.compile(r'"([^"]*)"((?:;[a-z]+=[^;,]*)*)')  # one member of RateLimit or RateLimit-Policy


def find_successor(path: str) -> str | None:
    """The address in v1 of the same route, None where there is none."""
    successor = CURRENT_PREFIX + path.removeprefix(LEGACY_PREFIX)
    return successor if has_route(successor) else None


def deprecation_headers(path: str) -> dict[str, str]:
    """Deprecation (RFC 9745), Sunset (RFC 8594), and Link to the page about it and to the address in v1."""
    links = [f'<{PAGE}>; rel="deprecation"; type="text/html"', f'<{PAGE}#sunset>; rel="sunset"; type="text/html"']
    if successor := find_successor(path):
        links.append(f'<{successor}>; rel="successor-version"')
    return {
        "Deprecation": f"@{int(settings.LEGACY_API_DEPRECATED_SINCE.timestamp())}",
        "Sunset": http_date(settings.LEGACY_API_SUNSET.timestamp()),
        "Link": ", ".join(links),
    }


def gone(request: HttpRequest) -> HttpResponse:
    """410, with the address in v1. A problem that old clients can read as well: `success` and `error` are in it."""
    successor = find_successor(request.path)
    detail = f"The API without a version ended. Use {successor or '/api/v1/'} instead."
    hint = f"Bodies differ: {PAGE} has both side by side."
    problem = Problem("gone", detail, hint=hint, success=False, error=detail, successor=successor)
    return as_response(problem, request)


def old_rate_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """RateLimit and RateLimit-Policy as the X-RateLimit-... of before: the limit that ends first."""
    left, policies = _members(headers.get("RateLimit", "")), _members(headers.get("RateLimit-Policy", ""))
    known = [
        (values, policies[name]) for name, values in left.items() if "r" in values and "q" in policies.get(name, {})
    ]
    if not known:
        return {}
    values, policy = min(known, key=lambda each: each[0]["r"])
    return {
        "X-RateLimit-Limit": str(policy["q"]),
        "X-RateLimit-Remaining": str(values["r"]),
        "X-RateLimit-Reset": str(int(time.time()) + values.get("t", 0)),
    }


def _members(header: str) -> dict[str, dict[str, int]]:
    """The whole numbers of each named member: `"day";q=10;w=60` is {"day": {"q": 10, "w": 60}}."""
    return {name: _numbers(parameters) for name, parameters in POLICY.findall(header)}


def _numbers(parameters: str) -> dict[str, int]:
    pairs = (each.partition("=")[::2] for each in parameters.split(";") if each)
    return {key: int(value) for key, value in pairs if value.isascii() and value.isdecimal()}
