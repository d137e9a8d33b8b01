"""From photos to an answer: what a visitor does and sees on the first page."""

import base64
import io
import re

import pytest
from PIL import Image
from playwright.async_api import expect

from plant_simulator.catalogue import PLANTS
from plant_simulator.drawings import draw_plant, draw_sample_leaf

pytestmark = pytest.mark.asyncio(loop_scope="session")
PHOTO_BYTES_MAX = 400_000
GRADED = re.compile(r"^(This is|This is likely|This may be|This belongs to) [A-Z]|^We are not sure")
ADD_FILE = """([target, type, base64]) => {
  const bytes = Uint8Array.from(atob(base64), (sign) => sign.charCodeAt(0));
  const transfer = new DataTransfer();
  transfer.items.add(new File([bytes], "leaf.jpg", { type: "image/jpeg" }));
  const options = { bubbles: true, cancelable: true };
  const event = type === "paste"
    ? new ClipboardEvent(type, { ...options, clipboardData: transfer })
    : new DragEvent(type, { ...options, dataTransfer: transfer });
  document.querySelector(target).dispatchEvent(event);
}"""


async def test_first_page_in_demo_mode_answers_and_says_that_it_is_a_simulation(visit, demo_site, leaf):
    """A visitor without any setup gets a graded sentence, scores by provider, credits, a receipt and the demo banner."""
    visitor = await visit(demo_site)
    await expect(visitor.page.get_by_text("nobody looks at your photo")).to_be_visible()
    await visitor.identify(leaf)
    await expect(visitor.result.get_by_role("heading", level=2)).to_have_text(GRADED)
    await expect(visitor.result.locator(".verdict .scores")).to_contain_text(re.compile(r"Plant\.id \d+ ?%"))
    await expect(visitor.result.get_by_text("Simulated answer")).to_be_visible()
    await expect(visitor.result.get_by_text("Powered by Pl@ntNet")).to_be_visible()
    await visitor.result.get_by_text("Where this answer comes from").click()
    await expect(visitor.result.locator(".receipt")).to_contain_text("Plant.id answered")
    await expect(visitor.result.locator(".receipt")).to_contain_text("Pl@ntNet answered")
    await expect(visitor.result.locator(".receipt")).to_contain_text("Request id")


async def test_first_page_answer_shows_own_photo_beside_the_candidates_with_credit(visit, demo_site, leaf):
    """Both pictures are there to compare, loaded, and the candidate's carries its licence."""
    visitor = await visit(demo_site)
    await visitor.identify(leaf)
    pictures = visitor.result.locator(".compare .stage img")
    await expect(pictures).to_have_count(2)
    for index in range(2):
        await expect(pictures.nth(index)).to_have_js_property("complete", value=True)
        assert await pictures.nth(index).evaluate("(image) => image.naturalWidth") > 0
    await expect(visitor.result.locator(".compare .credit")).to_contain_text("CC0")


async def test_first_page_without_photos_says_what_is_missing(visit, demo_site):
    """Pressing the button too early asks for a photo, and nothing is sent."""
    visitor = await visit(demo_site)
    await visitor.page.get_by_role("button", name="Identify", exact=True).click()
    await expect(visitor.page.get_by_text("Add a photo first.")).to_be_visible()
    await expect(visitor.page.locator("#pick")).to_be_focused()


@pytest.mark.parametrize(("target", "kind"), [("#drop", "drop"), ("body", "drop"), ("body", "paste")])
async def test_photos_dropped_or_pasted_anywhere_are_added(visit, demo_site, leaf, target, kind):
    """A photo may be dropped beside the frame, or pasted, as well."""
    visitor = await visit(demo_site)
    await visitor.page.evaluate(ADD_FILE, [target, kind, base64.b64encode(leaf).decode()])
    await expect(visitor.page.locator(".photo img")).to_have_count(1)


async def test_photos_are_picked_with_the_keyboard_alone(visit, demo_site, leaf):
    """Tab reaches the picker, Enter opens it: the alternative to dropping."""
    visitor = await visit(demo_site)
    picker = visitor.page.locator("#pick")
    async with visitor.page.expect_file_chooser() as chooser:
        while not await picker.evaluate("(input) => input === document.activeElement"):
            await visitor.page.keyboard.press("Tab")
        await visitor.page.keyboard.press("Enter")
    await (await chooser.value).set_files([{"name": "a.jpg", "mimeType": "image/jpeg", "buffer": leaf}])
    await expect(visitor.page.locator(".photo img")).to_have_count(1)


async def test_photos_beyond_five_are_left_out_and_one_can_be_removed(visit, demo_site):
    """Five are kept, the sixth is named; a removed one makes room."""
    visitor = await visit(demo_site)
    await visitor.add(*(draw_sample_leaf(seed, width=300, height=200) for seed in range(6)))
    await expect(visitor.page.locator(".photo")).to_have_count(5)
    await expect(visitor.page.locator("#said")).to_contain_text("photo-6.jpg")
    await visitor.page.get_by_role("button", name="Remove photo 2").click()
    await expect(visitor.page.locator(".photo")).to_have_count(4)


async def test_question_carries_organs_place_language_and_health_as_chosen(visit, site, leaf):
    """What was chosen arrives; the place is rounded to 0.1 degree before it leaves the browser (law 12)."""
    visitor = await visit(
        site,
        locale="de-DE",
        geolocation={"latitude": 52.51637, "longitude": 13.37771},
        permissions=["geolocation"],
    )
    await visitor.page.evaluate(
        """() => {
          const append = FormData.prototype.append;
          window.sent = [];
          FormData.prototype.append = function (name, value, ...rest) {
            window.sent.push([name, typeof value === "string" ? value : "file"]);
            return append.call(this, name, value, ...rest);
          };
        }"""
    )
    await visitor.add(leaf, draw_plant("Monstera deliciosa", size=700))
    await visitor.page.locator(".photo select").nth(1).select_option("flower")
    await visitor.page.locator("#health").check()
    await visitor.page.locator("#place").click()
    await expect(visitor.page.locator("#place-said")).to_contain_text(re.compile("52,5.+13,4"))
    await visitor.page.locator("#identify").click()
    await visitor.settled()
    assert await visitor.page.evaluate("window.sent") == [
        ["images", "file"],
        ["organs", "auto"],
        ["images", "file"],
        ["organs", "flower"],
        ["language", "de"],
        ["include_diseases", "true"],
        ["latitude", "52.5"],
        ["longitude", "13.4"],
    ]


async def test_question_in_german_gives_german_common_names(visit, site, leaf):
    """The browser's language decides about common names."""
    visitor = await visit(site, locale="de-DE")
    await visitor.identify(leaf)
    name = await visitor.result.locator(".said h2 i").inner_text()
    german = next(plant.common_names["de"] for plant in PLANTS if plant.name == name)
    await expect(visitor.result.locator(".said .common")).to_contain_text(german[0])


async def test_place_refused_by_the_user_is_no_obstacle(visit, site, leaf):
    """Who does not tell their place reads a calm sentence and gets an answer all the same."""
    visitor = await visit(site)
    await visitor.page.get_by_role("button", name="Use my rough place").click()
    await expect(visitor.page.get_by_text("it works without")).to_be_visible()
    await visitor.identify(leaf)
    await expect(visitor.result.locator(".answer")).to_be_visible()


async def test_photo_larger_than_needed_is_scaled_down_in_the_browser(visit, site):
    """12 megapixels leave the browser as 1500 x 1125 in at most 400 kB; a small photo leaves it as it is."""
    visitor = await visit(site)
    await visitor.page.evaluate(
        """() => {
          const append = FormData.prototype.append;
          window.sent = [];
          FormData.prototype.append = function (name, value, ...rest) {
            if (name === "images") window.sent.push(value);
            return append.call(this, name, value, ...rest);
          };
        }"""
    )
    noise = Image.effect_noise((4000, 3000), 60).convert("RGB")  # nothing is harder to make small
    stream = io.BytesIO()
    noise.save(stream, "JPEG", quality=85)
    small = draw_sample_leaf(1, width=800, height=600)
    await visitor.identify(stream.getvalue(), small)
    sizes = await visitor.page.evaluate(
        """() => Promise.all(window.sent.map(async (blob) => {
          const { width, height } = await createImageBitmap(blob);
          return [width, height, blob.type, blob.size];
        }))"""
    )
    assert sizes[0][:3] == [1500, 1125, "image/jpeg"]
    assert sizes[0][3] <= PHOTO_BYTES_MAX
    assert sizes[1] == [800, 600, "image/jpeg", len(small)]


async def test_photo_that_the_browser_cannot_show_is_sent_all_the_same(visit, site):
    """HEIC is unknown to this browser: no preview, and the server, which can read it, answers."""
    pillow_heif = pytest.importorskip("pillow_heif")
    with Image.open(io.BytesIO(draw_sample_leaf(3))) as leaf:
        stream = io.BytesIO()
        pillow_heif.from_pillow(leaf).save(stream)
    visitor = await visit(site)
    await visitor.page.set_input_files(
        "#pick", [{"name": "IMG_1.HEIC", "mimeType": "image/heic", "buffer": stream.getvalue()}]
    )
    await expect(visitor.page.get_by_text("no preview in this browser")).to_be_visible()
    await visitor.page.get_by_role("button", name="Identify", exact=True).click()
    await visitor.settled()
    await expect(visitor.result.locator(".answer")).to_be_visible()


async def test_first_providers_verdict_shows_as_preliminary_until_the_other_has_answered(visit, site, providers, leaf):
    """Plant.id's answer is on the page while Pl@ntNet still looks, marked as not final."""
    providers.do(lambda running: running.inject("latency", provider="plantnet", seconds=1.5))
    visitor = await visit(site)
    await visitor.add(leaf)
    await visitor.page.get_by_role("button", name="Identify", exact=True).click()
    await expect(visitor.result.get_by_text("First answer, not final yet")).to_be_visible()
    await expect(visitor.result.get_by_text("Plant.id answered in")).to_be_visible()
    await expect(visitor.result.get_by_text("Pl@ntNet is looking")).to_be_visible()
    await visitor.settled()
    await expect(visitor.result.get_by_text("First answer, not final yet")).to_have_count(0)


async def test_progress_is_told_to_those_who_cannot_see_it(visit, site, leaf):
    """The live region ends with the sentence of the answer."""
    visitor = await visit(site)
    await visitor.identify(leaf)
    sentence = await visitor.result.get_by_role("heading", level=2).inner_text()
    await expect(visitor.page.locator("#status[role=status]")).to_have_text(sentence)


async def test_phone_offers_to_take_a_photo(visit, demo_site, leaf):
    """A device with a touch screen gets the camera's button; the photo it takes is added like any other."""
    visitor = await visit(demo_site, viewport={"width": 360, "height": 800}, has_touch=True, is_mobile=True)
    await expect(visitor.page.get_by_text("Take a photo")).to_be_visible()
    await visitor.add(leaf, to="#camera")
    await expect(visitor.page.locator(".photo img")).to_have_count(1)
    desktop = await visit(demo_site)
    await expect(desktop.page.get_by_text("Take a photo")).to_be_hidden()
