"""The image: built of pinned parts, and served from as it will be."""

import json
import os
import re
import shlex
import subprocess
import sys
import urllib.request

import pytest
from deployment import PINNED, PROGRAMS, ROOT, SERVE, UV, unknown
from scraping import fetch, program, until

from plant_community_backend.cli import parser
from resilience.testing_ports import find_free_port

OURS = ("resilience", "identification", "plant-simulator", "plant-community-backend")


def instructions():
    """The Dockerfile's instructions: each its word and the rest, lines that are continued put together."""
    text = re.sub(r"\\\n", " ", (ROOT / "Dockerfile").read_text())
    lines = [line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#")]
    return [tuple(line.split(maxsplit=1)) for line in lines]


def of_last_stage(word):
    """What this instruction says in the stage that runs."""
    every = instructions()
    begin = max(at for at, (name, _) in enumerate(every) if name == "FROM")
    return [rest for name, rest in every[begin:] if name == word]


def healthcheck():
    """The health check's command, as a list."""
    (rest,) = of_last_stage("HEALTHCHECK")
    return json.loads(rest.partition("CMD ")[2])


def test_dockerfile_has_nothing_that_hadolint_complains_about():
    """The linter of Dockerfiles, every rule of it."""
    said = subprocess.run(
        [PROGRAMS / "hadolint", "--no-color", "--failure-threshold=style", ROOT / "Dockerfile"],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert said.returncode == 0, said.stdout + said.stderr


def test_image_is_run_by_a_number_without_a_shell_and_stopped_gently():
    """Exec form, so that signals reach the server; a number, so that Kubernetes can see it is not root."""
    command = json.loads(of_last_stage("ENTRYPOINT")[0]) + json.loads(of_last_stage("CMD")[0])
    assert command == SERVE
    parser().parse_args(command[1:])
    assert of_last_stage("USER") == ["10001:10001"]
    assert of_last_stage("STOPSIGNAL") == ["SIGTERM"]
    assert healthcheck()[0] == "python"


def test_image_is_built_of_pinned_parts_and_keeps_no_secret():
    """The same every time; and nobody finds a key in a layer."""
    images = [re.sub(r"--\S+ ", "", rest).split()[0] for word, rest in instructions() if word == "FROM"]
    assert len(images) == 3
    assert all(PINNED.fullmatch(image) for image in images), images
    text = (ROOT / "Dockerfile").read_text()
    uv = re.search(r"uv==([\d.]+)", text)[1]
    wanted = (ROOT / "Makefile").read_text().partition('"uv>=')[2]
    assert uv.startswith(wanted.partition(",")[0]), "the Makefile's uv made the lock file"
    assert images[-1].startswith(f"python:{(ROOT / '.python-version').read_text().strip()}.")
    assert not {word for word, _ in instructions()} & {"ADD", "ARG"}
    said = " ".join(rest for word, rest in instructions() if word == "ENV")
    assert not re.search(r"KEY|SECRET|PASSWORD|TOKEN", said)
    assert not unknown(set(re.findall(r"(?:^|\s)([A-Z][A-Z_]+)=", " ".join(of_last_stage("ENV")))) - {
        "PATH", "PYTHONDONTWRITEBYTECODE", "PYTHONUNBUFFERED",
    })  # fmt: skip


def test_image_has_its_seldom_changed_layers_first():
    """Our own code comes after what others wrote, or each change would fetch all of it."""
    said = [f"{word} {rest}" for word, rest in instructions()]
    for seldom, often in (
        ("RUN npm ci", "COPY web/ "),
        ("RUN uv sync --locked --no-dev --no-install", "COPY backend/ "),
    ):
        assert next(at for at, line in enumerate(said) if line.startswith(seldom)) < next(
            at for at, line in enumerate(said) if line.startswith(often)
        )


def test_image_copies_what_there_is_and_the_builder_gets():
    """Each copied path is in the repository, and the list of what is sent to the builder starts with nothing."""
    ignored = (ROOT / ".dockerignore").read_text().splitlines()
    rules = [line for line in ignored if line and not line.startswith("#")]
    assert rules[0] == "*"
    sent = {line.removeprefix("!") for line in rules if line.startswith("!")}
    copied = [
        path
        for word, rest in instructions()
        if word == "COPY" and "--from" not in rest
        for path in rest.split()[:-1]
    ]  # fmt: skip
    assert copied
    for path in copied:
        assert (ROOT / path).exists(), path
        assert path.split("/")[0] in sent
    assert {"**/tests", "**/.env*", "**/secrets", "**/node_modules"} <= set(rules)


def test_every_package_of_the_workspace_is_copied_before_its_dependencies_are_got():
    """A member that the Dockerfile does not know would stop the build."""
    members = re.search(r"members = \[(.*?)\]", (ROOT / "pyproject.toml").read_text())[1]
    said = (ROOT / "Dockerfile").read_text()
    for member in json.loads(f"[{members}]"):
        assert f"COPY {member}/pyproject.toml {member}/" in said


@pytest.fixture(scope="module")
def as_in_the_image(tmp_path_factory):
    """What the second stage makes, by its own last command: an environment without our sources; and the health check's python."""
    line = next(rest for word, rest in reversed(instructions()) if word == "RUN" and rest.startswith("uv sync"))
    made = tmp_path_factory.mktemp("image") / "plant-community"
    if not UV.exists():
        pytest.fail("`make install` puts uv into .uv")
    environment = os.environ | {"UV_PROJECT_ENVIRONMENT": str(made), "UV_PYTHON": sys.executable}
    command = [word for word in shlex.split(line)[1:] if word != "--no-cache"]  # what `make install` got is enough
    command += [f"--refresh-package={name}" for name in OURS]  # but not an older build of what is in this folder
    ended = subprocess.run(
        [UV, *command, "--quiet"], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=300,
        check=False,
    )  # fmt: skip
    assert ended.returncode == 0, ended.stderr
    return made


def test_image_can_trace_when_it_is_told_to(as_in_the_image):
    """Nobody adds a package to an image that is read-only."""
    found = "from opentelemetry.exporter.otlp.proto.http import trace_exporter; print(trace_exporter.__file__)"
    ended = subprocess.run(
        [as_in_the_image / "bin" / "python", "-c", found], capture_output=True, text=True, timeout=60, check=False
    )
    assert ended.stdout.startswith(str(as_in_the_image)), ended.stderr


def test_image_serves_from_packages_alone_and_writes_only_where_it_may(as_in_the_image, tmp_path):
    """Templates, static files and migrations are in the packages; the health check says when it is ready, and when not."""
    for name in ("data", "media", "temporary", "web"):
        (tmp_path / name).mkdir()
    (tmp_path / "web" / "index.html").write_text("<!doctype html><title>Plants</title>")
    before = {path for path in as_in_the_image.rglob("*") if "__pycache__" not in path.parts}
    port = find_free_port()
    settings = {
        "DATA_DIR": str(tmp_path / "data"),
        "MEDIA_ROOT": str(tmp_path / "media"),
        "TMPDIR": str(tmp_path / "temporary"),
        "WEB_DIR": str(tmp_path / "web"),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PUBLIC_URL": "https://plants.example.org",
        "ALLOWED_HOSTS": "plants.example.org,localhost,127.0.0.1",
        "TRUSTED_PROXY_COUNT": "1",
        "PORT": str(port),
    }
    check = [as_in_the_image / "bin" / "python", *healthcheck()[1:]]
    asked = partial_check(check, PORT=str(port))
    assert asked() != 0, "nobody listens yet"
    command = (as_in_the_image / "bin" / SERVE[0], *SERVE[1:])
    with program(*command, log=tmp_path / "server.log", **settings) as process:
        until(lambda: asked() == 0, within=180, alive=[process])
        by_proxy = {"Host": "plants.example.org", "X-Forwarded-Proto": "https", "X-Forwarded-For": "192.0.2.1"}
        page = urllib.request.Request(f"http://127.0.0.1:{port}/accounts/login/", headers=by_proxy)
        with urllib.request.urlopen(page, timeout=30) as reply:
            assert b"<form" in reply.read()
        assert fetch(f"http://127.0.0.1:{port}/metrics"), "Prometheus asks the server itself"
        assert "/setup/?token=" in (tmp_path / "server.log").read_text()
    assert process.returncode == 0, "SIGTERM ends it well"
    after = {path for path in as_in_the_image.rglob("*") if "__pycache__" not in path.parts}
    assert after == before
    assert not list((tmp_path / "temporary").iterdir())


def partial_check(command, **environment):
    """Runs the health check; its exit code."""
    kept = {"PATH": os.environ["PATH"]} | environment
    return lambda: subprocess.run(command, env=kept, capture_output=True, timeout=30, check=False).returncode
