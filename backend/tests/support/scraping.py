"""Programs that a test starts, what they tell, and how long it waits for it."""

import contextlib
import json
import os
import re
import subprocess
import time
import urllib.parse
import urllib.request

WAIT_SECONDS = 60.0
DURATION = re.compile(r"(?<![\w.])(\d+)(s|m|h|d)(?!\w)")
MILLISECONDS = {"s": 1_000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}


def until(condition, *, within=WAIT_SECONDS, alive=()):
    """What `condition()` returns once it is true; fails when it is not `within` seconds, or a process has ended."""
    give_up = time.monotonic() + within
    while not (found := condition()):
        assert all(process.poll() is None for process in alive), "a program ended too early"
        assert time.monotonic() < give_up, f"waited {within} s in vain"
        time.sleep(0.05)
    return found


def fetch(url):
    """The text at `url`; None while nobody answers there."""
    with contextlib.suppress(OSError), urllib.request.urlopen(url, timeout=5) as reply:
        return reply.read().decode()
    return None


def shortened(text, factor):
    """The times in a rule, so much shorter; none is shorter than two scrapes."""

    def shorten(found):
        return f"{max(1_000, int(found[1]) * MILLISECONDS[found[2]] // factor)}ms"

    return DURATION.sub(shorten, text)


@contextlib.contextmanager
def program(*arguments, log, **environment):
    """A running program, ended with the block."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    with log.open("wb") as output:
        process = subprocess.Popen(arguments, env=kept | environment, stdout=output, stderr=output)
    try:
        yield process
    finally:
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=30)
        process.kill()
        process.wait(timeout=5)


def value(text, name, *parts):
    """The sum of the samples of this name whose labels hold all `parts`."""
    lines = [line for line in (text or "").splitlines() if re.match(rf"{name}(\{{|\s)", line)]
    return sum(float(line.rpartition(" ")[2]) for line in lines if all(part in line for part in parts))


class Prometheus:
    """A running Prometheus, asked by its API."""

    def __init__(self, address):
        self.address = address

    def query(self, expression):
        """The values of an expression now."""
        said = fetch(f"{self.address}/api/v1/query?{urllib.parse.urlencode({'query': expression})}")
        return [float(each["value"][1]) for each in json.loads(said)["data"]["result"]] if said else []

    def firing(self):
        """The names of the alerts that fire."""
        found = json.loads(fetch(f"{self.address}/api/v1/alerts") or '{"data": {"alerts": []}}')["data"]["alerts"]
        return {each["labels"]["alertname"] for each in found if each["state"] == "firing"}
