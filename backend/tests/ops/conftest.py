"""A server of three workers, and a Prometheus that scrapes it: real programs, on free ports of this machine."""

import shutil
import sys
from pathlib import Path

import pytest
import yaml
from migrated import put_migrated_database
from scraping import Prometheus, fetch, program, shortened, until, value

from plant_simulator import simulator_in_thread
from resilience.testing_ports import find_free_port
from resilience.testing_valkey import Valkey

PROGRAM = Path(sys.executable).with_name("plant-community")
RULES = Path(__file__).parents[3] / "ops" / "prometheus" / "rules"
WORKERS = 3
SCRAPE = "500ms"


@pytest.fixture
def providers():
    """Both providers, in a thread."""
    with simulator_in_thread() as running:
        yield running


@pytest.fixture
def server(tmp_path, providers):
    """The address of a server with three workers, its process, and its data folder."""
    put_migrated_database(tmp_path)
    address = f"http://127.0.0.1:{(port := find_free_port())}"
    with Valkey() as store:
        settings = {
            "DATA_DIR": str(tmp_path),
            "REDIS_URL": store.url,
            "SECRET_KEY": "only for tests",
            "PLANT_ID_API_KEY": "demo",
            "PLANTNET_API_KEY": "demo",
            "PLANT_ID_BASE_URL": providers.plant_id_url,
            "PLANTNET_BASE_URL": providers.plantnet_url,
            "PLANT_ID_CIRCUIT_RESET_TIMEOUT": "12",
            "PLANTNET_CIRCUIT_RESET_TIMEOUT": "12",
            "IDENTIFY_ANONYMOUS_PER_DAY": "1000000",
            "IDENTIFY_RATE_ANONYMOUS": "1000000/hour",
            "IDENTIFY_BURST_ANONYMOUS": "1000000/minute",
            "API_RATE": "1000000/minute",
        }
        command = (PROGRAM, "serve", "--port", str(port), "--workers", str(WORKERS))
        with program(*command, log=tmp_path / "server.log", **settings) as process:
            until(lambda: fetch(f"{address}/readyz"), alive=[process])
            until(lambda: value(fetch(f"{address}/metrics"), "plant_community_workers") == WORKERS, alive=[process])
            yield address, process, tmp_path


@pytest.fixture
def prometheus(server, tmp_path):
    """One that scrapes the server twice a second; its rules are ours, with times sixty times as short."""
    binary = shutil.which("prometheus")
    if binary is None:
        pytest.fail("prometheus is missing: `make promtool`, or install the package `prometheus`")
    folder = tmp_path / "prometheus"
    folder.mkdir()
    for path in RULES.glob("*.yml"):
        (folder / path.name).write_text(shortened(path.read_text(), 60))
    scraped = {"job_name": "plant-community", "static_configs": [{"targets": [server[0].removeprefix("http://")]}]}
    times = {"scrape_interval": SCRAPE, "scrape_timeout": SCRAPE, "evaluation_interval": SCRAPE}
    config = {"global": times, "rule_files": ["*.yml"], "scrape_configs": [scraped]}
    (folder / "prometheus.yaml").write_text(yaml.safe_dump(config))
    address = f"127.0.0.1:{find_free_port()}"
    with program(
        binary,
        f"--config.file={folder / 'prometheus.yaml'}",
        f"--storage.tsdb.path={folder / 'data'}",
        f"--web.listen-address={address}",
        log=tmp_path / "prometheus.log",
    ) as process:
        until(lambda: fetch(f"http://{address}/-/ready"), alive=[process])
        yield Prometheus(f"http://{address}")
