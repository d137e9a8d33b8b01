"""The server and the app as processes of their own, on free ports of this machine."""

import contextlib
import sys
from pathlib import Path

from migrated import put_migrated_database
from scraping import fetch, program, until

from resilience.testing_ports import find_free_port

ROOT = Path(__file__).parents[3]
SERVER = Path(sys.executable).with_name("plant-community")
APP_PYTHON = ROOT / "mobile" / ".venv" / "bin" / "python"
UNLIMITED = {  # no test here is about how often one caller may ask
    "IDENTIFY_RATE_ANONYMOUS": "1000000/hour",
    "IDENTIFY_BURST_ANONYMOUS": "1000000/minute",
    "IDENTIFY_RATE_AUTHENTICATED": "1000000/hour",
    "IDENTIFY_BURST_AUTHENTICATED": "1000000/minute",
    "API_RATE": "1000000/minute",
    "PLANT_ID_CIRCUIT_FAIL_MAX": "1000",
    "PLANTNET_CIRCUIT_FAIL_MAX": "1000",
}


@contextlib.contextmanager
def server(folder, **more):
    """The address of a running server with a data folder of its own; its log, with its mails, is `server.log` there."""
    put_migrated_database(folder)
    address = f"http://127.0.0.1:{(port := find_free_port())}"
    settings = {"DATA_DIR": str(folder), "DEBUG": "true", "DEMO_LATENCY": "false"} | UNLIMITED | more
    with program(SERVER, "serve", "--port", str(port), log=folder / "server.log", **settings) as process:
        until(lambda: fetch(f"{address}/readyz"), alive=[process])
        yield address


def provider_keys(providers):
    """Settings that point a server to the simulator."""
    return {
        "PLANT_ID_API_KEY": "demo",
        "PLANTNET_API_KEY": "demo",
        "PLANT_ID_BASE_URL": providers.plant_id_url,
        "PLANTNET_BASE_URL": providers.plantnet_url,
    }


@contextlib.contextmanager
def app(folder, server_address, *, port=0):
    """The address of the app in Flet's web mode, and its process."""
    address = f"http://127.0.0.1:{(port := port or find_free_port())}"
    settings = {
        "FLET_FORCE_WEB_SERVER": "true",
        "FLET_SERVER_IP": "127.0.0.1",
        "FLET_SERVER_PORT": str(port),
        "FLET_APP_STORAGE_DATA": str(folder),
        "PLANT_COMMUNITY_SERVER": server_address,
    }
    main = ROOT / "mobile" / "src" / "main.py"
    with program(APP_PYTHON, main, log=folder / "app.log", **settings) as process:
        until(lambda: fetch(address), alive=[process])
        yield address, process
