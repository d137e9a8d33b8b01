"""Compose and its nightly backup: read by the tools they are for, and tried."""

import itertools
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from compose_spec import PyCompose
from composed import compose
from deployment import COMPOSE, OF_SCRIPTS, OVERLAYS, PINNED, PROGRAMS, ROOT, unknown
from scraping import program

from plant_community_backend.serving import GRACE_SECONDS


def composed(override):
    """What Compose makes of its files and of .env.example."""
    lines = (COMPOSE / ".env.example").read_text().splitlines()
    variables = dict(line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))
    return compose([COMPOSE / "compose.yml", COMPOSE / f"compose.{override}.yml"], variables)


@pytest.fixture(params=OVERLAYS)
def stack(request):
    """The services of staging, and of production."""
    return composed(request.param)


def test_compose_files_are_as_the_specification_says(stack):
    """Every field is one that there is, and whatever is named is declared."""
    read = PyCompose.from_yaml(yaml.safe_dump(stack))
    read.validate()
    assert set(read.service_names()) == stack["services"].keys()


def test_compose_closes_every_container(stack):
    """Read-only, without capabilities, bounded in memory, processors and processes, pinned, started again, and watched."""
    for name, service in stack["services"].items():
        assert PINNED.fullmatch(service["image"].removeprefix("registry.example.org/")), name
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
        assert service.get("cap_add", []) == (["NET_BIND_SERVICE"] if name == "proxy" else [])
        assert service["security_opt"] == ["no-new-privileges:true"]
        assert service["restart"] == "unless-stopped"
        assert re.fullmatch(r"\d+[mg]", service["mem_limit"])
        assert float(service["cpus"]) > 0
        assert service["pids_limit"] > 0
        assert "privileged" not in service
        assert name == "app" or service["healthcheck"], "the server's is the image's"


def test_compose_publishes_the_proxys_ports_alone(stack):
    """Database, store, server, Prometheus and Grafana are reached from inside; two of the networks lead nowhere else."""
    open_ports = {
        name: {port.split(":")[0] for port in each.get("ports", [])} for name, each in stack["services"].items()
    }
    assert {name: ports for name, ports in open_ports.items() if ports} == {"proxy": {"80", "443"}}
    assert {name for name, network in stack["networks"].items() if not network.get("internal")} == {"front", "out"}
    assert {name for name, each in stack["services"].items() if "out" in each["networks"]} == {"alertmanager"}
    assert {name for name, each in stack["services"].items() if "front" in each["networks"]} == {"app", "proxy"}


def test_compose_names_settings_that_there_are_and_no_secret_among_them(stack):
    """A misspelt setting would be no setting at all; what is secret comes from a file."""
    for name in ("app", "backup"):
        given = stack["services"][name]["environment"]
        assert not unknown(given.keys() - OF_SCRIPTS)
        assert {each for each in given if re.search(r"KEY$|PASSWORD$|SECRET$|^DATABASE_URL$", each)} == set()
        files = {value for each, value in given.items() if each.endswith("_FILE")}
        mounted = {f"/run/secrets/{each}" for each in stack["services"][name]["secrets"]}
        assert files == mounted


def test_compose_gives_the_server_the_time_to_finish(stack):
    """It is not killed in the middle of a paid answer."""
    minutes, seconds = re.fullmatch(r"(?:(\d+)m)?(\d+)s", stack["services"]["app"]["stop_grace_period"]).groups()
    assert int(minutes or 0) * 60 + int(seconds) > GRACE_SECONDS


def test_compose_production_runs_an_image_that_was_tested():
    """It is pulled, not built on the machine."""
    assert "build" not in composed("production")["services"]["app"]
    assert "build" in composed("staging")["services"]["app"]


def test_compose_mounts_files_that_there_are(stack):
    """An engine would make an empty folder in the place of each that is missing."""
    mounts = [each for service in stack["services"].values() for each in service.get("volumes", [])]
    bound = [each for each in mounts if each["type"] == "bind"]
    assert bound
    for each in bound:
        assert Path(each["source"]).exists(), each["source"]
        assert each["read_only"] is True


def test_env_example_explains_each_variable_that_compose_reads():
    """And none that it does not read."""
    text = "".join(path.read_text() for path in COMPOSE.glob("compose*.yml"))
    read = set(re.findall(r"\$\{([A-Z_]+)", text))
    lines = (COMPOSE / ".env.example").read_text().splitlines()
    explained = {
        line.partition("=")[0] for before, line in itertools.pairwise(lines) if "=" in line and before.startswith("# ")
    }
    assert explained == read


@pytest.fixture
def secrets(tmp_path):
    """The folder of compose with its secrets made."""
    folder = tmp_path / "compose"
    folder.mkdir()
    shutil.copy(COMPOSE / "make-secrets", folder)
    subprocess.run([folder / "make-secrets"], check=True, timeout=60)
    return folder / "secrets"


def test_make_secrets_makes_each_that_compose_wants_once(secrets):
    """Random, no two alike, and never replaced: the second run changes nothing."""
    wanted = {Path(each["file"]).name for each in composed("production")["secrets"].values()}
    made = {path.name: path.read_text() for path in secrets.iterdir()}
    assert made.keys() == wanted
    assert len(made["postgres_password"]) == len(made["grafana_admin_password"]) == 48
    assert made["postgres_password"] != made["grafana_admin_password"]
    assert made["database_url"] == f"postgres://plants:{made['postgres_password']}@database/plants"
    assert secrets.stat().st_mode & 0o777 == 0o700
    subprocess.run([secrets.parent / "make-secrets"], check=True, timeout=60)
    assert {path.name: path.read_text() for path in secrets.iterdir()} == made


def test_settings_of_compose_start_the_server(stack, secrets, tmp_path):
    """All of them at once, with the files that make-secrets made: nothing to complain about, as Django sees it."""
    given = stack["services"]["app"]["environment"] | {"DATA_DIR": str(tmp_path / "data"), "PATH": os.environ["PATH"]}
    given = {name: str(value).replace("/run/secrets", str(secrets)) for name, value in given.items()}
    ended = subprocess.run(
        [PROGRAMS / "plant-community", "manage", "check", "--deploy", "--fail-level", "INFO"],
        env=given, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert ended.returncode == 0, ended.stderr
    show = "from django.conf import settings as s; print(s.DATABASES['default']['HOST'], s.DEMO_MODE, s.IS_HTTPS)"
    seen = subprocess.run(
        [sys.executable, "-c", show],
        env=given | {"DJANGO_SETTINGS_MODULE": "plant_community_backend.settings"},
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert seen.stdout.split() == ["database", "True", "True"], seen.stderr


def test_proxy_and_prometheus_ask_services_that_there_are(stack):
    """The proxy leads to the server and to Grafana, and to nothing that is not for everybody."""
    led = set(re.findall(r"reverse_proxy (\S+):(\d+)", (COMPOSE / "Caddyfile").read_text()))
    assert led == {("app", "8000"), ("grafana", "3000")}
    assert "respond @inside 404" in (COMPOSE / "Caddyfile").read_text()
    assert "request_buffers" in (COMPOSE / "Caddyfile").read_text(), "else a photo cannot wait for the next server"
    read = set(re.findall(r"\{\$(\w+)\}", (COMPOSE / "Caddyfile").read_text()))
    assert read == stack["services"]["proxy"]["environment"].keys()
    config = yaml.safe_load((COMPOSE / "prometheus.yml").read_text())
    (scraped,) = config["scrape_configs"]
    assert scraped["static_configs"] == [{"targets": ["app:8000"]}]
    rules = (ROOT / "ops" / "prometheus" / "rules" / "alerts.yml").read_text()
    assert set(re.findall(r'job="([^"]+)"', rules)) <= {scraped["job_name"]}
    (told,) = config["alerting"]["alertmanagers"]
    assert told["static_configs"] == [{"targets": ["alertmanager:9093"]}]
    mounted = {each["target"] for each in stack["services"]["prometheus"]["volumes"]}
    assert {str(Path(path).parent) for path in config["rule_files"]} <= mounted
    provisioning = ROOT / "ops" / "grafana" / "provisioning"
    (source,) = yaml.safe_load((provisioning / "datasources" / "prometheus.yml").read_text())["datasources"]
    assert source["url"] == "http://prometheus:9090"
    (boards,) = yaml.safe_load((provisioning / "dashboards" / "plant-community.yml").read_text())["providers"]
    assert boards["options"]["path"] in {each["target"] for each in stack["services"]["grafana"]["volumes"]}


def test_prometheus_takes_its_configuration():
    """As promtool reads it."""
    tool = shutil.which("promtool")
    if tool is None:
        pytest.fail("promtool is missing: `make promtool`, or install the package `prometheus`")
    command = [tool, "check", "config", "--syntax-only", COMPOSE / "prometheus.yml"]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 0, ended.stdout + ended.stderr


@pytest.fixture
def backups(tmp_path):
    """Runs backup.sh on a server's data; tells the folder of backups, and the exit code and words of a run."""
    from migrated import put_migrated_database  # noqa: PLC0415 - reads the environment of the tests

    (tmp_path / "data").mkdir()
    put_migrated_database(tmp_path / "data")
    folder = tmp_path / "backups"
    folder.mkdir()
    base = {"DATA_DIR": str(tmp_path / "data"), "BACKUP_FOLDER": str(folder)}
    base["PATH"] = f"{PROGRAMS}:{os.environ['PATH']}"

    def run(**more):
        command = ["/bin/sh", COMPOSE / "backup.sh", "once"]
        return subprocess.run(command, env=base | more, capture_output=True, text=True, timeout=120, check=False)

    return folder, run


def old_backup(folder):
    """One of long ago."""
    path = folder / "plant-community-old.zip"
    path.write_text("old")
    os.utime(path, (0, 0))
    return path


def test_backup_script_makes_one_reads_it_and_deletes_the_old(backups):
    """What the nightly job does, with the real program."""
    folder, run = backups
    old = old_backup(folder)
    (kept := folder / "somebody-elses.zip").write_text("")
    os.utime(kept, (0, 0))
    ended = run()
    assert ended.returncode == 0, ended.stderr
    assert "is whole" in ended.stdout
    assert len(list(folder.glob("plant-community-*.zip"))) == 1
    assert not old.exists()
    assert kept.exists()


def test_backup_script_keeps_the_old_when_it_makes_no_new(backups):
    """A server that is broken for weeks still has its last backup."""
    folder, run = backups
    old = old_backup(folder)
    assert run(DATABASE_URL="postgres://nobody@127.0.0.1:1/none").returncode != 0
    assert old.exists()


def test_backup_script_ends_at_once_when_it_is_told_to(tmp_path):
    """It waits for the night most of the time; a container that does not listen is waited for."""
    command = ("/bin/sh", str(COMPOSE / "backup.sh"))
    with program(*command, log=tmp_path / "log", BACKUP_FOLDER=str(tmp_path)) as process:
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(timeout=1)
        process.terminate()
        assert process.wait(timeout=5) == 0
