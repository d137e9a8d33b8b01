"""From `git clone` to the first identification on a fresh machine: README's own commands, counted and timed.

Fresh is: a new folder, a new HOME (so no cache of pip, uv or npm), and nothing of this checkout's environment. The system's
python3, git, make, and node where it has one, are those of this machine: README asks for them. The second pass is another
clone with the first one's caches. How long downloads take is the network's doing: the commands are counted for that.
"""

import contextlib
import http.client
import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from benchmarks.servers import wait_for
from plant_simulator.drawings import draw_sample_leaf
from resilience.testing_ports import find_free_port

ROOT = Path(__file__).parents[1]
BLOCK = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)
KEPT = re.compile(r"PATH|LANG|TERM|.*(PROXY|CERT|CA_|INDEX|FIND_LINKS|REGISTRY).*", re.IGNORECASE)  # ways to packages
IDENTIFY = "/api/v1/plant-identification/identify/"
MARKS = {  # what make writes at the end of a step, in this order
    "Python package downloads and install": ".venv/.installed",
    "npm package downloads and install": "web/node_modules/.installed",
    "building the web app": "web/dist/.built",
}
READY_SECONDS, STOP_SECONDS = 1200, 90


class Pass(NamedTuple):
    """One way to a first answer: the commands typed, and each phase with its seconds."""

    commands: list[str]
    phases: dict[str, float]


def readme_commands(starting: str) -> str:
    """README's first command that begins so, in its section "Try it". Raises LookupError when there is none."""
    section = (ROOT / "README.md").read_text(encoding="utf-8").partition("\n## Try it\n")[2].partition("\n## ")[0]
    lines = [line.partition("#")[0].strip() for block in BLOCK.findall(section) for line in block.splitlines()]
    for line in lines:
        if line.startswith(starting):
            return line
    message = f"README.md has no command {starting} in its section Try it"
    raise LookupError(message)


def environment(home: Path) -> dict[str, str]:
    """A fresh user's: a HOME without anything in it, and this machine's ways to packages."""
    own = str(ROOT / ".venv" / "bin")
    kept = {name: value for name, value in os.environ.items() if KEPT.fullmatch(name)}
    return kept | {
        "HOME": str(home),
        "PATH": os.pathsep.join(each for each in os.environ["PATH"].split(os.pathsep) if each != own),
    }


def clone(folder: Path, env: dict[str, str]) -> float:
    """Clone this repository's last commit; seconds."""
    started = time.time()
    git = shutil.which("git") or "git"
    subprocess.run([git, "clone", "--quiet", f"file://{ROOT}", str(folder)], env=env, check=True)
    return time.time() - started


def phases_between(folder: Path, started: float) -> tuple[dict[str, float], float]:
    """Seconds of each step that make has done since `started`, by the marks it left, and when the last one ended."""
    phases, before = {}, started
    for name, mark in MARKS.items():
        if (folder / mark).exists():
            ended = (folder / mark).stat().st_mtime
            phases[name], before = ended - before, ended
    return phases, before


def with_demo(folder: Path, env: dict[str, str]) -> Pass:
    """`make demo`: the answer is in the terminal when the command ends."""
    command = readme_commands("make demo")
    phases = {"git clone": clone(folder, env)}
    started = time.time()
    ended = subprocess.run(shlex.split(command), cwd=folder, env=env, capture_output=True, text=True, check=False)
    if ended.returncode:
        raise RuntimeError(ended.stdout[-1000:] + ended.stderr[-1000:])
    steps, before = phases_between(folder, started)
    phases |= steps | {"new database, simulated answer": time.time() - before}
    return Pass(["git clone", command], phases)


def with_run(folder: Path, env: dict[str, str]) -> Pass:
    """`make run`, then a photo is sent as README's first curl does."""
    command, port = readme_commands("make run"), find_free_port()
    phases = {"git clone": clone(folder, env)}
    started = time.time()
    with running(command, folder, env | {"PORT": str(port)}):
        wait_for(f"http://localhost:{port}/readyz", seconds=READY_SECONDS)
        ready = time.time()
        identify(port)
        answered = time.time()
        steps, before = phases_between(folder, started)
    phases |= steps | {"new database, server ready": ready - before, "simulated answer": answered - ready}
    return Pass(["git clone", command], phases)


@contextlib.contextmanager
def running(command: str, folder: Path, env: dict[str, str]) -> Iterator[None]:
    """The command and all that it starts, ended with the block, by their group."""
    with tempfile.TemporaryFile() as log:
        started = subprocess.Popen(
            shlex.split(command), cwd=folder, env=env, stdout=log, stderr=log, start_new_session=True
        )
        try:
            yield
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(started.pid, signal.SIGTERM)
            started.wait(timeout=STOP_SECONDS)


def identify(port: int) -> None:
    """Send the sample leaf. Raises RuntimeError unless it is identified."""
    asked = http.client.HTTPConnection("localhost", port, timeout=60)
    asked.request("POST", IDENTIFY, draw_sample_leaf(), {"Content-Type": "image/jpeg"})
    reply = asked.getresponse()
    body = json.loads(reply.read())
    if reply.status != 200 or body["status"] != "complete":
        message = f"the first identification answered {reply.status}: {body}"
        raise RuntimeError(message)


def report() -> str:
    """The table: commands first, then seconds with nothing kept, and with the caches of an earlier clone."""
    parts = [
        "## From `git clone` to the first identification, on a fresh machine",
        "",
        "A new folder, a new HOME, README's own commands; both end with an answer of the simulator. How long downloads take",
        "is the network's doing: count the commands, not the seconds.",
    ]
    for name, way in (("in a terminal", with_demo), ("in the web app and by curl", with_run)):
        with tempfile.TemporaryDirectory() as place:
            home = Path(place) / "home"
            home.mkdir()
            cold, warm = (way(Path(place) / each, environment(home)) for each in ("cold", "warm"))
        typed = ", ".join(f"`{command}`" for command in cold.commands)
        parts += ["", f"{name.capitalize()}: {len(cold.commands)} commands, {typed}.", ""]
        parts += ["| phase | nothing kept | caches of an earlier clone |", "|---|---|---|"]
        parts += [f"| {phase} | {cold.phases[phase]:.1f} s | {warm.phases[phase]:.1f} s |" for phase in cold.phases]
        parts += [f"| **all** | **{sum(cold.phases.values()):.0f} s** | **{sum(warm.phases.values()):.0f} s** |"]
    return "\n".join(parts)
