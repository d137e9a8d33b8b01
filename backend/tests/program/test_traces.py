"""Traces: what a collector is told of a question, what it is never told, and that nobody waits for it (laws 12 and 13)."""

import concurrent.futures
import io
import json
import signal
import struct
import subprocess
import sys
import time

import httpx
import psutil
import pytest
from collector import collector, words
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status
from PIL import Image
from scraping import until
from signing_up import sign_up

from plant_simulator.drawings import draw_sample_leaf
from resilience.testing_ports import find_free_port

API = "/api/v1"
IDENTIFY = f"{API}/plant-identification/identify/"
IDENTIFY_ROUTE = f"{API[1:]}/plant-identification/identify/"
IMAGE = {"Content-Type": "image/jpeg"}
TRACE, PARENT = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
SOON = {"OTEL_BSP_SCHEDULE_DELAY": "50"}  # milliseconds
P = "plant_community."


@pytest.fixture
def traced():
    """A collector, and the settings that send to it."""
    with collector() as got:
        yield got, {"OTEL_EXPORTER_OTLP_ENDPOINT": got.address} | SOON


def photo_with_a_place():
    """A leaf whose camera wrote down where it stood, and whose it is."""
    tags = Image.Exif()
    tags[0x010F] = "Elm Street 12"
    tags.get_ifd(0x8825).update({1: "N", 2: (47.0, 33.0, 21.0), 3: "E", 4: (11.0, 17.0, 42.0)})
    stream = io.BytesIO()
    Image.open(io.BytesIO(draw_sample_leaf())).save(stream, "JPEG", exif=tags)
    return stream.getvalue()


def only(spans):
    """The one there is."""
    assert len(spans) == 1, [span.name for span in spans]
    return spans[0]


def test_traces_follow_a_question_from_the_request_to_each_provider_and_back(serve, keys, traced):
    """One trace: request, identification, flight, gate, call, HTTP; each the child of the one before, with its words."""
    got, settings = traced
    with serve(**keys, **settings, OTEL_RESOURCE_ATTRIBUTES="deployment.environment.name=test") as (address, _):
        reply = httpx.post(address + IDENTIFY, content=draw_sample_leaf(), headers=IMAGE, timeout=60)
        assert reply.status_code == 200
        until(lambda: got.named(f"POST {IDENTIFY_ROUTE}"))
        request = only(got.named(f"POST {IDENTIFY_ROUTE}"))
    assert words(request.attributes) == {
        "http.request.method": "POST", "http.route": IDENTIFY_ROUTE, "http.response.status_code": 200, "url.scheme": "http",
    }  # fmt: skip
    assert (request.kind, request.parent_span_id) == (Span.SPAN_KIND_SERVER, b"")
    asked = only(got.named("identification"))
    level = reply.json()["verdict"]["level"]
    assert words(asked.attributes) == {P + "photos": 1, P + "outcome": "answered", P + "level": level}
    assert asked.parent_span_id == request.span_id
    for provider in ("plant_id", "plantnet"):
        flight, gate, call = (only(got.named(f"{word} {provider}")) for word in ("flight", "gate", "call"))
        own = {P + "provider": provider}
        assert words(flight.attributes) == own | {P + "flight.role": "lead", P + "flight.source": "fresh"}
        assert words(gate.attributes) == own | {P + "gate.decision": "admitted"}
        assert words(call.attributes) == own | {P + "outcome": "ok", P + "credits": 1.0}
        assert flight.parent_span_id == asked.span_id
        assert gate.parent_span_id == call.parent_span_id == flight.span_id
        sent = only([span for span in got.named("POST") if span.parent_span_id == call.span_id])
        assert words(sent.attributes) == own | {
            "http.request.method": "POST", "server.address": "127.0.0.1", "http.response.status_code": 200 if provider == "plantnet" else 201, P + "attempt": 1,
        }  # fmt: skip
        assert sent.kind == Span.SPAN_KIND_CLIENT
        assert gate.end_time_unix_nano <= call.start_time_unix_nano <= sent.start_time_unix_nano
        assert {span.trace_id for span in (flight, gate, call, sent)} == {request.trace_id}
    named = got.resources()[0]
    assert (named["service.name"], named["deployment.environment.name"]) == ("plant-community", "test")
    assert got.headers[0][0] == "/v1/traces"


def test_traces_hit_wait_refusal_and_failure_are_told_apart(serve, keys, providers, traced):
    """Who asked, who waited for somebody else, who was given what is kept, who was not let out and why."""
    got, settings = traced
    more = {"PLANT_ID_CIRCUIT_FAIL_MAX": "1", "PLANTNET_CIRCUIT_FAIL_MAX": "100"}
    with serve(**keys, **settings, **more) as (address, _):

        def ask(photo):
            return httpx.post(address + IDENTIFY, content=photo, headers=IMAGE, timeout=60)

        leaf = draw_sample_leaf()
        providers.do(lambda running: running.inject("latency", times=2, seconds=1.5))
        with concurrent.futures.ThreadPoolExecutor(2) as threads:
            assert [reply.status_code for reply in threads.map(ask, [leaf, leaf])] == [200, 200]
        until(lambda: len(got.named("identification")) == 2)
        roles = [words(span.attributes)[P + "flight.role"] for span in got.named("flight plant_id")]
        assert sorted(roles) == ["lead", "wait"]
        assert len(got.named("call plant_id")) == 1
        assert ask(leaf).status_code == 200
        until(lambda: "answered" in [words(span.attributes)[P + "outcome"] for span in got.named("find kept answer")])
        assert len(got.named("identification")) == 2
        providers.do(lambda running: running.inject("error_500", times=None))
        assert ask(draw_sample_leaf(width=500)).status_code == 503
        assert ask(draw_sample_leaf(width=510)).status_code == 503
        until(lambda: len(got.named(f"POST {IDENTIFY_ROUTE}")) == 5)
    failed, refused = got.named("call plant_id")[1], got.named("gate plant_id")[-1]
    assert failed.status.code == Status.STATUS_CODE_ERROR
    assert words(failed.attributes) == {
        P + "provider": "plant_id", P + "outcome": "unavailable", P + "credits": 0.0, "error.type": "ProviderUnavailable",
    }  # fmt: skip
    http = [span for span in got.spans() if span.parent_span_id == failed.span_id]
    assert [(span.name, words(span.attributes)[P + "attempt"]) for span in http] == [("POST", 1), ("GET", 2)]
    assert words(http[0].attributes)["error.type"] == "500"
    assert words(refused.attributes) == {
        P + "provider": "plant_id", P + "gate.decision": "refused", P + "gate.reason": "circuit_open",
    }  # fmt: skip
    assert words(got.named("identification")[-1].attributes)[P + "outcome"] == "no_answer"
    last = got.named(f"POST {IDENTIFY_ROUTE}")[-1]
    assert (words(last.attributes)["error.type"], last.status.code) == ("503", Status.STATUS_CODE_ERROR)
    assert not any(span.status.message or span.events for span in got.spans())


@pytest.mark.parametrize(("proxies", "continued"), [("1", True), ("0", False)])
def test_traces_are_begun_by_the_proxy_and_not_by_clients_and_end_before_the_providers(
    serve, addresses, traced, tmp_path, proxies, continued
):
    """A traceparent is taken where a proxy is configured; log lines and problems name the trace, providers hear nothing."""
    got, settings = traced
    with collector() as provider:
        keyed = {"PLANTNET_API_KEY": "demo", "PLANTNET_BASE_URL": provider.address, "DEBUG": "false"}
        keyed |= {"IDENTIFY_ANONYMOUS_PER_DAY": "10", "TRUSTED_PROXY_COUNT": proxies}
        with serve(**settings, **keyed) as (address, _):
            given = {"traceparent": f"00-{TRACE}-{PARENT}-01", "tracestate": "a=elm-street", "baggage": "b=elm-street"}
            reply = httpx.post(address + IDENTIFY, content=draw_sample_leaf(), headers=IMAGE | given, timeout=60)
            assert reply.status_code == 503
            until(lambda: got.named(f"POST {IDENTIFY_ROUTE}"))
        request = only(got.named(f"POST {IDENTIFY_ROUTE}"))
        assert (request.trace_id.hex() == TRACE, request.parent_span_id.hex() == PARENT) == (continued, continued)
        assert reply.json()["trace_id"] == request.trace_id.hex()
        lines = [json.loads(line) for line in (tmp_path / "server.log").read_text().splitlines() if line[:1] == "{"]
        asked = only([line for line in lines if line["event"] == "request" and line.get("path") == IDENTIFY])
        assert (asked["trace_id"], asked["status"]) == (request.trace_id.hex(), 503)
        assert provider.headers
        for _, headers in provider.headers:
            assert not {name.lower() for name in headers} & {"traceparent", "tracestate", "baggage"}
        assert not any(b"elm-street" in body for body in got.bodies)


def test_traces_hold_nothing_personal_and_no_secret(serve, providers, keys, traced, tmp_path):
    """Every byte that leaves for the collector is searched, after a whole identification of a known person (law 12, 13)."""
    got, settings = traced
    local = {name: value.replace("127.0.0.1", "localhost") for name, value in keys.items()}
    local |= {"PLANT_ID_API_KEY": "keyofplantid77", "PLANTNET_API_KEY": "keyofplantnet88", "TRUSTED_PROXY_COUNT": "1"}
    local |= {"ALLOWED_HOSTS": "127.0.0.1", "OTEL_EXPORTER_OTLP_HEADERS": "authorization=Bearer%20tokenofcollector"}
    with serve(**local, **settings) as (address, _):
        session = sign_up(address, tmp_path / "server.log")
        with httpx.Client(base_url=address, timeout=60, headers={"X-Forwarded-For": "203.0.113.77", "User-Agent": "elms-phone"}) as http:  # fmt: skip
            me = {"X-Session-Token": session}
            key = http.post(f"{API}/api-keys/", json={"name": "greenhouse", "mode": "live"}, headers=me).json()["key"]
            asked = {"latitude": "48.8566", "longitude": "2.3522", "language": "en", "organs": "leaf"}
            files = {"images": ("garden-of-fern.jpg", photo_with_a_place(), "image/jpeg")}
            sent = {"Authorization": f"Bearer {key}", "X-Request-ID": "fern-at-elm-street"}
            reply = http.post(IDENTIFY, data=asked, files=files, headers=sent)
            assert reply.status_code == 200, reply.text
            answer = reply.json()
            one = f"{API}/plant-identification/identifications/{answer['id']}/"
            assert http.get(one, headers=me | sent).status_code == 200
            history = f"{API}/plant-identification/identifications/?q={answer['verdict']['name']}"
            assert http.get(history, headers=sent).status_code == 200
            assert http.get(f"{API}/no-such-place/fern@example.org", headers=sent).status_code == 404
            assert http.delete(one, headers=me).status_code in {200, 202, 204}
            until(lambda: [span for span in got.spans() if span.name.startswith("DELETE ")])
    assert {"identification", "call plantnet", "call plant_id"} <= {span.name for span in got.spans()}
    everything = b"\n".join(got.bodies)
    names = [answer["verdict"]["name"], *(each["name"] for each in answer["suggestions"])]
    texts = [
        "fern", "elm-street", "elm street", "elms-phone", "greenhouse", "garden", ".jpg", "203.0.113", "127.0.0.1", "48.8", "2.35", "47.5", "11.2", "no-such",
        session, key, key.partition("_live_")[2], "pk_live", "keyofplant", "tokenofcollector", "api-key=", "/v2/", "/v3/", answer["id"],
        str(answer["id"]).replace("-", ""), *names, *(word for name in names for word in name.split() if len(word) > 3),
    ]  # fmt: skip
    found = [text for text in texts if text.lower().encode() in everything.lower()]
    assert not found
    for number in (48.8566, 48.9, 2.3522, 2.4, 47.555833, 11.295):
        assert struct.pack("<d", number) not in everything
    said = [value for span in got.spans() for value in words(span.attributes).values() if isinstance(value, str)]
    assert not any("?" in value for value in said)
    said = {key for span in got.spans() for key in words(span.attributes)}
    assert said <= {
        "http.request.method", "http.route", "http.response.status_code", "url.scheme", "server.address", "error.type",
        *(P + word for word in ("provider", "outcome", "level", "photos", "credits", "attempt")),
        *(P + word for word in ("flight.role", "flight.source", "gate.decision", "gate.reason")),
    }  # fmt: skip
    assert got.headers[0][1]["authorization"] == "Bearer tokenofcollector"


@pytest.mark.parametrize("how", ["nobody listens", "never answers"])
def test_traces_collector_that_is_away_costs_no_answer_no_time_no_memory_and_no_long_stop(
    serve, keys, traced, how, tmp_path
):
    """Two thousand requests go by with a queue for 64 spans: all are answered at once, the rest is dropped (law 3)."""
    got, settings = traced
    got.answer.clear()
    if how == "nobody listens":
        settings |= {"OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{find_free_port()}"}
    small = {
        "OTEL_BSP_MAX_QUEUE_SIZE": "64",
        "OTEL_BSP_MAX_EXPORT_BATCH_SIZE": "32",
        "OTEL_EXPORTER_OTLP_TIMEOUT": "30",
    }
    with serve(**keys, **settings, **small) as (address, process), httpx.Client(base_url=address, timeout=30) as http:
        assert http.post(IDENTIFY, content=draw_sample_leaf(), headers=IMAGE).status_code == 200
        for _ in range(200):
            http.get(f"{API}/about/")
        before, slowest = psutil.Process(process.pid).memory_info().rss, 0.0
        for _ in range(1800):
            started = time.monotonic()
            assert http.get(f"{API}/about/").status_code == 200
            slowest = max(slowest, time.monotonic() - started)
        assert slowest < 10.0  # the exporter's own patience is 30 s here: nobody shares it
        assert psutil.Process(process.pid).memory_info().rss - before < 20 * 1024 * 1024
        started = time.monotonic()
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=30) == 0
        assert time.monotonic() - started < 10
    told = [
        line for line in (tmp_path / "server.log").read_text().splitlines() if "xport" in line or "dropping" in line
    ]
    assert len(told) <= 1, told


def test_traces_last_spans_are_sent_when_the_server_stops(serve, keys, traced):
    """What has ended is not lost with the process."""
    got, settings = traced
    with serve(**keys, **settings | {"OTEL_BSP_SCHEDULE_DELAY": "600000"}) as (address, process):
        assert httpx.get(f"{address}{API}/about/").status_code == 200
        assert not got.bodies
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=30) == 0
    assert [span.name for span in got.spans() if span.kind == Span.SPAN_KIND_SERVER] == ["GET api/v1/about/"]


def test_traces_probes_are_not_traced(serve, keys, traced):
    """They come every few seconds from Docker, Kubernetes and Prometheus."""
    got, settings = traced
    with serve(**keys, **settings) as (address, _):
        for path in ("/livez", "/readyz", "/metrics", f"{API}/about/"):
            assert httpx.get(address + path).status_code == 200
        until(lambda: got.named("GET api/v1/about/"))
    assert {span.name for span in got.spans() if span.kind == Span.SPAN_KIND_SERVER} == {"GET api/v1/about/"}


def in_python(tmp_path, code, **environment):
    """The output of a program that has the server's settings."""
    kept = {"PATH": "/usr/bin:/bin", "DATA_DIR": str(tmp_path), "DEBUG": "true"} | environment
    return subprocess.run(
        [sys.executable, "-c", code], env=kept, capture_output=True, text=True, timeout=60, check=False
    )


LOADED = """
import sys
from plant_community_backend.asgi import application
from django.conf import settings
print(settings.TRACES, len([name for name in sys.modules if name.startswith(("opentelemetry", "apps.tracing"))]))
"""
WITHOUT_EXTRA = """
import sys
class Missing:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == "opentelemetry":
            raise ModuleNotFoundError(name)
sys.meta_path.insert(0, Missing())
"""


@pytest.mark.parametrize("environment", [{}, {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:4318", "OTEL_SDK_DISABLED": "true"}])  # fmt: skip
def test_traces_off_imports_nothing(tmp_path, environment):
    """Unless an address is set, no module of OpenTelemetry's is loaded; one that is not installed is not missed."""
    ended = in_python(tmp_path, WITHOUT_EXTRA + LOADED, **environment)
    assert ended.stdout.split() == ["False", "0"], ended.stderr


@pytest.mark.parametrize(
    ("environment", "named"),
    [
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "collector:4318"}, "OTEL_EXPORTER_OTLP_ENDPOINT"),
        ({"OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"}, "OTEL_EXPORTER_OTLP_PROTOCOL"),
        ({"OTEL_EXPORTER_OTLP_TIMEOUT": "0"}, "OTEL_EXPORTER_OTLP_TIMEOUT"),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:4318"}, "plant-community-backend[otel]"),
    ],
)
def test_traces_settings_that_cannot_work_stop_the_start_with_their_name(tmp_path, environment, named):
    """The last one lacks the extra."""
    ended = in_python(tmp_path, WITHOUT_EXTRA + LOADED, **environment)
    assert ended.returncode != 0
    assert named in ended.stderr
