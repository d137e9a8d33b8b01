"""The app as a whole: it survives a reload, a lost network and an outage; it speaks four languages and is light."""

import asyncio
import contextlib
import json
import os
import re
import sqlite3
from pathlib import Path

import pytest
from browsers import find_browser
from playwright.async_api import expect

from plant_simulator.drawings import draw_plant

pytestmark = pytest.mark.asyncio(loop_scope="session")
WEB = Path(__file__).resolve().parents[3] / "web"
SCRIPT_BYTES_MAX = 130_000  # gzip, of all that the first page asks for
LOST = re.compile("ERR_INTERNET_DISCONNECTED|ERR_FAILED")  # the network that a test takes away
SENDING = re.compile(r"^Sending: <?\s?\d+%$")
GRADED = re.compile(r"^(This is|This may be|This belongs to) |^We are not sure")


def calls(providers):
    """How often each provider was asked to identify a photo."""
    return providers.do(lambda running: {name: running.billing.calls(name) for name in ("plant_id", "plantnet")})


async def test_slow_upload_tells_how_far_it_is(visit, site, leaf):
    """On a thin line the button counts, and so does the list of what waits; then the answer comes as always."""
    visitor = await visit(site)
    page = visitor.page
    line = await page.context.new_cdp_session(page)
    as_it_is = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1}
    await line.send("Network.enable")
    await line.send("Network.emulateNetworkConditions", as_it_is | {"uploadThroughput": 10_000})
    await visitor.add(leaf)
    await page.locator("#identify").click()
    await expect(page.locator("#identify")).to_have_text(SENDING)
    await expect(page.locator(".waiting-item [role=status]")).to_have_text(SENDING)
    await line.send("Network.emulateNetworkConditions", as_it_is)
    await visitor.settled()
    await expect(visitor.result.locator(".answer")).to_be_visible()


async def test_reload_while_the_services_look_finds_the_same_identification(visit, site, providers, leaf):
    """The answer has an address from the moment the server has the photos; nobody is asked a second time (law 1)."""
    providers.do(lambda running: running.inject("latency", provider="plantnet", seconds=3))
    visitor = await visit(site)
    await visitor.add(leaf)
    await visitor.page.get_by_role("button", name="Identify", exact=True).click()
    await expect(visitor.result.get_by_text("Pl@ntNet is looking")).to_be_visible()
    address = visitor.page.url
    assert "/plants/" in address
    await visitor.page.reload()
    await visitor.settled()
    assert visitor.page.url == address
    await expect(visitor.result.get_by_role("heading", level=2)).to_have_text(GRADED)
    assert calls(providers) == {"plant_id": 1, "plantnet": 1}


async def test_who_does_not_want_to_wait_finds_the_answer_among_the_plants(visit, site, providers, leaf):
    """Leaving stops nothing that is paid for (law 4); the answer is in the history."""
    providers.do(lambda running: running.inject("latency", seconds=2))
    visitor = await visit(site)
    await visitor.add(leaf)
    await visitor.page.get_by_role("button", name="Identify", exact=True).click()
    await visitor.page.get_by_role("button", name="Do not wait for it").click()
    await expect(visitor.page.get_by_role("heading", level=1)).to_have_text("What plant is this?")
    await visitor.page.locator("#recent .recent a").click()
    await visitor.settled()
    await expect(visitor.result.locator(".answer")).to_be_visible()
    assert calls(providers) == {"plant_id": 1, "plantnet": 1}


async def test_photos_of_an_offline_visitor_survive_a_closed_page_and_are_sent_once(visit, site, providers, leaf):
    """Without a network the app opens, keeps the photos on the device, and sends them when there is one (law 1)."""
    visitor = await visit(site.replace("127.0.0.1", "plants.localhost"))
    page = visitor.page
    await page.evaluate("() => navigator.serviceWorker.ready.then(() => true)")
    await page.wait_for_function("() => navigator.serviceWorker.controller")
    await page.context.set_offline(True)
    await visitor.add(leaf)
    await page.get_by_role("button", name="Identify", exact=True).click()
    await expect(page.get_by_role("heading", name="You are offline")).to_be_visible()
    await expect(page.locator(".waiting-item")).to_have_count(1)

    await page.reload()
    await expect(page.locator(".waiting-item img")).to_be_visible()
    await expect(page.locator("#offline")).to_be_visible()
    assert calls(providers) == {"plant_id": 0, "plantnet": 0}

    await page.context.set_offline(False)
    await expect(page.locator(".waiting-item")).to_have_count(0)
    await expect(page.locator("#recent .recent a")).to_have_count(1)
    await page.locator("#recent .recent a").click()
    await visitor.settled()
    assert calls(providers) == {"plant_id": 1, "plantnet": 1}
    visitor.complaints = [said for said in visitor.complaints if not LOST.search(said)]


async def test_other_pages_open_offline_too(visit, site):
    """What was never opened is there: the service worker keeps the whole app, and nothing of the API."""
    visitor = await visit(site.replace("127.0.0.1", "plants.localhost"))
    page = visitor.page
    await page.wait_for_function("() => navigator.serviceWorker.controller")
    await page.context.set_offline(True)
    await page.goto(f"{page.url}status")
    await expect(page.get_by_role("navigation", name="Site")).to_be_visible()
    kept = await page.evaluate(
        "async () => (await (await caches.open('app-v1')).keys()).map((each) => new URL(each.url).pathname)"
    )
    assert "/" in kept
    assert not [path for path in kept if path.startswith(("/api", "/media", "/accounts"))]
    visitor.complaints = [said for said in visitor.complaints if not LOST.search(said)]


async def test_both_circuits_open_queues_the_photos_and_says_when(visit, tmp_path, run_server, keyed, providers, leaf):
    """Nobody can be asked: the photos wait on the device, with the time of the next try, and nothing is billed."""
    opens = {"PLANT_ID_CIRCUIT_FAIL_MAX": "1", "PLANTNET_CIRCUIT_FAIL_MAX": "1"}
    with run_server(tmp_path, **keyed, **opens) as address:
        providers.do(lambda running: running.inject("error_503", times=2))
        visitor = await visit(address)
        await visitor.identify(leaf)
        await expect(visitor.result.get_by_role("heading", level=2)).to_have_text("No answer right now")
        before = calls(providers)
        await visitor.go(address)
        await visitor.identify(draw_plant("Rosa canina", size=700))
        await expect(visitor.result).to_contain_text("is given a rest")
        await expect(visitor.result).to_contain_text("they are sent by themselves when it is time")
        await expect(visitor.page.locator(".waiting-item")).to_contain_text("Is tried again at")
        assert calls(providers) == before
        visitor.forgive("503")


@pytest.fixture
def keyed(providers):
    """The settings of a server that asks the simulator in the test's process, which has forgotten earlier tests."""
    providers.do(lambda running: running.reset())
    urls = {"PLANT_ID_BASE_URL": providers.plant_id_url, "PLANTNET_BASE_URL": providers.plantnet_url}
    return {"PLANT_ID_API_KEY": "demo", "PLANTNET_API_KEY": "demo"} | urls


async def test_who_asks_too_often_is_told_when_to_come_back(visit, tmp_path, run_server, keyed, leaf):
    """The limit is a calm state with a time, and the photos stay in the form."""
    with run_server(tmp_path, **keyed, IDENTIFY_BURST_ANONYMOUS="1/minute") as address:
        visitor = await visit(address)
        await visitor.identify(leaf)
        await visitor.go(address)
        await visitor.identify(draw_plant("Rosa canina", size=700))
        await expect(visitor.result.get_by_role("heading", level=2)).to_have_text("A short break")
        await expect(visitor.result).to_contain_text(re.compile(r"Worth another try in \d+ (second|minute)"))
        await expect(visitor.page.locator(".photo")).to_have_count(1)
        visitor.forgive("429")


async def test_quota_used_up_queues_the_photos_until_it_begins_anew(
    visit, tmp_path, run_server, keyed, providers, leaf
):
    """Nothing is asked past the quota (law 2); the photos wait for the next day of their own accord."""
    quotas = {"PLANTNET_DAILY_QUOTA": "1", "PLANT_ID_CREDITS_PER_DAY": "1"}
    with run_server(tmp_path, **keyed, **quotas) as address:
        visitor = await visit(address)
        await visitor.identify(leaf)
        await expect(visitor.result.locator(".answer")).to_be_visible()
        before = calls(providers)
        await visitor.go(address)
        await visitor.identify(draw_plant("Rosa canina", size=700))
        await expect(visitor.result).to_contain_text("has used up its allowance for now")
        await expect(visitor.page.locator(".waiting-item")).to_contain_text("Is tried again at")
        assert calls(providers) == before
        visitor.forgive("503")


async def test_stale_answer_says_how_old_it_is(visit, tmp_path, run_server, keyed, providers, leaf):
    """Three days later both services are down: the earlier answer is given, with its age and the reason."""
    with run_server(tmp_path, **keyed) as address:
        await (await visit(address)).identify(leaf)
    with contextlib.closing(sqlite3.connect(tmp_path / "plant-community.sqlite3")) as rows, rows:
        rows.execute("UPDATE plant_identification_provideranswer SET produced_at = datetime(produced_at, '-3 days')")
    providers.do(lambda running: running.inject("error_503", times=None))
    with run_server(tmp_path, **keyed) as address:
        visitor = await visit(address)
        await visitor.identify(leaf)
        await expect(visitor.result.locator(".degraded")).to_contain_text("It is an earlier answer, from 3 days ago")
        await expect(visitor.result.get_by_role("heading", level=2)).to_have_text(GRADED)


@pytest.mark.parametrize(
    ("locale", "title", "button"),
    [
        ("de-AT", "Welche Pflanze ist das?", "Bestimmen"),
        ("fr-FR", "Quelle est cette plante", "Identifier"),
        ("es-MX", "¿Qué planta es", "Identificar"),
    ],
)
async def test_app_speaks_the_visitors_language(visit, demo_site, leaf, locale, title, button):
    """The browser's language decides, also about the graded sentence; the choice at the foot of the page overrules it."""
    visitor = await visit(demo_site, locale=locale)
    await expect(visitor.page.get_by_role("heading", level=1)).to_contain_text(title)
    await visitor.add(leaf)
    await visitor.page.get_by_role("button", name=button, exact=True).click()
    await visitor.settled()
    assert not GRADED.match(await visitor.result.get_by_role("heading", level=2).inner_text())
    await visitor.page.locator("#language").select_option("en")
    await expect(visitor.result.get_by_role("heading", level=2)).to_have_text(GRADED)
    assert await visitor.page.evaluate("document.documentElement.lang") == "en"


async def test_first_page_is_light(visit, demo_site):
    """The scripts that the first page asks for are at most 130 kB, as they are sent."""
    visitor = await visit(demo_site)
    asked = await visitor.page.evaluate(
        "() => performance.getEntriesByType('resource').map((each) => each.name).filter((each) => each.endsWith('.js'))"
    )
    files = [WEB / "dist" / address.split("/static/web/")[1] for address in asked if "/static/web/" in address]
    assert files
    assert sum(file.with_name(f"{file.name}.gz").stat().st_size for file in files) <= SCRIPT_BYTES_MAX


async def test_files_of_the_app_are_kept_by_browsers_and_the_page_is_not(visit, demo_site):
    """A new version is there with the next load, and what did not change is not sent again."""
    visitor = await visit(demo_site)
    script = await visitor.page.evaluate("document.querySelector('script[type=module]').src")
    headers = (await visitor.page.request.get(script)).headers
    assert "immutable" in headers["cache-control"]
    assert headers["content-encoding"] in {"br", "gzip"}
    assert (await visitor.page.request.get(demo_site)).headers["cache-control"] == "no-cache"
    assert (await visitor.page.request.get(f"{demo_site}/sw.js")).headers["cache-control"] == "no-cache"


async def test_lighthouse_finds_nothing_to_mend(demo_site, tmp_path):
    """Accessibility, best practices and SEO of the first page; its speed is measured in benchmarks/."""
    report = tmp_path / "report.json"
    process = await asyncio.create_subprocess_exec(
        "node",
        WEB / "node_modules" / "lighthouse" / "cli" / "index.js",
        demo_site,
        "--quiet",
        "--only-categories=accessibility,best-practices",
        "--output=json",
        f"--output-path={report}",
        "--chrome-flags=--headless=new --no-sandbox --disable-gpu",
        env=os.environ | {"CHROME_PATH": find_browser()},
    )
    assert await asyncio.wait_for(process.wait(), 180) == 0
    scores = {name: found["score"] for name, found in json.loads(report.read_text())["categories"].items()}
    assert scores == {"accessibility": 1, "best-practices": 1}
