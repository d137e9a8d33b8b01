"""The app in Flet's web mode, in a real Chromium with a camera of its own, against the real server and the simulator."""

import contextlib
import io
import os
from pathlib import Path

import pytest
import pytest_asyncio
from browsers import find_browser
from handset import Handset
from line import Line
from PIL import Image
from playwright.async_api import async_playwright
from running import app

from resilience.testing_ports import find_free_port

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
]
PICTURES = Path(__file__).parents[3] / "docs" / "screenshots" / "mobile"


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser():
    """One Chromium for all tests."""
    async with async_playwright() as playwright:
        running = await playwright.chromium.launch(executable_path=find_browser(), args=ARGUMENTS)
        yield running
        await running.close()


@pytest_asyncio.fixture(loop_scope="session")
async def line(site):
    """The line between app and server."""
    made = Line(site[1])
    await made.mend()
    yield made
    await made.cut()


class App:
    """The app's process; `kill` ends it as a system does that needs the memory."""

    def __init__(self, folder, server):
        self._folder, self._server, self._port = folder, server, find_free_port()
        self._stack = contextlib.ExitStack()
        self.address, self._process = "", None

    def start(self):
        self.address, self._process = self._stack.enter_context(app(self._folder, self._server, port=self._port))

    def kill(self):
        self._process.kill()
        self._process.wait(timeout=10)
        self._stack.close()


@pytest.fixture
def running_app(tmp_path, line):
    """The app, whose server is at the other end of the line."""
    started = App(tmp_path, line.address)
    started.start()
    yield started
    started.kill()


@pytest_asyncio.fixture(loop_scope="session")
async def handset(browser, running_app):
    """Makes handsets: browsers with a profile of their own, as wide as a small phone; without a route nothing is open."""
    async with contextlib.AsyncExitStack() as stack:

        async def make(route="/", **options):
            settings = {
                "viewport": {"width": 360, "height": 780},
                "permissions": ["camera"],
                "reduced_motion": "reduce",
            }
            context = await browser.new_context(**settings | options)
            stack.push_async_callback(context.close)
            made = Handset(await context.new_page(), running_app.address)
            if route:
                await made.open(route)
            return made

        yield make


@pytest.fixture(scope="session")
def keep_picture():
    """Keeps a picture in docs/screenshots/mobile, when asked to (TEST_SCREENSHOTS=1)."""

    async def keep(handset, name, height=780):
        if os.environ.get("TEST_SCREENSHOTS") != "1":
            return
        PICTURES.mkdir(parents=True, exist_ok=True)
        await handset.grow(height)
        picture = Image.open(io.BytesIO(await handset.page.screenshot())).convert("RGB")
        picture.quantize(256).save(PICTURES / f"{name}.png", optimize=True)
        await handset.grow(780)

    return keep
