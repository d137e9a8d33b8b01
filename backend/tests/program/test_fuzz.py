"""Made-up headers, JSON and forms on every kind of route: whatever is wrong is told as a problem, and nothing breaks."""

import json

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from plant_community_backend.problems import KINDS

AUTH = "/api/v1/auth/app/v1"
V1 = "/api/v1/plant-identification"
NOBODY = "00000000-0000-0000-0000-000000000001"
JSON_ROUTES = [
    f"{AUTH}/auth/signup",
    f"{AUTH}/auth/login",
    f"{AUTH}/auth/email/verify",
    f"{AUTH}/auth/password/request",
    f"{AUTH}/auth/password/reset",
    f"{AUTH}/auth/2fa/authenticate",
    f"{AUTH}/auth/provider/token",
    f"{AUTH}/auth/webauthn/login",
    f"{V1}/identifications/{NOBODY}/feedback/",
]
NAMES = ["email", "password", "key", "code", "was_right", "name", "comment", "provider", "token", "credential"]
HEADERS = [
    "Accept", "Accept-Language", "Authorization", "Content-Type", "Cookie", "Forwarded", "Idempotency-Key", "If-None-Match", "Origin", "Prefer",
    "Range", "Referer", "X-CSRFToken", "X-Forwarded-For", "X-Forwarded-Proto", "X-Request-ID", "X-Session-Token",
]  # fmt: skip
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=3),
    max_leaves=6,
)
objects = st.dictionaries(st.sampled_from(NAMES), values, max_size=5)
field_values = st.text(
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 !#$%&'()*+,-./:;<=>?@[]^_`{|}~\"\\", max_size=60
)
MUCH = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck), database=None)


@pytest.fixture
def http(serve):
    """A client of a running server that is patient with many requests."""
    generous = dict.fromkeys(("IDENTIFY_RATE_ANONYMOUS", "IDENTIFY_BURST_ANONYMOUS", "API_RATE"), "1000000/second")
    with serve(**generous) as (address, _), httpx.Client(base_url=address, timeout=30) as client:
        yield client


def judge(reply):
    """Nothing of our own failed, and what was refused says so as a problem."""
    assert reply.status_code < 500, reply.text
    assert "Traceback" not in reply.text
    if reply.status_code >= 400:
        assert reply.headers["Content-Type"] == "application/problem+json", (reply.request.url, reply.text)
        body = reply.json()
        assert (body["status"], body["code"] in KINDS) == (reply.status_code, True)
        assert body["detail"]


def test_json_of_any_shape_is_answered_or_refused_as_a_problem(http):
    """Objects with our names and any values, lists, numbers, and bytes that are no JSON."""

    @MUCH
    @given(st.sampled_from(JSON_ROUTES), objects.map(json.dumps) | values.map(json.dumps) | st.binary(max_size=40))
    def once(route, body):
        judge(http.post(route, content=body, headers={"Content-Type": "application/json"}))

    once()


def test_headers_of_any_value_are_answered_or_refused_as_a_problem(http):
    """Each header that something here reads, on reading and on asking."""

    @MUCH
    @given(
        st.sampled_from([f"{V1}/identifications/", f"{V1}/identify/", "/api/v1/about/", f"{AUTH}/auth/session"]),
        st.sampled_from(["GET", "POST", "DELETE", "OPTIONS", "PUT"]),
        st.dictionaries(st.sampled_from(HEADERS), field_values, max_size=4),
    )
    def once(route, method, headers):
        http.cookies.clear()
        judge(http.request(method, route, headers={name: value.strip() for name, value in headers.items()}))

    once()


def test_forms_of_any_shape_are_answered_or_refused_as_a_problem(http):
    """Multipart with our fields and any values, files that are none, and bodies that are no multipart."""
    names = st.sampled_from(
        ["image", "images", "organs", "latitude", "longitude", "language", "include_diseases", "what"]
    )
    parts = st.lists(st.tuples(names, st.binary(max_size=60), st.booleans()), max_size=6)

    @MUCH
    @given(parts, st.binary(max_size=20))
    def once(parts, tail):
        lines = []
        for name, value, is_file in parts:
            file_name = '; filename="a.jpg"' if is_file else ""
            lines += [b"--x", f'Content-Disposition: form-data; name="{name}"{file_name}'.encode(), b"", value]
        body = b"\r\n".join([*lines, b"--x--", tail])
        judge(http.post(f"{V1}/identify/", content=body, headers={"Content-Type": "multipart/form-data; boundary=x"}))

    once()
