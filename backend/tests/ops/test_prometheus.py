"""A real Prometheus scrapes a real server of three workers: sums are right, and an outage wakes somebody."""

import contextlib
import os
import signal
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from scraping import fetch, until, value

from plant_simulator.drawings import draw_sample_leaf

IDENTIFY = "/api/v1/plant-identification/identify/"
PHOTOS, WORKERS = 12, 3


def identify(address, seed):
    """The status of an identification; each over a connection of its own, so that any worker may get it."""
    request = urllib.request.Request(
        address + IDENTIFY,
        data=draw_sample_leaf(seed, width=400, height=300),
        headers={"Content-Type": "image/jpeg", "Connection": "close"},
    )
    try:
        with urllib.request.urlopen(request, timeout=60) as reply:
            return reply.status
    except urllib.error.HTTPError as error:
        return error.code


def identify_all(address, seeds):
    """The statuses of several at once."""
    with ThreadPoolExecutor(6) as pool:
        return set(pool.map(lambda seed: identify(address, seed), seeds))


def test_counts_are_the_sum_of_all_workers_whoever_answers_the_scrape(server, providers):
    """Any worker tells the same: what all of them did, as the simulator's bill says; one killed takes nothing along."""
    address, process, folder = server
    assert identify_all(address, range(PHOTOS)) == {200}
    billed = providers.do(lambda running: running.billing.accepted("plant_id"))
    assert billed == PHOTOS
    told = [fetch(f"{address}/metrics") for _ in range(2 * WORKERS)]
    for text in told:
        assert value(text, "plant_community_provider_requests_total", 'provider="plant_id"', 'outcome="ok"') == billed
        assert value(text, "plant_community_identifications_total", 'source="fresh"') == PHOTOS
        assert value(text, "plant_community_workers") == WORKERS
    counted = {path.stem.rpartition("_")[2] for path in (folder / "metrics").glob("*/gauge_livesum_*.db")}
    worker = next(int(pid) for pid in counted if int(pid) != process.pid)
    os.kill(worker, signal.SIGKILL)
    until(lambda: not Path(f"/proc/{worker}").exists(), alive=[process])
    until(lambda: value(fetch(f"{address}/metrics"), "plant_community_workers") == WORKERS, alive=[process])
    text = fetch(f"{address}/metrics")
    assert value(text, "plant_community_provider_requests_total", 'provider="plant_id"', 'outcome="ok"') == billed


def test_folder_of_counts_is_gone_with_the_server(server):
    """Nothing is left to be counted again at the next start."""
    _, process, folder = server
    assert list((folder / "metrics").iterdir())
    process.terminate()
    process.wait(timeout=60)
    assert not list((folder / "metrics").iterdir())


def test_outage_of_both_providers_fires_its_alerts_and_its_end_ends_them(server, providers, prometheus):
    """Scripted failures, scraped, judged by our own rules: the operator is woken, and told when it is over."""
    address, process, _ = server
    assert identify_all(address, range(3)) == {200}
    until(lambda: prometheus.query("sum(plant_community_provider_requests_total)") == [6.0], alive=[process])
    until(lambda: "MetricsAbsent" not in prometheus.firing(), alive=[process])  # until the first scrape it was right
    assert not {"CircuitOpen", "AllCircuitsOpen"} & prometheus.firing()
    providers.do(lambda running: running.inject("error_500", times=None))
    assert identify_all(address, range(100, 112)) == {503}
    until(lambda: {"CircuitOpen", "AllCircuitsOpen"} <= prometheus.firing(), alive=[process])
    assert "StoreDegraded" not in prometheus.firing()
    providers.do(lambda running: running.clear_faults())
    seeds = iter(range(200, 1_000))

    def is_over():
        with contextlib.suppress(StopIteration):
            identify(address, next(seeds))
        return not {"CircuitOpen", "AllCircuitsOpen"} & prometheus.firing()

    until(is_over, within=120, alive=[process])
