"""The blocks of the guides with `<!-- run -->` above them are run as they stand, against a real server in demo mode.

`<!-- run: 22 -->` says how such a block ends, when not with 0. A block sees what a reader would have set: SERVER, a test
key as KEY, the server's settings, and leaf.jpg in its folder; http://localhost:8000 is the server. curl ends with 22 when
it answers an error.
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import httpx
import pytest
from signing_up import sign_up

from plant_simulator.drawings import draw_sample_leaf

ROOT = Path(__file__).parents[3]
BLOCK = re.compile(r"^<!-- run(?:: (\d+))? -->\n```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
RUN = {
    "sh": ("block.sh", ["sh", "-eu"]),
    "python": ("block.py", [sys.executable, "-W", "error"]),
    "javascript": ("block.mjs", ["node"]),
}
UNLIMITED = dict.fromkeys(("IDENTIFY_RATE_AUTHENTICATED", "IDENTIFY_BURST_AUTHENTICATED"), "1000000/second")


class Block(NamedTuple):
    """One block of a guide, and how it ends."""

    guide: str
    language: str
    code: str
    ends: int


def find_blocks():
    """All blocks that are to be run."""
    return [
        Block(guide.stem, language, code, int(ends or 0))
        for guide in sorted((ROOT / "docs/guides").glob("*.md"))
        for ends, language, code in BLOCK.findall(guide.read_text())
    ]


BLOCKS = find_blocks()


def node_folder():
    """Where node is: this repository's own, else the system's."""
    own = ROOT / ".node/bin"
    found = shutil.which("node")
    return own if (own / "node").exists() else found and Path(found).parent


@pytest.fixture(scope="module")
def reader(serve_in, tmp_path_factory):
    """What somebody has who reads the guides: a server, a key, a photo."""
    data, folder = tmp_path_factory.mktemp("data"), tmp_path_factory.mktemp("reader")
    (folder / "leaf.jpg").write_bytes(draw_sample_leaf())
    (folder / ".curlrc").write_text("fail-with-body\nsilent\nshow-error\nmax-time = 30\n")
    with serve_in(data, **UNLIMITED) as (address, _):
        key = make_test_key(address, sign_up(address, data / "server.log"))
        ask(address, key, folder / "leaf.jpg")
        path = os.pathsep.join(map(str, filter(None, [node_folder(), Path(sys.executable).parent, os.environ["PATH"]])))
        server = {"DATA_DIR": str(data), "DEBUG": "true", "DEMO_LATENCY": "false"}
        yield folder, server | {"SERVER": address, "KEY": key, "HOME": str(folder), "PATH": path}


def ask(address, key, photo):
    """One identification, so that there is a history whichever block is run first."""
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "image/jpeg"}
    asked = httpx.post(
        f"{address}/api/v1/plant-identification/identify/", content=photo.read_bytes(), headers=headers, timeout=60
    )
    assert asked.status_code == 200, asked.text


def make_test_key(address, token):
    """A key for the sandbox, as the guide to API keys says."""
    made = httpx.post(
        f"{address}/api/v1/api-keys/", json={"name": "plant shop", "mode": "test"}, headers={"X-Session-Token": token}
    )
    return made.json()["key"]


@pytest.mark.parametrize("block", BLOCKS, ids=[f"{each.guide}-{n}-{each.language}" for n, each in enumerate(BLOCKS)])
def test_guides_block_does_what_it_says(reader, block):
    """It ends as the guide says, and says something."""
    folder, environment = reader
    if block.language == "javascript" and not node_folder():
        pytest.skip("node is not installed: make node")
    name, command = RUN[block.language]
    (folder / name).write_text(block.code.replace("http://localhost:8000", environment["SERVER"]))
    ended = subprocess.run(
        [*command, name], cwd=folder, env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert ended.returncode == block.ends, ended.stdout[-2000:] + ended.stderr[-2000:]
    assert ended.stdout.strip()


def test_guides_every_mark_stands_above_a_block_that_is_run():
    """A mark with a slip in it would run nothing, and nobody would notice."""
    marks = sum(guide.read_text().count("<!-- run") for guide in (ROOT / "docs/guides").glob("*.md"))
    assert marks == len(BLOCKS) > 20


def test_guides_every_problem_code_is_in_troubleshooting():
    """Whatever the server may answer, the table says what to do; and it names no code that is none."""
    from plant_community_backend.problems import KINDS  # noqa: PLC0415 - of all tests here only this needs Django

    text = (ROOT / "docs/guides/troubleshooting.md").read_text()
    table = text.split("## Errors, by code")[1].split("\n## ")[0]
    rows = [line.split("|")[1] for line in table.splitlines() if re.match(r"\| \d", line)]
    named = {(int(row.split()[0]), code) for row in rows for code in re.findall(r"`([a-z-]+)`", row)}
    assert named == {(kind.status, code) for code, kind in KINDS.items()}


def test_guides_circuit_log_lines_are_those_of_the_code():
    """Who looks for a line of the guide in the log finds it."""
    sources = [*ROOT.glob("backend/apps/**/*.py"), *ROOT.glob("packages/resilience/src/**/*.py")]
    said = [line for source in sources for line in re.findall(r'"(\[[A-Z]+\][^"]*)"', source.read_text())]
    patterns = [re.compile(re.sub(r"\\\{.*?\\\}|%[\\.\d]*[a-z]", ".*", re.escape(line))) for line in said]
    for guide in ("circuit-breakers", "locks", "quota"):
        lines = re.findall(
            r"^(?:\| `)?(\[[A-Z]+\].*?)(?:`|$)", (ROOT / f"docs/guides/{guide}.md").read_text(), re.MULTILINE
        )
        assert lines
        assert [line for line in lines if not any(each.match(line) for each in patterns)] == []
