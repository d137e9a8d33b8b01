"""Alertmanager: each alert is told to somebody by its severity, once, and to nobody before an operator says where."""

import http.server
import json
import re
import shutil
import subprocess
import threading
import urllib.request
from pathlib import Path

import pytest
import yaml
from scraping import fetch, program, shortened, until, value

from resilience.testing_ports import find_free_port

OPS = Path(__file__).parents[3] / "ops"
CONFIG = OPS / "alertmanager" / "alertmanager.yml"
RECEIVERS = {"critical": "now", "warning": "morning", "info": "week"}
RANKS = ("info", "warning", "critical")


def amtool(*arguments):
    """What amtool says."""
    found = shutil.which("amtool")
    if found is None:
        pytest.fail("amtool is missing: `make promtool`, or install the package `prometheus-alertmanager`")
    ended = subprocess.run([found, *arguments], capture_output=True, text=True, timeout=60, check=False)
    return ended.returncode, ended.stdout + ended.stderr


def severities():
    """Of each alert that there is."""
    groups = yaml.safe_load((OPS / "prometheus" / "rules" / "alerts.yml").read_text())["groups"]
    return {rule["alert"]: rule["labels"]["severity"] for group in groups for rule in group["rules"] if "alert" in rule}


def test_alertmanager_takes_its_configuration():
    """As amtool reads it."""
    status, said = amtool("check-config", str(CONFIG))
    assert status == 0, said


@pytest.mark.parametrize(("name", "severity"), severities().items())
def test_alertmanager_routes_each_alert_by_its_severity(name, severity):
    """Somebody gets up, reads it in the morning, or in the week; by one route, not by two."""
    labels = (f"alertname={name}", f"severity={severity}", "provider=plantnet")
    wanted = f"--verify.receivers={RECEIVERS[severity]}"
    status, said = amtool("config", "routes", "test", f"--config.file={CONFIG}", wanted, *labels)
    assert status == 0, said


@pytest.mark.parametrize("labels", [["alertname=Other"], ["alertname=Other", "severity=page"]])
def test_alertmanager_tells_nobody_of_what_has_no_severity_of_ours(labels):
    """A Prometheus that watches other things, too, wakes nobody here."""
    status, said = amtool("config", "routes", "test", f"--config.file={CONFIG}", "--verify.receivers=nobody", *labels)
    assert status == 0, said


def test_alertmanager_silences_only_what_there_is_and_nothing_graver_than_its_cause():
    """A misspelt name would silence nothing; a warning must not hide what somebody has to get up for."""
    known = severities()
    for rule in yaml.safe_load(CONFIG.read_text())["inhibit_rules"]:
        (source,) = (re.fullmatch(r'alertname="(\w+)"', each)[1] for each in rule["source_matchers"])
        (target,) = (re.fullmatch(r'alertname=~?"(.+)"', each)[1] for each in rule["target_matchers"])
        silenced = {name for name in known if re.fullmatch(target, name)}
        assert source in known
        assert silenced
        assert all(any(re.fullmatch(part, name) for name in known) for part in target.split("|"))
        assert source not in silenced
        for name in silenced:
            assert RANKS.index(known[name]) <= RANKS.index(known[source]), (source, name)


def test_alertmanager_names_no_address_and_reads_each_from_a_file_that_begins_empty(tmp_path):
    """Nothing is sent anywhere by a default; Compose mounts the files, and make-secrets makes them empty."""
    said = [line.partition("# ")[0] for line in CONFIG.read_text().splitlines()]
    assert not re.findall(r"\w+://|@", "\n".join(said))
    read = {Path(path) for path in re.findall(r"_file: ([^\s,]+)", CONFIG.read_text())}
    stack = yaml.safe_load((OPS / "compose" / "compose.yml").read_text())
    assert read == {Path("/run/secrets") / each for each in stack["services"]["alertmanager"]["secrets"]}
    shutil.copy(OPS / "compose" / "make-secrets", tmp_path)
    subprocess.run([tmp_path / "make-secrets"], check=True, timeout=60)
    assert {(tmp_path / "secrets" / path.name).read_text() for path in read} == {""}


@pytest.fixture
def told():
    """A Slack of our own: its address, and what it is told, by path."""
    messages = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            said = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            messages.append((self.path, said["attachments"][0]["title"], said["attachments"][0]["text"]))
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"ok")

        def log_message(self, *_):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        serving = threading.Thread(target=server.serve_forever)
        serving.start()
        yield f"http://127.0.0.1:{server.server_address[1]}", messages
        server.shutdown()
        serving.join()


@pytest.fixture
def alertmanager(tmp_path):
    """Starts a real one by our configuration, with times sixty times as short and days without a night."""

    def start(address):
        for name in ("now", "morning", "week"):
            (tmp_path / f"alerts_{name}_url").write_text(address and f"{address}/{name}\n")
        text = CONFIG.read_text().replace("/run/secrets", str(tmp_path)).replace("mute_time_intervals: [night]", "")
        (tmp_path / "config.yml").write_text(shortened(text, 60))
        port = find_free_port()
        command = [shutil.which("prometheus-alertmanager") or shutil.which("alertmanager")]
        command += [f"--config.file={tmp_path / 'config.yml'}", f"--storage.path={tmp_path / 'data'}"]
        command += [f"--web.listen-address=127.0.0.1:{port}", "--cluster.listen-address="]
        return f"http://127.0.0.1:{port}", program(*command, log=tmp_path / "alertmanager.log")

    return start


def fire(address, *alerts):
    """Tell it of alerts, as Prometheus does."""
    body = [{"labels": dict(labels), "annotations": {"summary": "so it is"}} for labels in alerts]
    request = urllib.request.Request(
        f"{address}/api/v2/alerts", json.dumps(body).encode(), {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=10) as reply:
        assert reply.status == 200


def test_alertmanager_tells_the_cause_and_not_what_follows_from_it(told, alertmanager):
    """All circuits are open: somebody is woken once; each circuit by itself is no news, another trouble is."""
    slack, messages = told
    address, running = alertmanager(slack)
    open_circuits = [{"alertname": "CircuitOpen", "severity": "warning", "provider": each} for each in ("a", "b")]
    with running as process:
        until(lambda: fetch(f"{address}/-/ready"), alive=[process])
        fire(address, {"alertname": "AllCircuitsOpen", "severity": "critical"})
        until(lambda: messages, alive=[process])
        fire(address, *open_circuits, {"alertname": "QuotaDrift", "severity": "warning", "provider": "a"})
        until(lambda: [path for path, _, _ in messages if path == "/morning"], alive=[process])
    assert {path for path, _, _ in messages} == {"/now", "/morning"}
    assert ("critical: 1 alert(s)", True) in [
        (title, "AllCircuitsOpen: so it is" in text) for _, title, text in messages
    ]
    assert any("QuotaDrift" in text for _, _, text in messages)
    assert not any("CircuitOpen:" in text for _, _, text in messages)


def test_alertmanager_without_addresses_sends_nothing_and_says_so(alertmanager, tmp_path):
    """The files are empty: the attempt fails before anything leaves, and is in its log and its metrics."""
    address, running = alertmanager("")
    with running as process:
        until(lambda: fetch(f"{address}/-/ready"), alive=[process])
        fire(address, {"alertname": "AllCircuitsOpen", "severity": "critical"})
        until(lambda: "receiver=now" in (tmp_path / "alertmanager.log").read_text(), alive=[process])
        text = fetch(f"{address}/metrics")
    assert value(text, "alertmanager_notification_requests_total") == value(
        text, "alertmanager_notification_requests_failed_total"
    )
    assert "unsupported protocol scheme" in (tmp_path / "alertmanager.log").read_text()
