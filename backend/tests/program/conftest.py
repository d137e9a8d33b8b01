"""The program as an operator starts it: a process of its own, with a data folder and a port of its own."""

import contextlib
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from functools import partial
from pathlib import Path

import pytest
from migrated import put_migrated_database

from plant_simulator import simulator_in_thread
from resilience.testing_ports import find_free_port

PROGRAM = Path(sys.executable).with_name("plant-community")
START_SECONDS = 60
UNLIMITED = {  # no test here is about how often one caller may ask
    "IDENTIFY_RATE_ANONYMOUS": "1000000/hour",
    "IDENTIFY_BURST_ANONYMOUS": "1000000/minute",
    "API_RATE": "1000000/minute",
}


def environment(folder, **more):
    """What the program sees: nothing of the tests' own settings."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return kept | {"DATA_DIR": str(folder), "DEMO_LATENCY": "false", "DEBUG": "true"} | UNLIMITED | more


def run_in(folder, *arguments, **more):
    """The program, run to its end with this data folder as it is."""
    return subprocess.run(
        [PROGRAM, *arguments], env=environment(folder, **more), capture_output=True, text=True, timeout=120, check=False
    )


@pytest.fixture(name="run_in", scope="session")
def give_run_in():
    """Runs the program with a data folder of one's own."""
    return run_in


@pytest.fixture
def run(tmp_path):
    """Runs the program to its end."""

    def run_it(*arguments, **more):
        put_migrated_database(tmp_path)
        return run_in(tmp_path, *arguments, **more)

    return run_it


@pytest.fixture(scope="session")
def serve_in():
    """As `serve`, with a data folder of one's own."""
    return served


def wait_until_ready(address, process):
    """Return once /readyz says 200; fails when the process ends before, or after a minute."""
    give_up = time.monotonic() + START_SECONDS
    while time.monotonic() < give_up:
        assert process.poll() is None, "the server ended before it was ready"
        with (
            contextlib.suppress(OSError, urllib.error.URLError),
            urllib.request.urlopen(f"{address}/readyz", timeout=2) as reply,
        ):
            if reply.status == 200:
                return
        time.sleep(0.05)
    pytest.fail(f"{address} was not ready within {START_SECONDS} s")


@pytest.fixture
def serve(tmp_path):
    """Starts servers with a data folder of this test; ends them with their block."""
    return partial(served, tmp_path)


@contextlib.contextmanager
def served(folder, **more):
    """Address and process of a running server; killed when it does not end by itself."""
    put_migrated_database(folder)
    port = find_free_port()
    log_path = folder / "server.log"
    with log_path.open("wb") as log:
        process = subprocess.Popen(
            [PROGRAM, "serve", "--port", str(port)], env=environment(folder, **more), stdout=log, stderr=log
        )
    try:
        wait_until_ready(f"http://127.0.0.1:{port}", process)
        yield f"http://127.0.0.1:{port}", process
    finally:
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=30)
        process.kill()
        process.wait(timeout=5)


@pytest.fixture(scope="session")
def providers():
    """A simulator in a thread of its own, for servers that are processes of their own."""
    with simulator_in_thread() as running:
        yield running


@pytest.fixture
def keys(providers, addresses):
    """Settings that point a process to the simulator, which has forgotten earlier tests."""
    providers.do(lambda running: running.reset())
    return addresses


@pytest.fixture(scope="session")
def addresses(providers):
    """Settings that point a process to the simulator."""
    return {
        "PLANT_ID_API_KEY": "demo",
        "PLANTNET_API_KEY": "demo",
        "PLANT_ID_BASE_URL": providers.do(lambda running: running.plant_id_url),
        "PLANTNET_BASE_URL": providers.do(lambda running: running.plantnet_url),
    }
