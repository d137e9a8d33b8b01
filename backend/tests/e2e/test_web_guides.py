"""The care guides in the app: found, read with their sources, and never more than what was written."""

import itertools
import os
import re
import subprocess

import pytest
from accessibility import violations
from migrated import put_migrated_database
from playwright.async_api import expect

from plant_simulator.drawings import draw_sample_leaf
from plant_simulator.seeing import see

pytestmark = pytest.mark.asyncio(loop_scope="session")
WARNING = "Never eat or give away a plant"
SOURCE = re.compile(r"^Source: \S")
WRITE_MORE = """
import io, json
from django.core.files.images import ImageFile
from PIL import Image
from apps.care_guides.models import CareGuidePage, GuideImage
stream = io.BytesIO()
Image.new("RGB", (900, 600), (30, 120, 50)).save(stream, "JPEG")
credit = dict(author="Ada", licence="CC0", source_url="https://example.org/leaf")
image = GuideImage.objects.create(title="A leaf", file=ImageFile(stream, name="leaf.jpg"), **credit)
page = CareGuidePage.objects.get(slug="rosemary")
text = '''<p>Cut it <b>after</b> it flowers.<script>document.title = "owned"</script></p>
<p onclick="alert(1)"><a href="javascript:document.title='owned'">A trap</a>,
<a href="https://example.org/flora">a flora</a><img src=x onerror="document.title='owned'"></p>'''
page.body = json.dumps([
    {"type": "heading", "value": "Pruning"},
    {"type": "text", "value": text},
    {"type": "picture", "value": {"image": image.pk, "alt_text": "A green leaf", "caption": "In May"}},
])
page.care = json.dumps([block for block in page.care.get_prep_value() if block["type"] == "light"])
page.save_revision().publish()
"""


@pytest.fixture(scope="module")
def library(tmp_path_factory, run_server, program):
    """A server with the sample guides, one of them with a text, a picture, and facts missing."""
    folder = tmp_path_factory.mktemp("library")
    put_migrated_database(folder)
    env = {"PATH": os.environ["PATH"], "DATA_DIR": str(folder), "DEBUG": "true"}
    for arguments in (["load_sample_guides"], ["shell", "--command", WRITE_MORE]):
        subprocess.run([program, "manage", *arguments], env=env, check=True, capture_output=True)
    with run_server(folder) as address:
        yield address


def monstera():
    """A photo of a plant that a sample guide warns of."""
    photo = draw_sample_leaf(5_118, width=600, height=450)
    assert see(photo).ranking[0][0].name == "Monstera deliciosa"
    return photo


async def test_guides_are_listed_and_found_by_whole_and_half_words(visit, library, shots, keep_picture):
    """The words of a text are the server's to find, half a name is found too; Back shows all again."""
    visitor = await visit(library)
    page = visitor.page
    await page.get_by_role("link", name="Care guides", exact=True).click()
    cards = page.locator(".guides > li")
    await expect(cards).to_have_count(10)
    await expect(cards.filter(has_text="Rosemary").locator("img")).to_be_visible()
    await expect(cards.filter(has_text="Rosemary")).to_contain_text("Photo: Ada, CC0")
    await shots(page, "index")
    for width, scheme in itertools.product((360, 1280), ("light", "dark")):
        await page.set_viewport_size({"width": width, "height": 800})
        await page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        assert await violations(page, "main") == []
        await keep_picture(page, f"care-{width}-{scheme}")

    field = page.get_by_label("Search by any name or word")
    await field.press_sequentially("monst", delay=30)
    await expect(cards).to_have_count(1)
    await expect(page.get_by_role("status").filter(has_text="1 guide for")).to_be_visible()
    await field.fill("flowers")
    await expect(cards.filter(has_text="Rosemary")).to_have_count(1)
    await expect(page).to_have_url(re.compile(r"/care\?q=flowers$"))
    await field.fill("no such plant")
    await expect(page.get_by_role("heading", name="No guide has that")).to_be_visible()
    await page.go_back()
    await expect(cards).to_have_count(10)
    await expect(field).to_have_value("")


@pytest.mark.parametrize(
    ("width", "scheme"), [(320, "light"), (360, "light"), (360, "dark"), (1280, "light"), (1280, "dark")]
)
async def test_guide_has_facts_with_sources_and_the_warning(visit, library, keep_picture, width, scheme):
    """Each fact links where it was read; poison comes with the warning; the permanent page is one press away."""
    visitor = await visit(library, viewport={"width": width, "height": 800}, color_scheme=scheme)
    page = visitor.page
    await page.goto(f"{library}/care")
    await page.locator(".guides").get_by_role("link", name="Swiss cheese plant").click()
    await expect(page.get_by_role("heading", name="Swiss cheese plant", level=1)).to_be_visible()
    await expect(page).to_have_title(re.compile("^Swiss cheese plant"))
    facts = page.locator(".care-facts > section")
    await expect(facts).to_have_count(4)
    await expect(facts.get_by_text(SOURCE)).to_have_count(4)
    poison = page.locator(".poison")
    await expect(poison).to_contain_text(WARNING)
    await expect(poison.get_by_text("Reported toxic.")).to_have_count(3)
    await expect(poison.get_by_text(SOURCE)).to_have_count(3)
    links = await page.locator(".guide .credit a").evaluate_all("all => all.map((each) => each.href)")
    assert links
    assert all(link.startswith(("https://", "http://")) for link in links)
    await keep_picture(page, f"guide-{width}-{scheme}")
    assert await page.evaluate("document.documentElement.scrollWidth") <= width
    assert await violations(page, "main") == []
    await page.get_by_role("link", name="This guide as a plain page").click()
    await expect(page).to_have_url(f"{library}/guides/swiss-cheese-plant/")


@pytest.mark.parametrize(("width", "scheme"), [(320, "dark"), (360, "light"), (1280, "light")])
async def test_answer_tells_of_poison_with_the_source(visit, library, keep_picture, width, scheme):
    """What the guide of its plant reports, for each kind of creature, and never without the warning (law 11)."""
    visitor = await visit(library, viewport={"width": width, "height": 800}, color_scheme=scheme)
    page = visitor.page
    await visitor.identify(monstera())
    safety = page.locator(".block.safety")
    await expect(safety.get_by_text("Reported toxic.")).to_have_count(3)
    await expect(safety.get_by_text(SOURCE)).to_have_count(3)
    await expect(safety.locator("dd i")).to_have_text(["Monstera deliciosa"] * 3)
    await expect(safety).to_contain_text("Never eat a plant")
    await keep_picture(page, f"poison-{width}-{scheme}")
    assert await page.evaluate("document.documentElement.scrollWidth") <= width
    assert await violations(page, "main") == []


async def test_what_nobody_found_is_no_data_and_markup_does_nothing(visit, library, shots):
    """Missing facts say so, poison with the warning all the same; of a text's markup only the harmless is kept."""
    visitor = await visit(library)
    page = visitor.page
    await page.goto(f"{library}/care/rosemary")
    await expect(page.locator(".care-facts").get_by_text("No data")).to_have_count(3)
    await expect(page.locator(".poison")).to_contain_text(WARNING)
    await expect(page.locator(".poison").get_by_text("That does not mean it is harmless")).to_have_count(3)
    text = page.locator(".rich")
    await expect(text.locator("b")).to_have_text("after")
    await expect(text.get_by_role("link")).to_have_count(1)
    await expect(text.get_by_role("link")).to_have_attribute("href", "https://example.org/flora")
    assert await text.locator("script, img, [onclick]").count() == 0
    await expect(text).to_contain_text("A trap")
    await expect(page.get_by_role("img", name="A green leaf")).to_be_visible()
    assert await page.get_by_role("img", name="A green leaf").evaluate("image => image.decode().then(() => true)")
    await expect(page.locator("figcaption")).to_contain_text("Ada, CC0")
    await expect(page).to_have_title(re.compile("^Rosemary"))
    visitor.forgive("inline event handler")  # met while the text was parsed, apart from the page; it ran nowhere
    await shots(page, "text")


async def test_guide_that_is_not_there_says_so(visit, library):
    """With the way to all guides."""
    visitor = await visit(library)
    await visitor.page.goto(f"{library}/care/no-such-guide")
    await expect(visitor.page.get_by_role("heading", name="There is no such guide")).to_be_visible()
    await visitor.page.get_by_role("link", name="All guides").click()
    await expect(visitor.page.locator(".guides > li")).to_have_count(10)


async def test_server_that_does_not_answer_is_told_and_asked_again(visit, library):
    """A calm sentence and a button."""
    visitor = await visit(library)
    await visitor.page.route("**/api/v2/pages/**", lambda route: route.fulfill(status=503, body=""))
    await visitor.page.goto(f"{library}/care")
    await expect(visitor.page.locator(".problem")).to_be_visible()
    visitor.forgive("503")
    await visitor.page.unroute("**/api/v2/pages/**")
    await visitor.page.get_by_role("button", name="Try again").click()
    await expect(visitor.page.locator(".guides > li")).to_have_count(10)


async def test_guides_frame_is_translated_while_their_text_keeps_its_language(visit, library):
    """A German visitor reads German headings, and a screen reader knows that the facts are English."""
    visitor = await visit(library, locale="de-DE")
    await visitor.page.goto(f"{library}/care/aloe-vera")
    await expect(visitor.page.get_by_role("heading", name="Licht")).to_be_visible()
    await expect(visitor.page.locator(".care-facts p[lang=en]").first).to_be_visible()
