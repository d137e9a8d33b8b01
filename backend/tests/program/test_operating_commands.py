"""`plant-community circuits` and `quota`, with a real Valkey between the command and the server."""

import json

import httpx
import pytest

from plant_simulator.drawings import draw_sample_leaf
from resilience.testing_valkey import Valkey

IDENTIFY = "/api/v1/plant-identification/identify/"


@pytest.fixture
def shared(keys):
    """Settings with a Valkey of this test."""
    with Valkey() as valkey:
        yield keys | {"REDIS_URL": valkey.url}


def ask(address, seed):
    """One photo that nobody asked about before."""
    content = draw_sample_leaf(seed, width=640, height=480)
    return httpx.post(address + IDENTIFY, content=content, headers={"Content-Type": "image/jpeg"}, timeout=60)


def test_circuits_open_and_close_reach_the_running_server(serve, run, shared):
    """An operator's order holds in every process at its next call, and ends with `close`."""
    with serve(**shared) as (address, _):
        assert ask(address, 1).status_code == 200
        assert run("circuits", "open", **shared).returncode == 0
        refused = ask(address, 2)
        assert refused.status_code == 503
        assert {each["state"] for each in refused.json()["providers"]} == {"circuit_open"}
        listed = json.loads(run("circuits", "list", "plantnet", "--json", **shared).stdout)
        assert [(each["name"], each["override"]) for each in listed] == [("plantnet_api", "forced_open")]
        assert run("circuits", "close", **shared).returncode == 0
        assert ask(address, 3).status_code == 200


def test_quota_tells_what_the_ledger_holds(serve, run, shared, providers):
    """The ledger equals the providers' bill."""
    with serve(**shared) as (address, _):
        for seed in range(3):
            ask(address, seed)
    rows = json.loads(run("quota", "--json", **shared).stdout)
    today = {row["provider"]: (row["used"], row["limit"]) for row in rows if row["period"].startswith("day:")}
    assert today == {"plant_id": (3.0, None), "plantnet": (3.0, 500.0)}
    assert providers.do(lambda running: running.billing.calls("plantnet")) == 3


def test_circuits_without_a_shared_store_says_why_not(run):
    """A command cannot reach into a server's memory, and says so."""
    ended = run("circuits", "list")
    assert ended.returncode == 1
    assert "REDIS_URL" in ended.stderr
