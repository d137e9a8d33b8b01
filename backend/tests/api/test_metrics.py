"""/metrics: who may read it, and that it tells what happened, in bounded labels, without anybody's name."""

import json

import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families as read_openmetrics
from prometheus_client.parser import text_string_to_metric_families as read_text

from apps.metrics.instruments import PREFIX, READ_WHEN_ASKED, REGISTRY
from plant_community_backend.settings import network

IDENTIFY = "/api/v1/plant-identification/identify/"
IMAGE = {"Content-Type": "image/jpeg"}


@pytest.fixture
def read(client):
    """Reads a metric: the sum of all samples that have these labels. Counters grow over all tests of a process."""

    async def read_it(name, **labels):
        reply = await client.get("/metrics")
        assert reply.status_code == 200
        samples = [each for family in read_text(reply.text) for each in family.samples if each.name == name]
        return sum(each.value for each in samples if labels.items() <= each.labels.items())

    return read_it


async def test_metrics_are_text_that_prometheus_reads_in_both_of_its_forms(client):
    """Each family stands once; the older form and OpenMetrics are both complete."""
    reply = await client.get("/metrics")
    assert reply.headers["Content-Type"].startswith("text/plain; version=")
    names = [family.name for family in read_text(reply.text)]
    assert len(names) == len(set(names))
    assert PREFIX + "build_info" in names
    reply = await client.get("/metrics", headers={"Accept": "application/openmetrics-text; version=1.0.0"})
    assert reply.headers["Content-Type"].startswith("application/openmetrics-text")
    assert PREFIX + "circuit_state" in {family.name for family in read_openmetrics(reply.text)}


async def test_metrics_are_read_under_any_host_name(client):
    """Prometheus asks each server by its address, which is in nobody's ALLOWED_HOSTS."""
    assert (await client.get("/metrics", headers={"Host": "10.1.2.3:8000"})).status_code == 200


@pytest.mark.parametrize(
    ("proxies", "headers", "networks", "status"),
    [
        (0, {}, ["127.0.0.0/8"], 200),
        (0, {}, ["10.0.0.0/8"], 404),
        (0, {}, [], 404),
        (0, {"X-Forwarded-For": "127.0.0.1"}, ["127.0.0.0/8"], 404),  # through a proxy that nobody told us of
        (0, {"Forwarded": "for=127.0.0.1"}, ["127.0.0.0/8"], 404),
        (1, {"X-Forwarded-For": "203.0.113.9"}, ["127.0.0.0/8"], 404),
        (1, {"X-Forwarded-For": "127.0.0.1, 203.0.113.9"}, ["127.0.0.0/8"], 404),  # the client's own word
        (1, {"X-Forwarded-For": "203.0.113.9"}, ["203.0.113.0/24"], 200),
        (1, {"X-Forwarded-For": "2001:db8::7"}, ["2001:db8::7"], 200),
        (1, {"X-Forwarded-For": "2001:db8::8"}, ["2001:db8::7"], 404),
        (1, {"X-Forwarded-For": "::1"}, ["::1/128"], 200),
        (1, {}, ["127.0.0.0/8"], 200),  # asked past the proxy, from inside
    ],
)
async def test_metrics_are_for_the_networks_that_the_operator_names(
    client, against, proxies, headers, networks, status
):
    """The client's address is found as for limits; others are told that nothing is here."""
    against.TRUSTED_PROXY_COUNT = proxies
    against.METRICS_ALLOWED_NETWORKS = [network(each) for each in networks]
    reply = await client.get("/metrics", headers=headers)
    assert reply.status_code == status
    if status == 404:
        assert reply.json()["code"] == "not-found"
        assert PREFIX not in reply.text


async def test_metrics_other_methods_are_told_which_there_are(client):
    """405 with Allow."""
    reply = await client.post("/metrics")
    assert (reply.status_code, reply.headers["Allow"]) == (405, "GET, HEAD")


async def test_metrics_identification_is_counted_with_its_calls_its_price_and_its_cached_repeat(client, read, leaf):
    """What an operator pays, and what the cache saves, are one scrape away."""
    before = {
        "fresh": await read("plant_community_identifications_total", source="fresh", caller="visitor"),
        "cache": await read("plant_community_identifications_total", source="cache"),
        "calls": await read("plant_community_provider_requests_total", provider="plant_id", outcome="ok"),
        "credits": await read("plant_community_provider_credits_total", provider="plant_id"),
        "saved": await read("plant_community_credits_saved_total", provider="plant_id"),
        "asked": await read("plant_community_cache_requests_total", result="fresh"),
    }
    assert (await client.post(IDENTIFY, content=leaf, headers=IMAGE)).status_code == 200
    assert (await client.post(IDENTIFY, content=leaf, headers=IMAGE)).status_code == 200
    after = {
        "fresh": await read("plant_community_identifications_total", source="fresh", caller="visitor"),
        "cache": await read("plant_community_identifications_total", source="cache"),
        "calls": await read("plant_community_provider_requests_total", provider="plant_id", outcome="ok"),
        "credits": await read("plant_community_provider_credits_total", provider="plant_id"),
        "saved": await read("plant_community_credits_saved_total", provider="plant_id"),
        "asked": await read("plant_community_cache_requests_total", result="fresh"),
    }
    grown = {name: after[name] - before[name] for name in after}
    assert grown == {"fresh": 1, "cache": 1, "calls": 1, "credits": 1, "saved": 1, "asked": 2}
    assert await read("plant_community_provider_quota_used", provider="plantnet", window="day", origin="ledger") >= 1


async def test_metrics_circuit_that_opens_is_one_state_and_one_transition(client, read, simulator, make_photo, against):
    """The gauge tells where the circuit is, the counter what a scrape would have missed; refusals say why."""
    moved = await read("plant_community_circuit_transitions_total", provider="plant_id", to="open")
    simulator.inject("error_500", provider="plant_id", times=None)
    for shade in range(against.PLANT_ID_CIRCUIT_FAIL_MAX + 1):
        await client.post(IDENTIFY, content=make_photo(color=(60, 100 + 20 * shade, 40)), headers=IMAGE)
    assert await read("plant_community_circuit_state", provider="plant_id", state="open") == 1
    assert await read("plant_community_circuit_state", provider="plant_id") == 1
    assert await read("plant_community_provider_resting", provider="plant_id", reason="resting") == 1
    assert await read("plant_community_circuit_transitions_total", provider="plant_id", to="open") == moved + 1
    assert await read("plant_community_provider_refusals_total", provider="plant_id", reason="circuit_open") >= 1


async def test_metrics_of_http_name_routes_versions_and_limits_and_nothing_that_a_client_chose(client, read, against):
    """A thousand addresses that somebody makes up are one series; tokens and addresses of clients stand nowhere."""
    for path in (
        "/api/v1/plant-identification/identifications/8d9d6f1e-0000-4000-8000-000000000000/",
        "/nobody-made-this",
    ):
        await client.get(path)
    await client.get("/api/v9/nobody-made-this/")
    await client.request("PROPFIND", "/livez")
    await client.get("/api/plant-identification/identify/health/")
    await client.get("/api/v1/api-keys/", headers={"Authorization": "Bearer pk_live_nobody-made-this"})
    against.API_RATE = "1/hour"
    for _ in range(2):
        await client.get("/api/v1/about/")
    text = (await client.get("/metrics")).text
    assert "nobody-made-this" not in text
    assert "8d9d6f1e" not in text
    assert "127.0.0.1" not in text
    assert 'http_route="unmatched"' in text
    assert 'http_request_method="_OTHER"' in text
    assert 'version="legacy"' in text
    assert await read("plant_community_api_requests_total", version="v1", http_response_status_code="401") >= 1
    assert 'plant_community_rate_limited_requests_total{limit="api"}' in text


async def test_metrics_backup_is_told_from_its_status_file_and_a_broken_file_tells_nothing(
    client, read, against, tmp_path
):
    """Whoever makes backups writes when one was finished; the rest is the alert's work."""
    name, against.DATA_DIR = "plant_community_backup_last_success_timestamp_seconds", tmp_path
    (tmp_path / "backup.json").write_text("no json")
    assert await read(name) == 0
    (tmp_path / "backup.json").write_text(json.dumps({"finished_at": "2026-11-28T03:00:00Z"}))
    assert await read(name) == 1795834800


async def test_metrics_scrape_asks_no_provider(client, simulator):
    """It comes every few seconds for ever, and spends nothing."""
    assert (await client.get("/metrics")).status_code == 200
    assert simulator.billing.calls("plant_id") == simulator.billing.calls("plantnet") == 0


def test_every_metric_has_a_help_text_and_labels_of_few_values():
    """No label is a path, an address, an account or a key."""
    labels = {label for family in REGISTRY.collect() for sample in family.samples for label in sample.labels}
    labels |= {label for _, names in READ_WHEN_ASKED.values() for label in names}
    assert labels <= {
        *("http_request_method", "http_route", "http_response_status_class", "http_response_status_code", "version"),
        *("caller", "limit", "outcome", "source", "result", "provider", "reason", "from", "to", "event", "task", "le"),
        *("state", "override", "window", "origin", "part", "demo"),
    }
    assert all(family.documentation for family in REGISTRY.collect())
