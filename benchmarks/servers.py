"""The server and the simulator as processes of their own, and photos that are all different."""

import contextlib
import io
import os
import random
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psutil
from PIL import Image

from plant_simulator.drawings import draw_sample_leaf
from resilience.testing_ports import find_free_port

PROGRAM = Path(sys.executable).with_name("plant-community")
START_SECONDS = 60


def wait_for(url: str, *, seconds: float = START_SECONDS) -> None:
    """Return when `url` answers 200. Raises TimeoutError when it has not within `seconds`."""
    give_up = time.monotonic() + seconds
    while time.monotonic() < give_up:
        with contextlib.suppress(OSError, urllib.error.URLError), urllib.request.urlopen(url, timeout=2) as reply:
            if reply.status == 200:
                return
        time.sleep(0.05)
    message = f"{url} did not answer within {seconds:g} s"
    raise TimeoutError(message)


@contextlib.contextmanager
def process(arguments: list[str], ready: str, **environment: str) -> Iterator[psutil.Process]:
    """A process that answers at `ready`, ended with the block."""
    with tempfile.TemporaryFile() as log:
        started = subprocess.Popen(arguments, env=os.environ | environment, stdout=log, stderr=log)
        try:
            wait_for(ready)
            yield psutil.Process(started.pid)
        finally:
            started.terminate()
            started.wait(timeout=90)


@contextlib.contextmanager
def simulator() -> Iterator[str]:
    """The address of a simulator without latency."""
    port = find_free_port()
    url = f"http://127.0.0.1:{port}"
    with process([str(PROGRAM), "simulator", "--port", str(port), "--latency", "0"], f"{url}/ping"):
        yield url


@contextlib.contextmanager
def server(
    simulator_url: str, *, program: list[str] | None = None, **environment: str
) -> Iterator[tuple[str, psutil.Process]]:
    """The address and process of our server, on SQLite, asking that simulator."""
    port = find_free_port()
    url = f"http://127.0.0.1:{port}"
    with tempfile.TemporaryDirectory() as folder:
        settings = {
            "DATA_DIR": folder,
            "DEBUG": "false",
            "IDENTIFY_ANONYMOUS_PER_DAY": "1000000000",  # nobody signs in here, and nobody comes to a limit of callers
            "IDENTIFY_RATE_ANONYMOUS": "1000000000/hour",
            "IDENTIFY_BURST_ANONYMOUS": "1000000000/minute",
            "API_RATE": "1000000000/minute",
            "PLANT_ID_API_KEY": "demo",
            "PLANTNET_API_KEY": "demo",
            "PLANT_ID_BASE_URL": f"{simulator_url}/v3",
            "PLANTNET_BASE_URL": simulator_url,
            "PLANT_ID_MAX_IN_FLIGHT": "5000",  # what is measured is our own code, not the providers' bulkhead
            "PLANTNET_MAX_IN_FLIGHT": "5000",
            "PLANTNET_DAILY_QUOTA": "1000000",
            "IDENTIFY_DEADLINE_SECONDS": "300",
            "PLANT_ID_TIMEOUT_SECONDS": "300",
            "PLANTNET_TIMEOUT_SECONDS": "300",
        }
        subprocess.run([PROGRAM, "manage", "migrate", "--verbosity", "0"], env=os.environ | settings, check=True)
        arguments = [*(program or [str(PROGRAM), "serve"]), "--port", str(port)]
        with process(arguments, f"{url}/readyz", **(settings | environment)) as running:
            yield url, running


def photos(count: int, *, width: int = 640, height: int = 480, seed: int = 0) -> list[bytes]:
    """`count` different photos: one drawn leaf with a few pixels of each changed; another `seed`, other photos."""
    drawn = Image.open(io.BytesIO(draw_sample_leaf(width=width, height=height))).convert("RGB")
    noise = random.Random(seed)
    made = []
    for number in range(count):
        picture = drawn.copy()
        for _ in range(12):
            picture.putpixel((noise.randrange(width), noise.randrange(height)), tuple(noise.randbytes(3)))
        picture.putpixel((number % width, number // width), (255, 0, 255))
        stream = io.BytesIO()
        picture.save(stream, "JPEG", quality=92)
        made.append(stream.getvalue())
    return made
