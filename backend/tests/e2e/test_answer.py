"""What a visitor does with an answer: say whether it was right, ask better, find it again, delete it."""

import re

import pytest
from playwright.async_api import expect

from plant_simulator.drawings import draw_fault_card, draw_plant

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_feedback_is_kept_with_the_answer(visit, site, leaf):
    """One press; after opening the page again the word is still there, and a later word replaces it."""
    visitor = await visit(site)
    await visitor.identify(leaf)
    await visitor.result.get_by_role("button", name="Yes", exact=True).click()
    await expect(visitor.result.locator(".feedback")).to_contain_text("yes, this was right")
    await visitor.page.reload()
    await visitor.settled()
    await expect(visitor.result.locator(".feedback")).to_contain_text("yes, this was right")
    await visitor.result.get_by_role("button", name="No", exact=True).click()
    await expect(visitor.result.locator(".feedback")).to_contain_text("no, this was not right")


async def test_feedback_names_another_candidate(visit, site, leaf):
    """The button "Another of these" offers the other names, and the chosen one is repeated."""
    visitor = await visit(site)
    await visitor.identify(leaf)
    await visitor.result.get_by_role("button", name="Another of these").click()
    other = visitor.result.locator(".others button").first
    await expect(other).to_be_focused()
    name = await other.inner_text()
    await other.click()
    await expect(visitor.result.locator(".feedback")).to_contain_text(f"it is {name}")


async def test_feedback_takes_a_name_that_was_not_offered(visit, site, leaf):
    """Who knows better types the name."""
    visitor = await visit(site)
    await visitor.identify(leaf)
    await visitor.result.get_by_role("button", name="Another of these").click()
    await visitor.page.get_by_label("Or its name, if you know it").fill("Quercus robur")
    await visitor.page.keyboard.press("Enter")
    await expect(visitor.result.locator(".feedback")).to_contain_text("it is Quercus robur")


@pytest.mark.parametrize("reopened", [False, True])
async def test_suggested_photo_is_added_and_all_are_asked_again(visit, site, reopened):
    """The hint's button takes one more photo, and the next answer is about both, from the history as well."""
    visitor = await visit(site)
    await visitor.identify(draw_fault_card("low_confidence"))
    first = visitor.page.url
    if reopened:
        await visitor.page.reload()
        await visitor.settled()
    async with visitor.page.expect_file_chooser() as chooser:
        await visitor.result.get_by_role("button", name=re.compile("^Add a photo of")).click()
    flower = draw_plant("Rosa canina", size=800, organ="flower")
    await (await chooser.value).set_files([{"name": "flower.jpg", "mimeType": "image/jpeg", "buffer": flower}])
    await expect(visitor.page).not_to_have_url(first)
    await expect(visitor.result.locator(".compare .choices").first.locator("button")).to_have_count(2)
    second = visitor.page.url
    await visitor.result.get_by_role("link", name="The answer before").click()
    await expect(visitor.page).to_have_url(first)
    await visitor.page.get_by_role("navigation", name="Site").get_by_role("link", name="My plants").click()
    plants = visitor.page.locator("main").get_by_role("listitem").locator("a[href^='/plants/']")
    await expect(plants).to_have_count(1)  # one plant, however many photos were needed
    assert second.endswith(await plants.get_attribute("href"))


async def test_health_can_be_asked_for_afterwards(visit, site, leaf):
    """The button says what it costs, and the next answer has the assessment."""
    visitor = await visit(site)
    await visitor.identify(leaf)
    await expect(visitor.result.locator(".health")).to_contain_text("1 more Plant.id credit")
    await visitor.result.get_by_role("button", name="Ask again with a health check").click()
    await expect(visitor.result.locator(".health")).to_contain_text(re.compile("It looks healthy|It may not be well"))


async def test_recent_plants_open_their_stored_answer(visit, site, leaf):
    """The history is this visitor's own; a picture opens the answer, and Back closes it."""
    visitor = await visit(site)
    await visitor.identify(leaf)
    sentence = await visitor.result.get_by_role("heading", level=2).inner_text()
    await visitor.page.get_by_role("link", name="Identify another plant").click()
    await expect(visitor.result).to_be_hidden()
    await expect(visitor.page.locator(".photo")).to_have_count(0)
    recent = visitor.page.locator("#recent .recent a")
    await expect(recent).to_have_count(1)
    await recent.click()
    await expect(visitor.result.get_by_role("heading", level=2)).to_have_text(sentence)
    await expect(visitor.result.get_by_role("heading", level=2)).to_be_focused()
    await visitor.page.go_back()
    await expect(visitor.result).to_be_hidden()
    stranger = await visit(site)
    await expect(stranger.page.locator("#recent")).to_be_hidden()


async def test_failed_identification_is_asked_again_from_the_history(visit, site, providers, leaf):
    """The photos of a question that nobody answered are kept, and can be asked again."""
    providers.do(lambda running: running.inject("error_503", times=2, retry_after=1))
    visitor = await visit(site)
    await visitor.identify(leaf)
    await visitor.go(site)
    await visitor.page.locator("#recent .recent a").click()
    await expect(visitor.result.get_by_role("heading", level=2)).to_have_text("No answer right now")
    await visitor.result.get_by_role("button", name="Try again", exact=True).click()
    await expect(visitor.result.locator(".answer")).to_be_visible()


async def test_deleting_takes_two_presses_and_leaves_nothing(visit, site, leaf):
    """The answer leaves the page, the history and the server (law 12)."""
    visitor = await visit(site)
    await visitor.identify(leaf)
    address = visitor.page.url
    await visitor.result.get_by_role("button", name="Delete this").click()
    await visitor.result.get_by_role("button", name="Yes, delete for good").click()
    await expect(visitor.page.get_by_text("Deleted.")).to_be_visible()
    await expect(visitor.page.locator("#recent")).to_be_hidden()
    await visitor.page.goto(address)
    await visitor.page.reload()
    await visitor.settled()
    await expect(visitor.result.get_by_role("heading", level=2)).to_have_text("This is no longer here")
    visitor.forgive("404")


async def test_names_link_to_the_great_databases(visit, site, providers):
    """Links leave in a new window, without telling from where, and only to the databases named."""
    providers.do(lambda running: running.configure({"plantnet": {"sparse_rows": False}}))
    visitor = await visit(site)
    await visitor.identify(draw_plant("Helianthus tuberosus", size=900, organ="flower"))
    links = visitor.result.locator(".facts a")
    for index in range(await links.count()):
        assert re.match(
            r"https://(www\.gbif\.org|powo\.science\.kew\.org|[a-z]+\.wikipedia\.org)/",
            await links.nth(index).get_attribute("href"),
        )
        assert await links.nth(index).get_attribute("rel") == "noopener noreferrer"
    assert await links.count() > 0
