"""Prometheus rules, alerts, runbooks and dashboards: they hold, they belong together, and they name what there is."""

import importlib.util
import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from apps.metrics.instruments import PREFIX, READ_WHEN_ASKED, REGISTRY
from plant_community_backend.cli import parser

OPS = Path(__file__).parents[3] / "ops"
RULES = sorted((OPS / "prometheus" / "rules").glob("*.yml"))
TESTS = sorted((OPS / "prometheus" / "tests").glob("*.yml"))
METRIC = re.compile(r"\b((?:plant_community_|http_server_)[a-z0-9_]+)\b(?!:)")
RECORDED = re.compile(r"\bplant_community:[a-z0-9_:]+")


def rules():
    """Every rule of every file."""
    return [rule for path in RULES for group in yaml.safe_load(path.read_text())["groups"] for rule in group["rules"]]


def alerts():
    """The alerts, by name."""
    return {rule["alert"]: rule for rule in rules() if "alert" in rule}


def known():
    """Every name under which this server tells something."""
    names = {sample.name for family in REGISTRY.collect() for sample in family.samples} | {
        family.name + suffix
        for family in REGISTRY.collect()
        for suffix in {"counter": ("_total",), "histogram": ("_bucket", "_count", "_sum")}.get(family.type, ("",))
    }
    return names | {PREFIX + name for name in READ_WHEN_ASKED}


def promtool(*arguments):
    """What promtool says."""
    program = shutil.which("promtool")
    if program is None:
        pytest.fail("promtool is missing: `make promtool`, or install the package `prometheus`")
    ended = subprocess.run([program, *arguments], capture_output=True, text=True, timeout=120, check=False)
    return ended.returncode, ended.stdout + ended.stderr


def test_rules_are_read_by_promtool_without_a_complaint():
    """Prometheus takes them as they are."""
    status, said = promtool("check", "rules", "--lint=all", "--lint-fatal", *map(str, RULES))
    assert status == 0, said


@pytest.mark.parametrize("path", TESTS, ids=lambda path: path.name)
def test_rules_hold_in_their_tests(path):
    """Each alert silent and firing, in time that promtool invents."""
    status, said = promtool("test", "rules", str(path))
    assert status == 0, said


def test_each_alert_is_shown_silent_and_firing():
    """No alert is without a test, and none is only shown one way."""
    cases = [
        case for path in TESTS for test in yaml.safe_load(path.read_text())["tests"] for case in test["alert_rule_test"]
    ]
    for firing in (False, True):
        assert {case["alertname"] for case in cases if bool(case["exp_alerts"]) is firing} == alerts().keys()


def test_each_alert_has_its_runbook_and_each_runbook_its_alert():
    """Who is woken finds what to do, by the alert's name."""
    assert {path.stem for path in (OPS / "runbooks").glob("*.md")} == alerts().keys()
    for name, alert in alerts().items():
        assert alert["annotations"]["runbook_url"].endswith(f"ops/runbooks/{name}.md")
        assert alert["annotations"]["summary"]
        assert alert["labels"]["severity"] in {"critical", "warning", "info"}
        text = (OPS / "runbooks" / f"{name}.md").read_text()
        for part in ("**What it means.**", "**How bad.**", "**Look.**", "**Mend.**", "**Wake somebody?**"):
            assert part in text, f"{name} lacks {part}"


def test_runbooks_name_commands_that_there_are():
    """At 3 a.m. nobody wants to learn that a command was renamed."""
    said = [
        line
        for path in (OPS / "runbooks").glob("*.md")
        for line in re.findall(r"plant-community ([a-z][^\n`#]*)", path.read_text())
    ]
    assert said
    for line in said:
        words = line.replace("PROVIDER", "plant_id").split()
        if words[0] == "manage":
            continue  # Django's own
        parser().parse_args(words)


@pytest.mark.parametrize(
    "path", [*RULES, *sorted((OPS / "grafana" / "dashboards").glob("*.json"))], ids=lambda path: path.name
)
def test_rules_and_dashboards_name_only_metrics_that_the_code_has(path):
    """A renamed metric would leave an alert that never fires."""
    text = path.read_text()
    recorded = {rule["record"] for rule in rules() if "record" in rule}
    expressions = (
        "\n".join(re.findall(r'"expr": "(.*)"', text))
        if path.suffix == ".json"
        else "\n".join(rule["expr"] for group in yaml.safe_load(text)["groups"] for rule in group["rules"])
    )
    assert set(METRIC.findall(expressions)) <= known()
    assert set(RECORDED.findall(expressions)) <= recorded
    assert METRIC.search(expressions)


def test_dashboards_are_what_their_builder_makes():
    """Nobody edits them by hand: `make dashboards` after a change of ops/grafana/build.py."""
    spec = importlib.util.spec_from_file_location("grafana_build", OPS / "grafana" / "build.py")
    builder = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(builder)
    kept = {path.name: path.read_text() for path in (OPS / "grafana" / "dashboards").glob("*.json")}
    assert kept == builder.build()
    for text in kept.values():
        panels = json.loads(text)["panels"]
        assert all(panel["description"] and panel["targets"] for panel in panels)
