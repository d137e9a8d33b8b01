"""The mobile app in Flet's web mode: how soon it is there, how smoothly it scrolls, and how much memory it takes.

Not a phone: the app's Python runs beside the browser instead of in it, Chromium draws without a graphics card, and both
share the cores with the server. What it shows is whether a change makes it slower.
"""

import asyncio
import contextlib
import os
import shutil
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

import psutil
from playwright.async_api import Browser, CDPSession, Page, async_playwright

from benchmarks.servers import process, server, simulator
from plant_simulator.drawings import draw_sample_leaf
from resilience.testing_ports import find_free_port

ROUNDS = 3
SCROLL_SECONDS = 3
MOBILE = Path(__file__).parent.parent / "mobile"
FRAMES = """(milliseconds) => new Promise((resolve) => {
  const times = [];
  const began = performance.now();
  let last = began;
  const frame = (now) => {
    times.push(now - last);
    last = now;
    if (now - began < milliseconds) requestAnimationFrame(frame); else resolve(times.slice(1));
  };
  requestAnimationFrame(frame);
})"""


def marked(name: str) -> str:
    """The control with this identifier."""
    return f'[flt-semantics-identifier="{name}"]'


async def open_app(browser: Browser, url: str) -> tuple[Page, CDPSession, float]:
    """A new visitor's page, its session for measuring, and the seconds until the first control was there."""
    context = await browser.new_context(viewport={"width": 360, "height": 780})
    page = await context.new_page()
    await page.route("**/cdn.jsdelivr.net/**", lambda asked: asked.abort())
    began = time.monotonic()
    await page.goto(url)
    await page.wait_for_selector("flt-semantics-placeholder", state="attached", timeout=60_000)
    await page.evaluate("document.querySelector('flt-semantics-placeholder').click()")
    await page.wait_for_selector(marked("identify"), state="attached", timeout=60_000)
    return page, await context.new_cdp_session(page), time.monotonic() - began


async def ask(page: Page) -> float:
    """Seconds from the touch of "Identify" to the answer on the screen, the simulator answering at once."""
    photo = draw_sample_leaf(time.time_ns() % 100_000, width=900, height=700)
    async with page.expect_file_chooser() as chooser:
        await page.locator(f"{marked('choose')} [role=button]").click()
    await (await chooser.value).set_files([{"name": "leaf.jpg", "mimeType": "image/jpeg", "buffer": photo}])
    await page.wait_for_selector(marked("remove-0"), state="attached")
    button = page.locator(f"{marked('identify')} [role=button]")
    began = time.monotonic()
    await button.dispatch_event("click")
    await page.wait_for_selector(marked("sentence"), state="attached", timeout=60_000)
    return time.monotonic() - began


async def scroll(page: Page) -> list[float]:
    """Milliseconds between frames while the answer is scrolled up and down."""
    await page.mouse.move(180, 400)
    frames = asyncio.ensure_future(page.evaluate(FRAMES, SCROLL_SECONDS * 1000))
    step = 0
    while not frames.done():
        await page.mouse.wheel(0, 120 if step // 10 % 2 == 0 else -120)
        step += 1
        await asyncio.sleep(0.05)
    found: list[float] = await frames
    return found


async def heap_of(session: CDPSession) -> float:
    """Megabytes of the page's JavaScript heap, after a collection."""
    await session.send("HeapProfiler.collectGarbage")
    return float((await session.send("Runtime.getHeapUsage"))["usedSize"]) / 1e6


def page_memory() -> float:
    """Megabytes that the page's process has for itself: Flutter's pictures and its compiled program are among them."""
    pages = []
    for child in psutil.Process().children(recursive=True):
        with contextlib.suppress(psutil.Error):
            if "--type=renderer" in child.cmdline():
                pages.append(child.memory_full_info().uss)
    return max(pages) / 1e6


async def measure(url: str, app: psutil.Process) -> dict[str, Any]:
    """One round with a browser of its own."""
    executable = shutil.which("chromium") or shutil.which("google-chrome")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=executable, args=["--no-sandbox", "--disable-gpu"])
        page, session, opened = await open_app(browser, url)
        start_memory = app.memory_info().rss / 1e6
        answered = await ask(page)
        frames = sorted(await scroll(page))
        measured = {
            "first page in the browser": opened,
            "from the touch to the answer": answered,
            "frame, median": statistics.median(frames),
            "frame, 95 %": frames[int(len(frames) * 0.95)],
            "memory of the app's process": start_memory,
            "with an answer": app.memory_info().rss / 1e6,
            "memory of the page's process": page_memory(),
            "JavaScript heap in it": await heap_of(session),
        }
        await browser.close()
    return measured


def one_round(server_url: str) -> dict[str, Any]:
    """Start the app anew, and measure."""
    port = find_free_port()
    url = f"http://127.0.0.1:{port}"
    with tempfile.TemporaryDirectory() as folder:
        environment = {
            "FLET_FORCE_WEB_SERVER": "true",
            "FLET_SERVER_IP": "127.0.0.1",
            "FLET_SERVER_PORT": str(port),
            "FLET_APP_STORAGE_DATA": folder,
            "PLANT_COMMUNITY_SERVER": server_url,
        }
        began = time.monotonic()
        program = [str(MOBILE / ".venv/bin/python"), str(MOBILE / "src/main.py")]
        with process(program, url, **environment) as app:
            started = time.monotonic() - began
            return {"start of the app's process": started} | asyncio.run(measure(url, app))


def report() -> str:
    """The table."""
    with simulator() as simulator_url, server(simulator_url) as (url, _):
        rounds = [one_round(url) for _ in range(ROUNDS)]
    load = os.getloadavg()[0]
    lines = [
        f"## The mobile app in Flet's web mode (median of {ROUNDS} cold starts)",
        "",
        "Chromium without a graphics card, on the cores of the app and the server: no phone, but the same from run to run.",
        f"Load of the machine at the end: {load:.1f}.",
        "",
        "| what | measured |",
        "|---|---:|",
    ]
    units = {"frame, median": "ms", "frame, 95 %": "ms"} | dict.fromkeys(
        ("memory of the app's process", "with an answer", "memory of the page's process", "JavaScript heap in it"), "MB"
    )
    for name in rounds[0]:
        values = [each[name] for each in rounds]
        unit = units.get(name, "s")
        digits = 0 if unit == "MB" else 1 if unit == "ms" else 2
        low, high = min(values), max(values)
        lines.append(f"| {name} | {statistics.median(values):.{digits}f} {unit} ({low:.{digits}f}-{high:.{digits}f}) |")
    return "\n".join(lines)
