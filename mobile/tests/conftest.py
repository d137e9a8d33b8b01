"""What the mobile app's tests share: a simulator, a server that asks it, and photos."""

import os
import subprocess

import pytest
from migrated import put_migrated_database
from running import SERVER, provider_keys, server
from signing_up import sign_up

from plant_simulator import simulator_in_thread
from plant_simulator.drawings import draw_sample_leaf
from plant_simulator.seeing import see

DOUBT = 0.4  # score of the best name
ILL = 0.35  # how likely it is well


@pytest.fixture(scope="session")
def providers():
    """Both providers in a thread of the test's process, where calls are counted and faults laid out."""
    with simulator_in_thread() as running:
        yield running


@pytest.fixture(scope="session")
def site(tmp_path_factory, providers):
    """The folder and the address of a running server with keys for both providers, and with the sample guides."""
    folder = tmp_path_factory.mktemp("server")
    put_migrated_database(folder)
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    load, env = [SERVER, "manage", "load_sample_guides"], kept | {"DATA_DIR": str(folder), "DEBUG": "true"}
    subprocess.run(load, env=env, check=True, capture_output=True, timeout=180)
    with server(folder, **provider_keys(providers)) as address:
        yield folder, address


@pytest.fixture(scope="session")
def account(site):
    """An account at the server has this e-mail address."""
    folder, address = site
    sign_up(address, folder / "server.log")
    return "fern@example.org"


@pytest.fixture
def calls(providers):
    """Counts the paid calls since the test began."""
    before = providers.do(lambda running: running.billing.accepted())
    return lambda: providers.do(lambda running: running.billing.accepted()) - before


_seeds = iter(range(1_000, 2_000))


@pytest.fixture
def photograph():
    """Makes photos that nobody has asked about yet."""
    return lambda: draw_sample_leaf(next(_seeds), width=600, height=450)


@pytest.fixture
def photograph_monstera():
    """A photo of a plant that a sample guide warns of."""
    photo = draw_sample_leaf(5_118, width=600, height=450)
    assert see(photo).ranking[0][0].name == "Monstera deliciosa"
    return photo


@pytest.fixture
def photograph_ill():
    """A photo of a plant that does not look well."""
    photos = (draw_sample_leaf(seed, width=600, height=450) for seed in range(4_000, 4_200))
    return next(photo for photo in photos if see(photo).healthy_probability < ILL)


@pytest.fixture
def photograph_doubtful():
    """A photo of a plant about which the services have doubts, so that another photo would help."""
    photos = (draw_sample_leaf(seed, width=600, height=450) for seed in range(3_000, 3_200))
    return next(photo for photo in photos if (seen := see(photo)).is_plant and seen.ranking[0][1] < DOUBT)
