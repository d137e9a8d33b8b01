"""A real browser against the program as an operator starts it: what a visitor sees, and what the browser complains of."""

import contextlib
import io
import os
import secrets
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import pytest_asyncio
from browsers import PATIENCE_MS, find_browser
from migrated import put_migrated_database
from PIL import Image
from playwright.async_api import Page, async_playwright, expect

from plant_simulator import simulator_in_thread
from plant_simulator.drawings import draw_sample_leaf
from plant_simulator.seeing import see
from resilience.testing_ports import find_free_port

PROGRAM = Path(sys.executable).with_name("plant-community")
START_SECONDS = 60
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
LOOPBACK = {"127.0.0.1", "localhost", "plants.localhost", ""}  # "" is the host of blob: and data: addresses
NEVER_OPEN = {"PLANT_ID_CIRCUIT_FAIL_MAX": "1000", "PLANTNET_CIRCUIT_FAIL_MAX": "1000"}  # a test's outage is its own
CLEAR = 0.8  # score of the best name
UNLIMITED = {  # all visitors here come from one address
    "IDENTIFY_RATE_ANONYMOUS": "1000000/hour",
    "IDENTIFY_BURST_ANONYMOUS": "1000000/minute",
    "API_RATE": "1000000/minute",
    "IDENTIFY_RATE_AUTHENTICATED": "1000000/hour",
    "IDENTIFY_BURST_AUTHENTICATED": "1000000/minute",
}


@contextlib.contextmanager
def served(folder, **more):
    """The address of a server with a data folder of its own; it ends with the block."""
    put_migrated_database(folder)
    port = find_free_port()
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    settings = {
        "DATA_DIR": str(folder),
        "DEBUG": "true",
        "DEMO_LATENCY": "false",
        "ALLOWED_HOSTS": "127.0.0.1,plants.localhost",
        **UNLIMITED,
        **more,
    }
    with (folder / "server.log").open("wb") as log:
        process = subprocess.Popen([PROGRAM, "serve", "--port", str(port)], env=kept | settings, stdout=log, stderr=log)
    try:
        wait_until_ready(f"http://127.0.0.1:{port}", process)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=30)
        process.kill()
        process.wait(timeout=5)


def wait_until_ready(address, process):
    """Return once /readyz says 200; fails when the process ends before, or after a minute."""
    give_up = time.monotonic() + START_SECONDS
    while time.monotonic() < give_up:
        assert process.poll() is None, "the server ended before it was ready"
        with (
            contextlib.suppress(OSError, urllib.error.URLError),
            urllib.request.urlopen(f"{address}/readyz", timeout=2) as reply,
        ):
            if reply.status == 200:
                return
        time.sleep(0.05)
    pytest.fail(f"{address} was not ready within {START_SECONDS} s")


@pytest.fixture(scope="session")
def demo_site(tmp_path_factory):
    """A server without any key: demo mode, as after `make run`."""
    with served(tmp_path_factory.mktemp("demo")) as address:
        yield address


@pytest.fixture(scope="session")
def providers():
    """Both providers in a thread of the test's process, where faults can be laid out."""
    with simulator_in_thread() as running:
        yield running


@pytest.fixture(scope="session")
def keyed_site(tmp_path_factory, providers):
    """A server with keys for both providers."""
    keys = {
        "PLANT_ID_API_KEY": "demo",
        "PLANTNET_API_KEY": "demo",
        "PLANT_ID_BASE_URL": providers.plant_id_url,
        "PLANTNET_BASE_URL": providers.plantnet_url,
    }
    with served(tmp_path_factory.mktemp("keyed"), **keys) as address:
        yield address


@pytest.fixture
def site(keyed_site, providers):
    """The server with keys; the providers have forgotten earlier tests."""
    providers.do(lambda running: running.reset())
    return keyed_site


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser():
    """One Chromium for all tests."""
    async with async_playwright() as playwright:
        running = await playwright.chromium.launch(executable_path=find_browser(), args=ARGUMENTS)
        yield running
        await running.close()


@dataclass
class Visit:
    """A visitor with a browser profile of their own, and all that their browser complained of."""

    page: Page
    complaints: list[str] = field(default_factory=list)
    forgiven: set[str] = field(default_factory=set)
    foreign: list[str] = field(default_factory=list)

    def watch(self):
        """Note console errors (violations of the CSP are among them), exceptions, and requests to other machines."""
        self.page.on("console", self._note_complaint)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", self._note_host)

    def _note_complaint(self, said):
        if said.type in {"error", "warning"}:
            where = urlsplit(said.location.get("url", "")).path  # which request it was, where it is about one
            self.complaints.append(f"{said.text} {where}".rstrip())

    def _note_host(self, request):
        if urlsplit(request.url).hostname not in LOOPBACK | {None}:
            self.foreign.append(request.url)

    def forgive(self, part):
        """A complaint that the test provokes, such as a refused upload: it must be there, and no longer counts.

        The same of the same request may come again a moment later.
        """
        provoked = {complaint for complaint in self.complaints if part in complaint}
        assert provoked, (part, self.complaints)
        self.forgiven |= provoked
        self.complaints = [complaint for complaint in self.complaints if complaint not in provoked]

    @property
    def blames(self):
        """The complaints that count."""
        return [complaint for complaint in self.complaints if complaint not in self.forgiven]

    async def go(self, address):
        """Open the first page and wait until it listens."""
        await self.page.goto(address)
        await expect(self.page.locator("#ask[data-ready]")).to_be_attached()

    async def add(self, *photos, to="#pick"):
        """Pick photos, given as bytes; they are named photo-1.jpg and so on."""
        files = [
            {"name": f"photo-{number}.jpg", "mimeType": "image/jpeg", "buffer": photo}
            for number, photo in enumerate(photos, start=1)
        ]
        await self.page.set_input_files(to, files)

    async def identify(self, *photos):
        """Pick photos, press the button, and wait for an answer or a problem."""
        await self.add(*photos)
        await self.page.locator("#identify").click()  # its name depends on the language
        await self.settled()

    async def settled(self):
        """Return once the answer or the problem is there."""
        await expect(self.page.locator("#result .answer, #result .problem")).to_be_visible()

    @property
    def result(self):
        """The part of the page where the answer stands."""
        return self.page.locator("#result")


@pytest_asyncio.fixture(loop_scope="session")
async def visit(browser):
    """Makes visits, each in a fresh profile; at the end none of their browsers may have complained."""
    async with contextlib.AsyncExitStack() as stack:
        visits = []

        async def start(address, **options):
            options = {"viewport": {"width": 1280, "height": 900}, "reduced_motion": "reduce"} | options
            context = await browser.new_context(**options)
            stack.push_async_callback(context.close)
            visitor = Visit(await context.new_page())
            visitor.page.set_default_timeout(PATIENCE_MS)
            visitor.watch()
            visits.append(visitor)
            await visitor.go(address)
            return visitor

        yield start
        assert [visitor.blames for visitor in visits if visitor.blames] == []
        assert [visitor.foreign for visitor in visits if visitor.foreign] == []


@pytest.fixture(scope="session")
def clear_leaf():
    """A photo of a plant that the providers name clearly, in one voice."""
    photos = (draw_sample_leaf(seed, width=1000, height=750) for seed in range(100))
    return next(
        photo for photo in photos if (seen := see(photo)).is_plant and seen.clear and seen.ranking[0][1] > CLEAR
    )


@pytest.fixture
def leaf(clear_leaf):
    """The same plant, on a photo that nobody has asked about: one pixel differs, so no kept answer serves."""
    return photographed_again(clear_leaf)


def photographed_again(photo):
    """The photo with a pixel of its own."""
    picture = Image.open(io.BytesIO(photo)).convert("RGB")
    place, colour = (
        secrets.randbelow(picture.width),
        (secrets.randbelow(256), secrets.randbelow(256), secrets.randbelow(256)),
    )
    picture.paste(colour, (place, 0, place + 8, 8))
    stream = io.BytesIO()
    picture.save(stream, "JPEG", quality=95)
    return stream.getvalue()


@pytest.fixture
def production(tmp_path):
    """A server as in production, with demo answers; and its log, in which it prints mails, since it has no mail server."""
    with served(tmp_path, DEBUG="false") as address:
        yield address, tmp_path / "server.log"


@pytest.fixture
def on_this_machine(tmp_path):
    """A server by a name of this machine: browsers keep no passkeys for bare addresses."""
    with served(tmp_path) as address:
        yield address.replace("127.0.0.1", "plants.localhost"), tmp_path / "server.log"


@pytest.fixture(scope="session")
def run_server():
    """`served`, for tests that need a server of their own."""
    return served


@pytest.fixture(scope="session")
def program():
    """The command line."""
    return PROGRAM


SCREENSHOTS = Path(__file__).resolve().parents[3] / "docs" / "screenshots"


@pytest.fixture(scope="session")
def keep_picture():
    """Keeps a picture of the whole page in docs/screenshots, when asked to (TEST_SCREENSHOTS=1)."""

    async def keep(page, name):
        if os.environ.get("TEST_SCREENSHOTS") != "1" or "-320-" in name:
            return
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        await page.evaluate("() => window.scrollTo(0, 0)")
        picture = Image.open(io.BytesIO(await page.screenshot(full_page=True))).convert("RGB")
        picture.quantize(256).save(SCREENSHOTS / f"{name}.png", optimize=True)  # a third of the bytes, looks the same

    return keep


@pytest.fixture
def shots(request):
    """Takes a picture of the page when SCREENSHOTS names a folder, for people to look at."""
    folder = os.environ.get("SCREENSHOTS")

    async def take(page, name):
        if folder:
            await page.screenshot(path=f"{folder}/{request.node.name}-{name}.png", full_page=True)

    return take
