"""The visitor's plants in a real browser: found again, corrected, deleted with a way back, and taken along."""

import asyncio
import csv
import datetime as dt
import io
import re
import time
from pathlib import Path

import pytest
from browsers import PATIENCE_MS
from playwright.async_api import expect

from plant_simulator.drawings import draw_not_a_plant, draw_plant

pytestmark = pytest.mark.asyncio(loop_scope="session")
HISTORY = "/api/v1/plant-identification/identifications/"
ONE = re.compile(r"/identifications/[0-9a-f-]{36}/$")
UNDO_MS = 6000
PAGE = 20


async def ask(visitor, site, *photos):
    """Identify each photo, without the page: through the API, as this visitor."""
    for number, photo in enumerate(photos):
        file = {"name": f"{number}.jpg", "mimeType": "image/jpeg", "buffer": photo}
        reply = await visitor.page.request.post(
            f"{site}/api/v1/plant-identification/identify/", multipart={"image": file}, headers={"Prefer": "wait"}
        )
        assert reply.ok, await reply.text()


async def open_plants(visitor, site, search=""):
    """The list, once it is read."""
    await visitor.page.goto(f"{site}/plants{search}")
    await expect(visitor.page.get_by_role("heading", name="My plants", level=1)).to_be_visible()


def cards(visitor):
    """The plants on the page."""
    return visitor.page.locator(".plant-card")


async def stop_clock(visitor):
    """Once there are plants to see, the time to undo ends when the test says so, however busy the machine is."""
    await expect(cards(visitor)).not_to_have_count(0)
    await visitor.page.clock.pause_at(dt.datetime.now(dt.UTC) + dt.timedelta(seconds=1))


def note_deletes(visitor):
    """The addresses that the page asks to delete from now on."""
    deleted = []
    visitor.page.on("request", lambda request: request.method == "DELETE" and deleted.append(request.url))
    return deleted


async def delete_with_the_clock_stopped(visitor, site, photo):
    """A plant that is to be deleted, but not by itself."""
    page = visitor.page
    await ask(visitor, site, photo)
    await page.clock.install()
    await open_plants(visitor, site)
    await stop_clock(visitor)
    await cards(visitor).get_by_role("button", name="Delete").click()
    await expect(page.get_by_role("button", name="Undo")).to_be_visible()


async def until_forgotten(visitor, site):
    """Return once the server knows no plant of theirs."""
    give_up = time.monotonic() + PATIENCE_MS / 1000
    while (await (await visitor.page.request.get(f"{site}{HISTORY}")).json())["results"]:
        assert time.monotonic() < give_up
        await asyncio.sleep(0.1)


async def test_visitor_without_plants_is_led_to_the_first_page(visit, site):
    """An empty list says so, and offers what helps."""
    visitor = await visit(site)
    await open_plants(visitor, site)
    await expect(visitor.page.get_by_role("heading", name="No plants yet")).to_be_visible()
    await expect(visitor.page.get_by_role("searchbox")).to_have_count(0)
    await visitor.page.get_by_role("link", name="Identify a plant").click()
    await expect(visitor.page.locator("#ask")).to_be_visible()


async def test_plants_are_found_by_name_level_and_state_and_back_works(visit, site, leaf, shots):
    """What is looked for stands in the address; typing is one step back, however long the word."""
    visitor = await visit(site)
    page = visitor.page
    await ask(visitor, site, leaf, draw_not_a_plant())
    await open_plants(visitor, site)
    await expect(cards(visitor)).to_have_count(2)
    name = await cards(visitor).last.locator(".name").inner_text()
    await expect(cards(visitor).last.locator(".level")).to_have_text(re.compile("Sure|Likely"))
    await shots(page, "list")

    await page.get_by_label("Search by name").press_sequentially(name[:6], delay=30)
    await expect(cards(visitor)).to_have_count(1)
    await expect(page).to_have_url(re.compile(r"/plants\?q="))
    await page.get_by_label("Search by name").press_sequentially("zzz")
    await expect(page.get_by_role("heading", name="Nothing found")).to_be_visible()
    await page.go_back()
    await expect(cards(visitor)).to_have_count(2)
    await expect(page.get_by_label("Search by name")).to_have_value("")

    await page.get_by_label("How sure").select_option("not_a_plant")
    await expect(cards(visitor)).to_have_count(1)
    await expect(cards(visitor).locator(".name")).to_have_text("No plant")
    await page.reload()
    await expect(cards(visitor)).to_have_count(1)
    await expect(page.get_by_label("How sure")).to_have_value("not_a_plant")
    await page.get_by_label("State", exact=True).select_option("failed")
    await page.get_by_role("button", name="Show all").click()
    await expect(cards(visitor)).to_have_count(2)
    await cards(visitor).last.get_by_role("link").click()
    await expect(visitor.result.locator(".answer")).to_be_visible()


async def test_more_are_shown_when_asked_for_and_the_table_has_all(visit, site, tmp_path):
    """Twenty at first; the keyboard goes on at the first new one. The table reads the pages that are not shown."""
    visitor = await visit(site)
    count = PAGE + 2
    await ask(visitor, site, *(draw_plant("Rosa canina", size=200 + number) for number in range(count)))
    await open_plants(visitor, site)
    await expect(cards(visitor)).to_have_count(PAGE)

    async with visitor.page.expect_download() as saving:
        await visitor.page.get_by_role("button", name="Save as a table").click()
    await expect(visitor.page.get_by_text(f"Saved: {count} plants.")).to_be_visible()
    saved = await saving.value
    assert saved.suggested_filename == "plants.csv"
    await saved.save_as(tmp_path / "plants.csv")
    rows = list(csv.reader(io.StringIO(Path(tmp_path / "plants.csv").read_text("utf-8-sig"))))
    assert rows[0][:3] == ["Asked at", "Name", "Common name"]
    assert len(rows) == 1 + count

    await visitor.page.get_by_role("button", name="Show more").click()
    await expect(cards(visitor)).to_have_count(count)
    await expect(cards(visitor).nth(PAGE).get_by_role("link")).to_be_focused()
    await expect(visitor.page.get_by_role("button", name="Show more")).to_have_count(0)


async def test_deleted_plant_can_be_brought_back_and_else_leaves_the_server(visit, site, leaf, shots):
    """Undone, nothing is sent; when the time is up, the server forgets it, once."""
    visitor = await visit(site)
    page = visitor.page
    await ask(visitor, site, leaf)
    await page.clock.install()
    await open_plants(visitor, site)
    deleted = note_deletes(visitor)
    await stop_clock(visitor)
    await cards(visitor).get_by_role("button", name="Delete").click()
    await expect(cards(visitor)).to_have_count(0)
    undo = page.get_by_role("button", name="Undo")
    await expect(undo).to_be_focused()
    await shots(page, "undo")
    await undo.click()
    await expect(cards(visitor)).to_have_count(1)
    assert deleted == []

    await cards(visitor).get_by_role("button", name="Delete").click()
    async with page.expect_response(lambda reply: reply.request.method == "DELETE") as reply:
        await page.clock.run_for(UNDO_MS)
        await expect(undo).to_have_count(0)
    assert (await reply.value).status == 204
    await page.clock.resume()
    await page.reload()
    await expect(page.get_by_role("heading", name="No plants yet")).to_be_visible()
    assert len(deleted) == 1


@pytest.mark.parametrize("way", ["menu", "closing"])
async def test_leaving_the_page_deletes_at_once(visit, site, leaf, way):
    """Who leaves cannot undo any more: what was to be deleted is. A browser announces with an event that the page goes."""
    visitor = await visit(site)
    await delete_with_the_clock_stopped(visitor, site, leaf)
    if way == "menu":
        await visitor.page.get_by_role("link", name="Identify", exact=True).click()
    else:
        await visitor.page.evaluate("() => window.dispatchEvent(new PageTransitionEvent('pagehide'))")
    await until_forgotten(visitor, site)


async def test_page_that_goes_too_fast_leaves_it_to_the_next_visit(visit, site, leaf):
    """A busy browser drops what a page sends while it goes; here nothing gets out. The next page deletes it, whichever it is."""
    visitor = await visit(site)
    page = visitor.page
    await delete_with_the_clock_stopped(visitor, site, leaf)
    await page.evaluate("() => { window.fetch = () => new Promise(() => undefined); }")
    await page.goto(f"{site}/readyz")
    assert (await (await page.request.get(f"{site}{HISTORY}")).json())["results"]
    await page.clock.resume()
    await page.goto(site)
    await until_forgotten(visitor, site)


async def test_plant_that_cannot_be_deleted_comes_back_with_a_sentence(visit, site, leaf):
    """A server that refuses is told; the plant is where it was."""
    visitor = await visit(site)
    page = visitor.page
    await ask(visitor, site, leaf)
    await open_plants(visitor, site)

    async def refuse(route):
        if route.request.method == "DELETE":
            await route.fulfill(status=503, content_type="application/problem+json", body="{}")
        else:
            await route.continue_()

    await page.route(ONE, refuse)
    await cards(visitor).get_by_role("button", name="Delete").click()
    await expect(cards(visitor)).to_have_count(0)
    await expect(page.get_by_role("alert")).to_contain_text("could not be deleted", timeout=UNDO_MS + PATIENCE_MS)
    await expect(cards(visitor)).to_have_count(1)
    visitor.forgive("503")


async def test_answer_is_corrected_with_a_candidate_and_with_a_typed_name(visit, site, leaf, shots):
    """The last word counts, and stands on the card and on the plant's own page."""
    visitor = await visit(site)
    page = visitor.page
    await ask(visitor, site, leaf)
    await open_plants(visitor, site)
    correct = cards(visitor).get_by_role("button", name="Correct")
    await correct.click()
    await shots(page, "correct")
    candidate = cards(visitor).locator(".others button").first
    await expect(candidate).to_be_focused()
    name = await candidate.inner_text()
    await candidate.click()
    await expect(cards(visitor)).to_contain_text(f"You said: it is {name}.")
    await expect(cards(visitor).locator(".others")).to_have_count(0)

    await correct.click()
    await page.get_by_label("Or its name, if you know it").fill("Quercus robur")
    await page.keyboard.press("Enter")
    await expect(cards(visitor)).to_contain_text("You said: it is Quercus robur.")
    await cards(visitor).get_by_role("link").click()
    await expect(visitor.result.locator(".feedback")).to_contain_text("it is Quercus robur")


@pytest.mark.parametrize("width", [320, 360, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_nothing_is_cut_off(visit, site, leaf, shots, width, scheme):
    """On small and large screens, in both schemes, with a correction open."""
    visitor = await visit(site, viewport={"width": width, "height": 800}, color_scheme=scheme)
    await ask(visitor, site, leaf, draw_not_a_plant())
    await open_plants(visitor, site)
    await cards(visitor).last.get_by_role("button", name="Correct").click()
    await shots(visitor.page, f"{width}-{scheme}")
    assert await visitor.page.evaluate("document.documentElement.scrollWidth") <= width


async def test_list_that_cannot_be_read_is_told_and_asked_again(visit, site, leaf):
    """A calm sentence and a button; what is searched for stays in its field."""
    visitor = await visit(site)
    page = visitor.page
    await ask(visitor, site, leaf)
    await page.route("**/identifications/?*", lambda route: route.fulfill(status=503, body=""))
    await open_plants(visitor, site, "?level=sure")
    await expect(page.locator(".problem")).to_be_visible()
    await expect(page.get_by_label("How sure")).to_have_value("sure")
    visitor.forgive("503")
    await page.unroute("**/identifications/?*")
    await page.get_by_role("button", name="Try again").click()
    await expect(cards(visitor)).to_have_count(1)
