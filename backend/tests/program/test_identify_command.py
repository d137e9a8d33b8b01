"""`plant-community identify`: the same answer in a terminal, with exit codes a script can use."""

import json

import pytest

from plant_simulator.drawings import draw_not_a_plant, draw_sample_leaf


@pytest.fixture
def leaf_file(tmp_path):
    """A photo on disk."""
    path = tmp_path / "leaf.jpg"
    path.write_bytes(draw_sample_leaf())
    return str(path)


def test_identify_sample_prints_a_table_and_says_simulated(run):
    """Without keys and photos it shows what it would do, and that nobody looked."""
    ended = run("identify", "--sample")
    assert ended.returncode in {0, 2}, ended.stderr
    assert "Simulated" in ended.stdout
    assert "Plant.id" in ended.stdout
    assert "Agreement:" in ended.stdout
    assert "Cost: 1 Plant.id credits, 1 Pl@ntNet requests" in ended.stdout


def test_identify_json_is_the_apis_body(run, leaf_file):
    """Scripts get what the API sends."""
    ended = run("identify", leaf_file, "--organ", "leaf", "--health", "--json")
    body = json.loads(ended.stdout)
    assert body["status"] == "complete"
    assert body["health"] is not None
    assert body["photos"][0]["organ"] == "leaf"
    assert ended.returncode == (2 if body["verdict"]["level"] in {"unsure", "not_a_plant"} else 0)


def test_identify_not_a_plant_exits_with_2(run, tmp_path):
    """A photo without a plant is an answer of its own."""
    path = tmp_path / "wall.jpg"
    path.write_bytes(draw_not_a_plant())
    ended = run("identify", str(path))
    assert ended.returncode == 2
    assert "We see no plant on this photo." in ended.stdout


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["identify"], "Name one to five photos"),
        (["identify", "missing.jpg"], "missing.jpg cannot be read"),
        (["identify", "{leaf}", "--organ", "trunk"], "--organ trunk: must be one of"),
        (["identify", "{leaf}", "--organ", "leaf", "--organ", "leaf"], "once per photo"),
        (["identify", "{leaf}", "--latitude", "91", "--longitude", "0"], "from -90 to 90"),
        (["identify", "{leaf}", "--latitude", "1"], "given together"),
        (["identify", *["{leaf}"] * 6], "At most 5 photos"),
        (["identify", "{text}"], ""),
    ],
)
def test_identify_bad_input_exits_with_3_and_a_sentence(run, leaf_file, tmp_path, arguments, says):
    """What is wrong is said in a sentence, not in a traceback."""
    text = tmp_path / "text.jpg"
    text.write_text("no photo at all")
    ended = run(*(word.format(leaf=leaf_file, text=text) for word in arguments))
    assert ended.returncode == 3, ended.stderr
    assert says in " ".join(ended.stderr.split())
    assert "Traceback" not in ended.stderr


def test_identify_no_service_exits_with_4(run, leaf_file):
    """Nobody answers: exit code 4, and why."""
    nobody = {"PLANT_ID_BASE_URL": "http://127.0.0.1:9/v3", "PLANTNET_BASE_URL": "http://127.0.0.1:9"}
    ended = run("identify", leaf_file, PLANT_ID_API_KEY="k" * 20, PLANTNET_API_KEY="k" * 20, **nobody)
    assert ended.returncode == 4
    assert "Plant.id is not reachable" in " ".join(ended.stdout.split())
    assert "k" * 20 not in ended.stdout + ended.stderr
