"""The Kubernetes files, with each overlay and component: they are what the schemas say, and name what there is."""

import itertools
import json
from pathlib import Path

import kubernetes_validate
import pytest
import yaml
from deployment import COMPONENTS, KUBERNETES, KUBERNETES_VERSION, OVERLAYS, PINNED, unknown
from kustomized import build

from apps.metrics.instruments import REGISTRY
from plant_community_backend.cli import parser
from plant_community_backend.serving import GRACE_SECONDS


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


def test_kubernetes_servers_are_started_as_the_program_understands():
    """The arguments of each Deployment."""
    for _, pod in pods(with_components("production", COMPONENTS)):
        if "command" not in pod["containers"][0]:
            parser().parse_args(pod["containers"][0]["args"])
