"""When it does not go well: each state has a calm sentence, and what helps is at hand."""

import json
import re

import pytest
from playwright.async_api import expect

from plant_simulator.drawings import draw_fault_card, draw_not_a_plant

pytestmark = pytest.mark.asyncio(loop_scope="session")
RAW = re.compile(r"Traceback|Exception|undefined|\[object|NaN|null|Error:|[a-z]+_[a-z]+")
ACCEPTED = "event: accepted\nid: 1\ndata: %s\n\n"


async def test_not_a_plant_says_so_and_offers_no_name(visit, site):
    """A mug is an answer, not an error: no candidates, no health, advice instead (law 7)."""
    visitor = await visit(site)
    await visitor.identify(draw_not_a_plant())
    await expect(visitor.result.get_by_role("heading", level=2)).to_have_text("We see no plant on this photo.")
    await expect(visitor.result.get_by_text("go closer")).to_be_visible()
    await expect(visitor.result.get_by_role("heading", name="Health")).to_have_count(0)
    await expect(visitor.result.locator(".cards")).to_have_count(0)


@pytest.mark.parametrize("card", ["low_confidence", "disagree"])
async def test_doubtful_photo_is_told_in_words_of_doubt_and_a_better_photo_is_suggested(visit, site, card):
    """Where the providers are not sure or not of one mind, the page does not say "This is"."""
    visitor = await visit(site)
    await visitor.identify(draw_fault_card(card))
    heading = visitor.result.get_by_role("heading", level=2)
    await expect(heading).to_have_text(re.compile(r"^(This may be|This belongs to|We are not sure)"))
    await expect(visitor.result.get_by_text("would help most")).to_be_visible()
    await expect(visitor.result.locator(".cards .card").first).to_be_visible()


async def test_genus_without_species_is_told_as_a_group(visit, site, providers):
    """The only voice names a genus: the page says so, and does not pick a species."""
    providers.do(lambda running: running.inject("error_503", provider="plantnet", times=None))
    visitor = await visit(site)
    await visitor.identify(draw_fault_card("genus_only"))
    heading = visitor.result.get_by_role("heading", level=2)
    await expect(heading).to_have_text(re.compile(r"^This belongs to [A-Z][a-z]+; which species is unsure\.$"))


@pytest.mark.parametrize(("provider", "label"), [("plant_id", "Plant.id"), ("plantnet", "Pl@ntNet")])
async def test_one_provider_down_still_answers_and_says_what_is_missing(visit, site, providers, leaf, provider, label):
    """The other provider's answer shows, under a notice that names the missing one."""
    providers.do(lambda running: running.inject("error_503", provider=provider, times=None))
    visitor = await visit(site)
    await visitor.identify(leaf)
    await expect(visitor.result.locator(".notice")).to_contain_text("This answer is not complete")
    await expect(visitor.result.locator(".notice")).to_contain_text(label)
    await expect(visitor.result.locator(".verdict .scores")).to_contain_text("%")
    assert not RAW.search(await visitor.result.inner_text())


async def test_both_providers_down_is_calm_and_can_be_tried_again(visit, site, providers, leaf):
    """The page names who failed, waits as long as it must, and the button then brings the answer."""
    providers.do(lambda running: running.inject("error_503", times=None, retry_after=1))
    visitor = await visit(site)
    await visitor.identify(leaf)
    await expect(visitor.result.get_by_role("heading", level=2)).to_have_text("No answer right now")
    await expect(visitor.result).to_contain_text("Plant.id is out of reach")
    await expect(visitor.result).to_contain_text("Pl@ntNet is out of reach")
    assert not RAW.search(await visitor.result.inner_text())
    providers.do(lambda running: running.clear_faults())
    await visitor.result.get_by_role("button", name="Try again", exact=True).click()
    await expect(visitor.result.locator(".answer")).to_be_visible()


async def test_retry_button_counts_down_and_cannot_be_pressed_too_early(visit, site, providers, leaf):
    """The button "Try again in 20 s" is disabled: pressing it would only fail again."""
    providers.do(lambda running: running.inject("error_503", times=None, retry_after=20))
    visitor = await visit(site)
    await visitor.identify(leaf)
    await expect(visitor.result.get_by_role("button", name=re.compile(r"Try again in \d+ s"))).to_be_disabled()


async def test_damaged_photo_is_named_and_the_others_stay(visit, site, leaf):
    """The sentence and the hint of the server show, and the mark is at the photo it is about."""
    visitor = await visit(site)
    await visitor.identify(leaf, b"\xff\xd8\xff\xe0" + bytes(2000))
    await expect(visitor.result.get_by_role("heading", level=2)).to_have_text("A photo is damaged")
    await expect(visitor.page.locator(".photo").nth(1)).to_have_class("photo wrong")
    await expect(visitor.page.locator(".photo").nth(0)).to_have_class("photo")
    await expect(visitor.page.locator(".wrong-why")).to_have_count(1)
    await expect(visitor.result.get_by_role("button", name="Try again")).to_have_count(0)
    visitor.forgive("422")
    await visitor.page.get_by_role("button", name="Remove photo 2").click()
    await visitor.page.get_by_role("button", name="Identify", exact=True).click()
    await expect(visitor.result.locator(".answer")).to_be_visible()


async def test_stream_cut_on_its_way_still_ends_with_the_answer(visit, site, leaf):
    """After `accepted` the connection is lost; the page fetches the answer at its address (law 4)."""
    visitor = await visit(site)

    async def cut(route):
        real = await route.fetch(headers={**route.request.headers, "accept": "application/json"})
        accepted = ACCEPTED % json.dumps({name: (await real.json())[name] for name in ("id", "url")})
        await route.fulfill(status=200, content_type="text/event-stream", body=accepted)

    await visitor.page.route("**/identify/", cut)
    await visitor.identify(leaf)
    await expect(visitor.result.locator(".answer")).to_be_visible()


async def test_server_out_of_reach_keeps_the_photos_and_can_be_tried_again(visit, site, leaf):
    """A question that does not get through is told in words, and asked again with one press."""
    visitor = await visit(site)
    await visitor.page.route("**/identify/", lambda route: route.abort("connectionreset"))
    await visitor.identify(leaf)
    await expect(visitor.result.get_by_role("heading", level=2)).to_have_text("We cannot reach the server")
    visitor.forgive("ERR_CONNECTION_RESET")
    await visitor.page.unroute("**/identify/")
    await visitor.page.get_by_role("button", name="Send now").click()
    await expect(visitor.result.locator(".answer")).to_be_visible()


async def test_offline_visitor_is_told_and_asks_when_connected_again(visit, site, leaf):
    """Nothing is sent without a connection; then it goes by itself. A server on this machine needs none."""
    visitor = await visit(site)
    await visitor.page.add_init_script("Object.defineProperty(navigator, 'onLine', { get: () => !window.isCutOff })")
    await visitor.go(site.replace("127.0.0.1", "plants.localhost"))
    banner = visitor.page.get_by_text("they are sent as soon as you are connected")
    await visitor.page.evaluate("isCutOff = true; dispatchEvent(new Event('offline'))")
    await expect(banner).to_be_visible()
    await visitor.identify(leaf)
    await expect(visitor.result.get_by_role("heading", level=2)).to_have_text("You are offline")
    await visitor.page.evaluate("isCutOff = false; dispatchEvent(new Event('online'))")
    await expect(banner).to_be_hidden()
    await expect(visitor.result.locator(".answer")).to_be_visible()


async def test_picture_that_does_not_load_gives_way_to_a_drawn_leaf(visit, site, leaf):
    """A candidate's picture is from elsewhere and may be gone; the credit and the answer stay."""
    visitor = await visit(site)
    await visitor.page.route("**/pictures/**", lambda route: route.abort())
    await visitor.identify(leaf)
    await expect(visitor.result.locator(".compare .frame.missing").first).to_be_visible()
    await expect(visitor.result.locator(".compare img")).to_have_count(1)
    visitor.forgive("ERR_FAILED")


async def test_sick_plant_shows_findings_with_doubt_and_advice(visit, site):
    """Health comes with its share of doubt, findings with scores, and what the provider advises."""
    visitor = await visit(site)
    await visitor.page.get_by_label("Check its health, too").check()
    await visitor.identify(draw_fault_card("unhealthy"))
    health = visitor.result.locator(".health")
    await expect(health).to_contain_text(re.compile(r"It may not be well \(\d+ ?%\)"))
    await expect(health).to_contain_text("guess from a photo")
    await expect(health.locator(".finding").first).to_contain_text("%")
    await expect(health.get_by_text("What Plant.id advises").first).to_be_visible()


async def test_healthy_plant_is_called_healthy_although_findings_exist(visit, site):
    """The findings of a healthy plant are folded away: they are no alarm."""
    visitor = await visit(site)
    await visitor.page.get_by_label("Check its health, too").check()
    await visitor.identify(draw_fault_card("healthy"))
    await expect(visitor.result.locator(".health")).to_contain_text("It looks healthy")
    await expect(visitor.result.locator(".finding").first).to_be_hidden()
